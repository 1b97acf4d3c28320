/* attach.h - what the body of a sanitation truck measures, inside passthrough 0x0900.
 *
 * Purpose    Lifts with tag and weight, tags alone, brushes and water, fill of compartments. JT/T 808
 *            leaves these to makers and no maker's layout is public, so this one is ours: type 0xF1
 *            of the custom range, described in docs/devices.md for whoever builds the sender.
 * Memory     Decoded tags point into the content.
 * Limits     WIRE_ATTACH_EVENTS_MAX events of known kinds, more than one frame can hold.
 * Threads    Any; values only.
 * Layer      1
 */
#ifndef WIRE_JT808_ATTACH_H
#define WIRE_JT808_ATTACH_H

#include "base/buf.h"

enum {
    WIRE_ATTACH_TYPE = 0xF1, /* the passthrough type */
    WIRE_ATTACH_VERSION = 1,
    WIRE_ATTACH_EVENTS_MAX = 128,
    WIRE_ATTACH_TAG_MAX = 64, /* bytes of a tag: an EPC of 256 bits in hex */
};
#define WIRE_ATTACH_NO_WEIGHT UINT32_MAX
#define WIRE_ATTACH_NO_PERCENT UINT8_MAX

enum wire_attach_kind {
    WIRE_ATTACH_LIFT = 1,  /* a bin was lifted over a compartment */
    WIRE_ATTACH_TAG = 2,   /* a tag passed a reader */
    WIRE_ATTACH_BRUSH = 3, /* a sweeper's tools changed, or still are so */
    WIRE_ATTACH_LEVEL = 4, /* how full a compartment is */
};

enum wire_attach_lift { /* bits */
                        WIRE_ATTACH_LIFT_EMPTIED = 1 << 0,
                        WIRE_ATTACH_LIFT_STABLE = 1 << 1,     /* the weights were read at rest */
                        WIRE_ATTACH_LIFT_OVERWEIGHT = 1 << 2, /* heavier than the lift may take */
                        WIRE_ATTACH_LIFT_REFUSED =
                            1 << 3, /* the crew found the wrong waste and did not take it */
                        WIRE_ATTACH_LIFT_BY_HAND =
                            1 << 4, /* a button said it, not the lift's switch */
};

enum wire_attach_brush { /* bits */
                         WIRE_ATTACH_BRUSH_DOWN = 1 << 0,
                         WIRE_ATTACH_BRUSH_SUCTION = 1 << 1,
                         WIRE_ATTACH_BRUSH_WATER = 1 << 2,
                         WIRE_ATTACH_BRUSH_LEFT = 1 << 3, /* the left side is worked */
                         WIRE_ATTACH_BRUSH_RIGHT = 1 << 4,
};

struct wire_attach_event {
    enum wire_attach_kind kind;
    uint8_t time_bcd[6]; /* YYMMDDhhmmss, GMT+8, as in a location */
    uint8_t bits;        /* LIFT, BRUSH */
    uint8_t compartment; /* LIFT, LEVEL: from 1; 0 for the only one, or the hopper */
    uint8_t reader;      /* TAG: from 1; 0 for the only one */
    uint8_t percent;     /* LEVEL: 0-100 or WIRE_ATTACH_NO_PERCENT */
    uint32_t gross_dag;  /* LIFT: bin and waste, in 10 g, or WIRE_ATTACH_NO_WEIGHT */
    uint32_t net_dag;    /* LIFT: waste alone; LEVEL: what is in the compartment */
    struct str tag;      /* LIFT, TAG: printable ASCII; empty for a bin without one */
};

struct wire_attach {
    size_t count;
    size_t skipped; /* records of kinds that this version does not know */
    struct wire_attach_event events[WIRE_ATTACH_EVENTS_MAX];
};

/* The content of a passthrough of type WIRE_ATTACH_TYPE. All or nothing. Errors: UNSUPPORTED for
 * another version, TRUNCATED, INVALID (a tag, a percentage, bytes behind the last record), LIMIT;
 * `diag` (may be NULL) says which record. */
MUST_USE enum err wire_attach_decode(struct bytes content, struct wire_attach *ret,
                                     struct diag *diag);
/* Appends the content; the events must be as decode gives them. */
void wire_attach_encode(const struct wire_attach *attach, struct buf *out);

#endif
