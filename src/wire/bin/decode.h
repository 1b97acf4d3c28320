/* decode.h - a message of bins' sensors, in any of the languages they come in, to readings.
 *
 * Languages  Plain JSON of ours, SenML (JSON, CBOR), events of ChirpStack (v4, v3), uplinks of The
 *            Things Stack v3, and Milesight's frames of NB-IoT terminals.
 * Memory     Readings, and texts that had to be joined, lie in the caller's arena; all other text
 *            points into the message.
 * Limits     WIRE_BIN_MESSAGE_MAX, WIRE_BIN_READINGS_MAX, WIRE_BIN_DEVICE_MAX.
 * Threads    Any; nothing here has state.
 * Layer      1
 */
#ifndef WIRE_BIN_DECODE_H
#define WIRE_BIN_DECODE_H

#include "wire/lorawan/lorawan.h"

/*    code          text */
#define WIRE_BIN_KIND_LIST(X)   \
    X(UNKNOWN, "unknown")       \
    X(JSON, "json")             \
    X(SENML_JSON, "senml+json") \
    X(SENML_CBOR, "senml+cbor") \
    X(CHIRPSTACK, "chirpstack") \
    X(TTS, "the-things-stack")  \
    X(MILESIGHT_NB, "milesight-nb")

enum wire_bin_kind {
#define X(code, text) WIRE_BIN_KIND_##code,
    WIRE_BIN_KIND_LIST(X)
#undef X
        WIRE_BIN_KIND_COUNT
};
const char *wire_bin_kind_text(enum wire_bin_kind kind);

/* What a message is, by the MQTT topic it came on (may be empty), else by how it begins. */
enum wire_bin_kind wire_bin_kind_of(struct str topic, struct bytes message);
/* By a media type, parameters or not; JSON is then looked at. UNKNOWN for another type. */
enum wire_bin_kind wire_bin_kind_of_media(struct str media, struct bytes message);

/* Tells the model that a sensor was paired as. */
struct wire_bin_models {
    enum wire_lora_model (*of)(void *context, struct str device); /* NULL: nobody knows any */
    void *context;
};

struct wire_bin_message {
    enum wire_bin_kind kind;
    struct bytes body;
    struct utc_us now; /* when it was received */
    struct wire_bin_models models;
};

/* Readings in the message's order; a message that is understood may have none. A message with a
 * mistake gives none at all: `diag` has line and column where the language has lines. Errors:
 * SYNTAX, TRUNCATED, INVALID, RANGE, UNSUPPORTED (kind, model, port), LIMIT, NOMEM. */
MUST_USE enum err wire_bin_decode(const struct wire_bin_message *message, struct arena *arena,
                                  struct wire_bin_readings *ret_readings, struct diag *diag);

/* What a network server's event holds around the sensor's payload. */
struct wire_bin_uplink {
    struct str device; /* EUI in small hex digits; The Things Stack's id where there is none */
    struct str id;     /* the same for every delivery of this uplink */
    struct str frame;  /* session and count, for an id of our own */
    struct utc_us at;  /* when the network server got it */
    bool at_known;
    enum wire_lora_model model; /* as the network server's profile names it; UNKNOWN */
    uint8_t fport;
    struct bytes data; /* empty for events about the device alone */
    uint32_t fields;   /* BATTERY_PCT of a status event, POSITION of a location event */
    double battery_pct;
    double lat;
    double lng;
};
/* Opens an event of kind CHIRPSTACK or TTS, for those who look at payloads. Errors: as above. */
MUST_USE enum err wire_bin_uplink_read(enum wire_bin_kind kind, struct bytes message,
                                       struct arena *arena, struct wire_bin_uplink *ret,
                                       struct diag *diag);

/* Writes the readings as a list in our plain JSON; `invalid` stands where the distance is no level. */
void wire_bin_readings_write(const struct wire_bin_readings *readings, struct jw *jw);
/* Writes one object for a person to look at: the language; of a network server's event the device,
 * model, port and payload with everything in it under the maker's names; the readings, or `error`
 * with its text and place. Errors: NOMEM, when the arena had no room: nothing is written. */
MUST_USE enum err wire_bin_show(const struct wire_bin_message *message, struct arena *arena,
                                struct jw *jw);

#endif
