/* table.h - a CSV file whose columns are a table of fields.
 *
 * Purpose    Header row checked against the fields (order is free), then a struct per row.
 * Layer      3, private to folder/
 */
#ifndef FOLDER_TABLE_H
#define FOLDER_TABLE_H

#include "base/csv.h"
#include "folder/value.h"

struct folder_table {
    struct folder_fields fields;
    size_t row_size;
    size_t rows_max;
    /* Called after the row's values are read: looks at them together and may tell more. `mark_of`
     * below gives a column's place. */
    void (*row_done)(struct folder_reader *reader, struct folder_table *table, void *row,
                     uint32_t index);
    void *context;
    bool again;                     /* second pass */
    struct csv csv;                 /* the row at hand */
    size_t columns[CSV_FIELDS_MAX]; /* field -> column + 1; 0: not in the file */
};

/* Where the field of the row at hand stands. */
struct folder_mark folder_table_mark(const struct folder_table *table, const char *key);
/* Reads the file's rows into an array in the city's arena. `defaults` is one row (may be NULL: all
 * zero). When `ids` is given, the field `id` of every row is entered before any row is read, so
 * that rows may refer to later ones; duplicates are told. */
void folder_table_read(struct folder_reader *reader, struct folder_table *table, struct str content,
                       const void *defaults, struct map_str *ids, void **ret_rows,
                       uint32_t *ret_count);
/* Header and rows. */
void folder_table_write(const struct city *city, struct folder_fields fields, const void *rows,
                        size_t row_size, size_t count, struct buf *out);

#endif
