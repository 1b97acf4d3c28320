/* value.h - one value of a city's tables: from text into a struct's member, and back.
 *
 * Purpose    A file's columns or keys are a table of `struct folder_field`; the same table reads,
 *            checks and writes, so that the three cannot drift apart.
 * Layer      3, private to folder/
 */
#ifndef FOLDER_VALUE_H
#define FOLDER_VALUE_H

#include "base/buf.h"
#include "base/map.h"
#include "folder/report.h"

/*    type                     member                     text */
enum folder_type {
    FOLDER_TEXT,         /* struct str                     any UTF-8 */
    FOLDER_ID,           /* struct str                     1-64 characters, no blanks */
    FOLDER_U32,          /* uint32_t                       */
    FOLDER_U64,          /* uint64_t                       */
    FOLDER_F64,          /* double                         */
    FOLDER_DEGREES,      /* int32_t, 1e-7 degree           "26.8933001" */
    FOLDER_TIME,         /* int32_t, seconds               "06:30", up to "48:00" */
    FOLDER_OFFSET,       /* int32_t, seconds               "+08:00" */
    FOLDER_BOOL,         /* bool                           true, false */
    FOLDER_COLOUR,       /* uint32_t                       "#00A650" */
    FOLDER_WORD,         /* an enum or uint32_t            one of field.words */
    FOLDER_DATE,         /* int64_t, day                   "2026-10-01" */
    FOLDER_WINDOW,       /* struct city_window             "04:00-06:30" */
    FOLDER_STREAM,       /* uint32_t index                 code */
    FOLDER_STREAMS,      /* uint32_t mask                  "R;O" or empty */
    FOLDER_PLACE,        /* uint32_t index                 id of a place read before */
    FOLDER_FACILITY,     /* uint32_t index                 id of a facility read before */
    FOLDER_COMPARTMENTS, /* struct city_vehicle            "F:3000:2500;O:..." ("-": sweepings) */
    FOLDER_NAME,  /* struct city_name               YAML: {zh: , en: } or one text for both */
    FOLDER_GROUP, /* a struct in the struct         YAML: a mapping, read by field.group */
    FOLDER_NODE,  /* const struct folder_node *     YAML: kept for the caller's own reading */
    FOLDER_TYPES
};

enum folder_need { FOLDER_MUST, FOLDER_MAY }; /* MAY: absent or empty leaves the default */

struct folder_fields;
struct folder_field {
    const char *key;
    enum folder_type type;
    size_t offset;
    enum folder_need need;
    double min; /* with max: bounds of a number, both included; both 0: none */
    double max;
    const char *(*word)(unsigned value); /* FOLDER_WORD: NULL ends the list */
    const struct folder_fields *group;
};
struct folder_fields {
    const struct folder_field *items;
    size_t count;
};
#define FOLDER_FIELDS(array) ((const struct folder_fields){(array), COUNT_OF(array)})

/* What values may refer to. */
struct folder_reader {
    struct folder_report report;
    struct city *city;     /* texts are copied into its arena */
    struct map_str places; /* id -> index */
    struct map_str facilities;
};

/* Reads `text` into the member of `row`; tells a mistake instead where there is one. */
void folder_value_read(struct folder_reader *reader, const struct folder_field *field,
                       struct str text, struct folder_mark at, void *row);
/* Appends the member's text. NODE and GROUP have none. */
void folder_value_write(const struct city *city, const struct folder_field *field, const void *row,
                        struct buf *out);
/* The key nearest to a mistyped one, NULL when none is near. */
const char *folder_nearest(struct folder_fields fields, struct str key);
const struct folder_field *folder_field_find(struct folder_fields fields, struct str key);
/* "a, b, c": the allowed words, shortened to `size`. */
void folder_words(const struct folder_field *field, size_t size, char *ret_text);

#endif
