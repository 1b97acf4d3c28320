/* hour.c - see hour.h. */
#include "store/hour.h"

#include "base/mem.h"
#include "store/sql.h"

#define STORE_HOUR_US (3600 * CLOCK_US_PER_S)
#define STORE_HOURS(table, columns)                                                  \
    "SELECT h.hour, h.device, d.name, d.unit, h.count, " columns " FROM " table " h" \
    " LEFT JOIN device d ON d.id = h.device WHERE (h.hour, h.device) > (?1, ?2)"     \
    " AND h.hour < ?3 AND (?4 = 0 OR h.device = ?4) ORDER BY h.hour, h.device LIMIT ?5"

enum { STORE_HOUR_VALUES_AT = 5 };

static const char store_position_hours[] =
    STORE_HOURS("position_hour", "odometer_min, odometer_max, speed_max, moving, alarms");
static const char store_reading_hours[] =
    STORE_HOURS("reading_hour", "fill_count, fill_sum, fill_min, fill_max, temperature_max,"
                                " battery_min");

static struct store_known store_hour_known(sqlite3_stmt *row, int value)
{
    int column = STORE_HOUR_VALUES_AT + value;

    return (struct store_known){sqlite3_column_type(row, column) != SQLITE_NULL,
                                sqlite3_column_int64(row, column)};
}

static int64_t store_hour_value(sqlite3_stmt *row, int value)
{
    return sqlite3_column_int64(row, STORE_HOUR_VALUES_AT + value);
}

static struct store_hour store_hour_row(sqlite3_stmt *row, enum store_table table)
{
    struct store_hour hour = {
        .table = table,
        .device = (uint32_t)sqlite3_column_int64(row, 1),
        .name = store_sql_get_text(row, 2),
        .unit = store_sql_get_text(row, 3),
        .begin = {sqlite3_column_int64(row, 0) * STORE_HOUR_US},
        .count = sqlite3_column_int64(row, 4),
    };

    if (table == STORE_POSITIONS)
        hour.position = (struct store_position_hour){
            store_hour_known(row, 0), store_hour_known(row, 1), store_hour_value(row, 2),
            store_hour_value(row, 3), store_hour_value(row, 4)};
    else
        hour.reading = (struct store_reading_hour){
            store_hour_value(row, 0), store_hour_value(row, 1), store_hour_known(row, 2),
            store_hour_known(row, 3), store_hour_known(row, 4), store_hour_known(row, 5)};
    return hour;
}

struct store_hour_page {
    VEC(struct store_hour) hours;
    struct buf texts;
};

static enum err store_hour_fill(struct store_hour_page *page, sqlite3_stmt *from,
                                enum store_table table)
{
    page->hours.count = 0;
    buf_reset(&page->texts);
    enum err err = store_sql_row(from);
    while (!err) {
        struct store_hour hour = store_hour_row(from, table);
        buf_str(&page->texts, hour.name);
        buf_str(&page->texts, hour.unit);
        err = buf_err(&page->texts);
        if (!err)
            err = vec_push(&page->hours, hour);
        if (!err)
            err = store_sql_row(from);
    }
    sqlite3_reset(from);
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err store_hour_tell(struct store_hour_page *page,
                                enum err (*fn)(void *context, const struct store_hour *hour),
                                void *context)
{
    const char *text = page->texts.data ? page->texts.data : "";
    enum err err = OK;

    for (size_t i = 0; !err && i < page->hours.count; i++) {
        struct store_hour *hour = &page->hours.items[i];
        hour->name.data = text;
        hour->unit.data = text + hour->name.size;
        text += hour->name.size + hour->unit.size;
        err = fn(context, hour);
    }
    return err;
}

/* The first hour that begins at `time` or after. */
static int64_t store_hour_from(struct utc_us time)
{
    int64_t hour = time.us / STORE_HOUR_US;

    return time.us > hour * STORE_HOUR_US ? hour + 1 : hour;
}

enum err store_hours_each(struct store_db *db, const struct store_hours *hours,
                          enum err (*fn)(void *context, const struct store_hour *hour),
                          void *context)
{
    struct store_hour_page page = {0};
    int64_t hour = store_hour_from(hours->since);
    int64_t device = -1;
    enum err err = OK;

    ASSERT(hours->table != STORE_EVENTS);
    const char *sql = hours->table == STORE_POSITIONS ? store_position_hours : store_reading_hours;
    buf_init(&page.texts, (size_t)STORE_PAGE_ROWS * 2 * STORE_DEVICE_TEXT_MAX);
    do {
        sqlite3_stmt *from = store_sql(db, sql);
        if (!from) {
            err = store_sql_failed(db);
            break;
        }
        store_sql_i64(from, 1, hour);
        store_sql_i64(from, 2, device);
        store_sql_i64(from, 3, store_hour_from(hours->until));
        store_sql_i64(from, 4, hours->device);
        store_sql_i64(from, 5, STORE_PAGE_ROWS);
        err = store_hour_fill(&page, from, hours->table);
        if (err || page.hours.count == 0)
            break;
        hour = page.hours.items[page.hours.count - 1].begin.us / STORE_HOUR_US;
        device = page.hours.items[page.hours.count - 1].device;
        err = store_hour_tell(&page, fn, context);
    } while (!err && page.hours.count == STORE_PAGE_ROWS);
    vec_done(&page.hours);
    buf_done(&page.texts);
    return err;
}
