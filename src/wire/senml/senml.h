/* senml.h - Sensor Measurement Lists: read, resolved, written.
 *
 * Purpose    A pack of records in JSON or CBOR to records that each stand alone: full name, absolute
 *            time, unit, value.
 * Memory     Records and joined names lie in the caller's arena; other text points into the content.
 * Limits     WIRE_SENML_BYTES_MAX, WIRE_SENML_RECORDS_MAX, WIRE_SENML_NAME_MAX.
 * Refuses    Another version than 1 to 10, base versions that differ, an unknown label that ends in
 *            `_`, a label that comes twice in a record, names that the RFC does not allow.
 * Source     RFC 8428 (resolving: 4.6; JSON: 5; CBOR: 6).
 * Threads    Any; nothing here has state.
 * Layer      1
 */
#ifndef WIRE_SENML_SENML_H
#define WIRE_SENML_SENML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

enum {
    WIRE_SENML_BYTES_MAX = 1 << 20,
    WIRE_SENML_RECORDS_MAX = 10000,
    WIRE_SENML_NAME_MAX = 256, /* a base name is repeated in every record: it must not multiply */
    WIRE_SENML_VERSION = 10,
};

/* What a record measures. */
enum wire_senml_field {
    WIRE_SENML_VALUE = 1 << 0,
    WIRE_SENML_TEXT = 1 << 1,
    WIRE_SENML_FLAG = 1 << 2,
    WIRE_SENML_DATA = 1 << 3,
    WIRE_SENML_SUM = 1 << 4,
    WIRE_SENML_UPDATE = 1 << 5,
};

struct wire_senml_record {
    struct str name;
    struct str unit; /* empty: none */
    struct utc_us at;
    bool timed;      /* else the record means now */
    uint32_t fields; /* of enum wire_senml_field */
    double value;
    struct str text;
    bool flag;
    struct bytes data;
    double sum;
    double update_s; /* the next record comes within so many seconds */
};

struct wire_senml_pack {
    struct wire_senml_record *items;
    size_t count;
};

/* `now` stands for the time of records without one, and is what relative times count from.
 * `ret_pack` is in `arena`. JSON's mistakes have line and column, CBOR's name the byte. Errors:
 * SYNTAX, TRUNCATED, INVALID, RANGE, UNSUPPORTED (version, label), LIMIT, NOMEM. */
MUST_USE enum err wire_senml_read_json(struct str content, struct utc_us now, struct arena *arena,
                                       struct wire_senml_pack *ret_pack, struct diag *diag);
MUST_USE enum err wire_senml_read_cbor(struct bytes content, struct utc_us now, struct arena *arena,
                                       struct wire_senml_pack *ret_pack, struct diag *diag);

/* Writes the records with `base` as base name: what it begins is left out of each name. Errors are
 * sticky in `out`. */
void wire_senml_write_json(const struct wire_senml_record *records, size_t count, struct str base,
                           struct buf *out);
void wire_senml_write_cbor(const struct wire_senml_record *records, size_t count, struct str base,
                           struct buf *out);

#endif
