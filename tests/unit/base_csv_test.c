/* base_csv_test.c - tables from outside: every field, every place, every mistake. */
#include "base/csv.h"

#include <string.h>

#include "check.h"
#include "prop.h"

/* Reads the next row and compares its fields with `want`, NULL for the end. */
static void row_is(struct csv *csv, const char *const *want, size_t count)
{
    struct diag diag = {0};
    bool more = false;

    if (csv_next(csv, &more, &diag))
        fail_msg("line %llu: %s", (unsigned long long)diag.line, diag.text);
    assert_int_equal(more, want != NULL);
    if (!want)
        return;
    assert_int_equal(csv->count, count);
    for (size_t i = 0; i < count; i++)
        if (!str_eq(csv->fields[i], str_of(want[i])))
            fail_msg("field %zu is `%.*s`, not `%s`", i, STR_ARG(csv->fields[i]), want[i]);
}
#define ROW_IS(csv, ...)                              \
    row_is((csv), (const char *const[]){__VA_ARGS__}, \
           COUNT_OF(((const char *const[]){__VA_ARGS__})))

/* RFC 4180, section 2, rules 1 to 7. */
static void rows_are_read_as_the_rfc_says(void **state)
{
    struct csv csv;

    (void)state;
    csv_init(&csv, "t.csv",
             STR("\xEF\xBB\xBF"
                 "id,name\r\n1,\"a, b\"\n2,\"say \"\"hi\"\"\"\n\n3,\"two\nlines\"\r\n,\n4,#x"));
    ROW_IS(&csv, "id", "name");
    ROW_IS(&csv, "1", "a, b");
    ROW_IS(&csv, "2", "say \"hi\"");
    ROW_IS(&csv, "3", "two\nlines");
    assert_int_equal(csv.line, 5);
    ROW_IS(&csv, "", "");
    assert_int_equal(csv.line, 7);
    ROW_IS(&csv, "4", "#x");
    row_is(&csv, NULL, 0);
    row_is(&csv, NULL, 0); /* the end stays the end */
    csv_done(&csv);
    csv_done(NULL);
}

static void columns_are_counted_in_characters(void **state)
{
    struct csv csv;

    (void)state;
    csv_init(&csv, NULL, STR("解放路,\"垃圾\",x\n"));
    ROW_IS(&csv, "解放路", "垃圾", "x");
    assert_int_equal(csv.columns[0], 1);
    assert_int_equal(csv.columns[1], 5);
    assert_int_equal(csv.columns[2], 10);
    csv_done(&csv);
}

static void fails_at(struct csv *csv, enum err want, uint64_t line, uint64_t column)
{
    struct diag diag = {0};
    bool more = false;

    assert_int_equal(csv_next(csv, &more, &diag), want);
    assert_int_equal(diag.line, line);
    assert_int_equal(diag.column, column);
    assert_string_equal(diag.file, "t.csv");
    assert_true(strlen(diag.text) > 10);
}

static void a_mistake_has_its_place_and_the_reader_goes_on(void **state)
{
    struct csv csv;

    (void)state;
    csv_init(&csv, "t.csv", STR("a,\"b\"c\nd,e\nf,\"open\ng,h\n"));
    fails_at(&csv, ERR_SYNTAX, 1, 6);
    ROW_IS(&csv, "d", "e");
    fails_at(&csv, ERR_SYNTAX, 3, 3);
    ROW_IS(&csv, "g", "h");
    row_is(&csv, NULL, 0);
    csv_done(&csv);
}

static void too_many_fields_are_refused_at_the_first_that_is_too_many(void **state)
{
    struct csv csv;
    struct buf text;

    (void)state;
    buf_init(&text, 10000);
    for (int i = 0; i < CSV_FIELDS_MAX; i++)
        buf_str(&text, STR("x,"));
    buf_str(&text, STR("y\nnext,row\n"));
    csv_init(&csv, "t.csv", buf_text(&text));
    fails_at(&csv, ERR_LIMIT, 1, 2 * CSV_FIELDS_MAX + 1);
    ROW_IS(&csv, "next", "row");
    csv_done(&csv);
    buf_done(&text);
}

static void an_endless_line_is_refused_and_skipped(void **state)
{
    struct csv csv;
    struct buf text;

    (void)state;
    buf_init(&text, CSV_ROW_MAX * 4);
    char *room = buf_room(&text, CSV_ROW_MAX * 3);
    assert_non_null(room);
    memset(room, 'x', CSV_ROW_MAX * 3);
    buf_grown(&text, CSV_ROW_MAX * 3);
    buf_str(&text, STR("\nnext,row\n"));
    csv_init(&csv, "t.csv", buf_text(&text));
    fails_at(&csv, ERR_LIMIT, 1, 1);
    assert_true(csv.row.capacity <= CSV_ROW_MAX * 2);
    ROW_IS(&csv, "next", "row");
    csv_done(&csv);
    buf_done(&text);
}

static bool rows_round_trip(struct rng *rng, size_t size)
{
    static const char *const pieces[] = {"a", "\"", ",", "\n", "\r\n", "\r", " ", "厨余", "\"\""};
    struct buf text;
    struct buf fields[8];
    struct csv csv;
    size_t count = 2 + rng_below(rng, 6); /* one empty field would be a blank line */
    bool more = false;

    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        buf_init(&fields[i], 1 << 20);
        for (uint32_t left = rng_below(rng, (uint32_t)size + 1); left; left--)
            buf_str(&fields[i], str_of(pieces[rng_below(rng, COUNT_OF(pieces))]));
        csv_put(&text, buf_text(&fields[i]));
        buf_str(&text, i + 1 < count ? STR(",") : STR("\n"));
    }
    csv_init(&csv, NULL, buf_text(&text));
    bool same = csv_next(&csv, &more, NULL) == OK && more && csv.count == count;
    for (size_t i = 0; i < count; i++) {
        same = same && str_eq(csv.fields[i], buf_text(&fields[i]));
        buf_done(&fields[i]);
    }
    same = same && csv_next(&csv, &more, NULL) == OK && !more;
    csv_done(&csv);
    buf_done(&text);
    return same;
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    PROP(rows_round_trip, 1000, 20);
}

static enum err read_all(void *context)
{
    struct csv csv;
    bool more = true;
    enum err err = OK;

    csv_init(&csv, "t.csv", str_of(context));
    while (more && !err)
        err = csv_next(&csv, &more, NULL);
    csv_done(&csv);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    char text[] = "id,name\n1,\"a long field, so that the row's memory grows\"\n2,b\n";

    (void)state;
    check_sweep(read_all, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_as_the_rfc_says),
        cmocka_unit_test(columns_are_counted_in_characters),
        cmocka_unit_test(a_mistake_has_its_place_and_the_reader_goes_on),
        cmocka_unit_test(too_many_fields_are_refused_at_the_first_that_is_too_many),
        cmocka_unit_test(an_endless_line_is_refused_and_skipped),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
