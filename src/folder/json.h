/* json.h - JSON, one token at a time.
 *
 * Purpose    GeoJSON of containers comes large and flat; a tree of it is not needed.
 * Memory     Strings live in the reader's buffer until the next call.
 * Limits     FOLDER_JSON_DEPTH_MAX levels, FOLDER_JSON_TEXT_MAX bytes of a string.
 * Source     RFC 8259.
 * Threads    A reader belongs to one thread.
 * Layer      3, private to folder/
 */
#ifndef FOLDER_JSON_H
#define FOLDER_JSON_H

#include "base/buf.h"
#include "folder/report.h"

enum { FOLDER_JSON_DEPTH_MAX = 64, FOLDER_JSON_TEXT_MAX = 1 << 20 };

enum folder_token {
    FOLDER_JSON_BAD, /* told; every later call gives it again */
    FOLDER_JSON_END, /* of the text */
    FOLDER_JSON_OBJECT,
    FOLDER_JSON_OBJECT_END,
    FOLDER_JSON_ARRAY,
    FOLDER_JSON_ARRAY_END,
    FOLDER_JSON_KEY,    /* text */
    FOLDER_JSON_STRING, /* text */
    FOLDER_JSON_NUMBER, /* text */
    FOLDER_JSON_WORD,   /* text: true, false, null */
};

struct folder_json {
    struct folder_report *report;
    struct str content;
    size_t at;
    uint64_t line;
    size_t line_at;                       /* where it begins */
    uint8_t kinds[FOLDER_JSON_DEPTH_MAX]; /* 1: object, 0: array */
    size_t depth;
    bool value; /* a value is complete: a comma or an end follows */
    bool key;   /* a key was read: its value follows */
    bool bad;
    struct buf text;
    struct folder_mark mark; /* of the last token */
};

void folder_json_init(struct folder_json *json, struct folder_report *report, struct str content);
void folder_json_done(struct folder_json *json);
enum folder_token folder_json_next(struct folder_json *json);
struct str folder_json_text(const struct folder_json *json);
/* Passes over the value that begins with `token`, the last one read. */
void folder_json_skip(struct folder_json *json, enum folder_token token);

#endif
