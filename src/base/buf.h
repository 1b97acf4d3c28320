/* buf.h - bytes that grow, up to a ceiling that its maker must name.
 *
 * Memory     The buffer owns its bytes; buf_done() gives them back.
 * Errors     Sticky: after NOMEM or LIMIT every call is a no-op and buf_err() tells; test once.
 * Threads    A buffer belongs to one thread.
 * Layer      0
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

struct buf {
    char *data;
    size_t size;
    size_t capacity;
    size_t bytes_max;
    enum err err;
};

void buf_init(struct buf *buf, size_t bytes_max);
void buf_reset(struct buf *buf); /* empties, keeps the memory, clears the error */
void buf_done(struct buf *buf);  /* NULL and a zeroed buffer are allowed */
MUST_USE enum err buf_err(const struct buf *buf);

/* Room for `size` more bytes, to be filled by the caller, then counted by buf_grown(). NULL on
 * failure. */
MUST_USE char *buf_room(struct buf *buf, size_t size);
void buf_grown(struct buf *buf, size_t size);

void buf_add(struct buf *buf, const void *data, size_t size);
void buf_str(struct buf *buf, struct str text);
void buf_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* Network byte order, for writers of binary formats. */
void buf_u8(struct buf *buf, uint8_t value);
void buf_u16be(struct buf *buf, uint16_t value);
void buf_u32be(struct buf *buf, uint32_t value);

struct str buf_text(const struct buf *buf); /* valid until the next change */

#endif
