/* osm_source.h - the bytes of a map file as a stream: plain, gzip or bzip2, from disk or memory.
 *
 * Limits     Counts what it hands out and stops at the ceiling, so that a small file which inflates
 *            without end costs nothing.
 * Threads    A source belongs to one thread.
 * Layer      3, private to osm/
 */
#ifndef OSM_OSM_SOURCE_H
#define OSM_OSM_SOURCE_H

#include "base/str.h"

struct osm_source; /* opaque */

enum osm_format { OSM_FORMAT_PBF, OSM_FORMAT_XML };

/* Opens a file, or with `path` NULL the bytes, which must outlive the source. `name` is for
 * messages. Errors: NOT_FOUND, IO, NOMEM; UNSUPPORTED when it is no map. */
MUST_USE enum err osm_source_open(const char *path, const char *name, struct bytes bytes,
                                  uint64_t bytes_max, struct osm_source **ret_source,
                                  enum osm_format *ret_format, struct diag *diag);
void osm_source_close(struct osm_source *source); /* NULL is allowed */

/* Fills `out` with `size` bytes, fewer only at the end. Errors: IO, NOMEM; TRUNCATED, SYNTAX when
 * the compression is damaged; LIMIT. */
MUST_USE enum err osm_source_read(struct osm_source *source, size_t size, char *out,
                                  size_t *ret_size, struct diag *diag);
uint64_t osm_source_offset(const struct osm_source *source); /* bytes handed out so far */
const char *osm_source_name(const struct osm_source *source);
/* Counts bytes that were inflated elsewhere. Errors: LIMIT. */
MUST_USE enum err osm_source_inflated(struct osm_source *source, uint64_t size, struct diag *diag);
uint64_t osm_source_bytes(const struct osm_source *source); /* inflated bytes in all */

#endif
