/* attach.c - see attach.h. */
#include "wire/jt808/attach.h"

#include <string.h>

#include "base/rd.h"

enum { ATTACH_TIME_BYTES = 6 };

static struct str attach_tag(struct rd *rd)
{
    struct bytes tag = rd_take(rd, rd_u8(rd));

    return (struct str){tag.data ? (const char *)tag.data : "", tag.size};
}

static bool attach_tag_is_good(struct str tag)
{
    for (size_t i = 0; i < tag.size; i++)
        if (tag.data[i] < '!' || tag.data[i] > '~')
            return false;
    return tag.size <= WIRE_ATTACH_TAG_MAX;
}

/* What follows the time; more bytes than are read belong to later versions. False for a kind that is
 * not known. */
static bool attach_fields(struct rd *rd, struct wire_attach_event *event)
{
    switch (event->kind) {
    case WIRE_ATTACH_LIFT:
        event->bits = rd_u8(rd);
        event->compartment = rd_u8(rd);
        event->gross_dag = rd_u32(rd);
        event->net_dag = rd_u32(rd);
        event->tag = attach_tag(rd);
        return true;
    case WIRE_ATTACH_TAG:
        event->reader = rd_u8(rd);
        event->tag = attach_tag(rd);
        return true;
    case WIRE_ATTACH_BRUSH:
        event->bits = rd_u8(rd);
        return true;
    case WIRE_ATTACH_LEVEL:
        event->compartment = rd_u8(rd);
        event->percent = rd_u8(rd);
        event->net_dag = rd_u32(rd);
        return true;
    default:
        return false;
    }
}

/* One record; *ret_known is false for one that is passed over. */
static enum err attach_record(struct rd *rd, size_t number, struct wire_attach_event *ret_event,
                              bool *ret_known, struct diag *diag)
{
    struct wire_attach_event event = {.kind = (enum wire_attach_kind)rd_u8(rd)};
    struct rd record = {.left = rd_take(rd, rd_u8(rd))};
    struct bytes at = rd_take(&record, ATTACH_TIME_BYTES);

    if (rd->bad || record.bad)
        return diag_set(diag, ERR_TRUNCATED, "record %zu ends before its time", number);
    memcpy(event.time_bcd, at.data, ATTACH_TIME_BYTES);
    bool known = attach_fields(&record, &event);
    if (record.bad)
        return diag_set(diag, ERR_TRUNCATED, "record %zu of kind %d is too short", number,
                        (int)event.kind);
    if (known && !attach_tag_is_good(event.tag))
        return diag_set(diag, ERR_INVALID,
                        "record %zu: a tag has at most %d bytes, all printable ASCII", number,
                        WIRE_ATTACH_TAG_MAX);
    if (event.kind == WIRE_ATTACH_LEVEL && event.percent > 100 &&
        event.percent != WIRE_ATTACH_NO_PERCENT)
        return diag_set(diag, ERR_INVALID, "record %zu: %u percent", number, event.percent);
    *ret_event = event;
    *ret_known = known;
    return OK;
}

enum err wire_attach_decode(struct bytes content, struct wire_attach *ret, struct diag *diag)
{
    struct rd rd = {.left = content};
    uint8_t version = rd_u8(&rd);
    size_t records = rd_u8(&rd);
    size_t count = 0;

    if (rd.bad)
        return diag_set(diag, ERR_TRUNCATED, "version and count are missing");
    if (version != WIRE_ATTACH_VERSION)
        return diag_set(diag, ERR_UNSUPPORTED, "version %u is not known; send version %d", version,
                        WIRE_ATTACH_VERSION);
    for (size_t i = 0; i < records; i++) {
        struct wire_attach_event event;
        bool known = false;
        enum err err = attach_record(&rd, i + 1, &event, &known, diag);
        if (err)
            return err;
        if (!known)
            continue;
        if (count == WIRE_ATTACH_EVENTS_MAX)
            return diag_set(diag, ERR_LIMIT, "more than %d events", WIRE_ATTACH_EVENTS_MAX);
        ret->events[count++] = event;
    }
    if (rd.left.size)
        return diag_set(diag, ERR_INVALID, "%zu bytes follow the last record", rd.left.size);
    ret->count = count;
    ret->skipped = records - count;
    return OK;
}

static void attach_put_tag(struct str tag, struct buf *out)
{
    buf_u8(out, (uint8_t)tag.size);
    buf_str(out, tag);
}

static void attach_put(const struct wire_attach_event *event, struct buf *out)
{
    buf_add(out, event->time_bcd, ATTACH_TIME_BYTES);
    switch (event->kind) {
    case WIRE_ATTACH_LIFT:
        buf_u8(out, event->bits);
        buf_u8(out, event->compartment);
        buf_u32be(out, event->gross_dag);
        buf_u32be(out, event->net_dag);
        attach_put_tag(event->tag, out);
        return;
    case WIRE_ATTACH_TAG:
        buf_u8(out, event->reader);
        attach_put_tag(event->tag, out);
        return;
    case WIRE_ATTACH_BRUSH:
        buf_u8(out, event->bits);
        return;
    case WIRE_ATTACH_LEVEL:
    default:
        buf_u8(out, event->compartment);
        buf_u8(out, event->percent);
        buf_u32be(out, event->net_dag);
    }
}

void wire_attach_encode(const struct wire_attach *attach, struct buf *out)
{
    ASSERT(attach->count <= WIRE_ATTACH_EVENTS_MAX);
    buf_u8(out, WIRE_ATTACH_VERSION);
    buf_u8(out, (uint8_t)attach->count);
    for (size_t i = 0; i < attach->count; i++) {
        size_t start = out->size;
        ASSERT(attach->events[i].tag.size <= WIRE_ATTACH_TAG_MAX);
        buf_u8(out, (uint8_t)attach->events[i].kind);
        buf_u8(out, 0);
        attach_put(&attach->events[i], out);
        if (buf_err(out))
            return;
        out->data[start + 1] = (char)(out->size - start - 2);
    }
}
