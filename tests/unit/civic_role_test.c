/* Who may do what: the whole matrix, said a second time by hand. */
#include "check.h"

#include <string.h>

#include "civic/role.h"

/* A row per permission, a column per role, in the order of the lists: '+' may, '.' may not. */
static const char *const matrix[CIVIC_MAYS] = {
    /*                         v d p c i sys sec aud gw */
    [CIVIC_MAY_NOTHING] = ".........",  [CIVIC_MAY_ANYONE] = "+++++++++",
    [CIVIC_MAY_KNOW] = "++++++++.",     [CIVIC_MAY_WATCH] = "++++++...",
    [CIVIC_MAY_COMMAND] = ".+.......",  [CIVIC_MAY_PAIR] = ".+...+...",
    [CIVIC_MAY_SETTINGS] = ".....+...", [CIVIC_MAY_REPORT] = "........+",
    [CIVIC_MAY_RELAY] = "........+",    [CIVIC_MAY_MEASURE] = "+....+...",
    [CIVIC_MAY_USERS] = "......+..",    [CIVIC_MAY_AUDIT] = ".......+.",
};

static void the_matrix_is_as_written(void **state)
{
    (void)state;
    for (unsigned may = 0; may < CIVIC_MAYS; may++) {
        assert_non_null(matrix[may]);
        assert_int_equal(strlen(matrix[may]), CIVIC_ROLES);
        for (unsigned role = 0; role < CIVIC_ROLES; role++)
            if (civic_roles_may(CIVIC_BIT(role), (enum civic_may)may) != (matrix[may][role] == '+'))
                fail_msg("%s and permission %u", civic_role_name((enum civic_role)role), may);
        assert_false(civic_roles_may(0, (enum civic_may)may)); /* no role, nothing */
    }
}

static void two_roles_allow_what_each_allows(void **state)
{
    uint32_t both = CIVIC_BIT(CIVIC_DISPATCHER) | CIVIC_BIT(CIVIC_SYSTEM);
    (void)state;

    assert_true(civic_roles_may(both, CIVIC_MAY_COMMAND));
    assert_true(civic_roles_may(both, CIVIC_MAY_SETTINGS));
    assert_false(civic_roles_may(both, CIVIC_MAY_USERS));
}

static void administration_is_three_people(void **state)
{
    static const enum civic_role three[] = {CIVIC_SYSTEM, CIVIC_SECURITY, CIVIC_AUDIT};
    struct diag diag = {0};
    (void)state;

    for (uint32_t roles = 1; roles < CIVIC_BIT(CIVIC_ROLES); roles++) {
        unsigned administrators = 0;
        for (size_t i = 0; i < COUNT_OF(three); i++)
            administrators += (roles & CIVIC_BIT(three[i])) != 0;
        bool gateway = (roles & CIVIC_BIT(CIVIC_GATEWAY)) != 0;
        bool guarded = (roles & (CIVIC_BIT(CIVIC_SECURITY) | CIVIC_BIT(CIVIC_AUDIT))) != 0;
        assert_int_equal(civic_roles_check(roles, false, &diag) == OK,
                         administrators <= 1 && !gateway);
        assert_int_equal(civic_roles_check(roles, true, &diag) == OK,
                         administrators <= 1 && !guarded);
    }
    assert_int_equal(civic_roles_check(0, false, &diag), ERR_INVALID);
    assert_int_equal(civic_roles_check(CIVIC_BIT(CIVIC_ROLES), true, &diag), ERR_INVALID);
    assert_int_equal(
        civic_roles_check(CIVIC_BIT(CIVIC_SYSTEM) | CIVIC_BIT(CIVIC_AUDIT), false, &diag),
        ERR_INVALID);
    assert_non_null(strstr(diag.text, "three people"));
}

static void names_and_roles_are_the_same_both_ways(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CIVIC_ROLES; i++) {
        enum civic_role role;
        assert_true(civic_role_of(str_of(civic_role_name((enum civic_role)i)), &role));
        assert_int_equal(role, i);
        assert_true(strlen(civic_role_purpose((enum civic_role)i)) > 10);
    }
    enum civic_role untouched = CIVIC_CLERK;
    assert_false(civic_role_of(STR("View"), &untouched));
    assert_false(civic_role_of(STR(""), &untouched));
    assert_int_equal(untouched, CIVIC_CLERK);
}

static void a_list_of_roles_is_read(void **state)
{
    uint32_t roles = 77;
    struct diag diag = {0};
    (void)state;

    assert_int_equal(civic_roles_parse(STR(""), &roles, &diag), ERR_SYNTAX);
    assert_int_equal(civic_roles_parse(STR("viewer,king"), &roles, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "`king`"));
    assert_int_equal(civic_roles_parse(STR("viewer,,clerk"), &roles, &diag), ERR_INVALID);
    assert_int_equal(roles, 77);
    assert_int_equal(civic_roles_parse(STR("viewer, clerk,viewer"), &roles, &diag), OK);
    assert_int_equal(roles, CIVIC_BIT(CIVIC_VIEWER) | CIVIC_BIT(CIVIC_CLERK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_matrix_is_as_written),
        cmocka_unit_test(two_roles_allow_what_each_allows),
        cmocka_unit_test(administration_is_three_people),
        cmocka_unit_test(names_and_roles_are_the_same_both_ways),
        cmocka_unit_test(a_list_of_roles_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
