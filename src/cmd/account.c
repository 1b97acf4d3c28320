/* account.c - see account.h. */
#include "cmd/account.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"

enum err account_open(const char *folder, struct account *ret_account, struct diag *diag)
{
    char path[FILE_PATH_MAX];
    struct store_db_open open = {.folder = folder};

    *ret_account = (struct account){0};
    enum err err = file_join(sizeof path, path, folder, "city.yaml");
    if (err)
        return diag_at(diag, err, folder, 0, 0, "path is too long");
    if (!file_exists(path))
        return diag_at(diag, ERR_NOT_FOUND, path, 0, 0,
                       "is not there; name the folder of a city (`yancheng city new` makes one)");
    err = app_secret_init(diag);
    if (err)
        return err;
    err = store_db_open(&open, &ret_account->db, diag);
    if (err)
        return err;
    snprintf(ret_account->who, sizeof ret_account->who, "command line, uid %lu",
             (unsigned long)getuid());
    ret_account->actor = (struct app_actor){
        .who = str_of(ret_account->who), .peer = STR(""), .at = clock_utc(clock_os())};
    return OK;
}

void account_close(struct account *account)
{
    store_db_close(account->db);
    account->db = NULL;
}

enum err account_change(struct account *account,
                        enum err (*change)(struct account *account, void *context), void *context,
                        const char *what, struct diag *diag)
{
    enum err err = store_db_begin(account->db);

    if (!err) {
        err = change(account, context);
        if (err)
            store_db_rollback(account->db);
        else
            err = store_db_commit(account->db);
    }
    if (err == ERR_EXISTS)
        return diag_set(diag, err, "%s is there already", what);
    if (err == ERR_NOT_FOUND)
        return diag_set(diag, err, "%s is not there", what);
    return err ? diag_set(diag, err, "%s could not be stored: %s", what, err_text(err)) : OK;
}

void account_time(struct utc_us at, size_t size, char *ret_text)
{
    int64_t seconds = at.us / CLOCK_US_PER_S;
    struct clock_date date = clock_date_of(seconds / 86400);
    unsigned minute = (unsigned)(seconds % 86400 / 60);

    if (at.us == 0)
        snprintf(ret_text, size, "-");
    else
        snprintf(ret_text, size, "%04d-%02u-%02u %02u:%02uZ", (int)date.year, (unsigned)date.month,
                 (unsigned)date.day, minute / 60, minute % 60);
}
