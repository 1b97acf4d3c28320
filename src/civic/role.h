/* role.h - who may do what.
 *
 * Purpose    Roles, what each allows, and which may not meet in one hand.
 * Why        Administration is split in three, so that nobody can change something, let himself do
 *            so and remove the trace: `system` has the devices, `security` the users and tokens,
 *            `audit` the trail. One person holds at most one of them (GB/T 22239-2019 level 3).
 * Threads    Any; values only.
 * Layer      2
 */
#ifndef CIVIC_ROLE_H
#define CIVIC_ROLE_H

#include "base/str.h"

/*     role       name          what it is for */
#define CIVIC_ROLE_LIST(X)                                                \
    X(CIVIC_VIEWER, "viewer", "sees the city, its devices and positions") \
    X(CIVIC_DISPATCHER, "dispatcher", "sends commands, pairs devices")    \
    X(CIVIC_PLANNER, "planner", "plans the day")                          \
    X(CIVIC_CLERK, "clerk", "weighs at the plant")                        \
    X(CIVIC_INSPECTOR, "inspector", "works on cases")                     \
    X(CIVIC_SYSTEM, "system", "administers devices and settings")         \
    X(CIVIC_SECURITY, "security", "administers users and tokens")         \
    X(CIVIC_AUDIT, "audit", "reads the audit trail")                      \
    X(CIVIC_GATEWAY, "gateway", "programs only: brings in readings of any device")

enum civic_role {
#define X(role, name, purpose) role,
    CIVIC_ROLE_LIST(X)
#undef X
        CIVIC_ROLES
};

/* A set of roles has the bit of each. */
#define CIVIC_BIT(role) (UINT32_C(1) << (role))

/* What an address of the interface needs. NOTHING is what a route without a word about it needs:
 * nobody has it, so forgetting is refusing. */
enum civic_may {
    CIVIC_MAY_NOTHING,
    CIVIC_MAY_ANYONE,   /* also without a login: the page's files, health */
    CIVIC_MAY_KNOW,     /* any login: the city, its bins, its plan */
    CIVIC_MAY_WATCH,    /* devices, positions, readings, events */
    CIVIC_MAY_COMMAND,  /* send commands to devices */
    CIVIC_MAY_PAIR,     /* join a device with a vehicle or bin */
    CIVIC_MAY_SETTINGS, /* block devices, change settings */
    CIVIC_MAY_REPORT,   /* bring in readings; a device may too, its own */
    CIVIC_MAY_RELAY,    /* bring in what a network server has heard of many devices */
    CIVIC_MAY_MEASURE,  /* read /metrics */
    CIVIC_MAY_USERS,    /* users and tokens */
    CIVIC_MAY_AUDIT,    /* read the trail */
    CIVIC_MAYS
};

const char *civic_role_name(enum civic_role role);
const char *civic_role_purpose(enum civic_role role);
/* False when there is no such role. */
MUST_USE bool civic_role_of(struct str name, enum civic_role *ret_role);
/* "dispatcher,viewer" as a set. Errors: SYNTAX for an empty one; INVALID for an unknown name, told
 * in `diag`. */
MUST_USE enum err civic_roles_parse(struct str list, uint32_t *ret_roles, struct diag *diag);
/* May one holder have all of these? Errors: INVALID, told in `diag`. */
MUST_USE enum err civic_roles_check(uint32_t roles, bool program, struct diag *diag);
bool civic_roles_may(uint32_t roles, enum civic_may may);

#endif
