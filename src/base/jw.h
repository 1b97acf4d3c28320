/* jw.h - JSON, written as a stream into a buffer.
 *
 * Purpose    Large answers without a tree. Commas and nesting are kept for the caller; what is
 *            written is always well-formed when every open is matched by a close.
 * Errors     Sticky in the buffer: test buf_err() once.
 * Source     RFC 8259. Numbers that are not finite become null.
 * Threads    A writer belongs to one thread.
 * Layer      0
 */
#ifndef BASE_JW_H
#define BASE_JW_H

#include "base/buf.h"

struct jw {
    struct buf *out;
    bool comma; /* the next value needs a comma before it */
};

void jw_init(struct jw *jw, struct buf *out);
void jw_object(struct jw *jw);
void jw_object_end(struct jw *jw);
void jw_array(struct jw *jw);
void jw_array_end(struct jw *jw);
void jw_key(struct jw *jw, const char *key);    /* plain ASCII */
void jw_str(struct jw *jw, struct str value);   /* UTF-8; bad bytes become U+FFFD */
void jw_text(struct jw *jw, const char *value); /* NULL writes null */
void jw_hex(struct jw *jw, struct bytes value); /* a text of lower-case digits */
void jw_i64(struct jw *jw, int64_t value);
void jw_f64(struct jw *jw, double value, int decimals);
void jw_bool(struct jw *jw, bool value);
void jw_null(struct jw *jw);
void jw_raw(struct jw *jw, struct str json); /* a whole value, already JSON */

#endif
