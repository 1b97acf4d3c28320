/* jt808_shared.h - recorded JT/T 808 traffic beside the source tree, read line by line.
 *
 * The files hold one flat JSON object a line, made by a program: names and strings without escapes,
 * so finding a key by its text is enough here. Tests skip when the files are absent.
 */
#ifndef TESTS_JT808_SHARED_H
#define TESTS_JT808_SHARED_H

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "check.h"

enum { JT808_SHARED_BYTES_MAX = 4 << 20 };

/* The whole file, or a skipped test. Give back with buf_done(). */
static inline struct buf jt808_shared_open(const char *name)
{
    char path[FILE_PATH_MAX];
    struct buf content;

    assert_int_equal(file_join(sizeof path, path, TEST_SHARED "/protocols", name), OK);
    if (!file_exists(path))
        skip();
    assert_int_equal(file_read(path, JT808_SHARED_BYTES_MAX, &content, NULL), OK);
    return content;
}

/* The next line that is not empty; false at the end. */
static inline bool jt808_shared_line(struct str *rest, struct str *ret_line)
{
    while (rest->size) {
        *ret_line = str_trim(str_cut(rest, '\n'));
        if (ret_line->size)
            return true;
    }
    return false;
}

/* What stands after `"key": `, to the end of the line. */
static inline struct str jt808_shared_after(struct str line, const char *key)
{
    char quoted[64];
    int size = snprintf(quoted, sizeof quoted, "\"%s\": ", key);
    const char *at = memmem(line.data, line.size, quoted, (size_t)size);

    if (!at)
        fail_msg("no key %s in %.*s", key, STR_ARG(line));
    at += size;
    return (struct str){at, line.size - (size_t)(at - line.data)};
}

/* The string that `text` begins with, without its quotes; `text` goes on behind it. */
static inline struct str jt808_shared_string(struct str *text)
{
    assert_true(text->size && text->data[0] == '"');
    text->data++;
    text->size--;
    return str_cut(text, '"');
}

static inline struct str jt808_shared_get(struct str line, const char *key)
{
    struct str after = jt808_shared_after(line, key);

    return jt808_shared_string(&after);
}

/* The next string of the list whose rest is `list`; false at its end. */
static inline bool jt808_shared_next(struct str *list, struct str *ret_text)
{
    while (list->size && strchr("[, ", list->data[0])) {
        list->data++;
        list->size--;
    }
    if (!list->size || list->data[0] == ']')
        return false;
    *ret_text = jt808_shared_string(list);
    return true;
}

/* Appends the bytes that `hex` spells. */
static inline void jt808_shared_hex(struct str hex, struct buf *out)
{
    static const char digits[] = "0123456789abcdef";

    assert_int_equal(hex.size % 2, 0);
    for (size_t i = 0; i < hex.size; i += 2) {
        const char *high = strchr(digits, hex.data[i] | 0x20);
        const char *low = strchr(digits, hex.data[i + 1] | 0x20);
        assert_true(high && low);
        buf_u8(out, (uint8_t)((high - digits) << 4 | (low - digits)));
    }
    assert_int_equal(buf_err(out), OK);
}

#endif
