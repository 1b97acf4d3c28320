/* check.h - what every unit test needs: cmocka, and the out-of-memory sweep.
 *
 * Threads    One; the sweep arms the calling thread's allocations.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

enum { CHECK_SWEEP_MAX = 10000 }; /* more allocations than any swept call makes: a loop is a bug */

/* Calls `work` with its first allocation refused, then its second, until none is: each refusal must
 * come out as ERR_NOMEM and leave no byte behind. `work` gives back what it made when it succeeds.
 */
static inline void check_sweep(enum err (*work)(void *context), void *context)
{
    size_t before = mem_live_bytes();

    for (unsigned nth = 1; nth < CHECK_SWEEP_MAX; nth++) {
        mem_fail_nth(nth);
        enum err err = work(context);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        if (mem_live_bytes() != before)
            fail_msg("%zu bytes left behind when allocation %u is refused",
                     mem_live_bytes() - before, nth);
        if (!fired) {
            assert_int_equal(err, OK);
            assert_true(nth > 1); /* nothing allocated: nothing was swept */
            return;
        }
        if (err != ERR_NOMEM)
            fail_msg("allocation %u refused, but the answer is: %s", nth, err_text(err));
    }
    fail_msg("still allocating after %d refusals", CHECK_SWEEP_MAX);
}

/* The text, compared with a literal; the message shows both. */
#define check_text(text, literal)                                     \
    do {                                                              \
        struct str check_got = (text);                                \
        assert_int_equal(check_got.size, sizeof(literal) - 1);        \
        assert_memory_equal(check_got.data, literal, check_got.size); \
    } while (0)

#endif
