/* island.c - which arcs the main network reaches and is reached from; the rest, by name.
 *
 * Source     Strongly connected components: Tarjan (1972), with the stack made explicit. What lies
 *            outside the largest one is grouped into stretches that touch (union-find), because a
 *            person wants to hear of one closed estate, not of each of its one-way lanes.
 */
#include "road/inner.h"

struct road_frame {
    uint32_t arc;
    uint32_t next; /* into turns */
};

struct road_scc {
    const struct road *road;
    uint32_t *index; /* order of discovery from 1; 0: not seen */
    uint32_t *low;
    uint32_t *part; /* component of each finished arc, ROAD_NONE before */
    uint32_t *stack;
    uint32_t stack_count;
    uint32_t seen;
    VEC(struct road_frame) frames;
    VEC(uint32_t) sizes; /* of each component */
};

static enum err road_scc_enter(struct road_scc *s, uint32_t arc)
{
    s->index[arc] = s->low[arc] = ++s->seen;
    s->stack[s->stack_count++] = arc;
    return vec_push(&s->frames, (struct road_frame){arc, s->road->turn_first[arc]});
}

static enum err road_scc_leave(struct road_scc *s, uint32_t arc)
{
    s->frames.count--;
    if (s->frames.count) {
        uint32_t parent = s->frames.items[s->frames.count - 1].arc;
        if (s->low[arc] < s->low[parent])
            s->low[parent] = s->low[arc];
    }
    if (s->low[arc] != s->index[arc])
        return OK;
    uint32_t size = 0;
    uint32_t member;
    do {
        member = s->stack[--s->stack_count];
        s->part[member] = (uint32_t)s->sizes.count;
        size++;
    } while (member != arc);
    return vec_push(&s->sizes, size);
}

static enum err road_scc_from(struct road_scc *s, uint32_t root)
{
    enum err err = road_scc_enter(s, root);

    while (!err && s->frames.count) {
        struct road_frame *frame = &s->frames.items[s->frames.count - 1];
        uint32_t arc = frame->arc;
        if (frame->next == s->road->turn_first[arc + 1]) {
            err = road_scc_leave(s, arc);
            continue;
        }
        uint32_t to = s->road->turns[frame->next++].to;
        if (!s->index[to])
            err = road_scc_enter(s, to);
        else if (s->part[to] == ROAD_NONE && s->index[to] < s->low[arc])
            s->low[arc] = s->index[to];
    }
    return err;
}

/* Marks what is outside the largest component (the first of equals). */
static void road_scc_mark(const struct road_scc *s, struct road *road)
{
    uint32_t main = 0;

    for (uint32_t i = 0; i < s->sizes.count; i++)
        if (s->sizes.items[i] > s->sizes.items[main])
            main = i;
    for (uint32_t a = 0; a < road->arc_count; a++)
        if (road_arc_usable(&road->arcs[a]) && s->part[a] != main)
            road->arcs[a].flags |= ROAD_ISLAND;
}

static enum err road_scc_make(struct road *road)
{
    struct road_scc s = {.road = road};
    enum err err = OK;

    s.index = mem_zero(road->arc_count, sizeof *s.index);
    s.low = mem_zero(road->arc_count, sizeof *s.low);
    s.part = mem_zero(road->arc_count, sizeof *s.part);
    s.stack = mem_zero(road->arc_count, sizeof *s.stack);
    if (!s.index || !s.low || !s.part || !s.stack)
        err = ERR_NOMEM;
    for (uint32_t a = 0; !err && a < road->arc_count; a++)
        s.part[a] = ROAD_NONE;
    for (uint32_t a = 0; !err && a < road->arc_count; a++)
        if (road_arc_usable(&road->arcs[a]) && !s.index[a])
            err = road_scc_from(&s, a);
    if (!err)
        road_scc_mark(&s, road);
    mem_free(s.index);
    mem_free(s.low);
    mem_free(s.part);
    mem_free(s.stack);
    vec_done(&s.frames);
    vec_done(&s.sizes);
    return err;
}

static uint32_t road_group_of(uint32_t *groups, uint32_t arc)
{
    while (groups[arc] != arc) {
        groups[arc] = groups[groups[arc]];
        arc = groups[arc];
    }
    return arc;
}

/* The smaller arc stays the group's name, so that islands come in the order of their arcs. */
static void road_group_join(uint32_t *groups, uint32_t a, uint32_t b)
{
    a = road_group_of(groups, a);
    b = road_group_of(groups, b);
    if (a < b)
        groups[b] = a;
    else
        groups[a] = b;
}

static bool road_is_island(const struct road *road, uint32_t arc)
{
    return road->arcs[arc].flags & ROAD_ISLAND;
}

static void road_groups_fill(const struct road *road, uint32_t *groups)
{
    for (uint32_t a = 0; a < road->arc_count; a++)
        groups[a] = a;
    for (uint32_t a = 0; a < road->arc_count; a++) {
        if (!road_is_island(road, a))
            continue;
        if (road->arcs[a].reverse != ROAD_NONE && road_is_island(road, road->arcs[a].reverse))
            road_group_join(groups, a, road->arcs[a].reverse);
        for (uint32_t i = road->turn_first[a]; i < road->turn_first[a + 1]; i++)
            if (road_is_island(road, road->turns[i].to))
                road_group_join(groups, a, road->turns[i].to);
    }
}

/* Counts a stretch once, however many of its directions are cut off. */
static uint64_t road_island_mm(const struct road *road, uint32_t arc)
{
    uint32_t reverse = road->arcs[arc].reverse;
    bool second = reverse != ROAD_NONE && reverse < arc && road_is_island(road, reverse);

    return second ? 0 : road->arcs[arc].length_mm;
}

struct road_islander {
    uint32_t *groups;
    uint32_t *numbers; /* of the island that a group's first arc opened */
    VEC(struct road_island) islands;
    VEC(uint64_t) lengths_mm;
};

static enum err road_island_add(const struct road *road, struct road_islander *out, uint32_t a)
{
    uint32_t group = road_group_of(out->groups, a);

    if (group == a) {
        struct wgs84 at = road->map->nodes[road->arcs[a].tail];
        out->numbers[a] = (uint32_t)out->islands.count;
        enum err err = vec_push(&out->islands, (struct road_island){.arc_first = a, .at = at});
        if (!err)
            err = vec_push(&out->lengths_mm, 0);
        if (err)
            return err;
    }
    out->islands.items[out->numbers[group]].arc_count++;
    out->lengths_mm.items[out->numbers[group]] += road_island_mm(road, a);
    return OK;
}

enum err road_islands_make(struct road *road)
{
    struct road_islander out = {0};

    enum err err = road_scc_make(road);
    out.groups = mem_zero(road->arc_count, sizeof *out.groups);
    out.numbers = mem_zero(road->arc_count, sizeof *out.numbers);
    if (!err && (!out.groups || !out.numbers))
        err = ERR_NOMEM;
    if (!err)
        road_groups_fill(road, out.groups);
    for (uint32_t a = 0; !err && a < road->arc_count; a++)
        if (road_is_island(road, a))
            err = road_island_add(road, &out, a);
    for (size_t i = 0; !err && i < out.islands.count; i++)
        out.islands.items[i].length_m = (uint32_t)((out.lengths_mm.items[i] + 500) / 1000);
    mem_free(out.groups);
    mem_free(out.numbers);
    vec_done(&out.lengths_mm);
    road->islands = out.islands.items;
    road->island_count = out.islands.count;
    return err;
}
