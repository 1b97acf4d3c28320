/* carp.c - CARP .dat: undirected streets, some of which must be served in either direction. A
 * service enters at one end and leaves at the other; travel between ends is the shortest way over
 * all edges. */
#include <stdio.h>

#include "base/mem.h"
#include "solve/readers.h"

enum {
    SOLVE_CARP_NODES_MAX = 4000, /* shortest ways between all pairs take nodes cubed */
    SOLVE_CARP_COST_MAX = 1 << 20,
};

struct solve_carp {
    struct solve_instance *instance;
    int64_t nodes, required, others, capacity, depot;
    int64_t read_required, read_others;
};

/* Header lines: keyword and where its number goes. */
static enum err solve_carp_head(struct solve_lines *lines, struct solve_carp *carp, struct str key,
                                bool *ret_known)
{
    const struct {
        struct str key;
        int64_t *to;
        int64_t most;
    } heads[] = {
        {STR("VERTICES"), &carp->nodes, SOLVE_CARP_NODES_MAX},
        {STR("ARISTAS_REQ"), &carp->required, SOLVE_INSTANCE_NODES_MAX},
        {STR("ARISTAS_NOREQ"), &carp->others, SOLVE_INSTANCE_NODES_MAX},
        {STR("CAPACIDAD"), &carp->capacity, INT32_MAX / 2},
        {STR("DEPOSITO"), &carp->depot, SOLVE_CARP_NODES_MAX},
    };

    *ret_known = true;
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        if (!str_eq(key, heads[i].key))
            continue;
        if (*heads[i].to) /* arrays have been made to measure */
            return solve_lines_wrong(lines, ERR_SYNTAX, "each number of the head once");
        return solve_lines_number(lines, "a whole number that fits", 0, heads[i].most, heads[i].to);
    }
    *ret_known = false;
    return OK;
}

static enum err solve_carp_room(struct solve_lines *lines, struct solve_carp *carp)
{
    struct solve_instance *instance = carp->instance;
    size_t nodes = (size_t)carp->nodes;

    if (instance->travel)
        return OK;
    if (carp->nodes < 1 || carp->required < 1)
        return solve_lines_wrong(lines, ERR_SYNTAX, "VERTICES and ARISTAS_REQ before the lists");
    instance->travel = mem_alloc(nodes * nodes * sizeof *instance->travel);
    instance->services = mem_zero((size_t)carp->required, sizeof *instance->services);
    instance->ends = mem_zero((size_t)carp->required * 2, sizeof *instance->ends);
    if (!instance->travel || !instance->services || !instance->ends)
        return ERR_NOMEM;
    for (size_t i = 0; i < nodes * nodes; i++)
        instance->travel[i] = i % (nodes + 1) == 0 ? 0 : SOLVE_FAR;
    return OK;
}

static void solve_carp_link(struct solve_carp *carp, int64_t a, int64_t b, int32_t cost)
{
    int32_t *there = &carp->instance->travel[(size_t)(a - 1) * (size_t)carp->nodes + (size_t)b - 1];
    int32_t *back = &carp->instance->travel[(size_t)(b - 1) * (size_t)carp->nodes + (size_t)a - 1];

    if (cost < *there)
        *there = cost;
    if (cost < *back)
        *back = cost;
}

static enum err solve_carp_word(struct solve_lines *lines, struct str word, const char *expected)
{
    struct solve_lines before = *lines;

    return str_eq(solve_lines_word(lines), word) ? OK
                                                 : solve_lines_wrong(&before, ERR_SYNTAX, expected);
}

/* "( 1, 2)   coste 32   demanda 32" */
static enum err solve_carp_edge(struct solve_lines *lines, struct solve_carp *carp, bool required)
{
    int64_t a = 0;
    int64_t b = 0;
    int64_t cost = 0;
    int64_t demand = 0;

    enum err err = solve_lines_need(lines, required ? "a required edge" : "an edge");
    if (!err)
        err = solve_lines_number(lines, "a node of the edge", 1, carp->nodes, &a);
    if (!err)
        err = solve_lines_number(lines, "the edge's other node", 1, carp->nodes, &b);
    if (!err)
        err = solve_carp_word(lines, STR("coste"), "coste");
    if (!err)
        err = solve_lines_number(lines, "the edge's cost", 0, SOLVE_CARP_COST_MAX, &cost);
    if (!err && required)
        err = solve_carp_word(lines, STR("demanda"), "demanda");
    if (!err && required)
        err = solve_lines_number(lines, "the edge's demand", 0, INT32_MAX / 2, &demand);
    if (err)
        return err;
    solve_carp_link(carp, a, b, (int32_t)cost);
    if (!required)
        return OK;
    int64_t at = carp->read_required++;
    uint32_t first = (uint32_t)a - 1;
    uint32_t second = (uint32_t)b - 1;
    carp->instance->ends[2 * at] = (uint32_t)a;
    carp->instance->ends[2 * at + 1] = (uint32_t)b;
    carp->instance->services[at] = (struct solve_service){
        .modes = {{first, second, 0, (int32_t)cost}, {second, first, 0, (int32_t)cost}},
        .mode_count = 2,
        .window = SOLVE_ALWAYS,
        .load = {(int32_t)demand},
        .price = SOLVE_COST_MAX / (carp->required + 1)};
    return OK;
}

static enum err solve_carp_list(struct solve_lines *lines, struct solve_carp *carp, bool required)
{
    int64_t count = required ? carp->required : carp->others;
    enum err err = solve_carp_room(lines, carp);

    if (!err && required && carp->read_required)
        err = solve_lines_wrong(lines, ERR_SYNTAX, "one list of required edges");
    for (int64_t i = 0; i < count && !err; i++)
        err = solve_carp_edge(lines, carp, required);
    return err;
}

static enum err solve_carp_line(struct solve_lines *lines, struct solve_carp *carp)
{
    struct solve_lines before = *lines;
    struct str key = solve_lines_word(lines);
    bool known;

    if (str_eq(key, STR("NOMBRE"))) {
        struct str name = solve_lines_word(lines);
        snprintf(carp->instance->name, sizeof carp->instance->name, "%.*s",
                 name.size > 60 ? 60 : (int)name.size, name.data);
        return OK;
    }
    if (str_eq(key, STR("COMENTARIO")) || str_eq(key, STR("VEHICULOS")) ||
        str_eq(key, STR("TIPO_COSTES_ARISTAS")) || str_eq(key, STR("COSTE_TOTAL_REQ")))
        return OK;
    if (str_eq(key, STR("LISTA_ARISTAS_REQ")) || str_eq(key, STR("LISTA_ARISTAS_NOREQ")))
        return solve_carp_list(lines, carp, str_eq(key, STR("LISTA_ARISTAS_REQ")));
    enum err err = solve_carp_head(lines, carp, key, &known);
    if (!err && !known)
        return solve_lines_wrong(&before, ERR_SYNTAX, "a keyword of the CARP format");
    return err;
}

/* Floyd and Warshall: the graphs have at most a few hundred nodes. */
static void solve_carp_shortest(struct solve_carp *carp)
{
    int32_t *travel = carp->instance->travel;
    size_t nodes = (size_t)carp->nodes;

    for (size_t k = 0; k < nodes; k++)
        for (size_t i = 0; i < nodes; i++) {
            int32_t first = travel[i * nodes + k];
            if (first == SOLVE_FAR)
                continue;
            for (size_t j = 0; j < nodes; j++) {
                int32_t second = travel[k * nodes + j];
                if (second != SOLVE_FAR && (int64_t)first + second < travel[i * nodes + j])
                    travel[i * nodes + j] = first + second;
            }
        }
}

enum err solve_read_carp(struct solve_lines *lines, struct solve_instance *instance)
{
    struct solve_carp carp = {.instance = instance};
    enum err err = OK;

    while (!err && solve_lines_next(lines))
        err = solve_carp_line(lines, &carp);
    if (err)
        return err;
    if (!carp.read_required || !carp.capacity || !carp.depot || carp.depot > carp.nodes)
        return solve_lines_wrong(
            lines, ERR_TRUNCATED,
            "CAPACIDAD, LISTA_ARISTAS_REQ and DEPOSITO (a node) before the end");
    solve_carp_shortest(&carp);
    instance->kind = SOLVE_CARP;
    instance->problem.place_count = (uint32_t)carp.nodes;
    instance->problem.service_count = (uint32_t)carp.required;
    return solve_instance_fleet(instance, (uint32_t)carp.depot - 1, (int32_t)carp.capacity);
}
