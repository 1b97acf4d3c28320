/* wire_jt808_json_fuzz.c - any text is refused with a reason or is an order that a terminal reads as
 * it was written.
 *
 * The first bytes are the message id and the edition; the rest is the text. */
#include "wire/jt808/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TREE_BYTES = 8 << 20, BODY_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd rd = {.left = {data, size}};
    struct wire_jt808_head head = {.msg_id = rd_u16(&rd), .v2019 = rd_u8(&rd) & 1};
    struct wire_jt808_message message;
    struct wire_jt808_message again;
    struct diag diag = {0};
    struct arena arena;
    struct buf first;
    struct buf second;

    if (rd.bad)
        return 0;
    arena_init(&arena, TREE_BYTES);
    buf_init(&first, BODY_BYTES);
    buf_init(&second, BODY_BYTES);
    struct str text = {(const char *)rd.left.data, rd.left.size};
    enum err err =
        wire_jt808_body_parse_json(text, head.msg_id, head.v2019, &arena, &message, &diag);
    ASSERT(!err || diag.text[0]);
    if (!err) {
        wire_jt808_body_encode(&message, &first);
        ASSERT(buf_err(&first) == OK);
        struct bytes body = str_bytes(buf_text(&first));
        err = wire_jt808_body_decode(&head, body, &arena, &again, NULL);
        ASSERT(err == OK || err == ERR_NOMEM);
        if (!err) {
            wire_jt808_body_encode(&again, &second);
            ASSERT(str_eq(buf_text(&first), buf_text(&second)));
        }
    }
    arena_done(&arena);
    buf_done(&first);
    buf_done(&second);
    return 0;
}
