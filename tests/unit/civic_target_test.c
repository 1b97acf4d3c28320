/* Targets by every kind and rule, with their states. */
#include <math.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/file.h"
#include "check.h"
#include "civic/target.h"
#include "prop.h"

enum { TODAY = 20781 }; /* 2026-11-24 */

static struct civic_figure figure(double value, const char *unit, int64_t day)
{
    return (struct civic_figure){true, value, str_of(unit), STR("statistics office"), day};
}

static struct civic_answer ask(struct civic_target target, struct civic_figures figures)
{
    struct civic_target_rules rules = civic_target_rules_default();

    return civic_target_judge(&rules, &target, &figures, TODAY);
}

static struct civic_target target(enum civic_target_kind kind, enum civic_compare rule,
                                  double value, const char *unit)
{
    return (struct civic_target){
        .kind = kind, .has_value = true, .value = value, .unit = str_of(unit), .rule = rule};
}

static void each_rule_at_its_border(void **state)
{
    static const struct {
        enum civic_compare rule;
        double value, goal;
        bool met;
    } cases[] = {
        {CIVIC_GE, 35, 35, true},      {CIVIC_GE, 34.9, 35, false},  {CIVIC_GT, 35, 35, false},
        {CIVIC_GT, 35.1, 35, true},    {CIVIC_LE, 35, 35, true},     {CIVIC_LE, 35.1, 35, false},
        {CIVIC_LT, 35, 35, false},     {CIVIC_LT, 34.9, 35, true},   {CIVIC_EQ, 0, 0, true},
        {CIVIC_EQ, 1, 0, false},       {CIVIC_ABOUT, 95, 100, true}, {CIVIC_ABOUT, 94, 100, false},
        {CIVIC_ABOUT, 105, 100, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct civic_figures figures = {.now = figure(cases[i].value, "%", TODAY - 10)};
        struct civic_answer answer =
            ask(target(CIVIC_ABSOLUTE, cases[i].rule, cases[i].goal, "%"), figures);
        assert_int_equal(answer.state, cases[i].met ? CIVIC_MET : CIVIC_BEHIND);
        assert_int_equal(answer.day, TODAY - 10);
        check_text(answer.source, "statistics office");
    }
}

static void no_figure_is_no_data_with_its_reason(void **state)
{
    struct civic_target goal = target(CIVIC_ABSOLUTE, CIVIC_GE, 35, "%");
    struct civic_figures figures = {0};

    (void)state;
    assert_int_equal(ask(goal, figures).state, CIVIC_NO_DATA);
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_FIGURE);
    figures.now = figure(40, "t", TODAY);
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_UNIT);
    figures.now = figure(40, "%", TODAY - 401);
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_STALE);
    figures.now = figure(40, "%", TODAY + 1);
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_DATES);
    figures.now = figure((double)NAN, "%", TODAY);
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_FIGURE);
    figures.now = figure(40, "%", TODAY);
    assert_int_equal(ask(goal, figures).state, CIVIC_MET);
    goal.has_value = false;
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_NUMBER);
    goal = target(CIVIC_ABSOLUTE, CIVIC_TIER, 1000, "%");
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_NUMBER);
    goal = target(CIVIC_ABSOLUTE, CIVIC_IMPROVE_IN, 1000, "%");
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_RULE);
}

/* 4,892 new market entities in the year 2026; 328 of its 365 days are over. */
static void not_met_is_on_track_by_the_line(void **state)
{
    struct civic_target goal = target(CIVIC_ABSOLUTE, CIVIC_GE, 4892, "n");
    struct civic_figures figures = {.now = figure(4000, "n", TODAY)};

    (void)state;
    assert_int_equal(ask(goal, figures).state, CIVIC_BEHIND); /* no line */
    goal.begin_day = clock_day_of((struct clock_date){2026, 1, 1});
    goal.end_day = goal.begin_day + 365;
    assert_int_equal(ask(goal, figures).state, CIVIC_BEHIND); /* no begin: no line */
    figures.begin = figure(0, "n", goal.begin_day);
    double due = 4892.0 * (double)(TODAY - goal.begin_day) / 365;
    assert_true(fabs(ask(goal, figures).due - due) < 1e-6);
    assert_int_equal(ask(goal, figures).state, CIVIC_BEHIND);
    figures.now.value = ceil(due);
    assert_int_equal(ask(goal, figures).state, CIVIC_ON_TRACK);
    figures.now.value = 4892;
    assert_int_equal(ask(goal, figures).state, CIVIC_MET);
    goal.end_day = TODAY; /* its time is over */
    figures.now.value = 4891;
    assert_int_equal(ask(goal, figures).state, CIVIC_BEHIND);
}

/* Dead-end roads to zero: the line leads down; what has gone beyond the target is not on the way. */
static void a_line_may_lead_down(void **state)
{
    struct civic_target goal = target(CIVIC_ABSOLUTE, CIVIC_EQ, 0, "n");
    struct civic_figures figures = {.now = figure(4, "n", TODAY),
                                    .begin = figure(10, "n", TODAY - 50)};

    (void)state;
    goal.begin_day = TODAY - 50;
    goal.end_day = TODAY + 50;
    assert_int_equal(ask(goal, figures).state, CIVIC_ON_TRACK); /* 5 are due */
    figures.now.value = 6;
    assert_int_equal(ask(goal, figures).state, CIVIC_BEHIND);
    figures.now.value = -1;
    assert_int_equal(ask(goal, figures).state, CIVIC_BEHIND);
}

static void growth_is_against_a_year_before(void **state)
{
    struct civic_target goal = target(CIVIC_GROWTH, CIVIC_GE, 12, "%");
    struct civic_figures figures = {.now = figure(112, "t", TODAY),
                                    .before = figure(100, "t", TODAY - 365)};

    (void)state;
    struct civic_answer answer = ask(goal, figures);
    assert_int_equal(answer.state, CIVIC_MET);
    assert_true(fabs(answer.value - 12) < 1e-9);
    figures.now.value = 111;
    assert_int_equal(ask(goal, figures).state, CIVIC_BEHIND);
    figures.before.day = TODAY - 90; /* a quarter is no year */
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_DATES);
    figures.before = figure(0, "t", TODAY - 365);
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_BEFORE);
    figures.before.known = false;
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_BEFORE);
    figures.now = figure(13, "%", TODAY); /* the growth itself was stated */
    assert_int_equal(ask(goal, figures).state, CIVIC_MET);
}

static void relative_is_against_the_other_figure(void **state)
{
    struct civic_target goal = target(CIVIC_RELATIVE, CIVIC_GT, 0, "pp");
    struct civic_figures figures = {.now = figure(9, "%", TODAY)};

    (void)state;
    goal.with = STR("city_average");
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_OTHER);
    figures.other = figure(9, "%", TODAY - 20);
    assert_int_equal(ask(goal, figures).state, CIVIC_BEHIND); /* above, not at */
    figures.other.value = 8.9;
    assert_int_equal(ask(goal, figures).state, CIVIC_MET);
    figures.other.day = TODAY - 300;
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_DATES);
    figures.other = figure(8, "t", TODAY);
    assert_int_equal(ask(goal, figures).lack, CIVIC_LACK_UNIT);
    figures.other.known = false;
    figures.now = figure(0.4, "pp", TODAY);
    assert_int_equal(ask(goal, figures).state, CIVIC_MET);
}

static void a_rank_is_better_when_it_is_smaller(void **state)
{
    struct civic_target third = target(CIVIC_RANK, CIVIC_LE_IN, 3, "position");
    struct civic_target better = target(CIVIC_RANK, CIVIC_IMPROVE_IN, 0, "position");
    struct civic_target front = target(CIVIC_RANK, CIVIC_FRONT_RANK_IN, 0, "position");
    struct civic_figures figures = {.now = figure(3, "position", TODAY)};

    (void)state;
    better.has_value = front.has_value = false;
    assert_int_equal(ask(third, figures).state, CIVIC_MET);
    assert_int_equal(ask(better, figures).lack, CIVIC_LACK_BEFORE);
    assert_int_equal(ask(front, figures).lack, CIVIC_LACK_NUMBER); /* "front" is no number */
    figures.before = figure(4, "position", TODAY - 365);
    assert_int_equal(ask(better, figures).state, CIVIC_MET);
    figures.now.value = 4;
    assert_int_equal(ask(third, figures).state, CIVIC_BEHIND);
    assert_int_equal(ask(better, figures).state, CIVIC_BEHIND);
    front.has_value = true;
    front.value = 4;
    assert_int_equal(ask(front, figures).state, CIVIC_MET);
}

static void words_are_those_of_the_folder(void **state)
{
    enum civic_compare rule;
    enum civic_target_kind kind;
    struct str with;

    (void)state;
    assert_int_equal(civic_compare_parse(STR("ge:city_average"), &rule, &with), OK);
    assert_int_equal(rule, CIVIC_GE);
    check_text(with, "city_average");
    assert_int_equal(civic_compare_parse(STR("tier_no_count_stated"), &rule, &with), OK);
    assert_int_equal(rule, CIVIC_TIER);
    assert_int_equal(with.size, 0);
    assert_int_equal(civic_compare_parse(STR("more"), &rule, &with), ERR_INVALID);
    assert_int_equal(civic_compare_parse(STR(""), &rule, &with), ERR_INVALID);
    for (unsigned i = 0; i < CIVIC_TARGET_KINDS; i++) {
        assert_true(
            civic_target_kind_of(str_of(civic_target_kind_name((enum civic_target_kind)i)), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(civic_target_kind_of(STR("guess"), &kind));
    assert_null(civic_state_name(CIVIC_STATES));
    check_text(str_of(civic_state_name(CIVIC_ON_TRACK)), "on_track");
    check_text(str_of(civic_lack_name(CIVIC_LACK_STALE)), "too_old");
}

/* Each row of a pack's targets.csv has a kind and rule that are known here, and one that fits. */
static void pack_is_understood(const char *pack)
{
    char path[FILE_PATH_MAX];
    struct buf content;
    struct csv csv;
    bool more = false;
    int rows = 0;

    assert_int_equal(file_join(sizeof path, path, TEST_SOURCE "/packs", pack), OK);
    assert_int_equal(file_read(path, 1 << 20, &content, NULL), OK);
    csv_init(&csv, pack, buf_text(&content));
    assert_int_equal(csv_next(&csv, &more, NULL), OK); /* the header */
    check_text(csv.fields[3], "kind");
    check_text(csv.fields[6], "compare");
    while (csv_next(&csv, &more, NULL) == OK && more) {
        struct civic_target goal = {.unit = csv.fields[5]};
        double value = 0;
        assert_true(civic_target_kind_of(csv.fields[3], &goal.kind));
        assert_int_equal(civic_compare_parse(csv.fields[6], &goal.rule, &goal.with), OK);
        goal.has_value = str_f64(csv.fields[4], &value) == OK;
        goal.value = value;
        struct civic_figure known = {true, value, csv.fields[5], STR("test"), TODAY};
        struct civic_answer answer =
            ask(goal, (struct civic_figures){.now = known, .other = known});
        assert_true(answer.lack != CIVIC_LACK_RULE && answer.lack != CIVIC_LACK_UNIT);
        rows++;
    }
    assert_false(more);
    assert_true(rows > 1);
    csv_done(&csv);
    buf_done(&content);
}

static void the_packs_targets_are_understood(void **state)
{
    (void)state;
    pack_is_understood("hengyang/targets.csv");
    pack_is_understood("isla/targets.csv");
}

/* Whatever is known: an answer with data has a value and no lack, one without says what is lacking,
 * and a better figure never makes it worse. */
static bool answers_are_whole(struct rng *rng, size_t size)
{
    static const char *const units[] = {"%", "t", "pp", "position"};
    struct civic_target goal = {.kind = (enum civic_target_kind)rng_below(rng, CIVIC_TARGET_KINDS),
                                .has_value = rng_below(rng, 4) != 0,
                                .value = (double)rng_range(rng, 0, 20),
                                .unit = str_of(units[rng_below(rng, 4)]),
                                .rule = (enum civic_compare)rng_below(rng, CIVIC_COMPARES),
                                .begin_day = TODAY - 100,
                                .end_day = TODAY + rng_range(rng, -50, 200)};
    struct civic_figure all[4];

    (void)size;
    for (size_t i = 0; i < 4; i++) {
        all[i] = figure((double)rng_range(rng, 0, 20), units[rng_below(rng, 4)],
                        TODAY - rng_range(rng, 0, 500));
        all[i].known = rng_below(rng, 5) != 0;
    }
    struct civic_figures figures = {all[0], all[1], all[2], all[3]};
    struct civic_answer answer = ask(goal, figures);
    if ((answer.state == CIVIC_NO_DATA) != (answer.lack != CIVIC_LACK_NONE) ||
        answer.has_value == (answer.state == CIVIC_NO_DATA))
        return false;
    if (answer.state == CIVIC_NO_DATA || goal.rule != CIVIC_GE)
        return true;
    figures.now.value += 1;
    return ask(goal, figures).state <= answer.state;
}

static void an_answer_is_data_or_what_is_lacking(void **state)
{
    (void)state;
    PROP(answers_are_whole, 5000, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_at_its_border),
        cmocka_unit_test(no_figure_is_no_data_with_its_reason),
        cmocka_unit_test(not_met_is_on_track_by_the_line),
        cmocka_unit_test(a_line_may_lead_down),
        cmocka_unit_test(growth_is_against_a_year_before),
        cmocka_unit_test(relative_is_against_the_other_figure),
        cmocka_unit_test(a_rank_is_better_when_it_is_smaller),
        cmocka_unit_test(words_are_those_of_the_folder),
        cmocka_unit_test(the_packs_targets_are_understood),
        cmocka_unit_test(an_answer_is_data_or_what_is_lacking),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
