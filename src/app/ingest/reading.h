/* reading.h - what bins' sensors say, by HTTP and by MQTT, into facts.
 *
 * Purpose    A message in any of the languages of wire/bin/ becomes readings of known sensors; a
 *            fill level is worked out from a distance by the bin's depth.
 * Identity   A reading is (sensor, its time, what it says): a sensor that was offline may send
 *            again, alone or in a batch, and is counted once.
 * Rule       Answered only after the commit. All readings of a message are put, or none.
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_INGEST_READING_H
#define APP_INGEST_READING_H

#include "app/ingest/device.h"
#include "base/log.h"
#include "store/store.h"
#include "wire/bin/decode.h"

struct app_live;

struct app_readings {
    struct app_devices *devices;
    struct store *store;
    struct app_live *live;
    const struct clock *clock;
    const struct log *log;
    bool enrol_open; /* sensors never heard of are taken in, unassigned */
    uint64_t messages;
    uint64_t refused; /* messages with a mistake */
    uint64_t unknown; /* readings of sensors that are not known, or are blocked */
};

struct app_reading_message {
    enum wire_bin_kind kind;
    struct bytes body;
    struct str sender;       /* the only device it may speak for; empty: any */
    struct str topic_device; /* stands for the sender where the message names none; may be empty */
    struct utc_us received;
};
struct app_reading_sum {
    uint32_t accepted;
    uint32_t unknown;
};
/* Errors: of wire_bin_decode(), told in `diag`; NOT_FOUND when every reading is of an unknown
 * sensor; BUSY, NOMEM: nothing was put, try again. */
MUST_USE enum err app_readings_take(struct app_readings *readings,
                                    const struct app_reading_message *message,
                                    struct app_reading_sum *ret_sum, struct diag *diag);

#endif
