/* wire_jt808_body_fuzz.c - any body is refused or comes back byte for byte, and what it says is
 * JSON; the same values in the JSON alone give bytes that say the same again.
 *
 * The first bytes are the message id and the edition; the rest is the body. */
#include <string.h>

#include "base/json.h"
#include "wire/jt808/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TREE_BYTES = 8 << 20, TEXT_BYTES = 4 << 20 };

static void told(const struct wire_jt808_message *message, struct buf *out)
{
    struct jw jw;

    buf_reset(out);
    jw_init(&jw, out);
    wire_jt808_body_json(message, &jw);
    ASSERT(buf_err(out) == OK);
}

static void is_json(struct str text)
{
    struct json json;

    json_init(&json, text);
    while (json_next(&json) != JSON_BAD && json.depth) {
    }
    ASSERT(json_end(&json, NULL) == OK);
    json_done(&json);
}

/* From JSON to bytes to JSON to bytes: the second bytes are the first. */
static void from_json(struct str text, const struct wire_jt808_head *head, struct arena *arena)
{
    struct wire_jt808_message message;
    struct wire_jt808_message again;
    struct buf first;
    struct buf second;
    struct buf json;

    if (wire_jt808_body_parse_json(text, head->msg_id, head->v2019, arena, &message, NULL))
        return; /* a text that is no GBK, or only the bytes say it */
    buf_init(&first, TEXT_BYTES);
    buf_init(&second, TEXT_BYTES);
    buf_init(&json, TEXT_BYTES);
    wire_jt808_body_encode(&message, &first);
    told(&message, &json);
    ASSERT(wire_jt808_body_parse_json(buf_text(&json), head->msg_id, head->v2019, arena, &again,
                                      NULL) == OK);
    wire_jt808_body_encode(&again, &second);
    ASSERT(str_eq(buf_text(&first), buf_text(&second)));
    buf_done(&first);
    buf_done(&second);
    buf_done(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd rd = {.left = {data, size}};
    struct wire_jt808_head head = {.msg_id = rd_u16(&rd), .v2019 = rd_u8(&rd) & 1};
    struct wire_jt808_message message;
    struct arena arena;
    struct diag diag;
    struct buf out;

    if (rd.bad || rd.left.size > WIRE_JT808_BODY_MAX)
        return 0;
    arena_init(&arena, TREE_BYTES);
    buf_init(&out, TEXT_BYTES);
    enum err err = wire_jt808_body_decode(&head, rd.left, &arena, &message, &diag);
    ASSERT(err == OK || err == ERR_TRUNCATED);
    if (!err) {
        wire_jt808_body_encode(&message, &out);
        ASSERT(str_eq(buf_text(&out), (struct str){(const char *)rd.left.data, rd.left.size}));
        told(&message, &out);
        is_json(buf_text(&out));
        from_json(buf_text(&out), &head, &arena);
    }
    arena_done(&arena);
    buf_done(&out);
    return 0;
}
