/* osm_write.c - see osm_write.h.
 *
 * A block is gathered column by column (ids, latitudes, ...) because that is how DenseNodes lie in
 * the file; its strings are numbered in order of first use, so equal calls give equal bytes.
 * It writes no versions, users or times of edit: a made city has none.
 */
#include "osm/osm_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "osm/osm_pb.h"
#include "osm/osm_zip.h"

enum {
    OSM_WRITE_BLOCK_MAX = 16 << 20, /* the format asks for less than this, uncompressed */
    OSM_WRITE_TEXT_MAX = 16 << 20,  /* string copies of one block */
    OSM_WRITE_OBJECT_MAX = 1 << 20, /* values in one object; OpenStreetMap itself allows 2,000 */
};

struct osm_writer {
    int fd;
    bool finished;
    enum err err;
    char path[FILE_PATH_MAX];
    char part[FILE_PATH_MAX];
    struct diag diag;
    enum osm_kind kind;
    bool any; /* an object of this kind was written */
    int64_t id_last;
    size_t count; /* objects in the block */
    struct arena text;
    struct map_str text_ids;
    uint32_t text_count;
    struct buf strings;               /* the string table's message */
    struct buf ids, lats, lngs, tags; /* columns of dense nodes */
    int64_t id_before, lat_before, lng_before;
    struct buf objects; /* ways or relations, each a field of the group */
    struct buf object, keys, values, list, roles, types;
    struct buf block, blob, file;
};

enum { OSM_WRITER_BUFS = 15 };
static struct buf *osm_writer_buf(struct osm_writer *writer, unsigned i)
{
    struct buf *const bufs[] = {&writer->strings, &writer->ids,     &writer->lats,   &writer->lngs,
                                &writer->tags,    &writer->objects, &writer->object, &writer->keys,
                                &writer->values,  &writer->list,    &writer->roles,  &writer->types,
                                &writer->block,   &writer->blob,    &writer->file};

    _Static_assert(COUNT_OF(bufs) == OSM_WRITER_BUFS, "every buffer is listed");
    return bufs[i];
}

static void osm_writer_fail(struct osm_writer *writer, enum err err, const char *text)
{
    if (!writer->err)
        writer->err = diag_at(&writer->diag, err, writer->path, 0, 0, "%s", text);
}

/* Buffers are sticky, but are emptied between objects: their errors are taken over in time. */
static void osm_writer_check(struct osm_writer *writer)
{
    for (unsigned i = 0; i < OSM_WRITER_BUFS; i++)
        if (buf_err(osm_writer_buf(writer, i)))
            osm_writer_fail(writer, buf_err(osm_writer_buf(writer, i)),
                            "a block of objects takes too much memory");
}

static void osm_writer_put(struct osm_writer *writer, struct str bytes)
{
    while (!writer->err && bytes.size) {
        ssize_t done = write(writer->fd, bytes.data, bytes.size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            int number = errno;
            osm_writer_fail(writer, err_of_errno(number), strerror(number));
            return;
        }
        bytes.data += done;
        bytes.size -= (size_t)done;
    }
}

/* Frames `writer->block` as one blob of the file. */
static void osm_writer_blob(struct osm_writer *writer, struct str type)
{
    struct str raw = buf_text(&writer->block);

    osm_writer_check(writer);
    if (writer->err)
        return;
    buf_reset(&writer->list);
    enum err err = osm_zip_deflate(raw, &writer->list);
    buf_reset(&writer->blob);
    osm_pb_number(&writer->blob, 2, raw.size);
    osm_pb_bytes(&writer->blob, 3, buf_text(&writer->list));
    buf_reset(&writer->object);
    osm_pb_bytes(&writer->object, 1, type);
    osm_pb_number(&writer->object, 3, writer->blob.size);
    buf_reset(&writer->file);
    buf_u32be(&writer->file, (uint32_t)writer->object.size);
    buf_str(&writer->file, buf_text(&writer->object));
    buf_str(&writer->file, buf_text(&writer->blob));
    if (err)
        osm_writer_fail(writer, err, "cannot compress a block of objects");
    osm_writer_check(writer);
    osm_writer_put(writer, buf_text(&writer->file));
}

static void osm_writer_header(struct osm_writer *writer, const struct geo_box *box)
{
    buf_reset(&writer->block);
    if (box && !geo_box_is_empty(box)) {
        const int64_t sides_e7[] = {box->min.lng_e7, box->max.lng_e7, box->max.lat_e7,
                                    box->min.lat_e7};
        buf_reset(&writer->object);
        for (unsigned i = 0; i < COUNT_OF(sides_e7); i++) {
            osm_pb_varint(&writer->object, (i + 1) << 3 | OSM_PB_VARINT);
            osm_pb_sint(&writer->object, sides_e7[i] * 100); /* nanodegrees */
        }
        osm_pb_bytes(&writer->block, 1, buf_text(&writer->object));
    }
    osm_pb_bytes(&writer->block, 4, STR("OsmSchema-V0.6"));
    osm_pb_bytes(&writer->block, 4, STR("DenseNodes"));
    osm_pb_bytes(&writer->block, 5, STR("Sort.Type_then_ID"));
    osm_pb_bytes(&writer->block, 16, STR("yancheng"));
    osm_writer_blob(writer, STR("OSMHeader"));
}

/* Empties the block and gives string 0 its fixed meaning: the delimiter of dense tags. */
static void osm_writer_block_begin(struct osm_writer *writer)
{
    arena_reset(&writer->text);
    map_str_done(&writer->text_ids);
    writer->text_count = 1;
    buf_reset(&writer->strings);
    osm_pb_bytes(&writer->strings, 1, STR(""));
    buf_reset(&writer->ids);
    buf_reset(&writer->lats);
    buf_reset(&writer->lngs);
    buf_reset(&writer->tags);
    buf_reset(&writer->objects);
    writer->id_before = writer->lat_before = writer->lng_before = 0;
    writer->count = 0;
}

static void osm_writer_dense(struct osm_writer *writer)
{
    buf_reset(&writer->object);
    osm_pb_bytes(&writer->object, 1, buf_text(&writer->ids));
    osm_pb_bytes(&writer->object, 8, buf_text(&writer->lats));
    osm_pb_bytes(&writer->object, 9, buf_text(&writer->lngs));
    osm_pb_bytes(&writer->object, 10, buf_text(&writer->tags));
    osm_pb_bytes(&writer->objects, 2, buf_text(&writer->object));
}

static void osm_writer_block_end(struct osm_writer *writer)
{
    if (writer->err || writer->count == 0)
        return;
    if (writer->kind == OSM_NODE)
        osm_writer_dense(writer);
    buf_reset(&writer->block);
    osm_pb_bytes(&writer->block, 1, buf_text(&writer->strings));
    osm_pb_bytes(&writer->block, 2, buf_text(&writer->objects));
    osm_writer_blob(writer, STR("OSMData"));
    osm_writer_block_begin(writer);
}

/* The number of a string in this block. */
static uint32_t osm_writer_text(struct osm_writer *writer, struct str text)
{
    uint32_t id = 0;
    struct str copy;

    if (text.size == 0 || map_str_get(&writer->text_ids, text, &id))
        return id;
    enum err err = arena_str(&writer->text, text, &copy);
    err = err ? err : map_str_add(&writer->text_ids, copy, writer->text_count);
    if (err) {
        osm_writer_fail(writer, err, "cannot hold the tags of a block");
        return 0;
    }
    osm_pb_bytes(&writer->strings, 1, text);
    return writer->text_count++;
}

/* Starts an object: a new block where it is due, and the order of kinds and ids. */
static bool osm_writer_begin(struct osm_writer *writer, enum osm_kind kind, int64_t id,
                             size_t value_count)
{
    if (writer->err)
        return false;
    size_t held = writer->objects.size + writer->strings.size + writer->tags.size;
    if (kind != writer->kind || writer->count == OSM_WRITE_BLOCK_OBJECTS ||
        held > OSM_WRITE_BLOCK_MAX / 4)
        osm_writer_block_end(writer);
    if (kind < writer->kind || (kind == writer->kind && writer->any && id <= writer->id_last)) {
        osm_writer_fail(writer, ERR_INVALID,
                        "objects out of order: nodes, ways, relations, each with ascending ids");
        return false;
    }
    if (value_count > OSM_WRITE_OBJECT_MAX) {
        osm_writer_fail(writer, ERR_LIMIT, "an object has too many tags or members");
        return false;
    }
    writer->kind = kind;
    writer->any = true;
    writer->id_last = id;
    writer->count++;
    return !writer->err;
}

void osm_writer_node(struct osm_writer *writer, int64_t id, struct wgs84 at,
                     const struct osm_tag *tags, size_t tag_count)
{
    if (!osm_writer_begin(writer, OSM_NODE, id, tag_count))
        return;
    osm_pb_sint(&writer->ids, id - writer->id_before);
    osm_pb_sint(&writer->lats, at.lat_e7 - writer->lat_before);
    osm_pb_sint(&writer->lngs, at.lng_e7 - writer->lng_before);
    writer->id_before = id;
    writer->lat_before = at.lat_e7;
    writer->lng_before = at.lng_e7;
    for (size_t i = 0; i < tag_count; i++) {
        osm_pb_varint(&writer->tags, osm_writer_text(writer, tags[i].key));
        osm_pb_varint(&writer->tags, osm_writer_text(writer, tags[i].value));
    }
    osm_pb_varint(&writer->tags, 0);
    osm_writer_check(writer);
}

static void osm_writer_object(struct osm_writer *writer, int64_t id, const struct osm_tag *tags,
                              size_t tag_count)
{
    buf_reset(&writer->object);
    buf_reset(&writer->keys);
    buf_reset(&writer->values);
    buf_reset(&writer->list);
    for (size_t i = 0; i < tag_count; i++) {
        osm_pb_varint(&writer->keys, osm_writer_text(writer, tags[i].key));
        osm_pb_varint(&writer->values, osm_writer_text(writer, tags[i].value));
    }
    osm_pb_number(&writer->object, 1, (uint64_t)id);
    osm_pb_bytes(&writer->object, 2, buf_text(&writer->keys));
    osm_pb_bytes(&writer->object, 3, buf_text(&writer->values));
}

void osm_writer_way(struct osm_writer *writer, int64_t id, const int64_t *nodes, size_t node_count,
                    const struct osm_tag *tags, size_t tag_count)
{
    int64_t before = 0;

    if (!osm_writer_begin(writer, OSM_WAY, id, tag_count + node_count))
        return;
    osm_writer_object(writer, id, tags, tag_count);
    for (size_t i = 0; i < node_count; i++) {
        osm_pb_sint(&writer->list, nodes[i] - before);
        before = nodes[i];
    }
    osm_pb_bytes(&writer->object, 8, buf_text(&writer->list));
    osm_pb_bytes(&writer->objects, 3, buf_text(&writer->object));
    osm_writer_check(writer);
}

void osm_writer_relation(struct osm_writer *writer, int64_t id, const struct osm_member *members,
                         size_t member_count, const struct osm_tag *tags, size_t tag_count)
{
    int64_t before = 0;

    if (!osm_writer_begin(writer, OSM_RELATION, id, tag_count + member_count))
        return;
    osm_writer_object(writer, id, tags, tag_count);
    buf_reset(&writer->roles);
    buf_reset(&writer->types);
    for (size_t i = 0; i < member_count; i++) {
        osm_pb_varint(&writer->roles, osm_writer_text(writer, members[i].role));
        osm_pb_sint(&writer->list, members[i].id - before);
        osm_pb_varint(&writer->types, members[i].kind);
        before = members[i].id;
    }
    osm_pb_bytes(&writer->object, 8, buf_text(&writer->roles));
    osm_pb_bytes(&writer->object, 9, buf_text(&writer->list));
    osm_pb_bytes(&writer->object, 10, buf_text(&writer->types));
    osm_pb_bytes(&writer->objects, 4, buf_text(&writer->object));
    osm_writer_check(writer);
}

static void osm_writer_init(struct osm_writer *writer)
{
    for (unsigned i = 0; i < OSM_WRITER_BUFS; i++)
        buf_init(osm_writer_buf(writer, i), 2 * OSM_WRITE_BLOCK_MAX);
    writer->block.bytes_max = OSM_WRITE_BLOCK_MAX;
    arena_init(&writer->text, OSM_WRITE_TEXT_MAX);
    writer->fd = -1;
}

enum err osm_writer_open(const char *path, const struct geo_box *box,
                         struct osm_writer **ret_writer, struct diag *diag)
{
    struct osm_writer *writer = mem_zero(1, sizeof *writer);

    if (!writer)
        return diag_at(diag, ERR_NOMEM, path, 0, 0, "no memory for a map writer");
    osm_writer_init(writer);
    int size = snprintf(writer->part, sizeof writer->part, "%s.part", path);
    if (size < 0 || (size_t)size >= sizeof writer->part) {
        osm_writer_close(writer);
        return diag_at(diag, ERR_LIMIT, path, 0, 0, "the path is too long");
    }
    snprintf(writer->path, sizeof writer->path, "%s", path);
    writer->fd = open(writer->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (writer->fd < 0) {
        int number = errno;
        osm_writer_close(writer);
        return diag_at(diag, err_of_errno(number), path, 0, 0, "cannot create: %s",
                       strerror(number));
    }
    osm_writer_header(writer, box);
    osm_writer_block_begin(writer);
    if (writer->err) {
        enum err err = writer->err;
        if (diag)
            *diag = writer->diag;
        osm_writer_close(writer);
        return err;
    }
    *ret_writer = writer;
    return OK;
}

enum err osm_writer_finish(struct osm_writer *writer, struct diag *diag)
{
    osm_writer_block_end(writer);
    if (!writer->err && (fsync(writer->fd) || rename(writer->part, writer->path))) {
        int number = errno;
        osm_writer_fail(writer, err_of_errno(number), strerror(number));
    }
    if (writer->err && diag)
        *diag = writer->diag;
    writer->finished = !writer->err;
    return writer->err;
}

void osm_writer_close(struct osm_writer *writer)
{
    if (!writer)
        return;
    for (unsigned i = 0; i < OSM_WRITER_BUFS; i++)
        buf_done(osm_writer_buf(writer, i));
    arena_done(&writer->text);
    map_str_done(&writer->text_ids);
    if (writer->fd >= 0) {
        close(writer->fd);
        if (!writer->finished)
            unlink(writer->part);
    }
    mem_free(writer);
}
