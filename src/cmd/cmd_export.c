/* cmd_export.c - `yancheng export DIR WHAT`: what is stored, as CSV or JSON, also while the server
 * runs.
 *
 * A row is written by one list of fields, for CSV, its head line and JSON alike. Memory does not
 * grow with the table: rows come by pages.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/json.h"
#include "base/jw.h"
#include "cmd/cmd.h"
#include "store/hour.h"

static const char export_help[] =
    "Usage: yancheng export DIR WHAT [--since T] [--until T] [--device NAME] [--csv|--json]\n\n"
    "Writes what devices said to stdout, in the order of their own clocks. DIR is the city's\n"
    "folder; its server may run. WHAT is one of\n"
    "positions, readings, events\n"
    "                 each as it was sent\n"
    "position-hours, reading-hours\n"
    "                 sums of an hour and a device; made every hour, and kept when the others go\n"
    "--since T        from this device time on\n"
    "--until T        before this device time\n"
    "                 T is 2026-11-24T06:30:00+08:00, a date (midnight UTC) or seconds since 1970\n"
    "--device NAME    only this terminal (its number) or sensor\n"
    "--csv            a table with a head line; the default\n"
    "--json           a line of JSON for each row\n"
    "positions: speed in km/h, heading in degrees, altitude in m, mileage in km; status and alarm\n"
    "are the terminal's words as numbers. events: the body in hex, and as data where it is JSON.\n"
    "Times are UTC. A device time that was no date is empty (null).\n";

enum { EXPORT_FLUSH_BYTES = 1 << 16, EXPORT_BUF_MAX = 3 * STORE_BODY_MAX };

struct export_call {
    const char *folder;
    const char *device;
    struct store_read read;
    bool hours; /* their sums instead of facts */
    bool json, help;
    struct buf out;
    struct jw jw;
    bool head;  /* the head line is being written, not a row */
    bool comma; /* the next field is not the line's first */
    struct diag *diag;
};

/* --- fields --- */

/* Begins a field. False when its name was all there is to write. */
static bool export_field(struct export_call *call, const char *name)
{
    if (call->json) {
        jw_key(&call->jw, name);
        return true;
    }
    if (call->comma)
        buf_char(&call->out, ',');
    call->comma = true;
    if (call->head)
        buf_str(&call->out, str_of(name));
    return !call->head;
}

static void export_none(struct export_call *call)
{
    if (call->json)
        jw_null(&call->jw);
}

static void export_text(struct export_call *call, const char *name, struct str text)
{
    if (!export_field(call, name))
        return;
    if (call->json)
        jw_str(&call->jw, text);
    else
        csv_put(&call->out, text);
}

static void export_time(struct export_call *call, const char *name, struct utc_us at)
{
    char room[CLOCK_RFC3339_SIZE];

    if (!export_field(call, name))
        return;
    if (at.us == 0)
        export_none(call);
    else if (call->json)
        jw_str(&call->jw, clock_rfc3339_text(at, room));
    else
        buf_str(&call->out, clock_rfc3339_text(at, room));
}

static void export_i64(struct export_call *call, const char *name, bool known, int64_t value)
{
    if (!export_field(call, name))
        return;
    if (!known)
        export_none(call);
    else if (call->json)
        jw_i64(&call->jw, value);
    else
        buf_printf(&call->out, "%lld", (long long)value);
}

static void export_bool(struct export_call *call, const char *name, bool known, bool value)
{
    if (!export_field(call, name))
        return;
    if (!known)
        export_none(call);
    else if (call->json)
        jw_bool(&call->jw, value);
    else
        buf_str(&call->out, value ? STR("true") : STR("false"));
}

static void export_f64(struct export_call *call, const char *name, bool known, double value,
                       int decimals)
{
    if (!export_field(call, name))
        return;
    if (!known)
        export_none(call);
    else if (call->json)
        jw_f64(&call->jw, value, decimals);
    else
        buf_printf(&call->out, "%.*f", decimals, value);
}

/* Hexadecimal digits need no quotes in either form but those of JSON's text. */
static void export_hex(struct export_call *call, const char *name, struct bytes bytes)
{
    static const char digits[] = "0123456789abcdef";

    if (!export_field(call, name))
        return;
    if (call->json)
        jw_str(&call->jw, STR(""));
    if (call->json && call->out.size > 0)
        call->out.size--; /* the digits go inside the quotes */
    for (size_t i = 0; i < bytes.size; i++) {
        buf_char(&call->out, digits[bytes.data[i] >> 4]);
        buf_char(&call->out, digits[bytes.data[i] & 15]);
    }
    if (call->json)
        buf_char(&call->out, '"');
}

/* What a truck's body says is kept as JSON, most other events as the bytes that came. */
static bool export_is_object(struct str text)
{
    struct json json;

    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\n') /* a row is a line */
            return false;
    json_init(&json, text);
    enum json_token token = json_next(&json);
    json_skip(&json, token);
    bool whole = token == JSON_OBJECT && json_end(&json, NULL) == OK;
    json_done(&json);
    return whole;
}

static void export_object(struct export_call *call, const char *name, struct str text)
{
    if (!export_field(call, name))
        return;
    if (!export_is_object(text))
        export_none(call);
    else if (call->json)
        jw_raw(&call->jw, text);
    else
        csv_put(&call->out, text);
}

static void export_e7(struct export_call *call, const char *name, bool known, int32_t degrees_e7)
{
    export_f64(call, name, known, degrees_e7 / 1e7, 7);
}

static void export_position(struct export_call *call, const struct store_position *position)
{
    export_e7(call, "lat", true, position->place.lat_e7);
    export_e7(call, "lng", true, position->place.lng_e7);
    export_f64(call, "speed", true, position->speed_dkmh / 10.0, 1);
    export_i64(call, "heading", true, position->heading_deg);
    export_i64(call, "altitude", true, position->altitude_m);
    export_f64(call, "mileage", position->odometer_dkm != STORE_NO_ODOMETER,
               position->odometer_dkm / 10.0, 1);
    export_i64(call, "status", true, position->status);
    export_i64(call, "alarm", true, position->alarm);
    export_i64(call, "flags", true, position->flags);
    export_hex(call, "items", position->items);
}

static void export_reading(struct export_call *call, const struct store_reading *reading)
{
    uint32_t fields = reading->fields;

    export_i64(call, "distance_mm", fields & STORE_READING_DISTANCE, reading->distance_mm);
    export_f64(call, "fill_pct", fields & STORE_READING_FILL, reading->fill_bp / 100.0, 2);
    export_f64(call, "battery_pct", fields & STORE_READING_BATTERY_PCT,
               reading->battery_dpct / 10.0, 1);
    export_i64(call, "battery_mv", fields & STORE_READING_BATTERY_MV, reading->battery_mv);
    export_f64(call, "temperature_c", fields & STORE_READING_TEMPERATURE,
               reading->temperature_cc / 100.0, 2);
    export_f64(call, "weight_kg", fields & STORE_READING_WEIGHT, reading->weight_g / 1000.0, 3);
    export_bool(call, "tilt", fields & STORE_READING_TILT, reading->tilt);
    export_bool(call, "alarm", fields & STORE_READING_ALARM, reading->alarm);
    export_e7(call, "lat", fields & STORE_READING_PLACE, reading->place.lat_e7);
    export_e7(call, "lng", fields & STORE_READING_PLACE, reading->place.lng_e7);
    export_bool(call, "invalid", true, fields & STORE_READING_INVALID);
}

static void export_fields(struct export_call *call, const struct store_row *row)
{
    export_text(call, "device", row->name);
    export_text(call, "unit", row->unit);
    export_time(call, "time", row->key.at);
    export_time(call, "received", row->key.received);
    if (row->table == STORE_POSITIONS) {
        export_position(call, &row->position);
    } else if (row->table == STORE_READINGS) {
        export_reading(call, &row->reading);
    } else {
        export_text(call, "kind", row->event.kind);
        export_bool(call, "custody", true, row->event.custody);
        export_hex(call, "body", row->event.body);
        export_object(call, "data",
                      (struct str){(const char *)row->event.body.data, row->event.body.size});
    }
}

static void export_known(struct export_call *call, const char *name, struct store_known value,
                         double scale, int decimals)
{
    export_f64(call, name, value.known, (double)value.value / scale, decimals);
}

static void export_hour_fields(struct export_call *call, const struct store_hour *hour)
{
    export_text(call, "device", hour->name);
    export_text(call, "unit", hour->unit);
    export_time(call, "hour", hour->begin);
    export_i64(call, "count", true, hour->count);
    if (hour->table == STORE_POSITIONS) {
        const struct store_position_hour *position = &hour->position;
        export_known(call, "mileage_min", position->odometer_min_dkm, 10, 1);
        export_known(call, "mileage_max", position->odometer_max_dkm, 10, 1);
        export_f64(call, "speed_max", true, (double)position->speed_max_dkmh / 10, 1);
        export_i64(call, "moving", true, position->moving);
        export_i64(call, "alarms", true, position->alarms);
    } else {
        const struct store_reading_hour *reading = &hour->reading;
        bool some = reading->fill_count > 0;
        double count = some ? (double)reading->fill_count : 1;
        export_i64(call, "fill_count", true, reading->fill_count);
        export_f64(call, "fill_mean_pct", some, (double)reading->fill_sum_bp / count / 100, 2);
        export_known(call, "fill_min_pct", reading->fill_min_bp, 100, 2);
        export_known(call, "fill_max_pct", reading->fill_max_bp, 100, 2);
        export_known(call, "temperature_max_c", reading->temperature_max_cc, 100, 2);
        export_known(call, "battery_min_pct", reading->battery_min_dpct, 10, 1);
    }
}

/* --- rows --- */

static enum err export_failed(struct export_call *call)
{
    int number = errno;

    if (number == EPIPE)
        return diag_set(call->diag, ERR_IO,
                        "whatever read the output has ended; not all is written");
    return diag_set(call->diag, err_of_errno(number),
                    "cannot write the output: %s; not all is written", strerror(number));
}

static enum err export_flush(struct export_call *call)
{
    if (call->out.size == 0)
        return OK;
    errno = 0;
    if (fwrite(call->out.data, 1, call->out.size, stdout) != call->out.size || fflush(stdout))
        return export_failed(call);
    buf_reset(&call->out);
    return OK;
}

static void export_begin(struct export_call *call)
{
    call->comma = false;
    if (call->json) {
        jw_init(&call->jw, &call->out);
        jw_object(&call->jw);
    }
}

static enum err export_end(struct export_call *call)
{
    if (call->json)
        jw_object_end(&call->jw);
    buf_char(&call->out, '\n');
    enum err err = buf_err(&call->out);
    if (err)
        return diag_set(call->diag, err, "a row is too large to be written");
    return call->out.size >= EXPORT_FLUSH_BYTES ? export_flush(call) : OK;
}

static enum err export_row(void *context, const struct store_row *row)
{
    export_begin(context);
    export_fields(context, row);
    return export_end(context);
}

static enum err export_hour(void *context, const struct store_hour *hour)
{
    export_begin(context);
    export_hour_fields(context, hour);
    return export_end(context);
}

static enum err export_head(struct export_call *call)
{
    struct store_row no_row = {.table = call->read.table};
    struct store_hour no_hour = {.table = call->read.table};

    if (call->json)
        return OK;
    call->head = true;
    enum err err = call->hours ? export_hour(call, &no_hour) : export_row(call, &no_row);
    call->head = false;
    return err;
}

static enum err export_rows(struct export_call *call, struct store_db *db)
{
    struct store_hours hours = {.table = call->read.table,
                                .since = {call->read.after.at_us},
                                .until = call->read.until,
                                .device = call->read.device};

    enum err err = export_head(call);
    if (!err)
        err = call->hours ? store_hours_each(db, &hours, export_hour, call)
                          : store_read(db, &call->read, export_row, call);
    if (!err)
        err = export_flush(call);
    if (err && !call->diag->text[0])
        diag_set(call->diag, err, "the store cannot be read: %s", store_db_message(db));
    return err;
}

static enum err export_device(struct export_call *call, struct store_db *db)
{
    if (!call->device)
        return OK;
    enum err err = store_device_find(db, 0, str_of(call->device), &call->read.device);
    if (err == ERR_NOT_FOUND)
        return diag_set(call->diag, err, "no device is called `%s`", call->device);
    return err ? diag_set(call->diag, err, "the store cannot be read: %s", store_db_message(db))
               : OK;
}

static enum err export_run(struct export_call *call)
{
    struct store_db_open open = {.folder = call->folder, .read_only = true};
    struct store_db *db = NULL;

    enum err err = store_db_open(&open, &db, call->diag);
    if (err)
        return err;
    signal(SIGPIPE, SIG_IGN); /* a failed write is told instead */
    buf_init(&call->out, EXPORT_BUF_MAX);
    err = export_device(call, db);
    if (!err)
        err = export_rows(call, db);
    buf_done(&call->out);
    store_db_close(db);
    return err;
}

/* --- the call --- */

static enum err export_time_of(const char *text, struct utc_us *ret, struct diag *diag)
{
    struct clock_date date;
    int64_t seconds;

    if (clock_rfc3339_parse(str_of(text), ret) == OK)
        return OK;
    if (clock_date_parse(str_of(text), &date) == OK) {
        ret->us = clock_day_of(date) * 86400 * CLOCK_US_PER_S;
        return OK;
    }
    if (str_i64(str_of(text), &seconds) == OK && seconds >= 0 &&
        seconds <= INT64_MAX / CLOCK_US_PER_S) {
        ret->us = seconds * CLOCK_US_PER_S;
        return OK;
    }
    return diag_set(diag, ERR_USAGE,
                    "`%s` is no time; write 2026-11-24T06:30:00+08:00, 2026-11-24 or seconds since "
                    "1970",
                    text);
}

static enum err export_option(struct export_call *call, int option, struct diag *diag)
{
    struct utc_us since;
    enum err err;

    switch (option) {
    case 'h':
        call->help = true;
        return OK;
    case 'c':
        call->json = false;
        return OK;
    case 'j':
        call->json = true;
        return OK;
    case 'd':
        call->device = optarg;
        return OK;
    case 's':
        err = export_time_of(optarg, &since, diag);
        if (!err)
            call->read.after = store_cursor_at(since);
        return err;
    case 'u':
        return export_time_of(optarg, &call->read.until, diag);
    default:
        return diag_set(diag, ERR_USAGE, "see `yancheng export --help`");
    }
}

static enum err export_table(const char *name, struct export_call *call, struct diag *diag)
{
    static const struct {
        const char *name;
        enum store_table table;
        bool hours;
    } tables[] = {
        {"positions", STORE_POSITIONS, false},   {"readings", STORE_READINGS, false},
        {"events", STORE_EVENTS, false},         {"position-hours", STORE_POSITIONS, true},
        {"reading-hours", STORE_READINGS, true},
    };

    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        if (!strcmp(name, tables[i].name)) {
            call->read.table = tables[i].table;
            call->hours = tables[i].hours;
            return OK;
        }
    }
    return diag_set(diag, ERR_USAGE,
                    "`%s` is not positions, readings or events; see `yancheng export --help`",
                    name);
}

static enum err export_arguments(int argc, char **argv, struct export_call *call, struct diag *diag)
{
    static const struct option options[] = {{"since", required_argument, NULL, 's'},
                                            {"until", required_argument, NULL, 'u'},
                                            {"device", required_argument, NULL, 'd'},
                                            {"csv", no_argument, NULL, 'c'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    for (option = getopt_long(argc, argv, "h", options, NULL); option != -1;
         option = getopt_long(argc, argv, "h", options, NULL)) {
        enum err err = export_option(call, option, diag);
        if (err)
            return err;
    }
    if (call->help)
        return OK;
    if (argc - optind != 2)
        return diag_set(diag, ERR_USAGE, "name a folder and one of positions, readings, events");
    call->folder = argv[optind];
    return export_table(argv[optind + 1], call, diag);
}

int cmd_export(int argc, char **argv)
{
    struct diag diag = {0};
    struct export_call call = {
        .read = {.after = store_cursor_at((struct utc_us){INT64_MIN}), .until = STORE_NO_END},
        .diag = &diag,
    };

    enum err err = export_arguments(argc, argv, &call, &diag);
    if (err)
        return cmd_fail("export", &diag);
    if (call.help) {
        fputs(export_help, stdout);
        return 0;
    }
    err = export_run(&call);
    return err ? cmd_fail("export", &diag) : 0;
}
