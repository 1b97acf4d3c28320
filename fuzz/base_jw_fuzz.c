/* base_jw_fuzz.c - any bytes as a JSON string: the answer is UTF-8 with every quote escaped. */
#include "base/jw.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf out;
    struct jw jw;
    size_t bad;

    buf_init(&out, 64 << 20);
    jw_init(&jw, &out);
    jw_str(&jw, (struct str){(const char *)data, size});
    struct str text = buf_text(&out);
    ASSERT(buf_err(&out) == OK);
    ASSERT(str_utf8(text, &bad));
    ASSERT(text.size >= 2);
    size_t at = 1;
    for (; at + 1 < text.size; at++) {
        ASSERT((unsigned char)text.data[at] >= ' ');
        ASSERT(text.data[at] != '"');
        if (text.data[at] == '\\')
            at++;
    }
    ASSERT(at + 1 == text.size);
    buf_done(&out);
    return 0;
}
