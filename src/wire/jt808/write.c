/* write.c - a tree to the bytes it stands for. What is told for people is passed over. */
#include "wire/jt808/layout.h"

static void write_members(const struct wire_jt808_value *object, struct buf *out);

static void write_uint(uint64_t value, size_t width, struct buf *out)
{
    for (size_t i = width; i > 0; i--)
        buf_u8(out, (uint8_t)(value >> 8 * (i - 1)));
}

/* The objects of a list, each after its length where the layout says so. */
static void write_elements(const struct wire_jt808_value *list, struct buf *out)
{
    size_t width = list->row->kind == WIRE_LIST ? list->row->arg : 0;

    for (const struct wire_jt808_value *at = list->first; at; at = at->next) {
        size_t start = out->size;
        write_uint(0, width, out);
        write_members(at, out);
        if (buf_err(out))
            return;
        size_t size = out->size - start - width;
        for (size_t i = 0; i < width; i++)
            out->data[start + i] = (char)(size >> 8 * (width - 1 - i));
    }
}

static void write_value(const struct wire_jt808_value *value, struct buf *out)
{
    const struct wire_row *row = value->row;
    size_t width = wire_kind_width(row->kind);

    if (width)
        write_uint((uint64_t)value->number, width, out);
    else if (row->kind == WIRE_TEXT8)
        write_uint(value->raw.size, 1, out);
    else if (row->kind == WIRE_TEXT16)
        write_uint(value->raw.size, 2, out);
    else if (row->kind == WIRE_LIST || row->kind == WIRE_NUMS || row->kind == WIRE_IDS ||
             row->kind == WIRE_PAIRS)
        write_uint((uint64_t)value->number, row->size, out);

    if (row->kind == WIRE_OBJECT)
        write_members(value, out);
    else if (value->first)
        write_elements(value, out);
    buf_add(out, value->raw.data, value->raw.size);
}

/* Goes down as deep as layouts do. */
static void write_members(const struct wire_jt808_value *object, struct buf *out)
{
    for (const struct wire_jt808_value *at = object->first; at; at = at->next)
        if (!at->told && !at->absent)
            write_value(at, out);
}

void wire_jt808_body_encode(const struct wire_jt808_message *message, struct buf *out)
{
    write_members(&message->body, out);
}
