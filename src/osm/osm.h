/* osm.h - reads an OpenStreetMap file: streets, buildings, containers, places.
 *
 * Purpose    .osm.pbf, .osm, .osm.gz and .osm.bz2, told apart by their first bytes. Text and
 *            compressed files are read as a stream, so memory follows what is kept, not the file.
 * Errors     They name the file and where: line and column of XML, number and byte offset of a
 *            PBF blob. A damaged file is an error, an incomplete map is not: a way whose nodes
 *            are missing is cut there, and counted.
 * Limits     `bytes_max` of the inflated file; OSM_BLOB_MAX of a PBF blob (the format's own).
 * Source     OpenStreetMap wiki: "PBF Format", "OSM XML", "Key:highway", "Key:access",
 *            "Relation:restriction".
 * Memory     The map owns everything in it; osm_map_free() gives it back.
 * Threads    A reader belongs to one thread; a finished map may be read by any.
 * Layer      3
 */
#ifndef OSM_OSM_H
#define OSM_OSM_H

#include "road/map.h"

struct osm_options {
    uint64_t bytes_max; /* of the inflated file; 0: OSM_BYTES_MAX */
};
#define OSM_BYTES_MAX (UINT64_C(8) << 30) /* a province's XML; more is not a city */

struct osm_building {
    int64_t id;
    struct wgs84 at; /* centre */
    double area_m2;  /* of the ground plan */
    uint32_t levels; /* 0: unknown */
    struct str kind; /* the value of building=*, "yes" where it says no more */
    struct str name; /* may be empty */
};
struct osm_point { /* a container, a basket, a recycling station */
    int64_t id;
    struct wgs84 at;
    struct str kind; /* the value of amenity=* */
    struct str name;
};
struct osm_place { /* a named settlement or quarter */
    int64_t id;
    struct wgs84 at;
    struct str kind; /* the value of place=* */
    struct str name;
    struct str name_en;
    uint32_t population; /* 0: unknown */
};

/* What was met, and what could not be used and why. */
struct osm_counts {
    uint64_t nodes, ways, relations; /* in the file */
    uint64_t bytes;                  /* inflated */
    uint64_t ways_cut;               /* streets with nodes that the file does not hold */
    uint64_t ways_empty;             /* streets of which fewer than two nodes are there */
    uint64_t buildings_broken;       /* rings that do not close or have missing nodes */
    uint64_t restrictions_ignored;   /* over a way, for other vehicles, at times, or incomplete */
    uint64_t tags_ignored;           /* values that cannot be understood, such as maxspeed=fast */
};

struct osm_map {
    struct road_map roads;
    const struct osm_building *buildings;
    size_t building_count;
    const struct osm_point *points;
    size_t point_count;
    const struct osm_place *places;
    size_t place_count;
    struct geo_box box; /* of the header; of the streets where the file names none */
    struct osm_counts counts;
};

/* `options` may be NULL. Errors: NOT_FOUND, IO, NOMEM; UNSUPPORTED when it is no OpenStreetMap
 * file or asks for what we lack; TRUNCATED, SYNTAX, RANGE, LIMIT, CHECKSUM when it is damaged. */
MUST_USE enum err osm_read(const char *path, const struct osm_options *options,
                           struct osm_map **ret_map, struct diag *diag);
/* The same from memory; `name` is for messages. */
MUST_USE enum err osm_read_bytes(const char *name, struct bytes bytes,
                                 const struct osm_options *options, struct osm_map **ret_map,
                                 struct diag *diag);
void osm_map_free(struct osm_map *map); /* NULL is allowed */

#endif
