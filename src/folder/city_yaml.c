/* city_yaml.c - city.yaml and streams.yaml. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "folder/parts.h"

#define FIELD(type, member, key, kind, need, ...)                   \
    {                                                               \
        key, kind, offsetof(struct type, member), need, __VA_ARGS__ \
    }
#define ANY 0, 0, NULL, NULL

static const struct folder_field folder_siting_items[] = {
    FIELD(city_siting, kg_per_person_day, "kg_per_person_day", FOLDER_F64, FOLDER_MAY, 0.01, 10,
          NULL, NULL),
    FIELD(city_siting, a1, "a1", FOLDER_F64, FOLDER_MAY, 0.5, 3, NULL, NULL),
    FIELD(city_siting, a2, "a2", FOLDER_F64, FOLDER_MAY, 0.5, 3, NULL, NULL),
    FIELD(city_siting, a3, "a3", FOLDER_F64, FOLDER_MAY, 0.1, 2, NULL, NULL),
    FIELD(city_siting, k, "k", FOLDER_F64, FOLDER_MAY, 1, 4, NULL, NULL),
    FIELD(city_siting, fill, "fill", FOLDER_F64, FOLDER_MAY, 0.1, 1, NULL, NULL),
    FIELD(city_siting, households_per_point, "households_per_point", FOLDER_U32, FOLDER_MAY, 1,
          10000, NULL, NULL),
    FIELD(city_siting, reach_m, "reach_m", FOLDER_F64, FOLDER_MAY, 10, 2000, NULL, NULL),
    FIELD(city_siting, persons_per_household, "persons_per_household", FOLDER_F64, FOLDER_MAY, 1,
          10, NULL, NULL),
    FIELD(city_siting, persons_per_100m2, "persons_per_100m2", FOLDER_F64, FOLDER_MAY, 0.01, 50,
          NULL, NULL),
};
static const struct folder_field folder_service_items[] = {
    FIELD(city_service, stop_s, "stop_s", FOLDER_U32, FOLDER_MUST, 0, 3600, NULL, NULL),
    FIELD(city_service, bin_240l_s, "bin_240l_s", FOLDER_U32, FOLDER_MUST, 1, 3600, NULL, NULL),
    FIELD(city_service, unserved_price, "unserved_price", FOLDER_F64, FOLDER_MUST, 0.01, 1e6, NULL,
          NULL),
};
static const struct folder_field folder_box_items[] = {
    FIELD(geo_box, min.lat_e7, "south", FOLDER_DEGREES, FOLDER_MUST, -90, 90, NULL, NULL),
    FIELD(geo_box, min.lng_e7, "west", FOLDER_DEGREES, FOLDER_MUST, -180, 180, NULL, NULL),
    FIELD(geo_box, max.lat_e7, "north", FOLDER_DEGREES, FOLDER_MUST, -90, 90, NULL, NULL),
    FIELD(geo_box, max.lng_e7, "east", FOLDER_DEGREES, FOLDER_MUST, -180, 180, NULL, NULL),
};
static const struct folder_fields folder_siting_fields = {folder_siting_items,
                                                          COUNT_OF(folder_siting_items)};
static const struct folder_fields folder_service_fields = {folder_service_items,
                                                           COUNT_OF(folder_service_items)};
static const struct folder_fields folder_box_fields = {folder_box_items,
                                                       COUNT_OF(folder_box_items)};

/* city.yaml, before its lists are read. */
struct folder_city {
    struct city city;
    uint32_t format;
    const struct folder_node *sweep_classes;
    const struct folder_node *road_classes;
    const struct folder_node *calendar;
};
struct folder_calendar {
    const struct folder_node *rest_days;
    const struct folder_node *holidays;
};

/* What only a city has comes first: a pack's file must not have it. */
enum { FOLDER_CITY_OWN = 5 };
static const struct folder_field folder_city_items[] = {
    FIELD(folder_city, city.id, "id", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(folder_city, city.name, "name", FOLDER_NAME, FOLDER_MUST, ANY),
    FIELD(folder_city, city.population, "population", FOLDER_U64, FOLDER_MUST, 1, 1e9, NULL, NULL),
    FIELD(folder_city, city.box, "box", FOLDER_GROUP, FOLDER_MUST, 0, 0, NULL, &folder_box_fields),
    FIELD(folder_city, city.pack, "pack", FOLDER_ID, FOLDER_MAY, ANY),
    FIELD(folder_city, format, "format", FOLDER_U32, FOLDER_MUST, 1, 1, NULL, NULL),
    FIELD(folder_city, city.utc_offset_s, "utc_offset", FOLDER_OFFSET, FOLDER_MUST, ANY),
    FIELD(folder_city, city.left_hand_traffic, "left_hand_traffic", FOLDER_BOOL, FOLDER_MAY, ANY),
    FIELD(folder_city, city.siting, "siting", FOLDER_GROUP, FOLDER_MAY, 0, 0, NULL,
          &folder_siting_fields),
    FIELD(folder_city, city.service, "service", FOLDER_GROUP, FOLDER_MUST, 0, 0, NULL,
          &folder_service_fields),
    FIELD(folder_city, sweep_classes, "sweep_classes", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_city, road_classes, "road_classes", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_city, calendar, "calendar", FOLDER_NODE, FOLDER_MUST, ANY),
};
static const struct folder_field folder_calendar_items[] = {
    FIELD(folder_calendar, rest_days, "rest_days", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_calendar, holidays, "holidays", FOLDER_NODE, FOLDER_MUST, ANY),
};

struct folder_sweep {
    struct city_sweep_class class;
    const struct folder_node *windows;
};
static const struct folder_field folder_sweep_items[] = {
    FIELD(folder_sweep, class.name, "name", FOLDER_NAME, FOLDER_MUST, ANY),
    FIELD(folder_sweep, class.passes_per_day, "passes_per_day", FOLDER_U32, FOLDER_MUST, 1, 24,
          NULL, NULL),
    FIELD(folder_sweep, class.passes_per_week, "passes_per_week", FOLDER_F64, FOLDER_MUST, 0.1, 168,
          NULL, NULL),
    FIELD(folder_sweep, windows, "windows", FOLDER_NODE, FOLDER_MAY, ANY),
    FIELD(folder_sweep, class.both_sides, "both_sides", FOLDER_BOOL, FOLDER_MUST, ANY),
    FIELD(folder_sweep, class.kg_per_km, "kg_per_km", FOLDER_F64, FOLDER_MUST, 0, 10000, NULL,
          NULL),
    FIELD(folder_sweep, class.water_l_per_km, "water_l_per_km", FOLDER_F64, FOLDER_MUST, 0, 10000,
          NULL, NULL),
};

static const char *folder_weekday_word(unsigned day)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};

    return day < COUNT_OF(days) ? days[day] : NULL;
}

static const struct folder_field folder_class_number = {
    "road class", FOLDER_U32, 0, FOLDER_MUST, 0, CITY_SWEEP_CLASSES_MAX, NULL, NULL};
static const struct folder_field folder_window_item = {
    "windows", FOLDER_WINDOW, 0, FOLDER_MUST, 0, 0, NULL, NULL};
static const struct folder_field folder_rest_day_item = {
    "rest_days", FOLDER_WORD, 0, FOLDER_MUST, 0, 0, folder_weekday_word, NULL};
static const struct folder_field folder_holiday_item = {"holidays", FOLDER_DATE, 0,    FOLDER_MUST,
                                                        0,          0,           NULL, NULL};

static void folder_windows_read(struct folder_reader *reader, const struct folder_node *list,
                                struct city_sweep_class *class)
{
    if (!folder_tree_is(reader, list, FOLDER_LIST, "windows"))
        return;
    for (const struct folder_node *node = list->first; node; node = node->next) {
        if (class->window_count == CITY_WINDOWS_MAX) {
            folder_mistake(&reader->report, node->mark, "more than %d windows; join some",
                           CITY_WINDOWS_MAX);
            return;
        }
        folder_tree_value(reader, &folder_window_item, node,
                          &class->windows[class->window_count++]);
    }
}

static void folder_sweep_classes_read(struct folder_reader *reader, const struct folder_node *list)
{
    struct city *city = reader->city;

    if (!folder_tree_is(reader, list, FOLDER_LIST, "sweep_classes"))
        return;
    for (const struct folder_node *node = list->first; node; node = node->next) {
        struct folder_sweep sweep = {0};
        if (city->sweep_class_count == CITY_SWEEP_CLASSES_MAX) {
            folder_mistake(&reader->report, node->mark, "more than %d sweep classes; join some",
                           CITY_SWEEP_CLASSES_MAX);
            return;
        }
        folder_tree_fill(reader, node, FOLDER_FIELDS(folder_sweep_items), &sweep);
        if (sweep.windows)
            folder_windows_read(reader, sweep.windows, &sweep.class);
        if (sweep.class.passes_per_week > 7.0 * sweep.class.passes_per_day)
            folder_mistake(&reader->report, node->mark,
                           "passes_per_week is more than 7 times passes_per_day; correct one");
        city->sweep_classes[city->sweep_class_count++] = sweep.class;
    }
}

/* highway value -> number of the sweep class, 0 where streets of it are not swept. */
static void folder_road_classes_read(struct folder_reader *reader, const struct folder_node *map)
{
    struct city *city = reader->city;
    uint32_t number;

    if (!folder_tree_is(reader, map, FOLDER_MAP, "road_classes"))
        return;
    for (const struct folder_node *node = map->first; node; node = node->next) {
        unsigned class = 0;
        while (class < ROAD_CLASS_COUNT &&
               !str_eq(node->key, str_of(road_class_name((enum road_class) class))))
            class ++;
        if (class == ROAD_CLASS_COUNT) {
            folder_mistake(&reader->report, node->key_mark,
                           "`%.*s` is not a class of streets; write motorway, primary, "
                           "residential, ... as OpenStreetMap's highway",
                           STR_ARG(folder_short(node->key)));
            continue;
        }
        number = 0;
        folder_tree_value(reader, &folder_class_number, node, &number);
        if (number > city->sweep_class_count)
            folder_mistake(&reader->report, node->mark,
                           "there are %u sweep classes; write 0 to %u, or add a class",
                           city->sweep_class_count, city->sweep_class_count);
        city->sweep_class_of[class] = (uint8_t)number;
    }
}

static void folder_holidays_read(struct folder_reader *reader, const struct folder_node *list)
{
    struct city *city = reader->city;
    size_t count = folder_tree_count(list);

    if (!folder_tree_is(reader, list, FOLDER_LIST, "holidays"))
        return;
    if (count > FOLDER_HOLIDAYS_MAX) {
        folder_mistake(&reader->report, list->mark, "more than %d holidays; drop old years",
                       FOLDER_HOLIDAYS_MAX);
        return;
    }
    city->holidays = arena_zero(&city->arena, count, sizeof *city->holidays);
    if (!city->holidays) {
        folder_no_memory(&reader->report);
        return;
    }
    for (const struct folder_node *node = list->first; node; node = node->next) {
        int64_t day = INT64_MIN;
        folder_tree_value(reader, &folder_holiday_item, node, &day);
        if (day == INT64_MIN)
            continue;
        if (city->holiday_count && city->holidays[city->holiday_count - 1] >= day)
            folder_mistake(&reader->report, node->mark,
                           "holidays are not in order; sort them, each once");
        city->holidays[city->holiday_count++] = day;
    }
}

static void folder_calendar_read(struct folder_reader *reader, const struct folder_node *map)
{
    struct folder_calendar calendar = {0};

    folder_tree_fill(reader, map, FOLDER_FIELDS(folder_calendar_items), &calendar);
    if (calendar.rest_days && folder_tree_is(reader, calendar.rest_days, FOLDER_LIST, "rest_days"))
        for (const struct folder_node *node = calendar.rest_days->first; node; node = node->next) {
            unsigned day = 8;
            folder_tree_value(reader, &folder_rest_day_item, node, &day);
            if (day < 7)
                reader->city->rest_days |= (uint8_t)(1U << day);
        }
    if (calendar.holidays)
        folder_holidays_read(reader, calendar.holidays);
}

static void folder_box_check(struct folder_reader *reader, const struct folder_node *root)
{
    const struct geo_box *box = &reader->city->box;

    for (const struct folder_node *node = root->first; node; node = node->next)
        if (str_eq(node->key, STR("box")) &&
            (box->min.lat_e7 >= box->max.lat_e7 || box->min.lng_e7 >= box->max.lng_e7))
            folder_mistake(&reader->report, node->mark,
                           "the box is empty; south must be below north and west below east");
}

void folder_city_read(struct folder_reader *reader, const struct folder_node *root, bool pack)
{
    struct folder_city read = {.city = *reader->city};
    struct folder_fields fields = FOLDER_FIELDS(folder_city_items);

    if (pack) {
        fields.items += FOLDER_CITY_OWN;
        fields.count -= FOLDER_CITY_OWN;
    }
    folder_tree_fill(reader, root, fields, &read);
    read.city.arena = reader->city->arena; /* the texts read meanwhile live there */
    *reader->city = read.city;
    if (!pack)
        folder_box_check(reader, root);
    if (read.sweep_classes)
        folder_sweep_classes_read(reader, read.sweep_classes);
    if (read.road_classes)
        folder_road_classes_read(reader, read.road_classes);
    if (read.calendar)
        folder_calendar_read(reader, read.calendar);
}

/* --- streams.yaml --- */

struct folder_stream {
    struct city_stream stream;
    const struct folder_node *classes;
};
static const struct folder_field folder_stream_items[] = {
    FIELD(folder_stream, stream.code, "code", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(folder_stream, stream.name, "name", FOLDER_NAME, FOLDER_MUST, ANY),
    FIELD(folder_stream, stream.colour, "colour", FOLDER_COLOUR, FOLDER_MUST, ANY),
    FIELD(folder_stream, stream.density_kg_m3, "density_kg_m3", FOLDER_F64, FOLDER_MUST, 1, 5000,
          NULL, NULL),
    FIELD(folder_stream, stream.density_compacted_kg_m3, "density_compacted_kg_m3", FOLDER_F64,
          FOLDER_MUST, 1, 5000, NULL, NULL),
    FIELD(folder_stream, stream.share, "share", FOLDER_F64, FOLDER_MUST, 0, 1, NULL, NULL),
    FIELD(folder_stream, stream.collect_at_pct, "collect_at_pct", FOLDER_F64, FOLDER_MUST, 0, 100,
          NULL, NULL),
    FIELD(folder_stream, stream.clear_days, "clear_days", FOLDER_F64, FOLDER_MUST, 0.1, 365, NULL,
          NULL),
    FIELD(folder_stream, stream.bin_litres, "bin_litres", FOLDER_U32, FOLDER_MUST, 10, 40000, NULL,
          NULL),
    FIELD(folder_stream, classes, "classes", FOLDER_NODE, FOLDER_MAY, ANY),
};
static const struct folder_field folder_apart_items[] = {
    FIELD(city_apart, code, "code", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(city_apart, name, "name", FOLDER_NAME, FOLDER_MUST, ANY),
    FIELD(city_apart, colour, "colour", FOLDER_COLOUR, FOLDER_MUST, ANY),
    FIELD(city_apart, how, "how", FOLDER_NAME, FOLDER_MUST, ANY),
};
struct folder_streams {
    const struct folder_node *streams;
    const struct folder_node *apart;
};
static const struct folder_field folder_streams_items[] = {
    FIELD(folder_streams, streams, "streams", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_streams, apart, "apart", FOLDER_NODE, FOLDER_MAY, ANY),
};

static void folder_stream_classes_read(struct folder_reader *reader, const struct folder_node *list,
                                       struct city_stream *stream)
{
    if (!folder_tree_is(reader, list, FOLDER_LIST, "classes"))
        return;
    stream->classes =
        arena_zero(&reader->city->arena, folder_tree_count(list), sizeof *stream->classes);
    if (!stream->classes) {
        folder_no_memory(&reader->report);
        return;
    }
    for (struct folder_node *node = list->first; node; node = node->next)
        folder_tree_name(reader, node, &stream->classes[stream->class_count++]);
}

static void folder_stream_read(struct folder_reader *reader, const struct folder_node *node)
{
    struct folder_stream read = {0};
    struct city *city = reader->city;

    folder_tree_fill(reader, node, FOLDER_FIELDS(folder_stream_items), &read);
    if (read.classes)
        folder_stream_classes_read(reader, read.classes, &read.stream);
    if (read.stream.code.size && city_stream_find(city, read.stream.code) != CITY_NONE)
        folder_mistake(&reader->report, node->mark,
                       "stream `%.*s` stands above already; remove one", STR_ARG(read.stream.code));
    city->streams[city->stream_count++] = read.stream;
}

static void folder_shares_check(struct folder_reader *reader, const struct folder_node *list)
{
    double share = 0;

    for (uint32_t i = 0; i < reader->city->stream_count; i++)
        share += reader->city->streams[i].share;
    if (fabs(share - 1) > 0.001)
        folder_mistake(&reader->report, list->mark,
                       "the shares of the streams sum to %.4g; they must sum to 1", share);
}

/* What is kept out of the bins. */
static void folder_aparts_read(struct folder_reader *reader, const struct folder_node *list)
{
    struct city *city = reader->city;
    size_t count = folder_tree_count(list);

    if (!folder_tree_is(reader, list, FOLDER_LIST, "apart"))
        return;
    if (count > CITY_APARTS_MAX) {
        folder_mistake(&reader->report, list->mark, "%zu kinds apart; %d are the most", count,
                       CITY_APARTS_MAX);
        return;
    }
    city->aparts = arena_zero(&city->arena, count, sizeof *city->aparts);
    if (!city->aparts) {
        folder_no_memory(&reader->report);
        return;
    }
    for (const struct folder_node *node = list->first; node; node = node->next) {
        struct city_apart read = {.colour = 0};
        folder_tree_fill(reader, node, FOLDER_FIELDS(folder_apart_items), &read);
        if (read.code.size && (city_stream_find(city, read.code) != CITY_NONE ||
                               city_apart_find(city, read.code) != CITY_NONE))
            folder_mistake(&reader->report, node->mark,
                           "code `%.*s` stands above already; give this one its own",
                           STR_ARG(read.code));
        city->aparts[city->apart_count++] = read;
    }
}

void folder_streams_read(struct folder_reader *reader, const struct folder_node *root)
{
    struct folder_streams read = {0};
    struct city *city = reader->city;

    folder_tree_fill(reader, root, FOLDER_FIELDS(folder_streams_items), &read);
    const struct folder_node *list = read.streams;
    if (!list || !folder_tree_is(reader, list, FOLDER_LIST, "streams"))
        return;
    size_t count = folder_tree_count(list);
    if (count == 0 || count > CITY_STREAMS_MAX) {
        folder_mistake(&reader->report, list->mark, "%zu streams; a city has 1 to %d", count,
                       CITY_STREAMS_MAX);
        return;
    }
    city->streams = arena_zero(&city->arena, count, sizeof *city->streams);
    if (!city->streams) {
        folder_no_memory(&reader->report);
        return;
    }
    uint64_t before = reader->report.count;
    for (const struct folder_node *node = list->first; node; node = node->next)
        folder_stream_read(reader, node);
    if (reader->report.count == before)
        folder_shares_check(reader, list);
    if (read.apart)
        folder_aparts_read(reader, read.apart);
}

/* --- writing --- */

static void folder_windows_write(const struct city *city, const struct city_sweep_class *class,
                                 struct buf *out)
{
    buf_str(out, STR("    windows: ["));
    for (uint32_t i = 0; i < class->window_count; i++) {
        buf_str(out, i ? STR(", \"") : STR("\""));
        folder_value_write(city, &folder_window_item, &class->windows[i], out);
        buf_char(out, '"');
    }
    buf_str(out, STR("]\n"));
}

/* A list item: the first of the lines, which stand four blanks in, gets the dash. */
static void folder_item_write(const struct city *city, struct folder_fields fields, const void *row,
                              struct buf *out)
{
    size_t at = out->size;

    folder_tree_write(city, fields, row, 4, out);
    if (!buf_err(out))
        out->data[at + 2] = '-';
}

static void folder_calendar_write(const struct city *city, struct buf *out)
{
    bool first = true;

    buf_str(out, STR("calendar:\n  rest_days: ["));
    for (unsigned day = 0; day < 7; day++) {
        if (!(city->rest_days >> day & 1))
            continue;
        buf_printf(out, "%s%s", first ? "" : ", ", folder_weekday_word(day));
        first = false;
    }
    buf_str(out, STR("]\n  holidays: ["));
    for (uint32_t i = 0; i < city->holiday_count; i++) {
        buf_str(out, i ? STR(", ") : STR(""));
        folder_value_write(city, &folder_holiday_item, &city->holidays[i], out);
    }
    buf_str(out, STR("]\n"));
}

void folder_city_write(const struct city *city, struct buf *out)
{
    struct folder_city row = {.city = *city, .format = 1};

    folder_tree_write(city, FOLDER_FIELDS(folder_city_items), &row, 0, out);
    buf_str(out, STR("sweep_classes:\n"));
    for (uint32_t i = 0; i < city->sweep_class_count; i++) {
        struct folder_sweep sweep = {.class = city->sweep_classes[i]};
        folder_item_write(city, FOLDER_FIELDS(folder_sweep_items), &sweep, out);
        folder_windows_write(city, &sweep.class, out);
    }
    buf_str(out, STR("road_classes:\n"));
    for (unsigned i = 0; i < ROAD_CLASS_COUNT; i++)
        buf_printf(out, "  %s: %u\n", road_class_name((enum road_class)i), city->sweep_class_of[i]);
    folder_calendar_write(city, out);
}

void folder_streams_write(const struct city *city, struct buf *out)
{
    buf_str(out, STR("streams:\n"));
    for (uint32_t i = 0; i < city->stream_count; i++) {
        struct folder_stream row = {.stream = city->streams[i]};
        folder_item_write(city, FOLDER_FIELDS(folder_stream_items), &row, out);
        if (row.stream.class_count)
            buf_str(out, STR("    classes:\n"));
        for (uint32_t j = 0; j < row.stream.class_count; j++) {
            buf_str(out, STR("      - "));
            folder_tree_write_name(&row.stream.classes[j], out);
            buf_char(out, '\n');
        }
    }
    if (city->apart_count)
        buf_str(out, STR("apart:\n"));
    for (uint32_t i = 0; i < city->apart_count; i++)
        folder_item_write(city, FOLDER_FIELDS(folder_apart_items), &city->aparts[i], out);
}
