/* turns.c - at each crossing, which arc may follow which, and what the turn costs.
 *
 * Only crossings cost: where a street merely changes its name or class there is nothing to turn.
 * Turning back is possible at crossings and where nothing else is; not in the middle of a street.
 * A barrier lets nobody through, so both its sides are dead ends.
 */
#include <math.h>
#include <stdlib.h>

#include "road/inner.h"

static const double road_straight_deg = 40; /* a bend smaller than this is going on */
static const double road_look_m = 12;       /* the direction of a street is seen over this length */

struct road_turner {
    struct road *road;
    uint32_t *out_first; /* arcs leaving each node, usable ones */
    uint32_t *outs;
    uint8_t *degrees;   /* stretches that meet at a node, up to 255 */
    float *bearings_in; /* degrees, at the head of each arc */
    float *bearings_out;
    struct road_restriction *rules; /* sorted by via node */
    VEC(struct road_turn) turns;
};

/* Bearing between an end of the arc and a point some metres inside. */
static float road_bearing(const struct road *road, struct road_span span, bool at_head)
{
    uint32_t end = at_head ? span.last : span.first;
    uint32_t other = at_head ? span.first : span.last;
    uint32_t step = other > end ? 1 : UINT32_MAX; /* -1 in modular arithmetic */
    struct wgs84 here = road_span_point(road, end);
    uint32_t i = end + step;

    while (i != other && geo_distance_m(here, road_span_point(road, i)) < road_look_m)
        i += step;
    struct wgs84 there = road_span_point(road, i);
    return (float)(at_head ? geo_bearing_deg(there, here) : geo_bearing_deg(here, there));
}

static int road_rule_order(const void *a, const void *b)
{
    const struct road_restriction *x = a;
    const struct road_restriction *y = b;

    if (x->via_node != y->via_node)
        return x->via_node < y->via_node ? -1 : 1;
    if (x->from_way != y->from_way)
        return x->from_way < y->from_way ? -1 : 1;
    return x->to_way < y->to_way ? -1 : x->to_way > y->to_way;
}

static void road_degree_add(uint8_t *degree)
{
    if (*degree < UINT8_MAX)
        (*degree)++;
}

/* Files usable arcs by their tails and counts the stretches at each node. */
static void road_turner_file(struct road_turner *t)
{
    const struct road *road = t->road;

    for (uint32_t a = 0; a < road->arc_count; a++) {
        const struct road_arc *arc = &road->arcs[a];
        if (!road_arc_usable(arc))
            continue;
        t->out_first[arc->tail + 1]++;
        if (arc->reverse == ROAD_NONE || a < arc->reverse) {
            road_degree_add(&t->degrees[arc->tail]);
            road_degree_add(&t->degrees[arc->head]);
        }
        t->bearings_in[a] = road_bearing(road, road->spans[a], true);
        t->bearings_out[a] = road_bearing(road, road->spans[a], false);
    }
    for (uint32_t n = 0; n <= road->map->node_count; n++)
        t->out_first[n + 1] += t->out_first[n];
    /* Filled from the back, so that first[] ends where it began and arcs ascend. */
    for (uint32_t a = road->arc_count; a-- > 0;)
        if (road_arc_usable(&road->arcs[a]))
            t->outs[--t->out_first[road->arcs[a].tail + 1]] = a;
}

/* Arcs leaving `node`. After filing, slot node + 1 holds the node's first. */
static uint32_t road_outs(const struct road_turner *t, uint32_t node, const uint32_t **ret_outs)
{
    uint32_t first = t->out_first[node + 1];
    uint32_t end = t->out_first[node + 2];

    *ret_outs = t->outs + first;
    return end - first;
}

/* The rules at the head of `arc` for who comes from its way. */
static size_t road_rules_of(const struct road_turner *t, const struct road_arc *arc,
                            const struct road_restriction **ret_rules)
{
    size_t low = 0;
    size_t high = t->road->map->restriction_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct road_restriction *rule = &t->rules[middle];
        if (rule->via_node < arc->head ||
            (rule->via_node == arc->head && rule->from_way < arc->way))
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < t->road->map->restriction_count && t->rules[end].via_node == arc->head &&
           t->rules[end].from_way == arc->way)
        end++;
    *ret_rules = t->rules + low;
    return end - low;
}

/* A rule from a way into itself speaks of turning back. */
static bool road_rule_hits(const struct road_restriction *rule, const struct road *road,
                           const struct road_arc *from, uint32_t to)
{
    if (road->arcs[to].way != rule->to_way)
        return false;
    bool back = from->reverse == to;
    return rule->from_way == rule->to_way ? back != rule->only : !back;
}

/* Whether the rules let `from` go on into `to`. */
static bool road_rules_allow(const struct road_turner *t, const struct road_arc *from, uint32_t to)
{
    const struct road_restriction *rules;
    const uint32_t *outs;
    size_t count = road_rules_of(t, from, &rules);
    uint32_t out_count = road_outs(t, from->head, &outs);
    bool bound = false; /* by a rule that names the only turn */
    bool named = false;

    for (size_t i = 0; i < count; i++) {
        bool hit = road_rule_hits(&rules[i], t->road, from, to);
        if (hit && !rules[i].only)
            return false;
        named |= hit;
        for (uint32_t k = 0; rules[i].only && !bound && k < out_count; k++)
            bound = road_rule_hits(&rules[i], t->road, from, outs[k]);
    }
    return named || !bound;
}

static uint32_t road_turn_ms(const struct road_turner *t, uint32_t a, uint32_t b)
{
    const struct road *road = t->road;
    const struct road_profile *profile = &road->profile;

    if (t->degrees[road->arcs[a].head] < 3)
        return 0;
    if (road->arcs[a].flags & road->arcs[b].flags & ROAD_ROUNDABOUT)
        return 0; /* going round */
    double angle = remainder((double)t->bearings_out[b] - (double)t->bearings_in[a], 360);
    if (fabs(angle) <= road_straight_deg)
        return profile->straight_ms;
    bool right = angle > 0;
    return right != road->map->left_hand_traffic ? profile->right_ms : profile->left_ms;
}

/* Turns to other streets; tells whether there is any. */
static enum err road_turns_onward(struct road_turner *t, uint32_t a, bool *ret_any)
{
    const struct road_arc *arc = &t->road->arcs[a];
    const uint32_t *outs;
    uint32_t count = road_outs(t, arc->head, &outs);
    bool any = false;
    enum err err = OK;

    for (uint32_t i = 0; !err && i < count; i++) {
        if (outs[i] == arc->reverse || !road_rules_allow(t, arc, outs[i]))
            continue;
        any = true;
        err = vec_push(&t->turns, (struct road_turn){outs[i], road_turn_ms(t, a, outs[i])});
    }
    *ret_any = any;
    return err;
}

static enum err road_turns_of(struct road_turner *t, uint32_t a)
{
    struct road *road = t->road;
    struct road_arc *arc = &road->arcs[a];
    bool barrier = road->map->node_flags && (road->map->node_flags[arc->head] & ROAD_NODE_BARRIER);
    bool onward = false;
    enum err err = barrier ? OK : road_turns_onward(t, a, &onward);

    if (!onward)
        arc->flags |= ROAD_DEAD_END;
    if (err || arc->reverse == ROAD_NONE)
        return err;
    bool crossing = t->degrees[arc->head] >= 3;
    if ((onward && !crossing) || !road_rules_allow(t, arc, arc->reverse))
        return OK;
    uint32_t cost_ms = onward ? road->profile.u_turn_ms : road->profile.dead_end_ms;
    return vec_push(&t->turns, (struct road_turn){arc->reverse, cost_ms});
}

static enum err road_turner_init(struct road_turner *t, struct road *road)
{
    const struct road_map *map = road->map;

    t->road = road;
    t->out_first = mem_zero(map->node_count + (size_t)2, sizeof *t->out_first);
    t->outs = mem_zero(road->arc_count + (size_t)1, sizeof *t->outs);
    t->degrees = mem_zero(map->node_count + (size_t)1, 1);
    t->bearings_in = mem_zero(road->arc_count + (size_t)1, sizeof *t->bearings_in);
    t->bearings_out = mem_zero(road->arc_count + (size_t)1, sizeof *t->bearings_out);
    t->rules = mem_zero(map->restriction_count + (size_t)1, sizeof *t->rules);
    road->turn_first = mem_zero(road->arc_count + (size_t)1, sizeof *road->turn_first);
    const void *all[] = {t->out_first,    t->outs,  t->degrees,      t->bearings_in,
                         t->bearings_out, t->rules, road->turn_first};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (!all[i])
            return ERR_NOMEM;
    for (uint32_t i = 0; i < map->restriction_count; i++)
        t->rules[i] = map->restrictions[i];
    qsort(t->rules, map->restriction_count, sizeof *t->rules, road_rule_order);
    return OK;
}

enum err road_turns_make(struct road *road)
{
    struct road_turner t = {0};

    enum err err = road_turner_init(&t, road);
    if (!err)
        road_turner_file(&t);
    for (uint32_t a = 0; !err && a < road->arc_count; a++) {
        if (road_arc_usable(&road->arcs[a]))
            err = road_turns_of(&t, a);
        road->turn_first[a + 1] = (uint32_t)t.turns.count;
        if (t.turns.count >= UINT32_MAX / 4)
            err = ERR_LIMIT;
    }
    road->turns = t.turns.items;
    mem_free(t.out_first);
    mem_free(t.outs);
    mem_free(t.degrees);
    mem_free(t.bearings_in);
    mem_free(t.bearings_out);
    mem_free(t.rules);
    return err;
}
