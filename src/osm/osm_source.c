/* osm_source.c - see osm_source.h.
 *
 * A file made of several gzip members or bzip2 streams, as parallel compressors write, is read as
 * one. The format is told by the first bytes, never by the name.
 */
#include "osm/osm_source.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "osm/osm_zip.h"

enum { OSM_SOURCE_STEP = 1 << 16 };

enum osm_packing { OSM_PLAIN, OSM_GZIP, OSM_BZIP2 };

struct osm_source {
    char name[FILE_PATH_MAX];
    int fd; /* -1: from memory */
    struct bytes memory;
    enum osm_packing packing;
    bool at_end;       /* of the packed bytes */
    bool in_stream;    /* a compressed stream has begun and not ended */
    size_t begin, end; /* packed bytes waiting in `packed` */
    uint64_t offset, bytes, bytes_max;
    z_stream gzip;
    bz_stream bzip2;
    char packed[OSM_SOURCE_STEP];
};

static void *osm_source_bz_alloc(void *context, int count, int size)
{
    (void)context;
    return count < 0 || size < 0 ? NULL : mem_zero((size_t)count, (size_t)size);
}

/* Reads more packed bytes once the waiting ones are used up. */
static enum err osm_source_fill(struct osm_source *s, struct diag *diag)
{
    if (s->begin < s->end || s->at_end)
        return OK;
    s->begin = s->end = 0;
    if (s->fd < 0) {
        s->end = s->memory.size < sizeof s->packed ? s->memory.size : sizeof s->packed;
        if (s->end)
            memcpy(s->packed, s->memory.data, s->end);
        s->memory.data += s->end;
        s->memory.size -= s->end;
    } else {
        ssize_t got;
        do {
            got = read(s->fd, s->packed, sizeof s->packed);
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            int number = errno;
            return diag_at(diag, err_of_errno(number), s->name, 0, 0, "cannot read: %s",
                           strerror(number));
        }
        s->end = (size_t)got;
    }
    s->at_end = s->end == 0;
    return OK;
}

static enum err osm_source_stream_begin(struct osm_source *s, struct diag *diag)
{
    int done = Z_OK;

    if (s->packing == OSM_GZIP) {
        s->gzip = (z_stream){.zalloc = osm_zip_alloc, .zfree = osm_zip_free};
        done = inflateInit2(&s->gzip, MAX_WBITS + 16);
    } else {
        s->bzip2 = (bz_stream){.bzalloc = osm_source_bz_alloc, .bzfree = osm_zip_free};
        done = BZ2_bzDecompressInit(&s->bzip2, 0, 0);
    }
    if (done != 0)
        return diag_at(diag, ERR_NOMEM, s->name, 0, 0, "no memory to unpack the file");
    s->in_stream = true;
    return OK;
}

static void osm_source_stream_end(struct osm_source *s)
{
    if (s->in_stream && s->packing == OSM_GZIP)
        inflateEnd(&s->gzip);
    if (s->in_stream && s->packing == OSM_BZIP2)
        BZ2_bzDecompressEnd(&s->bzip2);
    s->in_stream = false;
}

struct osm_step {
    size_t used, made;
    bool end, bad, no_memory;
};

static struct osm_step osm_source_gunzip(struct osm_source *s, size_t size, char *out)
{
    s->gzip.next_in = (Bytef *)s->packed + s->begin;
    s->gzip.avail_in = (unsigned)(s->end - s->begin);
    s->gzip.next_out = (Bytef *)out;
    s->gzip.avail_out = (unsigned)size;
    int done = inflate(&s->gzip, Z_NO_FLUSH);
    return (struct osm_step){.used = s->end - s->begin - s->gzip.avail_in,
                             .made = size - s->gzip.avail_out,
                             .end = done == Z_STREAM_END,
                             .bad = done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR,
                             .no_memory = done == Z_MEM_ERROR};
}

static struct osm_step osm_source_bunzip(struct osm_source *s, size_t size, char *out)
{
    s->bzip2.next_in = s->packed + s->begin;
    s->bzip2.avail_in = (unsigned)(s->end - s->begin);
    s->bzip2.next_out = out;
    s->bzip2.avail_out = (unsigned)size;
    int done = BZ2_bzDecompress(&s->bzip2);
    return (struct osm_step){.used = s->end - s->begin - s->bzip2.avail_in,
                             .made = size - s->bzip2.avail_out,
                             .end = done == BZ_STREAM_END,
                             .bad = done != BZ_OK && done != BZ_STREAM_END,
                             .no_memory = done == BZ_MEM_ERROR};
}

static enum err osm_source_damaged(struct osm_source *s, const struct osm_step *step,
                                   struct diag *diag)
{
    if (step->no_memory)
        return diag_at(diag, ERR_NOMEM, s->name, 0, 0, "no memory to unpack the file");
    return diag_at(diag, ERR_SYNTAX, s->name, 0, 0,
                   "the compressed data is damaged after %llu unpacked bytes; fetch the file again",
                   (unsigned long long)s->offset);
}

/* Unpacks into `out`; *ret_made 0 means the end. */
static enum err osm_source_unpack(struct osm_source *s, size_t size, char *out, size_t *ret_made,
                                  struct diag *diag)
{
    *ret_made = 0;
    while (*ret_made == 0) {
        enum err err = osm_source_fill(s, diag);
        if (err)
            return err;
        if (s->at_end && !s->in_stream)
            return OK;
        if (s->at_end)
            return diag_at(diag, ERR_TRUNCATED, s->name, 0, 0,
                           "the file ends in the middle, after %llu unpacked bytes; fetch it again",
                           (unsigned long long)s->offset);
        if (!s->in_stream)
            err = osm_source_stream_begin(s, diag);
        if (err)
            return err;
        struct osm_step step = s->packing == OSM_GZIP ? osm_source_gunzip(s, size, out)
                                                      : osm_source_bunzip(s, size, out);
        if (step.bad)
            return osm_source_damaged(s, &step, diag);
        s->begin += step.used;
        *ret_made = step.made;
        if (step.end)
            osm_source_stream_end(s);
    }
    return OK;
}

static enum err osm_source_copy(struct osm_source *s, size_t size, char *out, size_t *ret_made,
                                struct diag *diag)
{
    enum err err = osm_source_fill(s, diag);

    if (err)
        return err;
    size_t left = s->end - s->begin;
    *ret_made = left < size ? left : size;
    if (*ret_made)
        memcpy(out, s->packed + s->begin, *ret_made);
    s->begin += *ret_made;
    return OK;
}

enum err osm_source_inflated(struct osm_source *source, uint64_t size, struct diag *diag)
{
    if (size > source->bytes_max - source->bytes)
        return diag_at(diag, ERR_LIMIT, source->name, 0, 0,
                       "inflates to more than %llu bytes; cut out the city with `osmium extract`",
                       (unsigned long long)source->bytes_max);
    source->bytes += size;
    return OK;
}

enum err osm_source_read(struct osm_source *source, size_t size, char *out, size_t *ret_size,
                         struct diag *diag)
{
    size_t done = 0;
    size_t made = 1;

    while (done < size && made) {
        enum err err = source->packing == OSM_PLAIN
                           ? osm_source_copy(source, size - done, out + done, &made, diag)
                           : osm_source_unpack(source, size - done, out + done, &made, diag);
        err = err ? err : osm_source_inflated(source, made, diag);
        if (err)
            return err;
        done += made;
        source->offset += made;
    }
    *ret_size = done;
    return OK;
}

static bool osm_looks_pbf(struct bytes head)
{
    /* A short big-endian length, then field 1 of a BlobHeader with the name of the first blob. */
    return head.size >= 15 && head.data[0] == 0 && head.data[1] == 0 &&
           memcmp(head.data + 4, "\x0a\x09OSMHeader", 11) == 0;
}

static bool osm_looks_xml(struct bytes head)
{
    struct str text = {(const char *)head.data, head.size};

    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = (struct str){text.data + 3, text.size - 3};
    return str_starts(str_trim(text), STR("<"));
}

static enum err osm_source_sniff(struct osm_source *s, enum osm_format *ret_format,
                                 struct diag *diag)
{
    enum err err = osm_source_fill(s, diag);
    if (err)
        return err;
    struct bytes head = {(const unsigned char *)s->packed, s->end};
    *ret_format = OSM_FORMAT_XML;
    if (head.size == 0)
        return diag_at(diag, ERR_UNSUPPORTED, s->name, 0, 0, "the file is empty");
    if (head.size >= 2 && head.data[0] == 0x1F && head.data[1] == 0x8B)
        s->packing = OSM_GZIP;
    else if (head.size >= 3 && memcmp(head.data, "BZh", 3) == 0)
        s->packing = OSM_BZIP2;
    else if (osm_looks_pbf(head))
        *ret_format = OSM_FORMAT_PBF;
    else if (!osm_looks_xml(head))
        return diag_at(diag, ERR_UNSUPPORTED, s->name, 0, 0,
                       "is no OpenStreetMap file: neither PBF nor XML (.osm, .osm.gz, .osm.bz2)");
    return OK;
}

enum err osm_source_open(const char *path, const char *name, struct bytes bytes, uint64_t bytes_max,
                         struct osm_source **ret_source, enum osm_format *ret_format,
                         struct diag *diag)
{
    struct osm_source *s = mem_zero(1, sizeof *s);

    if (!s)
        return diag_at(diag, ERR_NOMEM, name, 0, 0, "no memory to read the file");
    snprintf(s->name, sizeof s->name, "%s", name);
    s->memory = bytes;
    s->bytes_max = bytes_max;
    s->fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (path && s->fd < 0) {
        int number = errno;
        osm_source_close(s);
        return diag_at(diag, err_of_errno(number), name, 0, 0, "cannot open: %s", strerror(number));
    }
    enum err err = osm_source_sniff(s, ret_format, diag);
    if (err) {
        osm_source_close(s);
        return err;
    }
    *ret_source = s;
    return OK;
}

void osm_source_close(struct osm_source *source)
{
    if (!source)
        return;
    osm_source_stream_end(source);
    if (source->fd >= 0)
        close(source->fd);
    mem_free(source);
}

uint64_t osm_source_offset(const struct osm_source *source)
{
    return source->offset;
}

const char *osm_source_name(const struct osm_source *source)
{
    return source->name;
}

uint64_t osm_source_bytes(const struct osm_source *source)
{
    return source->bytes;
}
