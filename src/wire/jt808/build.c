/* build.c - a JSON document to a tree, by the layout of its message. A member that the layout does
 * not want is refused, not dropped: it would be an order that got lost. */
#include "wire/jt808/build.h"

#include <stdio.h>
#include <string.h>

#include "wire/jt808/gbk.h"

struct build {
    struct arena *arena;
    bool v2019;
    struct diag *diag;
    enum err err;
};

static void build_row(struct build *build, const struct wire_row *row, struct wire_doc *object,
                      struct wire_jt808_value *parent);
static void build_rows(struct build *build, const struct wire_layout *layout,
                       struct wire_doc *object, struct wire_jt808_value *parent);

static void PRINTF_LIKE(4, 5) build_wrong(struct build *build, const struct wire_doc *at,
                                          enum err code, const char *format, ...)
{
    char text[sizeof build->diag->text];
    va_list args;

    if (build->err)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    build->err = diag_at(build->diag, code, NULL, at->line, at->column, "%s", text);
}

static void *build_zero(struct build *build, size_t count, size_t size)
{
    void *block = build->err ? NULL : arena_zero(build->arena, count, size);

    if (!block && !build->err)
        build->err = diag_set(build->diag, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    return block;
}

static struct wire_jt808_value *build_add(struct build *build, const struct wire_row *row,
                                          struct wire_jt808_value *parent)
{
    struct wire_jt808_value *value = build_zero(build, 1, sizeof *value);

    if (!value)
        return NULL;
    value->row = row;
    value->name = row->name;
    wire_value_add(parent, value);
    return value;
}

/* The member of that kind, or NULL with the mistake told. */
static struct wire_doc *build_member(struct build *build, const char *name, enum json_token token,
                                     struct wire_doc *object)
{
    struct wire_doc *member = wire_doc_get(object, name);

    if (!member) {
        build_wrong(build, object, ERR_INVALID, "`%s` is missing", name);
        return NULL;
    }
    if (member->token == token)
        return member;
    build_wrong(build, member, ERR_INVALID, "`%s` wants %s", name,
                token == JSON_NUMBER   ? "a whole number"
                : token == JSON_STRING ? "a text"
                : token == JSON_ARRAY  ? "a list"
                                       : "an object");
    return NULL;
}

static int build_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* "0x1F". False for anything else. */
static bool build_hex_number(struct str text, int64_t *ret)
{
    int64_t value = 0;

    if (text.size < 3 || text.size > 10 || !str_starts(text, STR("0x")))
        return false;
    for (size_t i = 2; i < text.size; i++) {
        int digit = build_digit(text.data[i]);
        if (digit < 0)
            return false;
        value = value << 4 | digit;
    }
    *ret = value;
    return true;
}

/* A whole number, or one in hex as a text, within the limits. */
static int64_t build_int(struct build *build, const struct wire_doc *at, const char *name,
                         int64_t least, int64_t most)
{
    int64_t value = least;
    bool known = false;

    if (at->token == JSON_STRING)
        known = build_hex_number(at->text, &value);
    else if (at->token == JSON_NUMBER)
        known = str_i64(at->text, &value) == OK;
    if (!known)
        build_wrong(build, at, ERR_INVALID, "`%s` wants a whole number, or \"0x...\"", name);
    else if (value < least || value > most)
        build_wrong(build, at, ERR_RANGE, "`%s` must be from %lld to %lld", name, (long long)least,
                    (long long)most);
    return build->err ? least : value;
}

static int64_t build_most(size_t width)
{
    return (INT64_C(1) << 8 * width) - 1;
}

/* Hex digits to bytes in the arena. */
static struct bytes build_bytes(struct build *build, const struct wire_doc *at, const char *name)
{
    uint8_t *bytes = build_zero(build, at->text.size / 2 + 1, 1);

    if (!bytes)
        return (struct bytes){0};
    for (size_t i = 0; i + 1 < at->text.size; i += 2) {
        int high = build_digit(at->text.data[i]);
        int low = build_digit(at->text.data[i + 1]);
        if (high < 0 || low < 0) {
            build_wrong(build, at, ERR_SYNTAX, "`%s` wants hex digits", name);
            return (struct bytes){0};
        }
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    if (at->text.size % 2)
        build_wrong(build, at, ERR_SYNTAX, "`%s` has an odd number of hex digits", name);
    return (struct bytes){bytes, at->text.size / 2};
}

/* The builders of one kind each. */
static void build_number(struct build *build, const struct wire_row *row, struct wire_doc *object,
                         struct wire_jt808_value *parent)
{
    struct wire_doc *member = wire_doc_get(object, row->name);
    int64_t most = row->kind == WIRE_I16 ? INT16_MAX : build_most(wire_kind_width(row->kind));

    if (!member) {
        build_wrong(build, object, ERR_INVALID, "`%s` is missing", row->name);
        return;
    }
    int64_t number =
        build_int(build, member, row->name, row->kind == WIRE_I16 ? INT16_MIN : 0, most);
    struct wire_jt808_value *value = build_add(build, row, parent);
    if (value)
        value->number = number;
}

static void build_bits(struct build *build, const struct wire_row *row, struct wire_doc *object,
                       struct wire_jt808_value *parent)
{
    struct wire_doc *member = build_member(build, row->name, JSON_ARRAY, object);
    int64_t bits = 8 * (int64_t)wire_kind_width(row->kind);
    struct wire_jt808_value *value = build_add(build, row, parent);

    for (struct wire_doc *at = value ? member->first : NULL; at; at = at->next)
        value->number |= INT64_C(1) << build_int(build, at, row->name, 0, bits - 1);
}

/* A count of the list that `of` names. */
static void build_count(struct build *build, const struct wire_row *row, struct wire_doc *object,
                        struct wire_jt808_value *parent)
{
    const struct wire_doc *list = wire_doc_find(object, row->of);
    struct wire_doc *member = wire_doc_get(object, row->name);
    int64_t count = list ? (int64_t)list->count : 0;

    if (count > build_most(wire_kind_width(row->kind)))
        build_wrong(build, list, ERR_LIMIT, "`%s` has too many members", row->of);
    if (member && build_int(build, member, row->name, 0, UINT32_MAX) != count)
        build_wrong(build, member, ERR_INVALID, "`%s` is not the number of members of `%s`: %lld",
                    row->name, row->of, (long long)count);
    struct wire_jt808_value *value = build_add(build, row, parent);
    if (value)
        value->number = count;
}

/* A length: as given, else that of the hex digits `of` names. */
static void build_size(struct build *build, const struct wire_row *row, struct wire_doc *object,
                       struct wire_jt808_value *parent)
{
    const struct wire_doc *bytes = wire_doc_find(object, row->of);
    struct wire_doc *member = wire_doc_get(object, row->name);
    int64_t most = build_most(wire_kind_width(row->kind));
    struct wire_jt808_value *value = build_add(build, row, parent);

    if (value && member)
        value->number = build_int(build, member, row->name, 0, most);
    else if (value && bytes)
        value->number = (int64_t)(bytes->text.size / 2);
}

static void build_hex(struct build *build, const struct wire_row *row, struct wire_doc *object,
                      struct wire_jt808_value *parent)
{
    struct wire_doc *member = build_member(build, row->name, JSON_STRING, object);

    if (!member)
        return;
    struct bytes raw = build_bytes(build, member, row->name);
    if (row->kind == WIRE_HEX && raw.size != row->size)
        build_wrong(build, member, ERR_INVALID, "`%s` wants %u bytes", row->name, row->size);
    if (row->kind == WIRE_HEX_MARK && raw.size != WIRE_MARK_BYTES &&
        raw.size != WIRE_MARK_BIG_BYTES)
        build_wrong(build, member, ERR_INVALID, "`%s` wants %d or %d bytes", row->name,
                    WIRE_MARK_BYTES, WIRE_MARK_BIG_BYTES);
    struct wire_jt808_value *value = build_add(build, row, parent);
    if (value)
        value->raw = raw;
}

/* "2026-11-24 12:30:00": the digits after "20", which may be any hex digits, as devices send them. */
static void build_time(struct build *build, const struct wire_row *row, struct wire_doc *object,
                       struct wire_jt808_value *parent)
{
    static const char form[] = "20**-**-** **:**:**";
    struct wire_doc *member = build_member(build, row->name, JSON_STRING, object);
    uint8_t *bcd = build_zero(build, 6, 1);
    size_t digits = 0;

    if (!member || !bcd)
        return;
    bool good = member->text.size == sizeof form - 1;
    for (size_t i = 0; good && i < sizeof form - 1; i++) {
        int digit = build_digit(member->text.data[i]);
        good = form[i] == '*' ? digit >= 0 : form[i] == member->text.data[i];
        if (good && form[i] == '*') {
            bcd[digits / 2] = (uint8_t)(bcd[digits / 2] << 4 | digit);
            digits++;
        }
    }
    if (!good)
        build_wrong(build, member, ERR_SYNTAX, "`%s` wants the form 2026-11-24 12:30:00",
                    row->name);
    struct wire_jt808_value *value = build_add(build, row, parent);
    if (value)
        value->raw = (struct bytes){bcd, 6};
}

/* A text's GBK; *ret is untouched after a mistake. */
static void build_gbk(struct build *build, const struct wire_doc *member, const char *name,
                      struct bytes *ret)
{
    size_t at = 0;

    if (build->err)
        return;
    if (!str_utf8(member->text, &at) && member->text.data[at]) {
        build_wrong(build, member, ERR_INVALID, "`%s` is not well-formed UTF-8", name);
        return;
    }
    enum err err = wire_gbk_of_utf8(member->text, build->arena, ret, &at);
    if (err == ERR_INVALID) {
        struct str rest = {member->text.data + at, member->text.size - at};
        rest.size = rest.size < 4 ? rest.size : str_utf8_whole((struct str){rest.data, 4});
        build_wrong(build, member, err, "`%s` has a character that GBK has not, at \"%.*s\"", name,
                    STR_ARG(rest));
    } else if (err) {
        build_wrong(build, member, err, "%s", err_text(err));
    }
}

static void build_text(struct build *build, const struct wire_row *row, struct wire_doc *object,
                       struct wire_jt808_value *parent)
{
    struct wire_doc *member = build_member(build, row->name, JSON_STRING, object);
    struct wire_jt808_value *value = build_add(build, row, parent);
    size_t most = row->kind == WIRE_FIXED   ? row->size
                  : row->kind == WIRE_TEXT8 ? UINT8_MAX
                                            : UINT16_MAX;

    if (!value)
        return;
    build_gbk(build, member, row->name, &value->raw);
    if (value->raw.size > most)
        build_wrong(build, member, ERR_LIMIT, "`%s` has %zu bytes in GBK, at most %zu fit",
                    row->name, value->raw.size, most);
    if (build->err)
        return;
    if (row->kind == WIRE_FIXED) {
        uint8_t *padded = build_zero(build, most, 1);
        if (!padded)
            return;
        if (value->raw.size)
            memcpy(padded, value->raw.data, value->raw.size);
        value->raw = (struct bytes){padded, most};
    }
    if (wire_value_text(build->arena, row->kind, value->raw, &value->text))
        build_wrong(build, member, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

/* Refuses what nobody asked for. */
static void build_all_used(struct build *build, const struct wire_doc *object)
{
    const struct wire_doc *unused = wire_doc_unused(object);

    if (unused)
        build_wrong(build, unused, ERR_INVALID,
                    "`%.*s` does not belong here, comes twice, or is not asked for by the members "
                    "before it",
                    (int)(unused->key.size < 64 ? unused->key.size : 64), unused->key.data);
}

static void build_object_of(struct build *build, const struct wire_layout *layout,
                            struct wire_doc *doc, const char *name, struct wire_jt808_value *object)
{
    if (doc->token != JSON_OBJECT)
        build_wrong(build, doc, ERR_INVALID, "`%s` wants an object", name);
    if (build->err)
        return;
    build_rows(build, layout, doc, object);
    build_all_used(build, doc);
}

static void build_elements(struct build *build, const struct wire_layout *layout,
                           struct wire_doc *array, const char *name, struct wire_jt808_value *list)
{
    for (struct wire_doc *at = array->first; at && !build->err; at = at->next) {
        struct wire_jt808_value *element = build_add(build, &wire_row_element, list);
        if (element)
            build_object_of(build, layout, at, name, element);
        list->number++;
    }
}

static void build_list(struct build *build, const struct wire_row *row, struct wire_doc *object,
                       struct wire_jt808_value *parent)
{
    struct wire_doc *member = build_member(build, row->name, JSON_ARRAY, object);
    struct wire_jt808_value *list = build_add(build, row, parent);

    if (!list)
        return;
    if (row->size && (int64_t)member->count > build_most(row->size))
        build_wrong(build, member, ERR_LIMIT, "`%s` has too many members", row->name);
    list->absent = row->when == WIRE_IF_LEFT && !member->count;
    build_elements(build, row->sub, member, row->name, list);
}

static uint8_t *build_put(uint8_t *to, int64_t value, size_t width)
{
    for (size_t i = width; i > 0; i--)
        *to++ = (uint8_t)(value >> 8 * (i - 1));
    return to;
}

static void build_pair(struct build *build, const struct wire_row *row, struct wire_doc *pair,
                       uint8_t *to)
{
    if (pair->token != JSON_ARRAY || pair->count != 2) {
        build_wrong(build, pair, ERR_INVALID, "`%s` wants pairs of numbers", row->name);
        return;
    }
    to = build_put(to, build_int(build, pair->first, row->name, 0, UINT32_MAX), 4);
    build_put(to, build_int(build, pair->last, row->name, 0, UINT32_MAX), 4);
}

static void build_numbers(struct build *build, const struct wire_row *row, struct wire_doc *object,
                          struct wire_jt808_value *parent)
{
    struct wire_doc *member = build_member(build, row->name, JSON_ARRAY, object);
    size_t width = row->kind == WIRE_NUMS ? row->arg : row->kind == WIRE_IDS ? 4 : 8;
    struct wire_jt808_value *list = build_add(build, row, parent);
    uint8_t *raw = list ? build_zero(build, member->count + 1, width) : NULL;

    if (!raw)
        return;
    if ((int64_t)member->count > build_most(row->size))
        build_wrong(build, member, ERR_LIMIT, "`%s` has too many members", row->name);
    list->number = (int64_t)member->count;
    list->raw = (struct bytes){raw, member->count * width};
    for (struct wire_doc *at = member->first; at && !build->err; at = at->next, raw += width) {
        if (row->kind == WIRE_PAIRS)
            build_pair(build, row, at, raw);
        else
            build_put(raw, build_int(build, at, row->name, 0, build_most(width)), width);
    }
}

static void build_object(struct build *build, const struct wire_row *row, struct wire_doc *object,
                         struct wire_jt808_value *parent)
{
    struct wire_doc *member = build_member(build, row->name, JSON_OBJECT, object);
    struct wire_jt808_value *value = build_add(build, row, parent);

    if (value)
        build_object_of(build, row->sub, member, row->name, value);
}

static void build_group(struct build *build, const struct wire_row *row, struct wire_doc *object,
                        struct wire_jt808_value *parent)
{
    build_rows(build, row->sub, object, parent);
}

/* Additional items may be left out altogether. */
static void build_items(struct build *build, const struct wire_row *row, struct wire_doc *object,
                        struct wire_jt808_value *parent)
{
    struct wire_doc *member = wire_doc_get(object, row->name);
    struct wire_doc *trailing = wire_doc_get(object, wire_row_trailing.name);
    struct wire_jt808_value *list = build_add(build, row, parent);

    if (!list)
        return;
    if (trailing)
        list->raw = build_bytes(build, trailing, wire_row_trailing.name);
    if (member && member->token != JSON_ARRAY)
        build_wrong(build, member, ERR_INVALID, "`%s` wants a list", row->name);
    if (member)
        build_elements(build, &wire_layout_item, member, row->name, list);
}

/* Length and bytes of an item or a parameter. What they mean follows from them, so it is passed
 * over. `hex` may be NULL. */
static void build_counted(struct build *build, struct wire_doc *object, const struct wire_doc *hex,
                          struct bytes raw, struct wire_jt808_value *parent)
{
    struct wire_doc *len = wire_doc_get(object, wire_row_len.name);
    bool truncated = hex && str_eq(hex->key, str_of(wire_row_truncated.name));
    int64_t size = (int64_t)raw.size;

    if (truncated && len)
        size = build_int(build, len, wire_row_len.name, 0, UINT8_MAX);
    if (size > UINT8_MAX)
        build_wrong(build, object, ERR_LIMIT, "%lld bytes, at most 255 fit", (long long)size);
    struct wire_jt808_value *length = build_add(build, &wire_row_len, parent);
    struct wire_jt808_value *value =
        build_add(build, truncated ? &wire_row_truncated : &wire_row_hex, parent);
    if (!length || !value)
        return;
    length->number = size;
    value->raw = raw;
    for (struct wire_doc *at = object->first; at; at = at->next)
        at->used = true;
}

static void build_item(struct build *build, const struct wire_row *row, struct wire_doc *object,
                       struct wire_jt808_value *parent)
{
    bool truncated = wire_doc_find(object, wire_row_truncated.name);
    struct wire_doc *hex =
        build_member(build, truncated ? wire_row_truncated.name : row->name, JSON_STRING, object);

    if (hex)
        build_counted(build, object, hex, build_bytes(build, hex, row->name), parent);
}

/* A parameter's value as its id wants it. */
static struct bytes build_param_value(struct build *build, struct wire_doc *value, int64_t id)
{
    struct bytes raw = {0};
    size_t width = 0;

    switch (wire_param_of((uint32_t)id, &width)) {
    case WIRE_PARAM_NUMBER: {
        uint8_t *bytes = build_zero(build, width, 1);
        if (!bytes)
            return raw;
        build_put(bytes, build_int(build, value, "value", 0, build_most(width)), width);
        return (struct bytes){bytes, width};
    }
    case WIRE_PARAM_TEXT:
        if (value->token == JSON_STRING)
            build_gbk(build, value, "value", &raw);
        else
            build_wrong(build, value, ERR_INVALID, "`value` wants a text");
        return raw;
    case WIRE_PARAM_HEX:
    default:
        build_wrong(build, value, ERR_INVALID, "parameter 0x%04X is given as `hex`", (unsigned)id);
        return raw;
    }
}

static void build_param(struct build *build, const struct wire_row *row, struct wire_doc *object,
                        struct wire_jt808_value *parent)
{
    struct wire_doc *value = wire_doc_find(object, "value");
    struct bytes raw = {0};
    int64_t id = 0;

    if (!wire_jt808_get_number(parent, "id", &id))
        return; /* told */
    if (value && !wire_doc_find(object, row->name)) {
        raw = build_param_value(build, value, id);
        build_counted(build, object, NULL, raw, parent);
        return;
    }
    struct wire_doc *hex = build_member(build, row->name, JSON_STRING, object);
    if (hex)
        build_counted(build, object, hex, build_bytes(build, hex, row->name), parent);
}

/* What follows from other values is not asked for. */
static void build_told(struct build *build, const struct wire_row *row, struct wire_doc *object,
                       struct wire_jt808_value *parent)
{
    struct wire_doc *member = wire_doc_get(object, row->name);

    if (row->kind != WIRE_EDITION)
        return;
    struct wire_jt808_value *value = build_add(build, row, parent);
    if (!value)
        return;
    value->told = true;
    value->number = member ? build_int(build, member, row->name, 2011, 2013) : 2013;
}

typedef void build_kind(struct build *build, const struct wire_row *row, struct wire_doc *object,
                        struct wire_jt808_value *parent);

static build_kind *const build_kinds[WIRE_KINDS] = {
    [WIRE_U8] = build_number,      [WIRE_U16] = build_number,    [WIRE_U32] = build_number,
    [WIRE_I16] = build_number,     [WIRE_ID8] = build_number,    [WIRE_ID16] = build_number,
    [WIRE_ID32] = build_number,    [WIRE_CAN] = build_number,    [WIRE_BITS8] = build_bits,
    [WIRE_BITS16] = build_bits,    [WIRE_BITS32] = build_bits,   [WIRE_COUNT8] = build_count,
    [WIRE_COUNT16] = build_count,  [WIRE_COUNT32] = build_count, [WIRE_SIZE8] = build_size,
    [WIRE_SIZE32] = build_size,    [WIRE_TIME] = build_time,     [WIRE_HEX] = build_hex,
    [WIRE_HEX_OF] = build_hex,     [WIRE_HEX_REST] = build_hex,  [WIRE_HEX_MARK] = build_hex,
    [WIRE_FIXED] = build_text,     [WIRE_TEXT8] = build_text,    [WIRE_TEXT16] = build_text,
    [WIRE_TEXT_REST] = build_text, [WIRE_LIST] = build_list,     [WIRE_NUMS] = build_numbers,
    [WIRE_IDS] = build_numbers,    [WIRE_PAIRS] = build_numbers, [WIRE_OBJECT] = build_object,
    [WIRE_GROUP] = build_group,    [WIRE_ITEMS] = build_items,   [WIRE_ITEM] = build_item,
    [WIRE_PARAM] = build_param,    [WIRE_MARK] = build_told,     [WIRE_BITS_OF] = build_told,
    [WIRE_FLAG_OF] = build_told,   [WIRE_COORD_OF] = build_told, [WIRE_REST_SIZE] = build_told,
    [WIRE_EDITION] = build_told,   [WIRE_WORD_AT] = build_told,  [WIRE_WHOLE] = build_told,
    [WIRE_NOTE] = build_told,
};

/* Whether what may be left out is there. An empty text at the end is as none. */
static bool build_given(const struct wire_row *row, struct wire_doc *object)
{
    const char *name = row->name ? row->name : row->sub->rows[0].name;
    struct wire_doc *member = wire_doc_find(object, name);
    bool bare = row->kind == WIRE_TEXT_REST || row->kind == WIRE_HEX_REST;

    if (member && bare && member->token == JSON_STRING && !member->text.size) {
        member->used = true;
        return false;
    }
    return member;
}

static void build_row(struct build *build, const struct wire_row *row, struct wire_doc *object,
                      struct wire_jt808_value *parent)
{
    ASSERT(build_kinds[row->kind]);
    if (row->when != WIRE_IF_LEFT) {
        if (wire_row_applies(row, build->v2019, parent))
            build_kinds[row->kind](build, row, object, parent);
    } else if (build_given(row, object)) {
        build_kinds[row->kind](build, row, object, parent);
    } else if (row->kind == WIRE_LIST) {
        struct wire_jt808_value *list = build_add(build, row, parent);
        if (list)
            list->absent = true;
    }
}

/* Goes down as deep as layouts do. */
static void build_rows(struct build *build, const struct wire_layout *layout,
                       struct wire_doc *object, struct wire_jt808_value *parent)
{
    for (size_t i = 0; i < layout->count && !build->err; i++)
        build_row(build, &layout->rows[i], object, parent);
}

enum err wire_build(const struct wire_layout *layout, struct wire_doc *root, bool v2019,
                    struct arena *arena, struct wire_jt808_value *ret_body, struct diag *diag)
{
    struct build build = {.arena = arena, .v2019 = v2019, .diag = diag};

    *ret_body = (struct wire_jt808_value){.row = &wire_row_element};
    if (root->token != JSON_OBJECT)
        return diag_at(diag, ERR_INVALID, NULL, root->line, root->column,
                       "a message's body wants an object");
    build_rows(&build, layout, root, ret_body);
    if (!build.err)
        build_row(&build, &wire_row_unparsed, root, ret_body);
    if (!build.err)
        build_all_used(&build, root);
    return build.err;
}
