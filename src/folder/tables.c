/* tables.c - places.csv, bins.csv, facilities.csv, fleet.csv: their columns, and what must hold
 * between the values of a row and between rows. */
#include <string.h>

#include "folder/parts.h"

#define FIELD(type, member, key, kind, need, ...)                   \
    {                                                               \
        key, kind, offsetof(struct type, member), need, __VA_ARGS__ \
    }
#define ANY 0, 0, NULL, NULL

static const char *folder_place_word(unsigned kind)
{
    return city_place_kind_name((enum city_place_kind)kind);
}

static const char *folder_facility_word(unsigned kind)
{
    return city_facility_kind_name((enum city_facility_kind)kind);
}

static const char *folder_vehicle_word(unsigned kind)
{
    return city_vehicle_kind_name((enum city_vehicle_kind)kind);
}

/* Every table begins with `id`: folder_table_read() looks for it in the first field. */
static const struct folder_field folder_place_items[] = {
    FIELD(city_place, id, "id", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(city_place, kind, "kind", FOLDER_WORD, FOLDER_MUST, 0, 0, folder_place_word, NULL),
    FIELD(city_place, parent, "parent", FOLDER_PLACE, FOLDER_MAY, ANY),
    FIELD(city_place, name.zh, "name_zh", FOLDER_TEXT, FOLDER_MUST, ANY),
    FIELD(city_place, name.en, "name_en", FOLDER_TEXT, FOLDER_MUST, ANY),
    FIELD(city_place, at.lat_e7, "lat", FOLDER_DEGREES, FOLDER_MUST, -90, 90, NULL, NULL),
    FIELD(city_place, at.lng_e7, "lng", FOLDER_DEGREES, FOLDER_MUST, -180, 180, NULL, NULL),
    FIELD(city_place, households, "households", FOLDER_U32, FOLDER_MAY, ANY),
    FIELD(city_place, population, "population", FOLDER_U32, FOLDER_MAY, ANY),
};
static const struct folder_field folder_bin_items[] = {
    FIELD(city_bin, id, "id", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(city_bin, place, "place", FOLDER_PLACE, FOLDER_MUST, ANY),
    FIELD(city_bin, stream, "stream", FOLDER_STREAM, FOLDER_MUST, ANY),
    FIELD(city_bin, litres, "litres", FOLDER_U32, FOLDER_MUST, 10, 40000, NULL, NULL),
    FIELD(city_bin, fill_pct, "fill_pct", FOLDER_F64, FOLDER_MUST, 0, 200, NULL, NULL),
    FIELD(city_bin, at.lat_e7, "lat", FOLDER_DEGREES, FOLDER_MUST, -90, 90, NULL, NULL),
    FIELD(city_bin, at.lng_e7, "lng", FOLDER_DEGREES, FOLDER_MUST, -180, 180, NULL, NULL),
    FIELD(city_bin, sensor, "sensor", FOLDER_ID, FOLDER_MAY, ANY),
    FIELD(city_bin, empty_mm, "empty_mm", FOLDER_U32, FOLDER_MAY, 0, 20000, NULL, NULL),
    FIELD(city_bin, full_mm, "full_mm", FOLDER_U32, FOLDER_MAY, 0, 20000, NULL, NULL),
};
static const struct folder_field folder_facility_items[] = {
    FIELD(city_facility, id, "id", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(city_facility, kind, "kind", FOLDER_WORD, FOLDER_MUST, 0, 0, folder_facility_word, NULL),
    FIELD(city_facility, name.zh, "name_zh", FOLDER_TEXT, FOLDER_MUST, ANY),
    FIELD(city_facility, name.en, "name_en", FOLDER_TEXT, FOLDER_MUST, ANY),
    FIELD(city_facility, at.lat_e7, "lat", FOLDER_DEGREES, FOLDER_MUST, -90, 90, NULL, NULL),
    FIELD(city_facility, at.lng_e7, "lng", FOLDER_DEGREES, FOLDER_MUST, -180, 180, NULL, NULL),
    FIELD(city_facility, streams, "streams", FOLDER_STREAMS, FOLDER_MAY, ANY),
    FIELD(city_facility, open_s, "open", FOLDER_TIME, FOLDER_MUST, ANY),
    FIELD(city_facility, close_s, "close", FOLDER_TIME, FOLDER_MUST, ANY),
    FIELD(city_facility, unload_s, "unload_s", FOLDER_U32, FOLDER_MUST, 0, 14400, NULL, NULL),
    FIELD(city_facility, capacity_t_day, "capacity_t_day", FOLDER_F64, FOLDER_MUST, 0, 1e6, NULL,
          NULL),
};
/* What makes one vehicle out of a model comes first. */
enum { FOLDER_VEHICLE_OWN = 4 };
static const struct folder_field folder_vehicle_items[] = {
    FIELD(city_vehicle, id, "id", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(city_vehicle, plate, "plate", FOLDER_TEXT, FOLDER_MAY, ANY),
    FIELD(city_vehicle, depot, "depot", FOLDER_FACILITY, FOLDER_MUST, ANY),
    FIELD(city_vehicle, terminal, "terminal", FOLDER_ID, FOLDER_MAY, ANY),
    FIELD(city_vehicle, kind, "kind", FOLDER_WORD, FOLDER_MUST, 0, 0, folder_vehicle_word, NULL),
    {"compartments", FOLDER_COMPARTMENTS, 0, FOLDER_MAY, ANY},
    FIELD(city_vehicle, water_litres, "water_litres", FOLDER_U32, FOLDER_MAY, 0, 60000, NULL, NULL),
    FIELD(city_vehicle, shift_start_s, "shift_start", FOLDER_TIME, FOLDER_MUST, ANY),
    FIELD(city_vehicle, shift_end_s, "shift_end", FOLDER_TIME, FOLDER_MUST, ANY),
    FIELD(city_vehicle, break_s, "break_s", FOLDER_U32, FOLDER_MAY, 0, 14400, NULL, NULL),
    FIELD(city_vehicle, crew, "crew", FOLDER_U32, FOLDER_MUST, 0, 10, NULL, NULL),
    FIELD(city_vehicle, mass_kg, "mass_kg", FOLDER_U32, FOLDER_MUST, 1, 60000, NULL, NULL),
    FIELD(city_vehicle, height_cm, "height_cm", FOLDER_U32, FOLDER_MUST, 1, 500, NULL, NULL),
    FIELD(city_vehicle, speed_kmh_max, "speed_kmh_max", FOLDER_U32, FOLDER_MUST, 1, 120, NULL,
          NULL),
    FIELD(city_vehicle, work_kmh, "work_kmh", FOLDER_F64, FOLDER_MAY, 0, 40, NULL, NULL),
    FIELD(city_vehicle, cost_day, "cost_day", FOLDER_F64, FOLDER_MUST, 0, 1e6, NULL, NULL),
    FIELD(city_vehicle, cost_km, "cost_km", FOLDER_F64, FOLDER_MUST, 0, 1e4, NULL, NULL),
    FIELD(city_vehicle, cost_hour, "cost_hour", FOLDER_F64, FOLDER_MUST, 0, 1e4, NULL, NULL),
    FIELD(city_vehicle, energy, "energy", FOLDER_ID, FOLDER_MUST, ANY),
};

struct folder_fields folder_model_fields(void)
{
    return (struct folder_fields){folder_vehicle_items + FOLDER_VEHICLE_OWN,
                                  COUNT_OF(folder_vehicle_items) - FOLDER_VEHICLE_OWN};
}

static void folder_in_box(struct folder_reader *reader, const struct folder_table *table,
                          struct wgs84 at, const char *what)
{
    const struct geo_box *box = &reader->city->box;

    if (!geo_box_is_empty(box) && !geo_box_holds(box, at))
        folder_mistake(&reader->report, folder_table_mark(table, "lat"),
                       "the %s at %.7f, %.7f lies outside the map; correct lat and lng, or the "
                       "box in city.yaml",
                       what, geo_lat(at), geo_lng(at));
}

/* --- places --- */

static void folder_place_done(struct folder_reader *reader, struct folder_table *table, void *row,
                              uint32_t index)
{
    const struct city_place *place = row;
    struct folder_mark *marks = table->context;

    folder_in_box(reader, table, place->at, "place");
    marks[index] = folder_table_mark(table, "parent");
    if (place->kind == CITY_DISTRICT && place->parent != CITY_NONE)
        folder_mistake(&reader->report, marks[index], "a district has no parent; leave it empty");
    if (place->kind != CITY_DISTRICT && place->parent == CITY_NONE)
        folder_mistake(&reader->report, marks[index],
                       "parent is empty; name the place this one belongs to");
}

/* Kinds go down from district to point, so parents cannot run in a circle. */
static void folder_parents_check(struct folder_reader *reader, const struct folder_mark *marks)
{
    const struct city *city = reader->city;

    for (uint32_t i = 0; i < city->place_count && !folder_enough(&reader->report); i++) {
        const struct city_place *place = &city->places[i];
        if (!marks[i].line || place->parent == CITY_NONE)
            continue;
        enum city_place_kind above = city->places[place->parent].kind;
        if (above >= place->kind)
            folder_mistake(&reader->report, marks[i],
                           "a %s cannot belong to a %s; the order is district, street, compound, "
                           "point",
                           city_place_kind_name(place->kind), city_place_kind_name(above));
    }
}

static size_t folder_lines(struct str content)
{
    size_t count = 1;

    for (size_t i = 0; i < content.size; i++)
        count += content.data[i] == '\n';
    return count;
}

void folder_places_read(struct folder_reader *reader, struct str content)
{
    static const struct city_place none = {.parent = CITY_NONE};
    struct folder_mark *marks = mem_zero(folder_lines(content), sizeof *marks);
    struct folder_table table = {.fields = FOLDER_FIELDS(folder_place_items),
                                 .row_size = sizeof(struct city_place),
                                 .rows_max = FOLDER_PLACES_MAX,
                                 .row_done = folder_place_done,
                                 .context = marks};
    void *rows = NULL;

    if (!marks) {
        folder_no_memory(&reader->report);
        return;
    }
    folder_table_read(reader, &table, content, &none, &reader->places, &rows,
                      &reader->city->place_count);
    reader->city->places = rows;
    if (rows)
        folder_parents_check(reader, marks);
    mem_free(marks);
}

void folder_places_write(const struct city *city, struct buf *out)
{
    folder_table_write(city, FOLDER_FIELDS(folder_place_items), city->places, sizeof *city->places,
                       city->place_count, out);
}

/* --- bins --- */

static void folder_bin_done(struct folder_reader *reader, struct folder_table *table, void *row,
                            uint32_t index)
{
    const struct city_bin *bin = row;

    (void)index;
    folder_in_box(reader, table, bin->at, "bin");
    if (bin->place < reader->city->place_count &&
        reader->city->places[bin->place].kind != CITY_POINT)
        folder_mistake(&reader->report, folder_table_mark(table, "place"),
                       "a bin stands at a collection point; this place is a %s",
                       city_place_kind_name(reader->city->places[bin->place].kind));
}

void folder_bins_read(struct folder_reader *reader, struct str content)
{
    struct folder_table table = {.fields = FOLDER_FIELDS(folder_bin_items),
                                 .row_size = sizeof(struct city_bin),
                                 .rows_max = FOLDER_BINS_MAX,
                                 .row_done = folder_bin_done};
    struct map_str ids = {0};
    void *rows = NULL;

    folder_table_read(reader, &table, content, NULL, &ids, &rows, &reader->city->bin_count);
    reader->city->bins = rows;
    map_str_done(&ids);
}

void folder_bins_write(const struct city *city, struct buf *out)
{
    folder_table_write(city, FOLDER_FIELDS(folder_bin_items), city->bins, sizeof *city->bins,
                       city->bin_count, out);
}

/* --- facilities --- */

static void folder_facility_done(struct folder_reader *reader, struct folder_table *table,
                                 void *row, uint32_t index)
{
    const struct city_facility *facility = row;

    (void)index;
    folder_in_box(reader, table, facility->at, "facility");
    if (facility->open_s >= facility->close_s)
        folder_mistake(&reader->report, folder_table_mark(table, "close"),
                       "it closes before it opens; write a later time (after midnight as 26:00)");
}

void folder_facilities_read(struct folder_reader *reader, struct str content)
{
    struct folder_table table = {.fields = FOLDER_FIELDS(folder_facility_items),
                                 .row_size = sizeof(struct city_facility),
                                 .rows_max = FOLDER_FACILITIES_MAX,
                                 .row_done = folder_facility_done};
    void *rows = NULL;

    folder_table_read(reader, &table, content, NULL, &reader->facilities, &rows,
                      &reader->city->facility_count);
    reader->city->facilities = rows;
}

void folder_facilities_write(const struct city *city, struct buf *out)
{
    folder_table_write(city, FOLDER_FIELDS(folder_facility_items), city->facilities,
                       sizeof *city->facilities, city->facility_count, out);
}

/* --- fleet --- */

static void folder_vehicle_done(struct folder_reader *reader, struct folder_table *table, void *row,
                                uint32_t index)
{
    const struct city_vehicle *vehicle = row;

    (void)index;
    if (vehicle->depot < reader->city->facility_count &&
        reader->city->facilities[vehicle->depot].kind != CITY_DEPOT)
        folder_mistake(&reader->report, folder_table_mark(table, "depot"),
                       "this facility is a %s; name one of kind depot",
                       city_facility_kind_name(reader->city->facilities[vehicle->depot].kind));
    if (vehicle->shift_start_s + vehicle->break_s >= vehicle->shift_end_s)
        folder_mistake(&reader->report, folder_table_mark(table, "shift_end"),
                       "the shift ends before it starts and the break is over; write a later time "
                       "(after midnight as 30:00)");
    if (vehicle->kind == CITY_TRUCK && vehicle->compartment_count == 0)
        folder_mistake(&reader->report, folder_table_mark(table, "compartments"),
                       "a truck needs a compartment; write stream:litres:kg");
    bool works = vehicle->kind == CITY_SWEEPER || vehicle->kind == CITY_WASHER;
    if (works && !(vehicle->work_kmh > 0))
        folder_mistake(&reader->report, folder_table_mark(table, "work_kmh"),
                       "a %s needs its speed at work; write e.g. 6",
                       city_vehicle_kind_name(vehicle->kind));
}

void folder_fleet_read(struct folder_reader *reader, struct str content)
{
    struct folder_table table = {.fields = FOLDER_FIELDS(folder_vehicle_items),
                                 .row_size = sizeof(struct city_vehicle),
                                 .rows_max = FOLDER_FLEET_MAX,
                                 .row_done = folder_vehicle_done};
    struct map_str ids = {0};
    void *rows = NULL;

    folder_table_read(reader, &table, content, NULL, &ids, &rows, &reader->city->vehicle_count);
    reader->city->vehicles = rows;
    map_str_done(&ids);
}

void folder_fleet_write(const struct city *city, struct buf *out)
{
    folder_table_write(city, FOLDER_FIELDS(folder_vehicle_items), city->vehicles,
                       sizeof *city->vehicles, city->vehicle_count, out);
}
