/* osm_pb.h - the few Protocol Buffers encodings that OpenStreetMap's PBF needs.
 *
 * Source     Protocol Buffers encoding guide: base-128 varints, zigzag, length-delimited fields.
 * Threads    Any; no state.
 * Layer      3, private to osm/
 */
#ifndef OSM_OSM_PB_H
#define OSM_OSM_PB_H

#include "base/buf.h"
#include "base/rd.h"

enum { OSM_PB_VARINT = 0, OSM_PB_FIXED64 = 1, OSM_PB_BYTES = 2, OSM_PB_FIXED32 = 5 };

/* Writing. */
void osm_pb_varint(struct buf *out, uint64_t value);
void osm_pb_sint(struct buf *out, int64_t value); /* zigzag */
void osm_pb_number(struct buf *out, unsigned field, uint64_t value);
void osm_pb_bytes(struct buf *out, unsigned field, struct str value);

/* Reading: the next field of a message. False at the end or when the message is bad (then
 * rd->bad). A field that is not length-delimited comes as `number`. */
struct osm_pb {
    unsigned field;
    unsigned type;
    uint64_t number;
    struct bytes bytes;
};
bool osm_pb_next(struct rd *rd, struct osm_pb *ret);
static inline int64_t osm_pb_zigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

#endif
