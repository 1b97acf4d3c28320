/* points.c - see points.h. */
#include "folder/points.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "folder/parts.h"

enum { FOLDER_TAG_MAX = 128 };
#define FOLDER_CAPACITY_M3_MAX 40.0

struct folder_points_reader {
    struct folder_reader reader; /* first, so that a reader can be taken back to this */
    const struct folder_pack *pack;
    struct folder_points points;
    size_t capacity;
};

#define ANY 0, 0, NULL, NULL
#define FIELD(member, key, kind, need, ...)                                 \
    {                                                                       \
        key, kind, offsetof(struct folder_point, member), need, __VA_ARGS__ \
    }
static const struct folder_field folder_point_items[] = {
    FIELD(id, "id", FOLDER_ID, FOLDER_MAY, ANY),
    FIELD(stream, "stream", FOLDER_STREAM, FOLDER_MUST, ANY),
    FIELD(at.lat_e7, "lat", FOLDER_DEGREES, FOLDER_MUST, -90, 90, NULL, NULL),
    FIELD(at.lng_e7, "lng", FOLDER_DEGREES, FOLDER_MUST, -180, 180, NULL, NULL),
    FIELD(litres, "litres", FOLDER_U32, FOLDER_MAY, 10, 40000, NULL, NULL),
    FIELD(fill_pct, "fill_pct", FOLDER_F64, FOLDER_MAY, 0, 200, NULL, NULL),
    FIELD(sensor, "sensor", FOLDER_ID, FOLDER_MAY, ANY),
    FIELD(empty_mm, "empty_mm", FOLDER_U32, FOLDER_MAY, 0, 20000, NULL, NULL),
    FIELD(full_mm, "full_mm", FOLDER_U32, FOLDER_MAY, 0, 20000, NULL, NULL),
};

static void folder_point_default(const struct city *city, struct folder_point *point)
{
    if (point->litres == 0)
        point->litres = city->streams[point->stream].bin_litres;
    if (point->fill_pct < 0)
        point->fill_pct = 60; /* nobody said: half way to being collected */
}

static void folder_points_csv(struct folder_reader *reader, struct str content)
{
    struct folder_points *points = &((struct folder_points_reader *)(void *)reader)->points;
    static const struct folder_point none = {.stream = CITY_NONE, .fill_pct = -1};
    struct folder_table table = {.fields = FOLDER_FIELDS(folder_point_items),
                                 .row_size = sizeof(struct folder_point),
                                 .rows_max = FOLDER_BINS_MAX};
    void *rows = NULL;
    uint32_t count = 0;

    folder_table_read(reader, &table, content, &none, NULL, &rows, &count);
    if (reader->report.count || reader->report.err)
        return;
    points->items = rows;
    points->count = count;
    for (size_t i = 0; i < points->count; i++)
        folder_point_default(reader->city, &points->items[i]);
}

/* --- GeoJSON --- */

static struct folder_mark folder_json_mark(const struct json *json)
{
    return (struct folder_mark){json->mark_line, json->mark_column};
}

/* Hands the reader's mistake, if there is one, to the report. */
static void folder_json_told(struct folder_report *report, const struct json *json)
{
    if (!json->bad)
        return;
    if (json->diag.code == ERR_NOMEM)
        folder_no_memory(report);
    else
        folder_mistake(report, (struct folder_mark){json->diag.line, json->diag.column}, "%s",
                       json->diag.text);
}

struct folder_feature {
    struct folder_point point;
    struct folder_mark mark;
    uint32_t rule; /* the least of the pack's rules that a tag met */
    double numbers[2];
    bool is_point;
    bool has_place;
};

static void folder_feature_tag(struct folder_points_reader *points, struct folder_feature *feature,
                               struct str key, struct str value)
{
    char tag[2 * FOLDER_TAG_MAX];
    double m3;

    if (key.size >= FOLDER_TAG_MAX || value.size >= FOLDER_TAG_MAX)
        return;
    memcpy(tag, key.data, key.size);
    tag[key.size] = '=';
    if (value.size)
        memcpy(tag + key.size + 1, value.data, value.size);
    struct str whole = {tag, key.size + 1 + value.size};
    for (uint32_t i = 0; i < points->pack->container_count && i < feature->rule; i++)
        if (str_eq(whole, points->pack->containers[i].tag))
            feature->rule = i;
    if (str_eq(key, STR("capacity")) && !str_f64(value, &m3) && m3 > 0.01 &&
        m3 <= FOLDER_CAPACITY_M3_MAX)
        feature->point.litres = (uint32_t)lround(m3 * 1000);
}

static void folder_feature_property(struct folder_points_reader *points,
                                    struct folder_feature *feature, struct str key,
                                    const struct json *json)
{
    struct folder_fields fields = FOLDER_FIELDS(folder_point_items);
    const struct folder_field *field = folder_field_find(fields, key);
    /* An OpenStreetMap feature has an id such as node/1, which is no reason to stop. */
    bool ours = field && (field->type == FOLDER_STREAM || field->type == FOLDER_U32 ||
                          field->type == FOLDER_F64);

    if (ours)
        folder_value_read(&points->reader, field, json_text(json), folder_json_mark(json),
                          &feature->point);
    else
        folder_feature_tag(points, feature, key, json_text(json));
}

static void folder_feature_properties(struct folder_points_reader *points,
                                      struct folder_feature *feature, struct json *json)
{
    char key[FOLDER_TAG_MAX];

    for (enum json_token token = json_next(json); token == JSON_KEY; token = json_next(json)) {
        struct str text = json_text(json);
        size_t size = text.size < sizeof key ? text.size : sizeof key;
        memcpy(key, text.data, size);
        token = json_next(json);
        if (token == JSON_STRING || token == JSON_NUMBER)
            folder_feature_property(points, feature, (struct str){key, size}, json);
        else
            json_skip(json, token);
    }
}

static void folder_feature_place(struct folder_feature *feature, struct json *json)
{
    size_t count = 0;
    enum json_token token = json_next(json);

    for (; token == JSON_NUMBER; token = json_next(json)) {
        if (count < 2 && str_f64(json_text(json), &feature->numbers[count]) == OK)
            count++;
    }
    feature->has_place = count == 2;
    while (!json->bad && token != JSON_ARRAY_END) { /* a line or an area */
        json_skip(json, token);
        feature->has_place = false;
        token = json_next(json);
    }
}

static void folder_feature_geometry(struct folder_feature *feature, struct json *json)
{
    for (enum json_token token = json_next(json); token == JSON_KEY; token = json_next(json)) {
        bool type = str_eq(json_text(json), STR("type"));
        bool place = str_eq(json_text(json), STR("coordinates"));
        token = json_next(json);
        if (type && token == JSON_STRING)
            feature->is_point = str_eq(json_text(json), STR("Point"));
        else if (place && token == JSON_ARRAY)
            folder_feature_place(feature, json);
        else
            json_skip(json, token);
    }
}

static void folder_feature_keep(struct folder_points_reader *points, struct folder_feature *feature)
{
    struct folder_point *point = &feature->point;

    if (point->stream == CITY_NONE && feature->rule < points->pack->container_count)
        point->stream = points->pack->containers[feature->rule].stream;
    if (!feature->is_point || !feature->has_place || point->stream == CITY_NONE) {
        points->points.skipped++;
        return;
    }
    if (geo_wgs84_of(feature->numbers[1], feature->numbers[0], &point->at)) {
        folder_mistake(&points->reader.report, feature->mark,
                       "the point lies nowhere on Earth; GeoJSON writes [lng, lat] in degrees");
        return;
    }
    folder_point_default(points->reader.city, point);
    void *items = points->points.items;
    if (points->points.count == FOLDER_BINS_MAX ||
        mem_reserve(&items, &points->capacity, points->points.count + 1, sizeof *point)) {
        folder_no_memory(&points->reader.report);
        return;
    }
    points->points.items = items;
    points->points.items[points->points.count++] = *point;
}

static void folder_feature_read(struct folder_points_reader *points, struct json *json)
{
    struct folder_feature feature = {.point = {.stream = CITY_NONE, .fill_pct = -1},
                                     .mark = folder_json_mark(json),
                                     .rule = UINT32_MAX};

    for (enum json_token token = json_next(json); token == JSON_KEY; token = json_next(json)) {
        bool properties = str_eq(json_text(json), STR("properties"));
        bool geometry = str_eq(json_text(json), STR("geometry"));
        token = json_next(json);
        if (properties && token == JSON_OBJECT)
            folder_feature_properties(points, &feature, json);
        else if (geometry && token == JSON_OBJECT)
            folder_feature_geometry(&feature, json);
        else
            json_skip(json, token);
    }
    if (!json->bad)
        folder_feature_keep(points, &feature);
}

static void folder_points_features(struct folder_points_reader *points, struct json *json)
{
    enum json_token token = json_next(json);

    if (token != JSON_ARRAY) {
        folder_mistake(&points->reader.report, folder_json_mark(json), "`features` must be a list");
        json_skip(json, token);
        return;
    }
    for (token = json_next(json); token == JSON_OBJECT; token = json_next(json))
        if (!folder_enough(&points->reader.report))
            folder_feature_read(points, json);
        else
            json_skip(json, token);
    if (token != JSON_ARRAY_END && !json->bad) {
        /* the rest of the list has no meaning */
        json_refuse(json, ERR_INVALID, "a feature must be an object");
    }
}

static void folder_points_geojson(struct folder_reader *reader, struct str content)
{
    struct folder_points_reader *points = (struct folder_points_reader *)(void *)reader;
    struct json json;
    bool features = false;

    json_init(&json, content);
    enum json_token token = json_next(&json);
    if (token != JSON_OBJECT)
        json_refuse(&json, ERR_INVALID, "a FeatureCollection is expected");
    for (token = json_next(&json); token == JSON_KEY; token = json_next(&json)) {
        if (str_eq(json_text(&json), STR("features"))) {
            features = true;
            folder_points_features(points, &json);
        } else {
            json_skip(&json, json_next(&json));
        }
    }
    if (!json.bad && (token != JSON_OBJECT_END || json_next(&json) != JSON_END))
        json_refuse(&json, ERR_INVALID, "text after the FeatureCollection; remove it");
    if (!json.bad && !features)
        folder_mistake(&reader->report, (struct folder_mark){1, 1},
                       "no `features`; a FeatureCollection is expected");
    folder_json_told(&reader->report, &json);
    json_done(&json);
}

static void folder_points_any(struct folder_reader *reader, struct str content)
{
    struct str start = content;

    if (str_starts(start, STR("\xEF\xBB\xBF")))
        start = (struct str){start.data + 3, start.size - 3};
    start = str_trim(start);
    if (start.size && (start.data[0] == '{' || start.data[0] == '['))
        folder_points_geojson(reader, content);
    else
        folder_points_csv(reader, content);
}

/* `path` as it is, not inside a folder. */
static enum err folder_one_read(struct folder_reader *reader, const char *path,
                                void (*read)(struct folder_reader *, struct str), struct diag *diag)
{
    const struct folder_file file = {path, FOLDER_TABLE_BYTES_MAX, false, read, NULL};

    folder_path_read(reader, path, &file);
    return folder_report_end(&reader->report, diag);
}

/* Moves GeoJSON's points, which grew on the heap, into the city's arena. */
static enum err folder_points_keep(struct folder_points_reader *points, struct diag *diag)
{
    const struct folder_report *report = &points->reader.report;
    size_t count = points->points.count;

    enum err err = folder_report_end(report, diag);
    if (points->capacity == 0)
        return err;
    void *grown = points->points.items;
    if (!err) {
        points->points.items =
            arena_zero(&points->reader.city->arena, count, sizeof *points->points.items);
        if (points->points.items)
            memcpy(points->points.items, grown, count * sizeof *points->points.items);
        else
            err = diag_set(diag, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    }
    mem_free(grown);
    return err;
}

enum err folder_points_read(const char *path, const struct folder_pack *pack, struct city *city,
                            const struct folder_sink *sink, struct folder_points *ret_points,
                            struct diag *diag)
{
    const struct folder_file file = {path, FOLDER_TABLE_BYTES_MAX, false, folder_points_any, NULL};
    struct folder_points_reader points = {
        .reader = {.report = {.sink = sink, .file = path}, .city = city}, .pack = pack};

    folder_path_read(&points.reader, path, &file);
    enum err err = folder_points_keep(&points, diag);
    if (!err)
        *ret_points = points.points;
    return err;
}

enum err folder_points_parse(const char *name, struct str content, const struct folder_pack *pack,
                             struct city *city, const struct folder_sink *sink,
                             struct folder_points *ret_points, struct diag *diag)
{
    struct folder_points_reader points = {
        .reader = {.report = {.sink = sink, .file = name}, .city = city}, .pack = pack};

    folder_points_any(&points.reader, content);
    enum err err = folder_points_keep(&points, diag);
    if (!err)
        *ret_points = points.points;
    return err;
}

/* Ids that the city has already, for tables that refer to them. */
static enum err folder_known(struct folder_reader *reader)
{
    const struct city *city = reader->city;
    enum err err = OK;

    for (uint32_t i = 0; i < city->facility_count && !err; i++)
        err = map_str_add(&reader->facilities, city->facilities[i].id, i);
    return err;
}

enum err folder_facilities_load(const char *path, struct city *city, const struct folder_sink *sink,
                                struct diag *diag)
{
    struct folder_reader reader = {.report = {.sink = sink, .file = path}, .city = city};

    enum err err = folder_one_read(&reader, path, folder_facilities_read, diag);
    map_str_done(&reader.facilities);
    return err;
}

enum err folder_fleet_load(const char *path, struct city *city, const struct folder_sink *sink,
                           struct diag *diag)
{
    struct folder_reader reader = {.report = {.sink = sink, .file = path}, .city = city};

    enum err err = folder_known(&reader);
    if (err)
        err = diag_at(diag, err, path, 0, 0, "%s", err_text(err));
    else
        err = folder_one_read(&reader, path, folder_fleet_read, diag);
    map_str_done(&reader.facilities);
    return err;
}
