/* wire_vectors.h - for tests of device languages: hex, and JSON documents compared by what they
 * mean.
 *
 * Threads    One.
 */
#ifndef TESTS_WIRE_VECTORS_H
#define TESTS_WIRE_VECTORS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "check.h"

enum { VECTORS_LEAVES_MAX = 512, VECTORS_LEAF_SIZE = 160 };

/* A document as its leaves, each "path=value", sorted; numbers as doubles. */
struct leaves {
    char items[VECTORS_LEAVES_MAX][VECTORS_LEAF_SIZE];
    size_t count;
};

static inline size_t hex_bytes(struct str hex, size_t room_size, unsigned char *room)
{
    assert_true(hex.size % 2 == 0 && hex.size / 2 <= room_size);
    for (size_t i = 0; i < hex.size; i++) {
        const char *digits = "0123456789abcdef";
        const char *at = strchr(digits, hex.data[i] | 0x20);
        assert_non_null(at);
        size_t value = (size_t)(at - digits);
        room[i / 2] = (unsigned char)(i % 2 ? room[i / 2] | value : value << 4);
    }
    return hex.size / 2;
}

static inline int leaf_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

static inline void leaf_add(struct leaves *leaves, struct str path, enum json_token token,
                            struct str text)
{
    struct buf leaf;
    double number;

    assert_true(leaves->count < VECTORS_LEAVES_MAX);
    buf_init(&leaf, VECTORS_LEAF_SIZE - 1);
    buf_str(&leaf, path);
    buf_str(&leaf, token == JSON_STRING ? STR("='") : STR("="));
    if (token == JSON_NUMBER && str_f64(text, &number) == OK)
        buf_printf(&leaf, "%.13g", number);
    else
        buf_str(&leaf, text);
    buf_char(&leaf, '\0');
    assert_int_equal(buf_err(&leaf), OK);
    memcpy(leaves->items[leaves->count++], leaf.data, leaf.size);
    buf_done(&leaf);
}

/* Of a whole document. */
static inline void leaves_of(struct str content, struct leaves *ret)
{
    struct json json;
    enum json_token token;
    char path[JSON_DEPTH_MAX][32] = {{0}};
    size_t counts[JSON_DEPTH_MAX] = {0};

    ret->count = 0;
    json_init(&json, content);
    while ((token = json_next(&json)) > JSON_END) {
        struct buf whole;
        size_t depth = json.depth;
        bool opens = token == JSON_OBJECT || token == JSON_ARRAY;
        size_t owner = opens ? depth - 1 : depth;
        if (token == JSON_OBJECT_END || token == JSON_ARRAY_END)
            continue;
        if (token == JSON_KEY) {
            snprintf(path[depth - 1], sizeof path[0], "%.*s", STR_ARG(json_text(&json)));
            continue;
        }
        if (owner > 0 && !json.kinds[owner - 1])
            snprintf(path[owner - 1], sizeof path[0], "%zu", counts[owner - 1]++);
        if (opens) {
            counts[depth - 1] = 0;
            continue;
        }
        buf_init(&whole, VECTORS_LEAF_SIZE);
        for (size_t i = 0; i < depth; i++)
            buf_printf(&whole, "/%s", path[i]);
        leaf_add(ret, buf_text(&whole), token, json_text(&json));
        buf_done(&whole);
    }
    struct diag diag = {0};
    if (json_end(&json, &diag))
        fail_msg("%s", diag.text);
    json_done(&json);
    qsort(ret->items, ret->count, VECTORS_LEAF_SIZE, leaf_order);
}

/* Fails with both documents shown where they differ. */
static inline void check_same_json(const char *what, struct str got, struct str want)
{
    static struct leaves a;
    static struct leaves b;

    leaves_of(got, &a);
    leaves_of(want, &b);
    bool same = a.count == b.count;
    for (size_t i = 0; same && i < a.count; i++)
        same = strcmp(a.items[i], b.items[i]) == 0;
    if (!same)
        fail_msg("%s\n got %.*s\nwant %.*s", what, STR_ARG(got), STR_ARG(want));
}

/* The whole file, or a skipped test where it is absent. */
static inline void vectors_open(const char *path, struct buf *ret)
{
    if (!file_exists(path)) {
        print_message("%s is absent: skipped\n", path);
        skip();
    }
    assert_int_equal(file_read(path, 8 << 20, ret, NULL), OK);
}

/* The text of the member `key` of a line's object: of a text its content, else its JSON. */
static inline struct str vector_member(struct str line, const char *key)
{
    struct json json;
    struct str name;
    enum json_token token;
    struct str found = {0};

    json_init(&json, line);
    assert_int_equal(json_next(&json), JSON_OBJECT);
    while (json_member(&json, &name, &token)) {
        size_t begin = json.at;
        bool wanted = str_eq(name, str_of(key));
        bool bracket = token == JSON_OBJECT || token == JSON_ARRAY;
        if (wanted && !bracket)
            found = json_text(&json); /* vectors have no escapes: it points into the line */
        json_skip(&json, token);
        if (wanted && bracket)
            found = (struct str){line.data + begin - 1, json.at - begin + 1};
    }
    assert_int_equal(json_end(&json, NULL), OK);
    json_done(&json);
    return found;
}

#endif
