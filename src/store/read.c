/* read.c - see read.h. */
#include "store/read.h"

#include "base/mem.h"
#include "store/sql.h"

/* What follows the key, the device's name and its unit in every row. */
#define STORE_OWN " f.id, f.at, f.device, f.hash, f.received, d.name, d.unit, d.unit_kind"
#define STORE_BARE " f.id, f.at, f.device, f.hash, f.received, '', '', 0"
#define STORE_POSITION_ROW                                                                    \
    ", f.lat, f.lng, f.altitude, f.speed, f.heading, f.odometer, f.status, f.alarm, f.flags," \
    " f.items FROM position f"
#define STORE_READING_ROW                                                                      \
    ", f.fields, f.distance, f.fill, f.battery, f.battery_mv, f.temperature, f.weight, f.lat," \
    " f.lng, f.tilt, f.alarm FROM reading f"
#define STORE_EVENT_ROW ", f.kind, f.custody, f.body FROM event f"
#define STORE_OWNER " LEFT JOIN device d ON d.id = f.device"
#define STORE_PAGED                                                \
    " WHERE (f.at, f.device, f.hash) > (?1, ?2, ?3) AND f.at < ?4" \
    " AND (?5 = 0 OR f.device = ?5) ORDER BY f.at, f.device, f.hash LIMIT ?6"
#define STORE_TAIL " WHERE f.id > ?1 ORDER BY f.id LIMIT ?2"
#define STORE_ONE " WHERE f.id = ?1"
/* The time of the fact so many places further. */
#define STORE_WALK(table)                                                          \
    "SELECT at FROM " table " WHERE (at, device, hash) > (?1, ?2, ?3) AND at < ?4" \
    " ORDER BY at, device, hash LIMIT 1 OFFSET ?5"
/* The inner query walks the index alone; only the newest of each device touch their rows. */
#define STORE_LAST(table)                                                                \
    "SELECT (SELECT max(id) FROM " table " s WHERE s.at = l.at AND s.device = l.device)" \
    " FROM (SELECT device, max(at) AS at FROM " table " WHERE at >= ?1 AND at < ?2"      \
    " GROUP BY device ORDER BY device) l"

static const struct {
    const char *paged;
    const char *tail;
    const char *one;
    const char *last_ids;
    const char *walk;
} store_reads[STORE_TABLES] = {
    [STORE_POSITIONS] = {"SELECT" STORE_OWN STORE_POSITION_ROW STORE_OWNER STORE_PAGED,
                         "SELECT" STORE_BARE STORE_POSITION_ROW STORE_TAIL,
                         "SELECT" STORE_OWN STORE_POSITION_ROW STORE_OWNER STORE_ONE,
                         STORE_LAST("position"), STORE_WALK("position")},
    [STORE_READINGS] = {"SELECT" STORE_OWN STORE_READING_ROW STORE_OWNER STORE_PAGED,
                        "SELECT" STORE_BARE STORE_READING_ROW STORE_TAIL,
                        "SELECT" STORE_OWN STORE_READING_ROW STORE_OWNER STORE_ONE,
                        STORE_LAST("reading"), STORE_WALK("reading")},
    [STORE_EVENTS] = {"SELECT" STORE_OWN STORE_EVENT_ROW STORE_OWNER STORE_PAGED,
                      "SELECT" STORE_BARE STORE_EVENT_ROW STORE_TAIL,
                      "SELECT" STORE_OWN STORE_EVENT_ROW STORE_OWNER STORE_ONE, STORE_LAST("event"),
                      STORE_WALK("event")},
};
enum { STORE_COLUMNS_OF_KEY = 8 };

/* --- one row --- */

static void store_row_position(sqlite3_stmt *from, struct store_position *position)
{
    int at = STORE_COLUMNS_OF_KEY;

    position->place.lat_e7 = sqlite3_column_int(from, at);
    position->place.lng_e7 = sqlite3_column_int(from, at + 1);
    position->altitude_m = sqlite3_column_int(from, at + 2);
    position->speed_dkmh = (uint32_t)sqlite3_column_int64(from, at + 3);
    position->heading_deg = (uint32_t)sqlite3_column_int64(from, at + 4);
    position->odometer_dkm = sqlite3_column_type(from, at + 5) == SQLITE_NULL
                                 ? STORE_NO_ODOMETER
                                 : (uint32_t)sqlite3_column_int64(from, at + 5);
    position->status = (uint32_t)sqlite3_column_int64(from, at + 6);
    position->alarm = (uint32_t)sqlite3_column_int64(from, at + 7);
    position->flags = (uint32_t)sqlite3_column_int64(from, at + 8);
    position->items = store_sql_get_bytes(from, at + 9);
}

static void store_row_reading(sqlite3_stmt *from, struct store_reading *reading)
{
    int at = STORE_COLUMNS_OF_KEY;

    reading->fields = (uint32_t)sqlite3_column_int64(from, at);
    reading->distance_mm = sqlite3_column_int(from, at + 1);
    reading->fill_bp = sqlite3_column_int(from, at + 2);
    reading->battery_dpct = sqlite3_column_int(from, at + 3);
    reading->battery_mv = sqlite3_column_int(from, at + 4);
    reading->temperature_cc = sqlite3_column_int(from, at + 5);
    reading->weight_g = sqlite3_column_int(from, at + 6);
    reading->place.lat_e7 = sqlite3_column_int(from, at + 7);
    reading->place.lng_e7 = sqlite3_column_int(from, at + 8);
    reading->tilt = sqlite3_column_int(from, at + 9) != 0;
    reading->alarm = sqlite3_column_int(from, at + 10) != 0;
}

static void store_row_event(sqlite3_stmt *from, struct store_event *event)
{
    int at = STORE_COLUMNS_OF_KEY;

    event->kind = store_sql_get_text(from, at);
    event->custody = sqlite3_column_int(from, at + 1) != 0;
    event->body = store_sql_get_bytes(from, at + 2);
}

static void store_row_read(sqlite3_stmt *from, enum store_table table, struct store_row *row)
{
    *row = (struct store_row){
        .table = table,
        .id = sqlite3_column_int64(from, 0),
        .name = store_sql_get_text(from, 5),
        .unit = store_sql_get_text(from, 6),
        .unit_kind = (enum store_unit_kind)sqlite3_column_int(from, 7),
    };
    struct store_key key = {
        .device = (uint32_t)sqlite3_column_int64(from, 2),
        .at = {sqlite3_column_int64(from, 1)},
        .hash = (uint64_t)sqlite3_column_int64(from, 3),
        .received = {sqlite3_column_int64(from, 4)},
    };
    if (table == STORE_POSITIONS)
        store_row_position(from, &row->position);
    else if (table == STORE_READINGS)
        store_row_reading(from, &row->reading);
    else
        store_row_event(from, &row->event);
    row->key = key;
}

/* --- a page of them --- */

struct store_page {
    VEC(struct store_row) rows;
    struct buf bytes;
};

/* The row's texts and bytes, in the order in which store_page_point() finds them again. */
static void store_page_copy(struct store_page *page, const struct store_row *row)
{
    buf_str(&page->bytes, row->name);
    buf_str(&page->bytes, row->unit);
    if (row->table == STORE_POSITIONS) {
        buf_add(&page->bytes, row->position.items.data, row->position.items.size);
    } else if (row->table == STORE_EVENTS) {
        buf_str(&page->bytes, row->event.kind);
        buf_add(&page->bytes, row->event.body.data, row->event.body.size);
    }
}

static const char *store_page_text(const char *bytes, struct str *text)
{
    text->data = bytes;
    return bytes + text->size;
}

static const char *store_page_bytes(const char *bytes, struct bytes *part)
{
    part->data = (const unsigned char *)bytes;
    return bytes + part->size;
}

/* Points the rows at their bytes, now that these move no more. */
static void store_page_point(struct store_page *page)
{
    const char *bytes = page->bytes.data ? page->bytes.data : "";

    for (size_t i = 0; i < page->rows.count; i++) {
        struct store_row *row = &page->rows.items[i];
        bytes = store_page_text(bytes, &row->name);
        bytes = store_page_text(bytes, &row->unit);
        if (row->table == STORE_POSITIONS) {
            bytes = store_page_bytes(bytes, &row->position.items);
        } else if (row->table == STORE_EVENTS) {
            bytes = store_page_text(bytes, &row->event.kind);
            bytes = store_page_bytes(bytes, &row->event.body);
        }
    }
}

static enum err store_page_add(struct store_page *page, sqlite3_stmt *from, enum store_table table)
{
    struct store_row row;

    store_row_read(from, table, &row);
    store_page_copy(page, &row);
    enum err err = buf_err(&page->bytes);
    return err ? err : vec_push(&page->rows, row);
}

static void store_page_empty(struct store_page *page)
{
    page->rows.count = 0;
    buf_reset(&page->bytes);
}

static bool store_page_full(const struct store_page *page, size_t rows_max)
{
    return page->rows.count >= rows_max || page->bytes.size >= STORE_PAGE_BYTES;
}

/* Copies rows until the statement or the page ends; *ret_more: the page ended. */
static enum err store_page_fill(struct store_page *page, sqlite3_stmt *from, enum store_table table,
                                size_t rows_max, bool *ret_more)
{
    enum err err = OK;

    store_page_empty(page);
    while (!err && !store_page_full(page, rows_max)) {
        err = store_sql_row(from);
        if (!err)
            err = store_page_add(page, from, table);
    }
    sqlite3_reset(from);
    *ret_more = !err;
    if (err && err != ERR_NOT_FOUND)
        return err;
    store_page_point(page);
    return OK;
}

static enum err store_page_tell(const struct store_page *page, store_row_fn *fn, void *context)
{
    enum err err = OK;

    for (size_t i = 0; !err && i < page->rows.count; i++)
        err = fn(context, &page->rows.items[i]);
    return err;
}

static const struct store_row *store_page_last(const struct store_page *page)
{
    return &page->rows.items[page->rows.count - 1];
}

static void store_page_init(struct store_page *page)
{
    *page = (struct store_page){0};
    buf_init(&page->bytes, STORE_PAGE_BYTES + STORE_BODY_MAX + 4 * STORE_DEVICE_TEXT_MAX);
}

static void store_page_done(struct store_page *page)
{
    vec_done(&page->rows);
    buf_done(&page->bytes);
}

/* --- readings of pages --- */

struct store_cursor store_cursor_at(struct utc_us since)
{
    return (struct store_cursor){since.us, -1, INT64_MIN};
}

struct store_cursor store_cursor_after(const struct store_row *row)
{
    return (struct store_cursor){row->key.at.us, row->key.device, (int64_t)row->key.hash};
}

static sqlite3_stmt *store_read_rows(struct store_db *db, const struct store_read *read,
                                     struct store_cursor after, size_t rows_max)
{
    sqlite3_stmt *from = store_sql(db, store_reads[read->table].paged);

    if (!from)
        return NULL;
    store_sql_i64(from, 1, after.at_us);
    store_sql_i64(from, 2, after.device);
    store_sql_i64(from, 3, after.hash);
    store_sql_i64(from, 4, read->until.us);
    store_sql_i64(from, 5, read->device);
    store_sql_i64(from, 6, (int64_t)rows_max);
    return from;
}

enum err store_read(struct store_db *db, const struct store_read *read, store_row_fn *fn,
                    void *context)
{
    struct store_cursor after = read->after;
    struct store_page page;
    size_t left = read->rows_max ? read->rows_max : SIZE_MAX;
    enum err err = OK;
    bool more = true;

    store_page_init(&page);
    while (!err && more && left > 0) {
        size_t rows_max = left < STORE_PAGE_ROWS ? left : STORE_PAGE_ROWS;
        sqlite3_stmt *from = store_read_rows(db, read, after, rows_max);
        err = from ? store_page_fill(&page, from, read->table, rows_max, &more)
                   : store_sql_failed(db);
        if (err || page.rows.count == 0)
            break;
        left -= page.rows.count;
        after = store_cursor_after(store_page_last(&page));
        err = store_page_tell(&page, fn, context);
    }
    store_page_done(&page);
    return err;
}

struct store_told {
    store_row_fn *fn;
    void *context;
    size_t count;
    struct store_cursor last;
};

static enum err store_told_row(void *context, const struct store_row *row)
{
    struct store_told *told = context;

    told->count++;
    told->last = store_cursor_after(row);
    return told->fn(told->context, row);
}

/* Where the page must end by the facts it looks at: *ret_until, which is later than its beginning
 * even where very many facts have one time. NOT_FOUND when there are not that many. */
static enum err store_read_walk(struct store_db *db, const struct store_read *read,
                                struct utc_us *ret_until)
{
    sqlite3_stmt *walk = store_sql(db, store_reads[read->table].walk);

    if (!walk)
        return store_sql_failed(db);
    store_sql_i64(walk, 1, read->after.at_us);
    store_sql_i64(walk, 2, read->after.device);
    store_sql_i64(walk, 3, read->after.hash);
    store_sql_i64(walk, 4, read->until.us);
    store_sql_i64(walk, 5, STORE_WALK_ROWS);
    enum err err = store_sql_row(walk);
    if (err)
        return err;
    ret_until->us = sqlite3_column_int64(walk, 0);
    if (ret_until->us <= read->after.at_us)
        ret_until->us = read->after.at_us + 1;
    sqlite3_reset(walk);
    return OK;
}

enum err store_read_page(struct store_db *db, const struct store_read *read, store_row_fn *fn,
                         void *context, struct store_cursor *ret_next, bool *ret_more)
{
    struct store_told told = {.fn = fn, .context = context};
    struct store_read page = *read;

    ASSERT(read->rows_max > 0);
    enum err err = read->device ? store_read_walk(db, read, &page.until) : ERR_NOT_FOUND;
    bool cut = err == OK;
    if (cut || err == ERR_NOT_FOUND)
        err = store_read(db, &page, store_told_row, &told);
    if (err)
        return err;
    bool full = told.count == read->rows_max;
    if (full)
        *ret_next = told.last;
    else if (cut)
        *ret_next = store_cursor_at(page.until);
    *ret_more = full || cut;
    return OK;
}

struct store_ids {
    VEC(int64_t) ids;
    size_t at;
};

static enum err store_last_ids(struct store_db *db, enum store_table table, struct utc_us since,
                               struct utc_us until, struct store_ids *ids)
{
    sqlite3_stmt *list = store_sql(db, store_reads[table].last_ids);

    if (!list)
        return store_sql_failed(db);
    store_sql_i64(list, 1, since.us);
    store_sql_i64(list, 2, until.us);
    enum err err = store_sql_row(list);
    while (!err) {
        err = vec_push(&ids->ids, sqlite3_column_int64(list, 0));
        if (!err)
            err = store_sql_row(list);
    }
    sqlite3_reset(list);
    return err == ERR_NOT_FOUND ? OK : err;
}

/* The next page of the listed rows; one that is gone meanwhile is left out. */
static enum err store_page_listed(struct store_page *page, struct store_db *db,
                                  enum store_table table, struct store_ids *ids)
{
    store_page_empty(page);
    for (; ids->at < ids->ids.count && !store_page_full(page, STORE_PAGE_ROWS); ids->at++) {
        sqlite3_stmt *one = store_sql(db, store_reads[table].one);
        if (!one)
            return store_sql_failed(db);
        store_sql_i64(one, 1, ids->ids.items[ids->at]);
        enum err err = store_sql_row(one);
        if (err == ERR_NOT_FOUND)
            continue;
        if (!err)
            err = store_page_add(page, one, table);
        sqlite3_reset(one);
        if (err)
            return err;
    }
    store_page_point(page);
    return OK;
}

enum err store_read_last(struct store_db *db, enum store_table table, struct utc_us since,
                         struct utc_us until, store_row_fn *fn, void *context)
{
    struct store_page page;
    struct store_ids ids = {0};

    store_page_init(&page);
    enum err err = store_last_ids(db, table, since, until, &ids);
    while (!err && ids.at < ids.ids.count) {
        err = store_page_listed(&page, db, table, &ids);
        if (!err)
            err = store_page_tell(&page, fn, context);
    }
    vec_done(&ids.ids);
    store_page_done(&page);
    return err;
}

enum err store_read_tail(struct store_db *db, enum store_table table, int64_t after,
                         store_row_fn *fn, void *context)
{
    struct store_page page;
    enum err err = OK;
    bool more = true;

    store_page_init(&page);
    while (!err && more) {
        sqlite3_stmt *from = store_sql(db, store_reads[table].tail);
        if (from) {
            store_sql_i64(from, 1, after);
            store_sql_i64(from, 2, STORE_PAGE_ROWS);
        }
        err = from ? store_page_fill(&page, from, table, STORE_PAGE_ROWS, &more)
                   : store_sql_failed(db);
        if (err || page.rows.count == 0)
            break;
        after = store_page_last(&page)->id;
        err = store_page_tell(&page, fn, context);
    }
    store_page_done(&page);
    return err;
}

enum err store_device_find(struct store_db *db, unsigned kind, struct str name, uint32_t *ret_id)
{
    sqlite3_stmt *find = store_sql(
        db, "SELECT id FROM device WHERE name = ?1 AND (?2 = 0 OR kind = ?2) ORDER BY kind");

    if (!find)
        return store_sql_failed(db);
    store_sql_text(find, 1, name);
    store_sql_i64(find, 2, kind);
    enum err err = store_sql_row(find);
    if (err)
        return err;
    *ret_id = (uint32_t)sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    return OK;
}
