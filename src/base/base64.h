/* base64.h - bytes as text, in both alphabets.
 *
 * Refuses    Blanks and line ends, a padding that does not fit, and bits that stand for nothing: a
 *            text has one meaning, and bytes have one text.
 * Source     RFC 4648, sections 4 (base64) and 5 (base64url).
 * Threads    Any; nothing here has state.
 * Layer      0
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

enum base64_alphabet { BASE64_PLAIN, BASE64_URL };

/* Room that surely holds the bytes of a text of `size` characters. */
#define BASE64_BYTES_MAX(size) ((size) / 4 * 3 + 3)

/* The padding may be absent. Errors: SYNTAX; LIMIT when `room` is too small. */
MUST_USE enum err base64_decode(enum base64_alphabet alphabet, struct str text, size_t room_size,
                                unsigned char *room, struct bytes *ret);
/* Plain text is padded, URL text is not. Errors are sticky in `out`. */
void base64_encode(enum base64_alphabet alphabet, struct bytes bytes, struct buf *out);

#endif
