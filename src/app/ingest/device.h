/* device.h - every device that was ever heard, in memory.
 *
 * Purpose    The registry (a copy of the table `device`) and the live picture of each: connected,
 *            last heard, last position, last reading. It is a fold over stored facts: a snapshot
 *            plus what was stored after it.
 * Memory     The registry owns devices and their texts; a device stays where it is until the end, its
 *            texts but the name until app_device_change().
 * Limits     APP_DEVICES_MAX devices.
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_INGEST_DEVICE_H
#define APP_INGEST_DEVICE_H

#include "base/map.h"
#include "city/city.h"
#include "store/device.h"
#include "store/fact.h"

/* A device's clock is believed within these of its message's arrival. */
#define APP_CLOCK_AHEAD_US_MAX (INT64_C(86400) * 1000000)
#define APP_CLOCK_BEHIND_US_MAX (INT64_C(90) * 86400 * 1000000) /* backlogs are younger */

enum {
    APP_DEVICES_MAX = 4 << 20,
    APP_TRACE_FRAMES = 16,     /* last frames of a terminal, for people to look at */
    APP_TRACE_BYTES_MAX = 400, /* of each; longer ones are cut */
};

enum app_device_error {
    APP_ERROR_CHECKSUM,
    APP_ERROR_SYNTAX,
    APP_ERROR_TRUNCATED,
    APP_ERROR_LIMIT,
    APP_ERROR_UNAUTHORISED,
    APP_ERROR_FLOOD,
    APP_ERROR_KINDS
};
const char *app_device_error_name(enum app_device_error error);

struct app_trace_frame {
    struct utc_us at;
    bool out;
    bool cut;
    uint16_t size;
    unsigned char bytes[APP_TRACE_BYTES_MAX];
};

/* What only terminals have; made when one is first heard. */
struct app_terminal {
    uint64_t session;              /* of net/jt808.h, admitted; 0: not connected */
    uint16_t edition;              /* 2011, 2013, 2019; 0 not known */
    bool moved;                    /* has a position to tell the live feed */
    struct store_position last;    /* its items are not kept; key.device 0: none */
    struct app_trace_frame *trace; /* a ring of APP_TRACE_FRAMES, NULL until needed */
    uint32_t trace_next;
    struct app_parts *parts; /* messages of which parts are missing */
};

struct app_device {
    struct store_device row;
    struct utc_us heard; /* 0: not since the store was made */
    uint64_t frames;
    uint32_t errors[APP_ERROR_KINDS];
    bool changed;                 /* its state differs from the snapshot's */
    bool filled;                  /* its reading waits to be told to the pages */
    struct store_reading reading; /* key.device 0: none */
    struct app_terminal *terminal;
    char *texts; /* of the row, but the name: they change */
    char name[];
};

struct app_devices {
    VEC(struct app_device *) by_id; /* id - 1; NULL where there is none */
    struct map_str by_name[STORE_DEVICE_KINDS];
    uint32_t changed;
    bool saving; /* a snapshot is under way */
    size_t count;
};

void app_devices_init(struct app_devices *devices);
void app_devices_done(struct app_devices *devices);
/* Reads table and state. Errors: of the store; NOMEM, LIMIT. */
MUST_USE enum err app_devices_load(struct app_devices *devices, struct store_db *db);
/* Known by the city's folder: terminals of the fleet, sensors of the bins. Those not in the store
 * yet are entered as known and put. Errors: NOMEM, BUSY, LIMIT. */
MUST_USE enum err app_devices_of_city(struct app_devices *devices, struct store *store,
                                      const struct city *city, struct utc_us now);

struct app_device *app_device_find(const struct app_devices *devices, enum store_device_kind kind,
                                   struct str name);
struct app_device *app_device_by_id(const struct app_devices *devices, uint64_t id);
/* A new device, put into the store before any fact of it. Errors: NOMEM, BUSY, LIMIT. */
MUST_USE enum err app_device_add(struct app_devices *devices, struct store *store,
                                 const struct store_device *row, struct app_device **ret_device);
/* Changes a device's row by `change`, whose texts are copied, and puts it. The id, kind and name
 * stay. Errors: NOMEM, BUSY; then nothing has changed. */
MUST_USE enum err app_device_change(struct store *store, struct app_device *device,
                                    const struct store_device *change);
/* The device's terminal part. NULL for lack of memory. */
struct app_terminal *app_device_terminal(struct app_device *device);

/* Folds a fact into the live picture. */
void app_device_heard(struct app_devices *devices, struct app_device *device, struct utc_us now);
void app_device_position(struct app_devices *devices, struct app_device *device,
                         const struct store_position *position);
void app_device_reading(struct app_devices *devices, struct app_device *device,
                        const struct store_reading *reading);
/* Remembers a frame for people to look at; without memory it does not. */
void app_device_trace(struct app_terminal *terminal, struct bytes frame, bool out,
                      struct utc_us now);
/* Puts a job that saves what has changed as a snapshot. Also when nothing has: the marks move on, and
 * with them what retention may remove. */
void app_devices_save(struct app_devices *devices, struct store *store);

#endif
