/* reading.h - what a bin's sensor says, whatever language it said it in.
 *
 * Purpose    The one form in which readings of SenML, plain JSON, ChirpStack, The Things Stack,
 *            Milesight, Dragino and Decentlab leave this layer.
 * Units      In each field's name.
 * Memory     Text points into the message.
 * Threads    Any; values only.
 * Layer      1
 */
#ifndef WIRE_BIN_READING_H
#define WIRE_BIN_READING_H

#include "base/clock.h"
#include "base/str.h"

/* Which fields of a reading are set. */
enum wire_bin_field {
    WIRE_BIN_DISTANCE = 1 << 0,
    WIRE_BIN_FILL = 1 << 1,
    WIRE_BIN_BATTERY_PCT = 1 << 2,
    WIRE_BIN_BATTERY_V = 1 << 3,
    WIRE_BIN_TEMPERATURE = 1 << 4,
    WIRE_BIN_TILT = 1 << 5,
    WIRE_BIN_WEIGHT = 1 << 6,
    WIRE_BIN_POSITION = 1 << 7,
    WIRE_BIN_ALARM = 1 << 8,
    WIRE_BIN_INVALID = 1 << 9, /* the sensor measured, and the distance is no level */
};

struct wire_bin_reading {
    struct str device; /* as the message names it; empty: the sender itself */
    struct utc_us at;  /* device time */
    bool at_known;     /* else the receive time stands for it */
    uint32_t fields;   /* of enum wire_bin_field */
    double distance_mm;
    double fill; /* 0-1, may pass 1 */
    double battery_pct;
    double battery_v;
    double temperature_c;
    double weight_kg;
    double lat;
    double lng;
    bool tilt;
    bool alarm;
};

#endif
