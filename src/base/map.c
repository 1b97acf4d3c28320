/* map.c - see map.h. Load stays at or below one half, so probes are short. */
#include "base/map.h"

static uint64_t map_mix(uint64_t key)
{
    /* The finaliser of MurmurHash3: dense ids, the usual key, spread over the whole table. */
    key = (key ^ (key >> 33)) * 0xff51afd7ed558ccdu;
    key = (key ^ (key >> 33)) * 0xc4ceb9fe1a85ec53u;
    return key ^ (key >> 33);
}

static struct map_slot *map_find(const struct map *map, uint64_t key)
{
    size_t mask = map->capacity - 1;
    size_t at = map_mix(key) & mask;

    while (map->slots[at].value_plus_1 && map->slots[at].key != key)
        at = (at + 1) & mask;
    return &map->slots[at];
}

/* The power of two that keeps `count` keys at half load; false on overflow. */
static bool map_capacity_for(size_t count, size_t *ret)
{
    size_t capacity = 16;

    while (capacity / 2 < count)
        if (!mem_mul(capacity, 2, &capacity))
            return false;
    *ret = capacity;
    return true;
}

enum err map_reserve(struct map *map, size_t count)
{
    struct map grown = {.count = map->count};

    if (!map_capacity_for(count, &grown.capacity))
        return ERR_NOMEM;
    if (grown.capacity <= map->capacity)
        return OK;
    grown.slots = mem_zero(grown.capacity, sizeof *grown.slots);
    if (!grown.slots)
        return ERR_NOMEM;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].value_plus_1)
            *map_find(&grown, map->slots[i].key) = map->slots[i];
    mem_free(map->slots);
    *map = grown;
    return OK;
}

enum err map_put(struct map *map, uint64_t key, uint64_t value)
{
    ASSERT(value != UINT64_MAX);
    enum err err = map_reserve(map, map->count + 1);
    if (err)
        return err;
    struct map_slot *slot = map_find(map, key);
    map->count += slot->value_plus_1 == 0;
    *slot = (struct map_slot){key, value + 1};
    return OK;
}

bool map_get(const struct map *map, uint64_t key, uint64_t *ret_value)
{
    if (map->count == 0)
        return false;
    const struct map_slot *slot = map_find(map, key);
    if (slot->value_plus_1 == 0)
        return false;
    *ret_value = slot->value_plus_1 - 1;
    return true;
}

void map_done(struct map *map)
{
    mem_free(map->slots);
    *map = (struct map){0};
}

static struct map_str_slot *map_str_find(const struct map_str *map, struct str key)
{
    size_t mask = map->capacity - 1;
    size_t at = map_mix(str_hash(key)) & mask;

    while (map->slots[at].key.data && !str_eq(map->slots[at].key, key))
        at = (at + 1) & mask;
    return &map->slots[at];
}

enum err map_str_reserve(struct map_str *map, size_t count)
{
    struct map_str grown = {.count = map->count};

    if (!map_capacity_for(count, &grown.capacity))
        return ERR_NOMEM;
    if (grown.capacity <= map->capacity)
        return OK;
    grown.slots = mem_zero(grown.capacity, sizeof *grown.slots);
    if (!grown.slots)
        return ERR_NOMEM;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].key.data)
            *map_str_find(&grown, map->slots[i].key) = map->slots[i];
    mem_free(map->slots);
    *map = grown;
    return OK;
}

enum err map_str_add(struct map_str *map, struct str key, uint32_t value)
{
    ASSERT(key.data);
    enum err err = map_str_reserve(map, map->count + 1);
    if (err)
        return err;
    struct map_str_slot *slot = map_str_find(map, key);
    if (slot->key.data)
        return ERR_EXISTS;
    *slot = (struct map_str_slot){key, value};
    map->count++;
    return OK;
}

bool map_str_get(const struct map_str *map, struct str key, uint32_t *ret_value)
{
    if (map->count == 0 || !key.data)
        return false;
    const struct map_str_slot *slot = map_str_find(map, key);
    if (!slot->key.data)
        return false;
    *ret_value = slot->value;
    return true;
}

void map_str_done(struct map_str *map)
{
    mem_free(map->slots);
    *map = (struct map_str){0};
}
