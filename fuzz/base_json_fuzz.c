/* base_json_fuzz.c - any bytes as JSON: no crash, every mistake has its place, and what was read can
 * be written and read again as the same tokens. */
#include "base/json.h"
#include "base/jw.h"
#include "fuzz.h"

static void write_token(struct jw *jw, enum json_token token, struct str text)
{
    if (token == JSON_OBJECT)
        jw_object(jw);
    else if (token == JSON_OBJECT_END)
        jw_object_end(jw);
    else if (token == JSON_ARRAY)
        jw_array(jw);
    else if (token == JSON_ARRAY_END)
        jw_array_end(jw);
    else if (token == JSON_STRING)
        jw_str(jw, text);
    else
        jw_bool(jw, true); /* a number or a word: only its place in the structure is compared */
}

/* Keys are any text, which jw_key() does not take: they are left out, so objects become lists. */
static enum json_token plain(enum json_token token)
{
    return token == JSON_OBJECT       ? JSON_ARRAY
           : token == JSON_OBJECT_END ? JSON_ARRAY_END
           : token == JSON_NUMBER     ? JSON_WORD
                                      : token;
}

static enum json_token value_next(struct json *json)
{
    enum json_token token = json_next(json);

    return token == JSON_KEY ? json_next(json) : token;
}

static void same_again(struct str content, struct str written)
{
    struct json first;
    struct json second;
    enum json_token token;

    json_init(&first, content);
    json_init(&second, written);
    do {
        token = plain(value_next(&first));
        ASSERT(token == value_next(&second));
        if (token == JSON_STRING)
            ASSERT(str_eq(json_text(&first), json_text(&second)));
    } while (token != JSON_END);
    json_done(&first);
    json_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str content = {(const char *)data, size};
    struct diag diag = {0};
    struct json json;
    struct buf out;
    struct jw jw;
    enum json_token token;
    size_t bad;

    buf_init(&out, 64 << 20);
    jw_init(&jw, &out);
    json_init(&json, content);
    while ((token = value_next(&json)) > JSON_END) {
        ASSERT(json.depth <= JSON_DEPTH_MAX);
        ASSERT(str_utf8(json_text(&json), &bad));
        write_token(&jw, plain(token), json_text(&json));
    }
    enum err err = json_end(&json, &diag);
    ASSERT((err != OK) == (token == JSON_BAD));
    if (err) {
        ASSERT(diag.line > 0 && diag.column > 0);
        ASSERT(diag.text[0]);
    } else if (!buf_err(&out)) {
        same_again(content, buf_text(&out));
    }
    json_done(&json);
    buf_done(&out);
    return 0;
}
