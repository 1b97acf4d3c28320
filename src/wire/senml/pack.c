/* pack.c - records resolved by RFC 8428, 4.6: base fields hold until they are changed. */
#include <math.h>
#include <string.h>

#include "wire/senml/parts.h"

static const struct wire_senml_label_row wire_senml_rows[WIRE_SENML_LABEL_COUNT] = {
#define X(code, json, cbor, kind) [WIRE_SENML_L_##code] = {json, cbor, kind},
    WIRE_SENML_LIST(X)
#undef X
};

/* Times from here on are absolute, below it they count from now (RFC 8428, 4.5.3). */
#define WIRE_SENML_ABSOLUTE_S 268435456.0

const struct wire_senml_label_row *wire_senml_label_row(enum wire_senml_label label)
{
    ASSERT(label < WIRE_SENML_LABEL_COUNT);
    return &wire_senml_rows[label];
}

enum wire_senml_label wire_senml_label_of(struct str json)
{
    unsigned i = 0;

    while (i < WIRE_SENML_LABEL_COUNT && !str_eq(json, str_of(wire_senml_rows[i].json)))
        i++;
    return (enum wire_senml_label)i;
}

enum wire_senml_label wire_senml_label_of_key(int64_t cbor)
{
    unsigned i = 0;

    while (i < WIRE_SENML_LABEL_COUNT && cbor != wire_senml_rows[i].cbor)
        i++;
    return (enum wire_senml_label)i;
}

static bool wire_senml_has(const struct wire_senml_raw *raw, enum wire_senml_label label)
{
    return raw->present >> label & 1;
}

static enum err wire_senml_fail(enum err err, const char *why, const char **ret_why)
{
    *ret_why = why;
    return err;
}

/* All records of a pack have one version; those that name none mean the default. */
static enum err wire_senml_version(struct wire_senml_work *work, const struct wire_senml_raw *raw,
                                   const char **ret_why)
{
    double version = wire_senml_has(raw, WIRE_SENML_L_BASE_VERSION)
                         ? raw->numbers[WIRE_SENML_L_BASE_VERSION]
                     : work->version ? work->version
                                     : WIRE_SENML_VERSION;

    if (!(version >= 1) || version > floor(version))
        return wire_senml_fail(ERR_INVALID, "`bver` must be a positive whole number", ret_why);
    if (version > WIRE_SENML_VERSION)
        return wire_senml_fail(ERR_UNSUPPORTED, "a `bver` above 10 is not known", ret_why);
    if (work->version && work->version != (int)version)
        return wire_senml_fail(ERR_INVALID, "all `bver` of a pack must be the same", ret_why);
    work->version = (int)version;
    return OK;
}

static void wire_senml_bases(struct wire_senml_work *work, const struct wire_senml_raw *raw)
{
    if (wire_senml_has(raw, WIRE_SENML_L_BASE_NAME))
        work->base_name = raw->texts[WIRE_SENML_L_BASE_NAME];
    if (wire_senml_has(raw, WIRE_SENML_L_BASE_UNIT))
        work->base_unit = raw->texts[WIRE_SENML_L_BASE_UNIT];
    if (wire_senml_has(raw, WIRE_SENML_L_BASE_TIME))
        work->base_time_s = raw->numbers[WIRE_SENML_L_BASE_TIME];
    if (wire_senml_has(raw, WIRE_SENML_L_BASE_VALUE)) {
        work->base_value = raw->numbers[WIRE_SENML_L_BASE_VALUE];
        work->has_base_value = true;
    }
    if (wire_senml_has(raw, WIRE_SENML_L_BASE_SUM)) {
        work->base_sum = raw->numbers[WIRE_SENML_L_BASE_SUM];
        work->has_base_sum = true;
    }
}

/* RFC 8428, 4.5.1: letters, digits and - : . / _, the first one a letter or a digit. */
static bool wire_senml_name_good(struct str name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!plain && (i == 0 || c == '\0' || !strchr("-:./_", c)))
            return false;
    }
    return name.size > 0;
}

static enum err wire_senml_name(struct wire_senml_work *work, struct str own, struct str *ret,
                                const char **ret_why)
{
    struct str base = work->base_name;
    struct str whole = base.size == 0 ? own : base;

    if (base.size > WIRE_SENML_NAME_MAX || own.size > WIRE_SENML_NAME_MAX - base.size)
        return wire_senml_fail(ERR_LIMIT, "a name is longer than 256 characters", ret_why);
    if (base.size && own.size) {
        char *room = arena_zero(work->arena, base.size + own.size, 1);
        if (!room)
            return wire_senml_fail(ERR_NOMEM, err_text(ERR_NOMEM), ret_why);
        memcpy(room, base.data, base.size);
        memcpy(room + base.size, own.data, own.size);
        whole = (struct str){room, base.size + own.size};
    }
    if (!wire_senml_name_good(whole))
        return wire_senml_fail(
            ERR_INVALID, "a name is letters, digits and - : . / _, the first a letter or a digit",
            ret_why);
    *ret = whole;
    return OK;
}

static enum err wire_senml_time(const struct wire_senml_work *work,
                                const struct wire_senml_raw *raw, struct wire_senml_record *record,
                                const char **ret_why)
{
    const double earliest_s = -62135596800.0; /* the year 1 */
    const double last_s = 253402300799.0;     /* the end of the year 9999 */
    double time_s = work->base_time_s + raw->numbers[WIRE_SENML_L_TIME];
    double now_s = (double)work->now.us / (double)CLOCK_US_PER_S;
    bool absolute = time_s >= WIRE_SENML_ABSOLUTE_S;

    if (!(time_s + (absolute ? 0 : now_s) >= earliest_s &&
          time_s + (absolute ? 0 : now_s) <= last_s))
        return wire_senml_fail(ERR_RANGE, "the time is out of range", ret_why);
    int64_t us = llround(time_s * (double)CLOCK_US_PER_S);
    record->at.us = absolute ? us : work->now.us + us;
    record->timed = us != 0;
    return OK;
}

static unsigned wire_senml_values(const struct wire_senml_raw *raw)
{
    return 0u + wire_senml_has(raw, WIRE_SENML_L_VALUE) + wire_senml_has(raw, WIRE_SENML_L_TEXT) +
           wire_senml_has(raw, WIRE_SENML_L_FLAG) + wire_senml_has(raw, WIRE_SENML_L_DATA);
}

/* RFC 8428, 4.5.4: the half that is missing of value and base value, sum and base sum, is zero. */
static uint32_t wire_senml_measured(const struct wire_senml_work *work,
                                    const struct wire_senml_raw *raw)
{
    bool value = wire_senml_has(raw, WIRE_SENML_L_VALUE) ||
                 (wire_senml_values(raw) == 0 && work->has_base_value);
    bool sum = wire_senml_has(raw, WIRE_SENML_L_SUM) || work->has_base_sum;
    uint32_t fields = 0;

    fields |= value ? WIRE_SENML_VALUE : 0u;
    fields |= wire_senml_has(raw, WIRE_SENML_L_TEXT) ? WIRE_SENML_TEXT : 0u;
    fields |= wire_senml_has(raw, WIRE_SENML_L_FLAG) ? WIRE_SENML_FLAG : 0u;
    fields |= wire_senml_has(raw, WIRE_SENML_L_DATA) ? WIRE_SENML_DATA : 0u;
    return fields | (sum ? WIRE_SENML_SUM : 0u);
}

static enum err wire_senml_measure(const struct wire_senml_work *work,
                                   const struct wire_senml_raw *raw,
                                   struct wire_senml_record *record, const char **ret_why)
{
    record->fields = wire_senml_measured(work, raw);
    record->value = work->base_value + raw->numbers[WIRE_SENML_L_VALUE];
    record->sum = work->base_sum + raw->numbers[WIRE_SENML_L_SUM];
    record->text = raw->texts[WIRE_SENML_L_TEXT];
    record->flag = raw->flag;
    record->data = raw->data;
    record->update_s = raw->numbers[WIRE_SENML_L_UPDATE];
    if (wire_senml_values(raw) > 1)
        return wire_senml_fail(ERR_INVALID, "a record has one of v, vs, vb, vd", ret_why);
    if (record->fields == 0)
        return wire_senml_fail(ERR_INVALID, "a record has no v, vs, vb, vd or s", ret_why);
    record->fields |= wire_senml_has(raw, WIRE_SENML_L_UPDATE) ? WIRE_SENML_UPDATE : 0u;
    if (!isfinite(record->value) || !isfinite(record->sum))
        return wire_senml_fail(ERR_RANGE, "a value and its base are out of range", ret_why);
    return OK;
}

static enum err wire_senml_push(struct wire_senml_work *work,
                                const struct wire_senml_record *record, const char **ret_why)
{
    struct wire_senml_pack *pack = &work->pack;

    if (pack->count == work->capacity) {
        size_t capacity = work->capacity ? work->capacity * 2 : 8;
        struct wire_senml_record *items = arena_zero(work->arena, capacity, sizeof *items);
        if (!items)
            return wire_senml_fail(ERR_NOMEM, err_text(ERR_NOMEM), ret_why);
        if (pack->count)
            memcpy(items, pack->items, pack->count * sizeof *items);
        pack->items = items;
        work->capacity = capacity;
    }
    pack->items[pack->count++] = *record;
    return OK;
}

enum err wire_senml_take(struct wire_senml_work *work, const struct wire_senml_raw *raw,
                         const char **ret_why)
{
    const uint32_t bases = 1u << WIRE_SENML_L_BASE_NAME | 1u << WIRE_SENML_L_BASE_TIME |
                           1u << WIRE_SENML_L_BASE_UNIT | 1u << WIRE_SENML_L_BASE_VALUE |
                           1u << WIRE_SENML_L_BASE_SUM | 1u << WIRE_SENML_L_BASE_VERSION;
    struct wire_senml_record record = {0};

    if (work->records++ == WIRE_SENML_RECORDS_MAX)
        return wire_senml_fail(ERR_LIMIT, "a pack has at most 10000 records", ret_why);
    enum err err = wire_senml_version(work, raw, ret_why);
    if (err)
        return err;
    wire_senml_bases(work, raw);
    if ((raw->present & ~bases) == 0)
        return OK; /* only base fields: for the records to come */
    err = wire_senml_name(work, raw->texts[WIRE_SENML_L_NAME], &record.name, ret_why);
    if (!err)
        err = wire_senml_time(work, raw, &record, ret_why);
    if (!err)
        err = wire_senml_measure(work, raw, &record, ret_why);
    if (err)
        return err;
    record.unit =
        wire_senml_has(raw, WIRE_SENML_L_UNIT) ? raw->texts[WIRE_SENML_L_UNIT] : work->base_unit;
    return wire_senml_push(work, &record, ret_why);
}
