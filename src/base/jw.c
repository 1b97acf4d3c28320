/* jw.c - see jw.h. */
#include "base/jw.h"

#include <math.h>
#include <string.h>

void jw_init(struct jw *jw, struct buf *out)
{
    *jw = (struct jw){.out = out};
}

static void jw_before(struct jw *jw)
{
    if (jw->comma)
        buf_char(jw->out, ',');
    jw->comma = true;
}

static void jw_open(struct jw *jw, char bracket)
{
    jw_before(jw);
    buf_char(jw->out, bracket);
    jw->comma = false;
}

static void jw_close(struct jw *jw, char bracket)
{
    buf_char(jw->out, bracket);
    jw->comma = true;
}

void jw_object(struct jw *jw)
{
    jw_open(jw, '{');
}

void jw_object_end(struct jw *jw)
{
    jw_close(jw, '}');
}

void jw_array(struct jw *jw)
{
    jw_open(jw, '[');
}

void jw_array_end(struct jw *jw)
{
    jw_close(jw, ']');
}

void jw_key(struct jw *jw, const char *key)
{
    jw_before(jw);
    buf_char(jw->out, '"');
    buf_str(jw->out, str_of(key));
    buf_str(jw->out, STR("\":"));
    jw->comma = false;
}

static void jw_escape(struct jw *jw, unsigned char c)
{
    const char *at = strchr("\"\"\\\\\nn\rr\tt\bb\ff", c);

    if (at && c)
        buf_printf(jw->out, "\\%c", at[1]);
    else
        buf_printf(jw->out, "\\u%04x", c);
}

static bool jw_plain(unsigned char c)
{
    return c >= ' ' && c != '"' && c != '\\';
}

/* Well-formed text, in runs of characters that need no escape. */
static void jw_run(struct jw *jw, struct str text)
{
    size_t start = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (jw_plain((unsigned char)text.data[i]))
            continue;
        buf_add(jw->out, text.data + start, i - start);
        jw_escape(jw, (unsigned char)text.data[i]);
        start = i + 1;
    }
    buf_add(jw->out, text.data + start, text.size - start);
}

void jw_str(struct jw *jw, struct str value)
{
    size_t bad;

    jw_before(jw);
    buf_char(jw->out, '"');
    while (!str_utf8(value, &bad)) {
        bool nul = value.data[bad] == '\0';
        jw_run(jw, (struct str){value.data, bad});
        buf_str(jw->out, nul ? STR("\\u0000") : STR("\xEF\xBF\xBD"));
        value = (struct str){value.data + bad + 1, value.size - bad - 1};
    }
    if (value.size)
        jw_run(jw, value);
    buf_char(jw->out, '"');
}

void jw_text(struct jw *jw, const char *value)
{
    if (value)
        jw_str(jw, str_of(value));
    else
        jw_null(jw);
}

void jw_hex(struct jw *jw, struct bytes value)
{
    static const char digits[] = "0123456789abcdef";

    jw_before(jw);
    buf_char(jw->out, '"');
    char *room = value.size <= SIZE_MAX / 2 ? buf_room(jw->out, 2 * value.size) : NULL;
    for (size_t i = 0; room && i < value.size; i++) {
        room[2 * i] = digits[value.data[i] >> 4];
        room[2 * i + 1] = digits[value.data[i] & 0xF];
    }
    if (room)
        buf_grown(jw->out, 2 * value.size);
    buf_char(jw->out, '"');
}

void jw_i64(struct jw *jw, int64_t value)
{
    jw_before(jw);
    buf_printf(jw->out, "%lld", (long long)value);
}

void jw_f64(struct jw *jw, double value, int decimals)
{
    if (!isfinite(value)) {
        jw_null(jw);
        return;
    }
    jw_before(jw);
    buf_printf(jw->out, "%.*f", decimals, value);
}

void jw_bool(struct jw *jw, bool value)
{
    jw_before(jw);
    buf_str(jw->out, value ? STR("true") : STR("false"));
}

void jw_null(struct jw *jw)
{
    jw_before(jw);
    buf_str(jw->out, STR("null"));
}

void jw_raw(struct jw *jw, struct str json)
{
    jw_before(jw);
    buf_str(jw->out, json);
}
