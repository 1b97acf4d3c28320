/* fact.h - the facts that are stored, a struct a table.
 *
 * Units      Named in each field; times are UTC. A device time that is no date is 0.
 * Memory     Bytes are borrowed.
 * Threads    Any; values only.
 * Layer      3
 */
#ifndef STORE_FACT_H
#define STORE_FACT_H

#include "base/clock.h"
#include "geo/point.h"

#define STORE_FILE "store.db"

enum {
    STORE_BODY_MAX = 4 << 20, /* of one event: a picture of a terminal is below 1 MB */
};

enum store_table { STORE_POSITIONS, STORE_READINGS, STORE_EVENTS, STORE_TABLES };

struct store_key {
    uint32_t device; /* id of its row in `device` */
    struct utc_us at;
    uint64_t hash; /* of the body as received */
    struct utc_us received;
};

#define STORE_NO_ODOMETER UINT32_MAX

enum store_position_flag {
    STORE_POSITION_BACKLOG = 1,     /* was sent later (0x0704 type 1) */
    STORE_POSITION_ANSWER = 2,      /* the answer to a query */
    STORE_POSITION_CLOCK_WRONG = 4, /* device time is no date, or a day off the receive time */
};
struct store_position {
    struct store_key key;
    struct wgs84 place;
    int32_t altitude_m;
    uint32_t speed_dkmh; /* 0.1 km/h */
    uint32_t heading_deg;
    uint32_t odometer_dkm; /* 0.1 km, or STORE_NO_ODOMETER */
    uint32_t status;       /* the terminal's words */
    uint32_t alarm;
    uint32_t flags;
    struct bytes items; /* all additional items, as sent */
};

enum store_reading_field {
    STORE_READING_DISTANCE = 1 << 0,
    STORE_READING_FILL = 1 << 1, /* as sent, or by the bin's depth from the distance */
    STORE_READING_BATTERY_PCT = 1 << 2,
    STORE_READING_BATTERY_MV = 1 << 3,
    STORE_READING_TEMPERATURE = 1 << 4,
    STORE_READING_TILT = 1 << 5, /* known; its value in `tilt` */
    STORE_READING_WEIGHT = 1 << 6,
    STORE_READING_PLACE = 1 << 7,
    STORE_READING_ALARM = 1 << 8,
    STORE_READING_INVALID = 1 << 9, /* measured, and no level */
};
struct store_reading {
    struct store_key key;
    uint32_t fields;
    int32_t distance_mm;
    int32_t fill_bp; /* hundredths of a percent */
    int32_t battery_dpct;
    int32_t battery_mv;
    int32_t temperature_cc; /* 0.01 degree Celsius */
    int32_t weight_g;
    bool tilt;
    bool alarm;
    struct wgs84 place;
};

struct store_event {
    struct store_key key;
    struct str kind; /* "jt808.0900", "lift": see docs/devices.md */
    bool custody;    /* part of the mass chain: kept whole, never rolled up */
    struct bytes body;
};

#endif
