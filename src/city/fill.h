/* fill.h - a bin, as its sensor tells: level, collections, how fast it fills, what is wrong.
 *
 * Purpose    A fold of one bin's readings; valid levels alone count as levels.
 * Order      Readings count in the order of their own time. The last CITY_FILL_RECENT are kept and
 *            folded anew when an older one comes between them; one older than all of these is late
 *            and changes nothing. Any arrival in which no reading is overtaken by that many gives
 *            the same state.
 * Collection A large fall between two valid levels. One low echo is none: when the next reading,
 *            soon after, is up again, the fall is taken back.
 * Rate       Percent an hour by hour of week: a profile that the bins of a stream share, times the
 *            bin's own pace. The pace forgets with a half-life. No forecast without enough of both.
 * Units      Percent of the bin, hours of week from Monday 00:00 local time.
 * Threads    A bin and its profile belong to one thread.
 * Layer      2
 */
#ifndef CITY_FILL_H
#define CITY_FILL_H

#include "city/city.h"

enum { CITY_FILL_RECENT = 12, CITY_WEEK_HOURS = 168 };

/* [ours] all of them: no source gives figures; each is the city's to set. */
struct city_fill_rules {
    double collect_fall_pct; /* 25: a lift leaves less; compaction by hand takes less away */
    double collect_left_pct; /* 40: what is left is below this */
    double echo_back_pct;    /* 10: within this of the level before, the low one was an echo */
    int32_t echo_s;          /* 7,200: and no later than this */
    double noise_pct;        /* 3: a smaller fall is noise of the echo */
    double pace_half_life_h; /* 336: two weeks */
    double pace_hours_min;   /* 20: hours observed before anything is forecast */
    double profile_prior_h;  /* 5: an hour of week with less observation stays near the mean */
    int32_t forecast_h_max;  /* 336: farther than that nobody knows */
    double hot_c;            /* 70: above any summer's sun on a closed bin */
    double hot_rise_c;       /* 10: so much warmer */
    int32_t hot_rise_s;      /* 900: within this, as fire does and sun does not */
    double battery_low_pct;  /* 15 */
    double battery_low_v;    /* 0: not judged by volts, which differ by cell */
    int32_t silent_s;        /* 93,600: 26 hours, since most sensors speak once a day at least */
    int32_t ahead_s;         /* 300: a time so far ahead of its receipt is not believed */
};
struct city_fill_rules city_fill_rules_default(void);

enum city_reading_field {
    CITY_READ_FILL = 1 << 0, /* a valid level */
    CITY_READ_BATTERY_PCT = 1 << 1,
    CITY_READ_BATTERY_V = 1 << 2,
    CITY_READ_TEMPERATURE = 1 << 3,
    CITY_READ_TILT = 1 << 4,
    CITY_READ_ALARM = 1 << 5, /* the sensor's own */
};
struct city_reading {
    struct utc_us at;
    struct utc_us received;
    uint64_t id; /* the same when it is sent again */
    uint32_t fields;
    double fill_pct;
    double battery_pct;
    double battery_v;
    double temperature_c;
    bool tilt;
    bool alarm;
};

struct city_collection {
    struct utc_us at; /* of the first reading after it */
    double before_pct;
    double after_pct;
};

/* After some readings, in their order. */
struct city_fill_state {
    bool known; /* there is a level */
    double fill_pct;
    struct utc_us level_at;
    struct utc_us heard;         /* the newest reading of any kind */
    bool collected;              /* ever */
    struct city_collection last; /* collection */
    struct city_collection previous;
    uint32_t collections;
    bool doubtful;   /* the last reading was the collection: an echo would look the same */
    double rise_pct; /* risen in pace_hours, both forgotten by half-life */
    double pace_hours;
    uint32_t known_fields;
    double battery_pct;
    double battery_v;
    double temperature_c;
    struct utc_us temperature_at;
    double cool_c; /* the lowest temperature of the last hot_rise_s, */
    struct utc_us cool_at;
    bool tilt;
    bool alarm;
};

struct city_fill {
    struct city_fill_state old; /* before the first of `recent` */
    struct city_reading recent[CITY_FILL_RECENT];
    uint32_t count;
    struct city_fill_state now;
    uint64_t late;
};

/* How a week goes, shared by the bins of one stream. Zero-initialise. */
struct city_week {
    double rise_pct[CITY_WEEK_HOURS];
    double hours[CITY_WEEK_HOURS]; /* observed, times the pace of the bins observed */
};

enum city_reading_fate { CITY_READING_KEPT, CITY_READING_AGAIN, CITY_READING_LATE };

/* Takes one reading. What leaves `recent` is learned by `week` (NULL is allowed: a flat week). */
enum city_reading_fate city_fill_add(const struct city_fill_rules *rules, int32_t utc_offset_s,
                                     const struct city_reading *reading, struct city_week *week,
                                     struct city_fill *fill);

/* What a weighed lift says of a bin that has no sensor: full by its mass just before, empty after. Two
 * readings for city_fill_add(). False for a lift without weight or of a bin that nobody knows. */
struct city_fact;
MUST_USE bool city_fill_of_lift(const struct city *city, const struct city_fact *fact,
                                struct city_reading ret_readings[2]);

/* 1 on average over the week. */
double city_week_weight(const struct city_fill_rules *rules, const struct city_week *week,
                        uint32_t hour);
/* Percent an hour, of the bin over a whole week; negative while nobody knows. */
double city_fill_pace(const struct city_fill_rules *rules, const struct city_fill *fill);
/* When the level reaches `full_pct`. False when nobody knows, or not within the farthest time.
 * A bin that is there already: the time of its level. */
MUST_USE bool city_fill_full_at(const struct city_fill_rules *rules, int32_t utc_offset_s,
                                const struct city_week *week, const struct city_fill *fill,
                                double full_pct, struct utc_us *ret_at);
/* The level expected at `at`: the last one, and what has come since by the pace; the last one alone
 * where there is no pace. False when there is no level. */
MUST_USE bool city_fill_expected(const struct city_fill_rules *rules, int32_t utc_offset_s,
                                 const struct city_week *week, const struct city_fill *fill,
                                 struct utc_us at, double *ret_pct);

enum city_bin_trouble {
    CITY_BIN_HOT = 1 << 0, /* smoke or fire */
    CITY_BIN_TILT = 1 << 1,
    CITY_BIN_BATTERY = 1 << 2,
    CITY_BIN_SILENT = 1 << 3, /* was heard once, and not since */
    CITY_BIN_ALARM = 1 << 4,
};
/* What is wrong at `now`; a set. */
uint32_t city_fill_trouble(const struct city_fill_rules *rules, const struct city_fill *fill,
                           struct utc_us now);

#endif
