/* solve_instance_test.c - readers of published instances: own small ones, every kind of mistake, and
 * the published ones where they are at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "solve/check.h"
#include "solve/instance.h"

/* Made here: a square of four customers around the depot, two of which fit one vehicle. */
static const char square[] = "NAME : square\n"
                             "COMMENT : made for this test\n"
                             "TYPE : CVRP\n"
                             "DIMENSION : 5\n"
                             "EDGE_WEIGHT_TYPE : EUC_2D\n"
                             "CAPACITY : 2\n"
                             "NODE_COORD_SECTION\n"
                             "1 0 0\n2 10 0\n3 10 1\n4 -10 0\n5 -10 1\n"
                             "DEMAND_SECTION\n"
                             "1 0\n2 1\n3 1\n4 1\n5 1\n"
                             "DEPOT_SECTION\n1\n-1\nEOF\n";

/* A ring of four edges, two of them required: round once costs 4 + 3 + 2 + 1. */
static const char ring[] = "NOMBRE : ring\n"
                           "VERTICES : 4\n"
                           "ARISTAS_REQ : 2\n"
                           "ARISTAS_NOREQ : 2\n"
                           "VEHICULOS : 1\n"
                           "CAPACIDAD : 10\n"
                           "LISTA_ARISTAS_REQ :\n"
                           "( 1, 2) coste 4 demanda 3\n"
                           "( 3, 4) coste 2 demanda 3\n"
                           "LISTA_ARISTAS_NOREQ :\n"
                           "( 2, 3) coste 3\n"
                           "( 4, 1) coste 1\n"
                           "DEPOSITO : 1\n";

static struct solve_instance *read_or_fail(const char *text)
{
    struct solve_instance *instance = NULL;
    struct diag diag = {0};

    if (solve_instance_read("made", str_of(text), &instance, &diag))
        fail_msg("%s", diag.text);
    return instance;
}

static int64_t solved(const struct solve_instance *instance, uint64_t iterations,
                      struct solve_solution *found)
{
    struct solve_options options = {
        .seed = 1, .iterations_max = iterations, .workers = {.count = 1}};
    struct diag diag = {0};

    assert_int_equal(solve_run(&instance->problem, &options, found, &diag), OK);
    if (solve_check(&instance->problem, found, &diag))
        fail_msg("%s", diag.text);
    assert_int_equal(found->unserved_count, 0);
    return found->cost;
}

static void a_square_costs_two_rounds(void **state)
{
    struct solve_instance *instance = read_or_fail(square);
    struct solve_solution found = {0};

    (void)state;
    assert_int_equal(solved(instance, 200, &found), 2 * (10 + 1 + 10));
    assert_int_equal(found.route_count, 2);
    solve_solution_done(&found);
    solve_instance_free(instance);
}

static void a_ring_is_driven_once(void **state)
{
    struct solve_instance *instance = read_or_fail(ring);
    struct solve_solution found = {0};

    (void)state;
    assert_int_equal(solved(instance, 200, &found), 10);
    solve_solution_done(&found);
    solve_instance_free(instance);
}

static void a_written_solution_reads_back_the_same(void **state)
{
    static const char *const texts[] = {square, ring};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct solve_instance *instance = read_or_fail(texts[i]);
        struct solve_solution found = {0};
        struct solve_solution again = {0};
        struct buf file;
        int64_t stated = 0;
        solved(instance, 100, &found);
        buf_init(&file, 1 << 16);
        solve_instance_write(instance, &found, &file);
        assert_int_equal(
            solve_instance_read_solution(instance, "sol", buf_text(&file), &again, &stated, NULL),
            OK);
        assert_int_equal(solve_check(&instance->problem, &again, NULL), OK);
        assert_int_equal(stated, found.cost);
        assert_int_equal(again.cost, found.cost);
        solve_solution_done(&found);
        solve_solution_done(&again);
        buf_done(&file);
        solve_instance_free(instance);
    }
}

/* Replaces the first `from` in the text. */
static void with_mistake(const char *text, const char *from, const char *to, size_t size, char *out)
{
    const char *at = strstr(text, from);

    assert_non_null(at);
    snprintf(out, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void mistakes_are_told_with_line_and_what_was_expected(void **state)
{
    static const struct {
        const char *text, *from, *to;
        uint64_t line;
        const char *says;
    } cases[] = {
        {square, "NAME", "NOM", 1, "NAME"},
        {square, "CVRP", "TSP", 3, "CVRP"},
        {square, "DIMENSION : 5", "DIMENSION : 99999", 4, "DIMENSION"},
        {square, "EUC_2D", "GEO", 5, "EUC_2D"},
        {square, "CAPACITY : 2", "CAPACITY : none", 6, "CAPACITY"},
        {square, "2 10 0", "2 ten 0", 9, "coordinate"},
        {square, "3 10 1", "2 10 1", 10, "once"},
        {square, "3 1\n", "3 7\n", 16, "demand"},
        {square, "CAPACITY : 2\n", "", 12, "CAPACITY before"},
        {square, "DEPOT_SECTION\n1\n-1\nEOF\n", "", 18, "before EOF"},
        {ring, "ARISTAS_REQ : 2", "ARISTAS_REQ : 3", 10, "node of the edge"},
        {ring, "( 3, 4)", "( 3, 9)", 9, "other node"},
        {ring, "coste 2", "cost 2", 9, "coste"},
        {ring, "VERTICES", "NODES", 2, "keyword"},
        {ring, "( 4, 1) coste 1\nDEPOSITO : 1\n", "", 11, "an edge"},
        {ring, "DEPOSITO : 1", "DEPOSITO : 5", 13, "DEPOSITO"},
        {ring, "DEPOSITO : 1", "VERTICES : 8\nDEPOSITO : 1", 13, "once"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct solve_instance *instance = NULL;
        struct diag diag = {0};
        char text[1024];
        with_mistake(cases[i].text, cases[i].from, cases[i].to, sizeof text, text);
        if (!solve_instance_read("made", str_of(text), &instance, &diag))
            fail_msg("case %zu was accepted", i);
        assert_null(instance);
        if (diag.line != cases[i].line || !strstr(diag.text, cases[i].says))
            fail_msg("case %zu: line %llu: %s", i, (unsigned long long)diag.line, diag.text);
    }
}

static void every_truncation_is_an_error_and_never_a_crash(void **state)
{
    static const char *const texts[] = {square, ring};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (size_t size = 0; size + 18 < strlen(texts[i]); size++) {
            struct solve_instance *instance = NULL;
            enum err err =
                solve_instance_read("cut", (struct str){texts[i], size}, &instance, NULL);
            assert_int_not_equal(err, OK);
            assert_null(instance);
        }
}

#ifdef MEM_FAULTS
static void every_allocation_may_fail(void **state)
{
    static const char *const texts[] = {square, ring};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (unsigned nth = 1;; nth++) {
            struct solve_instance *instance = NULL;
            mem_fail_nth(nth);
            enum err err = solve_instance_read("made", str_of(texts[i]), &instance, NULL);
            bool fired = mem_fail_fired();
            mem_fail_nth(0);
            if (!fired) {
                assert_int_equal(err, OK);
                solve_instance_free(instance);
                break;
            }
            assert_int_equal(err, ERR_NOMEM);
            assert_null(instance);
            assert_int_equal(mem_live_bytes(), 0);
        }
}
#endif

/* Best-known values of the sets' own lists; ceilings leave room for few iterations. */
static void published_instances_stay_under_their_gap(void **state)
{
    static const struct {
        const char *path;
        int64_t best;
        double gap_pct;
        uint64_t iterations;
    } golden[] = {
        {TEST_SHARED "/bench/cvrp-x/X-n106-k14.vrp", 26362, 2.0, 20000},
        {TEST_SHARED "/bench/carp-egl/egl-e1-A.dat", 3548, 1.0, 20000},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(golden); i++) {
        struct solve_instance *instance = NULL;
        struct solve_solution found = {0};
        struct buf content;
        if (file_read(golden[i].path, 1 << 20, &content, NULL)) {
            print_message("skipped: %s is not here\n", golden[i].path);
            skip();
        }
        assert_int_equal(solve_instance_read("golden", buf_text(&content), &instance, NULL), OK);
        int64_t cost = solved(instance, golden[i].iterations, &found);
        assert_true(cost >= golden[i].best);
        assert_true((double)(cost - golden[i].best) * 100 <=
                    golden[i].gap_pct * (double)golden[i].best);
        solve_solution_done(&found);
        solve_instance_free(instance);
        buf_done(&content);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_square_costs_two_rounds),
        cmocka_unit_test(a_ring_is_driven_once),
        cmocka_unit_test(a_written_solution_reads_back_the_same),
        cmocka_unit_test(mistakes_are_told_with_line_and_what_was_expected),
        cmocka_unit_test(every_truncation_is_an_error_and_never_a_crash),
#ifdef MEM_FAULTS
        cmocka_unit_test(every_allocation_may_fail),
#endif
        cmocka_unit_test(published_instances_stay_under_their_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
