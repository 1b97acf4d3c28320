/* coverage.c - see coverage.h.
 *
 * Strips become pieces of a kerb and slot (a window, or none), sorted; each pass of a kerb and slot is
 * a union of intervals, and the metres under so many passes come from a walk over their ends.
 */
#include "city/coverage.h"

#include <math.h>
#include <stdlib.h>

enum {
    CITY_SLOT_NONE = CITY_WINDOWS_MAX, /* outside all windows */
    CITY_SLOTS,
};

/* On one kerb: `side` as in struct city_kerb. */
struct city_piece {
    uint32_t street;
    enum geo_side side;
    uint32_t slot;
    uint32_t vehicle;
    int64_t from_us;
    int64_t to_us;
    double low_m;
    double high_m;
    uint32_t pass; /* of its kerb and slot */
};

/* Where a pass begins or ends to cover. */
struct city_edge {
    double at_m;
    int32_t step; /* +1, -1 */
};

struct city_cover {
    const struct city *city;
    const struct city_coverage_rules *rules;
    int64_t day;
    const struct city_street *streets;
    uint32_t street_count;
    VEC(struct city_piece) pieces;
    VEC(struct city_edge) edges; /* of one kerb and slot */
    VEC(struct city_edge) all;   /* of one kerb */
    struct city_coverage out;
};

/* --- what is due --- */

uint32_t city_sweep_passes(const struct city_sweep_class *class, int64_t way_id, int64_t day)
{
    double week = class->passes_per_week;

    if (week >= 7.0 * class->passes_per_day - 1e-9)
        return class->passes_per_day;
    int64_t phase = (int64_t)((uint64_t)way_id * 0x9e3779b97f4a7c15u >> 61) % 7;
    int64_t turn = ((day + phase) % 7 + 7) % 7;
    return (uint32_t)(floor((double)(turn + 1) * week / 7 + 1e-9) -
                      floor((double)turn * week / 7 + 1e-9));
}

static uint32_t city_sweep_slot(const struct city_sweep_class *class, uint32_t pass,
                                uint32_t passes)
{
    return class->window_count >= passes ? pass : pass * class->window_count / passes;
}

struct city_window city_sweep_window(const struct city_sweep_class *class, uint32_t pass,
                                     uint32_t passes)
{
    if (class->window_count == 0)
        return (struct city_window){0, 0};
    return class->windows[city_sweep_slot(class, pass, passes)];
}

struct city_coverage_rules city_coverage_rules_default(void)
{
    return (struct city_coverage_rules){.grace_s = 600, .join_s = 600};
}

void city_coverage_done(struct city_coverage *coverage)
{
    vec_done(&coverage->kerbs);
}

/* --- strips to pieces --- */

/* The window that holds this second of the day; with grace, where none does without. */
static uint32_t city_slot_of(const struct city_coverage_rules *rules,
                             const struct city_sweep_class *class, double second)
{
    if (class->window_count == 0)
        return second >= 0 && second < 86400 ? 0 : CITY_SLOT_NONE;
    for (int32_t grace_s = 0;; grace_s = rules->grace_s) {
        for (uint32_t i = 0; i < class->window_count; i++)
            if (second >= class->windows[i].start_s - grace_s &&
                second < class->windows[i].end_s + grace_s)
                return i;
        if (grace_s == rules->grace_s)
            return CITY_SLOT_NONE;
    }
}

static bool city_strip_fits(const struct city_cover *cover, const struct city_strip *strip)
{
    return strip->street < cover->street_count && isfinite(strip->from_m) &&
           isfinite(strip->to_m) && strip->from.us <= strip->to.us;
}

static enum err city_piece_add(struct city_cover *cover, const struct city_strip *strip,
                               enum geo_side side, uint32_t slot)
{
    double length_m = cover->streets[strip->street].length_m;
    double low_m = fmax(fmin(strip->from_m, strip->to_m), 0);
    double high_m = fmin(fmax(strip->from_m, strip->to_m), length_m);

    if (high_m <= low_m)
        return OK;
    return vec_push(&cover->pieces, (struct city_piece){.street = strip->street,
                                                        .side = side,
                                                        .slot = slot,
                                                        .vehicle = strip->vehicle,
                                                        .from_us = strip->from.us,
                                                        .to_us = strip->to.us,
                                                        .low_m = low_m,
                                                        .high_m = high_m});
}

/* By the middle of its time. What is outside of the day and its windows is of another day. */
static enum err city_strip_add(struct city_cover *cover, const struct city_strip *strip)
{
    const struct city_street *street = &cover->streets[strip->street];
    double middle_s = ((double)strip->from.us + (double)(strip->to.us - strip->from.us) / 2) /
                      (double)CLOCK_US_PER_S;
    double second = middle_s + cover->city->utc_offset_s - (double)cover->day * 86400;

    if (!strip->brush || street->class == 0)
        return OK;
    const struct city_sweep_class *class = &cover->city->sweep_classes[street->class - 1];
    uint32_t slot = city_slot_of(cover->rules, class, second);
    if (slot == CITY_SLOT_NONE && (second < 0 || second >= 86400))
        return OK;
    if (!class->both_sides)
        return city_piece_add(cover, strip, GEO_ON, slot);
    enum err err = OK;
    if (strip->side != GEO_RIGHT)
        err = city_piece_add(cover, strip, GEO_LEFT, slot);
    if (!err && strip->side != GEO_LEFT)
        err = city_piece_add(cover, strip, GEO_RIGHT, slot);
    return err;
}

static int city_cmp_kerb(const struct city_piece *a, const struct city_piece *b)
{
    if (a->street != b->street)
        return a->street < b->street ? -1 : 1;
    if (a->side != b->side)
        return a->side < b->side ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static int city_cmp_drive(const void *one, const void *two)
{
    const struct city_piece *a = one;
    const struct city_piece *b = two;
    int kerb = city_cmp_kerb(a, b);

    if (kerb)
        return kerb;
    if (a->vehicle != b->vehicle)
        return a->vehicle < b->vehicle ? -1 : 1;
    if (a->from_us != b->from_us)
        return a->from_us < b->from_us ? -1 : 1;
    return (a->to_us > b->to_us) - (a->to_us < b->to_us);
}

static int city_cmp_along(const void *one, const void *two)
{
    const struct city_piece *a = one;
    const struct city_piece *b = two;
    int kerb = city_cmp_kerb(a, b);

    if (kerb)
        return kerb;
    if (a->pass != b->pass)
        return a->pass < b->pass ? -1 : 1;
    return (a->low_m > b->low_m) - (a->low_m < b->low_m);
}

static int city_cmp_edge(const void *one, const void *two)
{
    const struct city_edge *a = one;
    const struct city_edge *b = two;

    return (a->at_m > b->at_m) - (a->at_m < b->at_m);
}

/* Numbers the passes: a vehicle's pieces that follow each other soon are one. */
static void city_pieces_passes(struct city_cover *cover)
{
    int64_t ends_us = INT64_MIN;
    uint32_t pass = 0;

    if (cover->pieces.count)
        qsort(cover->pieces.items, cover->pieces.count, sizeof *cover->pieces.items,
              city_cmp_drive);
    for (size_t i = 0; i < cover->pieces.count; i++) {
        struct city_piece *piece = &cover->pieces.items[i];
        const struct city_piece *before = i ? piece - 1 : NULL;
        bool same = before && city_cmp_kerb(before, piece) == 0;
        if (!same)
            pass = 0;
        else if (before->vehicle != piece->vehicle ||
                 piece->from_us - ends_us > cover->rules->join_s * CLOCK_US_PER_S)
            pass++;
        bool goes_on = same && before->pass == pass;
        ends_us = goes_on && ends_us > piece->to_us ? ends_us : piece->to_us;
        piece->pass = pass;
    }
    if (cover->pieces.count)
        qsort(cover->pieces.items, cover->pieces.count, sizeof *cover->pieces.items,
              city_cmp_along);
}

/* --- pieces to metres --- */

/* Metres under one pass and more, each counted up to `most` times. Sorts `edges`. */
static double city_edges_m(struct city_edge *edges, size_t count, uint32_t most)
{
    double sum_m = 0;
    int64_t depth = 0;

    if (count)
        qsort(edges, count, sizeof *edges, city_cmp_edge);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            sum_m += (double)(depth < most ? depth : most) * (edges[i].at_m - edges[i - 1].at_m);
        depth += edges[i].step;
    }
    return sum_m;
}

/* The edges of the pieces from `*index` on that are of one kerb and slot: a pass's intervals are
 * joined, so that it covers a place once. */
static enum err city_slot_edges(struct city_cover *cover, size_t *index)
{
    const struct city_piece *first = &cover->pieces.items[*index];

    cover->edges.count = 0;
    while (*index < cover->pieces.count) {
        const struct city_piece *piece = &cover->pieces.items[*index];
        if (city_cmp_kerb(first, piece) != 0)
            break;
        double high_m = piece->high_m;
        size_t next = *index + 1;
        while (next < cover->pieces.count && cover->pieces.items[next].pass == piece->pass &&
               city_cmp_kerb(first, &cover->pieces.items[next]) == 0 &&
               cover->pieces.items[next].low_m <= high_m) {
            high_m = fmax(high_m, cover->pieces.items[next].high_m);
            next++;
        }
        *index = next;
        enum err err = vec_push(&cover->edges, (struct city_edge){piece->low_m, 1});
        if (!err)
            err = vec_push(&cover->edges, (struct city_edge){high_m, -1});
        if (err)
            return err;
    }
    return OK;
}

static uint32_t city_slot_due(const struct city_sweep_class *class, uint32_t passes, uint32_t slot)
{
    uint32_t due = 0;

    if (class->window_count == 0)
        return slot == 0 ? passes : 0;
    for (uint32_t pass = 0; pass < passes; pass++)
        due += city_sweep_slot(class, pass, passes) == slot;
    return due;
}

/* One kerb: `*index` at its first piece, if it has any, and after its last one at the end. */
static enum err city_kerb_add(struct city_cover *cover, uint32_t street, enum geo_side side,
                              size_t *index)
{
    const struct city_street *at = &cover->streets[street];
    const struct city_sweep_class *class = &cover->city->sweep_classes[at->class - 1];
    struct city_kerb kerb = {
        .street = street, .side = side, .due = city_sweep_passes(class, at->way, cover->day)};

    kerb.due_m = kerb.due * at->length_m;
    cover->all.count = 0;
    while (*index < cover->pieces.count && cover->pieces.items[*index].street == street &&
           cover->pieces.items[*index].side == side) {
        uint32_t slot = cover->pieces.items[*index].slot;
        enum err err = city_slot_edges(cover, index);
        if (err)
            return err;
        for (size_t i = 0; i < cover->edges.count; i++) {
            err = vec_push(&cover->all, cover->edges.items[i]);
            if (err)
                return err;
        }
        double made_m = city_edges_m(cover->edges.items, cover->edges.count,
                                     city_slot_due(class, kerb.due, slot));
        kerb.made_m += made_m;
        kerb.extra_m += city_edges_m(cover->edges.items, cover->edges.count, UINT32_MAX) - made_m;
    }
    kerb.once_m = city_edges_m(cover->all.items, cover->all.count, 1);
    return vec_push(&cover->out.kerbs, kerb);
}

static enum err city_streets_cover(struct city_cover *cover)
{
    size_t index = 0;

    for (uint32_t i = 0; i < cover->street_count; i++) {
        if (cover->streets[i].class == 0)
            continue;
        bool both = cover->city->sweep_classes[cover->streets[i].class - 1].both_sides;
        enum err err = city_kerb_add(cover, i, both ? GEO_LEFT : GEO_ON, &index);
        if (!err && both)
            err = city_kerb_add(cover, i, GEO_RIGHT, &index);
        if (err)
            return err;
    }
    return OK;
}

static void city_class_add(struct city_class_cover *sum, const struct city_kerb *kerb)
{
    sum->kerbs += kerb->due > 0;
    sum->whole += kerb->due > 0 && kerb->made_m >= 0.99 * kerb->due_m;
    sum->due_m += kerb->due_m;
    sum->made_m += kerb->made_m;
}

static void city_classes_sum(struct city_cover *cover)
{
    for (size_t i = 0; i < cover->out.kerbs.count; i++) {
        const struct city_kerb *kerb = &cover->out.kerbs.items[i];
        city_class_add(&cover->out.of[0], kerb);
        city_class_add(&cover->out.of[cover->streets[kerb->street].class], kerb);
    }
    for (size_t i = 0; i < COUNT_OF(cover->out.of); i++) {
        struct city_class_cover *sum = &cover->out.of[i];
        sum->pct = sum->due_m > 0 ? 100 * sum->made_m / sum->due_m : 100;
    }
}

enum err city_coverage_day(const struct city *city, const struct city_coverage_rules *rules,
                           int64_t day, const struct city_street *streets, uint32_t street_count,
                           const struct city_strip *strips, size_t strip_count,
                           struct city_coverage *ret_coverage)
{
    struct city_cover cover = {
        .city = city, .rules = rules, .day = day, .streets = streets, .street_count = street_count};
    enum err err = OK;

    for (uint32_t i = 0; i < street_count; i++)
        if (streets[i].class > city->sweep_class_count || !isfinite(streets[i].length_m) ||
            streets[i].length_m < 0)
            return ERR_RANGE;
    for (size_t i = 0; !err && i < strip_count; i++)
        err = city_strip_fits(&cover, &strips[i]) ? city_strip_add(&cover, &strips[i]) : ERR_RANGE;
    if (!err) {
        city_pieces_passes(&cover);
        err = city_streets_cover(&cover);
    }
    if (!err) {
        city_classes_sum(&cover);
        *ret_coverage = cover.out;
    } else {
        city_coverage_done(&cover.out);
    }
    vec_done(&cover.pieces);
    vec_done(&cover.edges);
    vec_done(&cover.all);
    return err;
}
