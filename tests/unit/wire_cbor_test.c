/* wire_cbor_test.c - CBOR item by item: the examples of RFC 8949, appendix A, and those of appendix F
 * that are not well-formed. */
#include "wire/senml/cbor.h"

#include <math.h>

#include "wire_vectors.h"

enum { HEX_SIZE = 64 };

static struct bytes bytes_of(const char *hex, unsigned char room[HEX_SIZE])
{
    return (struct bytes){room, hex_bytes(str_of(hex), HEX_SIZE, room)};
}

/* Reads all of it; the last item read, END or BAD. */
static enum wire_cbor_item read_all(const char *hex, struct wire_cbor *cbor)
{
    static unsigned char room[HEX_SIZE];
    enum wire_cbor_item item;

    wire_cbor_init(cbor, bytes_of(hex, room));
    do
        item = wire_cbor_next(cbor);
    while (item > WIRE_CBOR_END);
    return item;
}

static const struct {
    const char *hex;
    double value;
} numbers[] = {
    {"00", 0},
    {"17", 23},
    {"1818", 24},
    {"1903e8", 1000},
    {"1a000f4240", 1000000},
    {"1b000000e8d4a51000", 1000000000000.0},
    {"1bffffffffffffffff", 18446744073709551615.0},
    {"20", -1},
    {"3863", -100},
    {"3903e7", -1000},
    {"3bffffffffffffffff", -18446744073709551616.0},
    {"f90000", 0},
    {"f98000", -0.0},
    {"f93c00", 1},
    {"fb3ff199999999999a", 1.1},
    {"f93e00", 1.5},
    {"f97bff", 65504},
    {"fa47c35000", 100000},
    {"fa7f7fffff", 3.4028234663852886e+38},
    {"fb7e37e43c8800759c", 1.0e+300},
    {"f90001", 5.960464477539063e-8},
    {"f90400", 0.00006103515625},
    {"f9c400", -4},
    {"fbc010666666666666", -4.1},
    {"c48221196ab3", 273.15}, /* RFC 8949, 3.4.4: 4([-2, 27315]) */
    {"c5822003", 1.5},        /* and 5([-1, 3]) */
    {"1800", 0},              /* not the shortest form, which is allowed */
};

static void numbers_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        unsigned char room[HEX_SIZE];
        struct wire_cbor cbor;
        double value = 7;
        wire_cbor_init(&cbor, bytes_of(numbers[i].hex, room));
        if (!wire_cbor_f64(&cbor, wire_cbor_next(&cbor), &value) || value < numbers[i].value ||
            value > numbers[i].value || wire_cbor_next(&cbor) != WIRE_CBOR_END)
            fail_msg("%s: %.17g", numbers[i].hex, value);
    }
}

static void what_is_no_finite_number_is_refused(void **state)
{
    static const char *const rows[] = {"f97c00",
                                       "f97e00",
                                       "f9fc00",
                                       "fa7f800000",
                                       "f5",
                                       "6131",
                                       "c249010000",
                                       "c482f500",
                                       "c482016161",
                                       "c400",
                                       "c48201",
                                       "c4821b7fffffffffffffff00",
                                       "c48219012c1b7fffffffffffffff"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char room[HEX_SIZE];
        struct wire_cbor cbor;
        double value = 7;
        wire_cbor_init(&cbor, bytes_of(rows[i], room));
        if (wire_cbor_f64(&cbor, wire_cbor_next(&cbor), &value) || !cbor.err || value < 7 ||
            value > 7)
            fail_msg("%s", rows[i]);
        assert_int_equal(wire_cbor_next(&cbor), WIRE_CBOR_BAD);
    }
}

static const char *const well_formed[] = {
    "f4",
    "f5",
    "f6",
    "f7",
    "f0",
    "f8ff",
    "c11a514b67b0",
    "d74401020304",
    "40",
    "4401020304",
    "60",
    "62c3bc",
    "64f0908591",
    "80",
    "83010203",
    "8301820203820405",
    "a0",
    "a201020304",
    "a26161016162820203",
    "826161a161626163",
    "5f42010243030405ff",
    "7f657374726561646d696e67ff",
    "9fff",
    "9f018202039f0405ffff",
    "83018202039f0405ff",
    "bf61610161629f0203ffff",
    "826161bf61626163ff",
    "bf6346756ef563416d7421ff",
    "5fff",
    "c0c0c000",
};

static void the_examples_of_appendix_a_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(well_formed); i++) {
        unsigned char room[HEX_SIZE];
        struct wire_cbor cbor;
        if (read_all(well_formed[i], &cbor) != WIRE_CBOR_END)
            fail_msg("%s: %s", well_formed[i], cbor.why);
        /* passed over in one step, it ends at the same place */
        wire_cbor_init(&cbor, bytes_of(well_formed[i], room));
        wire_cbor_skip(&cbor, wire_cbor_next(&cbor));
        assert_int_equal(wire_cbor_next(&cbor), WIRE_CBOR_END);
    }
}

static void parts_and_containers_are_given_one_by_one(void **state)
{
    static const enum wire_cbor_item want[] = {
        WIRE_CBOR_ARRAY, WIRE_CBOR_PARTS,  WIRE_CBOR_BYTES, WIRE_CBOR_BYTES, WIRE_CBOR_CLOSE,
        WIRE_CBOR_MAP,   WIRE_CBOR_TEXT,   WIRE_CBOR_TAG,   WIRE_CBOR_NINT,  WIRE_CBOR_CLOSE,
        WIRE_CBOR_FLOAT, WIRE_CBOR_SIMPLE, WIRE_CBOR_CLOSE, WIRE_CBOR_END,   WIRE_CBOR_END};
    unsigned char room[HEX_SIZE];
    struct wire_cbor cbor;

    (void)state;
    wire_cbor_init(&cbor, bytes_of("845f4201024103ffbf6161c120fff93e00f5", room));
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_int_equal(wire_cbor_next(&cbor), want[i]);
}

/* RFC 8949, appendix F.1, and what is refused beyond it. */
static const char *const not_well_formed[] = {
    "",
    "18",
    "19",
    "1a",
    "1b",
    "1901",
    "1a0102",
    "1b01020304050607",
    "38",
    "58",
    "78",
    "98",
    "9a01ff00",
    "b8",
    "d8",
    "f8",
    "f900",
    "fa0000",
    "fb000000",
    "41",
    "61",
    "5affffffff00",
    "5bffffffffffffffff010203",
    "7affffffff00",
    "7b7fffffffffffffff010203",
    "81",
    "818181818181818181",
    "8200",
    "a1",
    "a20102",
    "a100",
    "a2000000",
    "c0",
    "5f4100",
    "7f6100",
    "9f",
    "9f0102",
    "bf",
    "bf01020102",
    "819f",
    "9f8000",
    "9f9f9f9f9fffffffff",
    "9f819f819f9fffffff",
    "1c",
    "1d",
    "1e",
    "3c",
    "3d",
    "3e",
    "5c",
    "5d",
    "5e",
    "7c",
    "7d",
    "7e",
    "9c",
    "9d",
    "9e",
    "bc",
    "bd",
    "be",
    "dc",
    "dd",
    "de",
    "fc",
    "fd",
    "fe",
    "f800",
    "f801",
    "f818",
    "f81f",
    "5f00ff",
    "5f21ff",
    "5f6100ff",
    "5f80ff",
    "5fa0ff",
    "5fc000ff",
    "5fe0ff",
    "7f4100ff",
    "5f5f4100ffff",
    "7f7f6100ffff",
    "ff",
    "81ff",
    "8200ff",
    "a1ff",
    "a1ff00",
    "a100ff",
    "a20000ff",
    "9f81ff",
    "9f829f819f9fffffffff",
    "bf00ff",
    "bf000000ff",
    "1f",
    "3f",
    "df",
    "9fc0ff",
    /* bytes after the item, text that is not UTF-8, a count beyond all bytes */
    "0000",
    "62c328",
    "7f61c3ff",
    "9bffffffffffffffff",
    "bb8000000000000000",
};

static void what_is_not_well_formed_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(not_well_formed); i++) {
        struct wire_cbor cbor;
        if (read_all(not_well_formed[i], &cbor) != WIRE_CBOR_BAD)
            fail_msg("%s is taken", not_well_formed[i]);
        assert_true(cbor.err == ERR_SYNTAX || cbor.err == ERR_TRUNCATED);
        assert_non_null(cbor.why);
        assert_int_equal(wire_cbor_next(&cbor), WIRE_CBOR_BAD);
    }
}

static void nesting_ends_at_the_limit(void **state)
{
    char hex[2 * (WIRE_CBOR_DEPTH_MAX + 2) + 1] = "";
    struct wire_cbor cbor;

    (void)state;
    for (int i = 0; i < WIRE_CBOR_DEPTH_MAX; i++)
        memcpy(hex + 2 * i, i + 1 < WIRE_CBOR_DEPTH_MAX ? "81" : "80", 3);
    assert_int_equal(read_all(hex, &cbor), WIRE_CBOR_END);
    for (int i = 0; i < WIRE_CBOR_DEPTH_MAX + 1; i++)
        memcpy(hex + 2 * i, i < WIRE_CBOR_DEPTH_MAX ? "81" : "80", 3);
    assert_int_equal(read_all(hex, &cbor), WIRE_CBOR_BAD);
    assert_int_equal(cbor.err, ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(what_is_no_finite_number_is_refused),
        cmocka_unit_test(the_examples_of_appendix_a_are_read),
        cmocka_unit_test(parts_and_containers_are_given_one_by_one),
        cmocka_unit_test(what_is_not_well_formed_is_refused),
        cmocka_unit_test(nesting_ends_at_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
