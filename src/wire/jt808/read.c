/* read.c - a body's bytes to a tree, by its layout. */
#include <stdio.h>
#include <string.h>

#include "wire/jt808/layout.h"

enum { READ_REGISTER_2013 = 37 /* bytes of 0x0100's fixed part in 2013; 25 in 2011 */ };

static struct bytes read_take(struct wire_in *in, size_t size)
{
    size_t have = in->rd.left.size;

    if (in->err)
        return (struct bytes){0};
    struct bytes part = rd_take(&in->rd, size);
    if (in->rd.bad) {
        in->err = ERR_TRUNCATED;
        in->want = size;
        in->have = have;
    }
    return part;
}

static struct bytes read_rest(struct wire_in *in)
{
    return read_take(in, in->rd.left.size);
}

static uint32_t read_uint(struct wire_in *in, size_t width)
{
    struct bytes part = read_take(in, width);
    uint32_t value = 0;

    for (size_t i = 0; i < part.size; i++)
        value = value << 8 | part.data[i];
    return value;
}

/* A value of its own, not yet in the tree. NULL without memory, which is kept as the error. */
static struct wire_jt808_value *read_new(struct wire_in *in, const struct wire_row *row)
{
    struct wire_jt808_value *value = in->err ? NULL : wire_value_new(in->arena, row);

    if (!value) {
        in->err = in->err ? in->err : ERR_NOMEM;
        return NULL;
    }
    value->told = in->told;
    return value;
}

static struct wire_jt808_value *read_add(struct wire_in *in, const struct wire_row *row,
                                         struct wire_jt808_value *object)
{
    struct wire_jt808_value *value = read_new(in, row);

    if (value)
        wire_value_add(object, value);
    return value;
}

static void read_add_bytes(struct wire_in *in, const struct wire_row *row, struct bytes raw,
                           struct wire_jt808_value *object)
{
    struct wire_jt808_value *value = read_add(in, row, object);

    if (value)
        value->raw = raw;
}

static void read_add_number(struct wire_in *in, const struct wire_row *row, int64_t number,
                            struct wire_jt808_value *object)
{
    struct wire_jt808_value *value = read_add(in, row, object);

    if (value)
        value->number = number;
}

static int64_t read_sibling(const struct wire_jt808_value *object, const char *name)
{
    int64_t number = 0;

    return wire_jt808_get_number(object, name, &number) ? number : 0;
}

/* The readers of one kind each. */
static void read_number(struct wire_in *in, const struct wire_row *row,
                        struct wire_jt808_value *object)
{
    uint32_t number = read_uint(in, wire_kind_width(row->kind));

    read_add_number(in, row, row->kind == WIRE_I16 ? (int16_t)number : (int64_t)number, object);
}

static void read_bytes(struct wire_in *in, const struct wire_row *row,
                       struct wire_jt808_value *object)
{
    size_t size = row->size;
    size_t left = in->rd.left.size;

    if (row->kind == WIRE_TIME)
        size = 6;
    else if (row->kind == WIRE_HEX_OF)
        size = (size_t)read_sibling(object, row->of);
    else if (row->kind == WIRE_HEX_REST)
        size = left;
    else if (row->kind == WIRE_HEX_MARK) /* 48 bytes follow it */
        size = left == WIRE_MARK_BIG_BYTES + 48 ? WIRE_MARK_BIG_BYTES : WIRE_MARK_BYTES;
    read_add_bytes(in, row, read_take(in, size), object);
}

static void read_text(struct wire_in *in, const struct wire_row *row,
                      struct wire_jt808_value *object)
{
    size_t size = row->size;

    if (row->kind == WIRE_TEXT8)
        size = read_uint(in, 1);
    else if (row->kind == WIRE_TEXT16)
        size = read_uint(in, 2);
    else if (row->kind == WIRE_TEXT_REST)
        size = in->rd.left.size;
    struct bytes raw = read_take(in, size);
    struct wire_jt808_value *value = read_add(in, row, object);
    if (!value)
        return;
    value->raw = raw;
    in->err = wire_value_text(in->arena, row->kind, raw, &value->text);
}

/* What lies in `part` alone, by `layout`, into `object`. */
static void read_inside(struct wire_in *in, struct bytes part, const struct wire_layout *layout,
                        struct wire_jt808_value *object)
{
    struct wire_in inside = {.rd = {.left = part},
                             .whole = part,
                             .arena = in->arena,
                             .v2019 = in->v2019,
                             .told = in->told};

    if (in->err)
        return;
    wire_read(&inside, layout, object);
    in->err = inside.err;
    in->name = inside.name;
    in->want = inside.want;
    in->have = inside.have;
}

static void read_element(struct wire_in *in, const struct wire_row *row,
                         struct wire_jt808_value *list)
{
    struct wire_jt808_value *element = read_add(in, &wire_row_element, list);

    if (!element)
        return;
    if (row->arg)
        read_inside(in, read_take(in, read_uint(in, row->arg)), row->sub, element);
    else
        wire_read(in, row->sub, element);
}

static void read_list(struct wire_in *in, const struct wire_row *row,
                      struct wire_jt808_value *object)
{
    bool counted = row->size || row->of;
    int64_t count = row->of ? read_sibling(object, row->of) : 0;

    if (row->size)
        count = read_uint(in, row->size);
    struct wire_jt808_value *list = read_add(in, row, object);
    if (!list)
        return;
    for (int64_t i = 0; !in->err && (counted ? i < count : in->rd.left.size > 0); i++) {
        read_element(in, row, list);
        list->number = i + 1;
    }
}

static void read_numbers(struct wire_in *in, const struct wire_row *row,
                         struct wire_jt808_value *object)
{
    size_t width = row->kind == WIRE_NUMS ? row->arg : row->kind == WIRE_IDS ? 4 : 8;
    uint32_t count = read_uint(in, row->size);
    size_t size;

    if (!mem_mul(count, width, &size))
        size = SIZE_MAX; /* more than any body has */
    struct bytes raw = read_take(in, size);
    struct wire_jt808_value *list = read_add(in, row, object);
    if (!list)
        return;
    list->raw = raw;
    list->number = count;
}

static void read_object(struct wire_in *in, const struct wire_row *row,
                        struct wire_jt808_value *object)
{
    struct wire_jt808_value *inner = read_add(in, row, object);

    if (inner)
        wire_read(in, row->sub, inner);
}

static void read_group(struct wire_in *in, const struct wire_row *row,
                       struct wire_jt808_value *object)
{
    wire_read(in, row->sub, object);
}

/* A list that ends where no further item begins; one byte left over is told before it, as it would
 * be overlooked behind. */
static void read_items(struct wire_in *in, const struct wire_row *row,
                       struct wire_jt808_value *object)
{
    struct wire_jt808_value *list = read_new(in, row);

    if (!list)
        return;
    while (!in->err && in->rd.left.size >= 2) {
        struct wire_jt808_value *item = read_add(in, &wire_row_element, list);
        if (item)
            wire_read(in, &wire_layout_item, item);
        list->number++;
    }
    if (in->err)
        return;
    list->raw = read_rest(in);
    if (list->raw.size) {
        bool told = in->told;
        in->told = true; /* `items` writes it */
        read_add_bytes(in, &wire_row_trailing, list->raw, object);
        in->told = told;
    }
    wire_value_add(object, list);
}

/* What an item's bytes mean; when they end too early, that instead. */
static void read_item_meaning(struct wire_in *in, struct bytes value, struct wire_jt808_value *item)
{
    static const struct wire_row row_error = WIRE_ROW(NOTE, "error");
    const struct wire_layout *layout =
        wire_layout_of_item((uint8_t)read_sibling(item, "id"), value.size);
    struct wire_jt808_value *last = item->last;
    char note[80];

    if (!layout || in->err)
        return;
    bool told = in->told;
    in->told = true;
    read_inside(in, value, layout, item);
    if (in->err == ERR_TRUNCATED) {
        last->next = NULL;
        item->last = last;
        snprintf(note, sizeof note, "short body: want %zu have %zu", in->want, in->have);
        in->err = OK;
        struct wire_jt808_value *error = read_add(in, &row_error, item);
        if (error)
            in->err = arena_str(in->arena, str_of(note), &error->text);
    }
    in->told = told;
}

static void read_item(struct wire_in *in, const struct wire_row *row, struct wire_jt808_value *item)
{
    size_t size = read_uint(in, 1);

    (void)row;
    read_add_number(in, &wire_row_len, (int64_t)size, item);
    if (size > in->rd.left.size) {
        read_add_bytes(in, &wire_row_truncated, read_rest(in), item);
        return;
    }
    struct bytes value = read_take(in, size);
    read_add_bytes(in, &wire_row_hex, value, item);
    read_item_meaning(in, value, item);
}

static void read_param(struct wire_in *in, const struct wire_row *row,
                       struct wire_jt808_value *param)
{
    static const struct wire_row row_number[] = {WIRE_ROW(U8, "value"), WIRE_ROW(U16, "value"),
                                                 WIRE_ROW(U32, "value")};
    static const struct wire_row row_text = WIRE_ROW(TEXT_REST, "value");
    size_t size = read_uint(in, 1);
    size_t width = 0;

    (void)row;
    read_add_number(in, &wire_row_len, (int64_t)size, param);
    struct bytes raw = read_take(in, size);
    read_add_bytes(in, &wire_row_hex, raw, param);
    enum wire_param told = wire_param_of((uint32_t)read_sibling(param, "id"), &width);
    if (in->err || told == WIRE_PARAM_HEX || (told == WIRE_PARAM_NUMBER && width != size))
        return;
    struct wire_in inside = {.rd = {.left = raw}, .arena = in->arena, .told = true};
    if (told == WIRE_PARAM_TEXT)
        read_text(&inside, &row_text, param);
    else
        read_number(&inside, &row_number[width / 2], param);
    in->err = inside.err;
}

/* Whether an alarm's mark is the long one. Both count tyres behind them where tyres follow. */
static bool read_mark_is_big(struct bytes left, bool tyres)
{
    if (!tyres)
        return left.size == WIRE_MARK_BIG_BYTES;
    if (left.size > WIRE_MARK_BYTES && left.data[WIRE_MARK_BYTES] * 9u == left.size - 17)
        return false;
    return left.size > WIRE_MARK_BIG_BYTES && left.data[WIRE_MARK_BIG_BYTES] * 9u == left.size - 41;
}

static void read_mark(struct wire_in *in, const struct wire_row *row,
                      struct wire_jt808_value *object)
{
    bool big = read_mark_is_big(in->rd.left, row->arg);
    struct bytes part = read_take(in, big ? WIRE_MARK_BIG_BYTES : WIRE_MARK_BYTES);
    struct wire_jt808_value *mark = read_add(in, row, object);

    if (mark)
        read_inside(in, part, wire_layout_of_mark(big), mark);
}

static int64_t read_coord(const struct wire_row *row, const struct wire_jt808_value *object)
{
    int64_t value = read_sibling(object, row->of);

    return read_sibling(object, "status") >> row->arg & 1 ? -value : value;
}

static void read_told(struct wire_in *in, const struct wire_row *row,
                      struct wire_jt808_value *object)
{
    struct wire_jt808_value *value = read_add(in, row, object);

    if (!value)
        return;
    value->told = true;
    if (row->kind == WIRE_BITS_OF)
        value->number = read_sibling(object, row->of);
    else if (row->kind == WIRE_FLAG_OF)
        value->number = read_sibling(object, row->of) >> row->arg & 1;
    else if (row->kind == WIRE_COORD_OF)
        value->number = read_coord(row, object);
    else if (row->kind == WIRE_REST_SIZE)
        value->number = (int64_t)in->rd.left.size;
    else if (row->kind == WIRE_EDITION)
        value->number = in->whole.size < READ_REGISTER_2013 ? 2011 : 2013;
    else if (row->kind == WIRE_WORD_AT && in->whole.size >= row->arg + 2u)
        value->number = in->whole.data[row->arg] << 8 | in->whole.data[row->arg + 1];
    else
        value->raw = in->whole;
}

typedef void read_kind(struct wire_in *in, const struct wire_row *row,
                       struct wire_jt808_value *object);

static read_kind *const read_kinds[WIRE_KINDS] = {
    [WIRE_U8] = read_number,      [WIRE_U16] = read_number,     [WIRE_U32] = read_number,
    [WIRE_I16] = read_number,     [WIRE_ID8] = read_number,     [WIRE_ID16] = read_number,
    [WIRE_ID32] = read_number,    [WIRE_CAN] = read_number,     [WIRE_BITS8] = read_number,
    [WIRE_BITS16] = read_number,  [WIRE_BITS32] = read_number,  [WIRE_COUNT8] = read_number,
    [WIRE_COUNT16] = read_number, [WIRE_COUNT32] = read_number, [WIRE_SIZE8] = read_number,
    [WIRE_SIZE32] = read_number,  [WIRE_TIME] = read_bytes,     [WIRE_HEX] = read_bytes,
    [WIRE_HEX_OF] = read_bytes,   [WIRE_HEX_REST] = read_bytes, [WIRE_HEX_MARK] = read_bytes,
    [WIRE_FIXED] = read_text,     [WIRE_TEXT8] = read_text,     [WIRE_TEXT16] = read_text,
    [WIRE_TEXT_REST] = read_text, [WIRE_LIST] = read_list,      [WIRE_NUMS] = read_numbers,
    [WIRE_IDS] = read_numbers,    [WIRE_PAIRS] = read_numbers,  [WIRE_OBJECT] = read_object,
    [WIRE_GROUP] = read_group,    [WIRE_ITEMS] = read_items,    [WIRE_ITEM] = read_item,
    [WIRE_PARAM] = read_param,    [WIRE_MARK] = read_mark,      [WIRE_BITS_OF] = read_told,
    [WIRE_FLAG_OF] = read_told,   [WIRE_COORD_OF] = read_told,  [WIRE_REST_SIZE] = read_told,
    [WIRE_EDITION] = read_told,   [WIRE_WORD_AT] = read_told,   [WIRE_WHOLE] = read_told,
    [WIRE_NOTE] = read_told,
};

void wire_read(struct wire_in *in, const struct wire_layout *layout,
               struct wire_jt808_value *object)
{
    for (size_t i = 0; !in->err && i < layout->count; i++) {
        const struct wire_row *row = &layout->rows[i];
        if (row->name)
            in->name = row->name;
        if (row->when == WIRE_IF_LEFT && !in->rd.left.size) {
            if (row->kind != WIRE_LIST)
                continue;
            struct wire_jt808_value *list = read_add(in, row, object);
            if (list)
                list->absent = true;
        } else if (wire_row_applies(row, in->v2019, object)) {
            ASSERT(read_kinds[row->kind]);
            read_kinds[row->kind](in, row, object);
        }
    }
}

/* One layout tried; *ret_left is what it did not take. */
static enum err read_try(struct wire_in *in, const struct wire_layout *layout,
                         struct wire_jt808_value *ret_body)
{
    in->rd = (struct rd){.left = in->whole};
    in->err = OK;
    *ret_body = (struct wire_jt808_value){.row = &wire_row_element};
    wire_read(in, layout, ret_body);
    return in->err;
}

/* Of two layouts the one that takes all; without one the bytes are all there is to say. */
static enum err read_either(struct wire_in *in, const struct wire_message_layout *layout,
                            struct wire_jt808_value *ret_body)
{
    const struct wire_layout *const tries[] = {layout->layout, layout->other};

    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        enum err err = read_try(in, tries[i], ret_body);
        if (err == ERR_NOMEM || (!err && !in->rd.left.size))
            return err;
    }
    return read_try(in, &wire_layout_raw, ret_body);
}

enum err wire_jt808_body_decode(const struct wire_jt808_head *head, struct bytes body,
                                struct arena *arena, struct wire_jt808_message *ret_message,
                                struct diag *diag)
{
    static const struct wire_layout layout_unparsed = {&wire_row_unparsed, 1};
    const struct wire_message_layout *layout = wire_layout_find(head->msg_id);
    struct wire_jt808_message message = {.msg_id = head->msg_id, .v2019 = head->v2019};
    struct wire_in in = {.whole = body, .arena = arena, .v2019 = head->v2019};

    if (layout && layout->other)
        (void)read_either(&in, layout, &message.body);
    else
        (void)read_try(&in, layout ? layout->layout : &wire_layout_raw, &message.body);
    if (!in.err)
        wire_read(&in, &layout_unparsed, &message.body);
    if (in.err == ERR_NOMEM)
        return diag_set(diag, in.err, "message 0x%04X has more values than its memory allows",
                        head->msg_id);
    if (in.err)
        return diag_set(diag, in.err,
                        "the body of 0x%04X ends too early: `%s` needs %zu bytes, %zu are left",
                        head->msg_id, in.name ? in.name : "", in.want, in.have);
    *ret_message = message;
    return OK;
}
