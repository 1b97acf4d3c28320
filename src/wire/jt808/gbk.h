/* gbk.h - GBK, the text of Chinese vehicle terminals, to UTF-8 and back.
 *
 * Purpose    Text is UTF-8 inside; GBK ends here. The C library's iconv is not used because it reads
 *            its tables from disk.
 * Memory     Results lie in the caller's arena.
 * Source     GBK 1.0 as in code page 936 without 0x80; ASCII below.
 * Threads    Any; the table is constant.
 * Layer      1
 */
#ifndef WIRE_JT808_GBK_H
#define WIRE_JT808_GBK_H

#include <uchar.h>

#include "base/arena.h"

enum {
    WIRE_GBK_LEADS = 126,  /* 0x81-0xFE */
    WIRE_GBK_TRAILS = 190, /* 0x40-0xFE without 0x7F */
    WIRE_GBK_CELLS = WIRE_GBK_LEADS * WIRE_GBK_TRAILS,
};
extern const char16_t wire_gbk_table[WIRE_GBK_CELLS + 1]; /* U+FFFD: an empty cell */

/* Invalid bytes happen: each becomes U+FFFD, one byte at a time. Errors: NOMEM. */
MUST_USE enum err wire_gbk_to_utf8(struct bytes gbk, struct arena *arena, struct str *ret);
/* `utf8` must be well-formed; it may hold NUL. Errors: NOMEM; INVALID for a character that GBK has
 * not, whose first byte is at *ret_at. */
MUST_USE enum err wire_gbk_of_utf8(struct str utf8, struct arena *arena, struct bytes *ret,
                                   size_t *ret_at);

#endif
