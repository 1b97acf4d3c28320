/* reading.h - what a bin's sensor says, whatever language it said it in.
 *
 * Purpose    The one form in which readings of SenML, plain JSON, ChirpStack, The Things Stack,
 *            Milesight, Dragino and Decentlab leave this layer.
 * Units      In each field's name.
 * Memory     Text points into the message or into the arena of the list.
 * Threads    Any; values only.
 * Layer      1
 */
#ifndef WIRE_BIN_READING_H
#define WIRE_BIN_READING_H

#include "base/arena.h"
#include "base/clock.h"

enum {
    WIRE_BIN_MESSAGE_MAX = 1 << 20, /* bytes: a day of a minute's readings is a tenth of it */
    WIRE_BIN_READINGS_MAX = 10000,  /* of one message */
    WIRE_BIN_DEVICE_MAX = 128,      /* bytes of a device's name or of an identity */
};

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
    struct str id;     /* the same for every delivery of one uplink; empty: the message has none */
    struct utc_us at;  /* device time, or the network server's where the device has no clock */
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

/* The readings of one message, in its order, in the caller's arena. */
struct wire_bin_readings {
    struct arena *arena;
    struct wire_bin_reading *items;
    size_t count;
    size_t capacity;
};

void wire_bin_init(struct wire_bin_readings *readings, struct arena *arena);
/* Errors: NOMEM; LIMIT beyond WIRE_BIN_READINGS_MAX. */
MUST_USE enum err wire_bin_push(struct wire_bin_readings *readings,
                                const struct wire_bin_reading *reading);

/* Where a bin is empty and where it is full, as distances from its sensor. */
struct wire_bin_depth {
    double empty_mm;
    double full_mm;
};
#define WIRE_BIN_DEAD_MM 20.0 /* nearer than this, a sensor sees its own echo */
/* Farther than this many times the empty bin is not the bin: an open lid, no echo. */
#define WIRE_BIN_BEYOND 1.5

/* True and *ret_fill in 0-1 where `distance_mm` is a level of that bin. False in the dead zone, far
 * beyond the bottom, and for depths that are none. */
bool wire_bin_fill(double distance_mm, struct wire_bin_depth depth, double *ret_fill);

#endif
