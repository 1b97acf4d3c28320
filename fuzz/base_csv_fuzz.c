/* base_csv_fuzz.c - any bytes as a table: no crash, every mistake has a line, and what was read can
 * be written and read again. */
#include "base/csv.h"
#include "fuzz.h"

/* Writes the row that was read and reads it back. */
static void round_trip(const struct csv *csv)
{
    struct buf text;
    struct csv again;
    bool more = false;

    buf_init(&text, 4 * CSV_ROW_MAX);
    for (size_t i = 0; i < csv->count; i++) {
        if (i)
            buf_char(&text, ',');
        csv_put(&text, csv->fields[i]);
    }
    buf_char(&text, '\n');
    csv_init(&again, NULL, buf_text(&text));
    /* a byte-order mark or an only empty field are read as nothing, by design */
    bool plain = !str_starts(buf_text(&text), STR("\xEF\xBB\xBF")) && text.size > 1;
    if (plain && !buf_err(&text)) {
        ASSERT(csv_next(&again, &more, NULL) == OK);
        ASSERT(more);
        ASSERT(again.count == csv->count);
        for (size_t i = 0; i < csv->count; i++)
            ASSERT(str_eq(again.fields[i], csv->fields[i]));
    }
    csv_done(&again);
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv csv;
    bool more = true;

    csv_init(&csv, "fuzz.csv", (struct str){(const char *)data, size});
    while (more) {
        struct diag diag = {0};
        enum err err = csv_next(&csv, &more, &diag);
        if (err)
            ASSERT(diag.line > 0);
        else if (more)
            round_trip(&csv);
    }
    csv_done(&csv);
    return 0;
}
