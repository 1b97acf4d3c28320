/* osm_street.h - what the tags of a way, a node or a relation mean for vehicles.
 *
 * Source     OpenStreetMap wiki: Key:highway, Key:oneway, Key:access, Key:barrier, Key:maxspeed,
 *            Key:maxweight, Key:maxheight, Relation:restriction.
 * Threads    Any; pure functions.
 * Layer      3, private to osm/
 */
#ifndef OSM_OSM_STREET_H
#define OSM_OSM_STREET_H

#include "osm/osm_write.h"
#include "road/map.h"

struct osm_tags {
    const struct osm_tag *items;
    size_t count;
};

/* The value of a key; empty where it is absent. */
struct str osm_tag_get(struct osm_tags tags, const char *key);

/* False when the way is no street for vehicles. Fills all but id, name and nodes of `ret`; adds the
 * values that it could not read to *ignored. */
bool osm_street_of(struct osm_tags tags, struct road_way *ret, uint64_t *ignored);
/* enum road_node_flag. */
uint8_t osm_node_flags_of(struct osm_tags tags);
/* -1 no turn restriction, 0 one that does not bind a truck, 1 "no ...", 2 "only ...". */
int osm_restriction_of(struct osm_tags tags);

/* Kilometres per hour, 0 where nothing is said or it cannot be read (then counted). */
uint16_t osm_speed_kmh(struct str text, uint64_t *ignored);
uint32_t osm_mass_kg(struct str text, uint64_t *ignored);
/* Centimetres of a height or width. */
uint32_t osm_length_cm(struct str text, uint64_t *ignored);

#endif
