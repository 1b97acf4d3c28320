/* tiles.h - vector tiles in an MBTiles file, read only.
 *
 * Source     MBTiles 1.3: tables `metadata` and `tiles`, rows counted from the south (TMS).
 * Threads    A handle belongs to one thread.
 * Layer      3
 */
#ifndef STORE_TILES_H
#define STORE_TILES_H

#include "base/buf.h"

enum {
    STORE_TILE_ZOOM_MAX = 22,
    STORE_TILE_BYTES_MAX = 8 << 20, /* a dense city's tile is below 1 MB */
};

struct store_tiles; /* opaque */

struct store_tile_id {
    uint32_t z;
    uint32_t x;
    uint32_t y; /* from the north, as in web addresses */
};

/* Owner: caller. Errors: NOT_FOUND, INVALID when it is no MBTiles file, NOMEM, IO. */
MUST_USE enum err store_tiles_open(const char *path, struct store_tiles **ret_tiles,
                                   struct diag *diag);
void store_tiles_close(struct store_tiles *tiles); /* NULL is allowed */
/* The tile as stored. `out` must be initialised; it is emptied first.
 * Errors: RANGE for a tile that cannot exist, NOT_FOUND, LIMIT, NOMEM, IO. */
MUST_USE enum err store_tiles_get(struct store_tiles *tiles, struct store_tile_id id,
                                  struct buf *out);
/* Zooms that the file holds, from its metadata. */
uint32_t store_tiles_zoom_min(const struct store_tiles *tiles);
uint32_t store_tiles_zoom_max(const struct store_tiles *tiles);

#endif
