/* str.h - text and bytes that somebody else owns.
 *
 * Purpose    Pointer and length; not NUL-terminated. Text is UTF-8 inside the program.
 * Threads    Any; values only.
 * Layer      0
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/err.h"

struct str {
    const char *data;
    size_t size;
};

struct bytes {
    const unsigned char *data;
    size_t size;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
/* For printf: "%.*s". */
#define STR_ARG(s) (int)(s).size, (s).data

struct str str_of(const char *text); /* NULL gives the empty text */
struct bytes str_bytes(struct str text);
bool str_eq(struct str a, struct str b);
/* Byte order; <0, 0, >0. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str text, struct str prefix);
bool str_ends(struct str text, struct str suffix);
struct str str_trim(struct str text); /* ASCII blanks at both ends */
/* Cuts at the first `separator`: returns the part before it and leaves the rest in *rest; without
 * one, returns all and leaves *rest empty. */
struct str str_cut(struct str *rest, char separator);
uint64_t str_hash(struct str text); /* FNV-1a 64, the same on every machine */

/* Numbers: the whole text or nothing. Errors: SYNTAX, RANGE. Decimal point is '.' in any locale. */
MUST_USE enum err str_i64(struct str text, int64_t *ret);
MUST_USE enum err str_u64(struct str text, uint64_t *ret);
MUST_USE enum err str_f64(struct str text, double *ret); /* finite only; at most 64 characters */

/* True when `text` is well-formed UTF-8 without NUL; else *ret_at is the first bad byte's offset.
 */
bool str_utf8(struct str text, size_t *ret_at);
/* Bytes of `text` without the character that its end cuts off: for texts shortened to fit. */
size_t str_utf8_whole(struct str text);

#endif
