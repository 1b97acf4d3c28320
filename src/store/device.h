/* device.h - who may say facts: terminals and sensors, and the parts of their long messages.
 *
 * Purpose    Rows of `device` and `fragment`. Given as ops of a batch (store_put_device() and its
 *            kin) they are on disk with or before the facts that follow them.
 * Memory     Text and bytes are borrowed: in a callback until it returns, in a put for the call.
 * Identity   A device is its id, chosen by the caller and never used twice; (kind, name) is unique.
 * Threads    store_device_*() and store_fragment_*(): the connection's. store_put_*(): the loop's.
 * Layer      3
 */
#ifndef STORE_DEVICE_H
#define STORE_DEVICE_H

#include "store/db.h"

enum { STORE_DEVICE_TEXT_MAX = 4096 }; /* bytes of each text: a token or a name is below 100 */

enum store_device_kind { STORE_DEVICE_TERMINAL = 1, STORE_DEVICE_SENSOR = 2 };
enum { STORE_DEVICE_KINDS = STORE_DEVICE_SENSOR + 1 }; /* for tables by kind */
enum store_unit_kind { STORE_UNIT_NONE = 0, STORE_UNIT_VEHICLE = 1, STORE_UNIT_BIN = 2 };
enum store_device_state {
    STORE_DEVICE_KNOWN = 0,
    STORE_DEVICE_UNASSIGNED = 1,
    STORE_DEVICE_BLOCKED = 2,
};

struct store_device {
    uint32_t id; /* from 1 */
    enum store_device_kind kind;
    struct str name; /* the phone number, or the sensor's own id */
    struct str maker;
    struct str model;
    struct str version;
    struct str auth;
    struct str unit; /* the vehicle or bin it is paired with, by the city's name */
    enum store_unit_kind unit_kind;
    int32_t empty_mm; /* distance that an empty bin shows, */
    int32_t full_mm;  /* and a full one; both 0 when unknown */
    enum store_device_state state;
    struct utc_us enrolled;
};

/* Every device, by id. Stops at the first failure of `fn` and returns it. */
MUST_USE enum err
store_device_each(struct store_db *db,
                  enum err (*fn)(void *context, const struct store_device *device), void *context);
/* Makes or replaces the row of this id. Errors: EXISTS when another id has this kind and name;
 * LIMIT for a text over STORE_DEVICE_TEXT_MAX; those of db.h. */
MUST_USE enum err store_device_put(struct store_db *db, const struct store_device *device);

/* A part of a message that came in several packets, kept until all are there. */
struct store_fragment {
    uint32_t device;
    uint32_t msg_id;
    uint32_t first; /* serial number of the first packet: names the message */
    uint32_t no;    /* from 1 */
    uint32_t total;
    struct utc_us received;
    struct bytes body;
};
/* Every fragment, by device, message and number. */
typedef enum err store_fragment_fn(void *context, const struct store_fragment *fragment);
MUST_USE enum err store_fragment_each(struct store_db *db, store_fragment_fn *fn, void *context);
/* Those of one message. */
MUST_USE enum err store_fragment_of(struct store_db *db, uint32_t device, uint32_t msg_id,
                                    uint32_t first, store_fragment_fn *fn, void *context);
/* A part that is there already is replaced. */
MUST_USE enum err store_fragment_put(struct store_db *db, const struct store_fragment *fragment);
/* Forgets all parts of one message; none is fine. */
MUST_USE enum err store_fragment_drop(struct store_db *db, uint32_t device, uint32_t msg_id,
                                      uint32_t first);

/* --- the same as ops of a batch, in the order of all puts; errors as store_put_position(). A
 * device that breaks the rules of store_device_put() fails its whole batch: keep names unique. One
 * whose batch fails for another reason is written with the next that succeeds: the giver need not
 * put it again. --- */
struct store;
MUST_USE enum err store_put_device(struct store *store, const struct store_device *device);
MUST_USE enum err store_put_fragment(struct store *store, const struct store_fragment *fragment);
/* Forgets the parts: the message is whole, and its fact was put before. */
MUST_USE enum err store_put_fragments_done(struct store *store, uint32_t device, uint32_t msg_id,
                                           uint32_t first);

#endif
