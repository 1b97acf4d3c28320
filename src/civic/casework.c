/* casework.c - see casework.h. */
#include "civic/casework.h"

uint32_t civic_stage_find(const struct civic_process *process, struct str id)
{
    for (uint32_t i = 0; i < process->stage_count; i++)
        if (str_eq(process->stages[i].id, id))
            return i;
    return CITY_NONE;
}

uint32_t civic_type_find(const struct civic_process *process, struct str id)
{
    for (uint32_t i = 0; i < process->type_count; i++)
        if (str_eq(process->types[i].id, id))
            return i;
    return CITY_NONE;
}

/* --- a process that can be --- */

/* Stages from which the case can end. */
static uint64_t civic_ending(const struct civic_process *process)
{
    uint64_t ending = 0;

    for (uint32_t round = 0; round < process->stage_count; round++)
        for (uint32_t i = 0; i < process->stage_count; i++)
            if (process->stages[i].next == 0 || process->stages[i].next & ending)
                ending |= UINT64_C(1) << i;
    return ending;
}

static bool civic_limit_fits(const struct civic_limit *limit)
{
    return limit->amount == 0 || (unsigned)limit->clock < CIVIC_CLOCKS;
}

enum err civic_process_check(const struct civic_process *process, struct diag *diag)
{
    if (process->stage_count == 0 || process->stage_count > CIVIC_STAGES_MAX)
        return diag_set(diag, ERR_INVALID, "a process has 1 to %d stages", CIVIC_STAGES_MAX);
    uint64_t all = UINT64_MAX >> (CIVIC_STAGES_MAX - process->stage_count);
    uint64_t ending = civic_ending(process);
    for (uint32_t i = 0; i < process->stage_count; i++) {
        const struct civic_stage *stage = &process->stages[i];
        if (stage->next & ~all || !civic_limit_fits(&stage->limit))
            return diag_set(diag, ERR_INVALID, "stage `%.*s` names what is not there",
                            STR_ARG(stage->id));
        if (!(ending >> i & 1))
            return diag_set(diag, ERR_INVALID, "from stage `%.*s` a case never ends",
                            STR_ARG(stage->id));
    }
    for (uint32_t i = 0; i < process->type_count; i++)
        if (process->types[i].stage >= process->stage_count ||
            !civic_limit_fits(&process->types[i].limit))
            return diag_set(diag, ERR_INVALID, "type `%.*s` names a stage that is not there",
                            STR_ARG(process->types[i].id));
    return civic_hours_check(&process->hours, diag);
}

/* --- steps --- */

static struct civic_limit civic_case_limit(const struct civic_process *process, uint32_t type,
                                           uint32_t stage)
{
    if (type != CITY_NONE && process->types[type].stage == stage)
        return process->types[type].limit;
    return process->stages[stage].limit;
}

static enum err civic_enter(const struct city *city, const struct civic_process *process,
                            uint32_t stage, struct utc_us at, struct civic_case *c)
{
    struct civic_limit limit = civic_case_limit(process, c->type, stage);

    c->stage = stage;
    c->entered = at;
    c->has_due = limit.amount > 0;
    if (c->visited >> stage & 1)
        c->reworks++;
    c->visited |= UINT64_C(1) << stage;
    if (process->stages[stage].next == 0) { /* the end has no clock */
        c->closed = true;
        c->ended = at;
        c->has_due = false;
    }
    if (!c->has_due)
        return OK;
    int64_t seconds = limit.amount * civic_clock_unit_s(&process->hours, limit.clock);
    return civic_clock_after(city, &process->hours, limit.clock, at, seconds, &c->due);
}

static enum err civic_open(const struct city *city, const struct civic_process *process,
                           const struct civic_step *step, struct civic_case *c, struct diag *diag)
{
    if (c->open)
        return diag_set(diag, ERR_INVALID, "the case is open already");
    if (step->to != CITY_NONE && step->to >= process->type_count)
        return diag_set(diag, ERR_INVALID, "there is no such type of case");
    *c = (struct civic_case){.open = true, .type = step->to, .opened = step->at};
    return civic_enter(city, process, 0, step->at, c);
}

static enum err civic_move(const struct city *city, const struct civic_process *process,
                           const struct civic_step *step, struct civic_case *c, struct diag *diag)
{
    const struct civic_stage *stage = &process->stages[c->stage];

    if (step->to >= process->stage_count || !(stage->next >> step->to & 1))
        return diag_set(diag, ERR_INVALID, "no way leads from stage `%.*s` to there",
                        STR_ARG(stage->id));
    if (stage->proofs & ~step->proofs)
        return diag_set(diag, ERR_INVALID, "stage `%.*s` asks for evidence that is missing",
                        STR_ARG(stage->id));
    if (c->paused)
        return diag_set(diag, ERR_INVALID, "the case is deferred: resume it first");
    c->overdue += civic_case_late(c, step->at);
    return civic_enter(city, process, step->to, step->at, c);
}

static enum err civic_pause(const struct city *city, const struct civic_process *process,
                            const struct civic_step *step, struct civic_case *c, struct diag *diag)
{
    const struct civic_stage *stage = &process->stages[c->stage];

    if (!stage->may_pause || c->paused)
        return diag_set(diag, ERR_INVALID, "stage `%.*s` cannot be deferred now",
                        STR_ARG(stage->id));
    if (step->why.size == 0)
        return diag_set(diag, ERR_INVALID, "deferring needs a reason");
    c->paused = true;
    c->pauses++;
    c->left_s = 0;
    if (!c->has_due || c->due.us <= step->at.us)
        return OK;
    struct civic_limit limit = civic_case_limit(process, c->type, c->stage);
    return civic_clock_between(city, &process->hours, limit.clock, step->at, c->due, &c->left_s);
}

/* What was late stays late: its time is over at once. */
static enum err civic_resume(const struct city *city, const struct civic_process *process,
                             const struct civic_step *step, struct civic_case *c, struct diag *diag)
{
    struct civic_limit limit = civic_case_limit(process, c->type, c->stage);

    if (!c->paused)
        return diag_set(diag, ERR_INVALID, "the case is not deferred");
    c->paused = false;
    if (!c->has_due)
        return OK;
    if (c->left_s > 0)
        return civic_clock_after(city, &process->hours, limit.clock, step->at, c->left_s, &c->due);
    return OK; /* `due` is as it was */
}

static enum err civic_step_fits(const struct civic_process *process, const struct civic_step *step,
                                const struct civic_case *c, struct diag *diag)
{
    const struct civic_stage *stage = &process->stages[c->stage];

    if (!c->open)
        return diag_set(diag, ERR_INVALID, "the case is not open");
    if (c->closed)
        return diag_set(diag, ERR_INVALID, "the case has ended");
    if (step->at.us < c->last.us)
        return diag_set(diag, ERR_INVALID, "the step is older than the last one");
    if (step->role.size && stage->role.size && !str_eq(step->role, stage->role))
        return diag_set(diag, ERR_INVALID, "stage `%.*s` is led by `%.*s`", STR_ARG(stage->id),
                        STR_ARG(stage->role));
    return OK;
}

enum err civic_case_step(const struct city *city, const struct civic_process *process,
                         const struct civic_step *step, struct civic_case *c, struct diag *diag)
{
    static enum err (*const acts[CIVIC_ACTS])(const struct city *, const struct civic_process *,
                                              const struct civic_step *, struct civic_case *,
                                              struct diag *) = {
        [CIVIC_ACT_OPEN] = civic_open,
        [CIVIC_ACT_MOVE] = civic_move,
        [CIVIC_ACT_PAUSE] = civic_pause,
        [CIVIC_ACT_RESUME] = civic_resume,
    };
    struct civic_case after = *c;

    ASSERT((unsigned)step->act < CIVIC_ACTS);
    if (step->act != CIVIC_ACT_OPEN) {
        enum err err = civic_step_fits(process, step, c, diag);
        if (err)
            return err;
    }
    enum err err = acts[step->act](city, process, step, &after, diag);
    if (err == ERR_RANGE)
        return diag_set(diag, err, "the limit of the stage never comes: look at the calendar");
    if (err)
        return err;
    after.last = step->at;
    *c = after;
    return OK;
}

bool civic_case_late(const struct civic_case *c, struct utc_us now)
{
    return c->open && !c->closed && !c->paused && c->has_due && now.us > c->due.us;
}

/* --- rates --- */

static bool civic_rate(uint64_t part, const struct civic_case_tally *tally, bool less_deferred,
                       double *ret_pct)
{
    uint64_t whole = tally->due;

    if (less_deferred)
        whole = whole > tally->deferred ? whole - tally->deferred : 0;
    if (whole == 0)
        return false;
    *ret_pct = 100.0 * (double)part / (double)whole;
    return true;
}

bool civic_rate_on_time(const struct civic_case_tally *tally, bool less_deferred, double *ret_pct)
{
    return civic_rate(tally->on_time, tally, less_deferred, ret_pct);
}

bool civic_rate_closed(const struct civic_case_tally *tally, bool less_deferred, double *ret_pct)
{
    return civic_rate(tally->closed, tally, less_deferred, ret_pct);
}
