/* csv.c - see csv.h. */
#include "base/csv.h"

#include <string.h>

void csv_init(struct csv *csv, const char *file, struct str content)
{
    *csv = (struct csv){.file = file, .next_line = 1};
    buf_init(&csv->row, CSV_ROW_MAX);
    if (str_starts(content, STR("\xEF\xBB\xBF")))
        content = (struct str){content.data + 3, content.size - 3};
    csv->rest = content;
}

void csv_done(struct csv *csv)
{
    if (csv)
        buf_done(&csv->row);
}

static void csv_skip_line(struct csv *csv)
{
    str_cut(&csv->rest, '\n');
    csv->next_line++;
}

/* Where reading stands inside a row. */
struct csv_place {
    size_t at;
    uint64_t column;
    size_t starts[CSV_FIELDS_MAX]; /* offsets in the row buffer, which may move while it grows */
};

static void csv_step(struct csv *csv, struct csv_place *place)
{
    unsigned char c = (unsigned char)csv->rest.data[place->at++];

    if (c == '\n') {
        csv->next_line++;
        place->column = 1;
    } else if ((c & 0xC0) != 0x80) {
        place->column++; /* characters, not bytes */
    }
}

static bool csv_at(const struct csv *csv, const struct csv_place *place, char c)
{
    return place->at < csv->rest.size && csv->rest.data[place->at] == c;
}

static enum err csv_quoted(struct csv *csv, struct csv_place *place, struct diag *diag)
{
    uint64_t column = place->column;

    csv_step(csv, place); /* the opening quote */
    while (place->at < csv->rest.size && !buf_err(&csv->row)) {
        if (csv_at(csv, place, '"')) {
            csv_step(csv, place);
            if (!csv_at(csv, place, '"'))
                return OK;
        }
        buf_char(&csv->row, csv->rest.data[place->at]);
        csv_step(csv, place);
    }
    if (buf_err(&csv->row))
        return OK; /* the row's one check reports it */
    return diag_at(diag, ERR_SYNTAX, csv->file, csv->line, column,
                   "quoted field is never closed; add the missing \"");
}

static void csv_bare(struct csv *csv, struct csv_place *place)
{
    while (place->at < csv->rest.size && !buf_err(&csv->row)) {
        char c = csv->rest.data[place->at];
        if (c == ',' || c == '\n' ||
            (c == '\r' && place->at + 1 < csv->rest.size && csv->rest.data[place->at + 1] == '\n'))
            return;
        buf_char(&csv->row, c);
        csv_step(csv, place);
    }
}

/* After a field comes a comma, a line end or the end of the text. */
static enum err csv_field_end(struct csv *csv, struct csv_place *place, bool *ret_row_end,
                              struct diag *diag)
{
    if (csv_at(csv, place, ',')) {
        csv_step(csv, place);
        *ret_row_end = false;
        return OK;
    }
    if (csv_at(csv, place, '\r'))
        csv_step(csv, place);
    if (place->at == csv->rest.size) {
        *ret_row_end = true;
        return OK;
    }
    if (!csv_at(csv, place, '\n'))
        return diag_at(diag, ERR_SYNTAX, csv->file, csv->next_line, place->column,
                       "text after a closing quote; write a comma or double the quote");
    csv_step(csv, place);
    *ret_row_end = true;
    return OK;
}

static enum err csv_field(struct csv *csv, struct csv_place *place, bool *ret_row_end,
                          struct diag *diag)
{
    enum err err = OK;

    if (csv->count == CSV_FIELDS_MAX)
        return diag_at(diag, ERR_LIMIT, csv->file, csv->line, place->column,
                       "more than %d fields in a row", CSV_FIELDS_MAX);
    csv->columns[csv->count] = place->column;
    place->starts[csv->count++] = csv->row.size;
    if (csv_at(csv, place, '"'))
        err = csv_quoted(csv, place, diag);
    else
        csv_bare(csv, place);
    if (err)
        return err;
    if (buf_err(&csv->row))
        return diag_at(diag, buf_err(&csv->row), csv->file, csv->line, 1,
                       "row is longer than %d bytes; is a line end or a quote missing?",
                       CSV_ROW_MAX);
    return csv_field_end(csv, place, ret_row_end, diag);
}

enum err csv_next(struct csv *csv, bool *ret_more, struct diag *diag)
{
    struct csv_place place = {.column = 1};
    bool row_end = false;

    while (csv->rest.size && (csv->rest.data[0] == '\n' || str_starts(csv->rest, STR("\r\n"))))
        csv_skip_line(csv);
    csv->line = csv->next_line;
    csv->count = 0;
    buf_reset(&csv->row);
    if (csv->rest.size == 0) {
        *ret_more = false;
        return OK;
    }
    while (!row_end) {
        enum err err = csv_field(csv, &place, &row_end, diag);
        if (err) {
            csv->next_line = csv->line;
            csv_skip_line(csv);
            csv->count = 0;
            return err;
        }
    }
    for (size_t i = 0; i < csv->count; i++) {
        size_t end = i + 1 < csv->count ? place.starts[i + 1] : csv->row.size;
        csv->fields[i] =
            (struct str){buf_text(&csv->row).data + place.starts[i], end - place.starts[i]};
    }
    csv->rest = (struct str){csv->rest.data + place.at, csv->rest.size - place.at};
    *ret_more = true;
    return OK;
}

void csv_put(struct buf *out, struct str field)
{
    bool plain = true;

    for (size_t i = 0; i < field.size; i++)
        plain = plain && !strchr(",\"\r\n", field.data[i]);
    if (plain) {
        buf_str(out, field);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < field.size; i++) {
        if (field.data[i] == '"')
            buf_char(out, '"');
        buf_char(out, field.data[i]);
    }
    buf_char(out, '"');
}
