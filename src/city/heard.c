/* heard.c - see heard.h. */
#include "city/heard.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/json.h"

enum {
    CITY_HEARD_KG_MAX = 1000000, /* CITY_FACT_G_MAX */
    CITY_HEARD_NUMBER_MAX = 255, /* one byte on the wire */
};

/* A member of a body. `of` is the set of kinds that must have it. */
struct city_member {
    const char *name;
    enum {
        CITY_MEMBER_TEXT,
        CITY_MEMBER_KG,
        CITY_MEMBER_PCT,
        CITY_MEMBER_NUMBER,
        CITY_MEMBER_BOOL
    } type;
    size_t offset;
    uint32_t of;
};
#define LIFT (1 << CITY_HEARD_LIFT)
#define TAG (1 << CITY_HEARD_TAG)
#define BRUSH (1 << CITY_HEARD_BRUSH)
#define LEVEL (1 << CITY_HEARD_LEVEL)
#define MEMBER(name, type, field, of)                                    \
    {                                                                    \
        name, CITY_MEMBER_##type, offsetof(struct city_heard, field), of \
    }
static const struct city_member city_members[] = {
    MEMBER("tag", TEXT, tag, LIFT | TAG),
    MEMBER("compartment", NUMBER, compartment, LIFT | LEVEL),
    MEMBER("reader", NUMBER, reader, TAG),
    MEMBER("gross_kg", KG, gross_g, LIFT),
    MEMBER("net_kg", KG, net_g, LIFT | LEVEL),
    MEMBER("fill_pct", PCT, fill_pct, LEVEL),
    MEMBER("emptied", BOOL, emptied, LIFT),
    MEMBER("stable", BOOL, stable, LIFT),
    MEMBER("overweight", BOOL, overweight, LIFT),
    MEMBER("refused", BOOL, refused, LIFT),
    MEMBER("by_hand", BOOL, by_hand, LIFT),
    MEMBER("down", BOOL, down, BRUSH),
    MEMBER("suction", BOOL, suction, BRUSH),
    MEMBER("water", BOOL, water, BRUSH),
    MEMBER("left", BOOL, left, BRUSH),
    MEMBER("right", BOOL, right, BRUSH),
};

static void city_member_text(struct json *json, enum json_token token, struct city_heard *heard)
{
    struct str text;

    if (!json_str(json, token, &text))
        return;
    if (text.size > CITY_TAG_MAX) {
        json_refuse(json, ERR_LIMIT, "tag: longer than %d bytes", CITY_TAG_MAX);
        return;
    }
    if (text.size)
        memcpy(heard->tag, text.data, text.size);
    heard->tag_size = (uint32_t)text.size;
}

/* null says that there is none. */
static void city_member_figure(struct json *json, enum json_token token,
                               const struct city_member *member, struct city_heard *heard)
{
    char *field = (char *)heard + member->offset;
    bool mass = member->type == CITY_MEMBER_KG;
    double value = 0;

    if (json_is_null(json, token)) {
        int64_t none_g = CITY_NO_MASS;
        double none_pct = -1;
        memcpy(field, mass ? (const void *)&none_g : (const void *)&none_pct, 8);
        return;
    }
    if (!json_f64(json, token, &value))
        return;
    if (value < 0 || value > (mass ? CITY_HEARD_KG_MAX : 100)) {
        json_refuse(json, ERR_RANGE, "%s: out of range", member->name);
        return;
    }
    int64_t g = llround(value * 1000);
    memcpy(field, mass ? (const void *)&g : (const void *)&value, 8);
}
static_assert(sizeof(double) == 8, "both kinds of figure are stored as eight bytes");

static void city_member_number(struct json *json, enum json_token token,
                               const struct city_member *member, struct city_heard *heard)
{
    int64_t value = 0;

    if (!json_i64(json, token, &value))
        return;
    if (value < 0 || value > CITY_HEARD_NUMBER_MAX) {
        json_refuse(json, ERR_RANGE, "%s: out of range", member->name);
        return;
    }
    uint32_t number = (uint32_t)value;
    memcpy((char *)heard + member->offset, &number, sizeof number);
}

static void city_member_read(struct json *json, enum json_token token,
                             const struct city_member *member, struct city_heard *heard)
{
    bool flag = false;

    switch (member->type) {
    case CITY_MEMBER_TEXT:
        city_member_text(json, token, heard);
        break;
    case CITY_MEMBER_KG:
    case CITY_MEMBER_PCT:
        city_member_figure(json, token, member, heard);
        break;
    case CITY_MEMBER_NUMBER:
        city_member_number(json, token, member, heard);
        break;
    case CITY_MEMBER_BOOL:
        if (json_bool(json, token, &flag))
            memcpy((char *)heard + member->offset, &flag, sizeof flag);
        break;
    }
}

static size_t city_member_find(struct str name)
{
    size_t i = 0;

    while (i < COUNT_OF(city_members) && !str_eq(name, str_of(city_members[i].name)))
        i++;
    return i;
}

static void city_heard_members(struct json *json, struct city_heard *heard)
{
    enum json_token token = json_next(json);
    uint32_t seen = 0; /* members, a bit each */
    struct str name;

    if (!json_want(json, token, JSON_OBJECT))
        return;
    while (json_member(json, &name, &token)) {
        size_t i = city_member_find(name);
        if (i == COUNT_OF(city_members)) {
            json_skip(json, token);
            continue;
        }
        if (seen >> i & 1)
            json_refuse(json, ERR_INVALID, "%s: stands twice", city_members[i].name);
        seen |= UINT32_C(1) << i;
        city_member_read(json, token, &city_members[i], heard);
    }
    for (size_t i = 0; i < COUNT_OF(city_members) && !json->bad; i++)
        if (city_members[i].of >> heard->kind & 1 && !(seen >> i & 1))
            json_refuse(json, ERR_INVALID, "%s: is missing", city_members[i].name);
}
static_assert(COUNT_OF(city_members) <= 32, "a set of members is a 32-bit mask");

enum err city_heard_read(struct str kind, struct str body, struct city_heard *ret_heard,
                         struct diag *diag)
{
    static const char *const kinds[CITY_HEARD_KINDS] = {"lift", "tag", "brush", "level"};
    struct city_heard heard = {
        .gross_g = CITY_NO_MASS, .net_g = CITY_NO_MASS, .fill_pct = -1, .kind = CITY_HEARD_LIFT};
    struct json json;

    while (heard.kind < CITY_HEARD_KINDS && !str_eq(kind, str_of(kinds[heard.kind])))
        heard.kind++;
    if (heard.kind == CITY_HEARD_KINDS)
        return diag_set(diag, ERR_UNSUPPORTED, "not an event of a truck's body");
    json_init(&json, body);
    city_heard_members(&json, &heard);
    enum err err = json_end(&json, diag);
    json_done(&json);
    if (!err)
        *ret_heard = heard;
    return err;
}

struct str city_heard_tag(const struct city_heard *heard)
{
    return (struct str){heard->tag, heard->tag_size};
}

bool city_heard_compartment(const struct city *city, uint32_t vehicle, uint32_t told,
                            uint32_t *ret_compartment)
{
    uint32_t index = told > 0 ? told - 1 : 0;

    if (vehicle >= city->vehicle_count || index >= city->vehicles[vehicle].compartment_count)
        return false;
    *ret_compartment = index;
    return true;
}

/* --- a lift --- */

static enum city_why city_lift_why(const struct city_heard *heard)
{
    if (heard->refused)
        return CITY_WHY_WRONG_WASTE;
    if (heard->overweight)
        return CITY_WHY_OVERWEIGHT;
    if (!heard->emptied)
        return CITY_WHY_NOT_EMPTIED;
    return heard->by_hand ? CITY_WHY_TOLD : CITY_WHY_MEASURED;
}

enum err city_heard_lift(const struct city *city, const struct city_heard *heard,
                         const struct city_heard_from *from, struct city_fact *ret_fact)
{
    bool weighed = heard->stable && heard->net_g != CITY_NO_MASS;
    uint32_t compartment = 0;

    ASSERT(heard->kind == CITY_HEARD_LIFT);
    if (!city_heard_compartment(city, from->vehicle, heard->compartment, &compartment))
        return ERR_RANGE;
    enum city_why why = city_lift_why(heard);
    *ret_fact = (struct city_fact){
        .kind = CITY_FACT_LIFT,
        .at = from->at,
        .received = from->received,
        .id = from->id,
        .by = from->device,
        .evidence = (weighed ? CITY_BY_WEIGHT : 0U) | (heard->tag_size ? CITY_BY_TAG : 0U) |
                    (heard->by_hand ? CITY_BY_PERSON : 0U),
        .why = why,
        .lift = {.vehicle = from->vehicle,
                 .compartment = compartment,
                 .bin = from->bin,
                 .station = CITY_NONE,
                 .stream = CITY_NONE,
                 .net_g = weighed ? heard->net_g : CITY_NO_MASS,
                 .taken = why == CITY_WHY_TOLD || why == CITY_WHY_MEASURED},
    };
    return OK;
}
