/* city_heard_fuzz.c - any bytes as the body of an event: no crash, and what is taken is in range. */
#include "city/heard.h"
#include "fuzz.h"

static void in_range(const struct city_heard *heard)
{
    ASSERT(heard->tag_size <= CITY_TAG_MAX);
    ASSERT(heard->compartment <= 255);
    ASSERT(heard->reader <= 255);
    ASSERT(heard->net_g == CITY_NO_MASS || (heard->net_g >= 0 && heard->net_g <= CITY_FACT_G_MAX));
    ASSERT(heard->gross_g == CITY_NO_MASS ||
           (heard->gross_g >= 0 && heard->gross_g <= CITY_FACT_G_MAX));
    ASSERT(heard->fill_pct >= -1 && heard->fill_pct <= 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = {"lift", "tag", "brush", "level"};

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct city_heard heard;
        struct diag diag = {0};
        enum err err = city_heard_read(str_of(kinds[i]), (struct str){(const char *)data, size},
                                       &heard, &diag);
        if (!err)
            in_range(&heard);
        else
            ASSERT(diag.code == err || err == ERR_NOMEM);
    }
    return 0;
}
