/* json.c - see json.h. A state of two flags and a stack of kinds: no recursion. */
#include "base/json.h"

#include <stdio.h>
#include <string.h>

void json_init(struct json *json, struct str content)
{
    *json = (struct json){.content = content, .line = 1, .mark_line = 1, .mark_column = 1};
    buf_init(&json->key_copy, JSON_TEXT_MAX);
    buf_init(&json->text_copy, JSON_TEXT_MAX);
    if (str_starts(content, STR("\xEF\xBB\xBF")))
        json->at = json->line_at = 3;
}

void json_done(struct json *json)
{
    if (!json)
        return;
    buf_done(&json->key_copy);
    buf_done(&json->text_copy);
}

struct str json_text(const struct json *json)
{
    return json->text;
}

static enum json_token json_wrong(struct json *json, enum err code, const char *what)
{
    if (!json->bad)
        (void)diag_at(&json->diag, code, NULL, json->line, json->at - json->line_at + 1,
                      "not JSON: %s", what);
    json->bad = true;
    return JSON_BAD;
}

void json_refuse(struct json *json, enum err code, const char *format, ...)
{
    char text[sizeof json->diag.text];
    va_list args;

    if (json->bad)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)diag_at(&json->diag, code, NULL, json->mark_line, json->mark_column, "%s", text);
    json->bad = true;
}

static int json_peek(const struct json *json)
{
    return json->at < json->content.size ? (unsigned char)json->content.data[json->at] : -1;
}

static void json_blanks(struct json *json)
{
    for (;; json->at++) {
        int c = json_peek(json);
        if (c == '\n') {
            json->line++;
            json->line_at = json->at + 1;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            return;
        }
    }
}

static bool json_hex(struct json *json, uint32_t *ret)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        int c = json_peek(json);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
        json->at++;
    }
    *ret = value;
    return true;
}

static void json_point(struct buf *out, uint32_t point)
{
    if (point < 0x80) {
        buf_char(out, (char)point);
    } else if (point < 0x800) {
        buf_char(out, (char)(0xC0 | point >> 6));
        buf_char(out, (char)(0x80 | (point & 0x3F)));
    } else if (point < 0x10000) {
        buf_char(out, (char)(0xE0 | point >> 12));
        buf_char(out, (char)(0x80 | (point >> 6 & 0x3F)));
        buf_char(out, (char)(0x80 | (point & 0x3F)));
    } else {
        buf_char(out, (char)(0xF0 | point >> 18));
        buf_char(out, (char)(0x80 | (point >> 12 & 0x3F)));
        buf_char(out, (char)(0x80 | (point >> 6 & 0x3F)));
        buf_char(out, (char)(0x80 | (point & 0x3F)));
    }
}

/* The second half of a pair, where one follows. */
static bool json_low(struct json *json, uint32_t *point)
{
    uint32_t low;

    if (!str_starts((struct str){json->content.data + json->at, json->content.size - json->at},
                    STR("\\u")))
        return true;
    json->at += 2;
    if (!json_hex(json, &low))
        return false;
    *point = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00)
                                           : 0xFFFD;
    return true;
}

/* \uXXXX, as a pair where it is half of one; a half alone becomes U+FFFD. */
static bool json_unicode(struct json *json, struct buf *copy)
{
    uint32_t point;

    if (!json_hex(json, &point))
        return false;
    if (point >= 0xD800 && point < 0xDC00 && !json_low(json, &point))
        return false;
    if ((point >= 0xD800 && point < 0xE000) || point == 0)
        point = 0xFFFD;
    json_point(copy, point);
    return true;
}

/* What follows a backslash. */
static bool json_escape(struct json *json, struct buf *copy)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    int c = json_peek(json);

    json->at++;
    if (c == 'u')
        return json_unicode(json, copy);
    const char *found = c > 0 ? strchr(from, c) : NULL;
    if (!found)
        return false;
    buf_char(copy, to[found - from]);
    return true;
}

/* Passes bytes that stand for themselves, and gives them. */
static struct str json_run(struct json *json)
{
    const char *data = json->content.data + json->at;
    size_t left = json->content.size - json->at;
    size_t size = 0;

    if (left > JSON_TEXT_MAX)
        left = JSON_TEXT_MAX + 1;
    while (size < left && (unsigned char)data[size] >= ' ' && data[size] != '"' &&
           data[size] != '\\')
        size++;
    json->at += size;
    return (struct str){data, size};
}

/* False at a byte that no text may hold, or where the content or the limit ends. */
static bool json_goes_on(struct json *json, const struct buf *copy, size_t size)
{
    int c = json_peek(json);

    if (copy->err == ERR_NOMEM)
        json_wrong(json, ERR_NOMEM, err_text(ERR_NOMEM));
    else if (copy->err || size > JSON_TEXT_MAX)
        json_wrong(json, ERR_LIMIT, "a text is too long");
    else if (c < ' ')
        json_wrong(json, ERR_SYNTAX,
                   c < 0 ? "a text is never closed; add the missing \""
                         : "a control character in a text");
    return !json->bad;
}

/* The rest of a text of which `head` is known, from its first backslash on. */
static bool json_escaped(struct json *json, struct str head, struct buf *copy)
{
    buf_reset(copy);
    buf_str(copy, head);
    while (json_peek(json) == '\\') {
        json->at++;
        if (!json_escape(json, copy)) {
            json_wrong(json, ERR_SYNTAX,
                       "no such escape; after \\ comes one of \" \\ / b f n r t u");
            return false;
        }
        buf_str(copy, json_run(json));
        if (!json_goes_on(json, copy, 0))
            return false;
    }
    json->text = buf_text(copy);
    return true;
}

static bool json_string(struct json *json, struct buf *copy)
{
    size_t bad;

    json->at++;
    json->text = json_run(json);
    if (!json_goes_on(json, copy, json->text.size))
        return false;
    if (json_peek(json) == '\\' && !json_escaped(json, json->text, copy))
        return false;
    json->at++; /* the quote: nothing else ends a run that goes on */
    if (!str_utf8(json->text, &bad)) {
        json_wrong(json, ERR_SYNTAX, "a text is not UTF-8; save the file as UTF-8");
        return false;
    }
    return true;
}

/* Passes digits, of which there must be one at least. */
static bool json_digits(struct str text, size_t *at)
{
    size_t begin = *at;

    while (*at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9')
        ++*at;
    return *at > begin;
}

static bool json_passes(struct str text, size_t *at, const char *any)
{
    bool there = *at < text.size && strchr(any, text.data[*at]);

    *at += there;
    return there;
}

/* RFC 8259, section 6: no plus, no leading zero, digits on both sides of the point. */
static bool json_is_number(struct str text)
{
    size_t at = 0;
    double number;

    json_passes(text, &at, "-");
    size_t first = at;
    if (!json_digits(text, &at) || (text.data[first] == '0' && at > first + 1))
        return false;
    if (json_passes(text, &at, ".") && !json_digits(text, &at))
        return false;
    if (at == text.size && text.size <= 64)
        return true; /* finite for certain */
    if (json_passes(text, &at, "eE")) {
        json_passes(text, &at, "+-");
        if (!json_digits(text, &at))
            return false;
    }
    return at == text.size && str_f64(text, &number) == OK;
}

/* What numbers, true, false and null are made of. */
static bool json_is_plain(int c)
{
    const uint32_t letters = 0x1E2831; /* a e f l n r s t u */

    if (c >= 'a' && c <= 'z')
        return letters >> (c - 'a') & 1;
    return (c >= '0' && c <= '9') || c == 'E' || c == '+' || c == '-' || c == '.';
}

static enum json_token json_plain(struct json *json)
{
    size_t begin = json->at;

    while (json_is_plain(json_peek(json)))
        json->at++;
    json->text = (struct str){json->content.data + begin, json->at - begin};
    json->value = true;
    if (str_eq(json->text, STR("true")) || str_eq(json->text, STR("false")) ||
        str_eq(json->text, STR("null")))
        return JSON_WORD;
    if (!json_is_number(json->text))
        return json_wrong(json, ERR_SYNTAX, "a value is expected here");
    return JSON_NUMBER;
}

static enum json_token json_open(struct json *json, bool object)
{
    if (json->depth == JSON_DEPTH_MAX)
        return json_wrong(json, ERR_LIMIT, "nested too deeply");
    json->kinds[json->depth++] = object;
    json->at++;
    json->value = json->key = false;
    return object ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_token json_close(struct json *json, bool object)
{
    if (json->depth == 0 || json->kinds[json->depth - 1] != object || json->key)
        return json_wrong(json, ERR_SYNTAX, "a closing bracket that opens nothing");
    json->depth--;
    json->at++;
    json->value = true;
    return object ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static enum json_token json_key(struct json *json)
{
    if (json_peek(json) != '"')
        return json_wrong(json, ERR_SYNTAX, "a key in double quotes is expected here");
    if (!json_string(json, &json->key_copy))
        return JSON_BAD;
    json_blanks(json);
    if (json_peek(json) != ':')
        return json_wrong(json, ERR_SYNTAX, "a colon is expected after the key");
    json->at++;
    json->key = true;
    return JSON_KEY;
}

static enum json_token json_value(struct json *json)
{
    int c = json_peek(json);

    json->key = false;
    if (c == '{' || c == '[')
        return json_open(json, c == '{');
    if (c != '"')
        return json_plain(json);
    if (!json_string(json, &json->text_copy))
        return JSON_BAD;
    json->value = true;
    return JSON_STRING;
}

/* Passes the comma between two values. False when no value follows it. */
static bool json_comma(struct json *json)
{
    if (!json->value || json->depth == 0 || json_peek(json) != ',')
        return true;
    json->at++;
    json->value = false;
    json_blanks(json);
    int c = json_peek(json);
    return c != '}' && c != ']';
}

/* The token that begins with `c`, where a value, a key or a closing bracket may stand. */
static enum json_token json_token(struct json *json, int c)
{
    bool inside = json->depth > 0;

    if (c == '}' || c == ']')
        return json_close(json, c == '}');
    if (json->value)
        return json_wrong(json, ERR_SYNTAX,
                          inside ? "a comma is missing here"
                                 : "text after the end; one file holds one value");
    if (inside && json->kinds[json->depth - 1] && !json->key)
        return json_key(json);
    return json_value(json);
}

enum json_token json_next(struct json *json)
{
    if (json->bad)
        return JSON_BAD;
    json->text = (struct str){json->content.data, 0};
    json_blanks(json);
    if (!json_comma(json))
        return json_wrong(json, ERR_SYNTAX, "a comma before the closing bracket; remove it");
    json->mark_line = json->line;
    json->mark_column = json->at - json->line_at + 1;
    int c = json_peek(json);
    if (c >= 0)
        return json_token(json, c);
    return json->depth > 0 || !json->value ? json_wrong(json, ERR_SYNTAX, "the text ends too early")
                                           : JSON_END;
}

void json_skip(struct json *json, enum json_token token)
{
    size_t depth = json->depth;

    if (token != JSON_OBJECT && token != JSON_ARRAY)
        return;
    while (!json->bad && json->depth >= depth)
        (void)json_next(json);
}

bool json_member(struct json *json, struct str *ret_key, enum json_token *ret_token)
{
    if (json_next(json) != JSON_KEY)
        return false; /* the object's end, or told */
    *ret_key = json->text;
    *ret_token = json_next(json);
    return !json->bad;
}

bool json_item(struct json *json, enum json_token *ret_token)
{
    enum json_token token = json_next(json);

    if (token == JSON_ARRAY_END || token == JSON_BAD)
        return false;
    *ret_token = token;
    return true;
}

bool json_want(struct json *json, enum json_token token, enum json_token want)
{
    static const char *const names[] = {[JSON_OBJECT] = "an object",
                                        [JSON_ARRAY] = "a list",
                                        [JSON_STRING] = "a text in double quotes",
                                        [JSON_NUMBER] = "a number",
                                        [JSON_WORD] = "true or false"};

    ASSERT((size_t)want < COUNT_OF(names) && names[want]);
    if (token == want)
        return true;
    json_refuse(json, ERR_INVALID, "%s is expected here", names[want]);
    return false;
}

bool json_str(struct json *json, enum json_token token, struct str *ret)
{
    if (!json_want(json, token, JSON_STRING))
        return false;
    *ret = json->text;
    return true;
}

bool json_str_keep(struct json *json, enum json_token token, struct arena *arena, struct str *ret)
{
    if (!json_want(json, token, JSON_STRING))
        return false;
    bool copied = json->text.data == json->text_copy.data;
    if (!copied)
        *ret = json->text;
    else if (arena_str(arena, json->text, ret)) {
        json_refuse(json, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
        return false;
    }
    return true;
}

bool json_f64(struct json *json, enum json_token token, double *ret)
{
    if (!json_want(json, token, JSON_NUMBER))
        return false;
    enum err err = str_f64(json->text, ret);
    ASSERT(err == OK); /* it was no number token otherwise */
    return true;
}

bool json_i64(struct json *json, enum json_token token, int64_t *ret)
{
    if (!json_want(json, token, JSON_NUMBER))
        return false;
    enum err err = str_i64(json->text, ret);
    if (err == ERR_RANGE)
        json_refuse(json, ERR_RANGE, "the number is out of range");
    else if (err)
        json_refuse(json, ERR_INVALID, "a whole number is expected here");
    return !err;
}

bool json_bool(struct json *json, enum json_token token, bool *ret)
{
    if (json_is_null(json, token))
        token = JSON_END; /* null is neither of the two */
    if (!json_want(json, token, JSON_WORD))
        return false;
    *ret = json->text.data[0] == 't';
    return true;
}

bool json_is_null(const struct json *json, enum json_token token)
{
    return token == JSON_WORD && json->text.data[0] == 'n';
}

enum err json_end(struct json *json, struct diag *diag)
{
    if (!json->bad && json_next(json) != JSON_END)
        json_refuse(json, ERR_SYNTAX, "not JSON: text after the end");
    if (!json->bad)
        return OK;
    if (diag)
        *diag = json->diag;
    return json->diag.code;
}
