/* buf.c - see buf.h. */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void buf_init(struct buf *buf, size_t bytes_max)
{
    *buf = (struct buf){.bytes_max = bytes_max};
}

void buf_reset(struct buf *buf)
{
    buf->size = 0;
    buf->err = OK;
}

void buf_done(struct buf *buf)
{
    if (!buf)
        return;
    mem_free(buf->data);
    *buf = (struct buf){.bytes_max = buf->bytes_max};
}

enum err buf_err(const struct buf *buf)
{
    return buf->err;
}

/* Room for `size` bytes that count and `spare` that do not: the ceiling is over what is kept. */
static char *buf_space(struct buf *buf, size_t size, size_t spare)
{
    size_t need;

    if (buf->err)
        return NULL;
    if (!mem_add(buf->size, size, &need) || need > buf->bytes_max || !mem_add(need, spare, &need)) {
        buf->err = ERR_LIMIT;
        return NULL;
    }
    void *data = buf->data;
    buf->err = mem_reserve(&data, &buf->capacity, need ? need : 1, 1);
    buf->data = data;
    return buf->err ? NULL : buf->data + buf->size;
}

char *buf_room(struct buf *buf, size_t size)
{
    return buf_space(buf, size, 0);
}

void buf_grown(struct buf *buf, size_t size)
{
    ASSERT(size <= buf->capacity - buf->size);
    buf->size += size;
}

void buf_add(struct buf *buf, const void *data, size_t size)
{
    char *room = buf_room(buf, size);

    if (!room)
        return;
    if (size)
        memcpy(room, data, size);
    buf->size += size;
}

void buf_str(struct buf *buf, struct str text)
{
    buf_add(buf, text.data, text.size);
}

void buf_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    va_list again;

    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    ASSERT(size >= 0);
    if ((size_t)size < sizeof small) {
        buf_add(buf, small, (size_t)size);
    } else {
        char *room = buf_space(buf, (size_t)size, 1); /* vsnprintf ends with a NUL */
        if (room) {
            vsnprintf(room, (size_t)size + 1, format, again);
            buf->size += (size_t)size;
        }
    }
    va_end(again);
}

void buf_u8(struct buf *buf, uint8_t value)
{
    buf_add(buf, &value, 1);
}

void buf_u16be(struct buf *buf, uint16_t value)
{
    const uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};

    buf_add(buf, bytes, sizeof bytes);
}

void buf_u32be(struct buf *buf, uint32_t value)
{
    buf_u16be(buf, (uint16_t)(value >> 16));
    buf_u16be(buf, (uint16_t)value);
}

struct str buf_text(const struct buf *buf)
{
    return (struct str){buf->data ? buf->data : "", buf->size};
}
