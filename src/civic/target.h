/* target.h - is a target met, on track, behind, or is there no data.
 *
 * Purpose    Judges the figures of an indicator by the rule of a target (targets.csv,
 *            docs/city-folder.md). Every figure has a source and a date; the answer says which ones
 *            it rests on, and why where there is none.
 * No guess   What cannot be judged is NO_DATA: no figure, another unit, too old, a comparison whose
 *            other side is missing, a target that states no number ("in the front", "a tier").
 * On track   Not met yet, but on or ahead of the straight line from the figure at the period's begin to
 *            the target at its end. Without a begin or a period there is no line: then what is not
 *            met is behind.
 * Ranks      1 is the best.
 * Units      Days since 1970-01-01. Values in the target's unit; growth and relative targets in % and
 *            percentage points.
 * Threads    Any; values only.
 * Layer      2
 */
#ifndef CIVIC_TARGET_H
#define CIVIC_TARGET_H

#include "base/str.h"

enum civic_target_kind {
    CIVIC_ABSOLUTE, /* the figure itself */
    CIVIC_GROWTH,   /* its growth on the figure of a year before, in % */
    CIVIC_RELATIVE, /* it less another figure */
    CIVIC_RANK,
    CIVIC_TARGET_KINDS
};
const char *civic_target_kind_name(enum civic_target_kind kind);
MUST_USE bool civic_target_kind_of(struct str name, enum civic_target_kind *ret_kind);

#define CIVIC_COMPARE_LIST(X)               \
    X(CIVIC_GE, "ge")                       \
    X(CIVIC_LE, "le")                       \
    X(CIVIC_GT, "gt")                       \
    X(CIVIC_LT, "lt")                       \
    X(CIVIC_EQ, "eq")                       \
    X(CIVIC_ABOUT, "about")                 \
    X(CIVIC_IMPROVE_IN, "improve_in")       \
    X(CIVIC_FRONT_RANK_IN, "front_rank_in") \
    X(CIVIC_LE_IN, "le_in")                 \
    X(CIVIC_TIER, "tier_no_count_stated")
enum civic_compare {
#define X(rule, name) rule,
    CIVIC_COMPARE_LIST(X)
#undef X
        CIVIC_COMPARES
};
/* "ge:city_average" to the rule and what it is compared with (empty: with the target's value).
 * Errors: INVALID for a rule that is none. */
MUST_USE enum err civic_compare_parse(struct str text, enum civic_compare *ret_rule,
                                      struct str *ret_with);

struct civic_target {
    enum civic_target_kind kind;
    bool has_value;
    double value;
    struct str unit;
    enum civic_compare rule;
    struct str with;
    /* The line to the target; both days 0: no period. */
    int64_t begin_day;
    int64_t end_day;
};

/* One figure, as somebody stated it. */
struct civic_figure {
    bool known;
    double value;
    struct str unit;
    struct str source;
    int64_t day;
};
/* All that is known of an indicator. */
struct civic_figures {
    struct civic_figure now;
    struct civic_figure before; /* growth: a year earlier; rank: the one to improve on */
    struct civic_figure begin;  /* at the period's begin */
    struct civic_figure other;  /* relative: what `with` names */
};

struct civic_target_rules {
    int64_t stale_days;      /* [ours] 400: a yearly figure, and a month for it to come out */
    double about_pct;        /* [ours] 5 */
    int64_t year_slack_days; /* [ours] 45: "a year before" is 365 days, give or take */
};
struct civic_target_rules civic_target_rules_default(void);

enum civic_state { CIVIC_MET, CIVIC_ON_TRACK, CIVIC_BEHIND, CIVIC_NO_DATA, CIVIC_STATES };
const char *civic_state_name(enum civic_state state);

#define CIVIC_LACK_LIST(X)                                                         \
    X(CIVIC_LACK_NONE, "")                                                         \
    X(CIVIC_LACK_FIGURE, "no_figure")                                              \
    X(CIVIC_LACK_BEFORE, "no_figure_before") /* nothing to compare with */         \
    X(CIVIC_LACK_OTHER, "no_other_figure")                                         \
    X(CIVIC_LACK_UNIT, "other_unit")                                               \
    X(CIVIC_LACK_STALE, "too_old")                                                 \
    X(CIVIC_LACK_DATES, "dates_do_not_fit") /* of other times, or of the future */ \
    X(CIVIC_LACK_NUMBER, "target_states_no_number")                                \
    X(CIVIC_LACK_RULE, "rule_does_not_fit") /* the rule says nothing for this kind */
enum civic_lack {
#define X(lack, name) lack,
    CIVIC_LACK_LIST(X)
#undef X
        CIVIC_LACKS
};
const char *civic_lack_name(enum civic_lack lack);

struct civic_answer {
    enum civic_state state;
    enum civic_lack lack; /* of NO_DATA */
    bool has_value;
    double value;      /* what was compared: the figure, its growth, the difference, the rank */
    double due;        /* what the line asks for today; the target's value where there is no line */
    struct str source; /* of the figure, */
    int64_t day;       /* and its date */
};
struct civic_answer civic_target_judge(const struct civic_target_rules *rules,
                                       const struct civic_target *target,
                                       const struct civic_figures *figures, int64_t today);

#endif
