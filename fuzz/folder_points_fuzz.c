/* GeoJSON of containers, and tables of them: read from memory by the reader behind files. */
#include "folder/parts.h"
#include "folder/points.h"
#include "fuzz.h"

static void fuzz_tell(void *context, const struct diag *diag)
{
    size_t bad;

    (void)context;
    ASSERT(diag->text[0]);
    ASSERT(str_utf8(str_of(diag->text), &bad));
}

static const struct folder_sink fuzz_sink = {fuzz_tell, NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct folder_container containers[] = {{STR("recycling:glass=yes"), 1},
                                            {STR("amenity=recycling"), 0}};
    struct city_stream streams[] = {{.code = STR("R"), .bin_litres = 240},
                                    {.code = STR("O"), .bin_litres = 660}};
    struct folder_pack pack = {.containers = containers, .container_count = COUNT_OF(containers)};
    struct folder_points points = {0};
    struct city *city = NULL;

    if (city_new(64 << 20, &city))
        return 0;
    city->streams = streams;
    city->stream_count = COUNT_OF(streams);
    enum err err = folder_points_parse("fuzz", (struct str){(const char *)data, size}, &pack, city,
                                       &fuzz_sink, &points, NULL);
    for (size_t i = 0; i < points.count && !err; i++) {
        ASSERT(points.items[i].stream < 2);
        ASSERT(points.items[i].litres > 0);
    }
    city_free(city);
    return 0;
}
