/* osm_pb.c - see osm_pb.h. Group fields (types 3 and 4) never occur in this format and are refused.
 */
#include "osm/osm_pb.h"

void osm_pb_varint(struct buf *out, uint64_t value)
{
    unsigned char bytes[10];
    size_t size = 0;

    while (value >= 0x80) {
        bytes[size++] = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    bytes[size++] = (unsigned char)value;
    buf_add(out, bytes, size);
}

void osm_pb_sint(struct buf *out, int64_t value)
{
    osm_pb_varint(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void osm_pb_number(struct buf *out, unsigned field, uint64_t value)
{
    osm_pb_varint(out, field << 3 | OSM_PB_VARINT);
    osm_pb_varint(out, value);
}

void osm_pb_bytes(struct buf *out, unsigned field, struct str value)
{
    osm_pb_varint(out, field << 3 | OSM_PB_BYTES);
    osm_pb_varint(out, value.size);
    buf_str(out, value);
}

bool osm_pb_next(struct rd *rd, struct osm_pb *ret)
{
    if (rd->bad || rd->left.size == 0)
        return false;
    uint64_t tag = rd_varint(rd);
    *ret = (struct osm_pb){.field = (unsigned)(tag >> 3 & 0x1FFFFFFF), .type = (unsigned)(tag & 7)};
    switch (ret->type) {
    case OSM_PB_VARINT:
        ret->number = rd_varint(rd);
        break;
    case OSM_PB_FIXED64:
        ret->bytes = rd_take(rd, 8);
        break;
    case OSM_PB_BYTES:
        ret->bytes = rd_take(rd, (size_t)rd_varint(rd));
        break;
    case OSM_PB_FIXED32:
        ret->bytes = rd_take(rd, 4);
        break;
    default:
        rd->bad = true;
    }
    return !rd->bad;
}
