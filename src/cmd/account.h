/* account.h - what `yancheng user` and `yancheng token` share.
 *
 * Purpose    Opening a city's store to change who may come in, also while the server runs.
 * Layer      5
 */
#ifndef CMD_ACCOUNT_H
#define CMD_ACCOUNT_H

#include "app/auth/account.h"

struct account {
    struct store_db *db;
    struct app_actor actor;
    char who[48];
};

/* Opens the store of the city in `folder`, makes it when it is not there.
 * Errors: NOT_FOUND when the folder is no city's; those of store_db_open(). */
MUST_USE enum err account_open(const char *folder, struct account *ret_account, struct diag *diag);
void account_close(struct account *account);
/* Runs a change in a transaction of its own; tells a failure with `what`. */
MUST_USE enum err account_change(struct account *account,
                                 enum err (*change)(struct account *account, void *context),
                                 void *context, const char *what, struct diag *diag);
/* "2026-11-24 06:30Z" */
void account_time(struct utc_us at, size_t size, char *ret_text);

#endif
