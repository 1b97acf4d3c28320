/* json.h - JSON, one token at a time.
 *
 * Purpose    Documents from outside are read straight into what they mean: no tree, no recursion,
 *            and a mistake has its line and column.
 * Use        json_init(), then json_next() for tokens, or json_member() and json_item() in loops,
 *            each value taken with json_f64() and its like or passed over with json_skip();
 *            json_end() at last. Mistakes are sticky: loops end, json_end() tells the first one.
 * Memory     A text lives until the next one is read (a key: until the next key). One without an
 *            escape points into the content; only escapes take memory, up to JSON_TEXT_MAX.
 * Limits     JSON_DEPTH_MAX levels, JSON_TEXT_MAX bytes of a text.
 * Refuses    Everything that RFC 8259 does not allow; numbers that no double holds. A byte-order
 *            mark is passed over. A key that comes twice is the caller's to see.
 * Source     RFC 8259.
 * Threads    A reader belongs to one thread.
 * Layer      0
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"
#include "base/buf.h"

enum { JSON_DEPTH_MAX = 64, JSON_TEXT_MAX = 1 << 20 };

enum json_token {
    JSON_BAD, /* told in json.diag; every later call gives it again */
    JSON_END, /* of the content */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY,    /* text */
    JSON_STRING, /* text */
    JSON_NUMBER, /* text */
    JSON_WORD,   /* text: true, false, null */
};

struct json {
    struct str content;
    size_t at;
    uint64_t line;
    size_t line_at;                /* where it begins */
    uint8_t kinds[JSON_DEPTH_MAX]; /* 1: object, 0: array */
    size_t depth;
    bool value; /* a value is complete: a comma or an end follows */
    bool key;   /* a key was read: its value follows */
    bool bad;
    struct str text; /* of the last token */
    struct buf key_copy;
    struct buf text_copy;
    uint64_t mark_line;   /* where the last token begins, both from 1 */
    uint64_t mark_column; /* in bytes */
    struct diag diag;     /* the first mistake */
};

/* `content` must stay until json_done(). Takes no memory yet. */
void json_init(struct json *json, struct str content);
/* NULL and a zeroed reader are allowed. */
void json_done(struct json *json);

enum json_token json_next(struct json *json);
/* The text of the last token; empty for brackets. */
struct str json_text(const struct json *json);
/* Passes over the value that begins with `token`, the last one read. */
void json_skip(struct json *json, enum json_token token);

/* The next member of the object that is open: its key, and the token its value begins with, which
 * the caller takes or skips before the next call. False at the object's end and after a mistake. */
bool json_member(struct json *json, struct str *ret_key, enum json_token *ret_token);
/* The same for the values of an array. */
bool json_item(struct json *json, enum json_token *ret_token);

/* The value that `token`, the last one read, begins. False when it is of another kind: then that is
 * told, and *ret is untouched. A whole number is written without fraction and exponent. */
bool json_want(struct json *json, enum json_token token, enum json_token want);
bool json_str(struct json *json, enum json_token token, struct str *ret);
/* Stays as long as the content and the arena: what points into the content is not copied. */
bool json_str_keep(struct json *json, enum json_token token, struct arena *arena, struct str *ret);
bool json_f64(struct json *json, enum json_token token, double *ret);
bool json_i64(struct json *json, enum json_token token, int64_t *ret);
bool json_bool(struct json *json, enum json_token token, bool *ret);
bool json_is_null(const struct json *json, enum json_token token);

/* Tells a mistake of meaning at the last token; nothing is read after it. */
void json_refuse(struct json *json, enum err code, const char *format, ...) PRINTF_LIKE(3, 4);
/* After the last value: nothing but blanks may follow. Errors: SYNTAX; LIMIT for depth and size;
 * NOMEM; INVALID for a value of another kind; what json_refuse() was given. `diag` may be NULL. */
MUST_USE enum err json_end(struct json *json, struct diag *diag);

#endif
