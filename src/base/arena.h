/* arena.h - memory with one life: a frame, a request, a solve.
 *
 * Purpose    Many small blocks, given back together. A cap makes "out of memory" a tested quota.
 * Memory     Blocks live until arena_reset() or arena_done(); the arena itself is the caller's.
 * Threads    An arena belongs to one thread.
 * Layer      0
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/mem.h"
#include "base/str.h"

struct arena_chunk;
struct arena {
    struct arena_chunk *chunk; /* newest first */
    size_t bytes_max;          /* cap over all chunks */
    size_t bytes;              /* taken from the heap so far */
};

/* Takes no memory yet. */
void arena_init(struct arena *arena, size_t bytes_max);
/* Gives everything back; the arena may be used again with the same cap. */
void arena_reset(struct arena *arena);
/* NULL and a zeroed arena are allowed. */
void arena_done(struct arena *arena);

/* `count` items of `size` bytes, cleared, aligned for any type. NULL over the cap. */
MUST_USE void *arena_zero(struct arena *arena, size_t count, size_t size);
/* A copy of `text`. Errors: NOMEM. */
MUST_USE enum err arena_str(struct arena *arena, struct str text, struct str *ret_copy);

#endif
