/* write.c - resolved records as a pack, for devices that are made and for other programs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/jw.h"
#include "wire/senml/parts.h"

/* The part of the name after the base; all of it where the base does not begin it. */
static struct str wire_senml_own(struct str name, struct str base)
{
    if (!str_starts(name, base))
        return name;
    return (struct str){name.data + base.size, name.size - base.size};
}

/* A name that the base does not begin needs an empty base, for it and all that follow. */
static bool wire_senml_shared(const struct wire_senml_record *records, size_t count,
                              struct str base)
{
    for (size_t i = 0; i < count; i++)
        if (!str_starts(records[i].name, base))
            return false;
    return base.size > 0;
}

/* --- JSON --- */

/* The shortest text that is the same number again. */
static void wire_senml_number(struct buf *out, const char *label, double value)
{
    char text[40];
    int size = 0;

    for (int digits = 15; digits <= 17; digits++) {
        double same = 0;
        size = snprintf(text, sizeof text, "%.*g", digits, value);
        if (!str_f64((struct str){text, (size_t)size}, &same) && !(same < value) && !(same > value))
            break;
    }
    buf_printf(out, ",\"%s\":%.*s", label, size, text);
}

/* Microseconds as a decimal number, which no double has to round. */
static void wire_senml_seconds(struct buf *out, int64_t us)
{
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;

    buf_printf(out, ",\"t\":%s%llu", us < 0 ? "-" : "",
               (unsigned long long)(size / (uint64_t)CLOCK_US_PER_S));
    if (size % (uint64_t)CLOCK_US_PER_S)
        buf_printf(out, ".%06u", (unsigned)(size % (uint64_t)CLOCK_US_PER_S));
}

static void wire_senml_string(struct buf *out, const char *label, struct str text)
{
    struct jw jw;

    buf_printf(out, ",\"%s\":", label);
    jw_init(&jw, out);
    jw_str(&jw, text);
}

static void wire_senml_json_values(const struct wire_senml_record *record, struct buf *out)
{
    if (record->fields & WIRE_SENML_VALUE)
        wire_senml_number(out, "v", record->value);
    if (record->fields & WIRE_SENML_TEXT)
        wire_senml_string(out, "vs", record->text);
    if (record->fields & WIRE_SENML_FLAG)
        buf_printf(out, ",\"vb\":%s", record->flag ? "true" : "false");
    if (record->fields & WIRE_SENML_DATA) {
        buf_str(out, STR(",\"vd\":\""));
        base64_encode(BASE64_URL, record->data, out);
        buf_char(out, '"');
    }
    if (record->fields & WIRE_SENML_SUM)
        wire_senml_number(out, "s", record->sum);
    if (record->fields & WIRE_SENML_UPDATE)
        wire_senml_number(out, "ut", record->update_s);
}

void wire_senml_write_json(const struct wire_senml_record *records, size_t count, struct str base,
                           struct buf *out)
{
    bool shared = wire_senml_shared(records, count, base);

    buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        size_t begin = out->size + (i ? 1 : 0);
        if (i)
            buf_char(out, ',');
        struct str own = shared ? wire_senml_own(records[i].name, base) : records[i].name;
        if (i == 0 && shared)
            wire_senml_string(out, "bn", base);
        if (own.size)
            wire_senml_string(out, "n", own);
        if (records[i].unit.size)
            wire_senml_string(out, "u", records[i].unit);
        if (records[i].timed)
            wire_senml_seconds(out, records[i].at.us);
        wire_senml_json_values(&records[i], out);
        if (!buf_err(out))
            out->data[begin] = '{'; /* over the comma that each member brings */
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

/* --- CBOR --- */

static void wire_senml_head(struct buf *out, unsigned major, uint64_t value)
{
    unsigned size = value < 24 ? 0 : value < 256 ? 1 : value < 65536 ? 2 : value >> 32 ? 8 : 4;
    unsigned info = size == 0   ? (unsigned)value
                    : size == 1 ? 24
                    : size == 2 ? 25
                    : size == 4 ? 26
                                : 27;

    buf_u8(out, (uint8_t)(major << 5 | info));
    for (unsigned i = size; i > 0; i--)
        buf_u8(out, (uint8_t)(value >> (8 * (i - 1))));
}

static void wire_senml_label_head(struct buf *out, enum wire_senml_label label)
{
    int key = wire_senml_label_row(label)->cbor;

    wire_senml_head(out, key < 0, (uint64_t)(key < 0 ? -1 - key : key));
}

static void wire_senml_cbor_string(struct buf *out, enum wire_senml_label label, struct str text)
{
    wire_senml_label_head(out, label);
    wire_senml_head(out, 3, text.size);
    buf_str(out, text);
}

/* An integer where it is one, else the smallest of the two floats that holds it. */
static void wire_senml_cbor_number(struct buf *out, enum wire_senml_label label, double value)
{
    const double exact = 9007199254740992.0; /* 2^53 */
    uint64_t bits;
    uint32_t bits32;

    wire_senml_label_head(out, label);
    if (fabs(value) < exact && !(value < floor(value)) && !(value > floor(value))) {
        wire_senml_head(out, value < 0, (uint64_t)(value < 0 ? -1 - value : value));
        return;
    }
    float single = fabs(value) < 1e38 ? (float)value : 0;
    double again = (double)single;
    if (!(again < value) && !(again > value)) {
        memcpy(&bits32, &single, sizeof bits32);
        buf_u8(out, 0xFA);
        buf_u32be(out, bits32);
        return;
    }
    memcpy(&bits, &value, sizeof bits);
    buf_u8(out, 0xFB);
    buf_u32be(out, (uint32_t)(bits >> 32));
    buf_u32be(out, (uint32_t)bits);
}

static void wire_senml_cbor_values(const struct wire_senml_record *record, struct buf *out)
{
    if (record->fields & WIRE_SENML_VALUE)
        wire_senml_cbor_number(out, WIRE_SENML_L_VALUE, record->value);
    if (record->fields & WIRE_SENML_TEXT)
        wire_senml_cbor_string(out, WIRE_SENML_L_TEXT, record->text);
    if (record->fields & WIRE_SENML_FLAG) {
        wire_senml_label_head(out, WIRE_SENML_L_FLAG);
        buf_u8(out, record->flag ? 0xF5 : 0xF4);
    }
    if (record->fields & WIRE_SENML_DATA) {
        wire_senml_label_head(out, WIRE_SENML_L_DATA);
        wire_senml_head(out, 2, record->data.size);
        buf_add(out, record->data.data, record->data.size);
    }
    if (record->fields & WIRE_SENML_SUM)
        wire_senml_cbor_number(out, WIRE_SENML_L_SUM, record->sum);
    if (record->fields & WIRE_SENML_UPDATE)
        wire_senml_cbor_number(out, WIRE_SENML_L_UPDATE, record->update_s);
}

void wire_senml_write_cbor(const struct wire_senml_record *records, size_t count, struct str base,
                           struct buf *out)
{
    bool shared = wire_senml_shared(records, count, base);

    wire_senml_head(out, 4, count);
    for (size_t i = 0; i < count; i++) {
        const struct wire_senml_record *record = &records[i];
        struct str own = shared ? wire_senml_own(record->name, base) : record->name;
        bool first = i == 0 && shared;
        unsigned members = 0u + first + (own.size > 0) + (record->unit.size > 0) + record->timed +
                           (unsigned)__builtin_popcount(record->fields);
        wire_senml_head(out, 5, members);
        if (first)
            wire_senml_cbor_string(out, WIRE_SENML_L_BASE_NAME, base);
        if (own.size)
            wire_senml_cbor_string(out, WIRE_SENML_L_NAME, own);
        if (record->unit.size)
            wire_senml_cbor_string(out, WIRE_SENML_L_UNIT, record->unit);
        if (record->timed)
            wire_senml_cbor_number(out, WIRE_SENML_L_TIME,
                                   (double)record->at.us / (double)CLOCK_US_PER_S);
        wire_senml_cbor_values(record, out);
    }
}
