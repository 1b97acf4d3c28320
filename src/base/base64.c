/* base64.c - see base64.h. */
#include "base/base64.h"

static const char base64_digits[2][65] = {
    [BASE64_PLAIN] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    [BASE64_URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};

/* -1 for a character outside the alphabet. */
static int base64_value(enum base64_alphabet alphabet, char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == base64_digits[alphabet][62])
        return 62;
    return c == base64_digits[alphabet][63] ? 63 : -1;
}

/* The text without its padding. Errors: SYNTAX when the padding does not fit. */
static enum err base64_bare(struct str text, struct str *ret)
{
    size_t size = text.size;

    while (size > 0 && text.size - size < 2 && text.data[size - 1] == '=')
        size--;
    bool padded = size < text.size;
    if (size % 4 == 1 || (padded && text.size % 4 != 0))
        return ERR_SYNTAX;
    *ret = (struct str){text.data, size};
    return OK;
}

enum err base64_decode(enum base64_alphabet alphabet, struct str text, size_t room_size,
                       unsigned char *room, struct bytes *ret)
{
    uint32_t bits = 0;
    unsigned bit_count = 0;
    size_t size = 0;

    enum err err = base64_bare(text, &text);
    if (err)
        return err;
    if (text.size * 3 / 4 > room_size) /* a text of half the address space does not exist */
        return ERR_LIMIT;
    for (size_t i = 0; i < text.size; i++) {
        int value = base64_value(alphabet, text.data[i]);
        if (value < 0)
            return ERR_SYNTAX;
        bits = (bits << 6 | (uint32_t)value) & 0xFFFFFF;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            room[size++] = (unsigned char)(bits >> bit_count);
        }
    }
    if (bits & ((1u << bit_count) - 1))
        return ERR_SYNTAX; /* two texts for the same bytes */
    *ret = (struct bytes){room, size};
    return OK;
}

void base64_encode(enum base64_alphabet alphabet, struct bytes bytes, struct buf *out)
{
    const char *digits = base64_digits[alphabet];

    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t bits = (uint32_t)bytes.data[i] << 16 |
                        (left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0) |
                        (left > 2 ? bytes.data[i + 2] : 0u);
        const char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                              left > 1 ? digits[bits >> 6 & 63] : '=',
                              left > 2 ? digits[bits & 63] : '='};
        size_t kept = alphabet == BASE64_PLAIN || left > 2 ? 4 : left + 1;
        buf_add(out, four, kept);
    }
}
