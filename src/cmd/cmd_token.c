/* cmd_token.c - `yancheng token`: what devices and programs come in with. Works also while the
 * server runs. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "civic/role.h"
#include "cmd/account.h"
#include "cmd/cmd.h"

static const char token_help[] =
    "Usage: yancheng token new DIR --device NAME\n"
    "       yancheng token new DIR --program NAME --role ROLE[,ROLE]\n"
    "       yancheng token list DIR\n"
    "       yancheng token revoke DIR NUMBER\n\n"
    "A token stands for a device, which may send its own readings, or for a program with roles;\n"
    "it is sent as `Authorization: Bearer TOKEN`. `new` prints it, once: only its hash is kept.\n"
    "The role `gateway` is for network servers that bring in readings of any sensor; the others\n"
    "are those of `yancheng user --help`, without security and audit.\n";

struct token_call {
    struct str verb;
    const char *folder;
    const char *device;
    const char *program;
    uint32_t roles;
    uint64_t id;
    bool help;
};

static enum err token_options(int argc, char **argv, struct token_call *call, struct diag *diag)
{
    static const struct option options[] = {
        {"device", required_argument, NULL, 'd'},
        {"program", required_argument, NULL, 'p'},
        {"role", required_argument, NULL, 'r'},
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
        if (option == 'd')
            call->device = optarg;
        else if (option == 'p')
            call->program = optarg;
        else if (option == 'r')
            err = civic_roles_parse(str_of(optarg), &call->roles, diag);
        else if (option == 'h')
            call->help = true;
        else
            err = diag_set(diag, ERR_USAGE, "no such option; see `yancheng token --help`");
    }
    return err;
}

static enum err token_parse(int argc, char **argv, struct token_call *call, struct diag *diag)
{
    enum err err = token_options(argc, argv, call, diag);
    if (err || call->help)
        return err;
    int left = argc - optind;
    call->verb = str_of(left > 0 ? argv[optind] : "");
    bool revoke = str_eq(call->verb, STR("revoke"));
    if (left != (revoke ? 3 : 2))
        return diag_set(diag, ERR_USAGE, "see `yancheng token --help`");
    call->folder = argv[optind + 1];
    if (revoke && (str_u64(str_of(argv[optind + 2]), &call->id) || call->id > INT64_MAX))
        return diag_set(diag, ERR_USAGE,
                        "a token's number is wanted; `yancheng token list` has it");
    return OK;
}

static enum err token_row(void *context, const struct store_token *token)
{
    char made[32];
    char revoked[32];
    struct buf roles;

    (void)context;
    buf_init(&roles, 256);
    app_account_roles(token->roles, &roles);
    account_time(token->made, sizeof made, made);
    account_time(token->revoked, sizeof revoked, revoked);
    printf("%6llu  %-8s %-24s made %s  revoked %-17s %.*s\n", (unsigned long long)token->id,
           token->device ? "device" : "program", token->name, made, revoked,
           STR_ARG(buf_text(&roles)));
    enum err err = buf_err(&roles);
    buf_done(&roles);
    return err;
}

static enum err token_list(struct account *account, struct token_call *call, struct diag *diag)
{
    (void)call;
    enum err err = store_token_each(account->db, token_row, NULL);
    return err ? diag_set(diag, err, "the tokens cannot be read: %s", err_text(err)) : OK;
}

struct token_made {
    struct store_token token;
    char text[APP_TOKEN_CHARS + 1];
};

static enum err token_insert(struct account *account, void *context)
{
    struct token_made *made = context;

    return app_account_token_add(account->db, &account->actor, &made->token, str_of(made->text),
                                 &made->token.id);
}

static enum err token_check(const struct token_call *call, struct diag *diag)
{
    if ((call->device == NULL) == (call->program == NULL))
        return diag_set(diag, ERR_USAGE, "name a --device or a --program");
    if (call->device && call->roles)
        return diag_set(diag, ERR_USAGE, "a device has no role; it sends its own readings");
    if (call->device)
        return app_account_device(str_of(call->device), diag);
    enum err err = app_account_name(str_of(call->program), diag);
    return err ? err : civic_roles_check(call->roles, true, diag);
}

static enum err token_new(struct account *account, struct token_call *call, struct diag *diag)
{
    struct token_made made = {
        .token = {.device = call->device != NULL, .roles = call->roles, .made = account->actor.at}};

    enum err err = token_check(call, diag);
    if (err)
        return err;
    struct str name = str_of(call->device ? call->device : call->program);
    memcpy(made.token.name, name.data, name.size);
    app_secret_token(made.text, made.token.hash);
    err = account_change(account, token_insert, &made, "the token", diag);
    if (!err)
        printf("%s\n", made.text);
    app_secret_wipe(made.text, sizeof made.text);
    return err;
}

static enum err token_end(struct account *account, void *context)
{
    const struct token_call *call = context;

    return app_account_token_revoke(account->db, &account->actor, call->id);
}

static enum err token_revoke(struct account *account, struct token_call *call, struct diag *diag)
{
    return account_change(account, token_end, call, "a token of this number that is in use", diag);
}

static enum err token_run(struct token_call *call, struct diag *diag)
{
    static const struct {
        const char *verb;
        enum err (*run)(struct account *account, struct token_call *call, struct diag *diag);
    } verbs[] = {{"new", token_new}, {"list", token_list}, {"revoke", token_revoke}};
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
    return diag_set(diag, ERR_USAGE, "no such action; see `yancheng token --help`");
}

int cmd_token(int argc, char **argv)
{
    struct diag diag = {0};
    struct token_call call = {0};

    enum err err = token_parse(argc, argv, &call, &diag);
    if (!err && call.help) {
        printf("%s", token_help);
        return 0;
    }
    if (!err)
        err = token_run(&call, &diag);
    return err ? cmd_fail("token", &diag) : 0;
}
