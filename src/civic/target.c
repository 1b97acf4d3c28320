/* target.c - see target.h. */
#include "civic/target.h"

#include <math.h>

const char *civic_target_kind_name(enum civic_target_kind kind)
{
    static const char *const names[CIVIC_TARGET_KINDS] = {"absolute", "growth", "relative", "rank"};

    return (unsigned)kind < CIVIC_TARGET_KINDS ? names[kind] : NULL;
}

bool civic_target_kind_of(struct str name, enum civic_target_kind *ret_kind)
{
    for (unsigned i = 0; i < CIVIC_TARGET_KINDS; i++)
        if (str_eq(name, str_of(civic_target_kind_name((enum civic_target_kind)i)))) {
            *ret_kind = (enum civic_target_kind)i;
            return true;
        }
    return false;
}

enum err civic_compare_parse(struct str text, enum civic_compare *ret_rule, struct str *ret_with)
{
    static const char *const names[CIVIC_COMPARES] = {
#define X(rule, name) name,
        CIVIC_COMPARE_LIST(X)
#undef X
    };
    struct str rest = text;
    struct str word = str_cut(&rest, ':');

    for (unsigned i = 0; i < CIVIC_COMPARES; i++)
        if (str_eq(word, str_of(names[i]))) {
            *ret_rule = (enum civic_compare)i;
            *ret_with = rest;
            return OK;
        }
    return ERR_INVALID;
}

const char *civic_state_name(enum civic_state state)
{
    static const char *const names[CIVIC_STATES] = {"met", "on_track", "behind", "no_data"};

    return (unsigned)state < CIVIC_STATES ? names[state] : NULL;
}

const char *civic_lack_name(enum civic_lack lack)
{
    static const char *const names[CIVIC_LACKS] = {
#define X(lack, name) name,
        CIVIC_LACK_LIST(X)
#undef X
    };

    return (unsigned)lack < CIVIC_LACKS ? names[lack] : NULL;
}

struct civic_target_rules civic_target_rules_default(void)
{
    return (struct civic_target_rules){.stale_days = 400, .about_pct = 5, .year_slack_days = 45};
}

/* --- what is compared --- */

static bool civic_far_apart(int64_t a, int64_t b, int64_t days)
{
    return a - b > days || b - a > days;
}

/* A figure may state the growth itself, in %, where nothing stands before it. */
static enum civic_lack civic_growth(const struct civic_target_rules *rules,
                                    const struct civic_target *target,
                                    const struct civic_figures *figures, double *ret_value)
{
    const struct civic_figure *now = &figures->now;
    const struct civic_figure *before = &figures->before;

    if (!before->known) {
        if (!str_eq(now->unit, target->unit))
            return str_eq(now->unit, STR("%")) ? CIVIC_LACK_UNIT : CIVIC_LACK_BEFORE;
        *ret_value = now->value;
        return CIVIC_LACK_NONE;
    }
    if (!str_eq(now->unit, before->unit))
        return CIVIC_LACK_UNIT;
    if (civic_far_apart(now->day - before->day, 365, rules->year_slack_days))
        return CIVIC_LACK_DATES;
    if (!(before->value > 0)) /* growth on nothing, or on a loss, is no figure */
        return CIVIC_LACK_BEFORE;
    *ret_value = (now->value / before->value - 1) * 100;
    return CIVIC_LACK_NONE;
}

/* Own less other; a difference that is stated as one stands by itself. */
static enum civic_lack civic_relative(const struct civic_target_rules *rules,
                                      const struct civic_target *target,
                                      const struct civic_figures *figures, double *ret_value)
{
    const struct civic_figure *now = &figures->now;
    const struct civic_figure *other = &figures->other;

    if (!other->known) {
        if (!str_eq(now->unit, target->unit))
            return CIVIC_LACK_OTHER;
        *ret_value = now->value;
        return CIVIC_LACK_NONE;
    }
    if (!str_eq(now->unit, other->unit))
        return CIVIC_LACK_UNIT;
    if (civic_far_apart(now->day, other->day, rules->year_slack_days))
        return CIVIC_LACK_DATES;
    *ret_value = now->value - other->value;
    return CIVIC_LACK_NONE;
}

static enum civic_lack civic_value(const struct civic_target_rules *rules,
                                   const struct civic_target *target,
                                   const struct civic_figures *figures, int64_t today,
                                   double *ret_value)
{
    const struct civic_figure *now = &figures->now;

    if (!now->known || !isfinite(now->value))
        return CIVIC_LACK_FIGURE;
    if (now->day > today)
        return CIVIC_LACK_DATES;
    if (today - now->day > rules->stale_days)
        return CIVIC_LACK_STALE;
    if (target->kind == CIVIC_GROWTH)
        return civic_growth(rules, target, figures, ret_value);
    if (target->kind == CIVIC_RELATIVE)
        return civic_relative(rules, target, figures, ret_value);
    if (!str_eq(now->unit, target->unit))
        return CIVIC_LACK_UNIT;
    *ret_value = now->value;
    return CIVIC_LACK_NONE;
}

/* --- by the rule --- */

static bool civic_holds(const struct civic_target_rules *rules, enum civic_compare rule,
                        double value, double than)
{
    double fuzz = 1e-9 * fmax(1, fabs(than)); /* 1.1 - 1.0 is not quite 0.1 */

    switch (rule) {
    case CIVIC_GE:
        return value >= than - fuzz;
    case CIVIC_LE:
    case CIVIC_LE_IN:
    case CIVIC_FRONT_RANK_IN:
        return value <= than + fuzz;
    case CIVIC_GT:
        return value > than + fuzz;
    case CIVIC_LT:
    case CIVIC_IMPROVE_IN:
        return value < than - fuzz;
    case CIVIC_EQ:
        return fabs(value - than) <= fuzz;
    case CIVIC_ABOUT:
        return fabs(value - than) <= fabs(than) * rules->about_pct / 100 + fuzz;
    case CIVIC_TIER:
    case CIVIC_COMPARES:
        break;
    }
    return false;
}

/* What the figure is compared with: the target's value, or the rank before. */
static enum civic_lack civic_goal(const struct civic_target *target,
                                  const struct civic_figures *figures, double *ret_goal)
{
    bool ranks = target->rule == CIVIC_IMPROVE_IN || target->rule == CIVIC_FRONT_RANK_IN ||
                 target->rule == CIVIC_LE_IN;

    if (target->rule == CIVIC_TIER)
        return CIVIC_LACK_NUMBER;
    if (ranks != (target->kind == CIVIC_RANK))
        return CIVIC_LACK_RULE;
    if (target->rule == CIVIC_IMPROVE_IN) {
        if (!figures->before.known)
            return CIVIC_LACK_BEFORE;
        if (!str_eq(figures->before.unit, target->unit))
            return CIVIC_LACK_UNIT;
        *ret_goal = figures->before.value;
        return CIVIC_LACK_NONE;
    }
    if (!target->has_value)
        return CIVIC_LACK_NUMBER;
    *ret_goal = target->value;
    return CIVIC_LACK_NONE;
}

/* The straight line's figure for the day of the indicator. False where there is no line: no period,
 * no begin, or a kind whose figure does not add up over a period. */
static bool civic_line(const struct civic_target *target, const struct civic_figures *figures,
                       double goal, double *ret_due)
{
    const struct civic_figure *begin = &figures->begin;
    int64_t day = figures->now.day;

    if (target->kind != CIVIC_ABSOLUTE || target->end_day <= target->begin_day || !begin->known ||
        !str_eq(begin->unit, target->unit) || day < target->begin_day || day >= target->end_day)
        return false;
    double part = (double)(day - target->begin_day) / (double)(target->end_day - target->begin_day);
    *ret_due = begin->value + (goal - begin->value) * part;
    return true;
}

/* Between the line and the target, whichever way it leads: beyond the target is not on the way. */
static bool civic_ahead(double begin, double goal, double due, double value)
{
    double fuzz = 1e-9 * fmax(1, fabs(due));

    return goal >= begin ? value >= due - fuzz && value <= goal + fuzz
                         : value <= due + fuzz && value >= goal - fuzz;
}

struct civic_answer civic_target_judge(const struct civic_target_rules *rules,
                                       const struct civic_target *target,
                                       const struct civic_figures *figures, int64_t today)
{
    struct civic_answer answer = {.state = CIVIC_NO_DATA};
    double goal = 0;

    if (figures->now.known) {
        answer.source = figures->now.source;
        answer.day = figures->now.day;
    }
    answer.lack = civic_goal(target, figures, &goal);
    if (answer.lack)
        return answer;
    answer.lack = civic_value(rules, target, figures, today, &answer.value);
    if (answer.lack)
        return answer;
    answer.has_value = true;
    answer.due = goal;
    if (civic_holds(rules, target->rule, answer.value, goal)) {
        answer.state = CIVIC_MET;
        return answer;
    }
    answer.state = CIVIC_BEHIND;
    if (civic_line(target, figures, goal, &answer.due) &&
        civic_ahead(figures->begin.value, goal, answer.due, answer.value))
        answer.state = CIVIC_ON_TRACK;
    return answer;
}
