/* base_canary_fuzz.c - a planted bug that fuzzing must find. When it is not found, the other
 * targets' silence means nothing: `make fuzz` expects this one to fail. Its corpus does not reach
 * the bug. */
#include "base/csv.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv csv;
    bool more = true;

    csv_init(&csv, NULL, (struct str){(const char *)data, size});
    while (more) {
        if (csv_next(&csv, &more, NULL))
            continue;
        bool planted = more && csv.count == 3 && str_starts(csv.fields[1], STR("7\""));
        ASSERT(!planted);
    }
    csv_done(&csv);
    return 0;
}
