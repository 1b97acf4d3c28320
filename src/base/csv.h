/* csv.h - comma-separated values with a place for every mistake.
 *
 * Purpose    One row at a time from bytes in memory; line and column of each field.
 * Source     RFC 4180, plus: LF or CRLF, a UTF-8 byte-order mark, blank lines skipped. '#' is data.
 * Memory     Fields point into the reader's row buffer and live until the next csv_next().
 * Limits     CSV_ROW_MAX bytes a row, CSV_FIELDS_MAX fields a row.
 * Threads    A reader belongs to one thread.
 * Layer      0
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

enum {
    CSV_ROW_MAX = 1 << 20, /* a row of a city's tables is a few hundred bytes */
    CSV_FIELDS_MAX = 64
};

struct csv {
    struct str rest;
    const char *file; /* for messages; may be NULL */
    uint64_t line;    /* of the row last read, from 1 */
    uint64_t next_line;
    size_t count;
    struct str fields[CSV_FIELDS_MAX];
    uint64_t columns[CSV_FIELDS_MAX]; /* where each field begins, in characters from 1 */
    struct buf row;
};

void csv_init(struct csv *csv, const char *file, struct str content);
void csv_done(struct csv *csv);
/* Reads the next row into `fields`; *ret_more is false at the end. After an error in a row the
 * reader stands at the next line, so a checker can go on.
 * Errors: SYNTAX, LIMIT, NOMEM (with place and remedy in `diag`). */
MUST_USE enum err csv_next(struct csv *csv, bool *ret_more, struct diag *diag);
/* Writes one field, quoted where it must be. */
void csv_put(struct buf *out, struct str field);

#endif
