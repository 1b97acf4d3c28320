/* state.h - what is in memory, as a snapshot plus the tail of stored facts.
 *
 * Purpose    State is a fold over facts. A snapshot holds it per device as bytes of its owner's
 *            making, with the marks: the newest row of each table that is folded in. To be back
 *            after a restart: store_state_each(), then store_read_tail() from each mark.
 * Retention  Facts after the marks are never removed (keep.h), so save regularly, also when no state
 *            has changed: only the marks move then.
 * Threads    The connection's; store_state_save() belongs into a job of the store.
 * Layer      3
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "store/db.h"
#include "store/read.h"

/* Row ids, 0 before the first. */
struct store_marks {
    int64_t rows[STORE_TABLES];
};

struct store_state {
    uint32_t device;
    struct bytes body; /* opaque; its owner gives it a version */
};

/* Saves or replaces these devices' states and sets the marks, in the transaction that is open.
 * `marks` NULL: the newest rows of the tables now, which is right in a job whose states hold all
 * facts that were put before it. Marks never go back: RANGE. */
MUST_USE enum err store_state_save(struct store_db *db, const struct store_state *states,
                                   size_t count, const struct store_marks *marks);
/* Every state, by device. Stops at the first failure of `fn` and returns it. */
MUST_USE enum err store_state_each(struct store_db *db,
                                   enum err (*fn)(void *context, const struct store_state *state),
                                   void *context);
/* Where the tail of each table begins: after these rows. */
MUST_USE enum err store_state_marks(struct store_db *db, struct store_marks *ret_marks);
/* The newest row of each table. */
MUST_USE enum err store_newest_rows(struct store_db *db, struct store_marks *ret_marks);

#endif
