/* alarm.h - alarms: when one is raised, told, repeated, acknowledged, muted and cleared.
 *
 * Purpose    A signal is a figure about something: a bin's level, a vehicle's speed with the brush
 *            down, seconds of silence. A rule, which is data, says from where on it is an alarm. The
 *            same rules can be tried on signals of the past (city_alarm_replay) before they count.
 * Hysteresis Raised when the figure has been at `raise_at` or beyond for `raise_after_s`; cleared
 *            when it has been at `clear_at` or on the good side for `clear_after_s`. In between
 *            nothing changes.
 * Latch      An alarm about something that happened (mixed streams, a missed stop) has no figure
 *            that gets better: it stays until somebody acknowledges it.
 * Telling    Raised and cleared are told once; a raised one that nobody acknowledges is told again
 *            every `repeat_s`. Muted, nothing is told aloud, the rows are written all the same, and
 *            what still stands when the mute ends is told then.
 * Order      An alarm is about now: a signal older than the last one of the same alarm is counted
 *            and left aside.
 * Threads    One at a time for each set of alarms.
 * Layer      2
 */
#ifndef CITY_ALARM_H
#define CITY_ALARM_H

#include "base/map.h"
#include "city/city.h"

/*     kind                     name               the figure, its unit */
#define CITY_ALARM_LIST(X)                                                         \
    X(CITY_ALARM_OVERFLOW, "overflow")           /* level of a bin, % */           \
    X(CITY_ALARM_FIRE, "fire")                   /* 1: city_fill_trouble() HOT */  \
    X(CITY_ALARM_TILT, "tilt")                   /* 1: lies on its side */         \
    X(CITY_ALARM_BATTERY, "battery")             /* charge, % */                   \
    X(CITY_ALARM_SILENT, "silent")               /* silence, hours */              \
    X(CITY_ALARM_MIXED, "mixed")                 /* 1: a sign of custody */        \
    X(CITY_ALARM_MISSED_STOP, "missed_stop")     /* 1: verdict of city_served() */ \
    X(CITY_ALARM_OFF_ROUTE, "off_route")         /* distance from the route, m */  \
    X(CITY_ALARM_FAST_SWEEPING, "fast_sweeping") /* speed with brush down, km/h */ \
    X(CITY_ALARM_LONG_STOP, "long_stop")         /* at rest away from a stop, min */
enum city_alarm_kind {
#define X(kind, name) kind,
    CITY_ALARM_LIST(X)
#undef X
        CITY_ALARM_KINDS
};
const char *city_alarm_name(enum city_alarm_kind kind); /* NULL for a value that is none */
MUST_USE bool city_alarm_of(struct str name, enum city_alarm_kind *ret_kind);

enum city_alarm_subject { CITY_ABOUT_BIN, CITY_ABOUT_VEHICLE, CITY_ABOUT_FACILITY, CITY_ABOUTS };
/* What it is about; `part` tells several of one kind apart: the number of a stop, the kind of a
 * sign. */
struct city_alarm_key {
    enum city_alarm_kind kind;
    enum city_alarm_subject about;
    uint32_t index;
    uint32_t part; /* below 2^24 */
};

struct city_alarm_rule {
    bool off; /* such signals are left aside */
    bool low; /* an alarm is a figure that is too low */
    bool latch;
    double raise_at;
    double clear_at;
    int32_t raise_after_s;
    int32_t clear_after_s;
    int32_t repeat_s;  /* 0: told once */
    uint32_t severity; /* 1 worst ... 4 */
};
struct city_alarm_rules {
    struct city_alarm_rule of[CITY_ALARM_KINDS];
};
/* [ours], but for sweeping: 0-8 km/h [W weilaioem]. Each is the city's to set. */
struct city_alarm_rules city_alarm_rules_default(void);
/* Errors: INVALID, told in `diag`: clear_at on the wrong side of raise_at, negative times. */
MUST_USE enum err city_alarm_rules_check(const struct city_alarm_rules *rules, struct diag *diag);

enum city_alarm_phase {
    CITY_ALARM_QUIET,  /* nothing is wrong */
    CITY_ALARM_RISING, /* wrong, not long enough */
    CITY_ALARM_RAISED,
    CITY_ALARM_EASING, /* raised, and right again, not long enough */
};
struct city_alarm {
    struct city_alarm_key key;
    enum city_alarm_phase phase;
    struct utc_us heard; /* the last signal */
    struct utc_us since; /* of the phase; of RAISED, when it was raised */
    struct utc_us eases; /* since when it is right again, in EASING */
    double value;        /* the last figure */
    double worst;        /* since it is raised */
    struct utc_us told;  /* the last time, aloud or muted */
    bool acked;
    uint32_t acked_by;
    bool muted; /* until then */
    struct utc_us muted_until;
    uint32_t raised; /* how often, ever */
    uint64_t fact;   /* evidence of the signal that raised it */
};

enum city_alarm_act {
    CITY_ALARM_ACT_RAISED,
    CITY_ALARM_ACT_REPEATED,
    CITY_ALARM_ACT_ACKED,
    CITY_ALARM_ACT_MUTED,
    CITY_ALARM_ACT_UNMUTED, /* its time is over */
    CITY_ALARM_ACT_CLEARED,
    CITY_ALARM_ACTS
};
const char *city_alarm_act_name(enum city_alarm_act act);
/* A row to append: what happened to which alarm, when, by whom. */
struct city_alarm_row {
    struct city_alarm_key key;
    enum city_alarm_act act;
    struct utc_us at;
    uint32_t by; /* who; CITY_NONE: the rules */
    bool aloud;  /* false: muted */
    uint32_t severity;
    double value;
    uint64_t fact;
    struct utc_us until; /* of MUTED */
};

struct city_alarms {
    struct map index_of; /* key to `list` */
    VEC(struct city_alarm) list;
    VEC(struct city_alarm_row) rows; /* what happened; the caller takes and empties it */
    uint64_t late;
};
/* Zero-initialise a set. NULL is allowed. */
void city_alarms_done(struct city_alarms *alarms);

struct city_signal {
    struct city_alarm_key key;
    struct utc_us at;
    double value;
    uint64_t fact; /* where it comes from; 0: from none */
};
/* Errors: NOMEM; then nothing has changed. */
MUST_USE enum err city_alarm_signal(const struct city_alarm_rules *rules,
                                    const struct city_signal *signal, struct city_alarms *alarms);
/* Time passes: raises and clears what has waited long enough, repeats, ends mutes. Call it about
 * once a second of the rules' clock. Errors: NOMEM: call again, nothing is told twice. */
MUST_USE enum err city_alarm_tick(const struct city_alarm_rules *rules, struct utc_us now,
                                  struct city_alarms *alarms);
/* Somebody has seen it. Errors: NOT_FOUND when it does not stand; NOMEM. Twice is once. */
MUST_USE enum err city_alarm_ack(const struct city_alarm_rules *rules, struct city_alarm_key key,
                                 uint32_t by, struct utc_us now, struct city_alarms *alarms);
/* Not aloud until then, at most CITY_MUTE_S_MAX from now; in the past: aloud again. Works ahead of
 * an alarm, too. Errors: RANGE; NOMEM. */
MUST_USE enum err city_alarm_mute(const struct city_alarm_rules *rules, struct city_alarm_key key,
                                  uint32_t by, struct utc_us until, struct utc_us now,
                                  struct city_alarms *alarms);
enum { CITY_MUTE_S_MAX = 30 * 86400 }; /* what is muted for longer is forgotten */
/* After a start: what a row that was written before makes of the alarm; rows in their order. Nothing is
 * told. A rise that was not raised yet begins anew with the next signal. Errors: NOMEM. */
MUST_USE enum err city_alarm_restore(const struct city_alarm_row *row, struct city_alarms *alarms);
/* NULL when there never was a signal about it. Valid until the next change of the set. */
const struct city_alarm *city_alarm_get(const struct city_alarms *alarms,
                                        struct city_alarm_key key);

/* What rules would have made of signals of the past. */
struct city_alarm_tally {
    uint64_t signals;
    uint64_t raised;
    uint64_t repeated; /* had nobody acknowledged anything */
    uint64_t cleared;
    uint64_t subjects;  /* that were raised at least once */
    int64_t standing_s; /* all of them together, up to the end */
};
struct city_alarm_trial {
    struct city_alarm_tally of[CITY_ALARM_KINDS];
};
/* `signals` in the order of their times; `end` is not before the last. Latched ones stand to the
 * end. Errors: INVALID for rules that are none or signals out of order; NOMEM. */
MUST_USE enum err city_alarm_replay(const struct city_alarm_rules *rules,
                                    const struct city_signal *signals, size_t count,
                                    struct utc_us end, struct city_alarm_trial *ret_trial);

#endif
