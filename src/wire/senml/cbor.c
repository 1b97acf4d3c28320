/* cbor.c - see cbor.h. */
#include "wire/senml/cbor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    WIRE_CBOR_MAJOR_UINT,
    WIRE_CBOR_MAJOR_NINT,
    WIRE_CBOR_MAJOR_BYTES,
    WIRE_CBOR_MAJOR_TEXT,
    WIRE_CBOR_MAJOR_ARRAY,
    WIRE_CBOR_MAJOR_MAP,
    WIRE_CBOR_MAJOR_TAG,
    WIRE_CBOR_MAJOR_SIMPLE,
    WIRE_CBOR_ENDLESS = 31,
    WIRE_CBOR_BREAK = 0xFF,
};

void wire_cbor_init(struct wire_cbor *cbor, struct bytes content)
{
    *cbor = (struct wire_cbor){.content = content};
}

enum wire_cbor_item wire_cbor_refuse(struct wire_cbor *cbor, enum err err, const char *why)
{
    if (!cbor->err) {
        cbor->err = err;
        cbor->why = why;
    }
    return WIRE_CBOR_BAD;
}

static size_t wire_cbor_left(const struct wire_cbor *cbor)
{
    return cbor->content.size - cbor->at;
}

/* An item is complete: its container has one less to wait for. */
static void wire_cbor_counted(struct wire_cbor *cbor)
{
    cbor->tagged = false;
    if (cbor->depth == 0) {
        cbor->whole = true;
        return;
    }
    struct wire_cbor_level *level = &cbor->levels[cbor->depth - 1];
    level->items = level->endless ? level->items + 1 : level->items - 1;
}

static enum wire_cbor_item wire_cbor_close(struct wire_cbor *cbor)
{
    cbor->depth--;
    wire_cbor_counted(cbor);
    return WIRE_CBOR_CLOSE;
}

static enum wire_cbor_item wire_cbor_break(struct wire_cbor *cbor)
{
    struct wire_cbor_level *level = cbor->depth ? &cbor->levels[cbor->depth - 1] : NULL;

    if (!level || !level->endless || cbor->tagged)
        return wire_cbor_refuse(cbor, ERR_SYNTAX, "a break that ends nothing");
    if (level->kind == WIRE_CBOR_MAJOR_MAP && level->items % 2)
        return wire_cbor_refuse(cbor, ERR_SYNTAX, "a key without a value");
    cbor->at++;
    return wire_cbor_close(cbor);
}

/* The argument of the head at `at`, which moves past it. */
static bool wire_cbor_argument(struct wire_cbor *cbor, uint8_t info, uint64_t *ret)
{
    size_t size = info < 24 ? 0 : (size_t)1 << (info - 24);

    if (info > 27 || size > wire_cbor_left(cbor) - 1) {
        (void)(info > 27 ? wire_cbor_refuse(cbor, ERR_SYNTAX, "a reserved length")
                         : wire_cbor_refuse(cbor, ERR_TRUNCATED, "the content ends too early"));
        return false;
    }
    uint64_t value = info < 24 ? info : 0;
    for (size_t i = 1; i <= size; i++)
        value = value << 8 | cbor->content.data[cbor->at + i];
    cbor->at += size + 1;
    *ret = value;
    return true;
}

static enum wire_cbor_item wire_cbor_open(struct wire_cbor *cbor, struct wire_cbor_level level,
                                          enum wire_cbor_item item)
{
    if (cbor->depth == WIRE_CBOR_DEPTH_MAX)
        return wire_cbor_refuse(cbor, ERR_LIMIT, "nested too deeply");
    cbor->levels[cbor->depth++] = level;
    cbor->tagged = false;
    return item;
}

/* An array or a map of known length. Each item takes a byte at least. */
static enum wire_cbor_item wire_cbor_counted_open(struct wire_cbor *cbor, uint8_t major,
                                                  uint64_t count)
{
    bool map = major == WIRE_CBOR_MAJOR_MAP;

    if (count > wire_cbor_left(cbor) / (map ? 2 : 1))
        return wire_cbor_refuse(cbor, ERR_TRUNCATED, "the content ends too early");
    return wire_cbor_open(cbor,
                          (struct wire_cbor_level){.kind = major, .items = map ? count * 2 : count},
                          map ? WIRE_CBOR_MAP : WIRE_CBOR_ARRAY);
}

static enum wire_cbor_item wire_cbor_endless_open(struct wire_cbor *cbor, uint8_t major)
{
    bool string = major == WIRE_CBOR_MAJOR_BYTES || major == WIRE_CBOR_MAJOR_TEXT;
    bool container = major == WIRE_CBOR_MAJOR_ARRAY || major == WIRE_CBOR_MAJOR_MAP;

    if (!string && !container)
        return wire_cbor_refuse(cbor, ERR_SYNTAX, "a reserved length");
    cbor->at++;
    return wire_cbor_open(cbor,
                          (struct wire_cbor_level){.kind = major, .parts = string, .endless = true},
                          string                           ? WIRE_CBOR_PARTS
                          : major == WIRE_CBOR_MAJOR_ARRAY ? WIRE_CBOR_ARRAY
                                                           : WIRE_CBOR_MAP);
}

static enum wire_cbor_item wire_cbor_string(struct wire_cbor *cbor, bool text, uint64_t size)
{
    size_t bad;

    if (size > wire_cbor_left(cbor))
        return wire_cbor_refuse(cbor, ERR_TRUNCATED, "the content ends too early");
    cbor->bytes = (struct bytes){cbor->content.data + cbor->at, (size_t)size};
    cbor->at += (size_t)size;
    if (text && !str_utf8((struct str){(const char *)cbor->bytes.data, cbor->bytes.size}, &bad))
        return wire_cbor_refuse(cbor, ERR_SYNTAX, "a text is not UTF-8");
    wire_cbor_counted(cbor);
    return text ? WIRE_CBOR_TEXT : WIRE_CBOR_BYTES;
}

/* RFC 8949, appendix D. */
static double wire_cbor_half(uint16_t half)
{
    int exponent = half >> 10 & 0x1F;
    int fraction = half & 0x3FF;
    double value = exponent == 0    ? ldexp(fraction, -24)
                   : exponent != 31 ? ldexp(fraction + 1024, exponent - 25)
                   : fraction == 0  ? (double)INFINITY
                                    : (double)NAN;

    return half & 0x8000 ? -value : value;
}

static double wire_cbor_real(uint8_t info, uint64_t bits)
{
    float single;
    double real;
    uint32_t bits32 = (uint32_t)bits;

    if (info == 25)
        return wire_cbor_half((uint16_t)bits);
    if (info == 26) {
        memcpy(&single, &bits32, sizeof single);
        return (double)single;
    }
    memcpy(&real, &bits, sizeof real);
    return real;
}

static enum wire_cbor_item wire_cbor_simple(struct wire_cbor *cbor, uint8_t info, uint64_t value)
{
    if (info == 24 && value < 32)
        return wire_cbor_refuse(cbor, ERR_SYNTAX, "a simple value of two forms");
    wire_cbor_counted(cbor);
    if (info <= 24) {
        cbor->number = value;
        return WIRE_CBOR_SIMPLE;
    }
    cbor->real = wire_cbor_real(info, value);
    return WIRE_CBOR_FLOAT;
}

static enum wire_cbor_item wire_cbor_of_major(struct wire_cbor *cbor, uint8_t major, uint8_t info,
                                              uint64_t value)
{
    switch (major) {
    case WIRE_CBOR_MAJOR_UINT:
    case WIRE_CBOR_MAJOR_NINT:
        cbor->number = value;
        wire_cbor_counted(cbor);
        return major == WIRE_CBOR_MAJOR_UINT ? WIRE_CBOR_UINT : WIRE_CBOR_NINT;
    case WIRE_CBOR_MAJOR_BYTES:
    case WIRE_CBOR_MAJOR_TEXT:
        return wire_cbor_string(cbor, major == WIRE_CBOR_MAJOR_TEXT, value);
    case WIRE_CBOR_MAJOR_ARRAY:
    case WIRE_CBOR_MAJOR_MAP:
        return wire_cbor_counted_open(cbor, major, value);
    case WIRE_CBOR_MAJOR_TAG:
        cbor->number = value;
        cbor->tagged = true;
        return WIRE_CBOR_TAG;
    default:
        return wire_cbor_simple(cbor, info, value);
    }
}

/* The item whose first byte is at `at`. */
static enum wire_cbor_item wire_cbor_item(struct wire_cbor *cbor)
{
    const struct wire_cbor_level *level = cbor->depth ? &cbor->levels[cbor->depth - 1] : NULL;
    uint8_t head = cbor->content.data[cbor->at];
    uint8_t major = head >> 5;
    uint8_t info = head & 31;
    uint64_t value = 0;

    if (head == WIRE_CBOR_BREAK)
        return wire_cbor_break(cbor);
    if (level && level->parts && (major != level->kind || info == WIRE_CBOR_ENDLESS))
        return wire_cbor_refuse(cbor, ERR_SYNTAX, "a part of a string is of another kind");
    if (info == WIRE_CBOR_ENDLESS)
        return wire_cbor_endless_open(cbor, major);
    if (!wire_cbor_argument(cbor, info, &value))
        return WIRE_CBOR_BAD;
    return wire_cbor_of_major(cbor, major, info, value);
}

enum wire_cbor_item wire_cbor_next(struct wire_cbor *cbor)
{
    const struct wire_cbor_level *level = cbor->depth ? &cbor->levels[cbor->depth - 1] : NULL;
    bool empty = wire_cbor_left(cbor) == 0;

    if (cbor->err)
        return WIRE_CBOR_BAD;
    cbor->mark = cbor->at;
    if (level && !level->endless && level->items == 0)
        return wire_cbor_close(cbor);
    if (!level && cbor->whole)
        return empty ? WIRE_CBOR_END : wire_cbor_refuse(cbor, ERR_SYNTAX, "bytes after the end");
    if (empty)
        return wire_cbor_refuse(cbor, ERR_TRUNCATED, "the content ends too early");
    return wire_cbor_item(cbor);
}

void wire_cbor_skip(struct wire_cbor *cbor, enum wire_cbor_item item)
{
    while (item == WIRE_CBOR_TAG)
        item = wire_cbor_next(cbor);
    size_t depth = cbor->depth;
    if (item != WIRE_CBOR_ARRAY && item != WIRE_CBOR_MAP && item != WIRE_CBOR_PARTS)
        return;
    while (!cbor->err && cbor->depth >= depth)
        (void)wire_cbor_next(cbor);
}

/* Integers below 2^63 in size: the two halves of a fraction. */
static bool wire_cbor_i64(struct wire_cbor *cbor, int64_t *ret)
{
    enum wire_cbor_item item = wire_cbor_next(cbor);

    if ((item != WIRE_CBOR_UINT && item != WIRE_CBOR_NINT) || cbor->number > INT64_MAX) {
        (void)wire_cbor_refuse(cbor, ERR_INVALID, "a fraction of two integers is expected here");
        return false;
    }
    *ret = item == WIRE_CBOR_UINT ? (int64_t)cbor->number : -1 - (int64_t)cbor->number;
    return true;
}

/* RFC 8949, 3.4.4: [exponent, mantissa]. */
static bool wire_cbor_fraction(struct wire_cbor *cbor, uint64_t tag, double *ret)
{
    int64_t exponent;
    int64_t mantissa;
    char text[64];

    if ((tag != 4 && tag != 5) || wire_cbor_next(cbor) != WIRE_CBOR_ARRAY) {
        (void)wire_cbor_refuse(cbor, ERR_INVALID, "a number is expected here");
        return false;
    }
    if (!wire_cbor_i64(cbor, &exponent) || !wire_cbor_i64(cbor, &mantissa))
        return false;
    if (wire_cbor_next(cbor) != WIRE_CBOR_CLOSE || exponent < -400 || exponent > 400) {
        (void)wire_cbor_refuse(cbor, ERR_RANGE, "the fraction is out of range");
        return false;
    }
    *ret = ldexp((double)mantissa, (int)exponent);
    if (tag == 5)
        return true;
    int size = snprintf(text, sizeof text, "%llde%d", (long long)mantissa, (int)exponent);
    if (str_f64((struct str){text, (size_t)size}, ret)) { /* rounds as any decimal number does */
        (void)wire_cbor_refuse(cbor, ERR_RANGE, "the fraction is out of range");
        return false;
    }
    return true;
}

bool wire_cbor_f64(struct wire_cbor *cbor, enum wire_cbor_item item, double *ret)
{
    double value = 0;

    if (item == WIRE_CBOR_TAG && !wire_cbor_fraction(cbor, cbor->number, &value))
        return false;
    if (item == WIRE_CBOR_UINT)
        value = (double)cbor->number;
    else if (item == WIRE_CBOR_NINT)
        value = -1.0 - (double)cbor->number;
    else if (item == WIRE_CBOR_FLOAT)
        value = cbor->real;
    else if (item != WIRE_CBOR_TAG)
        value = (double)NAN;
    if (!isfinite(value)) {
        (void)wire_cbor_refuse(cbor, ERR_INVALID, "a finite number is expected here");
        return false;
    }
    *ret = value;
    return true;
}
