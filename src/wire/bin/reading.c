/* reading.c - see reading.h. */
#include "wire/bin/reading.h"

#include <math.h>
#include <string.h>

void wire_bin_init(struct wire_bin_readings *readings, struct arena *arena)
{
    *readings = (struct wire_bin_readings){.arena = arena};
}

/* Doubles the room. The old one stays in the arena: all of them together are as large as the last.
 */
static enum err wire_bin_grow(struct wire_bin_readings *readings)
{
    size_t capacity = readings->capacity ? readings->capacity * 2 : 4;

    struct wire_bin_reading *items = arena_zero(readings->arena, capacity, sizeof *readings->items);
    if (!items)
        return ERR_NOMEM;
    if (readings->count)
        memcpy(items, readings->items, readings->count * sizeof *items);
    readings->items = items;
    readings->capacity = capacity;
    return OK;
}

enum err wire_bin_push(struct wire_bin_readings *readings, const struct wire_bin_reading *reading)
{
    if (readings->count == WIRE_BIN_READINGS_MAX)
        return ERR_LIMIT;
    if (readings->count == readings->capacity) {
        enum err err = wire_bin_grow(readings);
        if (err)
            return err;
    }
    readings->items[readings->count++] = *reading;
    return OK;
}

bool wire_bin_fill(double distance_mm, struct wire_bin_depth depth, double *ret_fill)
{
    double span_mm = depth.empty_mm - depth.full_mm;

    if (!isfinite(distance_mm) || !isfinite(span_mm) || span_mm <= 0 || depth.full_mm < 0)
        return false;
    if (distance_mm <= WIRE_BIN_DEAD_MM || distance_mm > depth.empty_mm * WIRE_BIN_BEYOND)
        return false;
    double fill = (depth.empty_mm - distance_mm) / span_mm;
    *ret_fill = fill < 0 ? 0 : fill > 1 ? 1 : fill;
    return true;
}
