/* casework.h - a case on its way through a process, with its clocks.
 *
 * Purpose    One engine for any registry that has stages, clocks and evidence (processes/ *.yaml): the
 *            case opens at the first stage, moves along `next`, and ends at a stage that leads
 *            nowhere. State is a fold over steps; a step is never changed.
 * Clocks     A stage's limit runs from its entry, by its clock (worktime.h); a type of case may have a
 *            limit of its own for one stage. Deferred (缓办), where the stage may pause, the clock
 *            stands, and goes on with what was left.
 * Rework     Going to a stage that the case was at before. Its clock begins anew; it is counted.
 * Refuses    A stage that does not follow, a role that is not the stage's, missing evidence, a step
 *            older than the last one, anything after the end; each is told in `diag`.
 * Threads    Any; values only.
 * Layer      2
 */
#ifndef CIVIC_CASEWORK_H
#define CIVIC_CASEWORK_H

#include "civic/worktime.h"

enum {
    CIVIC_STAGES_MAX = 64, /* a set of stages is a 64-bit mask */
};

enum civic_proof {
    CIVIC_PROOF_PHOTO = 1 << 0,
    CIVIC_PROOF_PLACE = 1 << 1,
    CIVIC_PROOF_TEXT = 1 << 2,
    CIVIC_PROOF_SIGNATURE = 1 << 3,
    CIVIC_PROOF_WEIGHT = 1 << 4,
};

struct civic_limit {
    uint32_t amount; /* of the clock's unit; 0: none */
    enum civic_clock clock;
};
struct civic_stage {
    struct str id;
    struct str role; /* who leads the case out of it; empty: anyone */
    struct civic_limit limit;
    bool may_pause;
    uint32_t proofs; /* needed to leave it; a set */
    uint64_t next;   /* stages; 0: the case ends here */
};
struct civic_type {
    struct str id;
    uint32_t stage; /* with this limit instead */
    struct civic_limit limit;
};
struct civic_process {
    struct str id;
    struct civic_hours hours;
    const struct civic_stage *stages; /* the first begins a case */
    uint32_t stage_count;
    const struct civic_type *types;
    uint32_t type_count;
};
/* Errors: INVALID, told in `diag`: no stage, too many, a stage or type that leads out of the list, a
 * way that never ends. */
MUST_USE enum err civic_process_check(const struct civic_process *process, struct diag *diag);
/* CITY_NONE when there is none of that id. */
uint32_t civic_stage_find(const struct civic_process *process, struct str id);
uint32_t civic_type_find(const struct civic_process *process, struct str id);

enum civic_act { CIVIC_ACT_OPEN, CIVIC_ACT_MOVE, CIVIC_ACT_PAUSE, CIVIC_ACT_RESUME, CIVIC_ACTS };
struct civic_step {
    enum civic_act act;
    struct utc_us at;
    uint32_t by;
    struct str role; /* of who does it; empty: the rules themselves, which may do anything */
    uint32_t to;     /* of MOVE: a stage; of OPEN: a type, or CITY_NONE */
    uint32_t proofs; /* a set */
    struct str why;  /* needed to pause */
};

struct civic_case {
    bool open;   /* was opened, */
    bool closed; /* and has ended */
    uint32_t type;
    uint32_t stage;
    struct utc_us opened;
    struct utc_us entered; /* the stage */
    struct utc_us last;    /* step */
    bool has_due;
    struct utc_us due; /* of the stage; while paused: meaningless */
    bool paused;
    int64_t left_s;   /* of the clock, while paused */
    uint64_t visited; /* stages */
    uint32_t reworks;
    uint32_t pauses;
    uint32_t overdue; /* stages that were left after their time */
    struct utc_us ended;
};

/* Zero-initialise a case, then OPEN. `city` gives zone and holidays. On an error nothing has changed.
 * Errors: INVALID as above; RANGE of a limit that never comes (civic_clock_after). */
MUST_USE enum err civic_case_step(const struct city *city, const struct civic_process *process,
                                  const struct civic_step *step, struct civic_case *c,
                                  struct diag *diag);
/* Its stage's time is over at `now`. */
bool civic_case_late(const struct civic_case *c, struct utc_us now);

/* Counts of a period, for the rates that cities use. */
struct civic_case_tally {
    uint64_t due;      /* cases whose time to close lay in the period */
    uint64_t closed;   /* of them */
    uint64_t on_time;  /* of them, without a stage that was late */
    uint64_t deferred; /* of them, paused now */
    uint64_t reworks;
};
/* 按期结案率 and 结案率 in %: on time, or closed, of what was due; `less_deferred`: without what is
 * deferred (缓办), as some cities count and others do not. False when nothing was due. */
MUST_USE bool civic_rate_on_time(const struct civic_case_tally *tally, bool less_deferred,
                                 double *ret_pct);
MUST_USE bool civic_rate_closed(const struct civic_case_tally *tally, bool less_deferred,
                                double *ret_pct);

#endif
