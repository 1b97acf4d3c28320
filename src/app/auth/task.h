/* task.h - what a request waits for: slow work on a worker, then a write, then its answer.
 *
 * Purpose    One thread hashes passwords; the store's writer writes; the loop answers. A task goes
 *            through them in this order, each step optional but the last.
 * Limits     APP_WORKS_MAX passwords wait at once: each takes 64 MB for a tenth of a second, one
 *            after the other. APP_TASKS_MAX tasks in all; a write for which the store has no room
 *            now is tried again, so that no row of the trail is lost.
 * Threads    The loop's, but for `work` (the worker's) and `write` (the store's writer's).
 * Layer      4
 */
#ifndef APP_AUTH_TASK_H
#define APP_AUTH_TASK_H

#include "app/auth/login.h"
#include "http/http.h"

enum { APP_TASKS_MAX = 4096, APP_WORKS_MAX = 32, APP_WHO_MAX = STORE_NAME_MAX + 16 };

struct net_loop;
struct store;
struct app_tasks; /* opaque */

struct app_task {
    struct app_task *prev;
    struct app_task *next;
    struct app_task *waiting; /* for the store, one after the other */
    struct app_tasks *tasks;
    struct http_call *call; /* kept until the answer; NULL: nobody waits */
    enum err err;
    enum err (*work)(struct app_task *task);                       /* may be NULL */
    enum err (*write)(struct store_db *db, struct app_task *task); /* may be NULL */
    void (*answer)(struct app_task *task, enum err err);           /* may be NULL */
    void *context;
    char who[APP_WHO_MAX];
    char peer[APP_PEER_MAX];
    struct utc_us now;
    /* what the steps tell each other */
    struct app_login login;
    struct store_user user;
    struct store_token token;
    uint64_t id;
    unsigned char hash[STORE_SECRET_HASH];
    char text[APP_TOKEN_CHARS + 1];
    const char *action;
    char what[STORE_AUDIT_TEXT_MAX + 1];
    char detail[STORE_AUDIT_TEXT_MAX + 1];
};

/* Owner: caller. Errors: NOMEM, IO. */
MUST_USE enum err app_tasks_new(struct net_loop *loop, struct store *store,
                                struct app_tasks **ret_tasks);
/* No task is answered from now on: call before the server that the calls are of is freed. */
void app_tasks_stop(struct app_tasks *tasks); /* NULL is allowed */
/* After the store has been closed. NULL is allowed. */
void app_tasks_free(struct app_tasks *tasks);

/* A task, zeroed. Errors: BUSY, NOMEM. */
MUST_USE enum err app_task_new(struct app_tasks *tasks, struct app_task **ret_task);
/* Starts it; with a call, keeps that. The task is released after its answer. */
void app_task_start(struct app_task *task);
/* Releases one that was not started. */
void app_task_drop(struct app_task *task);
/* Is a login of this name under way? Two at once would make two guesses of one. */
bool app_tasks_has_login(const struct app_tasks *tasks, struct str name);
struct app_actor app_task_actor(const struct app_task *task);

#endif
