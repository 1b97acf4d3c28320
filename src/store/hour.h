/* hour.h - the hourly sums of facts, read back.
 *
 * Purpose    What stays when facts go (keep.h). Rows come in the order (hour, device), copied a page
 *            at a time as in read.h.
 * Memory     Text is borrowed until the callback returns.
 * Threads    The connection's.
 * Layer      3
 */
#ifndef STORE_HOUR_H
#define STORE_HOUR_H

#include "store/read.h"

/* A value that no fact of the hour had is not known. */
struct store_known {
    bool known;
    int64_t value;
};

struct store_position_hour {
    struct store_known odometer_min_dkm;
    struct store_known odometer_max_dkm;
    int64_t speed_max_dkmh;
    int64_t moving; /* positions at STORE_MOVING_DKMH or faster */
    int64_t alarms; /* positions with an alarm */
};

struct store_reading_hour {
    int64_t fill_count; /* readings that had a level */
    int64_t fill_sum_bp;
    struct store_known fill_min_bp;
    struct store_known fill_max_bp;
    struct store_known temperature_max_cc;
    struct store_known battery_min_dpct;
};

struct store_hour {
    enum store_table table;
    uint32_t device;
    struct str name;
    struct str unit;
    struct utc_us begin;
    int64_t count; /* of facts */
    union {
        struct store_position_hour position;
        struct store_reading_hour reading;
    };
};

struct store_hours {
    enum store_table table; /* STORE_POSITIONS or STORE_READINGS */
    struct utc_us since;    /* hours that begin from here on */
    struct utc_us until;    /* and before this; STORE_NO_END */
    uint32_t device;        /* 0: all */
};
/* Errors: those of db.h, NOMEM, and what `fn` returned, which ends the reading. */
MUST_USE enum err store_hours_each(struct store_db *db, const struct store_hours *hours,
                                   enum err (*fn)(void *context, const struct store_hour *hour),
                                   void *context);

#endif
