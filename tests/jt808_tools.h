/* jt808_tools.h - what tests of JT/T 808 bodies share: buffers, and a body going round. */
#ifndef TESTS_JT808_TOOLS_H
#define TESTS_JT808_TOOLS_H

#include "base/json.h"
#include "jt808_shared.h"
#include "wire/jt808/body.h"

enum { BYTES_MAX = 4 << 20, ARENA_MAX = 16 << 20 };

struct tools {
    struct arena arena;
    struct buf raw;
    struct buf json;
    struct buf again;
    struct buf want;
};

static inline void tools_init(struct tools *tools)
{
    arena_init(&tools->arena, ARENA_MAX);
    buf_init(&tools->raw, BYTES_MAX);
    buf_init(&tools->json, BYTES_MAX);
    buf_init(&tools->again, BYTES_MAX);
    buf_init(&tools->want, BYTES_MAX);
}

static inline void tools_reset(struct tools *tools)
{
    arena_reset(&tools->arena);
    buf_reset(&tools->raw);
    buf_reset(&tools->json);
    buf_reset(&tools->again);
    buf_reset(&tools->want);
}

static inline void tools_done(struct tools *tools)
{
    arena_done(&tools->arena);
    buf_done(&tools->raw);
    buf_done(&tools->json);
    buf_done(&tools->again);
    buf_done(&tools->want);
}

static inline struct bytes in(const struct buf *buf)
{
    return str_bytes(buf_text(buf));
}

static inline void assert_same_bytes(const struct wire_jt808_message *message, struct bytes want,
                                     struct buf *again)
{
    buf_reset(again);
    wire_jt808_body_encode(message, again);
    assert_int_equal(buf_err(again), OK);
    assert_int_equal(again->size, want.size);
    assert_true(!want.size || !memcmp(again->data, want.data, want.size));
}

/* Decodes, tells, writes again; tells whether the JSON alone gives the same bytes too. */
static inline bool body_goes_round(struct tools *tools, const struct wire_jt808_head *head,
                                   struct bytes body)
{
    struct wire_jt808_message message;
    struct wire_jt808_message built;
    struct diag diag = {0};
    struct jw jw;

    assert_int_equal(wire_jt808_body_decode(head, body, &tools->arena, &message, &diag), OK);
    assert_same_bytes(&message, body, &tools->again);
    buf_reset(&tools->json);
    jw_init(&jw, &tools->json);
    wire_jt808_body_json(&message, &jw);
    assert_int_equal(buf_err(&tools->json), OK);
    if (wire_jt808_body_parse_json(buf_text(&tools->json), head->msg_id, head->v2019, &tools->arena,
                                   &built, &diag)) {
        assert_true(diag.text[0]);
        return false;
    }
    buf_reset(&tools->again);
    wire_jt808_body_encode(&built, &tools->again);
    return tools->again.size == body.size &&
           (!body.size || !memcmp(tools->again.data, body.data, body.size));
}

#endif
