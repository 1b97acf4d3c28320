/* osm_build.h - gathers what is kept while a file is read, then puts the map together.
 *
 * Purpose    Both formats hand their objects over here. Only at the end are ids resolved, so the
 *            file may name a node before or after the way that uses it.
 * Limits     OSM_NODES_MAX and OSM_REFS_MAX bound memory whatever the file says.
 * Threads    A builder belongs to one thread.
 * Layer      3, private to osm/
 */
#ifndef OSM_OSM_BUILD_H
#define OSM_OSM_BUILD_H

#include "base/arena.h"
#include "base/map.h"
#include "osm/osm.h"
#include "osm/osm_street.h"

enum {
    OSM_NODES_MAX = 1 << 26, /* 1 GiB of positions: several provinces */
    OSM_REFS_MAX = 1 << 26,  /* nodes of streets and buildings */
    OSM_TEXT_MAX = 1 << 29,  /* names and kinds, each once */
    OSM_NAME_MAX = 1024,     /* longer names are cut off from the map, not kept in part */
};

struct osm_raw_node {
    int64_t id;
    struct wgs84 at;
};
struct osm_raw_flag {
    int64_t id;
    uint8_t flags;
};
struct osm_raw_ring { /* a building or a container area, until its nodes are known */
    size_t ref_first;
    uint32_t ref_count;
    uint32_t item; /* into buildings or points */
    bool is_point;
};
struct osm_raw_rule {
    int64_t from, via, to;
    bool only;
};

struct osm_build {
    struct osm_map *map; /* what is being made; owned */
    struct arena text;
    struct map_str text_ids;
    VEC(struct str) texts;
    VEC(struct osm_raw_node) nodes;
    VEC(struct osm_raw_flag) flags;
    VEC(struct road_way) ways; /* node_first and node_count into `refs` */
    VEC(struct osm_raw_ring) rings;
    VEC(int64_t) refs;
    VEC(struct osm_raw_rule) rules;
    VEC(struct osm_building) buildings;
    VEC(struct osm_point) points;
    VEC(struct osm_place) places;
    struct osm_counts counts;
    struct geo_box box;
    int64_t empty_way; /* the first street without nodes, for a message */
    uint64_t left_hand;
};

void osm_build_init(struct osm_build *build);
void osm_build_done(struct osm_build *build);

/* Text and arrays are copied where they are kept. Errors: NOMEM, LIMIT. */
MUST_USE enum err osm_build_node(struct osm_build *build, int64_t id, struct wgs84 at,
                                 struct osm_tags tags);
MUST_USE enum err osm_build_way(struct osm_build *build, int64_t id, const int64_t *refs,
                                size_t ref_count, struct osm_tags tags);
MUST_USE enum err osm_build_relation(struct osm_build *build, const struct osm_member *members,
                                     size_t member_count, struct osm_tags tags);

/* Resolves and hands over. Errors: NOMEM; INVALID when no street is left. `name` is the file's. */
MUST_USE enum err osm_build_finish(struct osm_build *build, const char *name,
                                   struct osm_map **ret_map, struct diag *diag);

#endif
