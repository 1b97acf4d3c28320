/* wire_jt808_location_test.c - the location report: units, signs, time, additional items. */
#include "wire/jt808/location.h"

#include <string.h>

#include "check.h"

static const uint8_t base[WIRE_JT808_LOCATION_BYTES] = {
    0x00, 0x04, 0x01, 0x00, 0x00, 0x08, 0x00, 0x03, 0x02, 0x02, 0x30, 0x10, 0x06, 0xF8,
    0x93, 0xE8, 0xFF, 0xFE, 0x01, 0x2C, 0x00, 0x95, 0x26, 0x08, 0x17, 0x22, 0x18, 0x12};

static void the_base_has_its_units(void **state)
{
    struct wire_jt808_location at;

    (void)state;
    assert_int_equal(wire_jt808_location((struct bytes){base, sizeof base}, &at), OK);
    assert_int_equal(at.alarm, 262400);
    assert_int_equal(at.status, 524291);
    assert_int_equal(at.lat_e6, 33697808);
    assert_int_equal(at.lng_e6, 116954088);
    assert_int_equal(at.altitude_m, -2);
    assert_int_equal(at.speed_dkmh, 300);
    assert_int_equal(at.heading_deg, 149);
    assert_int_equal(at.items.size, 0);
    assert_int_equal(wire_jt808_location((struct bytes){base, sizeof base - 1}, &at),
                     ERR_TRUNCATED);
}

static void status_bits_give_south_and_west(void **state)
{
    uint8_t body[sizeof base];
    struct wire_jt808_location at;

    (void)state;
    memcpy(body, base, sizeof body);
    body[7] = 0x0C;
    assert_int_equal(wire_jt808_location((struct bytes){body, sizeof body}, &at), OK);
    assert_int_equal(at.lat_e6, -33697808);
    assert_int_equal(at.lng_e6, -116954088);
    body[8] = 0xFF;
    body[7] = 0x00;
    assert_int_equal(wire_jt808_location((struct bytes){body, sizeof body}, &at), OK);
    assert_int_equal(at.lat_e6, INT32_MAX);
}

static void time_is_china_s_and_must_exist(void **state)
{
    static const struct {
        uint8_t bcd[6];
        enum err err;
        int64_t second;
    } cases[] = {
        {{0x26, 0x08, 0x17, 0x22, 0x18, 0x12}, OK, INT64_C(1786976292)},
        {{0x00, 0x01, 0x01, 0x00, 0x00, 0x00}, OK, INT64_C(946656000)},
        {{0x24, 0x02, 0x29, 0x23, 0x59, 0x59}, OK, INT64_C(1709222399)},
        {{0x23, 0x12, 0x31, 0x08, 0x00, 0x00}, OK, INT64_C(1703980800)},
        {{0x23, 0x02, 0x29, 0x00, 0x00, 0x00}, ERR_RANGE, 0},
        {{0x23, 0x04, 0x31, 0x00, 0x00, 0x00}, ERR_RANGE, 0},
        {{0x23, 0x12, 0x32, 0x00, 0x00, 0x00}, ERR_RANGE, 0},
        {{0x23, 0x13, 0x01, 0x00, 0x00, 0x00}, ERR_RANGE, 0},
        {{0x00, 0x00, 0x00, 0x00, 0x00, 0x00}, ERR_RANGE, 0},
        {{0x23, 0x01, 0x00, 0x00, 0x00, 0x00}, ERR_RANGE, 0},
        {{0x23, 0x01, 0x01, 0x24, 0x00, 0x00}, ERR_RANGE, 0},
        {{0x23, 0x01, 0x01, 0x00, 0x60, 0x00}, ERR_RANGE, 0},
        {{0x23, 0x01, 0x01, 0x00, 0x00, 0x60}, ERR_RANGE, 0},
        {{0x23, 0x0A, 0x01, 0x00, 0x00, 0x00}, ERR_RANGE, 0},
        {{0xA3, 0x01, 0x01, 0x00, 0x00, 0x00}, ERR_RANGE, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct utc_us at = {-1};
        assert_int_equal(wire_jt808_time(cases[i].bcd, &at), cases[i].err);
        assert_int_equal(at.us, cases[i].err ? -1 : cases[i].second * CLOCK_US_PER_S);
    }
}

static void items_end_or_break(void **state)
{
    static const uint8_t good[] = {0x30, 0x01, 0x1F, 0xE1, 0x00, 0x01,
                                   0x04, 0x00, 0x00, 0x36, 0xC9};
    struct rd rd = {.left = {good, sizeof good}};
    struct wire_jt808_item item;
    uint32_t dkm = 7;

    (void)state;
    assert_true(wire_jt808_item_next(&rd, &item));
    assert_int_equal(item.id, 0x30);
    assert_int_equal(item.value.size, 1);
    assert_true(wire_jt808_item_next(&rd, &item));
    assert_int_equal(item.id, 0xE1);
    assert_int_equal(item.value.size, 0);
    assert_true(wire_jt808_item_next(&rd, &item));
    assert_false(wire_jt808_item_next(&rd, &item));
    assert_false(rd.bad);
    assert_true(wire_jt808_odometer((struct bytes){good, sizeof good}, &dkm));
    assert_int_equal(dkm, 14025);

    for (size_t size = 6; size < sizeof good; size++) { /* an item that is cut */
        rd = (struct rd){.left = {good, size}};
        assert_true(wire_jt808_item_next(&rd, &item));
        assert_true(wire_jt808_item_next(&rd, &item));
        assert_false(wire_jt808_item_next(&rd, &item));
        assert_true(rd.bad);
        dkm = 7;
        assert_false(wire_jt808_odometer((struct bytes){good, size}, &dkm));
        assert_int_equal(dkm, 7);
    }
    assert_false(wire_jt808_odometer((struct bytes){0}, &dkm));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_base_has_its_units),
        cmocka_unit_test(status_bits_give_south_and_west),
        cmocka_unit_test(time_is_china_s_and_must_exist),
        cmocka_unit_test(items_end_or_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
