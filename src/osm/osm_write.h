/* osm_write.h - writes an OpenStreetMap file, object by object.
 *
 * Purpose    A made city leaves as .osm.pbf, so that it comes back in by the same door as a real
 *            one and other tools of the OpenStreetMap world can read it.
 * Source     OpenStreetMap wiki, "PBF Format": OsmSchema-V0.6, DenseNodes, zlib blobs.
 * Order      All nodes, then all ways, then all relations; within each the ids ascend.
 * Errors     Sticky: after the first failure every call is a no-op and osm_writer_finish() tells.
 * Memory     One block of objects (OSM_WRITE_BLOCK_OBJECTS), whatever the size of the file.
 * Threads    A writer belongs to one thread.
 * Layer      3
 */
#ifndef OSM_OSM_WRITE_H
#define OSM_OSM_WRITE_H

#include "base/str.h"
#include "geo/point.h"

enum {
    OSM_WRITE_BLOCK_OBJECTS = 8000
}; /* what other writers use; a block stays far below 32 MiB */

struct osm_tag {
    struct str key;
    struct str value;
};
enum osm_kind { OSM_NODE, OSM_WAY, OSM_RELATION };
struct osm_member {
    enum osm_kind kind;
    int64_t id;
    struct str role;
};

struct osm_writer; /* opaque */

/* Opens a neighbour of `path`; the file appears under its name only in osm_writer_finish(). The
 * same calls give the same bytes. `box` may be NULL. Errors: NOMEM, IO, FULL. */
MUST_USE enum err osm_writer_open(const char *path, const struct geo_box *box,
                                  struct osm_writer **ret_writer, struct diag *diag);
/* Text is copied. */
void osm_writer_node(struct osm_writer *writer, int64_t id, struct wgs84 at,
                     const struct osm_tag *tags, size_t tag_count);
void osm_writer_way(struct osm_writer *writer, int64_t id, const int64_t *nodes, size_t node_count,
                    const struct osm_tag *tags, size_t tag_count);
void osm_writer_relation(struct osm_writer *writer, int64_t id, const struct osm_member *members,
                         size_t member_count, const struct osm_tag *tags, size_t tag_count);
/* Writes what is left, syncs and renames. Errors: INVALID for objects out of order, LIMIT for an
 * object too large for a block, NOMEM, IO, FULL. */
MUST_USE enum err osm_writer_finish(struct osm_writer *writer, struct diag *diag);
/* Always last; a file that was not finished is removed. NULL is allowed. */
void osm_writer_close(struct osm_writer *writer);

#endif
