/* ch.c - builds the contraction hierarchy over arcs.
 *
 * Nodes are arcs; an edge goes from the start of one arc to the start of the next and weighs the
 * first arc's time plus the turn. Nodes are taken out one by one, the least important first; where
 * a shortest path led through one, a shortcut takes its place. What is left of a node's edges when
 * it goes are its edges to more important nodes: all that a query looks at.
 *
 * Source     Geisberger, Sanders, Schultes, Delling (2008); arcs as nodes: Geisberger, Vetter
 *            (2011). The order weighs level, shortcuts per edge removed and hops per hop removed.
 * Order      Ties are broken by arc number, so the same map gives the same hierarchy.
 */
#include "road/heap.h"
#include "road/inner.h"

enum {
    ROAD_WITNESS_GUESS_MAX = 24, /* nodes settled to estimate how important a node is */
    ROAD_WITNESS_MAX = 80,       /* nodes settled to avoid a needless shortcut */
    ROAD_LIST_FIRST = 4,         /* a list's first capacity; most crossings have fewer ways on */
};

struct road_link {
    uint32_t to;
    uint32_t weight_ms;
    uint32_t via; /* arc */
    uint32_t length_mm;
    uint32_t hops;
};
struct road_list { /* of links, in the pool */
    size_t first;
    uint32_t count;
    uint32_t capacity;
};

struct road_builder {
    const struct road *road;
    uint32_t count;
    struct road_list *outs;
    struct road_list *ins;
    VEC(struct road_link) pool;
    uint32_t *levels;
    uint32_t *rank_of; /* ROAD_NONE while a node is there */
    uint32_t *witness_ms;
    uint32_t *wanted_ms; /* of the nodes looked for: a way this cheap spares a shortcut; else 0 */
    uint32_t wanted;     /* how many are still looked for */
    VEC(uint32_t) touched;
    struct road_heap heap;  /* of the witness search */
    struct road_heap queue; /* nodes by importance */
};

/* What taking a node out would do. */
struct road_toll {
    uint64_t shortcuts, hops_added;
    uint64_t removed, hops_removed;
};

static struct road_link *road_links(struct road_builder *b, const struct road_list *list)
{
    return b->pool.items + list->first;
}

/* Puts a link into the gap at `at`, or before it, so that cheaper links stand first: a search may
 * then leave a list at the first link that is too dear. */
static void road_link_sift(struct road_builder *b, const struct road_list *list, uint32_t at,
                           struct road_link link)
{
    struct road_link *links = road_links(b, list);

    for (; at > 0 && links[at - 1].weight_ms > link.weight_ms; at--)
        links[at] = links[at - 1];
    links[at] = link;
}

/* Full lists move to the end of the pool; the space they leave is at most as large as all lists. */
static enum err road_link_push(struct road_builder *b, struct road_list *list,
                               struct road_link link)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : ROAD_LIST_FIRST;
        enum err err = vec_reserve(&b->pool, b->pool.count + capacity);
        if (err)
            return err;
        size_t first = b->pool.count;
        for (uint32_t i = 0; i < list->count; i++)
            b->pool.items[first + i] = b->pool.items[list->first + i];
        b->pool.count += capacity;
        list->first = first;
        list->capacity = capacity;
    }
    list->count++;
    road_link_sift(b, list, list->count - 1, link);
    return OK;
}

static struct road_link *road_link_find(struct road_builder *b, const struct road_list *list,
                                        uint32_t to)
{
    struct road_link *links = road_links(b, list);

    for (uint32_t i = 0; i < list->count; i++)
        if (links[i].to == to)
            return &links[i];
    return NULL;
}

static uint32_t road_link_at(struct road_builder *b, const struct road_list *list,
                             const struct road_link *link)
{
    return (uint32_t)(link - road_links(b, list));
}

/* Adds an edge, or makes an existing one cheaper. */
static enum err road_link_add(struct road_builder *b, uint32_t from, struct road_link link)
{
    uint32_t to = link.to;
    struct road_link *out = road_link_find(b, &b->outs[from], to);

    if (out) {
        if (out->weight_ms <= link.weight_ms)
            return OK;
        road_link_sift(b, &b->outs[from], road_link_at(b, &b->outs[from], out), link);
        struct road_link *in = road_link_find(b, &b->ins[to], from);
        ASSERT(in);
        link.to = from;
        road_link_sift(b, &b->ins[to], road_link_at(b, &b->ins[to], in), link);
        return OK;
    }
    enum err err = road_link_push(b, &b->outs[from], link);
    link.to = from;
    return err ? err : road_link_push(b, &b->ins[to], link);
}

static void road_link_drop(struct road_builder *b, struct road_list *list, uint32_t to)
{
    struct road_link *link = road_link_find(b, list, to);

    ASSERT(link);
    list->count--;
    for (uint32_t at = road_link_at(b, list, link); at < list->count; at++)
        road_links(b, list)[at] = road_links(b, list)[at + 1];
}

static enum err road_witness_reach(struct road_builder *b, uint32_t node, uint32_t ms)
{
    if (b->witness_ms[node] == ROAD_NONE) {
        enum err err = vec_push(&b->touched, node);
        if (err)
            return err;
    }
    if (b->wanted_ms[node] && ms <= b->wanted_ms[node]) {
        b->wanted_ms[node] = 0;
        b->wanted--;
    }
    b->witness_ms[node] = ms;
    return road_heap_push(&b->heap, road_heap_key(ms, node));
}

static void road_witness_reset(struct road_builder *b)
{
    for (size_t i = 0; i < b->touched.count; i++)
        b->witness_ms[b->touched.items[i]] = ROAD_NONE;
    b->touched.count = 0;
    b->heap.count = 0;
}

/* Looks from `from` for ways that do not pass `without`, up to a time and a number of nodes. */
static enum err road_witness(struct road_builder *b, uint32_t from, uint32_t without,
                             uint32_t ms_max, uint32_t settle_max)
{
    uint32_t settled = 0;

    enum err err = road_witness_reach(b, from, 0);
    while (!err && b->heap.count && settled < settle_max && b->wanted) {
        uint64_t key = road_heap_pop(&b->heap);
        uint32_t node = (uint32_t)key;
        uint32_t ms = (uint32_t)(key >> 32);
        if (ms > b->witness_ms[node])
            continue;
        if (ms > ms_max)
            break;
        settled++;
        const struct road_link *links = road_links(b, &b->outs[node]);
        uint32_t left_ms = ms_max - ms;
        for (uint32_t i = 0; !err && i < b->outs[node].count && links[i].weight_ms <= left_ms;
             i++) {
            uint32_t next_ms = ms + links[i].weight_ms;
            if (links[i].to != without && next_ms < b->witness_ms[links[i].to])
                err = road_witness_reach(b, links[i].to, next_ms);
        }
    }
    return err;
}

static uint32_t road_sum_capped(uint32_t a, uint32_t b)
{
    uint64_t sum = (uint64_t)a + b;

    return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

/* An edge into a node and one out of it, as one. False when it could never be used. */
static bool road_link_join(struct road_link in, struct road_link out, uint32_t via,
                           struct road_link *ret)
{
    uint64_t ms = (uint64_t)in.weight_ms + out.weight_ms;

    if (out.to == in.to || ms >= ROAD_MS_MAX)
        return false;
    *ret = (struct road_link){.to = out.to,
                              .weight_ms = (uint32_t)ms,
                              .via = via,
                              .length_mm = road_sum_capped(in.length_mm, out.length_mm),
                              .hops = road_sum_capped(in.hops, out.hops)};
    return true;
}

/* The shortcuts over `node` that begin at one of its neighbours. */
static enum err road_toll_from(struct road_builder *b, uint32_t node, struct road_link in,
                               bool really, struct road_toll *toll)
{
    const struct road_list *outs = &b->outs[node];
    struct road_link link;
    uint32_t ms_max = 0;
    enum err err = OK;

    b->wanted = 0;
    for (uint32_t i = 0; i < outs->count; i++)
        if (road_link_join(in, road_links(b, outs)[i], node, &link)) {
            b->wanted_ms[link.to] = link.weight_ms;
            b->wanted++;
            ms_max = link.weight_ms > ms_max ? link.weight_ms : ms_max;
        }
    if (b->wanted)
        err = road_witness(b, in.to, node, ms_max,
                           really ? ROAD_WITNESS_MAX : ROAD_WITNESS_GUESS_MAX);
    for (uint32_t i = 0; i < outs->count; i++) {
        bool joined = road_link_join(in, road_links(b, outs)[i], node, &link);
        if (!joined || !b->wanted_ms[link.to])
            continue;
        b->wanted_ms[link.to] = 0;
        toll->shortcuts++;
        toll->hops_added += link.hops;
        if (really && !err)
            err = road_link_add(b, in.to, link);
    }
    road_witness_reset(b);
    return err;
}

static enum err road_toll_of(struct road_builder *b, uint32_t node, bool really,
                             struct road_toll *ret)
{
    struct road_toll toll = {0};
    enum err err = OK;

    for (uint32_t i = 0; !err && i < b->ins[node].count; i++) {
        struct road_link in = road_links(b, &b->ins[node])[i];
        toll.removed++;
        toll.hops_removed += in.hops;
        err = road_toll_from(b, node, in, really, &toll);
    }
    for (uint32_t i = 0; i < b->outs[node].count; i++) {
        toll.removed++;
        toll.hops_removed += road_links(b, &b->outs[node])[i].hops;
    }
    *ret = toll;
    return err;
}

static enum err road_weigh(struct road_builder *b, uint32_t node, uint32_t *ret_weight)
{
    struct road_toll toll;

    enum err err = road_toll_of(b, node, false, &toll);
    uint64_t weight = 1 + 1000 * (uint64_t)b->levels[node];
    weight += 1000 * toll.shortcuts / (toll.removed ? toll.removed : 1);
    weight += 1000 * toll.hops_added / (toll.hops_removed ? toll.hops_removed : 1);
    *ret_weight = weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX;
    return err;
}

/* Takes the node out: its neighbours forget it, its own lists stay for the query. */
static enum err road_contract(struct road_builder *b, uint32_t node)
{
    struct road_toll toll;

    enum err err = road_toll_of(b, node, true, &toll);
    if (err)
        return err;
    for (uint32_t i = 0; i < b->ins[node].count; i++) {
        uint32_t other = road_links(b, &b->ins[node])[i].to;
        road_link_drop(b, &b->outs[other], node);
        if (b->levels[other] <= b->levels[node])
            b->levels[other] = b->levels[node] + 1;
    }
    for (uint32_t i = 0; i < b->outs[node].count; i++) {
        uint32_t other = road_links(b, &b->outs[node])[i].to;
        road_link_drop(b, &b->ins[other], node);
        if (b->levels[other] <= b->levels[node])
            b->levels[other] = b->levels[node] + 1;
    }
    return OK;
}

static enum err road_links_init(struct road_builder *b)
{
    const struct road *road = b->road;
    enum err err = OK;

    for (uint32_t a = 0; !err && a < b->count; a++)
        for (uint32_t i = road->turn_first[a]; !err && i < road->turn_first[a + 1]; i++) {
            uint64_t ms = (uint64_t)road->arcs[a].time_ms + road->turns[i].cost_ms;
            if (road->turns[i].to == a || ms >= ROAD_MS_MAX)
                continue; /* going round twice is never shorter */
            err = road_link_add(b, a,
                                (struct road_link){.to = road->turns[i].to,
                                                   .weight_ms = (uint32_t)ms,
                                                   .via = ROAD_NONE,
                                                   .length_mm = road->arcs[a].length_mm,
                                                   .hops = 1});
        }
    return err;
}

/* Takes all nodes out. A node's weight may have grown since it was queued: it is weighed again and
 * goes back unless it is still the least. */
static enum err road_order_make(struct road_builder *b, uint32_t *arc_of)
{
    uint32_t rank = 0;
    uint32_t weight = 0;
    enum err err = OK;

    for (uint32_t a = 0; !err && a < b->count; a++) {
        err = road_weigh(b, a, &weight);
        err = err ? err : road_heap_push(&b->queue, road_heap_key(weight, a));
    }
    while (!err && b->queue.count) {
        uint32_t node = (uint32_t)road_heap_pop(&b->queue);
        err = road_weigh(b, node, &weight);
        uint64_t key = road_heap_key(weight, node);
        if (!err && b->queue.count && key > b->queue.items[0]) {
            err = road_heap_push(&b->queue, key);
            continue;
        }
        err = err ? err : road_contract(b, node);
        b->rank_of[node] = rank;
        arc_of[rank++] = node;
    }
    return err;
}

static enum err road_side_make(struct road_builder *b, const uint32_t *arc_of,
                               const struct road_list *lists, struct road_side *ret)
{
    size_t total = 0;

    for (uint32_t node = 0; node < b->count; node++)
        total += lists[node].count;
    if (total >= UINT32_MAX)
        return ERR_LIMIT;
    ret->first = mem_zero(b->count + (size_t)1, sizeof *ret->first);
    ret->edges = mem_zero(total + 1, sizeof *ret->edges);
    ret->lengths_mm = mem_zero(total + 1, sizeof *ret->lengths_mm);
    if (!ret->first || !ret->edges || !ret->lengths_mm)
        return ERR_NOMEM;
    uint32_t at = 0;
    for (uint32_t rank = 0; rank < b->count; rank++) {
        const struct road_list *list = &lists[arc_of[rank]];
        for (uint32_t i = 0; i < list->count; i++) {
            const struct road_link *link = &road_links(b, list)[i];
            ret->lengths_mm[at] = link->length_mm;
            ret->edges[at++] =
                (struct road_edge){b->rank_of[link->to], link->weight_ms,
                                   link->via == ROAD_NONE ? ROAD_NONE : b->rank_of[link->via]};
        }
        ret->first[rank + 1] = at;
    }
    return OK;
}

static enum err road_builder_init(struct road_builder *b, const struct road *road)
{
    b->road = road;
    b->count = road->arc_count;
    b->outs = mem_zero(b->count, sizeof *b->outs);
    b->ins = mem_zero(b->count, sizeof *b->ins);
    b->levels = mem_zero(b->count, sizeof *b->levels);
    b->witness_ms = mem_alloc(b->count * sizeof *b->witness_ms);
    b->rank_of = mem_alloc(b->count * sizeof *b->rank_of);
    b->wanted_ms = mem_zero(b->count, sizeof *b->wanted_ms);
    if (!b->outs || !b->ins || !b->levels || !b->witness_ms || !b->wanted_ms || !b->rank_of)
        return ERR_NOMEM;
    for (uint32_t a = 0; a < b->count; a++)
        b->witness_ms[a] = b->rank_of[a] = ROAD_NONE;
    return road_links_init(b);
}

enum err road_ch_make(struct road *road)
{
    struct road_builder b = {0};
    struct road_ch *ch = &road->ch;

    enum err err = road_builder_init(&b, road);
    ch->node_count = road->arc_count;
    ch->arc_of = mem_alloc(road->arc_count * sizeof *ch->arc_of);
    if (!ch->arc_of)
        err = ERR_NOMEM;
    if (!err)
        err = road_order_make(&b, ch->arc_of);
    if (!err)
        err = road_side_make(&b, ch->arc_of, b.outs, &ch->up);
    if (!err)
        err = road_side_make(&b, ch->arc_of, b.ins, &ch->down);
    ch->rank_of = b.rank_of;
    mem_free(b.outs);
    mem_free(b.ins);
    mem_free(b.levels);
    mem_free(b.witness_ms);
    mem_free(b.wanted_ms);
    vec_done(&b.pool);
    vec_done(&b.touched);
    road_heap_done(&b.heap);
    road_heap_done(&b.queue);
    return err;
}

void road_ch_done(struct road_ch *ch)
{
    mem_free(ch->rank_of);
    mem_free(ch->arc_of);
    mem_free(ch->up.first);
    mem_free(ch->up.edges);
    mem_free(ch->up.lengths_mm);
    mem_free(ch->down.first);
    mem_free(ch->down.edges);
    mem_free(ch->down.lengths_mm);
    *ch = (struct road_ch){0};
}
