/* grid.c - cells in compressed rows: `first[cell] .. first[cell + 1]` are its items. */
#include "geo/grid.h"

#include <math.h>

#include "base/mem.h"

struct geo_grid {
    struct geo_plane plane; /* origin at the south-west corner */
    double cell_m;
    int32_t columns;
    int32_t rows;
    uint32_t *first;
    uint32_t *items;
};

struct geo_cells {
    int32_t column_min, column_max;
    int32_t row_min, row_max;
};

static int32_t geo_grid_clamp(double cell, int32_t count)
{
    return cell < 0 ? 0 : cell >= count ? count - 1 : (int32_t)cell;
}

static struct geo_cells geo_grid_cells(const struct geo_grid *grid, const struct geo_box *box)
{
    struct geo_xy low = geo_xy_of(&grid->plane, box->min);
    struct geo_xy high = geo_xy_of(&grid->plane, box->max);

    return (struct geo_cells){geo_grid_clamp(floor(low.x_m / grid->cell_m), grid->columns),
                              geo_grid_clamp(floor(high.x_m / grid->cell_m), grid->columns),
                              geo_grid_clamp(floor(low.y_m / grid->cell_m), grid->rows),
                              geo_grid_clamp(floor(high.y_m / grid->cell_m), grid->rows)};
}

/* Adds `step` to the counter of each cell of an item; with `items`, also files the item there. */
static void geo_grid_file(struct geo_grid *grid, const struct geo_box *box, uint32_t item,
                          bool place)
{
    struct geo_cells cells = geo_grid_cells(grid, box);

    for (int32_t row = cells.row_min; row <= cells.row_max; row++)
        for (int32_t column = cells.column_min; column <= cells.column_max; column++) {
            size_t cell = (size_t)row * (size_t)grid->columns + (size_t)column;
            if (place)
                grid->items[--grid->first[cell]] = item;
            else
                grid->first[cell]++;
        }
}

static void geo_grid_shape(struct geo_grid *grid, const struct geo_box *all, double cell_m)
{
    grid->plane = geo_plane_at(all->min);
    struct geo_xy size = geo_xy_of(&grid->plane, all->max);
    double width = size.x_m > 1 ? size.x_m : 1;
    double height = size.y_m > 1 ? size.y_m : 1;
    double least = sqrt(width * height / (GEO_GRID_CELLS_MAX / 2));
    least = fmax(least, fmax(width, height) / (GEO_GRID_CELLS_MAX / 2));
    grid->cell_m = fmax(cell_m, least);
    grid->columns = (int32_t)(width / grid->cell_m) + 1;
    grid->rows = (int32_t)(height / grid->cell_m) + 1;
}

enum err geo_grid_new(const struct geo_box *boxes, size_t count, double cell_m,
                      struct geo_grid **ret_grid)
{
    struct geo_box all = geo_box_empty();

    ASSERT(cell_m > 0);
    for (size_t i = 0; i < count; i++) {
        geo_box_add(&all, boxes[i].min);
        geo_box_add(&all, boxes[i].max);
    }
    if (count == 0)
        all = (struct geo_box){{0, 0}, {0, 0}};
    struct geo_grid *grid = mem_zero(1, sizeof *grid);
    if (!grid)
        return ERR_NOMEM;
    geo_grid_shape(grid, &all, cell_m);
    size_t cell_count = (size_t)grid->columns * (size_t)grid->rows;
    grid->first = mem_zero(cell_count + 1, sizeof *grid->first);
    if (!grid->first)
        goto fail;
    for (size_t i = 0; i < count; i++)
        geo_grid_file(grid, &boxes[i], (uint32_t)i, false);
    uint64_t total = 0;
    for (size_t cell = 0; cell <= cell_count; cell++) {
        total += grid->first[cell];
        if (total > UINT32_MAX)
            goto fail;
        grid->first[cell] = (uint32_t)total; /* the end of each cell; filing counts down */
    }
    grid->items = mem_zero(total ? total : 1, sizeof *grid->items);
    if (!grid->items)
        goto fail;
    for (size_t i = 0; i < count; i++)
        geo_grid_file(grid, &boxes[i], (uint32_t)i, true);
    *ret_grid = grid;
    return OK;
fail:
    geo_grid_free(grid);
    return ERR_NOMEM;
}

void geo_grid_free(struct geo_grid *grid)
{
    if (!grid)
        return;
    mem_free(grid->first);
    mem_free(grid->items);
    mem_free(grid);
}

void geo_grid_visit(const struct geo_grid *grid, const struct geo_box *box,
                    void (*visit)(void *context, uint32_t item), void *context)
{
    struct geo_cells cells = geo_grid_cells(grid, box);

    for (int32_t row = cells.row_min; row <= cells.row_max; row++)
        for (int32_t column = cells.column_min; column <= cells.column_max; column++) {
            size_t cell = (size_t)row * (size_t)grid->columns + (size_t)column;
            for (uint32_t i = grid->first[cell]; i < grid->first[cell + 1]; i++)
                visit(context, grid->items[i]);
        }
}
