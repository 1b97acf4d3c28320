/* road_grid_bench.c - the network of a made grid city, to see how building grows with size.
 *
 *     road_grid_bench [ARCS ...]     500000 by default
 *
 * Every fifth street is an avenue, some streets are one-way, some are missing, positions are
 * shaken, so that shortest paths are not all alike. Checks 100 x 100 pairs against Dijkstra. */
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "road/road.h"

enum { GRID_STEP_E7 = 10000, GRID_CHECKS = 100, GRID_QUERIES = 5000, GRID_TABLE = 1000 };

struct grid {
    VEC(struct wgs84) nodes;
    VEC(struct road_way) ways;
    VEC(uint32_t) way_nodes;
    struct road_map map;
};

static double grid_seconds(void)
{
    return (double)clock_mono(clock_os()).us / (double)CLOCK_US_PER_S;
}

static enum err grid_way(struct grid *grid, struct rng *rng, uint32_t a, uint32_t b, uint32_t line)
{
    struct road_way way = {.id = (int64_t)grid->ways.count,
                           .class = line % 5 == 0 ? ROAD_SECONDARY : ROAD_RESIDENTIAL,
                           .flags = ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD,
                           .node_first = (uint32_t)grid->way_nodes.count,
                           .node_count = 2};

    if (way.class == ROAD_RESIDENTIAL && rng_below(rng, 12) == 0)
        return OK;
    if (line % 7 == 3)
        way.flags = line % 2 ? ROAD_WAY_FORWARD : ROAD_WAY_BACKWARD;
    enum err err = vec_push(&grid->way_nodes, a);
    if (!err)
        err = vec_push(&grid->way_nodes, b);
    if (!err)
        err = vec_push(&grid->ways, way);
    return err;
}

static enum err grid_make(struct grid *grid, uint32_t arcs)
{
    uint32_t side = (uint32_t)sqrt(arcs / 3.4) + 1; /* about four arcs a node, less gaps */
    struct rng rng;
    enum err err = OK;

    rng_init(&rng, arcs);
    for (uint32_t i = 0; !err && i < side * side; i++) {
        struct wgs84 at = {(int32_t)(260000000 + i / side * GRID_STEP_E7 + rng_below(&rng, 4000)),
                           (int32_t)(1120000000 + i % side * GRID_STEP_E7 + rng_below(&rng, 4000))};
        err = vec_push(&grid->nodes, at);
        if (!err && i % side)
            err = grid_way(grid, &rng, i - 1, i, i / side);
        if (!err && i >= side)
            err = grid_way(grid, &rng, i - side, i, i % side);
    }
    grid->map = (struct road_map){.nodes = grid->nodes.items,
                                  .node_count = (uint32_t)grid->nodes.count,
                                  .ways = grid->ways.items,
                                  .way_count = (uint32_t)grid->ways.count,
                                  .way_nodes = grid->way_nodes.items,
                                  .way_node_count = (uint32_t)grid->way_nodes.count};
    return err;
}

static struct road_place grid_place(const struct road *road, struct rng *rng)
{
    for (;;) {
        uint32_t arc = rng_below(rng, road_arc_count(road));
        if (!(road_arc(road, arc)->flags & (ROAD_ISLAND | ROAD_CLOSED)))
            return road_arc_start(arc);
    }
}

static enum err grid_check(const struct road *road, struct road_query *query, struct rng *rng,
                           unsigned *ret_mismatches)
{
    struct road_place tos[GRID_CHECKS];
    uint32_t plain[GRID_CHECKS];
    enum err err = OK;

    *ret_mismatches = 0;
    for (int i = 0; i < GRID_CHECKS; i++)
        tos[i] = grid_place(road, rng);
    for (int i = 0; !err && i < GRID_CHECKS; i++) {
        struct road_place from = grid_place(road, rng);
        err = road_times_plain(road, from, tos, GRID_CHECKS, plain);
        for (int j = 0; !err && j < GRID_CHECKS; j++)
            *ret_mismatches += road_time(query, from, tos[j]) != plain[j];
    }
    return err;
}

static enum err grid_measure(const struct road *road, uint32_t arcs, double build_s)
{
    struct road_query *query;
    struct rusage usage;
    struct rng rng;
    unsigned mismatches = 0;
    uint64_t sum = 0;

    rng_init(&rng, 1);
    struct road_place *places = mem_zero(2 * GRID_TABLE, sizeof *places);
    uint32_t *times = mem_zero((size_t)GRID_TABLE * GRID_TABLE, sizeof *times);
    enum err err = road_query_new(road, &query);
    if (err || !places || !times)
        return ERR_NOMEM;
    for (int i = 0; i < 2 * GRID_TABLE; i++)
        places[i] = grid_place(road, &rng);
    getrusage(RUSAGE_SELF, &usage);
    double start_s = grid_seconds();
    for (int i = 0; i < GRID_QUERIES; i++)
        sum += road_time(query, grid_place(road, &rng), grid_place(road, &rng));
    double queried_s = grid_seconds();
    err = road_table(query, places, GRID_TABLE, places + GRID_TABLE, GRID_TABLE, times, NULL);
    double filled_s = grid_seconds();
    if (!err)
        err = grid_check(road, query, &rng, &mismatches);
    printf("{\"asked\":%u,\"arcs\":%u,\"build_s\":%.2f,\"peak_mb\":%.0f,\"query_us\":%.1f,"
           "\"table_1000_ms\":%.1f,\"mismatches\":%u,\"sum\":%llu}\n",
           arcs, road_arc_count(road), build_s, (double)usage.ru_maxrss / 1024,
           (queried_s - start_s) * 1e6 / GRID_QUERIES, (filled_s - queried_s) * 1000, mismatches,
           (unsigned long long)sum);
    mem_free(places);
    mem_free(times);
    road_query_free(query);
    return mismatches ? ERR_CHECKSUM : err;
}

static enum err grid_run(uint32_t arcs)
{
    struct road_profile profile = road_profile_truck();
    struct grid grid = {0};
    struct road *road = NULL;

    enum err err = grid_make(&grid, arcs);
    double start_s = grid_seconds();
    if (!err)
        err = road_new(&grid.map, &profile, &road, NULL);
    if (!err)
        err = grid_measure(road, arcs, grid_seconds() - start_s);
    road_free(road);
    vec_done(&grid.nodes);
    vec_done(&grid.ways);
    vec_done(&grid.way_nodes);
    return err;
}

int main(int argc, char **argv)
{
    enum err err = OK;

    for (int i = 1; !err && i < argc; i++) {
        uint64_t arcs;
        err = str_u64(str_of(argv[i]), &arcs);
        if (!err)
            err = arcs < 100 || arcs > 10000000 ? ERR_RANGE : grid_run((uint32_t)arcs);
    }
    if (argc == 1)
        err = grid_run(500000);
    if (err)
        fprintf(stderr, "road_grid_bench: %s\n", err_text(err));
    return err_exit(err);
}
