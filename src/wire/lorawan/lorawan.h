/* lorawan.h - payloads of LoRaWAN bin sensors.
 *
 * Purpose    The bytes of one uplink to readings, and to the maker's own names for everything in
 *            it, so that an installer sees what the maker's manual shows.
 * Models     Milesight EM310-UDL, EM500-UDL, EM400-TLD/MUD/UDL; Dragino LDDS75, LDDS20, LDDS45,
 *            DDS75-LB; Decentlab DL-MBX.
 * Source     The makers' manuals and published decoders; docs/devices.md names them.
 * Memory     Readings go to the caller's list; facts hold no pointer beyond static text and the
 *            payload.
 * Threads    Any; nothing here has state.
 * Layer      1
 */
#ifndef WIRE_LORAWAN_LORAWAN_H
#define WIRE_LORAWAN_LORAWAN_H

#include "base/jw.h"
#include "wire/bin/reading.h"

/*    code        name          maker        a level lies between, mm (both excluded) */
#define WIRE_LORA_LIST(X)                             \
    X(EM310_UDL, "EM310-UDL", "Milesight", 20, 4500)  \
    X(EM500_UDL, "EM500-UDL", "Milesight", 20, 10000) \
    X(EM400_TLD, "EM400-TLD", "Milesight", 20, 4000)  \
    X(EM400_MUD, "EM400-MUD", "Milesight", 20, 10000) \
    X(EM400_UDL, "EM400-UDL", "Milesight", 20, 10000) \
    X(LDDS75, "LDDS75", "Dragino", 20, 7500)          \
    X(LDDS20, "LDDS20", "Dragino", 20, 2000)          \
    X(LDDS45, "LDDS45", "Dragino", 20, 4500)          \
    X(DDS75_LB, "DDS75-LB", "Dragino", 20, 7500)      \
    X(DL_MBX, "DL-MBX", "Decentlab", 20, 10000)

enum wire_lora_model {
    WIRE_LORA_UNKNOWN,
#define X(code, name, maker, min_mm, max_mm) WIRE_LORA_##code,
    WIRE_LORA_LIST(X)
#undef X
        WIRE_LORA_MODEL_COUNT
};

const char *wire_lora_model_text(enum wire_lora_model model); /* "EM310-UDL"; "unknown" */
const char *wire_lora_maker_text(enum wire_lora_model model); /* "Milesight"; "unknown" */
/* The model that `text` names somewhere in it, whatever its case, with '-', '_', blank or nothing
 * between the parts: "Milesight EM310-UDL", "em310_udl". WIRE_LORA_UNKNOWN when there is none. */
enum wire_lora_model wire_lora_model_of(struct str text);

enum wire_lora_fact_kind {
    WIRE_LORA_FACT_NUMBER,
    WIRE_LORA_FACT_TEXT,
    WIRE_LORA_FACT_MEASURE,   /* Decentlab: a number with a name to show and a unit */
    WIRE_LORA_FACT_DISTANCES, /* a list of distances in mm */
    WIRE_LORA_FACT_HISTORY,   /* a list of pairs of time and distance */
};

struct wire_lora_fact {
    const char *name; /* the maker's */
    enum wire_lora_fact_kind kind;
    double number;
    uint8_t decimals; /* of number */
    char text[32];
    const char *label; /* MEASURE */
    const char *unit;  /* MEASURE: may be NULL */
    struct bytes list; /* DISTANCES: big-endian pairs; HISTORY: the payload to read them from */
};

enum { WIRE_LORA_FACTS_MAX = 40 };
/* Everything in one payload. A name comes once, with its last value, as in the makers' decoders. */
struct wire_lora_facts {
    struct wire_lora_fact items[WIRE_LORA_FACTS_MAX];
    size_t count;
};
/* Writes the facts as one JSON object. */
void wire_lora_facts_write(const struct wire_lora_facts *facts, struct jw *jw);

struct wire_lora_uplink {
    enum wire_lora_model model;
    uint8_t fport;
    bool nb; /* Milesight's channels came in a frame of NB-IoT */
    struct bytes data;
    struct wire_bin_reading base; /* device, id and time that each reading starts with */
};

/* Appends what the uplink says to `ret_readings`: one reading, several with their own times where
 * the sensor sends its history, none for a frame about the device alone. `ret_facts` may be NULL.
 * A payload that turns unknown inside gives what was read before. Errors: UNSUPPORTED for a model
 * or port that is not known; TRUNCATED; INVALID; NOMEM; LIMIT. */
MUST_USE enum err wire_lora_decode(const struct wire_lora_uplink *uplink,
                                   struct wire_lora_facts *ret_facts,
                                   struct wire_bin_readings *ret_readings, struct diag *diag);

/* Milesight's frame of NB-IoT terminals, the body of a TCP, UDP or MQTT message. */
struct wire_lora_nb {
    struct str firmware;
    struct str hardware;
    struct str serial;
    struct str imei;
    struct str imsi;
    struct str iccid;
    uint8_t csq;
    struct bytes data; /* the channel list */
};
/* Text points into `message`. Errors: SYNTAX for another kind of message; TRUNCATED. */
MUST_USE enum err wire_lora_nb_read(struct bytes message, struct wire_lora_nb *ret);

#endif
