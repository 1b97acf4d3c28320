/* cbor.h - CBOR, one item at a time.
 *
 * Purpose    A strict reader over bytes in memory: no tree, no recursion, no allocation.
 * Memory     Nothing is kept: strings point into the content. A string in parts (indefinite length)
 *            is given part by part between its opening and its close.
 * Limits     WIRE_CBOR_DEPTH_MAX levels; a count beyond the bytes that are left is refused at once.
 * Refuses    What is not well-formed by RFC 8949, appendix C, text that is not UTF-8, and bytes after
 *            the item. Numbers need not be in their shortest form.
 * Source     RFC 8949.
 * Threads    A reader belongs to one thread.
 * Layer      1, private to senml/
 */
#ifndef WIRE_SENML_CBOR_H
#define WIRE_SENML_CBOR_H

#include "base/rd.h"

enum { WIRE_CBOR_DEPTH_MAX = 16 };

enum wire_cbor_item {
    WIRE_CBOR_BAD,   /* err and why say what; every later call gives it again */
    WIRE_CBOR_END,   /* of the content */
    WIRE_CBOR_UINT,  /* number */
    WIRE_CBOR_NINT,  /* -1 - number */
    WIRE_CBOR_BYTES, /* bytes */
    WIRE_CBOR_TEXT,  /* bytes, UTF-8 */
    WIRE_CBOR_PARTS, /* BYTES or TEXT follow, then CLOSE */
    WIRE_CBOR_ARRAY,
    WIRE_CBOR_MAP,
    WIRE_CBOR_CLOSE,  /* of the newest ARRAY, MAP or PARTS */
    WIRE_CBOR_TAG,    /* number; the item that it marks follows */
    WIRE_CBOR_SIMPLE, /* number: 20 false, 21 true, 22 null, 23 undefined */
    WIRE_CBOR_FLOAT,  /* real */
};

struct wire_cbor_level {
    uint8_t kind; /* major type of the container; of the parts for PARTS */
    bool parts;
    bool endless;   /* a break ends it */
    uint64_t items; /* still to come, or read so far when endless */
};

struct wire_cbor {
    struct bytes content;
    size_t at;
    size_t mark; /* where the last item begins */
    struct wire_cbor_level levels[WIRE_CBOR_DEPTH_MAX];
    size_t depth;
    bool whole;  /* the one item of the content is complete */
    bool tagged; /* a tag was read: its item follows */
    enum err err;
    const char *why;
    uint64_t number;
    double real;
    struct bytes bytes;
};

void wire_cbor_init(struct wire_cbor *cbor, struct bytes content);
enum wire_cbor_item wire_cbor_next(struct wire_cbor *cbor);
/* Passes over the value that begins with `item`, the last one read. */
void wire_cbor_skip(struct wire_cbor *cbor, enum wire_cbor_item item);
/* The finite number that `item` begins: an integer, a float, a decimal fraction (tag 4) or a bigfloat
 * (tag 5). False, and then the reader is bad, for anything else. */
bool wire_cbor_f64(struct wire_cbor *cbor, enum wire_cbor_item item, double *ret);
/* Tells a mistake of meaning at the last item. */
enum wire_cbor_item wire_cbor_refuse(struct wire_cbor *cbor, enum err err, const char *why);

#endif
