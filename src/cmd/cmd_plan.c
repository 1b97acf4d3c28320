/* cmd_plan.c - `yancheng plan DIR`: a day's plan as a table and two files. Ctrl-C gives the best so
 * far. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/day.h"
#include "cmd/cmd.h"
#include "cmd/search.h"

enum { PLAN_SECONDS_DEFAULT = 30, PLAN_SECONDS_MAX = 24 * 3600 };

static const char plan_help[] =
    "Usage: yancheng plan DIR [--date YYYY-MM-DD] [--time SECONDS] [--iterations N]\n"
    "                         [--seed N] [--threads N] [--only collect|sweep] [--json]\n\n"
    "Plans a day's collection and sweeping of the city in DIR and writes DIR/plan.json and\n"
    "DIR/plan.geojson. Without --date: today. --time is wall seconds of search (default 30).\n"
    "With --iterations and the same --seed the plan is the same, bit for bit.\n"
    "--json prints the totals as one line of JSON instead of the table.\n"
    "Ctrl-C ends the search and keeps the best plan so far.\n";

struct plan_call {
    const char *folder;
    struct plan_options options;
    bool json;
    bool help;
};

static enum err plan_bad(struct diag *diag, const char *option, const char *want)
{
    return diag_set(diag, ERR_USAGE, "--%s wants %s; see `yancheng plan --help`", option, want);
}

static enum err plan_only(struct plan_options *options, const char *what, struct diag *diag)
{
    options->collect = !strcmp(what, "collect");
    options->sweep = !strcmp(what, "sweep");
    return options->collect || options->sweep ? OK : plan_bad(diag, "only", "collect or sweep");
}

static enum err plan_option(struct plan_call *call, int option, struct diag *diag)
{
    struct plan_options *options = &call->options;
    uint64_t number = 0;
    enum err err = OK;

    switch (option) {
    case 'd':
        return clock_date_parse(str_of(optarg), &options->date)
                   ? plan_bad(diag, "date", "a day like 2026-11-24")
                   : OK;
    case 't':
        err = cmd_number("plan", "time", optarg, 1, PLAN_SECONDS_MAX, &number, diag);
        options->budget_us = (int64_t)number * CLOCK_US_PER_S;
        return err;
    case 'i':
        return cmd_number("plan", "iterations", optarg, 1, UINT64_MAX, &options->iterations_max,
                          diag);
    case 's':
        return cmd_number("plan", "seed", optarg, 0, UINT64_MAX, &options->seed, diag);
    case 'n':
        err = cmd_number("plan", "threads", optarg, 1, POOL_THREADS_MAX, &number, diag);
        options->workers = pool_workers((unsigned)number);
        return err;
    case 'o':
        return plan_only(options, optarg, diag);
    case 'j':
        call->json = true;
        return OK;
    case 'h':
        call->help = true;
        return OK;
    default:
        return diag_set(diag, ERR_USAGE, "see `yancheng plan --help`");
    }
}

static enum err plan_arguments(int argc, char **argv, struct plan_call *call, struct diag *diag)
{
    static const struct option options[] = {{"date", required_argument, NULL, 'd'},
                                            {"time", required_argument, NULL, 't'},
                                            {"iterations", required_argument, NULL, 'i'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"threads", required_argument, NULL, 'n'},
                                            {"only", required_argument, NULL, 'o'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        enum err err = plan_option(call, option, diag);
        if (err)
            return err;
    }
    if (call->help)
        return OK;
    if (optind + 1 != argc)
        return diag_set(diag, ERR_USAGE, "name one city folder; see `yancheng plan --help`");
    call->folder = argv[optind];
    if (call->options.budget_us == 0 && call->options.iterations_max == 0)
        call->options.budget_us = PLAN_SECONDS_DEFAULT * CLOCK_US_PER_S;
    return OK;
}

struct plan_bar {
    bool shown;
};

static void plan_progress(void *context, double done, const char *stage)
{
    struct plan_bar *bar = context;

    bar->shown = true;
    cmd_bar(stage, done);
}

static void plan_print_clock(int32_t ds)
{
    int minute = ds / (60 * PLAN_DS_PER_S);

    printf(" %02d:%02d", minute / 60, minute % 60);
}

static void plan_print_route(const struct plan *plan, const struct plan_route *route)
{
    const struct city_vehicle *vehicle = &plan->city->vehicles[route->vehicle];

    printf("%-16s %-8.*s", route->id, STR_ARG(vehicle->id));
    plan_print_clock(route->start_ds);
    plan_print_clock(route->end_ds);
    printf(" %5u %8.1f %8.1f %8.0f  ", route->stops, route->km, route->swept_km, route->kg);
    for (uint32_t i = 0; i < route->trip_count; i++)
        printf(" %.0f%%", plan->trips.items[route->trip_first + i].fill_pct);
    printf("\n");
}

static void plan_print_unserved(const struct plan *plan)
{
    for (int reason = PLAN_SERVED + 1; reason < PLAN_REASONS; reason++) {
        unsigned count[2] = {0, 0};
        for (size_t i = 0; i < plan->tasks.count; i++)
            if ((int)plan->tasks.items[i].reason == reason)
                count[plan->tasks.items[i].kind]++;
        struct city_name text = plan_reason_text((enum plan_reason)reason);
        if (count[PLAN_COLLECT])
            printf("unserved: %u stops: %.*s\n", count[PLAN_COLLECT], STR_ARG(text.en));
        if (count[PLAN_SWEEP])
            printf("unserved: %u street passes: %.*s\n", count[PLAN_SWEEP], STR_ARG(text.en));
    }
}

static void plan_print(const struct plan *plan)
{
    const struct plan_totals *totals = &plan->totals;

    printf("%-16s %-8s %5s %5s %5s %8s %8s %8s   %s\n", "route", "vehicle", "leave", "back",
           "stops", "km", "swept km", "kg", "fill of each trip");
    for (size_t i = 0; i < plan->routes.count; i++)
        plan_print_route(plan, &plan->routes.items[i]);
    printf("\n%u routes (%u collect, %u sweep), %u bins at %u stops, %.1f t, %.1f km driven, "
           "%.1f km swept, %.1f hours, cost %.0f\n",
           totals->routes, totals->collect_routes, totals->sweep_routes, totals->bins,
           totals->stops, totals->kg / 1000, totals->km, totals->swept_km, totals->hours,
           totals->cost);
    printf("due %u, unserved %u, checked %s, %.1f s\n", totals->due, totals->unserved,
           plan->checked ? "yes" : "no", plan->elapsed_s);
    plan_print_unserved(plan);
}

static void plan_print_json(const struct plan *plan)
{
    const struct plan_totals *totals = &plan->totals;

    printf("{\"routes\":%u,\"due\":%u,\"unserved\":%u,\"stops\":%u,\"bins\":%u,\"kg\":%.1f,"
           "\"km\":%.2f,\"swept_km\":%.2f,\"hours\":%.2f,\"cost\":%.2f,\"checked\":%s,"
           "\"seconds\":%.3f,\"iterations\":%llu}\n",
           totals->routes, totals->due, totals->unserved, totals->stops, totals->bins, totals->kg,
           totals->km, totals->swept_km, totals->hours, totals->cost,
           plan->checked ? "true" : "false", plan->elapsed_s, (unsigned long long)plan->iterations);
}

static enum err plan_call_run(struct plan_call *call, struct diag *diag)
{
    struct app_day day = {0};
    struct plan_bar bar = {false};

    if (isatty(STDERR_FILENO)) {
        call->options.progress = plan_progress;
        call->options.progress_context = &bar;
    }
    enum err err = app_day_plan(call->folder, &call->options, &day, diag);
    if (bar.shown)
        cmd_bar_clear();
    if (!err)
        err = app_day_save(&day, call->folder, diag);
    if (!err && call->json)
        plan_print_json(day.plan);
    else if (!err)
        plan_print(day.plan);
    app_day_done(&day);
    return err;
}

int cmd_plan(int argc, char **argv)
{
    struct plan_call call = {.options = {.seed = 1,
                                         .clock = clock_os(),

                                         .workers = pool_workers(0),
                                         .collect = true,
                                         .sweep = true}};
    struct diag diag = {0};

    enum err err = plan_arguments(argc, argv, &call, &diag);
    if (err)
        return cmd_fail("plan", &diag);
    if (call.help) {
        fputs(plan_help, stdout);
        return 0;
    }
    call.options.cancel = cmd_stop_flag();
    err = plan_call_run(&call, &diag);
    return err ? cmd_fail("plan", &diag) : 0;
}
