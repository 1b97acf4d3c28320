/* Cases on a process like that of a grid: ways, roles, evidence, clocks, deferral, rework. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "civic/casework.h"
#include "prop.h"

enum { FILE_IT, DISPATCH, HANDLE, CHECK, CLOSE, REJECT, STAGES, H = 3600 };

#define TO(stage) (UINT64_C(1) << (stage))
static const struct civic_stage stages[STAGES] = {
    [FILE_IT] =
        {STR("file"), STR("leader"), {1, CIVIC_WORK_HOUR}, false, 0, TO(DISPATCH) | TO(REJECT)},
    [DISPATCH] = {STR("dispatch"), STR("dispatcher"), {1, CIVIC_WORK_HOUR}, false, 0, TO(HANDLE)},
    [HANDLE] = {STR("handle"),
                STR("department"),
                {4, CIVIC_WORK_HOUR},
                true,
                CIVIC_PROOF_PHOTO | CIVIC_PROOF_TEXT,
                TO(CHECK) | TO(DISPATCH)},
    [CHECK] = {STR("check"),
               STR("collector"),
               {2, CIVIC_WORK_HOUR},
               false,
               CIVIC_PROOF_PHOTO,
               TO(CLOSE) | TO(HANDLE)},
    [CLOSE] = {STR("close"), STR("leader"), {0}, false, 0, 0},
    [REJECT] = {STR("reject"), STR("leader"), {5, CIVIC_WORK_DAY}, false, 0, 0},
};
static const struct civic_type types[] = {{STR("overflow"), HANDLE, {2, CIVIC_URGENT_HOUR}},
                                          {STR("spoil"), HANDLE, {4, CIVIC_WORK_DAY}}};
static const struct civic_process grid = {
    .id = STR("grid"),
    .hours = {{{8 * H, 12 * H}, {14 * H, 18 * H}}, 2},
    .stages = stages,
    .stage_count = STAGES,
    .types = types,
    .type_count = 2,
};
static const struct city plain = {.rest_days = 1 << 5 | 1 << 6};

/* Tuesday 2026-11-24, so many hours after 08:00. */
static struct utc_us hour(double hours)
{
    return (struct utc_us){(INT64_C(1795478400) + 8 * H) * CLOCK_US_PER_S +
                           llround(hours * H * CLOCK_US_PER_S)};
}

static enum err step(struct civic_case *c, enum civic_act act, double hours, const char *role,
                     uint32_t to, uint32_t proofs)
{
    struct civic_step s = {.act = act,
                           .at = hour(hours),
                           .by = 1,
                           .role = str_of(role),
                           .to = to,
                           .proofs = proofs,
                           .why = act == CIVIC_ACT_PAUSE ? STR("road closed") : STR("")};

    return civic_case_step(&plain, &grid, &s, c, NULL);
}

static enum err move(struct civic_case *c, double hours, const char *role, uint32_t to)
{
    return step(c, CIVIC_ACT_MOVE, hours, role, to, CIVIC_PROOF_PHOTO | CIVIC_PROOF_TEXT);
}

static void a_case_goes_its_way_on_its_clocks(void **state)
{
    struct civic_case c = {0};

    (void)state;
    assert_int_equal(civic_process_check(&grid, NULL), OK);
    assert_int_equal(step(&c, CIVIC_ACT_OPEN, 0, "", 0, 0), OK);
    assert_int_equal(c.due.us, hour(1).us);
    assert_int_equal(move(&c, 0.5, "leader", DISPATCH), OK);
    assert_int_equal(move(&c, 1, "dispatcher", HANDLE), OK);
    assert_int_equal(c.due.us, hour(3).us); /* its type has two urgent hours */
    assert_false(civic_case_late(&c, hour(3)));
    assert_true(civic_case_late(&c, hour(3.01)));
    assert_int_equal(move(&c, 3.5, "department", CHECK), OK);
    assert_int_equal(c.overdue, 1);
    assert_int_equal(c.due.us, hour(7.5).us); /* two work hours over the noon rest */
    assert_int_equal(move(&c, 6.5, "collector", HANDLE), OK); /* not done: again */
    assert_int_equal(c.reworks, 1);
    assert_int_equal(c.due.us, hour(8.5).us);
    assert_int_equal(move(&c, 7, "department", CHECK), OK);
    assert_int_equal(move(&c, 8, "collector", CLOSE), OK);
    assert_true(c.closed);
    assert_int_equal(c.ended.us, hour(8).us);
    assert_false(civic_case_late(&c, hour(800)));
    assert_int_equal(move(&c, 9, "leader", HANDLE), ERR_INVALID);
    assert_int_equal(c.reworks, 2); /* handle and check, each again */
}

static void what_the_process_does_not_allow_is_refused(void **state)
{
    struct civic_case c = {0};
    struct civic_case before;

    (void)state;
    assert_int_equal(move(&c, 0, "leader", DISPATCH), ERR_INVALID); /* not open */
    assert_int_equal(step(&c, CIVIC_ACT_OPEN, 0, "", 2, 0), ERR_INVALID);
    assert_int_equal(step(&c, CIVIC_ACT_OPEN, 0, "", CITY_NONE, 0), OK);
    assert_int_equal(step(&c, CIVIC_ACT_OPEN, 1, "", CITY_NONE, 0), ERR_INVALID);
    before = c;
    assert_int_equal(move(&c, 1, "leader", HANDLE), ERR_INVALID);       /* no way */
    assert_int_equal(move(&c, 1, "leader", 63), ERR_INVALID);           /* no stage */
    assert_int_equal(move(&c, 1, "department", DISPATCH), ERR_INVALID); /* not his */
    assert_int_equal(move(&c, -1, "leader", DISPATCH), ERR_INVALID);    /* before it was opened */
    assert_int_equal(step(&c, CIVIC_ACT_PAUSE, 1, "leader", 0, 0), ERR_INVALID);
    assert_int_equal(step(&c, CIVIC_ACT_RESUME, 1, "leader", 0, 0), ERR_INVALID);
    assert_memory_equal(&before, &c, sizeof c);
    assert_int_equal(move(&c, 1, "", DISPATCH), OK); /* the rules themselves may */
    assert_int_equal(move(&c, 1, "dispatcher", HANDLE), OK);
    assert_int_equal(step(&c, CIVIC_ACT_MOVE, 2, "department", CHECK, CIVIC_PROOF_TEXT),
                     ERR_INVALID); /* no photo */
}

static void deferred_its_clock_stands(void **state)
{
    struct civic_case c = {0};

    (void)state;
    assert_int_equal(step(&c, CIVIC_ACT_OPEN, 0, "", CITY_NONE, 0), OK);
    assert_int_equal(move(&c, 0, "leader", DISPATCH), OK);
    assert_int_equal(move(&c, 0, "dispatcher", HANDLE), OK);
    assert_int_equal(c.due.us, hour(4).us);
    assert_int_equal(step(&c, CIVIC_ACT_PAUSE, 1, "department", 0, 0), OK);
    assert_int_equal(c.left_s, 3 * H);
    assert_false(civic_case_late(&c, hour(100)));
    assert_int_equal(move(&c, 2, "department", CHECK), ERR_INVALID);
    assert_int_equal(step(&c, CIVIC_ACT_RESUME, 8, "department", 0, 0), OK); /* at 16:00 */
    assert_int_equal(c.due.us, hour(25).us); /* two hours today, one tomorrow */
    assert_int_equal(step(&c, CIVIC_ACT_PAUSE, 26, "department", 0, 0), OK); /* too late already */
    assert_int_equal(step(&c, CIVIC_ACT_RESUME, 30, "department", 0, 0), OK);
    assert_true(civic_case_late(&c, hour(30)));
    assert_int_equal(c.pauses, 2);
    struct civic_step silent = {.act = CIVIC_ACT_PAUSE, .at = hour(31)};
    assert_int_equal(civic_case_step(&plain, &grid, &silent, &c, NULL), ERR_INVALID);
}

static void a_process_that_cannot_end_is_refused(void **state)
{
    struct civic_stage bad[3] = {
        {.id = STR("a"), .next = TO(1)}, {.id = STR("b"), .next = TO(0)}, {.id = STR("c")}};
    struct civic_process process = {.hours = grid.hours, .stages = bad, .stage_count = 3};
    struct diag diag = {0};

    (void)state;
    assert_int_equal(civic_process_check(&process, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "`a`"));
    bad[1].next |= TO(2);
    assert_int_equal(civic_process_check(&process, NULL), OK);
    bad[1].next |= TO(3);
    assert_int_equal(civic_process_check(&process, NULL), ERR_INVALID);
    process.stage_count = 0;
    assert_int_equal(civic_process_check(&process, NULL), ERR_INVALID);
    assert_int_equal(civic_stage_find(&grid, STR("check")), CHECK);
    assert_int_equal(civic_type_find(&grid, STR("spoil")), 1);
    assert_int_equal(civic_type_find(&grid, STR("check")), CITY_NONE);
}

static void a_limit_that_never_comes_is_told(void **state)
{
    struct city closed = {.rest_days = 0x7F};
    struct civic_step open = {.act = CIVIC_ACT_OPEN, .at = hour(0), .to = CITY_NONE};
    struct civic_case c = {0};
    struct diag diag = {0};

    (void)state;
    assert_int_equal(civic_case_step(&closed, &grid, &open, &c, &diag), ERR_RANGE);
    assert_false(c.open);
    assert_non_null(strstr(diag.text, "calendar"));
}

static bool whole(const struct civic_case *c)
{
    if (c->closed && (c->has_due || c->paused))
        return false;
    return c->stage < STAGES && (!c->open || c->visited >> c->stage & 1) &&
           (!c->has_due || c->due.us > c->entered.us) && c->entered.us <= c->last.us;
}

/* Any steps: what is taken keeps the case whole, what is refused changes nothing. */
static bool a_case_stays_whole(struct rng *rng, size_t size)
{
    static const char *const roles[] = {"leader", "dispatcher", "department", "collector", ""};
    struct civic_case c = {0};
    double hours = 0;

    for (size_t i = 0; i < size; i++) {
        struct civic_case before = c;
        hours += rng_unit(rng) * 10 - 0.5;
        enum civic_act act =
            rng_below(rng, 3) ? CIVIC_ACT_MOVE : (enum civic_act)rng_below(rng, CIVIC_ACTS);
        enum err err = step(&c, act, hours, roles[rng_below(rng, 5)], rng_below(rng, STAGES),
                            rng_below(rng, 32));
        if (err && memcmp(&before, &c, sizeof c) != 0)
            return false;
        if (!whole(&c))
            return false;
    }
    return true;
}

static void steps_keep_a_case_whole(void **state)
{
    (void)state;
    PROP(a_case_stays_whole, 500, 60);
}

/* 100 due, 80 closed, 70 of them on time, 10 deferred: 70 % or 77.8 %. */
static void rates_count_deferral_or_not(void **state)
{
    struct civic_case_tally tally = {.due = 100, .closed = 80, .on_time = 70, .deferred = 10};
    double pct = 0;

    (void)state;
    assert_true(civic_rate_on_time(&tally, false, &pct));
    assert_true(fabs(pct - 70) < 1e-9);
    assert_true(civic_rate_on_time(&tally, true, &pct));
    assert_true(fabs(pct - 7000.0 / 90) < 1e-9);
    assert_true(civic_rate_closed(&tally, true, &pct));
    assert_true(fabs(pct - 8000.0 / 90) < 1e-9);
    tally.deferred = 100;
    assert_false(civic_rate_closed(&tally, true, &pct));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_goes_its_way_on_its_clocks),
        cmocka_unit_test(what_the_process_does_not_allow_is_refused),
        cmocka_unit_test(deferred_its_clock_stands),
        cmocka_unit_test(a_process_that_cannot_end_is_refused),
        cmocka_unit_test(a_limit_that_never_comes_is_told),
        cmocka_unit_test(steps_keep_a_case_whole),
        cmocka_unit_test(rates_count_deferral_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
