/* wire_senml_test.c - packs of RFC 8428 in JSON and CBOR: the examples resolve as the specification
 * resolves them, and what it forbids is refused. */
#include "wire/senml/senml.h"

#include <math.h>

#include "prop.h"
#include "wire_vectors.h"

/* When the specification's examples were resolved. */
#define NOW_S INT64_C(1498780179)
static const struct utc_us now = {NOW_S * CLOCK_US_PER_S};

struct senml {
    struct arena arena;
    struct wire_senml_pack pack;
    struct diag diag;
};

static int begin(void **state)
{
    static struct senml s;

    s = (struct senml){0};
    arena_init(&s.arena, 16 << 20);
    *state = &s;
    return 0;
}

static int end(void **state)
{
    struct senml *s = *state;

    arena_done(&s->arena);
    return 0;
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static enum err read_json(struct senml *s, const char *text)
{
    return wire_senml_read_json(str_of(text), now, &s->arena, &s->pack, &s->diag);
}

static enum err read_hex(struct senml *s, const char *hex)
{
    unsigned char *room = arena_zero(&s->arena, strlen(hex) / 2 + 1, 1);

    assert_non_null(room);
    size_t size = hex_bytes(str_of(hex), strlen(hex) / 2, room);
    return wire_senml_read_cbor((struct bytes){room, size}, now, &s->arena, &s->pack, &s->diag);
}

static void same_record(const struct wire_senml_record *a, const struct wire_senml_record *b)
{
    assert_true(str_eq(a->name, b->name));
    assert_true(str_eq(a->unit, b->unit));
    assert_int_equal(a->at.us, b->at.us);
    assert_int_equal(a->fields, b->fields);
    assert_true(near(a->value, b->value));
    assert_true(near(a->sum, b->sum));
    assert_true(near(a->update_s, b->update_s));
    assert_true(str_eq(a->text, b->text));
    assert_int_equal(a->flag, b->flag);
    assert_int_equal(a->data.size, b->data.size);
    if (a->data.size)
        assert_memory_equal(a->data.data, b->data.data, a->data.size);
}

/* An example and its resolved form, in which nothing is left to resolve. */
static void one_example(struct senml *s, int number, size_t count)
{
    struct wire_senml_pack want = {0};
    struct buf file;
    struct buf resolved;
    char path[256];
    /* example 7 was resolved later than the others */
    struct utc_us then = {(number == 7 ? INT64_C(1499109309) : NOW_S) * CLOCK_US_PER_S};

    snprintf(path, sizeof path, TEST_SHARED "/protocols/schemas/senml/ex%d.gen.json", number);
    vectors_open(path, &file);
    if (wire_senml_read_json(buf_text(&file), then, &s->arena, &s->pack, &s->diag))
        fail_msg("%s: %s", path, s->diag.text);
    assert_int_equal(s->pack.count, count);
    snprintf(path, sizeof path, TEST_SHARED "/protocols/schemas/senml/ex%d.gen.resolved.json",
             number);
    if (file_exists(path)) { /* of example 13 there is none */
        vectors_open(path, &resolved);
        assert_int_equal(wire_senml_read_json(buf_text(&resolved), now, &s->arena, &want, &s->diag),
                         OK);
        /* the resolved form of example 7 leaves its data record out */
        assert_int_equal(want.count, number == 7 ? 3 : count);
        for (size_t i = 0; i < want.count; i++)
            same_record(&s->pack.items[i], &want.items[i]);
        buf_done(&resolved);
    }
    buf_done(&file);
}

static void the_examples_resolve_as_given(void **state)
{
    static const size_t counts[] = {0, 1, 2, 7, 12, 13, 4, 4, 2, 3, 2, 2, 2, 4};

    for (int i = 1; i < (int)COUNT_OF(counts); i++)
        one_example(*state, i, counts[i]);
}

static void the_examples_in_cbor_are_the_same(void **state)
{
    static const int numbers[] = {3, 5};
    struct senml *s = *state;

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct wire_senml_pack pack = {0};
        struct buf file;
        struct buf json;
        char path[256];
        snprintf(path, sizeof path, TEST_SHARED "/protocols/schemas/senml/ex%d.gen.cbor",
                 numbers[i]);
        vectors_open(path, &file);
        if (wire_senml_read_cbor(str_bytes(buf_text(&file)), now, &s->arena, &pack, &s->diag))
            fail_msg("%s: %s", path, s->diag.text);
        snprintf(path, sizeof path, TEST_SHARED "/protocols/schemas/senml/ex%d.gen.json",
                 numbers[i]);
        vectors_open(path, &json);
        assert_int_equal(wire_senml_read_json(buf_text(&json), now, &s->arena, &s->pack, &s->diag),
                         OK);
        assert_int_equal(pack.count, s->pack.count);
        for (size_t k = 0; k < pack.count; k++)
            same_record(&pack.items[k], &s->pack.items[k]);
        buf_done(&json);
        buf_done(&file);
    }
}

static void a_bin_is_read(void **state)
{
    struct senml *s = *state;

    assert_int_equal(
        read_json(s, "[{\"bn\":\"urn:dev:mac:24e124fffe013b01:\",\"bt\":1.784e9,\"n\":\"fill\","
                     "\"u\":\"/\",\"v\":0.72},{\"n\":\"tilt\",\"vb\":true},"
                     "{\"n\":\"label\",\"vs\":\"No\\u0031\"},{\"n\":\"raw\",\"vd\":\"aGkgCg\"},"
                     "{\"n\":\"lifts\",\"s\":12,\"t\":-0.5,\"ut\":60}]"),
        OK);
    assert_int_equal(s->pack.count, 5);
    struct wire_senml_record *r = s->pack.items;
    check_text(r[0].name, "urn:dev:mac:24e124fffe013b01:fill");
    assert_true(near(r[0].value, 0.72) && r[0].timed);
    assert_int_equal(r[0].at.us, INT64_C(1784000000000000));
    assert_true(r[1].fields == WIRE_SENML_FLAG && r[1].flag);
    check_text(r[1].unit, "");
    check_text(r[2].text, "No1");
    assert_int_equal(r[3].data.size, 4);
    assert_memory_equal(r[3].data.data, "hi \n", 4);
    assert_int_equal(r[4].fields, WIRE_SENML_SUM | WIRE_SENML_UPDATE);
    assert_int_equal(r[4].at.us, INT64_C(1783999999500000));
}

static void bases_add_until_they_change(void **state)
{
    struct senml *s = *state;

    assert_int_equal(read_json(s,
                               "[{\"bn\":\"a\",\"bv\":10,\"bs\":100,\"bu\":\"m\"},"
                               "{\"n\":\"1\",\"v\":2,\"t\":-60},{\"n\":\"2\",\"s\":3,\"u\":\"kg\"},"
                               "{\"n\":\"3\",\"bv\":20,\"bt\":1500000000,\"v\":-1,\"t\":5},"
                               "{\"n\":\"4\",\"bu\":\"\",\"t\":1}]"),
                     OK);
    assert_int_equal(s->pack.count, 4);
    struct wire_senml_record *r = s->pack.items;
    assert_int_equal(r[0].fields, WIRE_SENML_VALUE | WIRE_SENML_SUM);
    assert_true(near(r[0].value, 12) && near(r[0].sum, 100));
    assert_int_equal(r[0].at.us, (NOW_S - 60) * CLOCK_US_PER_S);
    assert_true(r[0].timed && !r[1].timed);
    assert_int_equal(r[1].at.us, now.us);
    assert_true(near(r[1].sum, 103));
    check_text(r[1].unit, "kg");
    assert_true(near(r[2].value, 19));
    assert_int_equal(r[2].at.us, INT64_C(1500000005) * CLOCK_US_PER_S);
    assert_true(near(r[3].value, 20) && near(r[3].sum, 100));
    check_text(r[3].unit, "");
}

static const struct {
    const char *text;
    enum err err;
    const char *says;
} refused_rows[] = {
    {"", ERR_SYNTAX, "ends too early"},
    {"{}", ERR_INVALID, "a list is expected"},
    {"[]", ERR_INVALID, "at least one record"},
    {"[1]", ERR_INVALID, "an object is expected"},
    {"[{\"v\":1}]", ERR_INVALID, "a name is"},
    {"[{\"n\":\"-a\",\"v\":1}]", ERR_INVALID, "a name is"},
    {"[{\"n\":\"a b\",\"v\":1}]", ERR_INVALID, "a name is"},
    {"[{\"n\":\"\\u96c1\",\"v\":1}]", ERR_INVALID, "a name is"},
    {"[{\"n\":\"a\"}]", ERR_INVALID, "no v, vs"},
    {"[{\"n\":\"a\",\"v\":1,\"vb\":true}]", ERR_INVALID, "one of v"},
    {"[{\"n\":\"a\",\"v\":1,\"v\":2}]", ERR_INVALID, "comes twice"},
    {"[{\"n\":\"a\",\"v\":\"1\"}]", ERR_INVALID, "a number is expected"},
    {"[{\"n\":1,\"v\":1}]", ERR_INVALID, "a text in double quotes"},
    {"[{\"n\":\"a\",\"vb\":1}]", ERR_INVALID, "true or false"},
    {"[{\"n\":\"a\",\"vb\":null}]", ERR_INVALID, "true or false"},
    {"[{\"n\":\"a\",\"vd\":\"+/\"}]", ERR_INVALID, "base64url"},
    {"[{\"n\":\"a\",\"v\":1,\"must_\":2}]", ERR_UNSUPPORTED, "`must_`"},
    {"[{\"bver\":11,\"n\":\"a\",\"v\":1}]", ERR_UNSUPPORTED, "above 10"},
    {"[{\"bver\":0,\"n\":\"a\",\"v\":1}]", ERR_INVALID, "positive"},
    {"[{\"bver\":5.5,\"n\":\"a\",\"v\":1}]", ERR_INVALID, "positive"},
    {"[{\"bver\":5,\"n\":\"a\",\"v\":1},{\"bver\":6,\"n\":\"a\",\"v\":1}]", ERR_INVALID,
     "must be the same"},
    {"[{\"n\":\"a\",\"v\":1},{\"bver\":9,\"n\":\"a\",\"v\":1}]", ERR_INVALID, "must be the same"},
    {"[{\"n\":\"a\",\"v\":1,\"t\":1e300}]", ERR_RANGE, "time is out of range"},
    {"[{\"n\":\"a\",\"v\":1,\"t\":-1e12}]", ERR_RANGE, "time is out of range"},
    {"[{\"n\":\"a\",\"bv\":1e308,\"v\":1e308}]", ERR_RANGE, "value and its base"},
    {"[{\"n\":\"a\",\"v\":1}] x", ERR_SYNTAX, "text after the end"},
};

static void what_the_rfc_forbids_is_refused(void **state)
{
    struct senml *s = *state;
    int wrong = 0;

    for (size_t i = 0; i < COUNT_OF(refused_rows); i++) {
        enum err err = read_json(s, refused_rows[i].text);
        if (err != refused_rows[i].err || !strstr(s->diag.text, refused_rows[i].says) ||
            s->diag.line != 1) {
            print_error("%s: %d %s\n", refused_rows[i].text, err, s->diag.text);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(read_json(s, "[{\"n\":\"a\",\"v\":1,\"other\":{\"x\":[1]}}]"), OK);
    assert_int_equal(read_json(s, "[{\"bver\":10,\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":1}]"), OK);
}

static const struct {
    const char *hex;
    enum err err;
    const char *says;
} cbor_rows[] = {
    {"81a200616102f93e00", OK, ""},                    /* [{0: "a", 2: 1.5}] */
    {"81a200616102fa3fc00000", OK, ""},                /* single */
    {"81a200616102fb3ff8000000000000", OK, ""},        /* double */
    {"81a200616102c482200f", OK, ""},                  /* 4([-1, 15]) */
    {"81a200616102c5822003", OK, ""},                  /* 5([-1, 3]) */
    {"9fbf00616102f93e00ffff", OK, ""},                /* lengths not known before */
    {"81a3006161187801 02f93e00", OK, ""},             /* an unknown label 120 */
    {"81a300616103f502f93e00", ERR_INVALID, "text"},   /* vs: true */
    {"81a2636f6464810002f93e00", ERR_INVALID, "name"}, /* "odd": [0] is passed over: no name */
    {"81a30061616 46d7374 5f0002f93e00", ERR_UNSUPPORTED, "ends in _"},
    {"81a3006161636 26e5f 0002f93e00", ERR_UNSUPPORTED, "ends in _"},
    {"81a200616102f97e00", ERR_INVALID, "finite"}, /* NaN */
    {"81a200616102f97c00", ERR_INVALID, "finite"}, /* infinity */
    {"81a20061610401", ERR_INVALID, "true or false"},
    {"81a20061610801", ERR_INVALID, "bytes of known"},
    {"81a2f50061616102", ERR_INVALID, "a label is"},
    {"81a2007f6161ff02f93e00", ERR_INVALID, "known length"},
    {"81a300616100616202f93e00", ERR_INVALID, "twice"},
    {"81a200616102f93e", ERR_TRUNCATED, "too early"},
    {"81a200616102", ERR_TRUNCATED, "too early"},
    {"9bffffffffffffffff", ERR_TRUNCATED, "too early"},
    {"81bbffffffffffffffff", ERR_TRUNCATED, "too early"},
    {"81a2007bffffffffffffffff", ERR_TRUNCATED, "too early"},
    {"81a200616102f93e0000", ERR_SYNTAX, "bytes after the end"},
    {"81a200 61ff 02f93e00", ERR_SYNTAX, "UTF-8"},
    {"81a20061611c", ERR_SYNTAX, "reserved"},
    {"81a200616102ff", ERR_SYNTAX, "break"},
    {"9fbf006161 02ff", ERR_SYNTAX, "without a value"},
    {"9fbf00616102f93e00 03ff", ERR_SYNTAX, "without a value"},
    {"ff", ERR_SYNTAX, "break"},
    {"1f", ERR_SYNTAX, "reserved"},
    {"a0", ERR_INVALID, "array"},
    {"80", ERR_INVALID, "at least one"},
    {"8101", ERR_INVALID, "map"},
    {"81a200616102f818", ERR_SYNTAX, "two forms"},
    {"81a200616102c4820018", ERR_TRUNCATED, ""},
    {"81a200616102c4830001 02", ERR_RANGE, "fraction"},
    {"81a200616102c4821901f401", ERR_RANGE, "fraction"},
    {"81a200616102c201", ERR_INVALID, "a number"},
    {"81a21863 818181818181818181818181818181818181 00", ERR_LIMIT, "deeply"},
};

static size_t without_blanks(const char *text, size_t room_size, char *room)
{
    size_t size = 0;

    for (; *text && size + 1 < room_size; text++)
        if (*text != ' ')
            room[size++] = *text;
    room[size & ~(size_t)1] = '\0'; /* whole bytes */
    return size;
}

static void cbor_is_read_strictly(void **state)
{
    struct senml *s = *state;
    int wrong = 0;

    for (size_t i = 0; i < COUNT_OF(cbor_rows); i++) {
        char hex[128];
        (void)without_blanks(cbor_rows[i].hex, sizeof hex, hex);
        s->diag = (struct diag){0};
        enum err err = read_hex(s, hex);
        bool right = err == cbor_rows[i].err && strstr(s->diag.text, cbor_rows[i].says);
        if (!err)
            right = right && s->pack.count == 1 && near(s->pack.items[0].value, 1.5);
        if (!right) {
            print_error("%s: %d %s\n", cbor_rows[i].hex, err, s->diag.text);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* Random records, written in both forms and read again. */
static void make_record(struct rng *rng, struct arena *arena, struct wire_senml_record *r)
{
    static const char *const units[] = {"", "m", "%EL", "Cel", "/"};
    char name[32];

    int size = snprintf(name, sizeof name, "urn:dev:%x:n%x", (unsigned)rng_below(rng, 3),
                        (unsigned)rng_below(rng, 1000));
    *r = (struct wire_senml_record){.unit = str_of(units[rng_below(rng, COUNT_OF(units))])};
    assert_int_equal(arena_str(arena, (struct str){name, (size_t)size}, &r->name), OK);
    r->timed = rng_below(rng, 2);
    r->at.us =
        r->timed ? INT64_C(1700000000000000) + (int64_t)rng_below(rng, 100000) * 250000 : now.us;
    unsigned kind = (unsigned)rng_below(rng, 5);
    r->fields = 1u << kind | (rng_below(rng, 2) ? WIRE_SENML_UPDATE : 0u);
    double number = (double)(int64_t)rng_below(rng, 2000000) / 1000 - 1000;
    if (kind == 0)
        r->value = rng_below(rng, 2) ? number : floor(number);
    else if (kind == 1)
        r->text = STR("a \"text\" \n雁");
    else if (kind == 2)
        r->flag = rng_below(rng, 2);
    else if (kind == 3)
        r->data = (struct bytes){(const unsigned char *)"\0\xFFx", rng_below(rng, 4)};
    else
        r->sum = ldexp(number, (int)rng_below(rng, 200));
    if (r->fields & WIRE_SENML_UPDATE)
        r->update_s = (double)rng_below(rng, 1000);
}

static bool packs_come_back(struct rng *rng, size_t size)
{
    struct wire_senml_record records[40];
    struct wire_senml_pack pack;
    struct arena arena;
    struct buf out;
    struct diag diag = {0};
    size_t count = 1 + (size < COUNT_OF(records) ? size : COUNT_OF(records)) / 2;
    struct str base = rng_below(rng, 2) ? STR("urn:dev:") : STR("");

    arena_init(&arena, 1 << 20);
    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < count; i++)
        make_record(rng, &arena, &records[i]);
    for (int form = 0; form < 2; form++) {
        pack = (struct wire_senml_pack){0};
        buf_reset(&out);
        (form ? wire_senml_write_cbor : wire_senml_write_json)(records, count, base, &out);
        assert_int_equal(buf_err(&out), OK);
        enum err err =
            form ? wire_senml_read_cbor(str_bytes(buf_text(&out)), now, &arena, &pack, &diag)
                 : wire_senml_read_json(buf_text(&out), now, &arena, &pack, &diag);
        if (err)
            fail_msg("%s: %.*s", diag.text, form ? 0 : (int)out.size, out.data);
        assert_int_equal(pack.count, count);
        for (size_t i = 0; i < count; i++)
            same_record(&pack.items[i], &records[i]);
    }
    buf_done(&out);
    arena_done(&arena);
    return true;
}

static void written_packs_come_back(void **state)
{
    (void)state;
    PROP(packs_come_back, 500, 80);
}

static void limits_hold(void **state)
{
    struct senml *s = *state;
    struct buf out;

    buf_init(&out, 4 << 20);
    buf_str(&out, STR("[{\"n\":\"a\",\"v\":1}"));
    for (int i = 1; i < WIRE_SENML_RECORDS_MAX; i++)
        buf_str(&out, STR(",{\"n\":\"a\",\"v\":1}"));
    size_t size = out.size;
    buf_char(&out, ']');
    assert_int_equal(wire_senml_read_json(buf_text(&out), now, &s->arena, &s->pack, &s->diag), OK);
    assert_int_equal(s->pack.count, WIRE_SENML_RECORDS_MAX);
    out.size = size;
    buf_str(&out, STR(",{\"n\":\"a\",\"v\":1}]"));
    assert_int_equal(wire_senml_read_json(buf_text(&out), now, &s->arena, &s->pack, &s->diag),
                     ERR_LIMIT);
    while (out.size <= WIRE_SENML_BYTES_MAX)
        buf_char(&out, ' ');
    assert_int_equal(wire_senml_read_json(buf_text(&out), now, &s->arena, &s->pack, &s->diag),
                     ERR_LIMIT);
    assert_int_equal(
        wire_senml_read_cbor(str_bytes(buf_text(&out)), now, &s->arena, &s->pack, &s->diag),
        ERR_LIMIT);
    buf_reset(&out);
    buf_str(&out, STR("[{\"bn\":\""));
    for (int i = 0; i < WIRE_SENML_NAME_MAX; i++)
        buf_char(&out, 'x');
    size = out.size;
    buf_str(&out, STR("\",\"v\":1}]"));
    assert_int_equal(wire_senml_read_json(buf_text(&out), now, &s->arena, &s->pack, &s->diag), OK);
    out.size = size;
    buf_str(&out, STR("\",\"n\":\"y\",\"v\":1}]"));
    assert_int_equal(wire_senml_read_json(buf_text(&out), now, &s->arena, &s->pack, &s->diag),
                     ERR_LIMIT);
    buf_done(&out);
}

static enum err sweep_json(void *context)
{
    struct arena arena;
    struct wire_senml_pack pack;

    arena_init(&arena, context ? *(const size_t *)context : 1 << 20);
    enum err err = wire_senml_read_json(
        STR("[{\"bn\":\"a:\",\"n\":\"b\",\"v\":1},{\"n\":\"c\",\"vd\":\"aGkg\"},"
            "{\"n\":\"d\",\"vs\":\"x\\ny\"}]"),
        now, &arena, &pack, NULL);
    arena_done(&arena);
    return err;
}

static enum err sweep_cbor(void *context)
{
    struct arena arena;
    struct wire_senml_pack pack;
    unsigned char room[16];
    size_t size = hex_bytes(STR("81a200616102f93e00"), sizeof room, room);

    (void)context;
    arena_init(&arena, 1 << 20);
    enum err err = wire_senml_read_cbor((struct bytes){room, size}, now, &arena, &pack, NULL);
    arena_done(&arena);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    (void)state;
    check_sweep(sweep_json, NULL);
    check_sweep(sweep_cbor, NULL);
    /* the arena asks the heap seldom: every quota refuses another of its blocks */
    enum err err = ERR_NOMEM;
    size_t quota = 0;
    for (; err == ERR_NOMEM && quota < 1 << 16; quota += 8)
        err = sweep_json(&quota);
    assert_int_equal(err, OK);
    assert_true(quota > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_examples_resolve_as_given, begin, end),
        cmocka_unit_test_setup_teardown(the_examples_in_cbor_are_the_same, begin, end),
        cmocka_unit_test_setup_teardown(a_bin_is_read, begin, end),
        cmocka_unit_test_setup_teardown(bases_add_until_they_change, begin, end),
        cmocka_unit_test_setup_teardown(what_the_rfc_forbids_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(cbor_is_read_strictly, begin, end),
        cmocka_unit_test_setup_teardown(limits_hold, begin, end),
        cmocka_unit_test(written_packs_come_back),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
