/* parts.h - a record as it came, and how records are resolved.
 *
 * Threads    Any.
 * Layer      1, private to senml/
 */
#ifndef WIRE_SENML_PARTS_H
#define WIRE_SENML_PARTS_H

#include "wire/senml/senml.h"

enum wire_senml_kind {
    WIRE_SENML_IS_TEXT,
    WIRE_SENML_IS_NUMBER,
    WIRE_SENML_IS_FLAG,
    WIRE_SENML_IS_DATA,
};

/*    code            JSON   CBOR  kind */
#define WIRE_SENML_LIST(X)                            \
    X(BASE_NAME, "bn", -2, WIRE_SENML_IS_TEXT)        \
    X(BASE_TIME, "bt", -3, WIRE_SENML_IS_NUMBER)      \
    X(BASE_UNIT, "bu", -4, WIRE_SENML_IS_TEXT)        \
    X(BASE_VALUE, "bv", -5, WIRE_SENML_IS_NUMBER)     \
    X(BASE_SUM, "bs", -6, WIRE_SENML_IS_NUMBER)       \
    X(BASE_VERSION, "bver", -1, WIRE_SENML_IS_NUMBER) \
    X(NAME, "n", 0, WIRE_SENML_IS_TEXT)               \
    X(UNIT, "u", 1, WIRE_SENML_IS_TEXT)               \
    X(VALUE, "v", 2, WIRE_SENML_IS_NUMBER)            \
    X(TEXT, "vs", 3, WIRE_SENML_IS_TEXT)              \
    X(FLAG, "vb", 4, WIRE_SENML_IS_FLAG)              \
    X(SUM, "s", 5, WIRE_SENML_IS_NUMBER)              \
    X(TIME, "t", 6, WIRE_SENML_IS_NUMBER)             \
    X(UPDATE, "ut", 7, WIRE_SENML_IS_NUMBER)          \
    X(DATA, "vd", 8, WIRE_SENML_IS_DATA)

enum wire_senml_label {
#define X(code, json, cbor, kind) WIRE_SENML_L_##code,
    WIRE_SENML_LIST(X)
#undef X
        WIRE_SENML_LABEL_COUNT
};
struct wire_senml_label_row {
    const char *json;
    int cbor;
    enum wire_senml_kind kind;
};
const struct wire_senml_label_row *wire_senml_label_row(enum wire_senml_label label);
/* WIRE_SENML_LABEL_COUNT when it is none. */
enum wire_senml_label wire_senml_label_of(struct str json);
enum wire_senml_label wire_senml_label_of_key(int64_t cbor);

/* One record before it is resolved. */
struct wire_senml_raw {
    uint32_t present; /* a bit a label */
    double numbers[WIRE_SENML_LABEL_COUNT];
    struct str texts[WIRE_SENML_LABEL_COUNT];
    bool flag;
    struct bytes data;
};

/* A pack being read. */
struct wire_senml_work {
    struct arena *arena;
    struct utc_us now;
    struct wire_senml_pack pack;
    size_t capacity;
    size_t records; /* read, those without a measurement too */
    struct str base_name;
    struct str base_unit;
    double base_time_s;
    double base_value;
    double base_sum;
    bool has_base_value;
    bool has_base_sum;
    int version; /* 0: none read yet */
};

/* Takes one record. On failure *ret_why says what is wrong. */
MUST_USE enum err wire_senml_take(struct wire_senml_work *work, const struct wire_senml_raw *raw,
                                  const char **ret_why);

#endif
