/* order.c - a message's body from a JSON document: what an operator or a program asks of a terminal.
 * The bytes it becomes are read again as a terminal reads them, and what comes out must be what was
 * put in: a length or an attribute that does not fit is found here, not in the vehicle. */
#include "wire/jt808/build.h"

enum {
    ORDER_BODY_MAX = 1 << 20,  /* a thousand parts: more comes as a file, not here */
    ORDER_JSON_MAX = 16 << 20, /* of the comparison: text is several times its bytes */
};

/* The text of a tree without what is told. Errors: NOMEM, LIMIT. */
static enum err order_shown(const struct wire_jt808_value *body, struct buf *out)
{
    struct jw jw;

    buf_init(out, ORDER_JSON_MAX);
    jw_init(&jw, out);
    wire_show(body, false, &jw);
    return buf_err(out);
}

/* Whether the two say the same. Errors: INVALID when not, NOMEM, LIMIT. */
static enum err order_same(const struct wire_jt808_value *a, const struct wire_jt808_value *b)
{
    struct buf text_b = {0};
    struct buf text_a;

    enum err err = order_shown(a, &text_a);
    if (!err)
        err = order_shown(b, &text_b);
    if (!err && !str_eq(buf_text(&text_a), buf_text(&text_b)))
        err = ERR_INVALID;
    buf_done(&text_a);
    buf_done(&text_b);
    return err;
}

/* Reads the bytes of `built` as a terminal would. Errors: INVALID when that says something else. */
static enum err order_reread(const struct wire_jt808_message *built, struct arena *arena,
                             struct wire_jt808_message *ret_message, struct diag *diag)
{
    const struct wire_jt808_head head = {.msg_id = built->msg_id, .v2019 = built->v2019};
    struct wire_jt808_message message;
    struct bytes body = {0};
    struct str copy;
    struct buf out;

    buf_init(&out, ORDER_BODY_MAX);
    wire_jt808_body_encode(built, &out);
    enum err err = buf_err(&out);
    if (!err)
        err = arena_str(arena, buf_text(&out), &copy);
    buf_done(&out);
    if (err)
        return diag_set(diag, err, "the body is too large");
    body = str_bytes(copy);
    err = wire_jt808_body_decode(&head, body, arena, &message, NULL);
    if (!err)
        err = order_same(&built->body, &message.body);
    if (err == ERR_NOMEM || err == ERR_LIMIT)
        return diag_set(diag, err, "the body is too large");
    if (err)
        return diag_set(diag, ERR_INVALID,
                        "a terminal would read something else from these bytes; check lengths and "
                        "what depends on them");
    *ret_message = message;
    return OK;
}

/* The tree of the layout that the document fits; its first mistake when none does. */
static enum err order_build(struct str json, struct arena *arena, struct wire_jt808_message *built,
                            struct diag *diag)
{
    const struct wire_message_layout *found = wire_layout_find(built->msg_id);
    const struct wire_layout *tries[3] = {found ? found->layout : &wire_layout_raw};
    enum err first = OK;

    if (found && found->other) {
        tries[1] = found->other;
        tries[2] = &wire_layout_raw;
    }
    for (size_t i = 0; i < COUNT_OF(tries) && tries[i]; i++) {
        struct diag told = {0};
        struct wire_doc *root;
        enum err err = wire_doc_parse(json, arena, &root, &told);
        if (!err)
            err = wire_build(tries[i], root, built->v2019, arena, &built->body, &told);
        if (!err)
            return OK;
        if (!first && diag)
            *diag = told;
        first = first ? first : err;
    }
    return first;
}

enum err wire_jt808_body_parse_json(struct str json, uint16_t msg_id, bool v2019,
                                    struct arena *arena, struct wire_jt808_message *ret_message,
                                    struct diag *diag)
{
    struct wire_jt808_message built = {.msg_id = msg_id, .v2019 = v2019};
    struct diag told = {0};

    enum err err = order_build(json, arena, &built, &told);
    if (!err)
        err = order_reread(&built, arena, ret_message, &told);
    if (err && diag)
        *diag = told;
    return err;
}
