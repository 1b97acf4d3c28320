/* body.h - the bodies of all JT/T 808 messages, as trees of named values.
 *
 * Purpose    Bytes to values, values to the same bytes, values to JSON, and JSON to values: one
 *            table of layouts (layout.h) serves all four, so they cannot disagree.
 * Memory     A tree lies in the arena and points into the body that it was read from.
 * Limits     A list goes no further than its bytes. A tree of one frame fits an arena of
 *            WIRE_JT808_TREE_BYTES; a reassembled message wants about 200 times its body at worst,
 *            a document about 50 times its text.
 * Refuses    Bodies that end before their layout does. What a layout does not know is kept as bytes,
 *            so that writing gives the body back.
 * Source     JT/T 808-2011, -2013, -2019; JT/T 1078-2016; T/JSATL 12-2017.
 * Threads    Any; values only.
 * Layer      1
 */
#ifndef WIRE_JT808_BODY_H
#define WIRE_JT808_BODY_H

#include "base/arena.h"
#include "base/jw.h"
#include "wire/jt808/frame.h"

enum {
    WIRE_JT808_TREE_BYTES = 1 << 20,   /* an arena for the body of one frame */
    WIRE_JT808_ORDER_BYTES = 16 << 20, /* for a document: a route of a thousand points fits */
};

struct wire_row; /* layout.h */

/* A number, bytes, a text, or what holds other values. */
struct wire_jt808_value {
    const char *name; /* NULL in a list */
    const struct wire_row *row;
    bool told;   /* said for people, made from other values: not on the wire */
    bool absent; /* an empty list whose count is not on the wire either */
    int64_t number;
    struct bytes raw;               /* bytes as on the wire, without a length before them */
    struct str text;                /* of texts, UTF-8 */
    struct wire_jt808_value *first; /* of an object or a list */
    struct wire_jt808_value *last;
    struct wire_jt808_value *next;
};

struct wire_jt808_message {
    uint16_t msg_id;
    bool v2019;
    struct wire_jt808_value body; /* an object */
};

/* Reads a whole body: neither encrypted nor one part of several. Errors: TRUNCATED, INVALID, NOMEM;
 * `diag` (may be NULL) names the value. */
MUST_USE enum err wire_jt808_body_decode(const struct wire_jt808_head *head, struct bytes body,
                                         struct arena *arena,
                                         struct wire_jt808_message *ret_message, struct diag *diag);
/* Appends the body's bytes; the buffer's error is sticky. */
void wire_jt808_body_encode(const struct wire_jt808_message *message, struct buf *out);
/* Writes the body as one JSON object. */
void wire_jt808_body_json(const struct wire_jt808_message *message, struct jw *jw);

/* Reads what wire_jt808_body_json() writes, or a person did. Values that follow from others may be
 * missing or are ignored (counts, lengths, bits beside their number, an additional item's meaning);
 * a parameter has `hex` or `value`. What a terminal would read from the bytes must be what was
 * written. Errors: SYNTAX, INVALID, RANGE, LIMIT, NOMEM; told in `diag` with line and column. */
MUST_USE enum err wire_jt808_body_parse_json(struct str json, uint16_t msg_id, bool v2019,
                                             struct arena *arena,
                                             struct wire_jt808_message *ret_message,
                                             struct diag *diag);

/* The member of an object, or NULL. */
const struct wire_jt808_value *wire_jt808_get(const struct wire_jt808_value *object,
                                              const char *name);
/* False when there is none. */
MUST_USE bool wire_jt808_get_number(const struct wire_jt808_value *object, const char *name,
                                    int64_t *ret);
/* False for a message id whose layout is not known: its body is one value, `body_hex`. */
MUST_USE bool wire_jt808_known(uint16_t msg_id);

/* A frame in full, header and body, as one JSON object {"header":...,"body":...}: a part of several
 * as `fragment_hex`, an encrypted one as `encrypted_hex`. Errors: those of decode, before anything is
 * written. */
MUST_USE enum err wire_jt808_frame_json(const struct wire_jt808_frame *frame, struct arena *arena,
                                        struct jw *jw, struct diag *diag);

#endif
