/* road_turn_test.c - facts about crossings, on towns drawn as letters: a letter is a node, a step of
 * one column or row is about 50 m. Streets are words over the letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "road/road.h"

#define BOTH (ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD)

enum { TOWN_NODES = 26, TOWN_WAYS = 12, TOWN_WAY_NODES = 80 };

static struct town {
    struct wgs84 nodes[TOWN_NODES];
    uint8_t flags[TOWN_NODES];
    struct road_way ways[TOWN_WAYS];
    uint32_t way_nodes[TOWN_WAY_NODES];
    struct road_restriction rules[4];
    struct road_map map;
    struct road_profile profile;
    struct road *road;
    struct road_query *query;
} town;

/* Rows of the drawing, north first. 0.00045 degree is 50 m; the town lies at the equator. */
static void town_draw(const char *const rows[], size_t count)
{
    memset(&town, 0, sizeof town);
    town.profile = road_profile_truck();
    for (size_t r = 0; r < count; r++)
        for (size_t c = 0; rows[r][c]; c++)
            if (rows[r][c] >= 'a' && rows[r][c] <= 'z')
                town.nodes[rows[r][c] - 'a'] =
                    (struct wgs84){-(int32_t)r * 4500, (int32_t)c * 4500};
    town.map = (struct road_map){.nodes = town.nodes,
                                 .node_flags = town.flags,
                                 .node_count = TOWN_NODES,
                                 .ways = town.ways,
                                 .way_nodes = town.way_nodes,
                                 .restrictions = town.rules};
}

static struct road_way *town_way(const char *letters, uint32_t flags)
{
    struct road_way *way = &town.ways[town.map.way_count++];

    *way = (struct road_way){.id = town.map.way_count,
                             .class = ROAD_RESIDENTIAL,
                             .flags = flags,
                             .node_first = town.map.way_node_count,
                             .node_count = (uint32_t)strlen(letters)};
    for (; *letters; letters++)
        town.way_nodes[town.map.way_node_count++] = (uint32_t)(*letters - 'a');
    return way;
}

static void town_rule(uint32_t from, char via, uint32_t to, bool only)
{
    town.rules[town.map.restriction_count++] =
        (struct road_restriction){from, (uint32_t)(via - 'a'), to, only};
}

static void town_build(void)
{
    assert_int_equal(road_new(&town.map, &town.profile, &town.road, NULL), OK);
    assert_int_equal(road_query_new(town.road, &town.query), OK);
}

static int town_free(void **state)
{
    (void)state;
    road_query_free(town.query);
    road_free(town.road);
    town.query = NULL;
    town.road = NULL;
    return mem_live_bytes() != 0;
}

/* The arc between two letters. */
static uint32_t arc_of(char tail, char head)
{
    for (uint32_t a = 0; a < road_arc_count(town.road); a++)
        if (road_arc(town.road, a)->tail == (uint32_t)(tail - 'a') &&
            road_arc(town.road, a)->head == (uint32_t)(head - 'a'))
            return a;
    return ROAD_NONE;
}

/* Cost of the turn from the end of one arc into the start of another, or UNREACHABLE. */
static uint32_t turn_ms(const char *from, const char *to)
{
    return road_time(town.query, road_arc_end(town.road, arc_of(from[0], from[1])),
                     road_arc_start(arc_of(to[0], to[1])));
}

static const char *const cross[] = {"  b  ", "  |  ", "a-x-c", "  |  ", "  d  "};

static void draw_cross(void)
{
    town_draw(cross, COUNT_OF(cross));
    town_way("axc", BOTH);
    town_way("bxd", BOTH);
}

static void turns_cost_by_their_angle(void **state)
{
    (void)state;
    draw_cross();
    town_build();
    assert_int_equal(road_arc_count(town.road), 8);
    assert_int_equal(turn_ms("ax", "xc"), town.profile.straight_ms);
    assert_int_equal(turn_ms("ax", "xd"), town.profile.right_ms);
    assert_int_equal(turn_ms("ax", "xb"), town.profile.left_ms);
    assert_int_equal(turn_ms("ax", "xa"), town.profile.u_turn_ms);
    assert_int_equal(turn_ms("xc", "cx"), town.profile.dead_end_ms);
    assert_true(road_arc(town.road, arc_of('x', 'c'))->flags & ROAD_DEAD_END);
    assert_false(road_arc(town.road, arc_of('a', 'x'))->flags & ROAD_DEAD_END);
}

static void left_and_right_change_places_where_people_drive_on_the_left(void **state)
{
    (void)state;
    draw_cross();
    town.map.left_hand_traffic = true;
    town_build();
    assert_int_equal(turn_ms("ax", "xd"), town.profile.left_ms);
    assert_int_equal(turn_ms("ax", "xb"), town.profile.right_ms);
}

static void a_forbidden_turn_is_driven_around(void **state)
{
    (void)state;
    draw_cross();
    town.map.way_count = town.map.way_node_count = 0;
    town_way("ax", BOTH);
    town_way("xc", BOTH);
    town_way("bxd", BOTH);
    town_rule(0, 'x', 2, false); /* no turn from a into b-d */
    town_build();
    /* On to c, back, and from there the turn is free. */
    uint32_t there_ms = road_arc(town.road, arc_of('x', 'c'))->time_ms;
    assert_int_equal(turn_ms("ax", "xd"), town.profile.straight_ms + 2 * there_ms +
                                              town.profile.dead_end_ms + town.profile.left_ms);
    assert_int_equal(turn_ms("bx", "xc"), town.profile.left_ms);
}

static void an_only_turn_forbids_the_others(void **state)
{
    (void)state;
    town_draw(cross, COUNT_OF(cross));
    town_way("ax", BOTH);
    town_way("xc", BOTH);
    town_way("bxd", BOTH);
    town_rule(0, 'x', 1, true); /* from a only straight on */
    town_build();
    assert_int_equal(turn_ms("ax", "xc"), town.profile.straight_ms);
    uint32_t detour_ms = town.profile.straight_ms + town.profile.dead_end_ms +
                         2 * road_arc(town.road, arc_of('x', 'c'))->time_ms;
    assert_int_equal(turn_ms("ax", "xd"), detour_ms + town.profile.left_ms);
}

static void a_bend_or_a_change_of_name_costs_nothing(void **state)
{
    const char *const rows[] = {"a-b", "  |", "  c"};

    (void)state;
    town_draw(rows, COUNT_OF(rows));
    town_way("ab", BOTH);
    town_way("bc", BOTH);
    town_build();
    assert_int_equal(turn_ms("ab", "bc"), 0);
    /* Turning back in the middle of a street is not offered: only at its end. */
    assert_true(turn_ms("ab", "ba") > town.profile.dead_end_ms);
}

static void a_one_way_street_has_one_arc(void **state)
{
    const char *const rows[] = {"a-b", "| |", "d-c"};

    (void)state;
    town_draw(rows, COUNT_OF(rows));
    town_way("ab", ROAD_WAY_FORWARD);
    town_way("cb", ROAD_WAY_BACKWARD);
    town_way("cd", BOTH);
    town_way("da", BOTH);
    town_build();
    assert_int_equal(arc_of('b', 'a'), ROAD_NONE);
    assert_int_equal(arc_of('c', 'b'), ROAD_NONE);
    assert_int_equal(road_arc(town.road, arc_of('a', 'b'))->reverse, ROAD_NONE);
    assert_int_equal(turn_ms("ab", "bc"), 0);
}

static void a_barrier_makes_two_dead_ends(void **state)
{
    const char *const rows[] = {"a-b-c", "|   |", "d---e"};

    (void)state;
    town_draw(rows, COUNT_OF(rows));
    town_way("abc", BOTH);
    town_way("ceda", BOTH);
    town.flags['b' - 'a'] = ROAD_NODE_BARRIER;
    town_build();
    assert_true(road_arc(town.road, arc_of('a', 'b'))->flags & ROAD_DEAD_END);
    assert_int_equal(turn_ms("ab", "ba"), town.profile.dead_end_ms);
    assert_true(turn_ms("ab", "bc") > town.profile.dead_end_ms);
}

static void limits_and_access_close_streets_to_the_profile(void **state)
{
    const char *const rows[] = {"a-b-c-d-e"};

    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        town_draw(rows, COUNT_OF(rows));
        town_way("ab", BOTH);
        town_way("bc", BOTH)->mass_kg_max = 3500;
        town_way("cd", BOTH)->height_cm_max = 300;
        town_way("de", BOTH | ROAD_WAY_PRIVATE);
        town.profile.mass_kg = strict ? 18000 : 3500;
        town.profile.height_cm = strict ? 350 : 0;
        town.profile.ignore_access = !strict;
        town_build();
        assert_false(road_arc(town.road, arc_of('a', 'b'))->flags & ROAD_CLOSED);
        for (const char *c = "bcd"; *c; c++)
            assert_int_equal(road_arc(town.road, arc_of(*c, (char)(*c + 1)))->flags & ROAD_CLOSED,
                             strict ? ROAD_CLOSED : 0);
        assert_int_equal(turn_ms("ab", "bc"), strict ? ROAD_UNREACHABLE : 0);
        town_free(NULL);
    }
}

static void what_cannot_be_reached_is_named(void **state)
{
    const char *const rows[] = {"a-b-c", "     ", "  d-e"};
    const struct road_island *islands;
    struct road_near near;

    (void)state;
    town_draw(rows, COUNT_OF(rows));
    town_way("abc", BOTH);
    town_way("bca", BOTH);
    town_way("de", BOTH);
    town_build();
    assert_int_equal(road_islands(town.road, &islands), 1);
    assert_int_equal(islands[0].arc_count, 2);
    assert_int_equal(islands[0].length_m, 100);
    assert_true(geo_same(islands[0].at, town.nodes['d' - 'a']));
    assert_true(road_arc(town.road, arc_of('d', 'e'))->flags & ROAD_ISLAND);
    /* Nobody is sent there, even from next door. */
    assert_int_equal(road_nearest(town.road, town.nodes['e' - 'a'], 500, &near), OK);
    assert_false(road_arc(town.road, near.place.arc)->flags & ROAD_ISLAND);
    assert_int_equal(road_nearest(town.road, (struct wgs84){9000000, 0}, 500, &near),
                     ERR_NOT_FOUND);
}

static void the_nearest_street_is_passed_on_the_points_side(void **state)
{
    const char *const rows[] = {"a---b"};
    const struct wgs84 south = {-1000, 9000};
    struct road_near near;

    (void)state;
    for (int left = 0; left < 2; left++) {
        town_draw(rows, COUNT_OF(rows));
        town_way("ab", BOTH);
        town.map.left_hand_traffic = left;
        town_build();
        assert_int_equal(road_nearest(town.road, south, 100, &near), OK);
        assert_int_equal(near.place.arc, left ? arc_of('b', 'a') : arc_of('a', 'b'));
        assert_int_equal(near.side, left ? GEO_LEFT : GEO_RIGHT);
        assert_int_equal(near.reverse.arc, left ? arc_of('a', 'b') : arc_of('b', 'a'));
        assert_true(near.distance_m > 11.0 && near.distance_m < 11.2);
        /* Half way along 200 m, seen from either end. */
        assert_in_range(near.place.at_mm, 99900, 100200);
        assert_in_range(near.reverse.at_mm, 99900, 100200);
        struct wgs84 at = road_place_point(town.road, near.place);
        assert_in_range(at.lng_e7, 8998, 9002);
        town_free(NULL);
    }
}

static void an_earlier_place_on_the_same_arc_needs_a_way_around(void **state)
{
    const char *const rows[] = {"a---b"};
    struct road_path path;

    (void)state;
    town_draw(rows, COUNT_OF(rows));
    town_way("ab", BOTH);
    town_build();
    uint32_t ab = arc_of('a', 'b');
    uint32_t all_ms = road_arc(town.road, ab)->time_ms;
    uint32_t half_mm = road_arc(town.road, ab)->length_mm / 2;
    struct road_place early = {ab, half_mm / 2};
    struct road_place late = {ab, half_mm};
    assert_in_range(road_time(town.query, early, late), all_ms / 4 - 1, all_ms / 4 + 1);
    /* To b, back to a, and on: the whole street twice less the quarter between. */
    uint32_t around_ms = 2 * all_ms - all_ms / 4 + 2 * town.profile.dead_end_ms;
    assert_in_range(road_time(town.query, late, early), around_ms - 2, around_ms + 2);
    assert_int_equal(road_path(town.query, late, early, &path), OK);
    assert_int_equal(path.count, 3);
    assert_int_equal(path.arcs[1], arc_of('b', 'a'));
    assert_int_equal(road_path(town.query, early, late, &path), OK);
    assert_int_equal(path.count, 1);
    assert_int_equal(path.length_mm, late.at_mm - early.at_mm);
}

static void going_round_a_roundabout_costs_no_turns(void **state)
{
    const char *const rows[] = {"e-a-b-f", "  | |  ", "h-d-c-g"};

    (void)state;
    town_draw(rows, COUNT_OF(rows));
    town_way("adcba", ROAD_WAY_FORWARD | ROAD_WAY_ROUNDABOUT);
    town_way("ea", BOTH);
    town_way("bf", BOTH);
    town_way("cg", BOTH);
    town_way("dh", BOTH);
    town_build();
    assert_int_equal(turn_ms("ad", "dc"), 0);
    assert_true(road_arc(town.road, arc_of('a', 'd'))->flags & ROAD_ROUNDABOUT);
    assert_int_equal(arc_of('d', 'a'), ROAD_NONE);
}

static void shapes_run_in_the_arcs_direction(void **state)
{
    const char *const rows[] = {"a-b", "  |", "  c"};
    struct wgs84 points[4];

    (void)state;
    town_draw(rows, COUNT_OF(rows));
    town_way("abc", BOTH);
    town_build();
    assert_int_equal(road_arc_shape(town.road, arc_of('c', 'a'), 4, points), 3);
    assert_true(geo_same(points[0], town.nodes['c' - 'a']));
    assert_true(geo_same(points[2], town.nodes['a' - 'a']));
    assert_int_equal(road_arc_shape(town.road, arc_of('a', 'c'), 1, points), 3);
    assert_true(geo_same(points[0], town.nodes['a' - 'a']));
}

static enum err build_once(void)
{
    struct road_place places[2];
    struct road_query *query = NULL;
    struct road *road = NULL;
    struct road_path path;
    uint32_t times[4];
    uint32_t lengths[4];

    enum err err = road_new(&town.map, &town.profile, &road, NULL);
    if (!err)
        err = road_query_new(road, &query);
    places[0] = road_arc_start(0);
    places[1] = road_arc_start(1);
    if (!err)
        err = road_path(query, places[0], places[1], &path);
    if (!err)
        err = road_table(query, places, 2, places, 2, times, lengths);
    if (!err)
        err = road_time_plain(road, places[0], places[1], times);
    road_query_free(query);
    road_free(road);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    draw_cross();
    for (unsigned nth = 1;; nth++) {
        mem_fail_nth(nth);
        enum err err = build_once();
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        assert_int_equal(mem_live_bytes(), 0);
        assert_int_equal(err, fired ? ERR_NOMEM : OK);
        if (!fired)
            break;
    }
    road_free(NULL);
    road_query_free(NULL);
}

static void a_map_without_streets_is_refused(void **state)
{
    struct diag diag = {0};
    struct road *road = NULL;

    (void)state;
    draw_cross();
    town.map.way_count = 0;
    assert_int_equal(road_new(&town.map, &town.profile, &road, &diag), ERR_INVALID);
    assert_null(road);
    assert_non_null(strstr(diag.text, "no street"));
}

#define FACT(name) cmocka_unit_test_teardown(name, town_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT(turns_cost_by_their_angle),
        FACT(left_and_right_change_places_where_people_drive_on_the_left),
        FACT(a_forbidden_turn_is_driven_around),
        FACT(an_only_turn_forbids_the_others),
        FACT(a_bend_or_a_change_of_name_costs_nothing),
        FACT(a_one_way_street_has_one_arc),
        FACT(a_barrier_makes_two_dead_ends),
        FACT(limits_and_access_close_streets_to_the_profile),
        FACT(what_cannot_be_reached_is_named),
        FACT(the_nearest_street_is_passed_on_the_points_side),
        FACT(an_earlier_place_on_the_same_arc_needs_a_way_around),
        FACT(going_round_a_roundabout_costs_no_turns),
        FACT(shapes_run_in_the_arcs_direction),
        FACT(every_allocation_may_fail),
        FACT(a_map_without_streets_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
