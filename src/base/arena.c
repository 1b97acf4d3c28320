/* arena.c - chunks that double up to a cap. */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

enum { ARENA_CHUNK_MIN = 4096, ARENA_CHUNK_MAX = 1 << 20, ARENA_ALIGN = alignof(max_align_t) };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* bytes after the head */
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena, size_t bytes_max)
{
    *arena = (struct arena){.bytes_max = bytes_max};
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *chunk = arena->chunk;

    while (chunk) {
        struct arena_chunk *next = chunk->next;
        mem_free(chunk);
        chunk = next;
    }
    arena->chunk = NULL;
    arena->bytes = 0;
}

void arena_done(struct arena *arena)
{
    if (arena)
        arena_reset(arena);
}

static bool arena_grow(struct arena *arena, size_t need)
{
    size_t size = arena->chunk ? arena->chunk->size * 2 : ARENA_CHUNK_MIN;
    size_t left = arena->bytes_max - arena->bytes;
    size_t whole;

    if (size > ARENA_CHUNK_MAX)
        size = ARENA_CHUNK_MAX;
    if (size < need)
        size = need;
    if (size > left)
        size = need; /* the last chunk under a cap is just large enough */
    if (!mem_add(size, sizeof(struct arena_chunk), &whole) || size > left)
        return false;
    struct arena_chunk *chunk = mem_alloc(whole);
    if (!chunk)
        return false;
    *chunk = (struct arena_chunk){.next = arena->chunk, .size = size};
    arena->chunk = chunk;
    arena->bytes += size;
    return true;
}

void *arena_zero(struct arena *arena, size_t count, size_t size)
{
    size_t need;

    if (!mem_mul(count, size, &need) || !mem_add(need, ARENA_ALIGN - 1, &need))
        return NULL;
    need -= need % ARENA_ALIGN;
    if (!arena->chunk || arena->chunk->size - arena->chunk->used < need)
        if (!arena_grow(arena, need))
            return NULL;
    void *block = arena->chunk->bytes + arena->chunk->used;
    arena->chunk->used += need;
    memset(block, 0, need);
    return block;
}

enum err arena_str(struct arena *arena, struct str text, struct str *ret_copy)
{
    char *copy = arena_zero(arena, text.size + 1, 1);

    if (!copy)
        return ERR_NOMEM;
    if (text.size)
        memcpy(copy, text.data, text.size);
    *ret_copy = (struct str){copy, text.size};
    return OK;
}
