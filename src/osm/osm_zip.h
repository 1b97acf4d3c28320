/* osm_zip.h - zlib on our memory, under our limits.
 *
 * Purpose    zlib's state is taken from mem.h, so that its memory is counted and may be refused.
 * Threads    Any; no state.
 * Layer      3, private to osm/
 */
#ifndef OSM_OSM_ZIP_H
#define OSM_OSM_ZIP_H

#include "base/buf.h"

/* Appends the zlib stream of `raw`. Errors: NOMEM, LIMIT. */
MUST_USE enum err osm_zip_deflate(struct str raw, struct buf *out);
/* Inflates a zlib stream that must give exactly `size` bytes into `out`.
 * Errors: NOMEM; SYNTAX when it is damaged or gives another number of bytes. */
MUST_USE enum err osm_zip_inflate(struct bytes packed, size_t size, char *out);

/* For zlib's zalloc and zfree. */
void *osm_zip_alloc(void *context, unsigned count, unsigned size);
void osm_zip_free(void *context, void *block);

#endif
