/* read.h - facts read back: by device time in pages, the newest of each device, and the tail.
 *
 * Purpose    Rows come to a callback. They are copied a page at a time and the read is ended before
 *            the callbacks: a slow reader holds nothing back, the log of the writer least of all.
 * Order      By (device time, device, hash), which is the order of the index that keeps a fact's
 *            identity: a page begins where the last one ended, however large the table.
 * Memory     Rows are borrowed until the callback returns. A page is STORE_PAGE_ROWS rows or
 *            STORE_PAGE_BYTES of their bytes, and one row more at most.
 * Errors     Those of db.h, NOMEM, and what the callback returned, which ends the reading.
 * Threads    The connection's.
 * Layer      3
 */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "store/db.h"
#include "store/device.h"
#include "store/fact.h"

enum { STORE_PAGE_ROWS = 1000, STORE_PAGE_BYTES = 1 << 20 };

struct store_row {
    enum store_table table;
    int64_t id;      /* grows in order of arrival */
    struct str name; /* of the device; empty when its row is gone */
    struct str unit;
    enum store_unit_kind unit_kind;
    union {
        struct store_key key; /* all facts begin with it */
        struct store_position position;
        struct store_reading reading;
        struct store_event event;
    };
};
typedef enum err store_row_fn(void *context, const struct store_row *row);

/* Where the last row was. */
struct store_cursor {
    int64_t at_us;
    int64_t device;
    int64_t hash;
};
/* Before the first fact of this time. */
struct store_cursor store_cursor_at(struct utc_us since);
struct store_cursor store_cursor_after(const struct store_row *row);

#define STORE_NO_END ((struct utc_us){INT64_MAX})
struct store_read {
    enum store_table table;
    struct store_cursor after;
    struct utc_us until; /* facts before this device time; STORE_NO_END */
    uint32_t device;     /* 0: all */
    size_t rows_max;     /* 0: all */
};
MUST_USE enum err store_read(struct store_db *db, const struct store_read *read, store_row_fn *fn,
                             void *context);

/* One page for a caller that must not be held up: at most `rows_max` rows out of STORE_WALK_ROWS
 * facts looked at. Facts are in the order of time, so those of one device may be far between: a page
 * may have few rows, or none, and yet not be the last. *ret_more: go on after *ret_next. */
enum { STORE_WALK_ROWS = 100000 }; /* about 10 ms */
MUST_USE enum err store_read_page(struct store_db *db, const struct store_read *read,
                                  store_row_fn *fn, void *context, struct store_cursor *ret_next,
                                  bool *ret_more);

/* The newest fact of each device by device time in [since, until); where several have the same time,
 * the one that came last. Names are filled. Cost: a walk over the index of that time. */
MUST_USE enum err store_read_last(struct store_db *db, enum store_table table, struct utc_us since,
                                  struct utc_us until, store_row_fn *fn, void *context);

/* Facts that arrived after row `after`, in order of arrival; names are empty. */
MUST_USE enum err store_read_tail(struct store_db *db, enum store_table table, int64_t after,
                                  store_row_fn *fn, void *context);

/* The device of this kind and name. Errors: NOT_FOUND. `kind` 0: either, the terminal first. */
MUST_USE enum err store_device_find(struct store_db *db, unsigned kind, struct str name,
                                    uint32_t *ret_id);

#endif
