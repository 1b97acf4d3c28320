/* fill.c - see fill.h. */
#include "city/fill.h"

#include <math.h>
#include <string.h>

#include "city/fact.h"

#define CITY_US_PER_HOUR (3600 * CLOCK_US_PER_S)

struct city_fill_rules city_fill_rules_default(void)
{
    return (struct city_fill_rules){
        .collect_fall_pct = 25,
        .collect_left_pct = 40,
        .echo_back_pct = 10,
        .echo_s = 7200,
        .noise_pct = 3,
        .pace_half_life_h = 336,
        .pace_hours_min = 20,
        .profile_prior_h = 5,
        .forecast_h_max = 336,
        .hot_c = 70,
        .hot_rise_c = 10,
        .hot_rise_s = 900,
        .battery_low_pct = 15,
        .battery_low_v = 0,
        .silent_s = 93600,
        .ahead_s = 300,
    };
}

/* --- the week --- */

/* 1970-01-01 was a Thursday. */
static uint32_t city_hour_of_week(int64_t local_us)
{
    int64_t hour = local_us / CITY_US_PER_HOUR - (local_us % CITY_US_PER_HOUR < 0);
    int64_t of_week = (hour + 72) % CITY_WEEK_HOURS;

    return (uint32_t)(of_week < 0 ? of_week + CITY_WEEK_HOURS : of_week);
}

static double city_week_raw(const struct city_week *week, double prior, uint32_t hour)
{
    return (week->rise_pct[hour] + prior) / (week->hours[hour] + prior);
}

/* All hours of the week, 1 on average; a flat week without one. */
static void city_week_weights(const struct city_fill_rules *rules, const struct city_week *week,
                              double ret_weights[CITY_WEEK_HOURS])
{
    double sum = 0;

    for (uint32_t i = 0; i < CITY_WEEK_HOURS; i++) {
        ret_weights[i] = week ? city_week_raw(week, rules->profile_prior_h, i) : 1;
        sum += ret_weights[i];
    }
    for (uint32_t i = 0; i < CITY_WEEK_HOURS; i++)
        ret_weights[i] *= CITY_WEEK_HOURS / sum;
}

double city_week_weight(const struct city_fill_rules *rules, const struct city_week *week,
                        uint32_t hour)
{
    double weights[CITY_WEEK_HOURS];

    city_week_weights(rules, week, weights);
    return weights[hour];
}

/* Hours of the profile between two local times: an hour in which much comes counts for more. */
static double city_week_between(const struct city_fill_rules *rules, const struct city_week *week,
                                int64_t from_us, int64_t to_us)
{
    double weights[CITY_WEEK_HOURS];

    city_week_weights(rules, week, weights);
    int64_t whole_us = CITY_WEEK_HOURS * CITY_US_PER_HOUR;
    double hours = (double)((to_us - from_us) / whole_us * CITY_WEEK_HOURS);
    from_us += (to_us - from_us) / whole_us * whole_us;
    while (from_us < to_us) { /* at most 169 times */
        int64_t into_us = (from_us % CITY_US_PER_HOUR + CITY_US_PER_HOUR) % CITY_US_PER_HOUR;
        int64_t end_us = from_us - into_us + CITY_US_PER_HOUR;
        if (end_us > to_us)
            end_us = to_us;
        hours +=
            weights[city_hour_of_week(from_us)] * (double)(end_us - from_us) / CITY_US_PER_HOUR;
        from_us = end_us;
    }
    return hours;
}

/* A rise between two readings is spread over their hours as the time is; long gaps teach nothing
 * about an hour. */
static void city_week_learn(struct city_week *week, int64_t from_us, int64_t to_us, double rise_pct,
                            double pace)
{
    double all_us = (double)(to_us - from_us);

    if (to_us - from_us > 6 * CITY_US_PER_HOUR || to_us <= from_us || pace <= 0)
        return;
    while (from_us < to_us) {
        int64_t into_us = (from_us % CITY_US_PER_HOUR + CITY_US_PER_HOUR) % CITY_US_PER_HOUR;
        int64_t end_us = from_us - into_us + CITY_US_PER_HOUR;
        if (end_us > to_us)
            end_us = to_us;
        uint32_t hour = city_hour_of_week(from_us);
        double part = (double)(end_us - from_us);
        week->rise_pct[hour] += rise_pct * part / all_us;
        week->hours[hour] += pace * part / CITY_US_PER_HOUR;
        from_us = end_us;
    }
}

/* --- one reading after another --- */

struct city_fill_step {
    const struct city_fill_rules *rules;
    int32_t utc_offset_s;
    struct city_week *learn; /* NULL: only look */
};

static int64_t city_local_us(const struct city_fill_step *step, struct utc_us at)
{
    return at.us + step->utc_offset_s * CLOCK_US_PER_S;
}

/* The pace counts in plain hours: the week's shape evens out over the weeks that it spans, and a
 * fold must not depend on what other bins have taught meanwhile. */
static void city_fill_rise(const struct city_fill_step *step, const struct city_reading *reading,
                           struct city_fill_state *state)
{
    double hours = (double)(reading->at.us - state->level_at.us) / CITY_US_PER_HOUR;
    double rise_pct = reading->fill_pct - state->fill_pct;
    double keep = exp2(-hours / step->rules->pace_half_life_h);

    if (step->learn && state->pace_hours >= step->rules->pace_hours_min)
        city_week_learn(step->learn, city_local_us(step, state->level_at),
                        city_local_us(step, reading->at), rise_pct,
                        state->rise_pct / state->pace_hours);
    state->rise_pct = state->rise_pct * keep + rise_pct;
    state->pace_hours = state->pace_hours * keep + hours;
    if (state->rise_pct < 0)
        state->rise_pct = 0;
}

static bool city_fill_echo(const struct city_fill_rules *rules, const struct city_reading *reading,
                           const struct city_fill_state *state)
{
    return state->doubtful &&
           reading->at.us - state->level_at.us <= rules->echo_s * CLOCK_US_PER_S &&
           reading->fill_pct >= state->last.before_pct - rules->echo_back_pct;
}

static void city_fill_level(const struct city_fill_step *step, const struct city_reading *reading,
                            struct city_fill_state *state)
{
    const struct city_fill_rules *rules = step->rules;
    double fall_pct = state->fill_pct - reading->fill_pct;

    if (!state->known) {
        state->known = true;
    } else if (city_fill_echo(rules, reading, state)) {
        state->last = state->previous;
        state->collections--;
        state->collected = state->collections > 0;
        state->doubtful = false;
    } else if (fall_pct >= rules->collect_fall_pct &&
               reading->fill_pct <= rules->collect_left_pct) {
        state->previous = state->last;
        state->last = (struct city_collection){reading->at, state->fill_pct, reading->fill_pct};
        state->collected = true;
        state->collections++;
        state->doubtful = true;
    } else {
        if (fall_pct <= rules->noise_pct)
            city_fill_rise(step, reading, state);
        state->doubtful = false;
    }
    state->fill_pct = reading->fill_pct;
    state->level_at = reading->at;
}

static void city_fill_warmth(const struct city_fill_rules *rules,
                             const struct city_reading *reading, struct city_fill_state *state)
{
    bool old = !(state->known_fields & CITY_READ_TEMPERATURE) ||
               reading->at.us - state->cool_at.us > rules->hot_rise_s * CLOCK_US_PER_S;

    if (old) { /* of what is within the time only the last is still known */
        bool last = (state->known_fields & CITY_READ_TEMPERATURE) &&
                    reading->at.us - state->temperature_at.us <= rules->hot_rise_s * CLOCK_US_PER_S;
        state->cool_c = last ? state->temperature_c : reading->temperature_c;
        state->cool_at = last ? state->temperature_at : reading->at;
    }
    if (reading->temperature_c <= state->cool_c) {
        state->cool_c = reading->temperature_c;
        state->cool_at = reading->at;
    }
    state->temperature_c = reading->temperature_c;
    state->temperature_at = reading->at;
}

static void city_fill_next(const struct city_fill_step *step, const struct city_reading *reading,
                           struct city_fill_state *state)
{
    if (reading->fields & CITY_READ_FILL)
        city_fill_level(step, reading, state);
    if (reading->fields & CITY_READ_TEMPERATURE)
        city_fill_warmth(step->rules, reading, state);
    if (reading->fields & CITY_READ_BATTERY_PCT)
        state->battery_pct = reading->battery_pct;
    if (reading->fields & CITY_READ_BATTERY_V)
        state->battery_v = reading->battery_v;
    if (reading->fields & CITY_READ_TILT)
        state->tilt = reading->tilt;
    if (reading->fields & CITY_READ_ALARM)
        state->alarm = reading->alarm;
    state->known_fields |= reading->fields;
    state->heard = reading->at;
}

/* --- order --- */

static int city_reading_cmp(const struct city_reading *a, const struct city_reading *b)
{
    if (a->at.us != b->at.us)
        return a->at.us < b->at.us ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static void city_fill_refold(const struct city_fill_step *step, struct city_fill *fill)
{
    fill->now = fill->old;
    for (uint32_t i = 0; i < fill->count; i++)
        city_fill_next(step, &fill->recent[i], &fill->now);
}

enum city_reading_fate city_fill_add(const struct city_fill_rules *rules, int32_t utc_offset_s,
                                     const struct city_reading *reading, struct city_week *week,
                                     struct city_fill *fill)
{
    struct city_fill_step look = {rules, utc_offset_s, NULL};
    struct city_fill_step learn = {rules, utc_offset_s, week};
    struct city_reading new = *reading;
    uint32_t place = fill->count;

    if (new.at.us <= 0 || new.at.us > new.received.us + rules->ahead_s * CLOCK_US_PER_S)
        new.at = new.received;
    while (place > 0 && city_reading_cmp(&fill->recent[place - 1], &new) > 0)
        place--;
    for (uint32_t i = 0; i < fill->count; i++)
        if (fill->recent[i].id == new.id)
            return CITY_READING_AGAIN;
    if (place == 0 && fill->count == CITY_FILL_RECENT) {
        fill->late++;
        return CITY_READING_LATE;
    }
    if (fill->count == CITY_FILL_RECENT) {
        city_fill_next(&learn, &fill->recent[0], &fill->old);
        fill->count--;
        place--;
        memmove(fill->recent, fill->recent + 1, fill->count * sizeof fill->recent[0]);
    }
    memmove(fill->recent + place + 1, fill->recent + place,
            (fill->count - place) * sizeof fill->recent[0]);
    fill->recent[place] = new;
    fill->count++;
    if (place == fill->count - 1)
        city_fill_next(&look, &new, &fill->now);
    else
        city_fill_refold(&look, fill);
    return CITY_READING_KEPT;
}

/* The identities are the lift's twice, and one more: no sensor speaks for this bin besides. */
bool city_fill_of_lift(const struct city *city, const struct city_fact *fact,
                       struct city_reading ret_readings[2])
{
    const struct city_lift *lift = &fact->lift;

    if (fact->kind != CITY_FACT_LIFT || lift->bin == CITY_NONE || !lift->taken ||
        lift->net_g == CITY_NO_MASS)
        return false;
    const struct city_bin *bin = &city->bins[lift->bin];
    double full_g = city->streams[bin->stream].density_kg_m3 * (double)bin->litres;
    if (!(full_g > 0))
        return false;
    for (int i = 0; i < 2; i++)
        ret_readings[i] = (struct city_reading){
            .at = {fact->at.us - (i == 0)},
            .received = fact->received,
            .id = fact->id * 2 + (uint64_t)i,
            .fields = CITY_READ_FILL,
            .fill_pct = i == 0 ? 100 * (double)lift->net_g / full_g : 0,
        };
    return true;
}

/* --- what follows --- */

double city_fill_pace(const struct city_fill_rules *rules, const struct city_fill *fill)
{
    if (!fill->now.known || fill->now.pace_hours < rules->pace_hours_min)
        return -1;
    return fill->now.rise_pct / fill->now.pace_hours;
}

bool city_fill_full_at(const struct city_fill_rules *rules, int32_t utc_offset_s,
                       const struct city_week *week, const struct city_fill *fill, double full_pct,
                       struct utc_us *ret_at)
{
    double pace = city_fill_pace(rules, fill);
    double left_pct = full_pct - fill->now.fill_pct;
    int64_t local_us = fill->now.level_at.us + utc_offset_s * CLOCK_US_PER_S;
    int64_t end_us = local_us + rules->forecast_h_max * CITY_US_PER_HOUR;
    double weights[CITY_WEEK_HOURS];

    if (!fill->now.known)
        return false;
    city_week_weights(rules, week, weights);
    while (left_pct > 0 && pace > 0 && local_us < end_us) {
        int64_t into_us = (local_us % CITY_US_PER_HOUR + CITY_US_PER_HOUR) % CITY_US_PER_HOUR;
        int64_t step_us = CITY_US_PER_HOUR - into_us;
        double an_hour = pace * weights[city_hour_of_week(local_us)];
        double rise_pct = an_hour * (double)step_us / CITY_US_PER_HOUR;
        if (rise_pct >= left_pct)
            step_us = llround(left_pct / an_hour * CITY_US_PER_HOUR);
        left_pct -= rise_pct;
        local_us += step_us;
    }
    if (left_pct > 0)
        return false;
    ret_at->us = local_us - utc_offset_s * CLOCK_US_PER_S;
    return true;
}

bool city_fill_expected(const struct city_fill_rules *rules, int32_t utc_offset_s,
                        const struct city_week *week, const struct city_fill *fill,
                        struct utc_us at, double *ret_pct)
{
    double pace = city_fill_pace(rules, fill);
    int64_t from_us = fill->now.level_at.us + utc_offset_s * CLOCK_US_PER_S;
    int64_t to_us = at.us + utc_offset_s * CLOCK_US_PER_S;

    if (!fill->now.known)
        return false;
    *ret_pct = fill->now.fill_pct;
    if (pace > 0 && to_us > from_us)
        *ret_pct += pace * city_week_between(rules, week, from_us, to_us);
    return true;
}

static bool city_fill_hot(const struct city_fill_rules *rules, const struct city_fill_state *state)
{
    if (!(state->known_fields & CITY_READ_TEMPERATURE))
        return false;
    return state->temperature_c >= rules->hot_c ||
           state->temperature_c - state->cool_c >= rules->hot_rise_c;
}

static bool city_fill_weak(const struct city_fill_rules *rules, const struct city_fill_state *state)
{
    return ((state->known_fields & CITY_READ_BATTERY_PCT) &&
            state->battery_pct <= rules->battery_low_pct) ||
           ((state->known_fields & CITY_READ_BATTERY_V) && rules->battery_low_v > 0 &&
            state->battery_v <= rules->battery_low_v);
}

uint32_t city_fill_trouble(const struct city_fill_rules *rules, const struct city_fill *fill,
                           struct utc_us now)
{
    const struct city_fill_state *state = &fill->now;
    uint32_t trouble = 0;

    if (fill->count == 0)
        return 0;
    trouble |= city_fill_hot(rules, state) ? CITY_BIN_HOT : 0;
    trouble |= state->tilt ? CITY_BIN_TILT : 0;
    trouble |= city_fill_weak(rules, state) ? CITY_BIN_BATTERY : 0;
    trouble |= state->alarm ? CITY_BIN_ALARM : 0;
    if (now.us - state->heard.us > rules->silent_s * CLOCK_US_PER_S)
        trouble |= CITY_BIN_SILENT;
    return trouble;
}
