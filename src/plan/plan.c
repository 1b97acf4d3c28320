/* plan.c - leads: networks, due tasks, groups, parts on the workers, the leftovers once more,
 * routes, totals. */
#include "plan/plan.h"

#include <stdlib.h>

#include "plan/inner.h"

enum { PLAN_TEXT_MAX = 512 << 20 };         /* turn-by-turn texts of a city of millions */
static const double plan_again_share = 0.1; /* of the time, for what the parts left over */

const char *plan_reason_name(enum plan_reason reason)
{
    static const char *const names[PLAN_REASONS] = {
#define X(code, name, zh, en) [code] = name,
        PLAN_REASON_LIST(X)
#undef X
    };

    return names[reason];
}

struct city_name plan_reason_text(enum plan_reason reason)
{
    static const struct city_name texts[PLAN_REASONS] = {
#define X(code, name, zh, en) [code] = {{zh, sizeof(zh) - 1}, {en, sizeof(en) - 1}},
        PLAN_REASON_LIST(X)
#undef X
    };

    return texts[reason];
}

const struct road *plan_road_of(const struct plan *plan, enum plan_kind kind)
{
    return kind == PLAN_SWEEP ? plan->sweeper_road : plan->truck_road;
}

/* The workers' share: they take jobs by turns until none is left. */
struct plan_shift {
    const struct plan *plan;
    struct plan_job *jobs;
    size_t count;
    const struct plan_options *options;
    double weight;   /* of all jobs */
    int64_t time_us; /* wall time for all of them */
    atomic_size_t next;
    atomic_uint_fast64_t done_weight;
    atomic_flag telling;
};

static void plan_say(struct plan_shift *shift, const char *stage)
{
    const struct plan_options *options = shift->options;

    if (!options->progress || atomic_flag_test_and_set(&shift->telling))
        return; /* another thread is telling */
    options->progress(options->progress_context,
                      (double)atomic_load(&shift->done_weight) / (shift->weight + 1), stage);
    atomic_flag_clear(&shift->telling);
}

static void plan_work(void *context, unsigned index)
{
    struct plan_shift *shift = context;
    (void)index;

    for (size_t at = atomic_fetch_add(&shift->next, 1); at < shift->count;
         at = atomic_fetch_add(&shift->next, 1)) {
        struct plan_job *job = &shift->jobs[at];
        unsigned workers = shift->options->workers.count ? shift->options->workers.count : 1;
        double share = job->weight / shift->weight * workers;
        if (share > 1)
            share = 1;
        plan_job_run(
            shift->plan, job,
            &(struct plan_job_limits){.options = shift->options,
                                      .budget_us = (int64_t)((double)shift->time_us * share),
                                      .seed = shift->plan->seed + at});
        atomic_fetch_add(&shift->done_weight, (uint64_t)job->weight);
        plan_say(shift, "search");
    }
}

static int plan_job_order(const void *left, const void *right)
{
    const struct plan_job *a = left;
    const struct plan_job *b = right;

    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return a->tasks < b->tasks ? -1 : a->tasks > b->tasks;
}

/* Runs the jobs, heaviest first, so that the workers end together. */
static enum err plan_run_jobs(struct plan *plan, plan_jobs *jobs,
                              const struct plan_options *options, double share, struct diag *diag)
{
    struct plan_shift shift = {.plan = plan,
                               .jobs = jobs->items,
                               .count = jobs->count,
                               .options = options,
                               .time_us = (int64_t)((double)options->budget_us * share),
                               .telling = ATOMIC_FLAG_INIT};

    if (jobs->count == 0)
        return OK;
    qsort(jobs->items, jobs->count, sizeof *jobs->items, plan_job_order);
    for (size_t i = 0; i < jobs->count; i++)
        shift.weight += jobs->items[i].weight;
    plan_say(&shift, "search");
    if (options->workers.count > 1)
        options->workers.run(options->workers.count, plan_work, &shift);
    else
        plan_work(&shift, 0);
    for (size_t i = 0; i < jobs->count; i++)
        if (jobs->items[i].err) {
            if (diag)
                *diag = jobs->items[i].diag;
            return jobs->items[i].err;
        }
    return OK;
}

static enum err plan_take_jobs(struct plan *plan, const plan_jobs *jobs, bool again)
{
    struct road_query *query[2] = {NULL, NULL};
    enum err err = OK;

    for (size_t i = 0; i < jobs->count && !err; i++) {
        const struct plan_job *job = &jobs->items[i];
        struct road_query **mine = &query[job->group->kind == PLAN_SWEEP];
        if (!*mine)
            err = road_query_new(plan_road_of(plan, job->group->kind), mine);
        if (!err)
            err = plan_take_answer(plan, job, *mine, again);
    }
    road_query_free(query[0]);
    road_query_free(query[1]);
    return err;
}

static void plan_jobs_done(plan_jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; i++)
        plan_job_done(&jobs->items[i]);
    vec_done(jobs);
}

/* What is left of a group: tasks nobody had time for, vehicles nobody used. */
static enum err plan_leftovers(const struct plan *plan, struct plan_group *group, const bool *used)
{
    size_t tasks = 0;
    size_t vehicles = 0;

    for (size_t i = 0; i < group->tasks.count; i++) {
        enum plan_reason reason = plan->tasks.items[group->tasks.items[i]].reason;
        if (reason != PLAN_SERVED && reason != PLAN_CAPACITY)
            group->tasks.items[tasks++] = group->tasks.items[i];
    }
    for (size_t i = 0; i < group->vehicles.count; i++)
        if (!used[group->vehicles.items[i]])
            group->vehicles.items[vehicles++] = group->vehicles.items[i];
    group->tasks.count = vehicles ? tasks : 0;
    group->vehicles.count = vehicles;
    return OK;
}

/* A part may have had too few vehicles while another had some to spare. */
static enum err plan_again(struct plan *plan, struct plan_group *groups, uint32_t group_count,
                           const struct plan_options *options, struct diag *diag)
{
    plan_jobs jobs = {0};
    bool *used = mem_zero(plan->city->vehicle_count + 1, sizeof *used);
    enum err err = used ? OK : ERR_NOMEM;

    for (size_t i = 0; i < plan->routes.count && !err; i++)
        used[plan->routes.items[i].vehicle] = true;
    for (uint32_t g = 0; g < group_count && !err; g++) {
        err = plan_leftovers(plan, &groups[g], used);
        if (!err)
            err = plan_parts(plan, &groups[g], &jobs);
    }
    if (!err)
        err = plan_run_jobs(plan, &jobs, options, plan_again_share, diag);
    if (!err)
        err = plan_take_jobs(plan, &jobs, true);
    plan_jobs_done(&jobs);
    mem_free(used);
    return err;
}

static enum err plan_gates_make(const struct city *city, const struct road *road,
                                struct plan_gates *gates)
{
    gates->road = road;
    gates->gates = mem_zero(city->facility_count + 1, sizeof *gates->gates);
    if (!gates->gates)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < city->facility_count; i++)
        if (road_nearest(road, city->facilities[i].at, PLAN_FACILITY_REACH_M, &gates->gates[i]))
            gates->gates[i].place.arc = ROAD_NONE;
    return OK;
}

static enum err plan_search(struct plan *plan, const struct plan_options *options,
                            struct diag *diag)
{
    struct plan_gates trucks = {0};
    struct plan_gates sweepers = {0};
    struct plan_group groups[PLAN_GROUPS_MAX] = {0};
    uint32_t group_count = 0;
    plan_jobs jobs = {0};

    enum err err = plan_gates_make(plan->city, plan->truck_road, &trucks);
    if (!err)
        err = plan_gates_make(plan->city, plan->sweeper_road, &sweepers);
    if (!err)
        err = plan_groups(plan, &trucks, &sweepers, groups, &group_count);
    for (uint32_t g = 0; g < group_count && !err; g++)
        err = plan_parts(plan, &groups[g], &jobs);
    if (!err)
        err = plan_run_jobs(plan, &jobs, options, 1 - plan_again_share, diag);
    if (!err)
        err = plan_take_jobs(plan, &jobs, false);
    plan_jobs_done(&jobs);
    if (!err)
        err = plan_again(plan, groups, group_count, options, diag);
    for (uint32_t g = 0; g < PLAN_GROUPS_MAX; g++)
        plan_group_done(&groups[g]);
    mem_free(trucks.gates);
    mem_free(sweepers.gates);
    plan->checked = !err;
    return err;
}

static void plan_sum(struct plan *plan)
{
    struct plan_totals *totals = &plan->totals;

    *totals = (struct plan_totals){.due = (uint32_t)plan->tasks.count,
                                   .routes = (uint32_t)plan->routes.count};
    for (size_t i = 0; i < plan->tasks.count; i++) {
        const struct plan_task *task = &plan->tasks.items[i];
        bool served = task->reason == PLAN_SERVED;
        totals->unserved += !served;
        totals->sweeps += served && task->kind == PLAN_SWEEP;
    }
    for (size_t i = 0; i < plan->routes.count; i++) {
        const struct plan_route *route = &plan->routes.items[i];
        totals->collect_routes += route->kind == PLAN_COLLECT;
        totals->sweep_routes += route->kind == PLAN_SWEEP;
        totals->stops += route->kind == PLAN_COLLECT ? route->stops : 0;
        totals->bins += route->bins;
        totals->km += route->km;
        totals->swept_km += route->swept_km;
        totals->hours += (route->end_ds - route->start_ds) / (3600.0 * PLAN_DS_PER_S);
        totals->kg += route->kg;
        totals->cost += route->cost;
    }
}

static enum err plan_networks(struct plan *plan, struct diag *diag)
{
    struct road_profile truck = plan_profile(plan->city, false);
    struct road_profile sweeper = plan_profile(plan->city, true);

    enum err err = road_new(plan->map, &truck, &plan->truck_road, diag);
    if (err)
        return err;
    if (truck.mass_kg == sweeper.mass_kg && truck.height_cm == sweeper.height_cm) {
        plan->sweeper_road = plan->truck_road;
        return OK;
    }
    return road_new(plan->map, &sweeper, &plan->sweeper_road, diag);
}

static enum err plan_fill(struct plan *plan, const struct plan_options *options, struct diag *diag)
{
    struct mono_us begun = {0};

    if (options->clock)
        begun = clock_mono(options->clock);
    enum err err = plan_networks(plan, diag);
    if (!err && options->collect)
        err = plan_due_bins(plan);
    if (!err && options->sweep)
        err = plan_due_streets(plan);
    if (!err)
        err = plan_search(plan, options, diag);
    if (err)
        return err;
    plan_sum(plan);
    if (options->clock)
        plan->elapsed_s = (double)(clock_mono(options->clock).us - begun.us) / CLOCK_US_PER_S;
    return OK;
}

enum err plan_make(const struct city *city, const struct road_map *map,
                   const struct plan_options *options, struct plan **ret_plan, struct diag *diag)
{
    struct plan *plan = mem_zero(1, sizeof *plan);

    if (!plan)
        return diag_set(diag, ERR_NOMEM, "no memory to plan the day");
    plan->city = city;
    plan->map = map;
    plan->date = options->date;
    plan->seed = options->seed;
    arena_init(&plan->arena, PLAN_TEXT_MAX);
    enum err err = plan_fill(plan, options, diag);
    if (err) {
        if (diag && diag->code != err)
            diag_set(diag, err, "cannot plan the day: %s", err_text(err));
        plan_free(plan);
        return err;
    }
    *ret_plan = plan;
    return OK;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    vec_done(&plan->tasks);
    vec_done(&plan->task_bins);
    vec_done(&plan->routes);
    vec_done(&plan->trips);
    vec_done(&plan->visits);
    vec_done(&plan->points);
    vec_done(&plan->lines);
    arena_done(&plan->arena);
    if (plan->sweeper_road != plan->truck_road)
        road_free(plan->sweeper_road);
    road_free(plan->truck_road);
    mem_free(plan);
}
