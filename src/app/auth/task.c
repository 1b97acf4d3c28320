/* task.c - see task.h. */
#include "app/auth/task.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/queue.h"
#include "net/loop.h"
#include "store/store.h"

enum { APP_TASKS_RETRY_MS = 20 };

struct app_tasks {
    struct store *store;
    struct app_task *first;
    size_t count;
    size_t works;           /* given to the worker and not back yet */
    struct app_task *again; /* the store had no room: by and by */
    struct net_timer *retry;
    struct pool_thread *worker;
    struct queue *wanted;
    struct queue *done;
    int event_fd;
    struct net_watch *watch;
    bool stopped;
};

static void app_tasks_work(void *context)
{
    struct app_tasks *tasks = context;
    const uint64_t one = 1;
    struct app_task *task;

    while (queue_pop(tasks->wanted, &task) == OK) {
        task->err = task->work(task);
        enum err err = queue_push(tasks->done, &task);
        ASSERT(err == OK); /* it holds as many as may be under way */
        ssize_t put = write(tasks->event_fd, &one, sizeof one);
        (void)put; /* a full counter wakes as well */
    }
}

static void app_task_answer(struct app_task *task, enum err err)
{
    if (!task->tasks->stopped && task->answer)
        task->answer(task, err);
    app_task_drop(task);
}

static enum err app_task_write(struct store_db *db, void *context)
{
    struct app_task *task = context;

    return task->write(db, task);
}

static void app_task_written(void *context, enum err err)
{
    app_task_answer(context, err);
}

static void app_task_go_on(struct app_task *task, enum err err)
{
    struct app_tasks *tasks = task->tasks;
    struct store_job job = {app_task_write, app_task_written, task};

    if (err || !task->write) {
        app_task_answer(task, err);
        return;
    }
    err = store_put_job(tasks->store, &job);
    if (err == ERR_BUSY) {
        task->waiting = tasks->again;
        tasks->again = task;
        net_timer_start(tasks->retry, APP_TASKS_RETRY_MS, 0);
    } else if (err) {
        app_task_answer(task, err);
    }
}

static void app_tasks_retry(void *context)
{
    struct app_tasks *tasks = context;
    struct app_task *list = NULL;

    while (tasks->again) { /* oldest first again */
        struct app_task *task = tasks->again;
        tasks->again = task->waiting;
        task->waiting = list;
        list = task;
    }
    while (list) {
        struct app_task *task = list;
        list = task->waiting;
        app_task_go_on(task, OK);
    }
}

static void app_tasks_worked(void *context)
{
    struct app_tasks *tasks = context;
    struct app_task *task;
    uint64_t times;

    ssize_t got = read(tasks->event_fd, &times, sizeof times);
    (void)got;
    while (queue_try_pop(tasks->done, &task) == OK) {
        tasks->works--;
        app_task_go_on(task, task->err);
    }
}

enum err app_tasks_new(struct net_loop *loop, struct store *store, struct app_tasks **ret_tasks)
{
    struct app_tasks *tasks = mem_zero(1, sizeof *tasks);

    if (!tasks)
        return ERR_NOMEM;
    tasks->store = store;
    tasks->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum err err = tasks->event_fd < 0 ? ERR_IO : OK;
    if (!err)
        err = queue_new(sizeof(struct app_task *), APP_WORKS_MAX, &tasks->wanted);
    if (!err)
        err = queue_new(sizeof(struct app_task *), APP_WORKS_MAX, &tasks->done);
    if (!err)
        err = net_watch_new(loop, tasks->event_fd, app_tasks_worked, tasks, &tasks->watch);
    if (!err)
        err = net_timer_new(loop, app_tasks_retry, tasks, &tasks->retry);
    if (!err)
        err = pool_thread_start("passwords", app_tasks_work, tasks, &tasks->worker);
    if (err) {
        app_tasks_stop(tasks);
        app_tasks_free(tasks);
        return err;
    }
    *ret_tasks = tasks;
    return OK;
}

void app_tasks_stop(struct app_tasks *tasks)
{
    if (!tasks || tasks->stopped)
        return;
    struct app_task *unworked;

    tasks->stopped = true;
    if (tasks->wanted) { /* only the one in work is waited for; the list keeps the others */
        while (queue_try_pop(tasks->wanted, &unworked) == OK)
            ;
        queue_close(tasks->wanted);
    }
    pool_thread_join(tasks->worker);
    net_watch_free(tasks->watch);
    net_timer_free(tasks->retry);
}

void app_tasks_free(struct app_tasks *tasks)
{
    if (!tasks)
        return;
    ASSERT(tasks->stopped);
    while (tasks->first)
        app_task_drop(tasks->first);
    queue_free(tasks->wanted);
    queue_free(tasks->done);
    if (tasks->event_fd >= 0)
        close(tasks->event_fd);
    mem_free(tasks);
}

enum err app_task_new(struct app_tasks *tasks, struct app_task **ret_task)
{
    if (tasks->stopped || tasks->count >= APP_TASKS_MAX)
        return ERR_BUSY;
    struct app_task *task = mem_zero(1, sizeof *task);
    if (!task)
        return ERR_NOMEM;
    task->tasks = tasks;
    task->next = tasks->first;
    if (task->next)
        task->next->prev = task;
    tasks->first = task;
    tasks->count++;
    *ret_task = task;
    return OK;
}

void app_task_drop(struct app_task *task)
{
    *(task->prev ? &task->prev->next : &task->tasks->first) = task->next;
    if (task->next)
        task->next->prev = task->prev;
    task->tasks->count--;
    app_secret_wipe(task, sizeof *task); /* passwords and tokens pass through here */
    mem_free(task);
}

void app_task_start(struct app_task *task)
{
    if (task->call)
        http_call_defer(task->call);
    if (!task->work) {
        app_task_go_on(task, OK);
        return;
    }
    if (task->tasks->works == APP_WORKS_MAX) {
        app_task_answer(task, ERR_BUSY);
        return;
    }
    task->tasks->works++;
    enum err err = queue_push(task->tasks->wanted, &task);
    ASSERT(err == OK); /* it holds as many as may be under way */
}

bool app_tasks_has_login(const struct app_tasks *tasks, struct str name)
{
    for (const struct app_task *task = tasks->first; task; task = task->next)
        if (task->login.name[0] && str_eq(str_of(task->login.name), name))
            return true;
    return false;
}

struct app_actor app_task_actor(const struct app_task *task)
{
    return (struct app_actor){
        .who = str_of(task->who), .peer = str_of(task->peer), .at = task->now};
}
