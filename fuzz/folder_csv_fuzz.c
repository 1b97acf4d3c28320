/* A city's tables. The first byte says which: p places, b bins, f facilities, v vehicles, t
 * targets, g the residents' guide. */
#include "folder/parts.h"
#include "fuzz.h"

static void fuzz_tell(void *context, const struct diag *diag)
{
    size_t bad;

    (void)context;
    ASSERT(diag->text[0]);
    ASSERT(str_utf8(str_of(diag->text), &bad));
    ASSERT(diag->line > 0 || diag->code == ERR_LIMIT);
}

static const struct folder_sink fuzz_sink = {fuzz_tell, NULL};

static void fuzz_world(struct folder_reader *reader, struct city_stream *streams,
                       struct city_place *places, struct city_facility *facilities)
{
    struct city *city = reader->city;

    streams[0] = (struct city_stream){.code = STR("F"), .bin_litres = 240};
    streams[1] = (struct city_stream){.code = STR("O"), .bin_litres = 660};
    places[0] = (struct city_place){.id = STR("P1"), .kind = CITY_POINT, .parent = CITY_NONE};
    facilities[0] = (struct city_facility){.id = STR("F1"), .kind = CITY_DEPOT};
    city->streams = streams;
    city->stream_count = 2;
    city->places = places;
    city->place_count = 1;
    city->facilities = facilities;
    city->facility_count = 1;
}

static void fuzz_table(struct folder_reader *reader, char which, struct str content)
{
    enum err err = OK;

    if (which == 'b')
        err = map_str_add(&reader->places, STR("P1"), 0);
    if (which == 'v')
        err = map_str_add(&reader->facilities, STR("F1"), 0);
    if (err)
        return;
    switch (which) {
    case 'p':
        folder_places_read(reader, content);
        break;
    case 'b':
        folder_bins_read(reader, content);
        break;
    case 'f':
        folder_facilities_read(reader, content);
        break;
    case 'v':
        folder_fleet_read(reader, content);
        break;
    case 'g':
        folder_guide_read(reader, content);
        break;
    default:
        folder_targets_read(reader, content);
        break;
    }
}

/* What was read well is written, and must read back as many rows. */
static void fuzz_write(const struct city *city, char which, struct buf *out)
{
    if (which == 'p')
        folder_places_write(city, out);
    else if (which == 'b')
        folder_bins_write(city, out);
    else if (which == 'f')
        folder_facilities_write(city, out);
    else if (which == 'v')
        folder_fleet_write(city, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct city_stream streams[2];
    struct city_place places[1];
    struct city_facility facilities[1];
    struct buf out;

    if (size < 1)
        return 0;
    buf_init(&out, 64 << 20);
    struct str content = {(const char *)data + 1, size - 1};
    for (int round = 0; round < 2; round++) {
        struct folder_reader reader = {.report = {.sink = &fuzz_sink, .file = "fuzz.csv"}};
        if (city_new(256 << 20, &reader.city))
            break;
        fuzz_world(&reader, streams, places, facilities);
        fuzz_table(&reader, (char)data[0], content);
        bool good = reader.report.count == 0 && !reader.report.err;
        ASSERT(round == 0 || good);
        if (good && round == 0)
            fuzz_write(reader.city, (char)data[0], &out);
        map_str_done(&reader.places);
        map_str_done(&reader.facilities);
        city_free(reader.city);
        if (!good || !out.size || buf_err(&out))
            break;
        content = buf_text(&out);
    }
    buf_done(&out);
    return 0;
}
