/* location.h - the location report of JT/T 808, read fast.
 *
 * Purpose    0x0200's body, also inside 0x0201, 0x0500, 0x0704, 0x0801 and 0x0802.
 * Source     JT/T 808-2013 table 23 and 808-2019 table 23 ff.
 * Threads    Any; values only.
 * Layer      1
 */
#ifndef WIRE_JT808_LOCATION_H
#define WIRE_JT808_LOCATION_H

#include "base/clock.h"
#include "base/rd.h"

enum { WIRE_JT808_LOCATION_BYTES = 28 /* without additional items */ };

struct wire_jt808_location {
    uint32_t alarm;  /* bits, table 24 */
    uint32_t status; /* bits, table 25 */
    int32_t lat_e6;  /* signed by status bit 2; INT32_MAX at most, which is no place */
    int32_t lng_e6;  /* signed by status bit 3 */
    int16_t altitude_m;
    uint16_t speed_dkmh; /* 0.1 km/h */
    uint16_t heading_deg;
    uint8_t time_bcd[6]; /* YYMMDDhhmmss, GMT+8 */
    struct bytes items;  /* additional items, undecoded */
};

/* Errors: TRUNCATED below 28 bytes. */
MUST_USE enum err wire_jt808_location(struct bytes body, struct wire_jt808_location *ret);
/* GMT+8 digits to UTC. Errors: RANGE for what is no date and time. */
MUST_USE enum err wire_jt808_time(const uint8_t bcd[6], struct utc_us *ret);

struct wire_jt808_item {
    uint8_t id;
    struct bytes value;
};
/* The next additional item. False at the end, or when a length is missing or runs past it (then
 * rd->bad). */
MUST_USE bool wire_jt808_item_next(struct rd *rd, struct wire_jt808_item *ret_item);
/* The odometer, item 0x01, in 0.1 km. False when there is none. */
MUST_USE bool wire_jt808_odometer(struct bytes items, uint32_t *ret_dkm);

#endif
