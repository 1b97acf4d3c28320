/* parts.h - what the languages of bins share.
 *
 * Threads    Any.
 * Layer      1, private to bin/
 */
#ifndef WIRE_BIN_PARTS_H
#define WIRE_BIN_PARTS_H

#include "base/json.h"
#include "wire/bin/decode.h"
#include "wire/senml/senml.h"

/* Half a position, while a reading is put together. */
enum { WIRE_BIN_LAT = 1 << 30, WIRE_BIN_LNG = 1 << 29 };

/* What a number means, in the unit of the reading's field. */
enum wire_bin_quantity {
    WIRE_BIN_Q_DISTANCE,
    WIRE_BIN_Q_FILL,
    WIRE_BIN_Q_BATTERY_PCT,
    WIRE_BIN_Q_BATTERY_V,
    WIRE_BIN_Q_TEMPERATURE,
    WIRE_BIN_Q_WEIGHT,
    WIRE_BIN_Q_LAT,
    WIRE_BIN_Q_LNG,
    WIRE_BIN_Q_COUNT
};
/* The bit of `quantity` in a reading's fields. */
uint32_t wire_bin_bit(enum wire_bin_quantity quantity);
/* Sets the number and its bit; a distance in the dead zone is marked INVALID. Errors: RANGE for what
 * no bin has: then nothing is set. */
MUST_USE enum err wire_bin_set(struct wire_bin_reading *reading, enum wire_bin_quantity quantity,
                               double value);
/* Two halves become a position, a single half is dropped. False when nothing is left. */
bool wire_bin_whole(struct wire_bin_reading *reading);

MUST_USE enum err wire_bin_plain(const struct wire_bin_message *message, struct arena *arena,
                                 struct wire_bin_readings *readings, struct diag *diag);
MUST_USE enum err wire_bin_senml(const struct wire_bin_message *message, struct arena *arena,
                                 struct wire_bin_readings *readings, struct diag *diag);

void wire_bin_chirpstack(struct json *json, struct arena *arena, struct wire_bin_uplink *up);
void wire_bin_tts(struct json *json, struct arena *arena, struct wire_bin_uplink *up);

/* The model that a sensor was paired as, else the network server's word for it. */
enum wire_lora_model wire_bin_model_of(const struct wire_bin_message *message, struct str device,
                                       enum wire_lora_model hint);

#endif
