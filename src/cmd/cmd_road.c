/* cmd_road.c - `yancheng road`: what a map's streets are, and how fast the network answers. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/jw.h"
#include "base/mem.h"
#include "base/rng.h"
#include "cmd/cmd.h"
#include "osm/osm.h"
#include "road/road.h"

static const char road_help[] =
    "Usage: yancheng road info  MAP [--json]\n"
    "       yancheng road bench MAP [--json] [--seed S] [--pairs N] [--per-source K]\n\n"
    "MAP is .osm.pbf, .osm, .osm.gz or .osm.bz2.\n"
    "info             counts streets by class, what was ignored, and what cannot be reached\n"
    "bench            measures load, build, query, path and table, and checks random pairs\n"
    "                 against a plain Dijkstra; exit status 1 when one differs\n"
    "--seed S         of the random places; 1 by default\n"
    "--pairs N        pairs to check; 10000 by default\n"
    "--per-source K   pairs that share a start, so that large maps take less; 10 by default\n";

enum {
    ROAD_TABLE_SIDE = 1000,
    ROAD_QUERIES = 20000,
    ROAD_PATHS = 5000,
    ROAD_PAIRS_MAX = 10000000,
    ROAD_REPORT_MAX = 1 << 20,
};

struct road_call {
    const char *map_path;
    bool bench, json, help;
    uint64_t seed, pairs, per_source;
    struct osm_map *map;
    struct road *road;
    struct road_query *query;
    double load_s, build_s;
};

struct road_figures {
    double query_us, path_us, table_ms, table_lengths_ms;
    uint64_t checked, mismatches;
};

static double road_seconds(void)
{
    return (double)clock_mono(clock_os()).us / (double)CLOCK_US_PER_S;
}

static double road_peak_mb(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_SELF, &usage) ? 0 : (double)usage.ru_maxrss / 1024;
}

static enum err road_option_value(uint64_t *value, uint64_t min, uint64_t max, struct diag *diag)
{
    uint64_t number;

    if (str_u64(str_of(optarg), &number) || number < min || number > max)
        return diag_set(diag, ERR_USAGE, "`%s` is not a number from %llu to %llu", optarg,
                        (unsigned long long)min, (unsigned long long)max);
    *value = number;
    return OK;
}

static enum err road_option(struct road_call *call, int option, struct diag *diag)
{
    switch (option) {
    case 'h':
        call->help = true;
        return OK;
    case 'j':
        call->json = true;
        return OK;
    case 's':
        return road_option_value(&call->seed, 0, UINT64_MAX, diag);
    case 'p':
        return road_option_value(&call->pairs, 0, ROAD_PAIRS_MAX, diag);
    case 'k':
        return road_option_value(&call->per_source, 1, ROAD_TABLE_SIDE, diag);
    default:
        return diag_set(diag, ERR_USAGE, "unknown option; `yancheng road --help` lists them");
    }
}

static enum err road_parse(struct road_call *call, int argc, char **argv, struct diag *diag)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"pairs", required_argument, NULL, 'p'},
                                            {"per-source", required_argument, NULL, 'k'},
                                            {0}};
    enum err err = OK;

    opterr = 0;
    for (;;) {
        int option = getopt_long(argc, argv, "h", options, NULL);
        if (option < 0)
            break;
        err = road_option(call, option, diag);
        if (err || call->help)
            return err;
    }
    if (argc - optind != 2)
        return diag_set(diag, ERR_USAGE, "`info` or `bench` and a map file are wanted");
    call->bench = !strcmp(argv[optind], "bench");
    if (!call->bench && strcmp(argv[optind], "info"))
        return diag_set(diag, ERR_USAGE, "`%s` is neither `info` nor `bench`", argv[optind]);
    call->map_path = argv[optind + 1];
    return OK;
}

static enum err road_load(struct road_call *call, struct diag *diag)
{
    struct road_profile profile = road_profile_truck();

    double start_s = road_seconds();
    enum err err = osm_read(call->map_path, NULL, &call->map, diag);
    if (err)
        return err;
    double loaded_s = road_seconds();
    err = road_new(&call->map->roads, &profile, &call->road, diag);
    if (err)
        return err;
    call->load_s = loaded_s - start_s;
    call->build_s = road_seconds() - loaded_s;
    err = road_query_new(call->road, &call->query);
    return err ? diag_set(diag, err, "no memory for a query") : OK;
}

/* A random place on the main network. */
static struct road_place road_random_place(const struct road *road, struct rng *rng)
{
    for (;;) {
        uint32_t arc = rng_below(rng, road_arc_count(road));
        const struct road_arc *a = road_arc(road, arc);
        if (!(a->flags & (ROAD_ISLAND | ROAD_CLOSED)))
            return (struct road_place){arc, rng_below(rng, a->length_mm + 1)};
    }
}

static enum err road_measure_queries(struct road_call *call, struct rng *rng,
                                     struct road_figures *ret)
{
    struct road_place *places = mem_zero(2 * ROAD_QUERIES, sizeof *places);
    struct road_path path;
    enum err err = OK;
    uint64_t sum_ms = 0;

    if (!places)
        return ERR_NOMEM;
    for (size_t i = 0; i < 2 * ROAD_QUERIES; i++)
        places[i] = road_random_place(call->road, rng);
    double start_s = road_seconds();
    for (size_t i = 0; i < ROAD_QUERIES; i++)
        sum_ms += road_time(call->query, places[2 * i], places[2 * i + 1]);
    double queried_s = road_seconds();
    for (size_t i = 0; !err && i < ROAD_PATHS; i++)
        err = road_path(call->query, places[2 * i], places[2 * i + 1], &path);
    ret->query_us = (queried_s - start_s) * 1e6 / ROAD_QUERIES;
    ret->path_us = (road_seconds() - queried_s) * 1e6 / ROAD_PATHS;
    mem_free(places);
    ASSERT(sum_ms > 0); /* keeps the loop */
    return err;
}

static enum err road_measure_table(struct road_call *call, struct rng *rng,
                                   struct road_figures *ret)
{
    struct road_place *places = mem_zero(2 * ROAD_TABLE_SIDE, sizeof *places);
    uint32_t *times = mem_zero((size_t)2 * ROAD_TABLE_SIDE * ROAD_TABLE_SIDE, sizeof *times);
    uint32_t *lengths = times ? times + (size_t)ROAD_TABLE_SIDE * ROAD_TABLE_SIDE : NULL;
    double seconds[2] = {1e9, 1e9};
    enum err err = places && times ? OK : ERR_NOMEM;

    for (size_t i = 0; !err && i < 2 * ROAD_TABLE_SIDE; i++)
        places[i] = road_random_place(call->road, rng);
    /* The best of three: the first run also pays for fresh pages. */
    for (int run = 0; !err && run < 6; run++) {
        double start_s = road_seconds();
        err = road_table(call->query, places, ROAD_TABLE_SIDE, places + ROAD_TABLE_SIDE,
                         ROAD_TABLE_SIDE, times, run % 2 ? lengths : NULL);
        double took_s = road_seconds() - start_s;
        seconds[run % 2] = took_s < seconds[run % 2] ? took_s : seconds[run % 2];
    }
    ret->table_ms = seconds[0] * 1000;
    ret->table_lengths_ms = seconds[1] * 1000;
    mem_free(places);
    mem_free(times);
    return err;
}

/* Query, path and table against the plain search, pair by pair. */
static enum err road_check_source(struct road_call *call, struct rng *rng, size_t count,
                                  struct road_figures *ret)
{
    struct road_place tos[ROAD_TABLE_SIDE];
    uint32_t plain[ROAD_TABLE_SIDE];
    uint32_t table[ROAD_TABLE_SIDE];
    struct road_place from = road_random_place(call->road, rng);

    for (size_t i = 0; i < count; i++)
        tos[i] = road_random_place(call->road, rng);
    enum err err = road_times_plain(call->road, from, tos, count, plain);
    if (!err)
        err = road_table(call->query, &from, 1, tos, count, table, NULL);
    for (size_t i = 0; !err && i < count; i++) {
        struct road_path path = {.time_ms = ROAD_UNREACHABLE};
        err = road_path(call->query, from, tos[i], &path);
        if (err == ERR_NOT_FOUND)
            err = OK;
        uint32_t ms = road_time(call->query, from, tos[i]);
        ret->mismatches += ms != plain[i] || table[i] != plain[i] || path.time_ms != plain[i];
        ret->checked++;
    }
    return err;
}

static enum err road_measure(struct road_call *call, struct road_figures *ret, struct diag *diag)
{
    struct rng rng;

    rng_init(&rng, call->seed);
    enum err err = road_measure_queries(call, &rng, ret);
    if (!err)
        err = road_measure_table(call, &rng, ret);
    while (!err && ret->checked < call->pairs) {
        uint64_t left = call->pairs - ret->checked;
        err = road_check_source(call, &rng, left < call->per_source ? left : call->per_source, ret);
    }
    return err ? diag_set(diag, err, "the measurement failed: %s", err_text(err)) : OK;
}

static int road_print(struct buf *out)
{
    enum err err = buf_err(out);

    if (err) {
        struct diag diag;
        diag_set(&diag, err, "no memory for the report");
        return cmd_fail("road", &diag);
    }
    fwrite(out->data, 1, out->size, stdout);
    return 0;
}

static int road_bench(struct road_call *call)
{
    struct road_figures f = {0};
    struct diag diag = {0};
    double peak_mb = road_peak_mb(); /* of loading and building, before the oracle runs */
    struct buf out;

    if (road_measure(call, &f, &diag))
        return cmd_fail("road", &diag);
    buf_init(&out, ROAD_REPORT_MAX);
    if (call->json) {
        const struct {
            const char *key;
            double value;
            int decimals;
        } figures[] = {
            {"load_s", call->load_s, 4},       {"build_s", call->build_s, 4},
            {"query_us", f.query_us, 3},       {"path_us", f.path_us, 3},
            {"table_1000_ms", f.table_ms, 3},  {"table_1000_lengths_ms", f.table_lengths_ms, 3},
            {"peak_mb", peak_mb, 1},           {"arcs", road_arc_count(call->road), 0},
            {"checked", (double)f.checked, 0}, {"mismatches", (double)f.mismatches, 0}};
        struct jw jw;
        jw_init(&jw, &out);
        jw_object(&jw);
        for (size_t i = 0; i < COUNT_OF(figures); i++) {
            jw_key(&jw, figures[i].key);
            jw_f64(&jw, figures[i].value, figures[i].decimals);
        }
        jw_object_end(&jw);
        buf_char(&out, '\n');
    } else {
        buf_printf(&out,
                   "%u arcs, ready in %.3f s (load %.3f, build %.3f), %.1f MB at the most\n"
                   "query %.2f us, path %.2f us, 1000 x 1000 table %.1f ms (%.1f with lengths)\n"
                   "%llu pairs checked against a plain Dijkstra, %llu differ\n",
                   road_arc_count(call->road), call->load_s + call->build_s, call->load_s,
                   call->build_s, peak_mb, f.query_us, f.path_us, f.table_ms, f.table_lengths_ms,
                   (unsigned long long)f.checked, (unsigned long long)f.mismatches);
    }
    int status = road_print(&out);
    buf_done(&out);
    return f.mismatches ? 1 : status;
}

struct road_sums {
    uint64_t streets[ROAD_CLASS_COUNT]; /* stretches, each once */
    uint64_t metres[ROAD_CLASS_COUNT];
    uint64_t one_way, dead_ends, closed, islands;
};

static void road_add_up(const struct road *road, struct road_sums *ret)
{
    uint64_t mm[ROAD_CLASS_COUNT] = {0};

    *ret = (struct road_sums){0};
    for (uint32_t a = 0; a < road_arc_count(road); a++) {
        const struct road_arc *arc = road_arc(road, a);
        ret->dead_ends += (arc->flags & ROAD_DEAD_END) != 0;
        ret->islands += (arc->flags & ROAD_ISLAND) != 0;
        ret->closed += (arc->flags & ROAD_CLOSED) != 0;
        ret->one_way += arc->reverse == ROAD_NONE;
        if (arc->reverse != ROAD_NONE && arc->reverse < a)
            continue;
        enum road_class class = road_arc_way(road, a)->class;
        ret->streets[class]++;
        mm[class] += arc->length_mm;
    }
    for (size_t i = 0; i < ROAD_CLASS_COUNT; i++)
        ret->metres[i] = mm[i] / 1000;
}

struct road_fact {
    const char *key;
    uint64_t value;
};

/* The facts of `info` in their order; returns how many. */
static size_t road_facts(const struct road_call *call, const struct road_sums *sums, size_t max,
                         struct road_fact *ret)
{
    const struct osm_map *map = call->map;
    const struct osm_counts *counts = &map->counts;
    const struct road_island *islands;
    const struct road_fact facts[] = {
        {"file_nodes", counts->nodes},
        {"file_ways", counts->ways},
        {"file_relations", counts->relations},
        {"file_bytes", counts->bytes},
        {"streets", map->roads.way_count},
        {"restrictions", map->roads.restriction_count},
        {"left_hand_traffic", map->roads.left_hand_traffic},
        {"buildings", map->building_count},
        {"container_points", map->point_count},
        {"places", map->place_count},
        {"ways_cut", counts->ways_cut},
        {"ways_empty", counts->ways_empty},
        {"buildings_broken", counts->buildings_broken},
        {"restrictions_ignored", counts->restrictions_ignored},
        {"tags_ignored", counts->tags_ignored},
        {"arcs", road_arc_count(call->road)},
        {"arcs_one_way", sums->one_way},
        {"arcs_dead_end", sums->dead_ends},
        {"arcs_closed", sums->closed},
        {"arcs_island", sums->islands},
        {"islands", road_islands(call->road, &islands)},
    };

    for (size_t i = 0; i < COUNT_OF(facts) && i < max; i++)
        ret[i] = facts[i];
    return COUNT_OF(facts);
}

static void road_info_json(const struct road_call *call, const struct road_fact *facts,
                           size_t count, const struct road_sums *sums, struct buf *out)
{
    const struct road_island *islands;
    size_t island_count = road_islands(call->road, &islands);
    struct jw jw;

    jw_init(&jw, out);
    jw_object(&jw);
    for (size_t i = 0; i < count; i++) {
        jw_key(&jw, facts[i].key);
        jw_i64(&jw, (int64_t)facts[i].value);
    }
    jw_key(&jw, "metres");
    jw_object(&jw);
    for (unsigned i = 0; i < ROAD_CLASS_COUNT; i++) {
        jw_key(&jw, road_class_name(i));
        jw_i64(&jw, (int64_t)sums->metres[i]);
    }
    jw_object_end(&jw);
    jw_key(&jw, "island_list");
    jw_array(&jw);
    for (size_t i = 0; i < island_count; i++) {
        jw_object(&jw);
        jw_key(&jw, "name");
        jw_str(&jw, road_arc_name(call->road, islands[i].arc_first));
        jw_key(&jw, "way");
        jw_i64(&jw, road_arc_way(call->road, islands[i].arc_first)->id);
        jw_key(&jw, "arcs");
        jw_i64(&jw, islands[i].arc_count);
        jw_key(&jw, "m");
        jw_i64(&jw, islands[i].length_m);
        jw_key(&jw, "lat");
        jw_f64(&jw, geo_lat(islands[i].at), 7);
        jw_key(&jw, "lng");
        jw_f64(&jw, geo_lng(islands[i].at), 7);
        jw_object_end(&jw);
    }
    jw_array_end(&jw);
    jw_object_end(&jw);
    buf_char(out, '\n');
}

static void road_info_text(const struct road_call *call, const struct road_fact *facts,
                           size_t count, const struct road_sums *sums, struct buf *out)
{
    const struct road_island *islands;
    size_t island_count = road_islands(call->road, &islands);

    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%-22s %llu\n", facts[i].key, (unsigned long long)facts[i].value);
    for (unsigned i = 0; i < ROAD_CLASS_COUNT; i++)
        if (sums->streets[i])
            buf_printf(out, "%-22s %llu stretches, %.1f km\n", road_class_name(i),
                       (unsigned long long)sums->streets[i], (double)sums->metres[i] / 1000);
    for (size_t i = 0; i < island_count; i++) {
        struct str name = road_arc_name(call->road, islands[i].arc_first);
        buf_printf(out, "island at %.5f %.5f: %u arcs, %u m, way %lld %.*s\n",
                   geo_lat(islands[i].at), geo_lng(islands[i].at), islands[i].arc_count,
                   islands[i].length_m,
                   (long long)road_arc_way(call->road, islands[i].arc_first)->id, STR_ARG(name));
    }
}

static int road_info(struct road_call *call)
{
    struct road_fact facts[32];
    struct road_sums sums;
    struct buf out;

    road_add_up(call->road, &sums);
    size_t count = road_facts(call, &sums, COUNT_OF(facts), facts);
    ASSERT(count <= COUNT_OF(facts));
    buf_init(&out, ROAD_REPORT_MAX * 16);
    if (call->json)
        road_info_json(call, facts, count, &sums, &out);
    else
        road_info_text(call, facts, count, &sums, &out);
    int status = road_print(&out);
    buf_done(&out);
    return status;
}

int cmd_road(int argc, char **argv)
{
    struct road_call call = {.seed = 1, .pairs = 10000, .per_source = 10};
    struct diag diag = {0};
    int status;

    enum err err = road_parse(&call, argc, argv, &diag);
    if (!err && call.help) {
        fputs(road_help, stdout);
        return 0;
    }
    if (!err)
        err = road_load(&call, &diag);
    if (err)
        status = cmd_fail("road", &diag);
    else
        status = call.bench ? road_bench(&call) : road_info(&call);
    road_query_free(call.query);
    road_free(call.road);
    osm_map_free(call.map);
    return status;
}
