/* table.c - see table.h. The file is gone through twice: once for ids and the number of rows, once
 * for values. Memory stays at one array of rows. */
#include "folder/table.h"

#include <string.h>

struct folder_mark folder_table_mark(const struct folder_table *table, const char *key)
{
    const struct folder_field *field = folder_field_find(table->fields, str_of(key));
    size_t column = field ? table->columns[field - table->fields.items] : 0;

    if (column == 0 || column > table->csv.count)
        return (struct folder_mark){table->csv.line, 1};
    return (struct folder_mark){table->csv.line, table->csv.columns[column - 1]};
}

/* False at the end of the file or when it is no use to go on. */
static bool folder_table_next(struct folder_reader *reader, struct folder_table *table)
{
    bool more = false;

    while (!folder_enough(&reader->report)) {
        struct diag diag = {0};
        enum err err = csv_next(&table->csv, &more, &diag);
        if (!err)
            return more;
        if (!table->again || err == ERR_NOMEM)
            folder_mistake_diag(&reader->report, &diag);
    }
    return false;
}

static void folder_table_column(struct folder_reader *reader, struct folder_table *table,
                                size_t column)
{
    struct str name = table->csv.fields[column];
    struct folder_mark at = {table->csv.line, table->csv.columns[column]};
    const struct folder_field *field = folder_field_find(table->fields, name);
    size_t bad;

    if (!field) {
        const char *nearest = str_utf8(name, &bad) ? folder_nearest(table->fields, name) : NULL;
        folder_mistake(&reader->report, at, "unknown column `%.*s`; %s%s%s",
                       STR_ARG(folder_short(name)), nearest ? "did you mean `" : "remove it",
                       nearest ? nearest : "", nearest ? "`?" : "");
        return;
    }
    size_t *known = &table->columns[field - table->fields.items];
    if (*known)
        folder_mistake(&reader->report, at, "column `%s` stands here again; remove one",
                       field->key);
    *known = column + 1;
}

static bool folder_table_head(struct folder_reader *reader, struct folder_table *table)
{
    uint64_t before = reader->report.count;

    memset(table->columns, 0, sizeof table->columns);
    if (!folder_table_next(reader, table)) {
        if (!folder_enough(&reader->report))
            folder_mistake(&reader->report, (struct folder_mark){1, 1},
                           "the file is empty; its first line names the columns, of which `%s` "
                           "is one",
                           table->fields.items[0].key);
        return false;
    }
    for (size_t i = 0; i < table->csv.count; i++)
        folder_table_column(reader, table, i);
    for (size_t i = 0; i < table->fields.count; i++)
        if (!table->columns[i] && table->fields.items[i].need == FOLDER_MUST)
            folder_mistake(&reader->report, (struct folder_mark){1, 1},
                           "column `%s` is missing; add it", table->fields.items[i].key);
    return reader->report.count == before;
}

static void folder_table_id(struct folder_reader *reader, struct folder_table *table,
                            struct map_str *ids, uint32_t index)
{
    struct folder_mark at = folder_table_mark(table, "id");
    size_t column = table->columns[0];
    struct str id;

    if (column > table->csv.count || table->csv.fields[column - 1].size == 0)
        return; /* told when the values are read */
    if (arena_str(&reader->city->arena, table->csv.fields[column - 1], &id)) {
        folder_no_memory(&reader->report);
        return;
    }
    enum err err = map_str_add(ids, id, index);
    if (err == ERR_EXISTS)
        folder_mistake(&reader->report, at,
                       "id `%.*s` is already used above; give this row its own",
                       STR_ARG(folder_short(id)));
    else if (err)
        folder_no_memory(&reader->report);
}

/* First pass. */
static size_t folder_table_scan(struct folder_reader *reader, struct folder_table *table,
                                struct map_str *ids)
{
    size_t count = 0;

    while (folder_table_next(reader, table)) {
        if (count == table->rows_max) {
            folder_mistake(&reader->report, (struct folder_mark){table->csv.line, 1},
                           "more than %zu rows; split the city", table->rows_max);
            return count;
        }
        if (ids)
            folder_table_id(reader, table, ids, (uint32_t)count);
        count++;
    }
    return count;
}

static void folder_table_row(struct folder_reader *reader, struct folder_table *table, void *row)
{
    const struct csv *csv = &table->csv;
    size_t want = 0;

    for (size_t i = 0; i < table->fields.count; i++)
        want += table->columns[i] > 0;
    if (csv->count != want) {
        folder_mistake(&reader->report, (struct folder_mark){csv->line, 1},
                       "%zu fields where the header has %zu; add or remove a comma", csv->count,
                       want);
        return;
    }
    for (size_t i = 0; i < table->fields.count; i++) {
        size_t column = table->columns[i];
        if (column)
            folder_value_read(reader, &table->fields.items[i], csv->fields[column - 1],
                              (struct folder_mark){csv->line, csv->columns[column - 1]}, row);
    }
}

/* Second pass. A row with a mistake in a value is not looked at as a whole. */
static void folder_table_rows(struct folder_reader *reader, struct folder_table *table, char *rows,
                              size_t count, const void *defaults)
{
    for (size_t i = 0; i < count && folder_table_next(reader, table); i++) {
        uint64_t before = reader->report.count;
        char *row = rows + i * table->row_size;

        if (defaults)
            memcpy(row, defaults, table->row_size);
        folder_table_row(reader, table, row);
        if (table->row_done && reader->report.count == before)
            table->row_done(reader, table, row, (uint32_t)i);
    }
}

void folder_table_read(struct folder_reader *reader, struct folder_table *table, struct str content,
                       const void *defaults, struct map_str *ids, void **ret_rows,
                       uint32_t *ret_count)
{
    size_t count = 0;

    table->again = false;
    csv_init(&table->csv, reader->report.file, content);
    bool good = folder_table_head(reader, table);
    if (good)
        count = folder_table_scan(reader, table, ids);
    csv_done(&table->csv);
    if (!good || folder_enough(&reader->report))
        return;
    void *rows = arena_zero(&reader->city->arena, count, table->row_size);
    if (!rows) {
        folder_no_memory(&reader->report);
        return;
    }
    table->again = true; /* rows that cannot be split were told by the first pass */
    csv_init(&table->csv, reader->report.file, content);
    if (folder_table_next(reader, table))
        folder_table_rows(reader, table, rows, count, defaults);
    csv_done(&table->csv);
    *ret_rows = rows;
    *ret_count = (uint32_t)count;
}

void folder_table_write(const struct city *city, struct folder_fields fields, const void *rows,
                        size_t row_size, size_t count, struct buf *out)
{
    struct buf value;

    buf_init(&value, CSV_ROW_MAX);
    for (size_t i = 0; i < fields.count; i++)
        buf_printf(out, "%s%s", i ? "," : "", fields.items[i].key);
    buf_char(out, '\n');
    for (size_t row = 0; row < count; row++) {
        for (size_t i = 0; i < fields.count; i++) {
            if (i)
                buf_char(out, ',');
            buf_reset(&value);
            folder_value_write(city, &fields.items[i], (const char *)rows + row * row_size, &value);
            if (buf_err(&value))
                out->err = buf_err(&value);
            csv_put(out, buf_text(&value));
        }
        buf_char(out, '\n');
    }
    buf_done(&value);
}
