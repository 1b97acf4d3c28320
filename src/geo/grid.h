/* grid.h - which items are near a point: boxes in a uniform grid.
 *
 * Purpose    Built once from the boxes of `count` items, then asked; an item may span cells.
 * Memory     The grid owns its arrays.
 * Threads    Immutable once built: any number of readers.
 * Layer      1
 */
#ifndef GEO_GRID_H
#define GEO_GRID_H

#include "geo/point.h"

struct geo_grid; /* opaque */

/* Indexes items 0 .. count-1 by their boxes. `cell_m` is the wished cell size; it grows where the
 * grid would pass GEO_GRID_CELLS_MAX. Errors: NOMEM. */
MUST_USE enum err geo_grid_new(const struct geo_box *boxes, size_t count, double cell_m,
                               struct geo_grid **ret_grid);
void geo_grid_free(struct geo_grid *grid); /* NULL is allowed */

enum { GEO_GRID_CELLS_MAX = 1 << 22 };

/* Calls `visit` for every item whose cells touch `box`; an item may come more than once. */
void geo_grid_visit(const struct geo_grid *grid, const struct geo_box *box,
                    void (*visit)(void *context, uint32_t item), void *context);

#endif
