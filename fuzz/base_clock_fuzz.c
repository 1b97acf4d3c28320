/* base_clock_fuzz.c - any text as a time of RFC 3339: what is read can be written and read again. */
#include "base/clock.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct utc_us at = {0};
    struct utc_us again = {0};
    char room[CLOCK_RFC3339_SIZE];

    if (clock_rfc3339_parse((struct str){(const char *)data, size}, &at))
        return 0;
    struct str text = clock_rfc3339_text(at, room);
    ASSERT(text.size < CLOCK_RFC3339_SIZE);
    ASSERT(clock_rfc3339_parse(text, &again) == OK);
    /* an offset may lead out of the years that can be written: then the nearest one is */
    ASSERT(again.us == at.us || text.data[0] == '0' || text.data[0] == '9');
    return 0;
}
