/* base_base64_fuzz.c - any text as base64: what is read is written as the same text again. */
#include "base/base64.h"

#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char room[1024];
    struct bytes bytes = {0};
    struct buf out;

    if (size < 1 || size > 1000)
        return 0;
    enum base64_alphabet alphabet = data[0] & 1 ? BASE64_URL : BASE64_PLAIN;
    struct str text = {(const char *)data + 1, size - 1};
    if (base64_decode(alphabet, text, sizeof room, room, &bytes))
        return 0;
    ASSERT(bytes.size <= BASE64_BYTES_MAX(text.size));
    while (text.size && text.data[text.size - 1] == '=')
        text.size--; /* the padding may have been absent */
    buf_init(&out, 4096);
    base64_encode(alphabet, bytes, &out);
    struct str again = buf_text(&out);
    while (again.size && again.data[again.size - 1] == '=')
        again.size--;
    ASSERT(str_eq(again, text));
    buf_done(&out);
    return 0;
}
