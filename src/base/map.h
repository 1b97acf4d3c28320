/* map.h - hash maps: 64-bit key to 64-bit value, and text to index.
 *
 * Purpose    Open addressing, linear probing, no removal (nothing needs it yet).
 * Memory     The map owns its table; text keys are borrowed and must outlive it.
 * Threads    One writer; readers may share it once it no longer changes.
 * Layer      0
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/mem.h"
#include "base/str.h"

struct map_slot {
    uint64_t key;
    uint64_t value_plus_1; /* 0 marks an empty slot */
};
struct map {
    struct map_slot *slots;
    size_t count;
    size_t capacity; /* a power of two, or 0 */
};

/* Zero-initialise a map to begin. Values up to UINT64_MAX - 1. */
/* Stores or replaces. Errors: NOMEM, then the map is unchanged. */
MUST_USE enum err map_put(struct map *map, uint64_t key, uint64_t value);
/* False when the key is absent; then *ret_value is untouched. */
MUST_USE bool map_get(const struct map *map, uint64_t key, uint64_t *ret_value);
/* Makes room for `count` keys in all. Errors: NOMEM. */
MUST_USE enum err map_reserve(struct map *map, size_t count);
void map_done(struct map *map);

struct map_str_slot {
    struct str key;
    uint32_t value;
};
struct map_str {
    struct map_str_slot *slots;
    size_t count;
    size_t capacity;
};

/* Stores a new key. Errors: NOMEM; EXISTS when the key is there already (its value stays). */
MUST_USE enum err map_str_add(struct map_str *map, struct str key, uint32_t value);
/* Makes room for `count` keys in all. Errors: NOMEM. */
MUST_USE enum err map_str_reserve(struct map_str *map, size_t count);
MUST_USE bool map_str_get(const struct map_str *map, struct str key, uint32_t *ret_value);
void map_str_done(struct map_str *map);

#endif
