/* str.c - text helpers. UTF-8 rules: RFC 3629 (no surrogates, no overlong forms, up to U+10FFFF).
 */
#include "base/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct str str_of(const char *text)
{
    return text ? (struct str){text, strlen(text)} : (struct str){"", 0};
}

struct bytes str_bytes(struct str text)
{
    return (struct bytes){(const unsigned char *)text.data, text.size};
}

bool str_eq(struct str a, struct str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int str_cmp(struct str a, struct str b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;

    if (order)
        return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

bool str_starts(struct str text, struct str prefix)
{
    return text.size >= prefix.size && str_eq((struct str){text.data, prefix.size}, prefix);
}

bool str_ends(struct str text, struct str suffix)
{
    if (text.size < suffix.size)
        return false;
    return str_eq((struct str){text.data + text.size - suffix.size, suffix.size}, suffix);
}

static bool str_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str text)
{
    while (text.size && str_blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size && str_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

struct str str_cut(struct str *rest, char separator)
{
    struct str whole = *rest;
    const char *at = whole.size ? memchr(whole.data, separator, whole.size) : NULL;

    if (!at) {
        *rest = (struct str){whole.size ? whole.data + whole.size : whole.data, 0};
        return whole;
    }
    size_t size = (size_t)(at - whole.data);
    *rest = (struct str){at + 1, whole.size - size - 1};
    return (struct str){whole.data, size};
}

uint64_t str_hash(struct str text)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 0x100000001b3u;
    return hash;
}

enum err str_u64(struct str text, uint64_t *ret)
{
    uint64_t value = 0;

    if (text.size == 0)
        return ERR_SYNTAX;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';
        if (digit > 9)
            return ERR_SYNTAX;
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return ERR_RANGE;
    }
    *ret = value;
    return OK;
}

enum err str_i64(struct str text, int64_t *ret)
{
    uint64_t size;
    bool negative = text.size && text.data[0] == '-';
    struct str digits = negative ? (struct str){text.data + 1, text.size - 1} : text;

    enum err err = str_u64(digits, &size);
    if (err)
        return err;
    if (size > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return ERR_RANGE;
    *ret = negative ? (int64_t)(0 - size) : (int64_t)size;
    return OK;
}

/* Up to 15 digits with a point among them, as most numbers are: both parts of the quotient are exact,
 * so it is rounded once, as strtod would. False for every other text. */
static bool str_short_f64(struct str text, double *ret)
{
    static const double tens[16] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = text.data[0] == '-';
    uint64_t digits = 0;
    size_t count = 0;
    size_t point = text.size;

    if (text.size > 17)
        return false;
    for (size_t i = negative; i < text.size; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';
        if (digit <= 9) {
            digits = digits * 10 + digit;
            count++;
        } else if (text.data[i] == '.' && point == text.size && count > 0) {
            point = i;
        } else {
            return false;
        }
    }
    if (count == 0 || count > 15)
        return false;
    double value = (double)digits / tens[point < text.size ? text.size - point - 1 : 0];
    *ret = negative ? -value : value;
    return true;
}

enum err str_f64(struct str text, double *ret)
{
    char copy[65];
    char *end;

    if (text.size == 0 || text.size >= sizeof copy)
        return ERR_SYNTAX;
    if (str_short_f64(text, ret))
        return OK;
    for (size_t i = 0; i < text.size; i++)
        if (!memchr("0123456789+-.eE", text.data[i], 15))
            return ERR_SYNTAX;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    double value = strtod(copy, &end); /* the program never leaves the C locale */
    if (*end)
        return ERR_SYNTAX;
    if (!isfinite(value))
        return ERR_RANGE;
    *ret = value;
    return OK;
}

/* Bytes that a lead byte promises; 0 for a byte that cannot lead. */
static size_t str_utf8_need(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
}

/* Bytes of the sequence at `data`, 0 when it is not well-formed. */
static size_t str_utf8_step(const unsigned char *data, size_t left)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    static const unsigned char mask[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t need = str_utf8_need(data[0]);

    if (need > left)
        return 0;
    uint32_t point = data[0] & mask[need];
    for (size_t i = 1; i < need; i++) {
        if ((data[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (data[i] & 0x3F);
    }
    bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point < least[need] || point > 0x10FFFF || surrogate ? 0 : need;
}

bool str_utf8(struct str text, size_t *ret_at)
{
    const unsigned char *data = (const unsigned char *)text.data;

    for (size_t at = 0; at < text.size;) {
        size_t step = data[at] ? str_utf8_step(data + at, text.size - at) : 0;
        if (step == 0) {
            *ret_at = at;
            return false;
        }
        at += step;
    }
    return true;
}

size_t str_utf8_whole(struct str text)
{
    size_t lead = text.size;

    while (lead > 0 && ((unsigned char)text.data[lead - 1] & 0xC0) == 0x80)
        lead--;
    if (lead == 0)
        return text.size;
    size_t need = str_utf8_need((unsigned char)text.data[lead - 1]);
    return text.size - (lead - 1) < need ? lead - 1 : text.size;
}
