/* served.c - see served.h. */
#include "city/served.h"

#include <math.h>

#include "geo/line.h"

struct city_serve {
    const struct city_served_rules *rules;
    const struct city_stop *stop;
    const struct city_stop_heard *heard;
    struct city_served found;
    double silence_s;      /* the longest, within the stop's time */
    enum city_why refusal; /* of a lift that was not taken */
};

struct city_served_rules city_served_rules_default(void)
{
    return (struct city_served_rules){
        .near_m = 30,
        .slow_kmh = 5,
        .stop_s = 20,
        .gap_s = 120,
        .silence_s = 600,
        .track_trust = 0.6,
        .weight_trust = 0.9,
        .tag_trust = 0.7,
        .level_trust = 0.8,
        .person_trust = 0.6,
        .picture_trust = 0.7,
        .served_at = 0.5,
    };
}

static double city_seconds(struct utc_us from, struct utc_us to)
{
    return (double)(to.us - from.us) / (double)CLOCK_US_PER_S;
}

static bool city_in_time(const struct city_stop *stop, struct utc_us at)
{
    return at.us >= stop->from.us && at.us <= stop->until.us;
}

static void city_serve_evidence(struct city_serve *serve, uint32_t evidence, struct utc_us at)
{
    serve->found.evidence |= evidence;
    if (serve->found.at.us == 0 || at.us < serve->found.at.us)
        serve->found.at = at;
}

/* --- the track --- */

/* Slowly enough from one point to the next to be standing, by the receiver or by the way made. */
static bool city_stands(const struct city_served_rules *rules, const struct city_track_point *a,
                        const struct city_track_point *b)
{
    double seconds = city_seconds(a->at, b->at);

    if (seconds <= 0 || geo_distance_m(a->place, b->place) / seconds * 3.6 > rules->slow_kmh)
        return false;
    return a->speed_kmh <= rules->slow_kmh && b->speed_kmh <= rules->slow_kmh;
}

static double city_leg_near_m(const struct city_track_point *a, const struct city_track_point *b,
                              struct wgs84 at)
{
    struct wgs84 leg[2] = {a->place, b->place};

    return geo_line_near(leg, 2, at).distance_m;
}

static void city_serve_silence(struct city_serve *serve, struct utc_us from, struct utc_us to)
{
    serve->silence_s = fmax(serve->silence_s, city_seconds(from, to));
}

/* From one point to the next, no farther apart in time than that the way between is known. */
static bool city_leg_stands(const struct city_serve *serve, const struct city_track_point *a,
                            const struct city_track_point *b)
{
    double near_m = serve->rules->near_m;

    return geo_distance_m(a->place, serve->stop->at) <= near_m &&
           geo_distance_m(b->place, serve->stop->at) <= near_m && city_stands(serve->rules, a, b);
}

/* `run_s`: how long it has stood at the leg's begin. Returns how long at its end. */
static double city_serve_leg(struct city_serve *serve, const struct city_track_point *a,
                             const struct city_track_point *b, double run_s)
{
    double leg_s = city_seconds(a->at, b->at);

    if (leg_s > serve->rules->gap_s)
        return 0;
    serve->found.nearest_m = fmin(serve->found.nearest_m, city_leg_near_m(a, b, serve->stop->at));
    if (!city_leg_stands(serve, a, b))
        return 0;
    run_s += leg_s;
    serve->found.stopped_s = fmax(serve->found.stopped_s, run_s);
    if (run_s >= serve->rules->stop_s)
        city_serve_evidence(serve, CITY_BY_TRACK,
                            (struct utc_us){b->at.us - llround(run_s * CLOCK_US_PER_S)});
    return run_s;
}

static void city_serve_track(struct city_serve *serve)
{
    const struct city_track_point *before = NULL;
    double run_s = 0;

    serve->found.nearest_m = HUGE_VAL;
    for (size_t i = 0; i < serve->heard->track_count; i++) {
        const struct city_track_point *point = &serve->heard->track[i];
        if (!city_in_time(serve->stop, point->at))
            continue;
        serve->found.nearest_m =
            fmin(serve->found.nearest_m, geo_distance_m(point->place, serve->stop->at));
        run_s = before ? city_serve_leg(serve, before, point, run_s) : 0;
        city_serve_silence(serve, before ? before->at : serve->stop->from, point->at);
        before = point;
    }
    city_serve_silence(serve, before ? before->at : serve->stop->from, serve->stop->until);
}

/* Where the vehicle was: by the point nearest in time, if it is near enough. */
static bool city_was_near(const struct city_serve *serve, struct utc_us at)
{
    const struct city_stop_heard *heard = serve->heard;
    double best_s = serve->rules->gap_s;
    bool near = false;

    for (size_t i = 0; i < heard->track_count; i++) {
        double off_s = fabs(city_seconds(heard->track[i].at, at));
        if (off_s > best_s)
            continue;
        best_s = off_s;
        near = geo_distance_m(heard->track[i].place, serve->stop->at) <= serve->rules->near_m;
    }
    return near;
}

/* --- lifts, and what was seen of bins --- */

static bool city_stop_has(const struct city_stop *stop, uint32_t bin)
{
    for (size_t i = 0; i < stop->bin_count; i++)
        if (stop->bins[i] == bin)
            return true;
    return false;
}

static bool city_lift_here(const struct city_serve *serve, const struct city_fact *fact)
{
    if (fact->kind != CITY_FACT_LIFT || !city_in_time(serve->stop, fact->at))
        return false;
    if (fact->lift.bin != CITY_NONE)
        return city_stop_has(serve->stop, fact->lift.bin);
    return fact->lift.station == CITY_NONE && city_was_near(serve, fact->at);
}

static void city_serve_lifts(struct city_serve *serve)
{
    for (size_t i = 0; i < serve->heard->lift_count; i++) {
        const struct city_fact *fact = &serve->heard->lifts[i];
        if (!city_lift_here(serve, fact))
            continue;
        if (!fact->lift.taken) {
            serve->refusal = fact->why;
            continue;
        }
        bool weighed = fact->lift.net_g != CITY_NO_MASS;
        uint32_t kinds = CITY_BY_WEIGHT | CITY_BY_TAG | CITY_BY_PICTURE | CITY_BY_PERSON;
        serve->found.lifts++;
        serve->found.net_g += weighed ? fact->lift.net_g : 0;
        city_serve_evidence(serve, (fact->evidence & kinds) | (weighed ? CITY_BY_WEIGHT : 0),
                            fact->at);
    }
}

static void city_serve_seen(struct city_serve *serve)
{
    for (size_t i = 0; i < serve->heard->seen_count; i++) {
        const struct city_bin_seen *seen = &serve->heard->seen[i];
        if (city_in_time(serve->stop, seen->at) && city_stop_has(serve->stop, seen->bin))
            city_serve_evidence(serve, seen->by, seen->at);
    }
}

static bool city_bin_served(const struct city_serve *serve, uint32_t bin)
{
    const struct city_stop_heard *heard = serve->heard;

    for (size_t i = 0; i < heard->lift_count; i++)
        if (heard->lifts[i].kind == CITY_FACT_LIFT && heard->lifts[i].lift.bin == bin &&
            heard->lifts[i].lift.taken && city_in_time(serve->stop, heard->lifts[i].at))
            return true;
    for (size_t i = 0; i < heard->seen_count; i++)
        if (heard->seen[i].bin == bin && city_in_time(serve->stop, heard->seen[i].at))
            return true;
    return false;
}

/* --- the verdict --- */

static double city_serve_confidence(const struct city_served_rules *rules, uint32_t evidence)
{
    const struct {
        enum city_evidence by;
        double trust;
    } sources[] = {
        {CITY_BY_TRACK, rules->track_trust},   {CITY_BY_WEIGHT, rules->weight_trust},
        {CITY_BY_TAG, rules->tag_trust},       {CITY_BY_LEVEL, rules->level_trust},
        {CITY_BY_PERSON, rules->person_trust}, {CITY_BY_PICTURE, rules->picture_trust},
    };
    double doubt = 1;

    for (size_t i = 0; i < COUNT_OF(sources); i++)
        if (evidence & sources[i].by)
            doubt *= 1 - sources[i].trust;
    return 1 - doubt;
}

/* Why it is not served, by what was observed. */
static enum city_why city_serve_why(const struct city_serve *serve)
{
    if (serve->refusal != CITY_WHY_NONE)
        return serve->refusal;
    if (serve->heard->word != CITY_WHY_NONE && serve->heard->word != CITY_WHY_TOLD)
        return serve->heard->word;
    if (serve->found.stopped_s > 0)
        return CITY_WHY_SHORT_STOP;
    if (serve->found.nearest_m <= serve->rules->near_m)
        return CITY_WHY_NOT_STOPPED;
    return serve->silence_s > serve->rules->silence_s ? CITY_WHY_NO_DATA : CITY_WHY_NOT_REACHED;
}

static void city_serve_verdict(struct city_serve *serve, struct utc_us now)
{
    struct city_served *found = &serve->found;
    uint32_t hard = CITY_BY_WEIGHT | CITY_BY_LEVEL | CITY_BY_PICTURE;
    bool word_no = serve->heard->word != CITY_WHY_NONE && serve->heard->word != CITY_WHY_TOLD;
    /* Standing there and reading its tag is also what a crew does that leaves the bin. */
    bool left = (serve->refusal != CITY_WHY_NONE && found->lifts == 0) || word_no;

    if (left && !(found->evidence & hard))
        found->evidence = 0;
    found->confidence = city_serve_confidence(serve->rules, found->evidence);
    if (found->confidence >= serve->rules->served_at) {
        found->verdict = CITY_SERVED_YES;
        return;
    }
    found->why = city_serve_why(serve);
    found->verdict = found->why == CITY_WHY_NO_DATA ? CITY_SERVED_UNKNOWN : CITY_SERVED_NO;
    if (now.us < serve->stop->until.us && !left) {
        found->verdict = CITY_SERVED_UNKNOWN;
        found->why = CITY_WHY_NOT_YET;
    }
}

struct city_served city_served(const struct city_served_rules *rules, const struct city_stop *stop,
                               const struct city_stop_heard *heard, struct utc_us now)
{
    struct city_serve serve = {.rules = rules, .stop = stop, .heard = heard};

    city_serve_track(&serve);
    city_serve_lifts(&serve);
    city_serve_seen(&serve);
    if (heard->word == CITY_WHY_TOLD)
        serve.found.evidence |= CITY_BY_PERSON;
    for (size_t i = 0; i < stop->bin_count; i++)
        serve.found.bins += city_bin_served(&serve, stop->bins[i]);
    city_serve_verdict(&serve, now);
    return serve.found;
}
