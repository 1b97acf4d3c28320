/* layout.c - see layout.h: looking layouts up, and the parts of trees that reading and building
 * share. */
#include "wire/jt808/layout.h"

#include <string.h>

#include "wire/jt808/gbk.h"

static const struct wire_row rows_raw[] = {WIRE_ROW(HEX_REST, "body_hex")};
const struct wire_layout wire_layout_raw = WIRE_LAYOUT(rows_raw);
const struct wire_row wire_row_unparsed = WIRE_ROW(HEX_REST, "unparsed_hex", .when = WIRE_IF_LEFT);
const struct wire_row wire_row_element = WIRE_ROW(OBJECT, NULL);
const struct wire_row wire_row_len = WIRE_ROW(U8, "len");
const struct wire_row wire_row_hex = WIRE_ROW(HEX_REST, "hex");
const struct wire_row wire_row_truncated = WIRE_ROW(HEX_REST, "truncated_hex");
const struct wire_row wire_row_trailing = WIRE_ROW(HEX_REST, "trailing_hex");

static const struct wire_message_layout *layout_in(const struct wire_message_layout *layouts,
                                                   size_t count, uint16_t msg_id)
{
    for (size_t i = 0; i < count; i++)
        if (layouts[i].msg_id == msg_id)
            return &layouts[i];
    return NULL;
}

const struct wire_message_layout *wire_layout_find(uint16_t msg_id)
{
    const struct wire_message_layout *found =
        layout_in(wire_layouts_terminal, wire_layouts_terminal_count, msg_id);

    if (!found)
        found = layout_in(wire_layouts_platform, wire_layouts_platform_count, msg_id);
    return found ? found : layout_in(wire_layouts_video, wire_layouts_video_count, msg_id);
}

bool wire_jt808_known(uint16_t msg_id)
{
    return wire_layout_find(msg_id) != NULL;
}

/* Ranges of parameter ids that are told alike; the others are told as hex. */
static const struct {
    uint32_t first;
    uint32_t last;
    uint8_t size; /* of a number; 0: a text */
} params[] = {
    {0x01, 0x07, 4}, {0x10, 0x17, 0},   {0x18, 0x19, 4},   {0x1A, 0x1A, 0},   {0x1B, 0x1C, 4},
    {0x1D, 0x1D, 0}, {0x20, 0x22, 4},   {0x23, 0x26, 0},   {0x27, 0x29, 4},   {0x2C, 0x30, 4},
    {0x31, 0x31, 2}, {0x40, 0x44, 0},   {0x45, 0x47, 4},   {0x48, 0x49, 0},   {0x50, 0x5A, 4},
    {0x5B, 0x5E, 2}, {0x64, 0x65, 4},   {0x70, 0x74, 4},   {0x80, 0x80, 4},   {0x81, 0x82, 2},
    {0x83, 0x83, 0}, {0x84, 0x84, 1},   {0x90, 0x92, 1},   {0x93, 0x93, 4},   {0x94, 0x94, 1},
    {0x95, 0x95, 4}, {0x100, 0x100, 4}, {0x101, 0x101, 2}, {0x102, 0x102, 4}, {0x103, 0x103, 2},
};

enum wire_param wire_param_of(uint32_t id, size_t *ret_size)
{
    for (size_t i = 0; i < COUNT_OF(params); i++) {
        if (id < params[i].first || id > params[i].last)
            continue;
        if (!params[i].size)
            return WIRE_PARAM_TEXT;
        *ret_size = params[i].size;
        return WIRE_PARAM_NUMBER;
    }
    return WIRE_PARAM_HEX;
}

size_t wire_kind_width(enum wire_kind kind)
{
    static const uint8_t widths[WIRE_KINDS] = {
        [WIRE_U8] = 1,      [WIRE_U16] = 2,     [WIRE_U32] = 4,    [WIRE_I16] = 2,
        [WIRE_ID8] = 1,     [WIRE_ID16] = 2,    [WIRE_ID32] = 4,   [WIRE_CAN] = 4,
        [WIRE_BITS8] = 1,   [WIRE_BITS16] = 2,  [WIRE_BITS32] = 4, [WIRE_COUNT8] = 1,
        [WIRE_COUNT16] = 2, [WIRE_COUNT32] = 4, [WIRE_SIZE8] = 1,  [WIRE_SIZE32] = 4,
    };

    return widths[kind];
}

struct wire_jt808_value *wire_value_new(struct arena *arena, const struct wire_row *row)
{
    struct wire_jt808_value *value = arena_zero(arena, 1, sizeof *value);

    if (value) {
        value->row = row;
        value->name = row->name;
    }
    return value;
}

void wire_value_add(struct wire_jt808_value *parent, struct wire_jt808_value *value)
{
    if (parent->last)
        parent->last->next = value;
    else
        parent->first = value;
    parent->last = value;
}

const struct wire_jt808_value *wire_jt808_get(const struct wire_jt808_value *object,
                                              const char *name)
{
    for (const struct wire_jt808_value *at = object->first; at; at = at->next)
        if (at->name && !strcmp(at->name, name))
            return at;
    return NULL;
}

bool wire_jt808_get_number(const struct wire_jt808_value *object, const char *name, int64_t *ret)
{
    const struct wire_jt808_value *value = wire_jt808_get(object, name);

    if (!value)
        return false;
    *ret = value->number;
    return true;
}

bool wire_row_applies(const struct wire_row *row, bool v2019, const struct wire_jt808_value *object)
{
    int64_t number = 0;
    bool known = row->on && wire_jt808_get_number(object, row->on, &number);

    switch (row->when) {
    case WIRE_IF_2019:
        return v2019;
    case WIRE_IF_2013:
        return !v2019;
    case WIRE_IF_BIT:
        return known && number >> row->test & 1;
    case WIRE_IF_IS:
        return known && number == row->test;
    case WIRE_IF_IS_NOT:
        return known && number != row->test;
    case WIRE_ALWAYS:
    case WIRE_IF_LEFT:
    default:
        return true;
    }
}

enum err wire_value_text(struct arena *arena, enum wire_kind kind, struct bytes raw,
                         struct str *ret)
{
    while (raw.size && !raw.data[raw.size - 1])
        raw.size--;
    while (kind == WIRE_FIXED && raw.size && !raw.data[0]) {
        raw.data++;
        raw.size--;
    }
    return wire_gbk_to_utf8(raw, arena, ret);
}
