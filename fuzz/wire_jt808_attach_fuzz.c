/* wire_jt808_attach_fuzz.c - any content is refused with a reason, or its events are written and
 * read the same again. */
#include "wire/jt808/attach.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUT_BYTES = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_attach attach;
    struct wire_attach again;
    struct diag diag = {0};
    struct buf first;
    struct buf second;

    if (wire_attach_decode((struct bytes){data, size}, &attach, &diag)) {
        ASSERT(diag.text[0]);
        return 0;
    }
    buf_init(&first, OUT_BYTES);
    buf_init(&second, OUT_BYTES);
    wire_attach_encode(&attach, &first);
    ASSERT(wire_attach_decode(str_bytes(buf_text(&first)), &again, NULL) == OK);
    ASSERT(again.count == attach.count && again.skipped == 0);
    wire_attach_encode(&again, &second);
    ASSERT(str_eq(buf_text(&first), buf_text(&second)));
    buf_done(&first);
    buf_done(&second);
    return 0;
}
