/* cmd_solve.c - `yancheng solve INSTANCE`: the planner's search on published instances, so that it
 * can be measured against best-known values. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jw.h"
#include "cmd/cmd.h"
#include "cmd/search.h"
#include "solve/check.h"
#include "solve/instance.h"

enum { SOLVE_SECONDS_DEFAULT = 10, SOLVE_SECONDS_MAX = 7 * 24 * 3600 };
static const size_t solve_file_bytes_max = 256u << 20;

static const char solve_help[] =
    "Usage: yancheng solve INSTANCE [--time SECONDS] [--iterations N] [--seed N] [--threads T]\n"
    "                               [--out SOL] [--json]\n"
    "       yancheng solve check INSTANCE SOL\n\n"
    "Solves a VRPLIB .vrp (CVRP) or a CARP .dat instance. --time is wall seconds (default 10); "
    "with\n"
    "--iterations, one thread and the same --seed the answer is the same, bit for bit. --out "
    "writes\n"
    "the routes, as docs/solve.md describes. Every answer is checked by code of its own.\n"
    "`solve check` verifies a solution file.\n";

struct solve_call {
    const char *instance;
    const char *solution; /* check */
    const char *out;
    uint64_t seconds;
    struct solve_options options;
    bool check;
    bool json;
    bool help;
};

static enum err solve_option(struct solve_call *call, int option, struct diag *diag)
{
    uint64_t threads = 1;
    enum err err = OK;

    switch (option) {
    case 't':
        return cmd_number("solve", "time", optarg, 1, SOLVE_SECONDS_MAX, &call->seconds, diag);
    case 'i':
        return cmd_number("solve", "iterations", optarg, 1, UINT64_MAX,
                          &call->options.iterations_max, diag);
    case 's':
        return cmd_number("solve", "seed", optarg, 0, UINT64_MAX, &call->options.seed, diag);
    case 'n':
        err = cmd_number("solve", "threads", optarg, 1, POOL_THREADS_MAX, &threads, diag);
        call->options.workers = pool_workers((unsigned)threads);
        return err;
    case 'o':
        call->out = optarg;
        return OK;
    case 'j':
        call->json = true;
        return OK;
    case 'h':
        call->help = true;
        return OK;
    default:
        return diag_set(diag, ERR_USAGE, "see `yancheng solve --help`");
    }
}

static enum err solve_names(int argc, char **argv, struct solve_call *call, struct diag *diag)
{
    call->check = optind < argc && !strcmp(argv[optind], "check");
    if (call->check && optind + 3 == argc) {
        call->instance = argv[optind + 1];
        call->solution = argv[optind + 2];
        return OK;
    }
    if (call->check)
        return diag_set(diag, ERR_USAGE, "`solve check` wants an instance and a solution file");
    if (optind + 1 != argc)
        return diag_set(diag, ERR_USAGE, "name one instance; see `yancheng solve --help`");
    call->instance = argv[optind];
    return OK;
}

static enum err solve_arguments(int argc, char **argv, struct solve_call *call, struct diag *diag)
{
    static const struct option options[] = {
        {"time", required_argument, NULL, 't'}, {"iterations", required_argument, NULL, 'i'},
        {"seed", required_argument, NULL, 's'}, {"threads", required_argument, NULL, 'n'},
        {"out", required_argument, NULL, 'o'},  {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        enum err err = solve_option(call, option, diag);
        if (err)
            return err;
    }
    if (call->help)
        return OK;
    if (call->seconds == 0 && call->options.iterations_max == 0)
        call->seconds = SOLVE_SECONDS_DEFAULT;
    return solve_names(argc, argv, call, diag);
}

static void solve_progress(void *context, int64_t cost, uint64_t iterations)
{
    (void)context;
    fprintf(stderr, "\rcost %lld after %llu iterations ", (long long)cost,
            (unsigned long long)iterations);
    fflush(stderr);
}

static void solve_put_routes(struct jw *jw, const struct solve_instance *instance,
                             const struct solve_solution *found)
{
    jw_key(jw, "routes");
    jw_array(jw);
    for (uint32_t r = 0; r < found->route_count; r++) {
        jw_array(jw);
        for (uint32_t i = 0; i < found->routes[r].visit_count; i++) {
            const struct solve_visit *visit = &found->visits[found->routes[r].visit_first + i];
            struct buf stop;
            buf_init(&stop, 32);
            solve_instance_stop(instance, visit, &stop);
            if (instance->kind == SOLVE_CARP)
                jw_str(jw, buf_text(&stop));
            else
                jw_i64(jw, (int64_t)visit->index + 1);
            buf_done(&stop);
        }
        jw_array_end(jw);
    }
    jw_array_end(jw);
}

static void solve_put(struct jw *jw, const char *key, int64_t value)
{
    jw_key(jw, key);
    jw_i64(jw, value);
}

static void solve_write_json(const struct solve_call *call, const struct solve_instance *instance,
                             const struct solve_solution *found, struct buf *out)
{
    struct jw jw;

    jw_init(&jw, out);
    jw_object(&jw);
    jw_key(&jw, "instance");
    jw_text(&jw, instance->name);
    solve_put(&jw, "cost", found->cost);
    jw_key(&jw, "terms");
    jw_object(&jw);
    solve_put(&jw, "travel", found->cost_travel);
    solve_put(&jw, "service", found->cost_service);
    solve_put(&jw, "facility", found->cost_facility);
    solve_put(&jw, "fixed", found->cost_fixed);
    solve_put(&jw, "unserved", found->cost_unserved);
    jw_object_end(&jw);
    solve_put(&jw, "route_count", found->route_count);
    solve_put_routes(&jw, instance, found);
    solve_put(&jw, "unserved", found->unserved_count);
    solve_put(&jw, "iterations", (int64_t)found->iterations);
    jw_key(&jw, "seconds");
    jw_f64(&jw, (double)found->elapsed_us / CLOCK_US_PER_S, 3);
    solve_put(&jw, "seed", (int64_t)call->options.seed);
    solve_put(&jw, "threads", call->options.workers.count);
    jw_key(&jw, "checked");
    jw_bool(&jw, true); /* an answer that fails the check is an error and never printed */
    jw_object_end(&jw);
    buf_char(out, '\n');
}

static enum err solve_say(const struct solve_call *call, const struct solve_instance *instance,
                          const struct solve_solution *found, struct diag *diag)
{
    struct buf text;
    enum err err = OK;

    buf_init(&text, solve_file_bytes_max);
    if (call->out) {
        solve_instance_write(instance, found, &text);
        err = buf_err(&text) ? buf_err(&text) : file_write(call->out, buf_text(&text), diag);
    }
    buf_reset(&text);
    if (!err && call->json) {
        solve_write_json(call, instance, found, &text);
        err = buf_err(&text);
        if (!err)
            fwrite(text.data, 1, text.size, stdout);
    } else if (!err) {
        printf("%s: cost %lld, %u routes, %u unserved, %llu iterations, %.1f s, checked\n",
               instance->name, (long long)found->cost, found->route_count, found->unserved_count,
               (unsigned long long)found->iterations, (double)found->elapsed_us / CLOCK_US_PER_S);
    }
    buf_done(&text);
    return err;
}

static enum err solve_search(struct solve_call *call, const struct solve_instance *instance,
                             struct diag *diag)
{
    struct solve_solution found = {0};
    bool bar = isatty(STDERR_FILENO) != 0;

    call->options.cancel = cmd_stop_flag();
    call->options.clock = clock_os();
    if (call->seconds)
        call->options.deadline.us =
            clock_mono(clock_os()).us + (int64_t)call->seconds * CLOCK_US_PER_S;
    call->options.progress = bar ? solve_progress : NULL;
    enum err err = solve_run(&instance->problem, &call->options, &found, diag);
    if (bar)
        cmd_bar_clear();
    if (!err)
        err = solve_check(&instance->problem, &found, diag);
    if (!err)
        err = solve_say(call, instance, &found, diag);
    solve_solution_done(&found);
    return err;
}

static enum err solve_verify(const struct solve_call *call, const struct solve_instance *instance,
                             struct diag *diag)
{
    struct solve_solution found = {0};
    struct buf content;
    int64_t stated = 0;

    enum err err = file_read(call->solution, solve_file_bytes_max, &content, diag);
    if (err)
        return err;
    err = solve_instance_read_solution(instance, call->solution, buf_text(&content), &found,
                                       &stated, diag);
    if (!err)
        err = solve_check(&instance->problem, &found, diag);
    if (!err && stated != found.cost)
        err = diag_at(diag, ERR_INVALID, call->solution, 0, 0, "states cost %lld, but it is %lld",
                      (long long)stated, (long long)found.cost);
    if (!err)
        printf("%s: cost %lld, %u routes, right\n", instance->name, (long long)found.cost,
               found.route_count);
    solve_solution_done(&found);
    buf_done(&content);
    return err;
}

static enum err solve_call_run(struct solve_call *call, struct diag *diag)
{
    struct solve_instance *instance = NULL;
    struct buf content;

    enum err err = file_read(call->instance, solve_file_bytes_max, &content, diag);
    if (err)
        return err;
    err = solve_instance_read(call->instance, buf_text(&content), &instance, diag);
    if (!err)
        err = call->check ? solve_verify(call, instance, diag) : solve_search(call, instance, diag);
    solve_instance_free(instance);
    buf_done(&content);
    return err;
}

int cmd_solve(int argc, char **argv)
{
    struct solve_call call = {.options = {.seed = 1, .workers = {.count = 1}}};
    struct diag diag = {0};

    enum err err = solve_arguments(argc, argv, &call, &diag);
    if (!err && call.help) {
        fputs(solve_help, stdout);
        return 0;
    }
    if (!err)
        err = solve_call_run(&call, &diag);
    if (!err)
        return 0;
    diag.code = err;
    return cmd_fail("solve", &diag);
}
