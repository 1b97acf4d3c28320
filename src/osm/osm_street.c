/* osm_street.c - see osm_street.h. */
#include "osm/osm_street.h"

#include <math.h>
#include <string.h>

struct osm_word {
    const char *word;
    int value;
};

static int osm_word_find(const struct osm_word *words, size_t count, struct str text, int absent)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(text, str_of(words[i].word)))
            return words[i].value;
    return absent;
}

struct str osm_tag_get(struct osm_tags tags, const char *key)
{
    struct str name = str_of(key);

    for (size_t i = 0; i < tags.count; i++)
        if (str_eq(tags.items[i].key, name))
            return tags.items[i].value;
    return (struct str){"", 0};
}

static bool osm_is(struct str text, const char *word)
{
    return str_eq(text, str_of(word));
}

static int osm_class_of(struct str highway, uint32_t *flags)
{
    static const struct osm_word classes[] = {
        {"motorway", ROAD_MOTORWAY},
        {"trunk", ROAD_TRUNK},
        {"primary", ROAD_PRIMARY},
        {"secondary", ROAD_SECONDARY},
        {"tertiary", ROAD_TERTIARY},
        {"unclassified", ROAD_UNCLASSIFIED},
        {"residential", ROAD_RESIDENTIAL},
        {"living_street", ROAD_LIVING_STREET},
        {"pedestrian", ROAD_PEDESTRIAN},
        {"service", ROAD_SERVICE},
        {"track", ROAD_TRACK},
        {"road", ROAD_UNCLASSIFIED},
    };
    struct str suffix = STR("_link");

    if (str_ends(highway, suffix)) {
        highway.size -= suffix.size;
        *flags |= ROAD_WAY_LINK;
    }
    return osm_word_find(classes, COUNT_OF(classes), highway, -1);
}

/* A decimal number at the start of `text`; the rest, trimmed, is left in *unit. */
static bool osm_number(struct str text, double *ret, struct str *unit)
{
    char digits[32];
    size_t size = 0;
    double value;

    text = str_trim(text);
    for (; size < text.size && size < sizeof digits; size++) {
        char c = text.data[size];
        if (!((c >= '0' && c <= '9') || c == '.' || c == ','))
            break;
        digits[size] = c == ',' ? '.' : c;
    }
    if (str_f64((struct str){digits, size}, &value))
        return false;
    *ret = value;
    *unit = str_trim((struct str){text.data + size, text.size - size});
    return true;
}

static uint32_t osm_rounded(double value, double max, uint64_t *ignored)
{
    if (value >= 0.5 && value <= max)
        return (uint32_t)lround(value);
    (*ignored)++;
    return 0;
}

uint16_t osm_speed_kmh(struct str text, uint64_t *ignored)
{
    static const struct osm_word words[] = {
        {"", 0},       {"none", 0},   {"signals", 0},        {"walk", 7},
        {"urban", 50}, {"rural", 80}, {"living_street", 10}, {"motorway", 0}};
    struct str unit;
    double value;

    if (!osm_number(text, &value, &unit)) {
        struct str rest = text; /* DE:urban */
        str_cut(&rest, ':');
        int speed = osm_word_find(words, COUNT_OF(words), rest.size ? rest : text, -1);
        *ignored += speed < 0;
        return speed < 0 ? 0 : (uint16_t)speed;
    }
    if (osm_is(unit, "mph"))
        value *= 1.609344;
    else if (unit.size && !osm_is(unit, "km/h") && !osm_is(unit, "kmh") && unit.data[0] != ';')
        value = 0;
    return (uint16_t)osm_rounded(value, 300, ignored);
}

uint32_t osm_mass_kg(struct str text, uint64_t *ignored)
{
    struct str unit;
    double value;

    if (text.size == 0 || osm_is(text, "none") || osm_is(text, "default"))
        return 0;
    if (!osm_number(text, &value, &unit)) {
        (*ignored)++;
        return 0;
    }
    if (osm_is(unit, "lbs"))
        value *= 0.45359237;
    else if (osm_is(unit, "st"))
        value *= 907.18474;
    else if (!osm_is(unit, "kg"))
        value *= unit.size == 0 || osm_is(unit, "t") ? 1000 : 0;
    return osm_rounded(value, 1e6, ignored);
}

static double osm_cm_of(double value, struct str unit)
{
    double inches = 0;

    if (unit.size && unit.data[0] == '\'') { /* 12'6" */
        struct str rest = {unit.data + 1, unit.size - 1};
        if (rest.size && !osm_number(rest, &inches, &unit))
            return 0;
        return value * 30.48 + inches * 2.54;
    }
    if (osm_is(unit, "cm"))
        return value;
    return unit.size == 0 || osm_is(unit, "m") ? value * 100 : 0;
}

uint32_t osm_length_cm(struct str text, uint64_t *ignored)
{
    static const struct osm_word unlimited[] = {
        {"", 1}, {"none", 1}, {"default", 1}, {"no_indications", 1}, {"below_default", 1}};
    struct str unit;
    double value;

    if (osm_word_find(unlimited, COUNT_OF(unlimited), text, 0))
        return 0;
    if (osm_number(text, &value, &unit))
        return osm_rounded(osm_cm_of(value, unit), 60000, ignored);
    (*ignored)++;
    return 0;
}

enum osm_access { OSM_ACCESS_UNSAID, OSM_ACCESS_OPEN, OSM_ACCESS_PRIVATE, OSM_ACCESS_NO };

static enum osm_access osm_access_of(struct osm_tags tags)
{
    static const struct osm_word words[] = {
        {"yes", OSM_ACCESS_OPEN},
        {"permissive", OSM_ACCESS_OPEN},
        {"designated", OSM_ACCESS_OPEN},
        {"official", OSM_ACCESS_OPEN},
        {"no", OSM_ACCESS_NO},
        {"private", OSM_ACCESS_PRIVATE},
        {"destination", OSM_ACCESS_PRIVATE},
        {"delivery", OSM_ACCESS_PRIVATE},
        {"customers", OSM_ACCESS_PRIVATE},
        {"agricultural", OSM_ACCESS_PRIVATE},
        {"forestry", OSM_ACCESS_PRIVATE},
        {"agricultural;forestry", OSM_ACCESS_PRIVATE},
        {"permit", OSM_ACCESS_PRIVATE},
        {"residents", OSM_ACCESS_PRIVATE},
    };
    /* The more particular key overrules the more general one. */
    static const char *const keys[] = {"access", "vehicle", "motor_vehicle"};
    int access = OSM_ACCESS_UNSAID;

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct str value = osm_tag_get(tags, keys[i]);
        if (value.size)
            access = osm_word_find(words, COUNT_OF(words), value, access);
    }
    return (enum osm_access)access;
}

static uint32_t osm_direction_of(struct osm_tags tags, const struct road_way *way)
{
    struct str oneway = osm_tag_get(tags, "oneway");

    if (osm_is(oneway, "yes") || osm_is(oneway, "1") || osm_is(oneway, "true"))
        return ROAD_WAY_FORWARD;
    if (osm_is(oneway, "-1") || osm_is(oneway, "reverse"))
        return ROAD_WAY_BACKWARD;
    bool said = osm_is(oneway, "no") || osm_is(oneway, "0") || osm_is(oneway, "false");
    bool implied = (way->flags & ROAD_WAY_ROUNDABOUT) || way->class == ROAD_MOTORWAY;
    if (implied && !said)
        return ROAD_WAY_FORWARD;
    return ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD;
}

static uint32_t osm_access_flags(struct osm_tags tags, const struct road_way *way)
{
    enum osm_access access = osm_access_of(tags);

    /* Where people walk, motor vehicles are forbidden by nature; the service still goes there. */
    if (access == OSM_ACCESS_NO && way->class == ROAD_PEDESTRIAN &&
        !osm_is(osm_tag_get(tags, "access"), "no"))
        access = OSM_ACCESS_PRIVATE;
    if (osm_is(osm_tag_get(tags, "service"), "emergency_access") && access == OSM_ACCESS_UNSAID)
        access = OSM_ACCESS_PRIVATE;
    return access == OSM_ACCESS_NO        ? ROAD_WAY_NO_ACCESS
           : access == OSM_ACCESS_PRIVATE ? ROAD_WAY_PRIVATE
                                          : 0;
}

static bool osm_said(struct osm_tags tags, const char *key)
{
    struct str value = osm_tag_get(tags, key);

    return value.size && !osm_is(value, "no");
}

static void osm_limits_of(struct osm_tags tags, struct road_way *way, uint64_t *ignored)
{
    struct str lanes = osm_tag_get(tags, "lanes");
    struct str unit;
    double value;

    way->speed_kmh = osm_speed_kmh(osm_tag_get(tags, "maxspeed"), ignored);
    way->mass_kg_max = osm_mass_kg(osm_tag_get(tags, "maxweight"), ignored);
    if (osm_is(osm_tag_get(tags, "hgv"), "no") &&
        (way->mass_kg_max == 0 || way->mass_kg_max > 3500))
        way->mass_kg_max = 3500; /* the sign means goods vehicles above 3.5 t */
    way->height_cm_max = (uint16_t)osm_length_cm(osm_tag_get(tags, "maxheight"), ignored);
    way->width_dm = (uint16_t)(osm_length_cm(osm_tag_get(tags, "width"), ignored) / 10);
    if (lanes.size && osm_number(lanes, &value, &unit))
        way->lanes = (uint16_t)osm_rounded(value, 40, ignored);
    else
        *ignored += lanes.size > 0;
}

bool osm_street_of(struct osm_tags tags, struct road_way *ret, uint64_t *ignored)
{
    struct str highway = osm_tag_get(tags, "highway");
    struct str junction = osm_tag_get(tags, "junction");
    struct road_way way = {0};

    if (highway.size == 0 || osm_is(osm_tag_get(tags, "area"), "yes"))
        return false;
    int class = osm_class_of(highway, &way.flags);
    if (class < 0)
        return false;
    way.class = (enum road_class) class;
    if (osm_is(junction, "roundabout") || osm_is(junction, "circular"))
        way.flags |= ROAD_WAY_ROUNDABOUT;
    if (osm_said(tags, "bridge"))
        way.flags |= ROAD_WAY_BRIDGE;
    if (osm_said(tags, "tunnel"))
        way.flags |= ROAD_WAY_TUNNEL;
    way.flags |= osm_direction_of(tags, &way);
    way.flags |= osm_access_flags(tags, &way);
    osm_limits_of(tags, &way, ignored);
    *ret = way;
    return true;
}

uint8_t osm_node_flags_of(struct osm_tags tags)
{
    static const struct osm_word barriers[] = {
        {"bollard", 1}, {"block", 1},     {"jersey_barrier", 1}, {"log", 1},
        {"stile", 1},   {"turnstile", 1}, {"kissing_gate", 1},   {"cycle_barrier", 1},
        {"debris", 1},  {"planter", 1},   {"chain", 1},          {"motorcycle_barrier", 1},
        {"fence", 1},   {"wall", 1},      {"hedge", 1},          {"ditch", 1},
        {"gate", 2},    {"lift_gate", 2}, {"swing_gate", 2},     {"sliding_gate", 2},
    };
    uint8_t flags = 0;

    if (osm_is(osm_tag_get(tags, "highway"), "traffic_signals"))
        flags |= ROAD_NODE_SIGNALS;
    int barrier = osm_word_find(barriers, COUNT_OF(barriers), osm_tag_get(tags, "barrier"), 0);
    enum osm_access access = osm_access_of(tags);
    /* A gate opens unless it says no; a bollard stands unless it says that vehicles pass. */
    bool shut = (barrier == 1 && access != OSM_ACCESS_OPEN && access != OSM_ACCESS_PRIVATE) ||
                (barrier == 2 && access == OSM_ACCESS_NO);
    return shut ? flags | ROAD_NODE_BARRIER : flags;
}

/* True when one of the words between semicolons is `word`. */
static bool osm_list_has(struct str list, const char *word)
{
    while (list.size) {
        struct str part = str_trim(str_cut(&list, ';'));
        if (osm_is(part, word))
            return true;
    }
    return false;
}

int osm_restriction_of(struct osm_tags tags)
{
    struct str value = osm_tag_get(tags, "restriction");
    struct str except = osm_tag_get(tags, "except");

    if (!osm_is(osm_tag_get(tags, "type"), "restriction"))
        return -1;
    if (osm_tag_get(tags, "restriction:hgv").size)
        value = osm_tag_get(tags, "restriction:hgv");
    /* A truck on duty is a motor vehicle and a goods vehicle; a rule for certain hours does not
     * bind a plan for the whole day. */
    if (osm_list_has(except, "hgv") || osm_list_has(except, "motor_vehicle") ||
        osm_tag_get(tags, "hour_on").size || osm_tag_get(tags, "day_on").size)
        return 0;
    if (str_starts(value, STR("no_")))
        return 1;
    return str_starts(value, STR("only_")) ? 2 : 0;
}
