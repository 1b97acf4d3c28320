/* backup.c - see backup.h.
 *
 * SQLite's backup starts over whenever another process has written; so the copy reads inside one
 * transaction, which pins a moment of the file. The writer does not wait for readers.
 */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/fact.h"
#include "store/lock.h"
#include "store/sql.h"

enum { STORE_COPY_PAGES = 256, STORE_COPY_BUSY_MAX = 100, STORE_COPY_BUSY_MS = 50 };
#define STORE_NEW_FOLDER "store.new"

static enum err store_backup_errno(struct diag *diag, const char *path, const char *doing)
{
    int number = errno;

    return diag_at(diag, err_of_errno(number), path, 0, 0, "cannot %s: %s", doing,
                   strerror(number));
}

/* --- a copy --- */

struct store_copy {
    const struct store_backup *backup;
    sqlite3 *from;
    sqlite3 *to;
    const char *path; /* of `to` */
    struct diag *diag;
};

static enum err store_copy_failed(const struct store_copy *copy, int code, const char *doing)
{
    return diag_at(copy->diag, store_sql_err(code), copy->path, 0, 0, "cannot %s: %s", doing,
                   sqlite3_errstr(code));
}

static void store_copy_progress(const struct store_copy *copy, sqlite3_backup *work)
{
    int total = sqlite3_backup_pagecount(work);
    int left = sqlite3_backup_remaining(work);

    if (copy->backup->progress && total > 0)
        copy->backup->progress(copy->backup->context,
                               (unsigned)((int64_t)(total - left) * 100 / total));
}

static enum err store_copy_pages(const struct store_copy *copy)
{
    unsigned busy = 0;

    sqlite3_backup *work = sqlite3_backup_init(copy->to, "main", copy->from, "main");
    if (!work)
        return store_copy_failed(copy, sqlite3_errcode(copy->to), "begin the copy");
    int code = SQLITE_OK;
    while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        code = sqlite3_backup_step(work, STORE_COPY_PAGES);
        store_copy_progress(copy, work);
        bool waits = code == SQLITE_BUSY || code == SQLITE_LOCKED;
        if (waits && ++busy > STORE_COPY_BUSY_MAX)
            break;
        if (waits)
            sqlite3_sleep(STORE_COPY_BUSY_MS);
    }
    int finished = sqlite3_backup_finish(work);
    if (code == SQLITE_DONE)
        code = finished;
    return code ? store_copy_failed(copy, code, "be written") : OK;
}

static int store_copy_verdict(void *context, int columns, char **values, char **names)
{
    bool *sound = context;
    (void)names;

    *sound = columns == 1 && values[0] && !strcmp(values[0], "ok");
    return 0;
}

/* The journal's mode is in the file: without a log of its own the copy is one file. */
static enum err store_copy_check(const struct store_copy *copy)
{
    bool sound = false;

    int code = sqlite3_exec(copy->to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (code)
        return store_copy_failed(copy, code, "be finished");
    code = sqlite3_exec(copy->to, "PRAGMA quick_check(1)", store_copy_verdict, &sound, NULL);
    if (code)
        return store_copy_failed(copy, code, "be checked");
    return sound ? OK
                 : diag_at(copy->diag, ERR_INVALID, copy->path, 0, 0,
                           "the store is damaged: the copy does not pass SQLite's quick check");
}

static enum err store_sync(const char *path, struct diag *diag)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return store_backup_errno(diag, path, "be opened");
    enum err err = fsync(fd) ? store_backup_errno(diag, path, "be brought to disk") : OK;
    close(fd);
    return err;
}

/* A log that an interrupted copy left would be taken for that of the new one. */
static enum err store_copy_clear(const struct store_copy *copy)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        int size = snprintf(path, sizeof path, "%s%s", copy->path, ends[i]);
        if (size < 0 || (size_t)size >= sizeof path)
            return diag_at(copy->diag, ERR_LIMIT, copy->path, 0, 0, "path is too long");
        if (unlink(path) && errno != ENOENT)
            return store_backup_errno(copy->diag, path, "be replaced");
    }
    return OK;
}

/* Copies what `from` sees at this moment to a new file. */
static enum err store_copy_run(struct store_copy *copy)
{
    int code =
        sqlite3_exec(copy->from, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);

    if (code)
        return store_copy_failed(copy, code, "be read from the store");
    enum err err = store_copy_clear(copy);
    if (err)
        return err;
    store_db_make_private(copy->path);
    code = sqlite3_open_v2(copy->path, &copy->to,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    /* Nobody needs a half copy: no journal, and one sync at the end. */
    if (!code)
        code = sqlite3_exec(copy->to, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", NULL,
                            NULL, NULL);
    err = code ? store_copy_failed(copy, code, "be made") : store_copy_pages(copy);
    if (!err)
        err = store_copy_check(copy);
    sqlite3_close(copy->to);
    sqlite3_exec(copy->from, "ROLLBACK", NULL, NULL, NULL);
    if (!err)
        err = store_sync(copy->path, copy->diag);
    if (err)
        unlink(copy->path);
    return err;
}

/* --- backup --- */

/* The folder of `path`, brought to disk with the names in it. */
static enum err store_sync_folder(const char *path, struct diag *diag)
{
    char folder[FILE_PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t size = slash ? (size_t)(slash - path) : 0;

    if (size >= sizeof folder)
        return diag_at(diag, ERR_LIMIT, path, 0, 0, "path is too long");
    if (size > 0)
        memcpy(folder, path, size);
    folder[size] = '\0';
    return store_sync(size > 0 ? folder : slash ? "/" : ".", diag);
}

/* INVALID when the file named is the store itself. */
static enum err store_backup_apart(const struct store_backup *backup, struct diag *diag)
{
    char store[FILE_PATH_MAX];
    struct stat of_store;
    struct stat of_file;

    enum err err = file_join(sizeof store, store, backup->folder, STORE_FILE);
    if (err)
        return diag_at(diag, err, backup->folder, 0, 0, "path is too long");
    if (stat(store, &of_store) || stat(backup->file, &of_file))
        return OK;
    if (of_store.st_dev == of_file.st_dev && of_store.st_ino == of_file.st_ino)
        return diag_at(diag, ERR_INVALID, backup->file, 0, 0,
                       "is the store itself; name another file");
    return OK;
}

enum err store_backup(const struct store_backup *backup, struct diag *diag)
{
    char part[FILE_PATH_MAX];
    struct store_db_open open = {.folder = backup->folder, .read_only = true};
    struct store_db *db = NULL;

    int size = snprintf(part, sizeof part, "%s.part", backup->file);
    if (size < 0 || (size_t)size >= sizeof part)
        return diag_at(diag, ERR_LIMIT, backup->file, 0, 0, "path is too long");
    enum err err = store_backup_apart(backup, diag);
    if (!err)
        err = store_db_open(&open, &db, diag);
    if (err)
        return err;
    struct store_copy copy = {
        .backup = backup, .from = store_sql_handle(db), .path = part, .diag = diag};
    err = store_copy_run(&copy);
    store_db_close(db);
    if (err)
        return err;
    if (rename(part, backup->file)) {
        err = store_backup_errno(diag, backup->file, "be written");
        unlink(part);
        return err;
    }
    return store_sync_folder(backup->file, diag);
}

/* --- restore --- */

enum { STORE_BESIDE = 2 };
struct store_restore_paths {
    char store[FILE_PATH_MAX];
    char old[FILE_PATH_MAX];
    char beside[STORE_BESIDE][FILE_PATH_MAX]; /* the log and its index */
    char old_beside[STORE_BESIDE][FILE_PATH_MAX];
    char new_folder[FILE_PATH_MAX];
    char new_store[FILE_PATH_MAX];
};

static enum err store_restore_name(struct store_restore_paths *paths, const char *folder,
                                   struct diag *diag)
{
    static const char *const beside[STORE_BESIDE] = {STORE_FILE "-wal", STORE_FILE "-shm"};
    static const char *const old[STORE_BESIDE] = {STORE_OLD_FILE "-wal", STORE_OLD_FILE "-shm"};

    enum err err = file_join(sizeof paths->store, paths->store, folder, STORE_FILE);
    if (!err)
        err = file_join(sizeof paths->old, paths->old, folder, STORE_OLD_FILE);
    for (size_t i = 0; !err && i < STORE_BESIDE; i++) {
        err = file_join(FILE_PATH_MAX, paths->beside[i], folder, beside[i]);
        if (!err)
            err = file_join(FILE_PATH_MAX, paths->old_beside[i], folder, old[i]);
    }
    if (!err)
        err = file_join(sizeof paths->new_folder, paths->new_folder, folder, STORE_NEW_FOLDER);
    if (!err)
        err = file_join(sizeof paths->new_store, paths->new_store, paths->new_folder, STORE_FILE);
    return err ? diag_at(diag, err, folder, 0, 0, "path is too long") : OK;
}

static int store_restore_row(void *context, int columns, char **values, char **names)
{
    bool *filled = context;
    (void)columns;
    (void)values;
    (void)names;

    *filled = true;
    return 0;
}

/* The file, copied beside the store. */
static enum err store_restore_copy(const struct store_backup *backup, const char *path,
                                   struct diag *diag)
{
    struct store_copy copy = {.backup = backup, .path = path, .diag = diag};
    bool filled = false;

    if (!file_exists(backup->file))
        return diag_at(diag, ERR_NOT_FOUND, backup->file, 0, 0, "there is no such file");
    int code =
        sqlite3_open_v2(backup->file, &copy.from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (!code)
        code = sqlite3_exec(copy.from, "SELECT 1 FROM sqlite_schema LIMIT 1", store_restore_row,
                            &filled, NULL);
    enum err err = OK;
    if (code)
        err = diag_at(diag, store_sql_err(code), backup->file, 0, 0, "is no backup of a store: %s",
                      sqlite3_errstr(code));
    else if (!filled)
        err =
            diag_at(diag, ERR_INVALID, backup->file, 0, 0, "is no backup of a store: it is empty");
    else
        err = store_copy_run(&copy);
    sqlite3_close(copy.from);
    return err;
}

/* Opening checks whose file it is and brings it to this version. */
static enum err store_restore_check(const struct store_backup *backup, const char *folder,
                                    struct diag *diag)
{
    struct store_db_open open = {.folder = folder};
    struct store_db *db = NULL;
    struct diag why = {0};

    enum err err = store_db_open(&open, &db, &why);
    store_db_close(db);
    return err ? diag_at(diag, err, backup->file, 0, 0, "cannot be restored: %s", why.text) : OK;
}

/* The old store keeps both names until the new one takes its place in one step. Its log and the
 * index of that, which are there when it was not closed or somebody reads it still, must not be
 * taken for the new one's. */
static enum err store_restore_swap(const struct store_restore_paths *paths, struct diag *diag)
{
    for (size_t i = 0; i < STORE_BESIDE; i++)
        if (file_exists(paths->beside[i]) && rename(paths->beside[i], paths->old_beside[i]))
            return store_backup_errno(diag, paths->beside[i], "be set aside");
    if (file_exists(paths->store) && link(paths->store, paths->old))
        return store_backup_errno(diag, paths->store, "be set aside");
    if (rename(paths->new_store, paths->store))
        return store_backup_errno(diag, paths->store, "be replaced");
    return store_sync_folder(paths->store, diag);
}

/* Folds the old store's log into it. One that cannot be opened is set aside with its log as it is. */
static void store_restore_settle(const char *folder)
{
    struct store_db_open open = {.folder = folder};
    struct store_db *db = NULL;

    if (store_db_open(&open, &db, NULL) == OK)
        store_db_close(db);
}

static enum err store_restore_locked(const struct store_backup *backup,
                                     const struct store_restore_paths *paths, struct diag *diag)
{
    if (file_exists(paths->old))
        return diag_at(diag, ERR_EXISTS, paths->old, 0, 0,
                       "is in the way; move it elsewhere or remove it");
    enum err err = file_make_folder(paths->new_folder, diag);
    if (!err)
        err = store_restore_copy(backup, paths->new_store, diag);
    if (!err)
        err = store_restore_check(backup, paths->new_folder, diag);
    if (!err)
        err = store_sync(paths->new_store, diag);
    if (!err && file_exists(paths->store))
        store_restore_settle(backup->folder);
    if (!err)
        err = store_restore_swap(paths, diag);
    if (err)
        unlink(paths->new_store);
    rmdir(paths->new_folder);
    return err;
}

enum err store_restore(const struct store_backup *backup, struct diag *diag)
{
    struct store_restore_paths paths;
    int lock = -1;

    enum err err = store_restore_name(&paths, backup->folder, diag);
    if (!err)
        err = store_backup_apart(backup, diag);
    if (!err)
        err = store_lock_take(backup->folder, &lock, diag);
    if (!err)
        err = store_restore_locked(backup, &paths, diag);
    store_lock_release(lock);
    return err;
}
