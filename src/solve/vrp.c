/* vrp.c - VRPLIB .vrp: capacitated vehicle routing with points on a plane or a full matrix. */
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "solve/readers.h"

enum { SOLVE_VRP_COORD_MAX = 1 << 24 }; /* so that any distance, and their sum, fits */

struct solve_vrp {
    struct solve_instance *instance;
    int64_t dimension;
    int64_t capacity;
    bool matrix; /* EXPLICIT FULL_MATRIX */
    bool weights_seen;
    double *xy;
    int32_t *demand;
    int64_t depot; /* from 1 */
};

static enum err solve_vrp_name(struct solve_lines *lines, struct solve_vrp *vrp)
{
    struct str word = solve_lines_word(lines);

    snprintf(vrp->instance->name, sizeof vrp->instance->name, "%.*s",
             word.size > 60 ? 60 : (int)word.size, word.data);
    return OK;
}

static enum err solve_vrp_type(struct solve_lines *lines)
{
    struct solve_lines before = *lines;

    return str_eq(solve_lines_word(lines), STR("CVRP"))
               ? OK
               : solve_lines_wrong(&before, ERR_UNSUPPORTED, "TYPE CVRP");
}

static enum err solve_vrp_dimension(struct solve_lines *lines, struct solve_vrp *vrp)
{
    if (vrp->dimension)
        return solve_lines_wrong(lines, ERR_SYNTAX, "one DIMENSION");
    enum err err = solve_lines_number(lines, "DIMENSION from 1 to 20000", 1,
                                      SOLVE_INSTANCE_NODES_MAX, &vrp->dimension);
    if (err)
        return err;
    size_t count = (size_t)vrp->dimension;
    vrp->xy = mem_zero(2 * count, sizeof *vrp->xy);
    vrp->demand = mem_zero(count, sizeof *vrp->demand);
    vrp->instance->travel = mem_zero(count * count, sizeof *vrp->instance->travel);
    return vrp->xy && vrp->demand && vrp->instance->travel ? OK : ERR_NOMEM;
}

static enum err solve_vrp_weight_type(struct solve_lines *lines, struct solve_vrp *vrp)
{
    struct solve_lines before = *lines;
    struct str word = solve_lines_word(lines);

    vrp->matrix = str_eq(word, STR("EXPLICIT"));
    return vrp->matrix || str_eq(word, STR("EUC_2D"))
               ? OK
               : solve_lines_wrong(&before, ERR_UNSUPPORTED, "EUC_2D or EXPLICIT");
}

static enum err solve_vrp_format(struct solve_lines *lines)
{
    struct solve_lines before = *lines;

    return str_eq(solve_lines_word(lines), STR("FULL_MATRIX"))
               ? OK
               : solve_lines_wrong(&before, ERR_UNSUPPORTED, "FULL_MATRIX");
}

static enum err solve_vrp_coord(struct solve_lines *lines, double *ret)
{
    struct solve_lines before = *lines;

    if (str_f64(solve_lines_word(lines), ret) || fabs(*ret) > SOLVE_VRP_COORD_MAX)
        return solve_lines_wrong(&before, ERR_SYNTAX, "a coordinate");
    return OK;
}

static enum err solve_vrp_row(struct solve_lines *lines, struct solve_vrp *vrp, bool coords,
                              bool *seen)
{
    int64_t node = 0;
    int64_t demand = 0;

    enum err err =
        solve_lines_need(lines, coords ? "a node with its coordinates" : "a node with its demand");
    if (!err)
        err = solve_lines_number(lines, "a node's number", 1, vrp->dimension, &node);
    if (err)
        return err;
    if (seen[node - 1])
        return solve_lines_wrong(lines, ERR_SYNTAX, "each node once");
    seen[node - 1] = true;
    if (!coords) {
        err = solve_lines_number(lines, "a demand", 0, vrp->capacity, &demand);
        vrp->demand[node - 1] = (int32_t)demand;
        return err;
    }
    err = solve_vrp_coord(lines, &vrp->xy[2 * node - 2]);
    return err ? err : solve_vrp_coord(lines, &vrp->xy[2 * node - 1]);
}

/* `dimension` rows that begin with their node's number, each once. */
static enum err solve_vrp_rows(struct solve_lines *lines, struct solve_vrp *vrp, bool coords)
{
    bool *seen = mem_zero((size_t)vrp->dimension, sizeof *seen);
    enum err err = seen ? OK : ERR_NOMEM;

    for (int64_t i = 0; i < vrp->dimension && !err; i++)
        err = solve_vrp_row(lines, vrp, coords, seen);
    mem_free(seen);
    return err;
}

static enum err solve_vrp_weights(struct solve_lines *lines, struct solve_vrp *vrp)
{
    size_t cells = (size_t)vrp->dimension * (size_t)vrp->dimension;

    for (size_t i = 0; i < cells; i++) {
        int64_t weight = 0;
        enum err err = OK;
        while (!err && str_trim(lines->line).size == 0)
            err = solve_lines_need(lines, "an edge weight");
        if (!err)
            err = solve_lines_number(lines, "an edge weight", 0, SOLVE_VRP_COORD_MAX, &weight);
        if (err)
            return err;
        vrp->instance->travel[i] = (int32_t)weight;
    }
    vrp->weights_seen = true;
    return OK;
}

static enum err solve_vrp_depot(struct solve_lines *lines, struct solve_vrp *vrp)
{
    int64_t end = 0;

    enum err err = solve_lines_need(lines, "the depot's number");
    if (!err)
        err = solve_lines_number(lines, "the depot's number", 1, vrp->dimension, &vrp->depot);
    if (!err)
        err = solve_lines_need(lines, "-1 after the depot");
    return err ? err : solve_lines_number(lines, "-1: one depot only", -1, -1, &end);
}

static enum err solve_vrp_section(struct solve_lines *lines, struct solve_vrp *vrp, struct str key)
{
    if (vrp->dimension == 0)
        return solve_lines_wrong(lines, ERR_SYNTAX, "DIMENSION before the sections");
    if (str_eq(key, STR("NODE_COORD_SECTION")))
        return solve_vrp_rows(lines, vrp, true);
    if (str_eq(key, STR("DEMAND_SECTION")) && vrp->capacity)
        return solve_vrp_rows(lines, vrp, false);
    if (str_eq(key, STR("DEMAND_SECTION")))
        return solve_lines_wrong(lines, ERR_SYNTAX, "CAPACITY before the demands");
    if (str_eq(key, STR("EDGE_WEIGHT_SECTION")))
        return solve_vrp_weights(lines, vrp);
    return solve_vrp_depot(lines, vrp);
}

static enum err solve_vrp_line(struct solve_lines *lines, struct solve_vrp *vrp)
{
    struct solve_lines before = *lines;
    struct str key = solve_lines_word(lines);

    if (str_eq(key, STR("NAME")))
        return solve_vrp_name(lines, vrp);
    if (str_eq(key, STR("COMMENT")))
        return OK;
    if (str_eq(key, STR("TYPE")))
        return solve_vrp_type(lines);
    if (str_eq(key, STR("DIMENSION")))
        return solve_vrp_dimension(lines, vrp);
    if (str_eq(key, STR("CAPACITY")))
        return solve_lines_number(lines, "CAPACITY, 1 or more", 1, INT32_MAX / 2, &vrp->capacity);
    if (str_eq(key, STR("EDGE_WEIGHT_TYPE")))
        return solve_vrp_weight_type(lines, vrp);
    if (str_eq(key, STR("EDGE_WEIGHT_FORMAT")))
        return solve_vrp_format(lines);
    if (str_ends(key, STR("_SECTION")))
        return solve_vrp_section(lines, vrp, key);
    return solve_lines_wrong(&before, ERR_SYNTAX, "a keyword of VRPLIB");
}

static void solve_vrp_distances(struct solve_vrp *vrp)
{
    size_t count = (size_t)vrp->dimension;

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            double x = vrp->xy[2 * i] - vrp->xy[2 * j];
            double y = vrp->xy[2 * i + 1] - vrp->xy[2 * j + 1];
            vrp->instance->travel[i * count + j] = (int32_t)floor(sqrt(x * x + y * y) + 0.5);
        }
}

static enum err solve_vrp_finish(struct solve_lines *lines, struct solve_vrp *vrp)
{
    struct solve_instance *instance = vrp->instance;
    uint32_t count = (uint32_t)vrp->dimension;
    uint32_t at = 0;

    if (!vrp->dimension || !vrp->capacity || !vrp->depot || (vrp->matrix && !vrp->weights_seen))
        return solve_lines_wrong(lines, ERR_TRUNCATED,
                                 "DIMENSION, CAPACITY, demands, depot and distances before EOF");
    if (!vrp->matrix)
        solve_vrp_distances(vrp);
    instance->kind = SOLVE_CVRP;
    instance->problem.place_count = count;
    instance->services = mem_zero(count, sizeof *instance->services);
    if (!instance->services)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 == vrp->depot)
            continue;
        instance->services[at++] = (struct solve_service){.modes = {{i, i, 0, 0}},
                                                          .mode_count = 1,
                                                          .window = SOLVE_ALWAYS,
                                                          .load = {vrp->demand[i]},
                                                          .price = SOLVE_COST_MAX / (count + 1)};
    }
    instance->problem.service_count = at;
    return solve_instance_fleet(instance, (uint32_t)vrp->depot - 1, (int32_t)vrp->capacity);
}

enum err solve_read_vrp(struct solve_lines *lines, struct solve_instance *instance)
{
    struct solve_vrp vrp = {.instance = instance};
    enum err err = OK;

    while (!err && solve_lines_next(lines)) {
        if (str_eq(lines->line, STR("EOF")))
            break;
        err = solve_vrp_line(lines, &vrp);
    }
    if (!err)
        err = solve_vrp_finish(lines, &vrp);
    mem_free(vrp.xy);
    mem_free(vrp.demand);
    return err;
}
