/* layout.h - how the layouts of message bodies are written down.
 *
 * Purpose    A layout is a list of rows in the order of the wire; read.c, write.c, show.c and build.c
 *            each follow it in their way. Layouts hold layouts, a few levels deep and never
 *            themselves: that bounds every descent.
 * Threads    Constant tables.
 * Layer      1, private to jt808/
 */
#ifndef WIRE_JT808_LAYOUT_H
#define WIRE_JT808_LAYOUT_H

#include "wire/jt808/body.h"

enum wire_kind {
    /* numbers */
    WIRE_U8,
    WIRE_U16,
    WIRE_U32,
    WIRE_I16,
    WIRE_ID8,   /* told as "0x1F" */
    WIRE_ID16,  /* "0x0200" */
    WIRE_ID32,  /* "0x0001" */
    WIRE_CAN,   /* "0x00000001", 4 bytes */
    WIRE_BITS8, /* told as a list of the bits that are set */
    WIRE_BITS16,
    WIRE_BITS32,
    WIRE_COUNT8, /* of the list `of` */
    WIRE_COUNT16,
    WIRE_COUNT32,
    WIRE_SIZE8, /* bytes of the sibling `of` */
    WIRE_SIZE32,
    /* bytes */
    WIRE_TIME,     /* BCD[6], told as 20YY-MM-DD hh:mm:ss whatever its digits are */
    WIRE_HEX,      /* `size` bytes */
    WIRE_HEX_OF,   /* as many as the sibling `of` says */
    WIRE_HEX_REST, /* all that is left */
    WIRE_HEX_MARK, /* 0x9208's alarm mark: 16 or 40 bytes, by what is left */
    /* GBK */
    WIRE_FIXED,     /* `size` bytes, NULs around the text */
    WIRE_TEXT8,     /* after a byte that counts its bytes */
    WIRE_TEXT16,    /* after a word */
    WIRE_TEXT_REST, /* to the end */
    /* what holds others: `size` bytes of count, else the sibling `of` counts, else to the end */
    WIRE_LIST,  /* of objects by `sub`, each after `arg` bytes of its length */
    WIRE_NUMS,  /* of numbers of `arg` bytes */
    WIRE_IDS,   /* of numbers of 4 bytes, told as "0x0001" */
    WIRE_PAIRS, /* of pairs of numbers of 4 bytes */
    WIRE_OBJECT,
    WIRE_GROUP, /* `sub`'s rows, in the same object */
    WIRE_ITEMS, /* a location's additional items */
    /* an item's or a parameter's length, bytes, and what they mean */
    WIRE_ITEM,
    WIRE_PARAM,
    WIRE_MARK, /* an alarm's mark inside an item; `arg`: a list of tyres follows it */
    /* told, not on the wire */
    WIRE_BITS_OF,   /* of the sibling `of`, `arg` bits wide */
    WIRE_FLAG_OF,   /* bit `arg` of the sibling `of` */
    WIRE_COORD_OF,  /* the sibling `of`, negative if bit `arg` of `status` is set */
    WIRE_REST_SIZE, /* bytes that are left */
    WIRE_EDITION,   /* 0x0100: 2013, or 2011 for a body shorter than the fixed part of 2013 */
    WIRE_WORD_AT,   /* the object's word at byte `arg`: told in another order than it lies */
    WIRE_WHOLE,     /* all bytes of the object, as hex */
    WIRE_NOTE,      /* a remark */
    WIRE_KINDS
};

enum wire_when {
    WIRE_ALWAYS,
    WIRE_IF_2019,
    WIRE_IF_2013,
    WIRE_IF_LEFT, /* bytes are left */
    WIRE_IF_BIT,  /* bit `test` of the sibling `on` is set */
    WIRE_IF_IS,   /* the sibling `on` is `test` */
    WIRE_IF_IS_NOT,
};

struct wire_row {
    const char *name;
    enum wire_kind kind;
    enum wire_when when;
    uint16_t size;
    uint16_t arg;
    uint16_t test;
    const char *of;
    const char *on;
    const struct wire_layout *sub;
};

struct wire_layout {
    const struct wire_row *rows;
    size_t count;
};

/* WIRE_ROW(U8, "flag") or WIRE_ROW(HEX, "start", .size = 6). */
#define WIRE_ROW(kind_, name_, ...)                        \
    {                                                      \
        .kind = WIRE_##kind_, .name = name_, ##__VA_ARGS__ \
    }
#define WIRE_LAYOUT(rows_)       \
    {                            \
        (rows_), COUNT_OF(rows_) \
    }

/* A message's layouts: the first that takes the whole body counts when there are two. */
struct wire_message_layout {
    uint16_t msg_id;
    const struct wire_layout *layout;
    const struct wire_layout *other;
};
extern const struct wire_message_layout wire_layouts_terminal[];
extern const size_t wire_layouts_terminal_count;
extern const struct wire_message_layout wire_layouts_platform[];
extern const size_t wire_layouts_platform_count;
extern const struct wire_message_layout wire_layouts_video[];
extern const size_t wire_layouts_video_count;

extern const struct wire_layout wire_layout_place; /* the 28 bytes of a location */
extern const struct wire_layout wire_layout_location;
extern const struct wire_layout wire_layout_params; /* 0x8103 */

/* What an additional item of that id and length means; NULL for one that is not known. */
const struct wire_layout *wire_layout_of_item(uint8_t id, size_t size);
/* An alarm's mark of 7 + 9 or 30 + 10 bytes. */
const struct wire_layout *wire_layout_of_mark(bool big);
enum { WIRE_MARK_BYTES = 16, WIRE_MARK_BIG_BYTES = 40 };

/* How a terminal's parameter is told. */
enum wire_param { WIRE_PARAM_HEX, WIRE_PARAM_NUMBER, WIRE_PARAM_TEXT };
/* *ret_size is a number's bytes. */
enum wire_param wire_param_of(uint32_t id, size_t *ret_size);

/* NULL for an unknown message. */
const struct wire_message_layout *wire_layout_find(uint16_t msg_id);
extern const struct wire_layout wire_layout_raw;  /* body_hex */
extern const struct wire_row wire_row_unparsed;   /* what is left behind a layout */
extern const struct wire_row wire_row_element;    /* an object in a list */
extern const struct wire_layout wire_layout_item; /* id, then WIRE_ITEM */

/* Bytes of a number on the wire; 0 for what is no number. */
size_t wire_kind_width(enum wire_kind kind);

/* Rows that layouts share. */
extern const struct wire_row wire_row_len;
extern const struct wire_row wire_row_hex;
extern const struct wire_row wire_row_truncated;
extern const struct wire_row wire_row_trailing;

/* Trees: shared by read.c and build.c. */
/* NULL without memory. */
struct wire_jt808_value *wire_value_new(struct arena *arena, const struct wire_row *row);
void wire_value_add(struct wire_jt808_value *parent, struct wire_jt808_value *value);
/* Whether a row of WIRE_IF_2019, IF_2013, IF_BIT, IF_IS or IF_IS_NOT applies, by what was read before it. */
bool wire_row_applies(const struct wire_row *row, bool v2019,
                      const struct wire_jt808_value *object);
/* The text of bytes whose padding NULs are taken off as `kind` asks. Errors: NOMEM. */
MUST_USE enum err wire_value_text(struct arena *arena, enum wire_kind kind, struct bytes raw,
                                  struct str *ret);

/* Reading. Sticky: the first failure is kept. */
struct wire_in {
    struct rd rd;
    struct bytes whole; /* the object's bytes: EDITION and WHOLE ask for them */
    struct arena *arena;
    bool v2019;
    bool told; /* values are read for people only */
    enum err err;
    const char *name; /* of the value that failed */
    size_t want;
    size_t have;
};
void wire_read(struct wire_in *in, const struct wire_layout *layout,
               struct wire_jt808_value *object);

/* Writes an object as JSON, with what is told for people or without. */
void wire_show(const struct wire_jt808_value *object, bool told, struct jw *jw);

#endif
