/* osm_pbf.c - reads the PBF format, blob by blob.
 *
 * Every length is checked against the format's own limits before memory is taken for it, every
 * string number against its table, every position against the globe. One blob is in memory at a
 * time.
 * Source     OpenStreetMap wiki, "PBF Format"; fileformat.proto and osmformat.proto.
 */
#include <string.h>

#include "osm/osm_pb.h"
#include "osm/osm_read.h"
#include "osm/osm_zip.h"

enum {
    OSM_BLOB_HEADER_MAX = 64 << 10, /* the format's limits */
    OSM_BLOB_MAX = 32 << 20,
};

struct osm_pbf {
    struct osm_source *source;
    struct osm_build *build;
    struct diag *diag;
    uint64_t blob;   /* number, from 1 */
    uint64_t offset; /* where it begins */
    bool header_seen;
    struct buf packed;   /* a blob as it lies in the file */
    struct buf unpacked; /* its content */
    VEC(struct str) texts;
    VEC(struct osm_tag) tags;
    VEC(struct osm_member) members;
    VEC(int64_t) refs;
    int64_t granularity, lat_offset, lng_offset; /* nanodegrees */
};

static enum err osm_pbf_bad(struct osm_pbf *pbf, enum err err, const char *what)
{
    return diag_at(pbf->diag, err, osm_source_name(pbf->source), 0, 0, "blob %llu at byte %llu: %s",
                   (unsigned long long)pbf->blob, (unsigned long long)pbf->offset, what);
}

/* What the builder refuses, said with its place. */
static enum err osm_pbf_kept(struct osm_pbf *pbf, enum err err)
{
    if (err == ERR_LIMIT)
        return osm_pbf_bad(pbf, err, "more objects than a city's map may hold");
    return err ? osm_pbf_bad(pbf, err, "no memory to keep an object") : OK;
}

static enum err osm_pbf_node(struct osm_pbf *pbf, int64_t id, int64_t lat, int64_t lng)
{
    int64_t nano[2];
    const int64_t steps[2] = {lat, lng};
    const int64_t offsets[2] = {pbf->lat_offset, pbf->lng_offset};
    const int64_t limits[2] = {INT64_C(90000000000), INT64_C(180000000000)};

    for (int i = 0; i < 2; i++)
        if (__builtin_mul_overflow(steps[i], pbf->granularity, &nano[i]) ||
            __builtin_add_overflow(nano[i], offsets[i], &nano[i]) || nano[i] > limits[i] ||
            nano[i] < -limits[i])
            return diag_at(pbf->diag, ERR_RANGE, osm_source_name(pbf->source), 0, 0,
                           "blob %llu at byte %llu: node %lld lies outside the globe",
                           (unsigned long long)pbf->blob, (unsigned long long)pbf->offset,
                           (long long)id);
    struct wgs84 at = {(int32_t)((nano[0] + (nano[0] < 0 ? -50 : 50)) / 100),
                       (int32_t)((nano[1] + (nano[1] < 0 ? -50 : 50)) / 100)};
    struct osm_tags tags = {pbf->tags.items, pbf->tags.count};
    return osm_pbf_kept(pbf, osm_build_node(pbf->build, id, at, tags));
}

static bool osm_pbf_text(const struct osm_pbf *pbf, uint64_t number, struct str *ret)
{
    if (number >= pbf->texts.count)
        return false;
    *ret = pbf->texts.items[number];
    return true;
}

static enum err osm_pbf_tag(struct osm_pbf *pbf, uint64_t key, uint64_t value)
{
    struct osm_tag tag;

    if (!osm_pbf_text(pbf, key, &tag.key) || !osm_pbf_text(pbf, value, &tag.value))
        return osm_pbf_bad(pbf, ERR_RANGE, "a tag names a text that the block does not hold");
    enum err err = vec_push(&pbf->tags, tag);
    return osm_pbf_kept(pbf, err);
}

/* The tags of one dense node: pairs of text numbers, ended by a zero. */
static enum err osm_pbf_dense_tags(struct osm_pbf *pbf, struct rd *keys_values)
{
    pbf->tags.count = 0;
    while (keys_values->left.size) {
        uint64_t key = rd_varint(keys_values);
        if (key == 0 || keys_values->bad)
            return OK;
        uint64_t value = rd_varint(keys_values);
        enum err err = osm_pbf_tag(pbf, key, value);
        if (err)
            return err;
    }
    return OK;
}

/* Sums wrap instead of overflowing; what they give is checked where it is used. */
static int64_t osm_pbf_delta(int64_t before, struct rd *rd)
{
    return (int64_t)((uint64_t)before + (uint64_t)osm_pb_zigzag(rd_varint(rd)));
}

struct osm_pbf_columns {
    struct rd ids, lats, lngs, keys_values;
};

static bool osm_pbf_columns(struct bytes message, struct osm_pbf_columns *ret)
{
    struct rd rd = {.left = message};
    struct osm_pb field;

    *ret = (struct osm_pbf_columns){0};
    struct rd *const columns[] = {
        [1] = &ret->ids, [8] = &ret->lats, [9] = &ret->lngs, [10] = &ret->keys_values};
    while (osm_pb_next(&rd, &field))
        if (field.field < COUNT_OF(columns) && columns[field.field])
            columns[field.field]->left = field.bytes;
    return !rd.bad;
}

static enum err osm_pbf_dense(struct osm_pbf *pbf, struct bytes message)
{
    struct osm_pbf_columns c;
    int64_t id = 0;
    int64_t lat = 0;
    int64_t lng = 0;

    bool whole = osm_pbf_columns(message, &c);
    while (whole && c.ids.left.size) {
        id = osm_pbf_delta(id, &c.ids);
        lat = osm_pbf_delta(lat, &c.lats);
        lng = osm_pbf_delta(lng, &c.lngs);
        enum err err = osm_pbf_dense_tags(pbf, &c.keys_values);
        whole = !c.ids.bad && !c.lats.bad && !c.lngs.bad && !c.keys_values.bad;
        if (whole && !err)
            err = osm_pbf_node(pbf, id, lat, lng);
        if (err)
            return err;
    }
    return whole ? OK
                 : osm_pbf_bad(pbf, ERR_SYNTAX, "dense nodes whose columns do not fit together");
}

/* An object of its own: node, way or relation. The fields that differ are named by number. */
struct osm_pbf_object {
    int64_t id;
    struct rd keys, values;
    struct rd roles, list, types; /* fields 8, 9, 10 */
    uint64_t numbers[11];
};

static enum err osm_pbf_object(struct osm_pbf *pbf, struct bytes message,
                               struct osm_pbf_object *ret)
{
    struct rd rd = {.left = message};
    struct osm_pb field;

    *ret = (struct osm_pbf_object){0};
    struct rd *const columns[] = {[2] = &ret->keys,
                                  [3] = &ret->values,
                                  [8] = &ret->roles,
                                  [9] = &ret->list,
                                  [10] = &ret->types};
    while (osm_pb_next(&rd, &field)) {
        if (field.field >= COUNT_OF(columns))
            continue;
        ret->numbers[field.field] = field.number;
        if (columns[field.field])
            columns[field.field]->left = field.bytes;
    }
    ret->id = (int64_t)ret->numbers[1];
    pbf->tags.count = 0;
    while (!rd.bad && ret->keys.left.size) {
        uint64_t key = rd_varint(&ret->keys);
        uint64_t value = rd_varint(&ret->values);
        if (ret->keys.bad || ret->values.bad)
            break;
        enum err err = osm_pbf_tag(pbf, key, value);
        if (err)
            return err;
    }
    if (rd.bad || ret->keys.bad || ret->values.bad)
        return osm_pbf_bad(pbf, ERR_SYNTAX, "an object that is cut off");
    return OK;
}

static enum err osm_pbf_plain_node(struct osm_pbf *pbf, struct bytes message)
{
    struct osm_pbf_object object;

    enum err err = osm_pbf_object(pbf, message, &object);
    if (err)
        return err;
    return osm_pbf_node(pbf, osm_pb_zigzag(object.numbers[1]), osm_pb_zigzag(object.numbers[8]),
                        osm_pb_zigzag(object.numbers[9]));
}

static enum err osm_pbf_way(struct osm_pbf *pbf, struct bytes message)
{
    struct osm_pbf_object object;
    int64_t ref = 0;

    enum err err = osm_pbf_object(pbf, message, &object);
    pbf->refs.count = 0;
    while (!err && object.roles.left.size) { /* field 8 of a way holds its nodes */
        ref = osm_pbf_delta(ref, &object.roles);
        if (object.roles.bad)
            return osm_pbf_bad(pbf, ERR_SYNTAX, "a way whose nodes are cut off");
        err = vec_push(&pbf->refs, ref);
        err = osm_pbf_kept(pbf, err);
    }
    if (err)
        return err;
    struct osm_tags tags = {pbf->tags.items, pbf->tags.count};
    return osm_pbf_kept(
        pbf, osm_build_way(pbf->build, object.id, pbf->refs.items, pbf->refs.count, tags));
}

static enum err osm_pbf_relation(struct osm_pbf *pbf, struct bytes message)
{
    struct osm_pbf_object object;
    struct osm_member member = {0};

    enum err err = osm_pbf_object(pbf, message, &object);
    pbf->members.count = 0;
    while (!err && object.list.left.size) {
        member.id = osm_pbf_delta(member.id, &object.list);
        uint64_t role = rd_varint(&object.roles);
        uint64_t kind = rd_varint(&object.types);
        if (object.list.bad || object.roles.bad || object.types.bad || kind > OSM_RELATION ||
            !osm_pbf_text(pbf, role, &member.role))
            return osm_pbf_bad(pbf, ERR_SYNTAX, "a relation whose members do not fit together");
        member.kind = (enum osm_kind)kind;
        err = vec_push(&pbf->members, member);
        err = osm_pbf_kept(pbf, err);
    }
    if (err)
        return err;
    struct osm_tags tags = {pbf->tags.items, pbf->tags.count};
    return osm_pbf_kept(
        pbf, osm_build_relation(pbf->build, pbf->members.items, pbf->members.count, tags));
}

static enum err osm_pbf_group(struct osm_pbf *pbf, struct bytes message)
{
    static enum err (*const readers[])(struct osm_pbf *, struct bytes) = {
        NULL, osm_pbf_plain_node, osm_pbf_dense, osm_pbf_way, osm_pbf_relation};
    struct rd rd = {.left = message};
    struct osm_pb field;

    while (osm_pb_next(&rd, &field)) {
        if (field.type != OSM_PB_BYTES || field.field >= COUNT_OF(readers) || !readers[field.field])
            continue; /* changesets, and what the future brings */
        enum err err = readers[field.field](pbf, field.bytes);
        if (err)
            return err;
    }
    return rd.bad ? osm_pbf_bad(pbf, ERR_SYNTAX, "a group of objects is cut off") : OK;
}

static enum err osm_pbf_texts(struct osm_pbf *pbf, struct bytes message)
{
    struct rd rd = {.left = message};
    struct osm_pb field;

    while (osm_pb_next(&rd, &field)) {
        if (field.field != 1 || field.type != OSM_PB_BYTES)
            continue;
        struct str text = {(const char *)field.bytes.data, field.bytes.size};
        enum err err = vec_push(&pbf->texts, text);
        if (err)
            return osm_pbf_bad(pbf, err, "no memory for the texts of a block");
    }
    return rd.bad ? osm_pbf_bad(pbf, ERR_SYNTAX, "the texts of a block are cut off") : OK;
}

/* What a block says about all of its objects. */
static enum err osm_pbf_frame(struct osm_pbf *pbf, struct bytes message)
{
    struct rd rd = {.left = message};
    struct osm_pb field;
    enum err err = OK;

    pbf->texts.count = 0;
    pbf->granularity = 100;
    pbf->lat_offset = pbf->lng_offset = 0;
    while (!err && osm_pb_next(&rd, &field)) {
        if (field.field == 1 && field.type == OSM_PB_BYTES)
            err = osm_pbf_texts(pbf, field.bytes);
        else if (field.field == 17)
            pbf->granularity = (int64_t)field.number;
        else if (field.field == 19)
            pbf->lat_offset = (int64_t)field.number;
        else if (field.field == 20)
            pbf->lng_offset = (int64_t)field.number;
    }
    if (!err && rd.bad)
        err = osm_pbf_bad(pbf, ERR_SYNTAX, "a block is cut off");
    return err;
}

/* Groups may stand before what they need, so the block is gone through twice. */
static enum err osm_pbf_block(struct osm_pbf *pbf, struct bytes message)
{
    struct rd rd = {.left = message};
    struct osm_pb field;

    enum err err = osm_pbf_frame(pbf, message);
    while (!err && osm_pb_next(&rd, &field))
        if (field.field == 2 && field.type == OSM_PB_BYTES)
            err = osm_pbf_group(pbf, field.bytes);
    return err;
}

static enum err osm_pbf_feature(struct osm_pbf *pbf, struct bytes feature)
{
    struct str name = {(const char *)feature.data, feature.size};

    if (str_eq(name, STR("OsmSchema-V0.6")) || str_eq(name, STR("DenseNodes")))
        return OK;
    return diag_at(pbf->diag, ERR_UNSUPPORTED, osm_source_name(pbf->source), 0, 0,
                   "the file needs `%.*s`, which is not supported; convert it with `osmium cat`",
                   name.size < 64 ? (int)name.size : 64, name.data);
}

/* The header's box; sides that no globe has make it no box at all. */
static void osm_pbf_box(struct osm_pbf *pbf, struct bytes message)
{
    enum { LEFT = 1, RIGHT, TOP, BOTTOM, SIDES };
    static const int64_t limits[SIDES] = {0, 1800000000, 1800000000, 900000000, 900000000};
    struct rd rd = {.left = message};
    struct osm_pb field;
    int64_t sides[SIDES] = {0};
    unsigned seen = 0;

    while (osm_pb_next(&rd, &field))
        if (field.field >= LEFT && field.field < SIDES) {
            int64_t side = osm_pb_zigzag(field.number) / 100; /* nanodegrees in the file */
            bool fits = side >= -limits[field.field] && side <= limits[field.field];
            sides[field.field] = fits ? side : 0;
            seen |= fits ? 1U << field.field : 0;
        }
    if (rd.bad || seen != 0x1E || sides[LEFT] > sides[RIGHT] || sides[BOTTOM] > sides[TOP])
        return;
    pbf->build->box = (struct geo_box){{(int32_t)sides[BOTTOM], (int32_t)sides[LEFT]},
                                       {(int32_t)sides[TOP], (int32_t)sides[RIGHT]}};
}

static enum err osm_pbf_header(struct osm_pbf *pbf, struct bytes message)
{
    struct rd rd = {.left = message};
    struct osm_pb field;
    enum err err = OK;

    while (!err && osm_pb_next(&rd, &field)) {
        if (field.field == 1 && field.type == OSM_PB_BYTES)
            osm_pbf_box(pbf, field.bytes);
        else if (field.field == 4 && field.type == OSM_PB_BYTES)
            err = osm_pbf_feature(pbf, field.bytes);
    }
    if (!err && rd.bad)
        err = osm_pbf_bad(pbf, ERR_SYNTAX, "the header is cut off");
    pbf->header_seen = true;
    return err;
}

/* Reads exactly `size` bytes into `buf`, or says where the file ends. */
static enum err osm_pbf_take(struct osm_pbf *pbf, size_t size, struct buf *buf)
{
    size_t got = 0;

    buf_reset(buf);
    char *room = buf_room(buf, size);
    if (!room)
        return osm_pbf_bad(pbf, buf_err(buf), "no memory for a blob");
    enum err err = osm_source_read(pbf->source, size, room, &got, pbf->diag);
    if (err)
        return err;
    if (got < size)
        return osm_pbf_bad(pbf, ERR_TRUNCATED, "the file ends in the middle; fetch it again");
    buf_grown(buf, size);
    return OK;
}

struct osm_blob_head {
    struct str type;
    uint64_t size;
};

/* *ret_more is false at the end of the file. The type lies in `packed`. */
static enum err osm_pbf_blob_head(struct osm_pbf *pbf, bool *ret_more, struct osm_blob_head *ret)
{
    unsigned char length[4];
    size_t got = 0;

    pbf->blob++;
    pbf->offset = osm_source_offset(pbf->source);
    enum err err = osm_source_read(pbf->source, 4, (char *)length, &got, pbf->diag);
    *ret_more = got > 0;
    if (err || got == 0)
        return err;
    if (got < 4)
        return osm_pbf_bad(pbf, ERR_TRUNCATED, "the file ends in the middle; fetch it again");
    struct rd rd = {.left = {length, 4}};
    uint32_t size = rd_u32(&rd);
    if (size > OSM_BLOB_HEADER_MAX)
        return diag_at(pbf->diag, ERR_LIMIT, osm_source_name(pbf->source), 0, 0,
                       "blob %llu at byte %llu: a header of %u bytes; the format allows %d",
                       (unsigned long long)pbf->blob, (unsigned long long)pbf->offset, size,
                       OSM_BLOB_HEADER_MAX);
    err = osm_pbf_take(pbf, size, &pbf->packed);
    if (err)
        return err;
    struct osm_pb field;
    *ret = (struct osm_blob_head){0};
    rd = (struct rd){.left = str_bytes(buf_text(&pbf->packed))};
    while (osm_pb_next(&rd, &field)) {
        if (field.field == 1)
            ret->type = (struct str){(const char *)field.bytes.data, field.bytes.size};
        else if (field.field == 3)
            ret->size = field.number;
    }
    if (rd.bad || ret->type.size == 0)
        return osm_pbf_bad(pbf, ERR_SYNTAX, "its header is not well-formed");
    if (ret->size > OSM_BLOB_MAX)
        return osm_pbf_bad(pbf, ERR_LIMIT, "larger than the 32 MiB that the format allows");
    return OK;
}

static enum err osm_pbf_inflate(struct osm_pbf *pbf, struct bytes packed, uint64_t size)
{
    enum err err = osm_source_inflated(pbf->source, size, pbf->diag);

    if (err)
        return err;
    buf_reset(&pbf->unpacked);
    char *room = buf_room(&pbf->unpacked, (size_t)size);
    if (!room)
        return osm_pbf_bad(pbf, buf_err(&pbf->unpacked), "no memory to unpack it");
    err = osm_zip_inflate(packed, (size_t)size, room);
    if (err)
        return osm_pbf_bad(pbf, err,
                           err == ERR_NOMEM ? "no memory to unpack it"
                                            : "its compressed data is damaged");
    buf_grown(&pbf->unpacked, (size_t)size);
    return OK;
}

/* The content of a blob, out of `packed`. */
static enum err osm_pbf_content(struct osm_pbf *pbf, struct bytes *ret)
{
    static const char *const packings[] = {[4] = "lzma", [5] = "bzip2", [6] = "lz4", [7] = "zstd"};
    struct rd rd = {.left = str_bytes(buf_text(&pbf->packed))};
    struct osm_pb field;
    struct bytes raw = {0}, zlib = {0};
    uint64_t size = 0;
    bool has_zlib = false;

    while (osm_pb_next(&rd, &field)) {
        if (field.field == 1) {
            raw = field.bytes;
        } else if (field.field == 2) {
            size = field.number;
        } else if (field.field == 3) {
            zlib = field.bytes;
            has_zlib = true;
        } else if (field.field < COUNT_OF(packings) && packings[field.field]) {
            return diag_at(pbf->diag, ERR_UNSUPPORTED, osm_source_name(pbf->source), 0, 0,
                           "blob %llu is packed with %s; convert the file with `osmium cat`",
                           (unsigned long long)pbf->blob, packings[field.field]);
        }
    }
    if (rd.bad)
        return osm_pbf_bad(pbf, ERR_SYNTAX, "it is not well-formed");
    if (size > OSM_BLOB_MAX)
        return osm_pbf_bad(pbf, ERR_LIMIT, "unpacks to more than the 32 MiB that are allowed");
    enum err err = has_zlib ? osm_pbf_inflate(pbf, zlib, size) : OK;
    *ret = has_zlib ? str_bytes(buf_text(&pbf->unpacked)) : raw;
    return err;
}

static enum err osm_pbf_blob(struct osm_pbf *pbf, bool *ret_more)
{
    struct osm_blob_head head = {0};
    struct bytes content = {0};

    enum err err = osm_pbf_blob_head(pbf, ret_more, &head);
    if (err || !*ret_more)
        return err;
    bool is_header = str_eq(head.type, STR("OSMHeader"));
    bool is_data = str_eq(head.type, STR("OSMData"));
    err = osm_pbf_take(pbf, (size_t)head.size, &pbf->packed);
    if (err || (!is_header && !is_data))
        return err; /* other types are to be skipped */
    if (is_data && !pbf->header_seen)
        return osm_pbf_bad(pbf, ERR_SYNTAX, "data before the file's header");
    err = osm_pbf_content(pbf, &content);
    if (err)
        return err;
    return is_header ? osm_pbf_header(pbf, content) : osm_pbf_block(pbf, content);
}

enum err osm_pbf_read(struct osm_source *source, struct osm_build *build, struct diag *diag)
{
    struct osm_pbf pbf = {.source = source, .build = build, .diag = diag};
    bool more = true;
    enum err err = OK;

    buf_init(&pbf.packed, OSM_BLOB_MAX);
    buf_init(&pbf.unpacked, OSM_BLOB_MAX);
    while (!err && more)
        err = osm_pbf_blob(&pbf, &more);
    buf_done(&pbf.packed);
    buf_done(&pbf.unpacked);
    vec_done(&pbf.texts);
    vec_done(&pbf.tags);
    vec_done(&pbf.members);
    vec_done(&pbf.refs);
    return err;
}
