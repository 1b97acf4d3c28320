/* location.c - see location.h. Values are put together by shifts where they lie: this runs once for
 * every position of every vehicle. */
#include "wire/jt808/location.h"

#include <string.h>

enum {
    LOCATION_STATUS_SOUTH = 1 << 2,
    LOCATION_STATUS_WEST = 1 << 3,
    LOCATION_ITEM_ODOMETER = 0x01,
    LOCATION_ITEM_ODOMETER_BYTES = 4,
    LOCATION_ZONE_S = 8 * 3600, /* devices keep China's time wherever they are */
};

static inline uint16_t location_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t location_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline int32_t location_signed(uint32_t raw, bool negative)
{
    int32_t value = raw > INT32_MAX ? INT32_MAX : (int32_t)raw;

    return negative ? -value : value;
}

enum err wire_jt808_location(struct bytes body, struct wire_jt808_location *ret)
{
    const uint8_t *at = body.data;

    if (body.size < WIRE_JT808_LOCATION_BYTES)
        return ERR_TRUNCATED;
    uint32_t status = location_u32(at + 4);
    ret->alarm = location_u32(at);
    ret->status = status;
    ret->lat_e6 = location_signed(location_u32(at + 8), status & LOCATION_STATUS_SOUTH);
    ret->lng_e6 = location_signed(location_u32(at + 12), status & LOCATION_STATUS_WEST);
    ret->altitude_m = (int16_t)location_u16(at + 16);
    ret->speed_dkmh = location_u16(at + 18);
    ret->heading_deg = location_u16(at + 20);
    memcpy(ret->time_bcd, at + 22, sizeof ret->time_bcd);
    ret->items =
        (struct bytes){at + WIRE_JT808_LOCATION_BYTES, body.size - WIRE_JT808_LOCATION_BYTES};
    return OK;
}

enum err wire_jt808_time(const uint8_t bcd[6], struct utc_us *ret)
{
    uint8_t part[6]; /* year, month, day, hour, minute, second */

    for (size_t i = 0; i < COUNT_OF(part); i++) {
        if ((bcd[i] & 0xF) > 9 || bcd[i] >> 4 > 9)
            return ERR_RANGE;
        part[i] = (uint8_t)((bcd[i] >> 4) * 10 + (bcd[i] & 0xF));
    }
    if (part[1] < 1 || part[1] > 12 || part[2] < 1 || part[3] > 23 || part[4] > 59 || part[5] > 59)
        return ERR_RANGE;
    int64_t day = clock_day_of((struct clock_date){2000 + part[0], part[1], part[2]});
    int64_t month = clock_day_of(
        (struct clock_date){2000 + part[0] + (part[1] == 12), (uint8_t)(part[1] % 12 + 1), 1});
    if (day >= month)
        return ERR_RANGE; /* the month has fewer days */
    int64_t second = day * 86400 + part[3] * 3600 + part[4] * 60 + part[5] - LOCATION_ZONE_S;
    *ret = (struct utc_us){second * CLOCK_US_PER_S};
    return OK;
}

bool wire_jt808_item_next(struct rd *rd, struct wire_jt808_item *ret_item)
{
    if (rd->bad || !rd->left.size)
        return false;
    if (rd->left.size < 2 || rd->left.data[1] > rd->left.size - 2) {
        rd->bad = true;
        return false;
    }
    size_t size = rd->left.data[1];
    *ret_item = (struct wire_jt808_item){rd->left.data[0], {rd->left.data + 2, size}};
    rd->left.data += 2 + size;
    rd->left.size -= 2 + size;
    return true;
}

bool wire_jt808_odometer(struct bytes items, uint32_t *ret_dkm)
{
    struct rd rd = {.left = items};
    struct wire_jt808_item item;

    while (wire_jt808_item_next(&rd, &item)) {
        if (item.id != LOCATION_ITEM_ODOMETER || item.value.size != LOCATION_ITEM_ODOMETER_BYTES)
            continue;
        *ret_dkm = location_u32(item.value.data);
        return true;
    }
    return false;
}
