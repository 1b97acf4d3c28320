/* osm_build.c - keeps what a city needs of each object, and lets the rest go at once. */
#include "osm/osm_build.h"

#include <string.h>

void osm_build_init(struct osm_build *build)
{
    *build = (struct osm_build){.box = geo_box_empty()};
    arena_init(&build->text, OSM_TEXT_MAX);
}

void osm_build_done(struct osm_build *build)
{
    arena_done(&build->text);
    map_str_done(&build->text_ids);
    vec_done(&build->texts);
    vec_done(&build->nodes);
    vec_done(&build->flags);
    vec_done(&build->ways);
    vec_done(&build->rings);
    vec_done(&build->refs);
    vec_done(&build->rules);
    vec_done(&build->buildings);
    vec_done(&build->points);
    vec_done(&build->places);
}

/* A lasting copy of `text`, one for all equal ones. Broken or endless text becomes empty. */
static enum err osm_build_text(struct osm_build *build, struct str text, struct str *ret)
{
    uint32_t id;
    size_t bad_at;

    *ret = (struct str){"", 0};
    text = str_trim(text);
    if (text.size == 0)
        return OK;
    if (text.size > OSM_NAME_MAX || !str_utf8(text, &bad_at)) {
        build->counts.tags_ignored++;
        return OK;
    }
    if (map_str_get(&build->text_ids, text, &id)) {
        *ret = build->texts.items[id];
        return OK;
    }
    struct str copy;
    enum err err = arena_str(&build->text, text, &copy);
    if (!err)
        err = vec_push(&build->texts, copy);
    if (!err)
        err = map_str_add(&build->text_ids, copy, (uint32_t)build->texts.count - 1);
    if (!err)
        *ret = copy;
    return err;
}

static bool osm_is_container(struct str amenity)
{
    return str_eq(amenity, STR("recycling")) || str_eq(amenity, STR("waste_disposal")) ||
           str_eq(amenity, STR("waste_basket")) || str_eq(amenity, STR("waste_transfer_station"));
}

static enum err osm_build_point(struct osm_build *build, int64_t id, struct wgs84 at,
                                struct osm_tags tags)
{
    struct osm_point point = {.id = id, .at = at};

    enum err err = osm_build_text(build, osm_tag_get(tags, "amenity"), &point.kind);
    if (!err)
        err = osm_build_text(build, osm_tag_get(tags, "name"), &point.name);
    if (!err)
        err = vec_push(&build->points, point);
    return err;
}

/* Settlements and quarters; a place without a name says nothing. */
static enum err osm_build_place(struct osm_build *build, int64_t id, struct wgs84 at,
                                struct osm_tags tags)
{
    struct osm_place place = {.id = id, .at = at};
    uint64_t population;

    enum err err = osm_build_text(build, osm_tag_get(tags, "place"), &place.kind);
    if (!err)
        err = osm_build_text(build, osm_tag_get(tags, "name"), &place.name);
    if (!err)
        err = osm_build_text(build, osm_tag_get(tags, "name:en"), &place.name_en);
    if (!str_u64(osm_tag_get(tags, "population"), &population) && population < UINT32_MAX)
        place.population = (uint32_t)population;
    if (!err && place.name.size)
        err = vec_push(&build->places, place);
    return err;
}

static enum err osm_build_tagged_node(struct osm_build *build, int64_t id, struct wgs84 at,
                                      struct osm_tags tags)
{
    uint8_t flags = osm_node_flags_of(tags);
    enum err err = OK;

    if (flags)
        err = vec_push(&build->flags, (struct osm_raw_flag){id, flags});
    if (!err && osm_is_container(osm_tag_get(tags, "amenity")))
        err = osm_build_point(build, id, at, tags);
    if (!err && osm_tag_get(tags, "place").size)
        err = osm_build_place(build, id, at, tags);
    return err;
}

enum err osm_build_node(struct osm_build *build, int64_t id, struct wgs84 at, struct osm_tags tags)
{
    build->counts.nodes++;
    if (build->nodes.count >= OSM_NODES_MAX)
        return ERR_LIMIT;
    enum err err = vec_push(&build->nodes, (struct osm_raw_node){id, at});
    if (!err && tags.count)
        err = osm_build_tagged_node(build, id, at, tags);
    return err;
}

static enum err osm_build_refs(struct osm_build *build, const int64_t *refs, size_t ref_count)
{
    if (ref_count > OSM_REFS_MAX - build->refs.count)
        return ERR_LIMIT;
    enum err err = vec_reserve(&build->refs, build->refs.count + ref_count);
    if (!err && ref_count)
        memcpy(build->refs.items + build->refs.count, refs, ref_count * sizeof *refs);
    if (!err)
        build->refs.count += ref_count;
    return err;
}

static enum err osm_build_street(struct osm_build *build, struct road_way way, const int64_t *refs,
                                 size_t ref_count, struct osm_tags tags)
{
    struct str name_zh = osm_tag_get(tags, "name:zh");
    struct str name = osm_tag_get(tags, "name");

    if (ref_count == 0 && build->counts.ways_empty++ == 0)
        build->empty_way = way.id;
    if (ref_count == 0)
        return OK;
    if (str_eq(osm_tag_get(tags, "driving_side"), STR("left")))
        build->left_hand++;
    way.node_first = (uint32_t)build->refs.count;
    way.node_count = (uint32_t)ref_count;
    enum err err = osm_build_text(build, name.size ? name : name_zh, &way.name);
    if (!err)
        err = osm_build_text(build, osm_tag_get(tags, "name:en"), &way.name_en);
    if (!err)
        err = osm_build_refs(build, refs, ref_count);
    if (!err)
        err = vec_push(&build->ways, way);
    return err;
}

static enum err osm_build_ring(struct osm_build *build, const int64_t *refs, size_t ref_count,
                               uint32_t item, bool is_point)
{
    struct osm_raw_ring ring = {build->refs.count, (uint32_t)ref_count, item, is_point};

    enum err err = osm_build_refs(build, refs, ref_count);
    if (!err)
        err = vec_push(&build->rings, ring);
    return err;
}

static enum err osm_build_building(struct osm_build *build, int64_t id, const int64_t *refs,
                                   size_t ref_count, struct osm_tags tags)
{
    struct osm_building building = {.id = id};
    struct str levels = osm_tag_get(tags, "building:levels");
    double value;

    enum err err = osm_build_text(build, osm_tag_get(tags, "building"), &building.kind);
    if (!err)
        err = osm_build_text(build, osm_tag_get(tags, "name"), &building.name);
    if (levels.size && !str_f64(levels, &value) && value >= 0 && value < 200)
        building.levels = (uint32_t)(value + 0.5);
    else
        build->counts.tags_ignored += levels.size > 0;
    if (!err)
        err = osm_build_ring(build, refs, ref_count, (uint32_t)build->buildings.count, false);
    if (!err)
        err = vec_push(&build->buildings, building);
    return err;
}

enum err osm_build_way(struct osm_build *build, int64_t id, const int64_t *refs, size_t ref_count,
                       struct osm_tags tags)
{
    struct road_way way;
    struct str building = osm_tag_get(tags, "building");
    enum err err = OK;

    build->counts.ways++;
    if (tags.count == 0)
        return OK;
    if (ref_count >= OSM_REFS_MAX)
        return ERR_LIMIT;
    if (osm_street_of(tags, &way, &build->counts.tags_ignored)) {
        way.id = id;
        return osm_build_street(build, way, refs, ref_count, tags);
    }
    if (building.size && !str_eq(building, STR("no")))
        err = osm_build_building(build, id, refs, ref_count, tags);
    if (!err && ref_count && osm_is_container(osm_tag_get(tags, "amenity"))) {
        err = osm_build_ring(build, refs, ref_count, (uint32_t)build->points.count, true);
        if (!err)
            err = osm_build_point(build, id, (struct wgs84){0, 0}, tags);
    }
    return err;
}

static enum err osm_build_rule(struct osm_build *build, const struct osm_member *members,
                               size_t member_count, int64_t via, bool only)
{
    enum err err = OK;

    for (size_t i = 0; !err && i < member_count; i++)
        for (size_t k = 0; !err && k < member_count; k++)
            if (members[i].kind == OSM_WAY && members[k].kind == OSM_WAY &&
                str_eq(members[i].role, STR("from")) && str_eq(members[k].role, STR("to")))
                err = vec_push(&build->rules,
                               (struct osm_raw_rule){members[i].id, via, members[k].id, only});
    return err;
}

enum err osm_build_relation(struct osm_build *build, const struct osm_member *members,
                            size_t member_count, struct osm_tags tags)
{
    enum { RULE_MEMBERS_MAX = 32 }; /* a crossing has a handful of ways */
    int rule = osm_restriction_of(tags);
    size_t before = build->rules.count;
    size_t via_count = 0;
    int64_t via = 0;

    build->counts.relations++;
    if (rule < 0)
        return OK;
    for (size_t i = 0; i < member_count; i++)
        if (str_eq(members[i].role, STR("via"))) {
            via_count += members[i].kind == OSM_NODE ? 1 : 2; /* over a way: not kept */
            via = members[i].id;
        }
    enum err err = OK;
    if (rule > 0 && via_count == 1 && member_count <= RULE_MEMBERS_MAX)
        err = osm_build_rule(build, members, member_count, via, rule == 2);
    build->counts.restrictions_ignored += build->rules.count == before;
    return err;
}
