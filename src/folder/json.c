/* json.c - see json.h. A state of two flags and a stack of kinds: no recursion. */
#include "folder/json.h"

#include <string.h>

void folder_json_init(struct folder_json *json, struct folder_report *report, struct str content)
{
    *json = (struct folder_json){.report = report, .content = content, .line = 1};
    buf_init(&json->text, FOLDER_JSON_TEXT_MAX);
    if (str_starts(content, STR("\xEF\xBB\xBF")))
        json->at = json->line_at = 3;
}

void folder_json_done(struct folder_json *json)
{
    buf_done(&json->text);
}

struct str folder_json_text(const struct folder_json *json)
{
    return buf_text(&json->text);
}

static enum folder_token folder_json_wrong(struct folder_json *json, const char *what)
{
    if (buf_err(&json->text) == ERR_NOMEM)
        folder_no_memory(json->report);
    else if (!json->bad)
        folder_mistake(json->report, (struct folder_mark){json->line, json->at - json->line_at + 1},
                       "not JSON: %s", what);
    json->bad = true;
    return FOLDER_JSON_BAD;
}

static int folder_json_peek(const struct folder_json *json)
{
    return json->at < json->content.size ? (unsigned char)json->content.data[json->at] : -1;
}

static void folder_json_blanks(struct folder_json *json)
{
    for (;; json->at++) {
        int c = folder_json_peek(json);
        if (c == '\n') {
            json->line++;
            json->line_at = json->at + 1;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            return;
        }
    }
}

static bool folder_json_hex(struct folder_json *json, uint32_t *ret)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        int c = folder_json_peek(json);
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

static void folder_json_point(struct buf *out, uint32_t point)
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
static bool folder_json_low(struct folder_json *json, uint32_t *point)
{
    uint32_t low;

    if (!str_starts((struct str){json->content.data + json->at, json->content.size - json->at},
                    STR("\\u")))
        return true;
    json->at += 2;
    if (!folder_json_hex(json, &low))
        return false;
    *point = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00)
                                           : 0xFFFD;
    return true;
}

/* \uXXXX, as a pair where it is half of one; a half alone becomes U+FFFD. */
static bool folder_json_unicode(struct folder_json *json)
{
    uint32_t point;

    if (!folder_json_hex(json, &point))
        return false;
    if (point >= 0xD800 && point < 0xDC00 && !folder_json_low(json, &point))
        return false;
    if ((point >= 0xD800 && point < 0xE000) || point == 0)
        point = 0xFFFD;
    folder_json_point(&json->text, point);
    return true;
}

static bool folder_json_escape(struct folder_json *json)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    int c = folder_json_peek(json);

    json->at++;
    if (c == 'u')
        return folder_json_unicode(json);
    const char *found = c > 0 ? strchr(from, c) : NULL;
    if (!found)
        return false;
    buf_char(&json->text, to[found - from]);
    return true;
}

static bool folder_json_string(struct folder_json *json)
{
    size_t bad;

    json->at++;
    for (;;) {
        int c = folder_json_peek(json);
        if (c < ' ' || buf_err(&json->text)) {
            folder_json_wrong(json, c < 0 ? "a text is never closed; add the missing \""
                                    : buf_err(&json->text) ? "a text is too long"
                                                           : "a control character in a text");
            return false;
        }
        json->at++;
        if (c == '"')
            break; /* a failed buffer was seen above, as the quote adds nothing to it */
        if (c != '\\') {
            buf_char(&json->text, (char)c);
        } else if (!folder_json_escape(json)) {
            folder_json_wrong(json, "no such escape; after \\ comes one of \" \\ / b f n r t u");
            return false;
        }
    }
    if (!str_utf8(buf_text(&json->text), &bad)) {
        folder_json_wrong(json, "a text is not UTF-8; save the file as UTF-8");
        return false;
    }
    return true;
}

static enum folder_token folder_json_plain(struct folder_json *json)
{
    static const char letters[] = "+-.0123456789eEtrufalsn";
    double number;

    for (int c = folder_json_peek(json); c > 0 && strchr(letters, c); c = folder_json_peek(json)) {
        buf_char(&json->text, (char)c);
        json->at++;
    }
    struct str text = buf_text(&json->text);
    json->value = true;
    if (str_eq(text, STR("true")) || str_eq(text, STR("false")) || str_eq(text, STR("null")))
        return FOLDER_JSON_WORD;
    if (buf_err(&json->text) || str_f64(text, &number))
        return folder_json_wrong(json, "a value is expected here");
    return FOLDER_JSON_NUMBER;
}

static enum folder_token folder_json_open(struct folder_json *json, bool object)
{
    if (json->depth == FOLDER_JSON_DEPTH_MAX)
        return folder_json_wrong(json, "nested too deeply");
    json->kinds[json->depth++] = object;
    json->at++;
    json->value = json->key = false;
    return object ? FOLDER_JSON_OBJECT : FOLDER_JSON_ARRAY;
}

static enum folder_token folder_json_close(struct folder_json *json, bool object)
{
    if (json->depth == 0 || json->kinds[json->depth - 1] != object || json->key)
        return folder_json_wrong(json, "a closing bracket that opens nothing");
    json->depth--;
    json->at++;
    json->value = true;
    return object ? FOLDER_JSON_OBJECT_END : FOLDER_JSON_ARRAY_END;
}

static enum folder_token folder_json_key(struct folder_json *json)
{
    if (folder_json_peek(json) != '"')
        return folder_json_wrong(json, "a key in double quotes is expected here");
    if (!folder_json_string(json))
        return FOLDER_JSON_BAD;
    folder_json_blanks(json);
    if (folder_json_peek(json) != ':')
        return folder_json_wrong(json, "a colon is expected after the key");
    json->at++;
    json->key = true;
    return FOLDER_JSON_KEY;
}

static enum folder_token folder_json_value(struct folder_json *json)
{
    int c = folder_json_peek(json);

    json->key = false;
    if (c == '{' || c == '[')
        return folder_json_open(json, c == '{');
    if (c != '"')
        return folder_json_plain(json);
    if (!folder_json_string(json))
        return FOLDER_JSON_BAD;
    json->value = true;
    return FOLDER_JSON_STRING;
}

/* Passes the comma between two values. False when no value follows it. */
static bool folder_json_comma(struct folder_json *json)
{
    if (!json->value || json->depth == 0 || folder_json_peek(json) != ',')
        return true;
    json->at++;
    json->value = false;
    folder_json_blanks(json);
    int c = folder_json_peek(json);
    return c != '}' && c != ']';
}

/* The token that begins with `c`, where a value, a key or a closing bracket may stand. */
static enum folder_token folder_json_token(struct folder_json *json, int c)
{
    bool inside = json->depth > 0;

    if (c == '}' || c == ']')
        return folder_json_close(json, c == '}');
    if (json->value)
        return folder_json_wrong(json, inside ? "a comma is missing here"
                                              : "text after the end; one file holds one value");
    if (inside && json->kinds[json->depth - 1] && !json->key)
        return folder_json_key(json);
    return folder_json_value(json);
}

enum folder_token folder_json_next(struct folder_json *json)
{
    if (json->bad)
        return FOLDER_JSON_BAD;
    buf_reset(&json->text);
    folder_json_blanks(json);
    if (!folder_json_comma(json))
        return folder_json_wrong(json, "a comma before the closing bracket; remove it");
    json->mark = (struct folder_mark){json->line, json->at - json->line_at + 1};
    int c = folder_json_peek(json);
    if (c >= 0)
        return folder_json_token(json, c);
    return json->depth > 0 || !json->value ? folder_json_wrong(json, "the text ends too early")
                                           : FOLDER_JSON_END;
}

void folder_json_skip(struct folder_json *json, enum folder_token token)
{
    size_t depth = json->depth;

    if (token != FOLDER_JSON_OBJECT && token != FOLDER_JSON_ARRAY)
        return;
    while (!json->bad && json->depth >= depth)
        (void)folder_json_next(json);
}
