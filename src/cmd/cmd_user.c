/* cmd_user.c - `yancheng user`: people who may come in. Works also while the server runs. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "civic/role.h"
#include "cmd/account.h"
#include "cmd/cmd.h"
#include "cmd/secret.h"

static const char user_help[] =
    "Usage: yancheng user add NAME --role ROLE[,ROLE] DIR [--password-stdin]\n"
    "       yancheng user roles NAME --role ROLE[,ROLE] DIR\n"
    "       yancheng user password NAME DIR [--password-stdin]\n"
    "       yancheng user lock|unlock|remove NAME DIR\n"
    "       yancheng user list DIR\n\n"
    "Who may come in to the city in DIR. As soon as there is one user, everybody has to log in.\n"
    "The password is asked on the terminal, or is the first line of stdin; it has 10 characters\n"
    "or more. What is changed holds at once, also while the server runs; `unlock` also ends a\n"
    "lock-out after wrong passwords.\n\nRoles:\n";

struct user_call {
    struct str verb;
    struct str name;
    const char *folder;
    uint32_t roles;
    bool pipe;
    bool help;
    struct buf password;
};

static enum err user_options(int argc, char **argv, struct user_call *call, struct diag *diag)
{
    static const struct option options[] = {
        {"role", required_argument, NULL, 'r'},
        {"password-stdin", no_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    enum err err = OK;

    opterr = 0;
    optind = 1;
    while (!err && !call->help) {
        int option = getopt_long(argc, argv, "h", options, NULL);
        if (option < 0)
            break;
        if (option == 'r')
            err = civic_roles_parse(str_of(optarg), &call->roles, diag);
        else if (option == 'p')
            call->pipe = true;
        else if (option == 'h')
            call->help = true;
        else
            err = diag_set(diag, ERR_USAGE, "no such option; see `yancheng user --help`");
    }
    return err;
}

static enum err user_parse(int argc, char **argv, struct user_call *call, struct diag *diag)
{
    enum err err = user_options(argc, argv, call, diag);
    if (err || call->help)
        return err;
    int left = argc - optind;
    call->verb = str_of(left > 0 ? argv[optind] : "");
    bool list = str_eq(call->verb, STR("list"));
    if (left != (list ? 2 : 3))
        return diag_set(diag, ERR_USAGE, "see `yancheng user --help`");
    call->name = list ? STR("") : str_of(argv[optind + 1]);
    call->folder = argv[argc - 1];
    return OK;
}

static enum err user_row(void *context, const struct store_user *user)
{
    char made[32];
    struct buf roles;

    (void)context;
    buf_init(&roles, 256);
    app_account_roles(user->roles, &roles);
    account_time(user->made, sizeof made, made);
    printf("%-20s %-8s %s  %.*s\n", user->name, user->locked ? "locked" : "active", made,
           STR_ARG(buf_text(&roles)));
    enum err err = buf_err(&roles);
    buf_done(&roles);
    return err;
}

static enum err user_list(struct account *account, struct user_call *call, struct diag *diag)
{
    (void)call;
    enum err err = store_user_each(account->db, user_row, NULL);
    return err ? diag_set(diag, err, "the users cannot be read: %s", err_text(err)) : OK;
}

/* Reads a password and hashes it. */
static enum err user_secret(struct user_call *call, char *ret_hash, struct diag *diag)
{
    enum err err = secret_read(call->pipe, &call->password, diag);
    if (err)
        return err;
    err = app_account_password(call->name, buf_text(&call->password), diag);
    if (err)
        return err;
    err = app_secret_password(buf_text(&call->password), ret_hash);
    return err ? diag_set(diag, err, "no memory to hash the password") : OK;
}

static enum err user_insert(struct account *account, void *context)
{
    return app_account_add(account->db, &account->actor, context);
}

static enum err user_add(struct account *account, struct user_call *call, struct diag *diag)
{
    struct store_user user = {
        .roles = call->roles, .made = account->actor.at, .changed = account->actor.at};
    struct store_user other;

    enum err err = app_account_name(call->name, diag);
    if (!err)
        err = civic_roles_check(call->roles, false, diag);
    if (!err && store_user_get(account->db, call->name, &other) == OK)
        err = diag_set(diag, ERR_EXISTS, "a user of this name is there already");
    if (err)
        return err;
    memcpy(user.name, call->name.data, call->name.size);
    err = user_secret(call, user.password, diag);
    if (err)
        return err;
    return account_change(account, user_insert, &user, "a user of this name", diag);
}

struct user_edit {
    struct store_user user;
    const char *action;
    bool forgive;
};

static enum err user_update(struct account *account, void *context)
{
    struct user_edit *edit = context;

    edit->user.changed = account->actor.at;
    enum err err = app_account_change(account->db, &account->actor, &edit->user, edit->action);
    if (!err && edit->forgive)
        err = app_account_forgive(account->db, str_of(edit->user.name));
    return err;
}

static enum err user_edit(struct account *account, struct user_call *call, struct diag *diag)
{
    struct user_edit edit = {0};

    enum err err = store_user_get(account->db, call->name, &edit.user);
    if (err == ERR_NOT_FOUND)
        return diag_set(diag, err, "there is no user of this name");
    if (err)
        return diag_set(diag, err, "the user cannot be read: %s", err_text(err));
    if (str_eq(call->verb, STR("roles"))) {
        edit.action = "user_roles";
        edit.user.roles = call->roles;
        err = civic_roles_check(call->roles, false, diag);
    } else if (str_eq(call->verb, STR("password"))) {
        edit.action = "user_password";
        err = user_secret(call, edit.user.password, diag);
    } else {
        edit.user.locked = str_eq(call->verb, STR("lock"));
        edit.forgive = !edit.user.locked;
        edit.action = edit.user.locked ? "user_locked" : "user_unlocked";
    }
    return err ? err : account_change(account, user_update, &edit, "the user", diag);
}

static enum err user_delete(struct account *account, void *context)
{
    const struct user_call *call = context;

    return app_account_remove(account->db, &account->actor, call->name);
}

static enum err user_remove(struct account *account, struct user_call *call, struct diag *diag)
{
    uint64_t left = 0;

    enum err err = account_change(account, user_delete, call, "a user of this name", diag);
    if (err)
        return err;
    err = store_user_count(account->db, &left);
    if (!err && left == 0)
        fprintf(stderr, "That was the last user: this machine is let in without a login again.\n");
    return OK;
}

static enum err user_run(struct user_call *call, struct diag *diag)
{
    static const struct {
        const char *verb;
        enum err (*run)(struct account *account, struct user_call *call, struct diag *diag);
    } verbs[] = {
        {"add", user_add},       {"list", user_list}, {"roles", user_edit},
        {"password", user_edit}, {"lock", user_edit}, {"unlock", user_edit},
        {"remove", user_remove},
    };
    struct account account;

    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        if (!str_eq(call->verb, str_of(verbs[i].verb)))
            continue;
        enum err err = account_open(call->folder, &account, diag);
        if (!err)
            err = verbs[i].run(&account, call, diag);
        account_close(&account);
        return err;
    }
    return diag_set(diag, ERR_USAGE, "no such action; see `yancheng user --help`");
}

int cmd_user(int argc, char **argv)
{
    struct diag diag = {0};
    struct user_call call = {0};

    buf_init(&call.password, APP_PASSWORD_BYTES_MAX + 1);
    enum err err = user_parse(argc, argv, &call, &diag);
    if (!err && call.help) {
        printf("%s", user_help);
        for (unsigned i = 0; i < CIVIC_ROLES; i++)
            if (i != CIVIC_GATEWAY)
                printf("  %-11s %s\n", civic_role_name((enum civic_role)i),
                       civic_role_purpose((enum civic_role)i));
        printf("system, security and audit are three people.\n");
        return 0;
    }
    if (!err)
        err = user_run(&call, &diag);
    if (call.password.data)
        app_secret_wipe(call.password.data, call.password.capacity);
    buf_done(&call.password);
    return err ? cmd_fail("user", &diag) : 0;
}
