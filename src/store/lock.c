/* lock.c - see lock.h. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum { STORE_LOCK_TEXT_MAX = 32 };

static enum err store_lock_held(int lock, const char *path, struct diag *diag)
{
    char text[STORE_LOCK_TEXT_MAX];

    ssize_t got = pread(lock, text, sizeof text, 0);
    struct str holder = str_trim((struct str){text, got > 0 ? (size_t)got : 0});
    return diag_at(diag, ERR_BUSY, path, 0, 0,
                   "another process writes this store (process %.*s); stop it first",
                   STR_ARG(holder));
}

static void store_lock_sign(int lock)
{
    char text[STORE_LOCK_TEXT_MAX];

    int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(lock, 0) == 0) {
        ssize_t written = pwrite(lock, text, (size_t)size, 0);
        (void)written; /* for people only: the lock holds without it */
    }
}

enum err store_lock_take(const char *folder, int *ret_lock, struct diag *diag)
{
    char path[FILE_PATH_MAX];

    enum err err = file_join(sizeof path, path, folder, STORE_LOCK_FILE);
    if (err)
        return diag_at(diag, err, folder, 0, 0, "path is too long");
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        int number = errno;
        return diag_at(diag, err_of_errno(number), path, 0, 0,
                       "cannot be made: %s; the folder must exist and be writable",
                       strerror(number));
    }
    if (flock(lock, LOCK_EX | LOCK_NB)) {
        int number = errno;
        err = number == EWOULDBLOCK ? store_lock_held(lock, path, diag)
                                    : diag_at(diag, err_of_errno(number), path, 0, 0,
                                              "cannot be locked: %s", strerror(number));
        close(lock);
        return err;
    }
    store_lock_sign(lock);
    *ret_lock = lock;
    return OK;
}

void store_lock_release(int lock)
{
    if (lock >= 0)
        close(lock);
}
