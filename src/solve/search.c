/* search.c - ruin and recreate: strings of neighbouring stops are taken out of a few routes and put
 * back greedily, with blinks; simulated annealing decides what stays.
 *
 * Source     Christiaens and Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing
 *            Problems", Transportation Science 54(2), 2020. Ours adds modes, facilities and
 * classes. Limits     Each stop is tried beside its SOLVE_NEAR_MAX nearest; only when none of those
 * takes it is every place tried.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve/inner.h"

enum {
    SOLVE_STRING_MAX = 10, /* stops of one string */
    SOLVE_REMOVED_MEAN = 10,
    SOLVE_BLINKS = 100,     /* one place in a hundred is overlooked */
    SOLVE_POLL = 16,        /* iterations between looks at the clock */
    SOLVE_OLD_TRIED = 8,    /* long unserved stops tried again in one iteration */
    SOLVE_SPLITS_TRIED = 6, /* full trips beside which a facility is considered */
    SOLVE_FIRST_SLOTS = 8,
};
static const uint32_t solve_nowhere = UINT32_MAX;

struct solve_saved {
    uint32_t slot;
    uint32_t class;
    uint32_t first; /* of its stops in the journal */
    uint32_t count;
};

struct solve_search {
    const struct solve_field *field;
    struct rng rng;
    VEC(struct solve_tour) tours;
    struct solve_tour *empty; /* by class, to judge opening a route */
    uint32_t *used;           /* by class */
    uint32_t *tour_of;        /* by service; solve_nowhere when unserved */
    uint32_t *at_of;          /* node in its tour */
    VEC(uint32_t) absent;
    VEC(uint32_t) old_absent; /* before this iteration's ruin */
    VEC(struct solve_saved) journal;
    VEC(uint32_t) journal_stops;
    VEC(struct solve_saved) best_tours;
    VEC(uint32_t) best_stops;
    uint32_t *touched; /* by slot: iteration that saved it */
    size_t touched_capacity;
    uint32_t iteration_mark;
    int64_t cost;
    int64_t best_cost;
    uint64_t iterations;
    int64_t first_leg; /* mean cost of a leg of the first solution: the scale of temperature */
    double log_ratio;
};

/* A place to put a stop. */
struct solve_spot {
    int64_t delta;
    uint32_t slot; /* solve_nowhere: a new route of `class` */
    uint32_t class;
    uint32_t at;
    uint32_t stops[2];
    uint32_t count;
};

static void solve_index(struct solve_search *s, uint32_t slot)
{
    const struct solve_tour *tour = &s->tours.items[slot];

    for (uint32_t i = 1; i + 1 < tour->count; i++)
        if (tour->nodes[i].stop < s->field->problem->service_count) {
            s->tour_of[tour->nodes[i].stop] = slot;
            s->at_of[tour->nodes[i].stop] = i;
        }
}

/* Keeps a tour as it was before this iteration first changes it. */
static enum err solve_save(struct solve_search *s, uint32_t slot)
{
    const struct solve_tour *tour = &s->tours.items[slot];
    struct solve_saved saved = {slot, tour->class, (uint32_t)s->journal_stops.count, tour->count};

    if (s->touched[slot] == s->iteration_mark)
        return OK;
    s->touched[slot] = s->iteration_mark;
    for (uint32_t i = 0; i < tour->count; i++)
        if (vec_push(&s->journal_stops, tour->nodes[i].stop))
            return ERR_NOMEM;
    return vec_push(&s->journal, saved);
}

static void solve_put_back(struct solve_search *s, const struct solve_saved *saved,
                           const uint32_t *stops)
{
    struct solve_tour *tour = &s->tours.items[saved->slot];

    tour->class = saved->class;
    tour->count = saved->count;
    for (uint32_t i = 0; i < saved->count; i++)
        tour->nodes[i].stop = stops[saved->first + i];
    (void)solve_tour_update(s->field, tour);
    solve_index(s, saved->slot);
}

static void solve_unlist(struct solve_search *s)
{
    s->absent.count = 0;
    for (size_t i = 0; i < s->old_absent.count; i++)
        s->absent.items[s->absent.count++] = s->old_absent.items[i];
}

static void solve_revert(struct solve_search *s)
{
    for (size_t i = 0; i < s->journal.count; i++) {
        const struct solve_tour *tour = &s->tours.items[s->journal.items[i].slot];
        for (uint32_t n = 1; n + 1 < tour->count; n++)
            if (tour->nodes[n].stop < s->field->problem->service_count)
                s->tour_of[tour->nodes[n].stop] = solve_nowhere;
        s->used[tour->class] -= tour->count > 2;
    }
    for (size_t i = 0; i < s->journal.count; i++) {
        solve_put_back(s, &s->journal.items[i], s->journal_stops.items);
        const struct solve_tour *tour = &s->tours.items[s->journal.items[i].slot];
        s->used[tour->class] += tour->count > 2;
    }
    solve_unlist(s);
    for (size_t i = 0; i < s->absent.count; i++)
        s->tour_of[s->absent.items[i]] = solve_nowhere;
}

static enum err solve_keep_best(struct solve_search *s)
{
    s->best_tours.count = 0;
    s->best_stops.count = 0;
    for (uint32_t slot = 0; slot < s->tours.count; slot++) {
        const struct solve_tour *tour = &s->tours.items[slot];
        if (tour->count <= 2)
            continue;
        struct solve_saved saved = {slot, tour->class, (uint32_t)s->best_stops.count, tour->count};
        for (uint32_t i = 0; i < tour->count; i++)
            if (vec_push(&s->best_stops, tour->nodes[i].stop))
                return ERR_NOMEM;
        if (vec_push(&s->best_tours, saved))
            return ERR_NOMEM;
    }
    s->best_cost = s->cost;
    return OK;
}

/* --- where a stop can go ------------------------------------------------------------------ */

static bool solve_load_fits(const struct solve_search *s, const struct solve_tour *tour,
                            uint32_t at, const struct solve_stop *stop)
{
    const struct solve_vehicle *vehicle = s->field->classes[tour->class].vehicle;
    const struct solve_node *node = &tour->nodes[at];

    for (uint32_t d = 0; d < s->field->problem->dims; d++) {
        if (stop->load[d] == 0)
            continue;
        if (node->trip[d] + stop->load[d] > vehicle->capacity[d])
            return false;
        if ((vehicle->must_reset >> d & 1) && at >= tour->last_reset[d])
            return false;
    }
    return true;
}

static void solve_offer(struct solve_spot *best, const struct solve_spot *spot)
{
    if (spot->delta < best->delta)
        *best = *spot;
}

/* The stop with a facility beside it: a trip more. */
static void solve_try_split(struct solve_search *s, uint32_t slot, const struct solve_tour *tour,
                            uint32_t at, uint32_t service, struct solve_spot *best)
{
    const struct solve_field *field = s->field;
    const struct solve_vehicle *vehicle = field->classes[tour->class].vehicle;
    const int32_t *load = field->stops[service].load;
    int64_t old = tour->count > 2 ? tour->cost : 0;

    if (tour->facilities >= (uint32_t)vehicle->trips_max)
        return;
    for (uint32_t i = 0; i < field->facilities_tried; i++) {
        uint32_t f =
            field->facility_stop + field->facilities[(size_t)service * field->facilities_tried + i];
        if (field->stops[f].skills & ~vehicle->skills)
            continue;
        for (int before = 0; before < 2; before++) {
            struct solve_spot spot = {.slot = slot, .class = tour->class, .at = at, .count = 2};
            spot.stops[before ? 0 : 1] = service;
            spot.stops[before ? 1 : 0] = f;
            if (!solve_reset_fits(field, tour, at, field->stops[f].resets, load, before != 0))
                continue;
            int64_t cost = solve_tour_with(field, tour, at, spot.stops, 2);
            spot.delta = cost < SOLVE_INFINITE ? cost - old : SOLVE_INFINITE;
            solve_offer(best, &spot);
        }
    }
}

/* After node `at`. Returns true when only the load stood against it. */
static bool solve_try(struct solve_search *s, uint32_t slot, const struct solve_tour *tour,
                      uint32_t at, uint32_t service, struct solve_spot *best)
{
    const struct solve_field *field = s->field;
    struct solve_spot spot = {
        .slot = slot, .class = tour->class, .at = at, .stops = {service}, .count = 1};

    if (!solve_load_fits(s, tour, at, &field->stops[service]))
        return true;
    int64_t cost = solve_tour_with(field, tour, at, spot.stops, 1);
    spot.delta = cost < SOLVE_INFINITE ? cost - (tour->count > 2 ? tour->cost : 0) : SOLVE_INFINITE;
    solve_offer(best, &spot);
    return false;
}

static bool solve_may(const struct solve_search *s, uint32_t class, uint32_t service)
{
    return !(s->field->stops[service].skills & ~s->field->classes[class].vehicle->skills);
}

static bool solve_blink(struct solve_search *s)
{
    return rng_below(&s->rng, SOLVE_BLINKS) == 0;
}

static void solve_try_near(struct solve_search *s, uint32_t service, struct solve_spot *best)
{
    const struct solve_field *field = s->field;
    unsigned splits = field->problem->facility_count ? SOLVE_SPLITS_TRIED : 0;

    for (uint32_t i = 0; i < field->near_count; i++) {
        uint32_t other = field->near[(size_t)service * field->near_count + i];
        uint32_t slot = s->tour_of[other];
        if (slot == solve_nowhere)
            continue;
        const struct solve_tour *tour = &s->tours.items[slot];
        if (!solve_may(s, tour->class, service))
            continue;
        for (uint32_t side = 0; side < 2; side++) {
            uint32_t at = s->at_of[other] - side;
            if (solve_blink(s))
                continue;
            if (solve_try(s, slot, tour, at, service, best) && splits) {
                solve_try_split(s, slot, tour, at, service, best);
                splits--;
            }
        }
    }
}

static void solve_try_everywhere(struct solve_search *s, uint32_t service, struct solve_spot *best)
{
    bool facilities = s->field->problem->facility_count > 0;

    for (uint32_t slot = 0; slot < s->tours.count; slot++) {
        const struct solve_tour *tour = &s->tours.items[slot];
        if (tour->count <= 2 || !solve_may(s, tour->class, service))
            continue;
        for (uint32_t at = 0; at + 1 < tour->count; at++)
            if (solve_try(s, slot, tour, at, service, best) && facilities)
                solve_try_split(s, slot, tour, at, service, best);
    }
}

static void solve_try_new(struct solve_search *s, uint32_t service, struct solve_spot *best)
{
    for (uint32_t c = 0; c < s->field->class_count; c++) {
        if (s->used[c] >= s->field->classes[c].count || !solve_may(s, c, service))
            continue;
        if (solve_try(s, solve_nowhere, &s->empty[c], 0, service, best))
            solve_try_split(s, solve_nowhere, &s->empty[c], 0, service, best);
    }
}

/* --- changing the solution ------------------------------------------------------------------ */

static enum err solve_new_slot(struct solve_search *s, uint32_t class, uint32_t *ret_slot)
{
    uint32_t slot = 0;

    while (slot < s->tours.count && s->tours.items[slot].count > 2)
        slot++;
    if (slot == s->tours.count) {
        size_t capacity = s->touched_capacity;
        void *touched = s->touched;
        if (vec_push(&s->tours, (struct solve_tour){.count = 2}))
            return ERR_NOMEM;
        enum err err = mem_reserve(&touched, &capacity, slot + 1, sizeof *s->touched);
        s->touched = touched;
        s->touched_capacity = capacity;
        if (err || solve_tour_room(&s->tours.items[slot], SOLVE_FIRST_SLOTS)) {
            s->tours.count--;
            return ERR_NOMEM;
        }
        s->touched[slot] = 0;
        solve_tour_start(s->field, &s->tours.items[slot], class);
    }
    *ret_slot = slot;
    return OK;
}

/* Puts the stop where the spot says. A tour that turns out to break a rule is left as it was. */
static enum err solve_place(struct solve_search *s, const struct solve_spot *spot, bool *ret_placed)
{
    uint32_t slot = spot->slot;
    enum err err = OK;

    *ret_placed = false;
    if (slot == solve_nowhere)
        err = solve_new_slot(s, spot->class, &slot);
    if (!err)
        err = solve_save(s, slot);
    if (!err)
        err = solve_tour_room(&s->tours.items[slot], s->tours.items[slot].count + 2);
    if (err)
        return err;
    struct solve_tour *tour = &s->tours.items[slot];
    bool opened = tour->count == 2;
    int64_t before = opened ? 0 : tour->cost;
    if (opened) {
        solve_tour_start(s->field, tour, spot->class);
        (void)solve_tour_update(s->field, tour);
    }
    for (uint32_t i = 0; i < spot->count; i++)
        solve_tour_insert(tour, spot->at + i, spot->stops[i]);
    *ret_placed = solve_tour_update(s->field, tour);
    if (!*ret_placed) {
        for (uint32_t i = 0; i < spot->count; i++)
            solve_tour_remove(tour, spot->at + 1);
        (void)solve_tour_update(s->field, tour);
        return OK;
    }
    s->used[tour->class] += opened;
    s->cost += tour->cost - before;
    solve_index(s, slot);
    return OK;
}

static enum err solve_recreate_one(struct solve_search *s, uint32_t service, bool *ret_placed)
{
    int64_t price = s->field->problem->services[service].price;
    struct solve_spot best = {.delta = SOLVE_INFINITE};

    *ret_placed = false;
    solve_try_near(s, service, &best);
    solve_try_new(s, service, &best);
    if (best.delta >= SOLVE_INFINITE)
        solve_try_everywhere(s, service, &best);
    if (best.delta >= price)
        return OK;
    enum err err = solve_place(s, &best, ret_placed);
    if (*ret_placed)
        s->cost -= price;
    return err;
}

struct solve_key {
    uint64_t key;
    uint32_t service;
};

static int solve_key_order(const void *left, const void *right)
{
    const struct solve_key *a = left;
    const struct solve_key *b = right;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->service < b->service ? -1 : a->service > b->service;
}

/* Four orders, by weight 4:4:2:1: at random, heavy first, far first, near first. */
static uint64_t solve_key_of(struct solve_search *s, unsigned order, uint32_t service)
{
    const struct solve_stop *stop = &s->field->stops[service];

    if (order < 4)
        return rng_u64(&s->rng);
    if (order < 8)
        return (uint64_t)(INT32_MAX - stop->load[0]);
    if (order < 10)
        return UINT32_MAX - s->field->far[service];
    return s->field->far[service];
}

/* The stops taken out now, and a few of those that had no place before. */
static enum err solve_recreate(struct solve_search *s, struct solve_key *keys, bool all)
{
    unsigned order = rng_below(&s->rng, 11);
    size_t old = s->old_absent.count;
    size_t fresh = s->absent.count - old;
    size_t tried = all || old <= SOLVE_OLD_TRIED ? old : SOLVE_OLD_TRIED;
    size_t kept = 0;

    for (size_t i = 0; i < tried && tried < old; i++) { /* a random few to the front */
        size_t pick = i + rng_below(&s->rng, (uint32_t)(old - i));
        uint32_t swap = s->absent.items[i];
        s->absent.items[i] = s->absent.items[pick];
        s->absent.items[pick] = swap;
    }
    for (size_t i = 0; i < tried + fresh; i++) {
        uint32_t service = s->absent.items[i < tried ? i : old + i - tried];
        keys[i] = (struct solve_key){solve_key_of(s, order, service), service};
    }
    for (size_t i = tried; i < old; i++)
        s->absent.items[kept++] = s->absent.items[i];
    qsort(keys, tried + fresh, sizeof *keys, solve_key_order);
    s->absent.count = kept;
    for (size_t i = 0; i < tried + fresh; i++) {
        bool placed = false;
        enum err err = solve_recreate_one(s, keys[i].service, &placed);
        if (err)
            return err;
        if (!placed)
            s->absent.items[s->absent.count++] = keys[i].service; /* room for all was made */
    }
    return OK;
}

static void solve_take_out(struct solve_search *s, struct solve_tour *tour, uint32_t at)
{
    uint32_t service = tour->nodes[at].stop;

    solve_tour_remove(tour, at);
    s->tour_of[service] = solve_nowhere;
    s->cost += s->field->problem->services[service].price;
    s->absent.items[s->absent.count++] = service;
}

/* The positions [first, first + length + kept) hold the string; `kept` of them in a row stay. */
static void solve_cut(struct solve_search *s, struct solve_tour *tour, uint32_t first,
                      uint32_t length, uint32_t keep_at, uint32_t kept)
{
    uint32_t at = first;

    for (uint32_t i = 0; i < length + kept && at + 1 < tour->count; i++) {
        bool stays = i >= keep_at && i < keep_at + kept;
        if (stays || s->field->stops[tour->nodes[at].stop].resets)
            at++;
        else
            solve_take_out(s, tour, at);
    }
}

/* Length of a string and of the run of stops that it spares. */
static void solve_string_size(struct solve_search *s, uint32_t stops, double longest,
                              uint32_t *ret_length, uint32_t *ret_kept)
{
    uint32_t most = longest < stops ? (uint32_t)longest : stops;
    uint32_t length = 1 + rng_below(&s->rng, most ? most : 1);
    uint32_t kept = 0;

    if (length > stops)
        length = stops;
    if (length > 1 && length < stops && rng_below(&s->rng, 2) == 0)
        while (length + kept < stops && kept < length && rng_below(&s->rng, 100) != 0)
            kept++;
    *ret_length = length;
    *ret_kept = kept;
}

static enum err solve_ruin_string(struct solve_search *s, uint32_t service, double longest)
{
    uint32_t slot = s->tour_of[service];
    uint32_t at = s->at_of[service];
    uint32_t length;
    uint32_t kept;

    enum err err = solve_save(s, slot);
    if (err)
        return err;
    struct solve_tour *tour = &s->tours.items[slot];
    uint32_t stops = tour->count - 2;
    int64_t before = tour->cost;
    solve_string_size(s, stops, longest, &length, &kept);
    uint32_t whole = length + kept;
    uint32_t low = at > whole ? at - whole + 1 : 1;
    uint32_t high = at + whole > stops + 1 ? stops + 1 - whole : at;
    uint32_t first = low + rng_below(&s->rng, high >= low ? high - low + 1 : 1);
    solve_cut(s, tour, first, length, kept ? 1 + rng_below(&s->rng, length) : 0, kept);
    (void)solve_tour_update(s->field, tour);
    solve_tour_tidy(s->field, tour);
    s->used[tour->class] -= tour->count == 2;
    s->cost += tour->cost - before;
    solve_index(s, slot);
    return OK;
}

static uint32_t solve_tours_used(const struct solve_search *s)
{
    uint32_t used = 0;

    for (uint32_t c = 0; c < s->field->class_count; c++)
        used += s->used[c];
    return used;
}

static enum err solve_ruin(struct solve_search *s)
{
    uint32_t services = s->field->problem->service_count;
    uint32_t used = solve_tours_used(s);
    double mean = used ? (double)(services - s->absent.count) / used : 1;
    double longest = fmin(SOLVE_STRING_MAX, fmax(1, mean));
    double strings_max = 4.0 * SOLVE_REMOVED_MEAN / (1 + longest) - 1;
    uint32_t strings = (uint32_t)(rng_unit(&s->rng) * strings_max + 1);
    uint32_t seed = rng_below(&s->rng, services);
    uint32_t ruined = 0;

    for (uint32_t i = 0; i <= s->field->near_count && ruined < strings; i++) {
        uint32_t service =
            i == 0 ? seed : s->field->near[(size_t)seed * s->field->near_count + i - 1];
        uint32_t slot = s->tour_of[service];
        if (slot == solve_nowhere || s->touched[slot] == s->iteration_mark)
            continue;
        enum err err = solve_ruin_string(s, service, longest);
        if (err)
            return err;
        ruined++;
    }
    return OK;
}

/* Facility visits of the routes this iteration changed are set anew. */
static void solve_tidy_touched(struct solve_search *s)
{
    for (size_t i = 0; i < s->journal.count; i++) {
        uint32_t slot = s->journal.items[i].slot;
        struct solve_tour *tour = &s->tours.items[slot];
        if (tour->facilities == 0)
            continue;
        s->cost -= tour->cost;
        solve_tour_tidy(s->field, tour);
        s->cost += tour->cost;
        solve_index(s, slot);
    }
}

static enum err solve_iterate(struct solve_search *s, struct solve_key *keys, double temperature)
{
    int64_t before = s->cost;

    s->iteration_mark++;
    s->journal.count = 0;
    s->journal_stops.count = 0;
    s->old_absent.count = 0;
    for (size_t i = 0; i < s->absent.count; i++)
        s->old_absent.items[s->old_absent.count++] = s->absent.items[i];
    enum err err = solve_ruin(s);
    if (!err)
        err = solve_recreate(s, keys, false);
    if (err)
        return err;
    solve_tidy_touched(s);
    double luck = rng_unit(&s->rng) + 1e-12;
    if ((double)s->cost >= (double)before - temperature * log(luck)) {
        solve_revert(s);
        s->cost = before;
        return OK;
    }
    return s->cost < s->best_cost ? solve_keep_best(s) : OK;
}

/* --- a whole search --------------------------------------------------------------------------- */

static enum err solve_search_first(struct solve_search *s, struct solve_key *keys)
{
    const struct solve_problem *problem = s->field->problem;

    for (uint32_t i = 0; i < problem->service_count; i++) {
        s->tour_of[i] = solve_nowhere;
        s->absent.items[s->absent.count++] = i;
        s->cost += problem->services[i].price;
    }
    s->iteration_mark++;
    enum err err = solve_recreate(s, keys, true);
    if (err)
        return err;
    int64_t travel = 0;
    uint32_t legs = 1;
    for (uint32_t slot = 0; slot < s->tours.count; slot++) {
        travel += s->tours.items[slot].count > 2 ? s->tours.items[slot].cost : 0;
        legs += s->tours.items[slot].count - 1;
    }
    s->first_leg = travel / legs;
    return solve_keep_best(s);
}

static enum err solve_search_room(struct solve_search *s)
{
    const struct solve_field *field = s->field;
    uint32_t services = field->problem->service_count;

    s->empty = mem_zero(field->class_count + 1, sizeof *s->empty);
    s->used = mem_zero(field->class_count + 1, sizeof *s->used);
    s->tour_of = mem_zero(services + 1, sizeof *s->tour_of);
    s->at_of = mem_zero(services + 1, sizeof *s->at_of);
    if (!s->empty || !s->used || !s->tour_of || !s->at_of)
        return ERR_NOMEM;
    if (vec_reserve(&s->absent, services + 1) || vec_reserve(&s->old_absent, services + 1))
        return ERR_NOMEM;
    for (uint32_t c = 0; c < field->class_count; c++) {
        if (solve_tour_room(&s->empty[c], 2))
            return ERR_NOMEM;
        solve_tour_start(field, &s->empty[c], c);
        (void)solve_tour_update(field, &s->empty[c]);
    }
    return OK;
}

enum err solve_search_new(const struct solve_field *field, uint64_t seed,
                          struct solve_search **ret_search)
{
    struct solve_search *s = mem_zero(1, sizeof *s);

    if (!s)
        return ERR_NOMEM;
    s->field = field;
    rng_init(&s->rng, seed);
    enum err err = solve_search_room(s);
    if (err) {
        solve_search_free(s);
        return err;
    }
    *ret_search = s;
    return OK;
}

void solve_search_free(struct solve_search *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->tours.count; i++)
        mem_free(s->tours.items[i].nodes);
    for (uint32_t c = 0; s->empty && c < s->field->class_count; c++)
        mem_free(s->empty[c].nodes);
    vec_done(&s->tours);
    vec_done(&s->absent);
    vec_done(&s->old_absent);
    vec_done(&s->journal);
    vec_done(&s->journal_stops);
    vec_done(&s->best_tours);
    vec_done(&s->best_stops);
    mem_free(s->empty);
    mem_free(s->used);
    mem_free(s->tour_of);
    mem_free(s->at_of);
    mem_free(s->touched);
    mem_free(s);
}

/* How far the search is, 0 to 1, by iterations or by the clock; above 1 it is time to stop. */
static double solve_elapsed(const struct solve_search *s, const struct solve_options *options,
                            int64_t begun_us)
{
    double by_count = 0;
    double by_clock = 0;

    if (options->cancel && atomic_load_explicit(options->cancel, memory_order_relaxed))
        return 2;
    if (options->iterations_max)
        by_count = (double)s->iterations / (double)options->iterations_max;
    if (options->clock && options->deadline.us) {
        int64_t whole = options->deadline.us - begun_us;
        int64_t now = clock_mono(options->clock).us;
        by_clock = whole > 0 ? (double)(now - begun_us) / (double)whole : 2;
    }
    if (!options->iterations_max && !options->deadline.us)
        return 2; /* nothing bounds it: the first solution is the answer */
    return by_count > by_clock ? by_count : by_clock;
}

enum err solve_search_run(struct solve_search *s, const struct solve_options *options, bool tell)
{
    int64_t begun_us = options->clock ? clock_mono(options->clock).us : 0;
    struct solve_key *keys = mem_zero(s->field->problem->service_count + 1, sizeof *keys);
    enum err err = keys ? solve_search_first(s, keys) : ERR_NOMEM;
    double hot = 0.6 * (double)s->first_leg + 1e-9;
    double cold = hot / 100;
    double done = 0;

    while (!err && s->field->problem->service_count > 1) {
        if (s->iterations % SOLVE_POLL == 0) {
            done = solve_elapsed(s, options, begun_us);
            if (tell && options->progress && s->iterations % (SOLVE_POLL * 64) == 0)
                options->progress(options->progress_context, s->best_cost, s->iterations);
        }
        if (done >= 1 || (options->iterations_max && s->iterations >= options->iterations_max))
            break;
        err = solve_iterate(s, keys, hot * pow(cold / hot, done));
        s->iterations++;
    }
    mem_free(keys);
    return err;
}

int64_t solve_search_cost(const struct solve_search *s)
{
    return s->best_cost;
}

uint64_t solve_search_iterations(const struct solve_search *s)
{
    return s->iterations;
}

/* --- the answer ------------------------------------------------------------------------------- */

/* Modes are read backwards from the end; times forwards. */
static void solve_take_times(const struct solve_field *field, const struct solve_tour *tour,
                             struct solve_visit *visits, struct solve_route *route)
{
    const struct solve_node *nodes = tour->nodes;
    const struct solve_stop *before = &field->stops[nodes[0].stop];
    uint8_t mode = nodes[tour->count - 1].forward[0].via;
    uint8_t mode_before = 0;

    for (uint32_t i = tour->count - 2; i > 0; i--) {
        visits[i - 1].mode = mode;
        mode = nodes[i].forward[mode].via;
    }
    int64_t clock = nodes[tour->count - 1].forward[0].left;
    route->leave = (int32_t)clock;
    for (uint32_t i = 1; i + 1 < tour->count; i++) {
        const struct solve_stop *stop = &field->stops[nodes[i].stop];
        struct solve_visit *visit = &visits[i - 1];
        bool facility = nodes[i].stop >= field->problem->service_count;
        clock += solve_ride(field, before->leave[mode_before], stop->enter[visit->mode]);
        visit->kind = facility ? SOLVE_FACILITY : SOLVE_SERVE;
        visit->index = nodes[i].stop - (facility ? field->facility_stop : 0);
        visit->arrive = (int32_t)clock;
        clock = clock < stop->earliest ? stop->earliest : clock;
        visit->start = (int32_t)clock;
        clock += stop->duration[visit->mode];
        visit->leave = (int32_t)clock;
        before = stop;
        mode_before = visit->mode;
    }
    clock += solve_ride(field, before->leave[mode_before],
                        field->stops[nodes[tour->count - 1].stop].enter[0]);
    route->arrive = (int32_t)clock;
}

static void solve_take_costs(const struct solve_field *field, const struct solve_solution *found,
                             struct solve_route *route, struct solve_solution *sums)
{
    int64_t service = 0;
    int64_t facility = 0;

    for (uint32_t i = 0; i < route->visit_count; i++) {
        const struct solve_visit *visit = &found->visits[route->visit_first + i];
        if (visit->kind == SOLVE_FACILITY)
            facility += field->problem->facilities[visit->index].cost;
        else
            service += field->problem->services[visit->index].modes[visit->mode].cost;
    }
    int64_t fixed = field->problem->vehicles[route->vehicle].cost_fixed;
    sums->cost_service += service;
    sums->cost_facility += facility;
    sums->cost_fixed += fixed;
    sums->cost_travel += route->cost - service - facility - fixed;
    sums->cost += route->cost;
}

static enum err solve_take_routes(struct solve_search *s, struct solve_solution *found)
{
    const struct solve_field *field = s->field;
    uint32_t *taken = mem_zero(field->class_count + 1, sizeof *taken);

    found->routes = mem_zero(s->best_tours.count + 1, sizeof *found->routes);
    found->visits = mem_zero(s->best_stops.count + 1, sizeof *found->visits);
    if (!taken || !found->routes || !found->visits) {
        mem_free(taken);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < s->best_tours.count; i++) {
        const struct solve_saved *saved = &s->best_tours.items[i];
        struct solve_tour *tour = &s->tours.items[saved->slot];
        const struct solve_class *class = &field->classes[saved->class];
        struct solve_route *route = &found->routes[found->route_count++];
        solve_put_back(s, saved, s->best_stops.items);
        *route =
            (struct solve_route){.vehicle = field->members[class->first + taken[saved->class]++],
                                 .visit_first = found->visit_count,
                                 .visit_count = tour->count - 2,
                                 .cost = tour->cost};
        solve_take_times(field, tour, found->visits + found->visit_count, route);
        found->visit_count += route->visit_count;
        solve_take_costs(field, found, route, found);
    }
    mem_free(taken);
    return OK;
}

static enum err solve_take_unserved(const struct solve_field *field, struct solve_solution *found)
{
    uint32_t services = field->problem->service_count;
    bool *served = mem_zero(services + 1, sizeof *served);

    found->unserved = mem_zero(services + 1, sizeof *found->unserved);
    if (!served || !found->unserved) {
        mem_free(served);
        return ERR_NOMEM;
    }
    for (uint32_t i = 0; i < found->visit_count; i++)
        if (found->visits[i].kind == SOLVE_SERVE)
            served[found->visits[i].index] = true;
    for (uint32_t i = 0; i < services; i++)
        if (!served[i]) {
            found->unserved[found->unserved_count++] =
                (struct solve_unserved){i, solve_field_reason(field, i)};
            found->cost_unserved += field->problem->services[i].price;
        }
    found->cost += found->cost_unserved;
    mem_free(served);
    return OK;
}

enum err solve_search_take(struct solve_search *s, struct solve_solution *ret_solution)
{
    struct solve_solution found = {.iterations = s->iterations};

    for (size_t slot = 0; slot < s->tours.count; slot++) { /* room for the best's longer tours */
        uint32_t need = 2;
        for (size_t i = 0; i < s->best_tours.count; i++)
            if (s->best_tours.items[i].slot == slot)
                need = s->best_tours.items[i].count;
        if (solve_tour_room(&s->tours.items[slot], need))
            return ERR_NOMEM;
    }
    enum err err = solve_take_routes(s, &found);
    if (!err)
        err = solve_take_unserved(s->field, &found);
    if (err) {
        solve_solution_done(&found);
        return err;
    }
    *ret_solution = found;
    return OK;
}
