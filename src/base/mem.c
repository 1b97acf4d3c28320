/* mem.c - the only file that calls malloc. Test builds put a size before each block, so that live
 * bytes can be counted and the n-th allocation refused. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#ifdef MEM_FAULTS
#include <stdatomic.h>

enum { MEM_HEAD = 16 }; /* keeps the alignment of max_align_t */

static atomic_size_t mem_live;
static _Thread_local unsigned mem_countdown;
static _Thread_local bool mem_fired;

void mem_fail_nth(unsigned nth)
{
    mem_countdown = nth;
    mem_fired = false;
}

bool mem_fail_fired(void)
{
    return mem_fired;
}

size_t mem_live_bytes(void)
{
    return atomic_load(&mem_live);
}

static bool mem_refused(void)
{
    if (mem_countdown == 0 || --mem_countdown > 0)
        return false;
    mem_fired = true;
    return true;
}

static void *mem_raw(void *block, size_t size)
{
    size_t whole;
    size_t old = 0;
    char *head = block ? (char *)block - MEM_HEAD : NULL;

    if (mem_refused() || !mem_add(size, MEM_HEAD, &whole))
        return NULL;
    if (head)
        memcpy(&old, head, sizeof old);
    head = realloc(head, whole);
    if (!head)
        return NULL;
    memcpy(head, &size, sizeof size);
    atomic_fetch_add(&mem_live, size);
    atomic_fetch_sub(&mem_live, old);
    return head + MEM_HEAD;
}

void mem_free(void *block)
{
    size_t size;

    if (!block)
        return;
    char *head = (char *)block - MEM_HEAD;
    memcpy(&size, head, sizeof size);
    atomic_fetch_sub(&mem_live, size);
    free(head);
}
#else
static void *mem_raw(void *block, size_t size)
{
    return realloc(block, size ? size : 1);
}

void mem_free(void *block)
{
    free(block);
}
#endif

void *mem_alloc(size_t size)
{
    return mem_raw(NULL, size);
}

void *mem_zero(size_t count, size_t size)
{
    size_t whole;

    if (!mem_mul(count, size, &whole))
        return NULL;
    void *block = mem_raw(NULL, whole);
    if (block)
        memset(block, 0, whole);
    return block;
}

void *mem_resize(void *block, size_t size)
{
    return mem_raw(block, size);
}

enum err mem_reserve(void **items, size_t *capacity, size_t need, size_t size)
{
    size_t bytes;
    size_t grown = *capacity < 8 ? 8 : *capacity;

    if (need <= *capacity)
        return OK;
    while (grown < need)
        if (!mem_mul(grown, 2, &grown))
            return ERR_NOMEM;
    if (!mem_mul(grown, size, &bytes))
        return ERR_NOMEM;
    void *block = mem_resize(*items, bytes);
    if (!block)
        return ERR_NOMEM;
    *items = block;
    *capacity = grown;
    return OK;
}
