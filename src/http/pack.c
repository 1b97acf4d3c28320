/* pack.c - gzip for generated bodies.
 *
 * Source     RFC 1952 by zlib. Level 1: the answers are JSON, which shrinks to a seventh already,
 *            and the loop's time is what counts.
 */
#include <zlib.h>

#include "base/mem.h"
#include "http/http.h"

enum { HTTP_PACK_LEVEL = 1, HTTP_PACK_WINDOW = 15 + 16 /* a gzip frame */ };

static void *http_pack_alloc(void *context, unsigned count, unsigned size)
{
    (void)context;
    return mem_zero(count, size);
}

static void http_pack_free(void *context, void *block)
{
    (void)context;
    mem_free(block);
}

enum err http_pack(struct str raw, struct buf *out)
{
    z_stream stream = {.zalloc = http_pack_alloc, .zfree = http_pack_free};

    if (raw.size > UINT32_MAX / 2)
        return ERR_LIMIT;
    if (deflateInit2(&stream, HTTP_PACK_LEVEL, Z_DEFLATED, HTTP_PACK_WINDOW, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return ERR_NOMEM;
    size_t bound = deflateBound(&stream, raw.size);
    char *room = buf_room(out, bound);
    if (room) {
        stream.next_in = (z_const Bytef *)(uintptr_t)raw.data; /* zlib only reads it */
        stream.avail_in = (unsigned)raw.size;
        stream.next_out = (Bytef *)room;
        stream.avail_out = (unsigned)bound;
        int done = deflate(&stream, Z_FINISH);
        ASSERT(done == Z_STREAM_END); /* the bound is zlib's own */
        buf_grown(out, stream.total_out);
    }
    deflateEnd(&stream);
    return buf_err(out);
}
