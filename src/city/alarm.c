/* alarm.c - see alarm.h. */
#include "city/alarm.h"

const char *city_alarm_name(enum city_alarm_kind kind)
{
    static const char *const names[CITY_ALARM_KINDS] = {
#define X(kind, name) name,
        CITY_ALARM_LIST(X)
#undef X
    };

    return (unsigned)kind < CITY_ALARM_KINDS ? names[kind] : NULL;
}

bool city_alarm_of(struct str name, enum city_alarm_kind *ret_kind)
{
    for (unsigned i = 0; i < CITY_ALARM_KINDS; i++)
        if (str_eq(name, str_of(city_alarm_name((enum city_alarm_kind)i)))) {
            *ret_kind = (enum city_alarm_kind)i;
            return true;
        }
    return false;
}

const char *city_alarm_act_name(enum city_alarm_act act)
{
    static const char *const names[CITY_ALARM_ACTS] = {"raised", "repeated", "acknowledged",
                                                       "muted",  "unmuted",  "cleared"};

    return (unsigned)act < CITY_ALARM_ACTS ? names[act] : NULL;
}

struct city_alarm_rules city_alarm_rules_default(void)
{
    return (struct city_alarm_rules){
        .of =
            {
                [CITY_ALARM_OVERFLOW] = {.raise_at = 100,
                                         .clear_at = 80,
                                         .raise_after_s = 600,
                                         .repeat_s = 14400,
                                         .severity = 3},
                [CITY_ALARM_FIRE] = {.raise_at = 1,
                                     .clear_at = 0,
                                     .clear_after_s = 600,
                                     .repeat_s = 300,
                                     .severity = 1},
                [CITY_ALARM_TILT] = {.raise_at = 1,
                                     .clear_at = 0,
                                     .raise_after_s = 900, /* longer than a lift */
                                     .repeat_s = 86400,
                                     .severity = 3},
                [CITY_ALARM_BATTERY] = {.low = true,
                                        .raise_at = 15,
                                        .clear_at = 25,
                                        .repeat_s = 604800,
                                        .severity = 4},
                [CITY_ALARM_SILENT] =
                    {.raise_at = 26, .clear_at = 1, .repeat_s = 86400, .severity = 4},
                [CITY_ALARM_MIXED] =
                    {.latch = true, .raise_at = 1, .repeat_s = 3600, .severity = 2},
                [CITY_ALARM_MISSED_STOP] =
                    {.latch = true, .raise_at = 1, .repeat_s = 7200, .severity = 3},
                [CITY_ALARM_OFF_ROUTE] = {.raise_at = 150,
                                          .clear_at = 60,
                                          .raise_after_s = 180,
                                          .clear_after_s = 60,
                                          .repeat_s = 1800,
                                          .severity = 3},
                [CITY_ALARM_FAST_SWEEPING] = {.raise_at = 8.5, /* 8 and the error of a receiver */
                                              .clear_at = 8,
                                              .raise_after_s = 30,
                                              .clear_after_s = 60,
                                              .repeat_s = 1800,
                                              .severity = 4},
                [CITY_ALARM_LONG_STOP] =
                    {.raise_at = 20, .clear_at = 0, .repeat_s = 3600, .severity = 4},
            },
    };
}

enum err city_alarm_rules_check(const struct city_alarm_rules *rules, struct diag *diag)
{
    for (unsigned i = 0; i < CITY_ALARM_KINDS; i++) {
        const struct city_alarm_rule *rule = &rules->of[i];
        bool good = rule->low ? rule->clear_at > rule->raise_at : rule->clear_at < rule->raise_at;
        const char *name = city_alarm_name((enum city_alarm_kind)i);
        if (!rule->latch && !good)
            return diag_set(diag, ERR_INVALID,
                            "%s: clear_at is not better than raise_at: it would never stay clear",
                            name);
        if (rule->raise_after_s < 0 || rule->clear_after_s < 0 || rule->repeat_s < 0)
            return diag_set(diag, ERR_INVALID, "%s: a time is negative", name);
    }
    return OK;
}

void city_alarms_done(struct city_alarms *alarms)
{
    if (!alarms)
        return;
    map_done(&alarms->index_of);
    vec_done(&alarms->list);
    vec_done(&alarms->rows);
}

/* --- finding --- */

static uint64_t city_alarm_code(struct city_alarm_key key)
{
    return (uint64_t)key.kind << 60 | (uint64_t)key.about << 56 |
           (uint64_t)(key.part & 0xFFFFFF) << 32 | key.index;
}

const struct city_alarm *city_alarm_get(const struct city_alarms *alarms, struct city_alarm_key key)
{
    uint64_t index;

    if (!map_get(&alarms->index_of, city_alarm_code(key), &index))
        return NULL;
    return &alarms->list.items[index];
}

static enum err city_alarm_find(struct city_alarms *alarms, struct city_alarm_key key,
                                struct city_alarm **ret_alarm)
{
    uint64_t index;

    ASSERT((unsigned)key.kind < CITY_ALARM_KINDS);
    ASSERT(key.part < 1 << 24);
    if (!map_get(&alarms->index_of, city_alarm_code(key), &index)) {
        index = alarms->list.count;
        enum err err = vec_push(&alarms->list, (struct city_alarm){
                                                   .key = key,
                                                   .heard = {INT64_MIN},
                                               });
        if (err)
            return err;
        err = map_put(&alarms->index_of, city_alarm_code(key), index);
        if (err) {
            alarms->list.count--;
            return err;
        }
    }
    *ret_alarm = &alarms->list.items[index];
    return OK;
}

/* --- what happens to one; there is room for its rows --- */

enum { CITY_ALARM_ROWS_MAX = 3 }; /* of one alarm in one step: unmuted, and two of what follows */

static bool city_alarm_stands(const struct city_alarm *alarm)
{
    return alarm->phase == CITY_ALARM_RAISED || alarm->phase == CITY_ALARM_EASING;
}

static void city_alarm_tell(const struct city_alarm_rule *rule, struct city_alarm *alarm,
                            enum city_alarm_act act, uint32_t by, struct utc_us at,
                            struct city_alarms *alarms)
{
    alarm->told = at;
    alarms->rows.items[alarms->rows.count++] = (struct city_alarm_row){
        .key = alarm->key,
        .act = act,
        .at = at,
        .by = by,
        .aloud = !alarm->muted,
        .severity = rule->severity,
        .value = alarm->value,
        .fact = alarm->fact,
        .until = act == CITY_ALARM_ACT_MUTED ? alarm->muted_until : (struct utc_us){0},
    };
}

static void city_alarm_clear(const struct city_alarm_rule *rule, struct city_alarm *alarm,
                             struct utc_us at, struct city_alarms *alarms)
{
    alarm->phase = CITY_ALARM_QUIET;
    alarm->since = at;
    alarm->acked = false;
    city_alarm_tell(rule, alarm, CITY_ALARM_ACT_CLEARED, CITY_NONE, at, alarms);
}

static struct utc_us city_after(struct utc_us at, int32_t seconds)
{
    return (struct utc_us){at.us + seconds * CLOCK_US_PER_S};
}

/* What has waited until `now`, each at the time that it was due. */
static void city_alarm_advance(const struct city_alarm_rule *rule, struct city_alarm *alarm,
                               struct utc_us now, struct city_alarms *alarms)
{
    struct utc_us rises = city_after(alarm->since, rule->raise_after_s);
    struct utc_us clears = city_after(alarm->eases, rule->clear_after_s);

    if (alarm->phase == CITY_ALARM_RISING && rises.us <= now.us) {
        alarm->phase = CITY_ALARM_RAISED;
        alarm->since = rises;
        alarm->raised++;
        city_alarm_tell(rule, alarm, CITY_ALARM_ACT_RAISED, CITY_NONE, rises, alarms);
    }
    if (alarm->phase == CITY_ALARM_EASING && clears.us <= now.us)
        city_alarm_clear(rule, alarm, clears, alarms);
}

/* After a sleep of many periods it is told once, not many times. */
static void city_alarm_repeat(const struct city_alarm_rule *rule, struct city_alarm *alarm,
                              struct utc_us now, struct city_alarms *alarms)
{
    bool ended = alarm->muted && alarm->muted_until.us <= now.us;

    if (ended) {
        alarm->muted = false;
        city_alarm_tell(rule, alarm, CITY_ALARM_ACT_UNMUTED, CITY_NONE, now, alarms);
    }
    if (!city_alarm_stands(alarm) || alarm->acked || alarm->muted)
        return;
    if (ended || (rule->repeat_s > 0 && city_after(alarm->told, rule->repeat_s).us <= now.us))
        city_alarm_tell(rule, alarm, CITY_ALARM_ACT_REPEATED, CITY_NONE, now, alarms);
}

static bool city_worse(const struct city_alarm_rule *rule, double value, double than)
{
    return rule->low ? value <= than : value >= than;
}

static void city_alarm_figure(const struct city_alarm_rule *rule, const struct city_signal *signal,
                              struct city_alarm *alarm)
{
    bool wrong = city_worse(rule, signal->value, rule->raise_at);
    bool right = !rule->latch &&
                 (rule->low ? signal->value >= rule->clear_at : signal->value <= rule->clear_at);

    alarm->value = signal->value;
    alarm->heard = signal->at;
    if (alarm->phase == CITY_ALARM_QUIET && wrong) {
        alarm->phase = CITY_ALARM_RISING;
        alarm->since = signal->at;
        alarm->fact = signal->fact;
        alarm->worst = signal->value;
    } else if (alarm->phase == CITY_ALARM_RISING && !wrong) {
        alarm->phase = CITY_ALARM_QUIET;
        alarm->since = signal->at;
    } else if (alarm->phase == CITY_ALARM_RAISED && right) {
        alarm->phase = CITY_ALARM_EASING;
        alarm->eases = signal->at;
    } else if (alarm->phase == CITY_ALARM_EASING && !right) {
        alarm->phase = CITY_ALARM_RAISED;
    }
    if (city_worse(rule, signal->value, alarm->worst))
        alarm->worst = signal->value;
}

enum err city_alarm_signal(const struct city_alarm_rules *rules, const struct city_signal *signal,
                           struct city_alarms *alarms)
{
    struct city_alarm *alarm;

    ASSERT((unsigned)signal->key.kind < CITY_ALARM_KINDS);
    const struct city_alarm_rule *rule = &rules->of[signal->key.kind];
    if (rule->off)
        return OK;
    enum err err = vec_reserve(&alarms->rows, alarms->rows.count + 2 * CITY_ALARM_ROWS_MAX);
    if (!err)
        err = city_alarm_find(alarms, signal->key, &alarm);
    if (err)
        return err;
    if (signal->at.us < alarm->heard.us) {
        alarms->late++;
        return OK;
    }
    city_alarm_advance(rule, alarm, signal->at, alarms); /* what was due before it */
    city_alarm_figure(rule, signal, alarm);
    city_alarm_advance(rule, alarm, signal->at, alarms);
    return OK;
}

enum err city_alarm_tick(const struct city_alarm_rules *rules, struct utc_us now,
                         struct city_alarms *alarms)
{
    for (size_t i = 0; i < alarms->list.count; i++) {
        struct city_alarm *alarm = &alarms->list.items[i];
        const struct city_alarm_rule *rule = &rules->of[alarm->key.kind];
        if (alarm->phase == CITY_ALARM_QUIET && !alarm->muted)
            continue;
        enum err err = vec_reserve(&alarms->rows, alarms->rows.count + CITY_ALARM_ROWS_MAX);
        if (err)
            return err;
        if (!rule->off)
            city_alarm_advance(rule, alarm, now, alarms);
        else if (city_alarm_stands(alarm)) /* nothing would ever clear it */
            city_alarm_clear(rule, alarm, now, alarms);
        city_alarm_repeat(rule, alarm, now, alarms);
    }
    return OK;
}

/* --- what people do --- */

enum err city_alarm_ack(const struct city_alarm_rules *rules, struct city_alarm_key key,
                        uint32_t by, struct utc_us now, struct city_alarms *alarms)
{
    uint64_t index;

    if (!map_get(&alarms->index_of, city_alarm_code(key), &index))
        return ERR_NOT_FOUND;
    struct city_alarm *alarm = &alarms->list.items[index];
    const struct city_alarm_rule *rule = &rules->of[key.kind];
    if (!city_alarm_stands(alarm))
        return ERR_NOT_FOUND;
    if (alarm->acked)
        return OK;
    enum err err = vec_reserve(&alarms->rows, alarms->rows.count + CITY_ALARM_ROWS_MAX);
    if (err)
        return err;
    alarm->acked = true;
    alarm->acked_by = by;
    city_alarm_tell(rule, alarm, CITY_ALARM_ACT_ACKED, by, now, alarms);
    if (rule->latch)
        city_alarm_clear(rule, alarm, now, alarms);
    return OK;
}

enum err city_alarm_mute(const struct city_alarm_rules *rules, struct city_alarm_key key,
                         uint32_t by, struct utc_us until, struct utc_us now,
                         struct city_alarms *alarms)
{
    struct city_alarm *alarm;

    if (until.us - now.us > CITY_MUTE_S_MAX * CLOCK_US_PER_S)
        return ERR_RANGE;
    enum err err = vec_reserve(&alarms->rows, alarms->rows.count + CITY_ALARM_ROWS_MAX);
    if (!err)
        err = city_alarm_find(alarms, key, &alarm);
    if (err)
        return err;
    if (until.us <= now.us && !alarm->muted)
        return OK;
    alarm->muted = until.us > now.us;
    alarm->muted_until = until;
    struct utc_us told = alarm->told; /* a mute is no telling: the next repeat is due as before */
    city_alarm_tell(&rules->of[key.kind], alarm,
                    alarm->muted ? CITY_ALARM_ACT_MUTED : CITY_ALARM_ACT_UNMUTED, by, now, alarms);
    alarm->told = told;
    return OK;
}

/* --- after a start --- */

enum err city_alarm_restore(const struct city_alarm_row *row, struct city_alarms *alarms)
{
    struct city_alarm *alarm;

    enum err err = city_alarm_find(alarms, row->key, &alarm);
    if (err)
        return err;
    if (row->act != CITY_ALARM_ACT_MUTED &&
        !(row->act == CITY_ALARM_ACT_UNMUTED && row->by != CITY_NONE))
        alarm->told = row->at;
    switch (row->act) {
    case CITY_ALARM_ACT_RAISED:
        alarm->phase = CITY_ALARM_RAISED;
        alarm->since = row->at;
        alarm->value = alarm->worst = row->value;
        alarm->fact = row->fact;
        alarm->raised++;
        break;
    case CITY_ALARM_ACT_ACKED:
        alarm->acked = true;
        alarm->acked_by = row->by;
        break;
    case CITY_ALARM_ACT_CLEARED:
        alarm->phase = CITY_ALARM_QUIET;
        alarm->since = row->at;
        alarm->acked = false;
        break;
    case CITY_ALARM_ACT_MUTED:
    case CITY_ALARM_ACT_UNMUTED:
        alarm->muted = row->act == CITY_ALARM_ACT_MUTED;
        alarm->muted_until = row->until;
        break;
    case CITY_ALARM_ACT_REPEATED:
    case CITY_ALARM_ACTS:
        break;
    }
    return OK;
}

/* --- on trial --- */

static void city_tally_rows(struct city_alarms *alarms, struct city_alarm_trial *trial)
{
    for (size_t i = 0; i < alarms->rows.count; i++) {
        const struct city_alarm_row *row = &alarms->rows.items[i];
        struct city_alarm_tally *tally = &trial->of[row->key.kind];
        tally->raised += row->act == CITY_ALARM_ACT_RAISED;
        tally->repeated += row->act == CITY_ALARM_ACT_REPEATED;
        tally->cleared += row->act == CITY_ALARM_ACT_CLEARED;
        if (row->act == CITY_ALARM_ACT_RAISED)
            tally->standing_s -= row->at.us / CLOCK_US_PER_S;
        else if (row->act == CITY_ALARM_ACT_CLEARED)
            tally->standing_s += row->at.us / CLOCK_US_PER_S;
    }
    alarms->rows.count = 0;
}

static enum err city_replay_all(const struct city_alarm_rules *rules,
                                const struct city_signal *signals, size_t count, struct utc_us end,
                                struct city_alarms *alarms, struct city_alarm_trial *trial)
{
    struct utc_us ticked = count ? signals[0].at : end;

    for (size_t i = 0; i <= count; i++) {
        struct utc_us at = i < count ? signals[i].at : end;
        /* A minute's step is fine enough to count: raising and clearing have their own times. */
        while (at.us - ticked.us >= 60 * CLOCK_US_PER_S) {
            ticked.us += 60 * CLOCK_US_PER_S;
            enum err err = city_alarm_tick(rules, ticked, alarms);
            if (err)
                return err;
        }
        if (i == count)
            break;
        trial->of[signals[i].key.kind].signals++;
        enum err err = city_alarm_signal(rules, &signals[i], alarms);
        if (err)
            return err;
        city_tally_rows(alarms, trial);
    }
    enum err err = city_alarm_tick(rules, end, alarms);
    if (err)
        return err;
    city_tally_rows(alarms, trial);
    for (size_t i = 0; i < alarms->list.count; i++) {
        const struct city_alarm *alarm = &alarms->list.items[i];
        trial->of[alarm->key.kind].subjects += alarm->raised > 0;
        if (city_alarm_stands(alarm))
            trial->of[alarm->key.kind].standing_s += end.us / CLOCK_US_PER_S;
    }
    return OK;
}

enum err city_alarm_replay(const struct city_alarm_rules *rules, const struct city_signal *signals,
                           size_t count, struct utc_us end, struct city_alarm_trial *ret_trial)
{
    struct city_alarm_trial trial = {0};
    struct city_alarms alarms = {0};

    enum err err = city_alarm_rules_check(rules, NULL);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        if (signals[i].at.us > (i + 1 < count ? signals[i + 1].at.us : end.us))
            return ERR_INVALID;
    err = city_replay_all(rules, signals, count, end, &alarms, &trial);
    city_alarms_done(&alarms);
    if (err)
        return err;
    *ret_trial = trial;
    return OK;
}
