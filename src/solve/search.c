/* search.c - ruin and recreate: strings of neighbouring stops are taken out of a few routes and put
 * back greedily, with blinks; simulated annealing decides what stays.
 *
 * Source     Christiaens and Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing
 *            Problems", Transportation Science 54(2), 2020. Ours adds modes, facilities and classes.
 * Limits     Each stop is tried beside its SOLVE_NEAR_MAX nearest; only when none of those takes it
 *            is every place tried.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve/search.h"

enum {
    SOLVE_STRING_MAX = 10, /* stops of one string */
    SOLVE_REMOVED_MEAN = 10,
    SOLVE_POLL = 16,     /* iterations between looks at the clock */
    SOLVE_OLD_TRIED = 8, /* long unserved stops tried again in one iteration */
    SOLVE_FIRST_SLOTS = 8,
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

/* Keeps a tour, labels and all, as it was before this iteration first changes it. */
static enum err solve_save(struct solve_search *s, uint32_t slot)
{
    const struct solve_tour *tour = &s->tours.items[slot];

    if (s->touched[slot] == s->iteration_mark)
        return OK;
    if (vec_reserve(&s->journal_nodes, s->journal_nodes.count + tour->count) ||
        vec_reserve(&s->journal_tours, s->journal.count + 1) || vec_push(&s->journal, slot))
        return ERR_NOMEM;
    s->touched[slot] = s->iteration_mark;
    s->journal_tours.items[s->journal_tours.count++] = *tour;
    memcpy(s->journal_nodes.items + s->journal_nodes.count, tour->nodes,
           tour->count * sizeof *tour->nodes);
    s->journal_nodes.count += tour->count;
    return OK;
}

void solve_put_back(struct solve_search *s, const struct solve_saved *saved, const uint32_t *stops)
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
    const struct solve_node *nodes = s->journal_nodes.items;

    for (size_t i = 0; i < s->journal.count; i++) {
        const struct solve_tour *tour = &s->tours.items[s->journal.items[i]];
        for (uint32_t n = 1; n + 1 < tour->count; n++)
            if (tour->nodes[n].stop < s->field->problem->service_count)
                s->tour_of[tour->nodes[n].stop] = SOLVE_NOWHERE;
        s->used[tour->class] -= tour->count > 2;
    }
    for (size_t i = 0; i < s->journal.count; i++) {
        struct solve_tour *tour = &s->tours.items[s->journal.items[i]];
        struct solve_tour grown = *tour; /* its array may have grown since */
        *tour = s->journal_tours.items[i];
        tour->nodes = grown.nodes;
        tour->capacity = grown.capacity;
        memcpy(tour->nodes, nodes, tour->count * sizeof *tour->nodes);
        nodes += tour->count;
        solve_index(s, s->journal.items[i]);
        s->used[tour->class] += tour->count > 2;
    }
    solve_unlist(s);
    for (size_t i = 0; i < s->absent.count; i++)
        s->tour_of[s->absent.items[i]] = SOLVE_NOWHERE;
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
    if (slot == SOLVE_NOWHERE)
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
    *ret_placed = solve_tour_update_part(s->field, tour, spot->at + 1, spot->at + spot->count);
    if (!*ret_placed) {
        for (uint32_t i = 0; i < spot->count; i++)
            solve_tour_remove(tour, spot->at + 1);
        (void)solve_tour_update_part(s->field, tour, spot->at + 1, spot->at);
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
    struct solve_spot best = solve_spot_find(s, service);

    *ret_placed = false;
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
    s->tour_of[service] = SOLVE_NOWHERE;
    s->cost += s->field->problem->services[service].price;
    s->absent.items[s->absent.count++] = service;
}

/* The positions [first, first + length + kept) hold the string; `kept` of them in a row stay.
 * Returns the node after the last one that may have gone. */
static uint32_t solve_cut(struct solve_search *s, struct solve_tour *tour, uint32_t first,
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
    return at;
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
    uint32_t after =
        solve_cut(s, tour, first, length, kept ? 1 + rng_below(&s->rng, length) : 0, kept);
    (void)solve_tour_update_part(s->field, tour, first, after - 1);
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
        if (slot == SOLVE_NOWHERE || s->touched[slot] == s->iteration_mark)
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
        uint32_t slot = s->journal.items[i];
        struct solve_tour *tour = &s->tours.items[slot];
        if (tour->facilities == 0)
            continue;
        s->cost -= tour->cost;
        solve_tour_tidy(s->field, tour);
        s->cost += tour->cost;
        solve_index(s, slot);
    }
}

static bool solve_class_may(const struct solve_search *s, const struct solve_tour *tour,
                            uint32_t class)
{
    uint64_t lacks = ~s->field->classes[class].vehicle->skills;

    for (uint32_t i = 1; i + 1 < tour->count; i++)
        if (s->field->stops[tour->nodes[i].stop].skills & lacks)
            return false;
    return true;
}

static bool solve_reclass(const struct solve_search *s, struct solve_tour *tour, uint32_t class)
{
    tour->class = class;
    tour->nodes[0].stop = s->field->classes[class].start_stop;
    tour->nodes[tour->count - 1].stop = s->field->classes[class].end_stop;
    return solve_tour_update(s->field, tour);
}

/* Hands one route to a vehicle of another class where that costs less once its facility visits are
 * set anew: more room may make an unloading needless. */
static enum err solve_hand_tour(struct solve_search *s, uint32_t slot, uint32_t class)
{
    struct solve_tour *tour = &s->tours.items[slot];
    struct solve_saved old = {slot, tour->class, 0, tour->count};
    int64_t cost = tour->cost;

    s->spare_stops.count = 0;
    for (uint32_t i = 0; i < tour->count; i++)
        if (vec_push(&s->spare_stops, tour->nodes[i].stop))
            return ERR_NOMEM;
    bool fits = solve_reclass(s, tour, class);
    if (fits)
        solve_tour_tidy(s->field, tour);
    if (!fits || tour->cost >= cost) {
        solve_put_back(s, &old, s->spare_stops.items);
        return OK;
    }
    s->used[old.class]--;
    s->used[class]++;
    s->cost += tour->cost - cost;
    solve_index(s, slot);
    return OK;
}

/* Putting stops in one by one always opens the cheapest vehicle, so a roomier one would never get its
 * chance. */
static enum err solve_hand_over(struct solve_search *s)
{
    enum err err = OK;

    for (size_t i = 0; i < s->journal.count && s->field->class_count > 1 && !err; i++) {
        const struct solve_tour *tour = &s->tours.items[s->journal.items[i]];
        uint32_t class = rng_below(&s->rng, s->field->class_count);
        if (tour->count > 2 && class != tour->class &&
            s->used[class] < s->field->classes[class].count && solve_class_may(s, tour, class))
            err = solve_hand_tour(s, s->journal.items[i], class);
    }
    return err;
}

static enum err solve_iterate(struct solve_search *s, struct solve_key *keys, double temperature)
{
    int64_t before = s->cost;

    s->iteration_mark++;
    s->journal.count = 0;
    s->journal_tours.count = 0;
    s->journal_nodes.count = 0;
    s->old_absent.count = 0;
    for (size_t i = 0; i < s->absent.count; i++)
        s->old_absent.items[s->old_absent.count++] = s->absent.items[i];
    enum err err = solve_ruin(s);
    if (!err)
        err = solve_recreate(s, keys, false);
    if (err)
        return err;
    solve_tidy_touched(s);
    err = solve_hand_over(s);
    if (err)
        return err;
    double luck = rng_unit(&s->rng) + 1e-12;
    if ((double)s->cost >= (double)before - temperature * log(luck)) {
        solve_revert(s);
        s->cost = before;
        return OK;
    }
    return s->cost < s->best_cost ? solve_keep_best(s) : OK;
}

/* From one service to the next, with the work there. Legs to and from the ends of routes say more
 * about where the depot lies than about what a change can cost, so they do not count. */
static int64_t solve_mean_leg(const struct solve_search *s)
{
    int64_t sum = 0;
    int64_t legs = 1;

    for (uint32_t slot = 0; slot < s->tours.count; slot++) {
        const struct solve_tour *tour = &s->tours.items[slot];
        for (uint32_t i = 2; i + 1 < tour->count; i++) {
            sum += tour->nodes[i].cost_to[0] - tour->nodes[i - 1].cost_to[0];
            legs++;
        }
    }
    return sum > 0 ? sum / legs : 0;
}

static enum err solve_search_first(struct solve_search *s, struct solve_key *keys)
{
    const struct solve_problem *problem = s->field->problem;

    for (uint32_t i = 0; i < problem->service_count; i++) {
        s->tour_of[i] = SOLVE_NOWHERE;
        s->absent.items[s->absent.count++] = i;
        s->cost += problem->services[i].price;
    }
    s->iteration_mark++;
    enum err err = solve_recreate(s, keys, true);
    if (err)
        return err;
    s->first_leg = solve_mean_leg(s);
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
    s->tried = mem_zero(services + 1, sizeof *s->tried);
    if (!s->empty || !s->used || !s->tour_of || !s->at_of || !s->tried)
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
    vec_done(&s->journal_tours);
    vec_done(&s->journal_nodes);
    vec_done(&s->best_tours);
    vec_done(&s->best_stops);
    vec_done(&s->spare_stops);
    mem_free(s->empty);
    mem_free(s->used);
    mem_free(s->tour_of);
    mem_free(s->at_of);
    mem_free(s->tried);
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
    double hot = 1.1 * (double)s->first_leg + 1e-9;
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
