/* map.h - streets as a map file tells them, before any index.
 *
 * Purpose    The border between map readers (osm/) and the network (road/): plain arrays.
 * Units      Speeds km/h, mass kg, height cm, width dm.
 * Memory     The maker owns the arrays; the network only reads them.
 * Layer      1
 */
#ifndef ROAD_MAP_H
#define ROAD_MAP_H

#include "base/str.h"
#include "geo/point.h"

enum road_class {
    ROAD_MOTORWAY,
    ROAD_TRUNK,
    ROAD_PRIMARY,
    ROAD_SECONDARY,
    ROAD_TERTIARY,
    ROAD_UNCLASSIFIED,
    ROAD_RESIDENTIAL,
    ROAD_LIVING_STREET,
    ROAD_PEDESTRIAN, /* swept, closed to through traffic */
    ROAD_SERVICE,
    ROAD_TRACK,
    ROAD_CLASS_COUNT
};
const char *road_class_name(enum road_class class); /* OpenStreetMap's highway value */

enum road_way_flag {
    ROAD_WAY_FORWARD = 1,  /* may be driven in the order of its nodes */
    ROAD_WAY_BACKWARD = 2, /* may be driven against it */
    ROAD_WAY_LINK = 4,
    ROAD_WAY_ROUNDABOUT = 8,
    ROAD_WAY_PRIVATE = 16, /* access only for those who live or deliver there */
    ROAD_WAY_NO_ACCESS = 32,
    ROAD_WAY_BRIDGE = 64,
    ROAD_WAY_TUNNEL = 128,
};

struct road_way {
    int64_t id; /* of the map's source */
    struct str name;
    struct str name_en;
    enum road_class class;
    uint32_t flags;
    uint16_t speed_kmh;     /* 0: the class's default */
    uint16_t lanes;         /* 0: unknown */
    uint16_t width_dm;      /* 0: unknown */
    uint16_t height_cm_max; /* 0: no limit */
    uint32_t mass_kg_max;   /* 0: no limit */
    uint32_t node_first;    /* into way_nodes */
    uint32_t node_count;    /* 2 or more */
};

enum road_node_flag {
    ROAD_NODE_BARRIER = 1, /* cannot be passed by a vehicle */
    ROAD_NODE_SIGNALS = 2,
};

/* From way `from` over node `via` into way `to`. */
struct road_restriction {
    uint32_t from_way;
    uint32_t via_node;
    uint32_t to_way;
    bool only; /* the one turn allowed there, instead of one that is forbidden */
};

struct road_map {
    const struct wgs84 *nodes;
    const uint8_t *node_flags; /* enum road_node_flag */
    uint32_t node_count;
    const struct road_way *ways;
    uint32_t way_count;
    const uint32_t *way_nodes;
    uint32_t way_node_count;
    const struct road_restriction *restrictions;
    uint32_t restriction_count;
    bool left_hand_traffic;
};

#endif
