/* role.c - see role.h. */
#include "civic/role.h"

static const struct {
    const char *name;
    const char *purpose;
} civic_roles[CIVIC_ROLES] = {
#define X(role, name, purpose) [role] = {name, purpose},
    CIVIC_ROLE_LIST(X)
#undef X
};

enum {
    CIVIC_WORK = CIVIC_BIT(CIVIC_VIEWER) | CIVIC_BIT(CIVIC_DISPATCHER) | CIVIC_BIT(CIVIC_PLANNER) |
                 CIVIC_BIT(CIVIC_CLERK) | CIVIC_BIT(CIVIC_INSPECTOR),
    CIVIC_ADMINISTRATORS =
        CIVIC_BIT(CIVIC_SYSTEM) | CIVIC_BIT(CIVIC_SECURITY) | CIVIC_BIT(CIVIC_AUDIT),
    CIVIC_PEOPLE = CIVIC_WORK | CIVIC_ADMINISTRATORS,
    CIVIC_ALL = CIVIC_PEOPLE | CIVIC_BIT(CIVIC_GATEWAY),
};

/* Who may, by permission. Where crews can be followed only those see who work with them. */
static const uint32_t civic_matrix[CIVIC_MAYS] = {
    [CIVIC_MAY_NOTHING] = 0,
    [CIVIC_MAY_ANYONE] = CIVIC_ALL,
    [CIVIC_MAY_KNOW] = CIVIC_PEOPLE,
    [CIVIC_MAY_WATCH] = CIVIC_WORK | CIVIC_BIT(CIVIC_SYSTEM),
    [CIVIC_MAY_COMMAND] = CIVIC_BIT(CIVIC_DISPATCHER),
    [CIVIC_MAY_PAIR] = CIVIC_BIT(CIVIC_DISPATCHER) | CIVIC_BIT(CIVIC_SYSTEM),
    [CIVIC_MAY_SETTINGS] = CIVIC_BIT(CIVIC_SYSTEM),
    [CIVIC_MAY_REPORT] = CIVIC_BIT(CIVIC_GATEWAY),
    [CIVIC_MAY_RELAY] = CIVIC_BIT(CIVIC_GATEWAY),
    [CIVIC_MAY_MEASURE] = CIVIC_BIT(CIVIC_SYSTEM) | CIVIC_BIT(CIVIC_VIEWER),
    [CIVIC_MAY_USERS] = CIVIC_BIT(CIVIC_SECURITY),
    [CIVIC_MAY_AUDIT] = CIVIC_BIT(CIVIC_AUDIT),
};

const char *civic_role_name(enum civic_role role)
{
    ASSERT(role < CIVIC_ROLES);
    return civic_roles[role].name;
}

const char *civic_role_purpose(enum civic_role role)
{
    ASSERT(role < CIVIC_ROLES);
    return civic_roles[role].purpose;
}

bool civic_role_of(struct str name, enum civic_role *ret_role)
{
    for (unsigned i = 0; i < CIVIC_ROLES; i++)
        if (str_eq(name, str_of(civic_roles[i].name))) {
            *ret_role = (enum civic_role)i;
            return true;
        }
    return false;
}

enum err civic_roles_parse(struct str list, uint32_t *ret_roles, struct diag *diag)
{
    uint32_t roles = 0;
    enum civic_role role;

    if (str_trim(list).size == 0)
        return diag_set(diag, ERR_SYNTAX, "name at least one role");
    while (list.size) {
        struct str name = str_trim(str_cut(&list, ','));
        if (!civic_role_of(name, &role))
            return diag_set(diag, ERR_INVALID,
                            "there is no role `%.*s`; roles are viewer, dispatcher, planner, "
                            "clerk, inspector, system, security, audit, and gateway for programs",
                            (int)(name.size < 40 ? name.size : 40), name.data);
        roles |= CIVIC_BIT(role);
    }
    *ret_roles = roles;
    return OK;
}

enum err civic_roles_check(uint32_t roles, bool program, struct diag *diag)
{
    uint32_t administrators = roles & CIVIC_ADMINISTRATORS;

    if (roles == 0)
        return diag_set(diag, ERR_INVALID, "name at least one role");
    if (roles & ~(uint32_t)CIVIC_ALL)
        return diag_set(diag, ERR_INVALID, "there is no such role");
    if (administrators & (administrators - 1))
        return diag_set(diag, ERR_INVALID,
                        "system, security and audit are three people; give one of them");
    if (!program && roles & CIVIC_BIT(CIVIC_GATEWAY))
        return diag_set(diag, ERR_INVALID, "gateway is a role of programs, not of people");
    if (program && roles & (CIVIC_BIT(CIVIC_SECURITY) | CIVIC_BIT(CIVIC_AUDIT)))
        return diag_set(diag, ERR_INVALID, "security and audit are people, not programs");
    return OK;
}

bool civic_roles_may(uint32_t roles, enum civic_may may)
{
    ASSERT(may < CIVIC_MAYS);
    return (civic_matrix[may] & roles) != 0;
}
