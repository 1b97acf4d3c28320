/* mem.h - the only door to the heap.
 *
 * Purpose    Checked sizes, and in test builds a count of live bytes and a fault on the n-th call.
 * Memory     What these return belongs to the caller until mem_free().
 * Errors     NULL when memory is gone; callers turn it into ERR_NOMEM.
 * Threads    Any. The fault counter is per thread, the live count is shared.
 * Layer      0
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/err.h"

/* `size` 0 gives a valid block that must be freed. The bytes are not cleared. */
MUST_USE void *mem_alloc(size_t size);
/* `count` items of `size` bytes, cleared; NULL also when the product overflows. */
MUST_USE void *mem_zero(size_t count, size_t size);
/* As realloc: on failure the old block stays as it was. `block` may be NULL. */
MUST_USE void *mem_resize(void *block, size_t size);
/* NULL is allowed. */
void mem_free(void *block);

/* Checked arithmetic for sizes from outside. False and *ret untouched on overflow. */
MUST_USE static inline bool mem_mul(size_t a, size_t b, size_t *ret)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *ret = product;
    return true;
}
MUST_USE static inline bool mem_add(size_t a, size_t b, size_t *ret)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret = sum;
    return true;
}

/* Grows `*items` (of `size` bytes each) so that it holds `need`; doubles, so pushes are amortised.
 * Errors: NOMEM, then nothing has changed. */
MUST_USE enum err mem_reserve(void **items, size_t *capacity, size_t need, size_t size);

#ifdef MEM_FAULTS
/* The n-th allocation of this thread from now fails, once; 0 switches the fault off. */
void mem_fail_nth(unsigned nth);
/* True when the last armed fault has happened. */
bool mem_fail_fired(void);
/* Bytes now held by all threads. */
size_t mem_live_bytes(void);
#endif

/* A growing array of `type`. Zero-initialise; give back with vec_done().
 *     VEC(struct stop) stops = {0};
 *     err = vec_push(&stops, stop);
 */
#define VEC(type)        \
    struct {             \
        type *items;     \
        size_t count;    \
        size_t capacity; \
    }
#define vec_reserve(vec, need) \
    mem_reserve((void **)&(vec)->items, &(vec)->capacity, (need), sizeof *(vec)->items)
#define vec_push(vec, ...)                           \
    ((enum err)(vec_reserve((vec), (vec)->count + 1) \
                    ? ERR_NOMEM                      \
                    : ((vec)->items[(vec)->count++] = (__VA_ARGS__), OK)))
#define vec_done(vec)                       \
    do {                                    \
        mem_free((vec)->items);             \
        (vec)->items = NULL;                \
        (vec)->count = (vec)->capacity = 0; \
    } while (0)

#endif
