/* value.c - see value.h. A type is a row of a table: how it is read and how it is written. */
#include "folder/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FOLDER_ID_MAX = 64, FOLDER_HOURS_MAX = 48, FOLDER_KEY_MAX = 48 };

struct folder_at {
    struct folder_reader *reader;
    const struct folder_field *field;
    struct folder_mark mark;
};

static void folder_wrong(const struct folder_at *at, struct str text, const char *want)
{
    folder_mistake(&at->reader->report, at->mark, "%s: `%.*s` is not right; write %s",
                   at->field->key, STR_ARG(folder_short(text)), want);
}

static void folder_keep_text(const struct folder_at *at, struct str text, struct str *ret)
{
    if (arena_str(&at->reader->city->arena, text, ret))
        folder_no_memory(&at->reader->report);
}

static void folder_read_text(const struct folder_at *at, struct str text, void *member)
{
    folder_keep_text(at, text, member);
}

static void folder_read_id(const struct folder_at *at, struct str text, void *member)
{
    bool good = text.size <= FOLDER_ID_MAX;

    for (size_t i = 0; i < text.size; i++)
        good = good && (unsigned char)text.data[i] > ' ' && !strchr(",;:\"", text.data[i]);
    if (!good) {
        folder_wrong(at, text, "an id of 1 to 64 letters, digits or dashes, without blanks");
        return;
    }
    folder_keep_text(at, text, member);
}

static bool folder_bounded(const struct folder_at *at, struct str text, double value)
{
    const struct folder_field *field = at->field;
    char want[96];

    if ((field->min == 0 && field->max == 0) || (value >= field->min && value <= field->max))
        return true;
    snprintf(want, sizeof want, "a number from %.10g to %.10g", field->min, field->max);
    folder_wrong(at, text, want);
    return false;
}

static bool folder_whole(const struct folder_at *at, struct str text, uint64_t most, uint64_t *ret)
{
    enum err err = str_u64(text, ret);

    if (err == ERR_RANGE || (!err && *ret > most))
        folder_wrong(at, text, "a smaller number");
    else if (err)
        folder_wrong(at, text, "a whole number, 0 or more, in digits");
    else
        return folder_bounded(at, text, (double)*ret);
    return false;
}

static void folder_read_u32(const struct folder_at *at, struct str text, void *member)
{
    uint64_t value;

    if (folder_whole(at, text, UINT32_MAX, &value))
        *(uint32_t *)member = (uint32_t)value;
}

static void folder_read_u64(const struct folder_at *at, struct str text, void *member)
{
    uint64_t value;

    if (folder_whole(at, text, UINT64_MAX, &value))
        *(uint64_t *)member = value;
}

static void folder_read_f64(const struct folder_at *at, struct str text, void *member)
{
    double value;

    if (str_f64(text, &value))
        folder_wrong(at, text, "a number with a decimal point, e.g. 12.5");
    else if (folder_bounded(at, text, value))
        *(double *)member = value;
}

static void folder_read_degrees(const struct folder_at *at, struct str text, void *member)
{
    double value;

    if (str_f64(text, &value))
        folder_wrong(at, text, "degrees with a decimal point, e.g. 26.8933");
    else if (folder_bounded(at, text, value))
        *(int32_t *)member = (int32_t)lround(value * GEO_E7);
}

/* "h:mm" or "hh:mm", up to 48:00, so that a night shift may end after midnight. */
static bool folder_hhmm(struct str text, int32_t *ret_s)
{
    struct str minute = text;
    struct str hour = str_cut(&minute, ':');
    uint64_t h;
    uint64_t m;

    if (hour.size < 1 || hour.size > 2 || minute.size != 2 || str_u64(hour, &h) ||
        str_u64(minute, &m) || m > 59 || h * 60 + m > FOLDER_HOURS_MAX * 60)
        return false;
    *ret_s = (int32_t)(h * 3600 + m * 60);
    return true;
}

static void folder_read_time(const struct folder_at *at, struct str text, void *member)
{
    int32_t second;

    if (folder_hhmm(text, &second))
        *(int32_t *)member = second;
    else
        folder_wrong(at, text, "a time of day as hh:mm; after midnight goes on as 25:30");
}

static void folder_read_offset(const struct folder_at *at, struct str text, void *member)
{
    int32_t second;
    bool sign = text.size > 1 && (text.data[0] == '+' || text.data[0] == '-');

    if (!sign || !folder_hhmm((struct str){text.data + 1, text.size - 1}, &second) ||
        second > 14 * 3600) {
        folder_wrong(at, text, "the offset from UTC in quotes, e.g. \"+08:00\"");
        return;
    }
    *(int32_t *)member = text.data[0] == '-' ? -second : second;
}

static void folder_read_bool(const struct folder_at *at, struct str text, void *member)
{
    if (str_eq(text, STR("true")))
        *(bool *)member = true;
    else if (str_eq(text, STR("false")))
        *(bool *)member = false;
    else
        folder_wrong(at, text, "true or false");
}

static int folder_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void folder_read_colour(const struct folder_at *at, struct str text, void *member)
{
    uint32_t value = 0;
    bool good = text.size == 7 && text.data[0] == '#';

    for (size_t i = 1; good && i < text.size; i++) {
        int digit = folder_hex(text.data[i]);
        good = digit >= 0;
        value = value << 4 | (uint32_t)(digit & 15);
    }
    if (good)
        *(uint32_t *)member = value;
    else
        folder_wrong(at, text, "a colour in quotes, as \"#00A650\"");
}

void folder_words(const struct folder_field *field, size_t size, char *ret_text)
{
    size_t used = 0;

    ret_text[0] = '\0';
    for (unsigned i = 0; field->word(i) && used < size; i++)
        used +=
            (size_t)snprintf(ret_text + used, size - used, "%s%s", i ? ", " : "", field->word(i));
}

static void folder_read_word(const struct folder_at *at, struct str text, void *member)
{
    char words[200];
    char want[220];

    for (unsigned i = 0; at->field->word(i); i++) {
        if (str_eq(text, str_of(at->field->word(i)))) {
            *(unsigned *)member = i;
            return;
        }
    }
    folder_words(at->field, sizeof words, words);
    snprintf(want, sizeof want, "one of: %s", words);
    folder_wrong(at, text, want);
}

static void folder_read_date(const struct folder_at *at, struct str text, void *member)
{
    struct clock_date date;

    if (clock_date_parse(text, &date))
        folder_wrong(at, text, "a day of the calendar as 2026-10-01");
    else
        *(int64_t *)member = clock_day_of(date);
}

static void folder_read_window(const struct folder_at *at, struct str text, void *member)
{
    struct str end = text;
    struct str start = str_cut(&end, '-');
    struct city_window window;

    if (folder_hhmm(start, &window.start_s) && folder_hhmm(end, &window.end_s) &&
        window.start_s < window.end_s)
        *(struct city_window *)member = window;
    else
        folder_wrong(at, text, "a window as \"04:00-06:30\", the end after the start");
}

static uint32_t folder_stream_of(const struct folder_at *at, struct str code)
{
    char codes[160] = "";
    char want[220];
    size_t used = 0;
    const struct city *city = at->reader->city;
    uint32_t stream = city_stream_find(city, code);

    if (stream != CITY_NONE)
        return stream;
    for (uint32_t i = 0; i < city->stream_count && used < sizeof codes; i++)
        used += (size_t)snprintf(codes + used, sizeof codes - used, "%s%.*s", i ? ", " : "",
                                 STR_ARG(city->streams[i].code));
    snprintf(want, sizeof want, "a stream of streams.yaml (%s), or add it there", codes);
    folder_wrong(at, code, want);
    return CITY_NONE;
}

static void folder_read_stream(const struct folder_at *at, struct str text, void *member)
{
    *(uint32_t *)member = folder_stream_of(at, text);
}

static void folder_read_streams(const struct folder_at *at, struct str text, void *member)
{
    uint32_t mask = 0;

    while (text.size) {
        uint32_t stream = folder_stream_of(at, str_trim(str_cut(&text, ';')));
        if (stream == CITY_NONE)
            return;
        mask |= UINT32_C(1) << stream;
    }
    *(uint32_t *)member = mask;
}

static void folder_read_ref(const struct folder_at *at, const struct map_str *map, const char *want,
                            struct str text, uint32_t *ret_index)
{
    if (!map_str_get(map, text, ret_index))
        folder_wrong(at, text, want);
}

static void folder_read_place(const struct folder_at *at, struct str text, void *member)
{
    folder_read_ref(at, &at->reader->places, "the id of a row of places.csv, or add the row", text,
                    member);
}

static void folder_read_facility(const struct folder_at *at, struct str text, void *member)
{
    folder_read_ref(at, &at->reader->facilities,
                    "the id of a row of facilities.csv, or add the row", text, member);
}

static bool folder_compartment(const struct folder_at *at, struct str text,
                               struct city_compartment *ret)
{
    struct str kg = text;
    struct str stream = str_cut(&kg, ':');
    struct str litres = str_cut(&kg, ':');
    uint64_t l;
    uint64_t k;

    if (str_u64(litres, &l) || str_u64(kg, &k) || l == 0 || k == 0 || l > 100000 || k > 60000) {
        folder_wrong(at, text,
                     "stream:litres:kg with positive numbers, several joined by ';', e.g. "
                     "F:5000:4000 (stream - for sweepings)");
        return false;
    }
    *ret = (struct city_compartment){CITY_NONE, (uint32_t)l, (uint32_t)k};
    if (str_eq(stream, STR("-")))
        return true;
    ret->stream = folder_stream_of(at, stream);
    return ret->stream != CITY_NONE;
}

static void folder_read_compartments(const struct folder_at *at, struct str text, void *member)
{
    struct city_vehicle *vehicle = member;

    vehicle->compartment_count = 0;
    while (text.size) {
        struct str part = str_trim(str_cut(&text, ';'));
        if (vehicle->compartment_count == CITY_COMPARTMENTS_MAX) {
            folder_wrong(at, part, "at most 4 compartments");
            return;
        }
        if (!folder_compartment(at, part, &vehicle->compartments[vehicle->compartment_count]))
            return;
        vehicle->compartment_count++;
    }
}

/* --- writing --- */

static void folder_write_text(const struct city *city, const void *member, struct buf *out)
{
    (void)city;
    buf_str(out, *(const struct str *)member);
}

static void folder_write_u32(const struct city *city, const void *member, struct buf *out)
{
    (void)city;
    buf_printf(out, "%u", *(const uint32_t *)member);
}

static void folder_write_u64(const struct city *city, const void *member, struct buf *out)
{
    (void)city;
    buf_printf(out, "%llu", (unsigned long long)*(const uint64_t *)member);
}

/* The shortest text that reads back to the same number. */
static void folder_write_f64(const struct city *city, const void *member, struct buf *out)
{
    char text[40];
    double value = *(const double *)member;
    double back = 0;

    (void)city;
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (!str_f64(str_of(text), &back) && !(back < value) && !(back > value))
            break;
    }
    buf_str(out, str_of(text));
}

static void folder_write_degrees(const struct city *city, const void *member, struct buf *out)
{
    int64_t value = *(const int32_t *)member;
    long long size = (long long)(value < 0 ? -value : value);

    (void)city;
    buf_printf(out, "%s%lld.%07lld", value < 0 ? "-" : "", size / 10000000, size % 10000000);
}

static void folder_put_hhmm(int32_t second, struct buf *out)
{
    buf_printf(out, "%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60));
}

static void folder_write_time(const struct city *city, const void *member, struct buf *out)
{
    (void)city;
    folder_put_hhmm(*(const int32_t *)member, out);
}

static void folder_write_offset(const struct city *city, const void *member, struct buf *out)
{
    int32_t second = *(const int32_t *)member;

    (void)city;
    buf_char(out, second < 0 ? '-' : '+');
    folder_put_hhmm(second < 0 ? -second : second, out);
}

static void folder_write_bool(const struct city *city, const void *member, struct buf *out)
{
    (void)city;
    buf_str(out, *(const bool *)member ? STR("true") : STR("false"));
}

static void folder_write_colour(const struct city *city, const void *member, struct buf *out)
{
    (void)city;
    buf_printf(out, "#%06X", *(const uint32_t *)member & 0xFFFFFFu);
}

static void folder_write_date(const struct city *city, const void *member, struct buf *out)
{
    struct clock_date date = clock_date_of(*(const int64_t *)member);

    (void)city;
    buf_printf(out, "%04d-%02u-%02u", (int)date.year, date.month, date.day);
}

static void folder_write_window(const struct city *city, const void *member, struct buf *out)
{
    const struct city_window *window = member;

    (void)city;
    folder_put_hhmm(window->start_s, out);
    buf_char(out, '-');
    folder_put_hhmm(window->end_s, out);
}

static void folder_write_stream(const struct city *city, const void *member, struct buf *out)
{
    uint32_t stream = *(const uint32_t *)member;

    buf_str(out, stream == CITY_NONE ? STR("-") : city->streams[stream].code);
}

static void folder_write_streams(const struct city *city, const void *member, struct buf *out)
{
    uint32_t mask = *(const uint32_t *)member;
    bool first = true;

    for (uint32_t i = 0; i < city->stream_count; i++) {
        if (!(mask >> i & 1))
            continue;
        if (!first)
            buf_char(out, ';');
        buf_str(out, city->streams[i].code);
        first = false;
    }
}

static void folder_write_place(const struct city *city, const void *member, struct buf *out)
{
    uint32_t place = *(const uint32_t *)member;

    if (place != CITY_NONE)
        buf_str(out, city->places[place].id);
}

static void folder_write_facility(const struct city *city, const void *member, struct buf *out)
{
    uint32_t facility = *(const uint32_t *)member;

    if (facility != CITY_NONE)
        buf_str(out, city->facilities[facility].id);
}

static void folder_write_compartments(const struct city *city, const void *member, struct buf *out)
{
    const struct city_vehicle *vehicle = member;

    for (uint32_t i = 0; i < vehicle->compartment_count; i++) {
        const struct city_compartment *part = &vehicle->compartments[i];
        if (i)
            buf_char(out, ';');
        folder_write_stream(city, &part->stream, out);
        buf_printf(out, ":%u:%u", part->litres, part->kg);
    }
}

static const struct {
    void (*read)(const struct folder_at *at, struct str text, void *member);
    void (*write)(const struct city *city, const void *member, struct buf *out);
} folder_types[FOLDER_TYPES] = {
    [FOLDER_TEXT] = {folder_read_text, folder_write_text},
    [FOLDER_ID] = {folder_read_id, folder_write_text},
    [FOLDER_U32] = {folder_read_u32, folder_write_u32},
    [FOLDER_U64] = {folder_read_u64, folder_write_u64},
    [FOLDER_F64] = {folder_read_f64, folder_write_f64},
    [FOLDER_DEGREES] = {folder_read_degrees, folder_write_degrees},
    [FOLDER_TIME] = {folder_read_time, folder_write_time},
    [FOLDER_OFFSET] = {folder_read_offset, folder_write_offset},
    [FOLDER_BOOL] = {folder_read_bool, folder_write_bool},
    [FOLDER_COLOUR] = {folder_read_colour, folder_write_colour},
    [FOLDER_WORD] = {folder_read_word, NULL},
    [FOLDER_DATE] = {folder_read_date, folder_write_date},
    [FOLDER_WINDOW] = {folder_read_window, folder_write_window},
    [FOLDER_STREAM] = {folder_read_stream, folder_write_stream},
    [FOLDER_STREAMS] = {folder_read_streams, folder_write_streams},
    [FOLDER_PLACE] = {folder_read_place, folder_write_place},
    [FOLDER_FACILITY] = {folder_read_facility, folder_write_facility},
    [FOLDER_COMPARTMENTS] = {folder_read_compartments, folder_write_compartments},
};

void folder_value_read(struct folder_reader *reader, const struct folder_field *field,
                       struct str text, struct folder_mark mark, void *row)
{
    const struct folder_at at = {reader, field, mark};
    size_t bad;

    ASSERT(folder_types[field->type].read);
    if (text.size == 0) {
        if (field->need == FOLDER_MUST)
            folder_mistake(&reader->report, mark, "%s is empty; give it a value", field->key);
        return;
    }
    if (!str_utf8(text, &bad)) {
        folder_mistake(&reader->report, mark,
                       "%s is not UTF-8 (byte %zu of the value); save the file as UTF-8",
                       field->key, bad + 1);
        return;
    }
    folder_types[field->type].read(&at, text, (char *)row + field->offset);
}

void folder_value_write(const struct city *city, const struct folder_field *field, const void *row,
                        struct buf *out)
{
    const char *member = (const char *)row + field->offset;

    if (field->type == FOLDER_WORD)
        buf_str(out, str_of(field->word(*(const unsigned *)(const void *)member)));
    else if (folder_types[field->type].write)
        folder_types[field->type].write(city, member, out);
}

/* Edit distance of two short keys, by rows. */
static size_t folder_distance(struct str a, struct str b)
{
    size_t row[FOLDER_KEY_MAX + 1];

    for (size_t j = 0; j <= b.size; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            size_t change = diagonal + (a.data[i - 1] != b.data[j - 1]);
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = change < least ? change : least;
        }
    }
    return row[b.size];
}

const char *folder_nearest(struct folder_fields fields, struct str key)
{
    const char *nearest = NULL;
    size_t least = key.size / 3 + 2;

    if (key.size > FOLDER_KEY_MAX)
        return NULL;
    for (size_t i = 0; i < fields.count; i++) {
        struct str known = str_of(fields.items[i].key);
        if (known.size > FOLDER_KEY_MAX)
            continue;
        size_t distance = folder_distance(key, known);
        if (distance < least) {
            least = distance;
            nearest = fields.items[i].key;
        }
    }
    return nearest;
}

const struct folder_field *folder_field_find(struct folder_fields fields, struct str key)
{
    for (size_t i = 0; i < fields.count; i++)
        if (str_eq(key, str_of(fields.items[i].key)))
            return &fields.items[i];
    return NULL;
}
