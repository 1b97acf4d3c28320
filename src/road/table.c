/* table.c - times between many places: one search up from each end, meeting in buckets.
 *
 * Each target's search leaves an entry at every node it passes; each source's search then reads the
 * entries of the nodes it passes. No pair is searched for itself.
 * Source     Knopp, Sanders, Schultes, Schulz, Wagner (2007), "Computing many-to-many shortest
 *            paths using highway hierarchies".
 */
#include "road/query.h"

/* Half of a length on one side of a meeting; two of them still fit beside a time. */
#define ROAD_TABLE_MM_MAX (UINT32_MAX / 2)

struct road_tabler {
    struct road_query *query;
    const struct road_place *froms;
    size_t from_count;
    const struct road_place *tos;
    size_t to_count;
    uint32_t *times_ms;
    uint32_t *lengths_m;
    uint32_t *first;         /* of each node's entries; node_count + 1 */
    struct road_meet *meets; /* entries by node */
    uint32_t *meet_mm;       /* lengths beside them */
    uint64_t *row;           /* with lengths: time and length of the row in work */
    uint32_t *node_mm;       /* length along the search's tree, by node */
};

/* Adds up the length along the tree; a node's parent is taken out of the heap before it. */
static void road_tabler_mm(struct road_tabler *t, const struct road_half *half, uint32_t node)
{
    const struct road_label *label = &half->labels[node];
    uint64_t mm = 0;

    if (label->parent != ROAD_NONE)
        mm = (uint64_t)t->node_mm[label->parent] + half->side->lengths_mm[label->edge];
    t->node_mm[node] = mm < ROAD_TABLE_MM_MAX ? (uint32_t)mm : ROAD_TABLE_MM_MAX;
}

static enum err road_tabler_target(struct road_tabler *t, uint32_t target)
{
    struct road_query *query = t->query;
    struct road_half *half = &query->down;
    enum err err = OK;

    road_half_reset(half);
    road_half_reach(half, query->road->ch.rank_of[t->tos[target].arc], 0, ROAD_NONE, ROAD_NONE);
    while (!err && half->heap_count) {
        uint32_t node = road_half_pop(half);
        if (t->lengths_m)
            road_tabler_mm(t, half, node);
        if (road_half_stalled(half, node))
            continue;
        err = vec_push(&query->entries, (struct road_entry){node, target, half->labels[node].ms,
                                                            t->lengths_m ? t->node_mm[node] : 0});
        road_half_relax(half, node);
    }
    return err;
}

/* Puts the entries in the order of their nodes, by counting. */
static enum err road_tabler_sort(struct road_tabler *t)
{
    const struct road_query *query = t->query;
    uint32_t node_count = query->road->ch.node_count;
    size_t count = query->entries.count;

    if (count >= UINT32_MAX)
        return ERR_NOMEM;
    t->first = mem_zero(node_count + (size_t)2, sizeof *t->first);
    t->meets = mem_zero(count + 1, sizeof *t->meets);
    if (t->lengths_m)
        t->meet_mm = mem_zero(count + 1, sizeof *t->meet_mm);
    if (!t->first || !t->meets || (t->lengths_m && !t->meet_mm))
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        t->first[query->entries.items[i].node + 2]++;
    for (uint32_t node = 0; node < node_count; node++)
        t->first[node + 2] += t->first[node + 1];
    for (size_t i = 0; i < count; i++) {
        const struct road_entry *entry = &query->entries.items[i];
        uint32_t at = t->first[entry->node + 1]++;
        t->meets[at] = (struct road_meet){entry->target, entry->ms};
        if (t->lengths_m)
            t->meet_mm[at] = entry->length_mm;
    }
    return OK;
}

/* One node of a source's search: every target that passed here may be reached through it. The
 * choice is written without a branch, for no processor could guess it. */
static void road_tabler_meet(const struct road_tabler *t, uint32_t node, uint32_t *row_ms)
{
    uint32_t ms = t->query->up.labels[node].ms;
    const struct road_meet *end = t->meets + t->first[node + 1];

    for (const struct road_meet *meet = t->meets + t->first[node]; meet < end; meet++) {
        uint32_t sum_ms = ms + meet->ms;
        uint32_t old_ms = row_ms[meet->target];
        row_ms[meet->target] = sum_ms < old_ms ? sum_ms : old_ms;
    }
}

/* Time and length in one number, so that the smaller time brings its length along. */
static void road_tabler_meet_mm(const struct road_tabler *t, uint32_t node)
{
    uint64_t key = road_heap_key(t->query->up.labels[node].ms, t->node_mm[node]);

    for (uint32_t i = t->first[node]; i < t->first[node + 1]; i++) {
        uint64_t sum = key + road_heap_key(t->meets[i].ms, t->meet_mm[i]);
        uint64_t *slot = &t->row[t->meets[i].target];
        *slot = sum < *slot ? sum : *slot;
    }
}

/* From arc starts to the places on the arcs. */
static enum err road_tabler_finish(struct road_tabler *t, size_t source, const uint32_t *last_ms)
{
    const struct road *road = t->query->road;
    struct road_place from = t->froms[source];
    uint32_t *row_ms = t->times_ms + source * t->to_count;
    uint32_t *row_m = t->lengths_m ? t->lengths_m + source * t->to_count : NULL;
    uint32_t first_ms = road_part_ms(&road->arcs[from.arc], from.at_mm);

    for (size_t j = 0; j < t->to_count; j++) {
        struct road_path path = {.time_ms = ROAD_UNREACHABLE};
        if (row_m)
            row_ms[j] = (uint32_t)(t->row[j] >> 32);
        bool there = row_ms[j] < ROAD_MS_MAX;
        if (t->tos[j].arc == from.arc) {
            enum err err = road_path(t->query, from, t->tos[j], &path);
            if (err == ERR_NOMEM)
                return err;
            there = !err;
        } else if (there) {
            path.time_ms = row_ms[j] + last_ms[j] - first_ms;
            path.length_mm = (row_m ? (uint32_t)t->row[j] : 0) + t->tos[j].at_mm - from.at_mm;
        }
        row_ms[j] = path.time_ms;
        if (row_m)
            row_m[j] = there ? (uint32_t)((path.length_mm + 500) / 1000) : ROAD_UNREACHABLE;
    }
    return OK;
}

static enum err road_tabler_source(struct road_tabler *t, size_t source, const uint32_t *last_ms)
{
    struct road_half *half = &t->query->up;
    uint32_t *row_ms = t->times_ms + source * t->to_count;

    for (size_t j = 0; j < t->to_count; j++)
        row_ms[j] = ROAD_UNREACHABLE;
    for (size_t j = 0; t->lengths_m && j < t->to_count; j++)
        t->row[j] = UINT64_MAX;
    road_half_reset(half);
    road_half_reach(half, t->query->road->ch.rank_of[t->froms[source].arc], 0, ROAD_NONE,
                    ROAD_NONE);
    while (half->heap_count) {
        uint32_t node = road_half_pop(half);
        if (t->lengths_m)
            road_tabler_mm(t, half, node);
        if (road_half_stalled(half, node))
            continue;
        if (t->lengths_m)
            road_tabler_meet_mm(t, node);
        else
            road_tabler_meet(t, node, row_ms);
        road_half_relax(half, node);
    }
    return road_tabler_finish(t, source, last_ms);
}

static enum err road_tabler_run(struct road_tabler *t, uint32_t *last_ms)
{
    const struct road *road = t->query->road;
    enum err err = OK;

    t->query->entries.count = 0;
    for (size_t j = 0; !err && j < t->to_count; j++) {
        ASSERT(t->tos[j].arc < road->arc_count);
        last_ms[j] = road_part_ms(&road->arcs[t->tos[j].arc], t->tos[j].at_mm);
        err = road_tabler_target(t, (uint32_t)j);
    }
    if (!err)
        err = road_tabler_sort(t);
    for (size_t i = 0; !err && i < t->from_count; i++) {
        ASSERT(t->froms[i].arc < road->arc_count);
        err = road_tabler_source(t, i, last_ms);
    }
    return err;
}

enum err road_table(struct road_query *query, const struct road_place *froms, size_t from_count,
                    const struct road_place *tos, size_t to_count, uint32_t *ret_times_ms,
                    uint32_t *ret_lengths_m)
{
    struct road_tabler t = {.query = query,
                            .froms = froms,
                            .from_count = from_count,
                            .tos = tos,
                            .to_count = to_count,
                            .times_ms = ret_times_ms,
                            .lengths_m = ret_lengths_m};
    enum err err = ERR_NOMEM;

    ASSERT(to_count < UINT32_MAX);
    uint32_t *last_ms = mem_zero(to_count + 1, sizeof *last_ms);
    if (ret_lengths_m) {
        t.row = mem_zero(to_count + 1, sizeof *t.row);
        t.node_mm = mem_zero(query->road->ch.node_count, sizeof *t.node_mm);
    }
    if (last_ms && (!ret_lengths_m || (t.row && t.node_mm)))
        err = road_tabler_run(&t, last_ms);
    mem_free(last_ms);
    mem_free(t.first);
    mem_free(t.meets);
    mem_free(t.meet_mm);
    mem_free(t.row);
    mem_free(t.node_mm);
    return err;
}
