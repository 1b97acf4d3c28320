/* osm_zip.c - see osm_zip.h. */
#include "osm/osm_zip.h"

#include <zlib.h>

#include "base/mem.h"

void *osm_zip_alloc(void *context, unsigned count, unsigned size)
{
    (void)context;
    return mem_zero(count, size);
}

void osm_zip_free(void *context, void *block)
{
    (void)context;
    mem_free(block);
}

enum err osm_zip_deflate(struct str raw, struct buf *out)
{
    z_stream stream = {.zalloc = osm_zip_alloc, .zfree = osm_zip_free};

    if (raw.size > UINT32_MAX / 2)
        return ERR_LIMIT;
    if (deflateInit(&stream, Z_DEFAULT_COMPRESSION) != Z_OK)
        return ERR_NOMEM;
    size_t bound = deflateBound(&stream, raw.size);
    char *room = buf_room(out, bound);
    enum err err = buf_err(out);
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
    return err;
}

enum err osm_zip_inflate(struct bytes packed, size_t size, char *out)
{
    z_stream stream = {.zalloc = osm_zip_alloc, .zfree = osm_zip_free};
    Bytef spare[1];

    if (packed.size > UINT32_MAX / 2 || size > UINT32_MAX / 2)
        return ERR_LIMIT;
    if (inflateInit(&stream) != Z_OK)
        return ERR_NOMEM;
    stream.next_in = (z_const Bytef *)(uintptr_t)packed.data; /* zlib only reads it */
    stream.avail_in = (unsigned)packed.size;
    stream.next_out = size ? (Bytef *)out : spare;
    stream.avail_out = (unsigned)size;
    int done = inflate(&stream, Z_FINISH);
    bool whole = done == Z_STREAM_END && stream.total_out == size;
    inflateEnd(&stream);
    if (done == Z_MEM_ERROR)
        return ERR_NOMEM;
    return whole ? OK : ERR_SYNTAX;
}
