/* file.c - see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { FILE_STEP = 1 << 16 };

static enum err file_failed(struct diag *diag, const char *path, const char *doing)
{
    int number = errno;

    return diag_at(diag, err_of_errno(number), path, 0, 0, "cannot %s: %s", doing,
                   strerror(number));
}

/* One read into `room`, again when a signal cuts in; -1 on failure. */
static ssize_t file_read_some(int fd, char *room, size_t size)
{
    ssize_t got;

    do
        got = read(fd, room, size);
    while (got < 0 && errno == EINTR);
    return got;
}

/* At the ceiling, one more byte tells whether the file ends there. */
static enum err file_read_end(int fd, const char *path, const struct buf *buf, struct diag *diag)
{
    char probe[1];
    ssize_t got = file_read_some(fd, probe, sizeof probe);

    if (got < 0)
        return file_failed(diag, path, "read");
    if (got > 0)
        return diag_at(diag, ERR_LIMIT, path, 0, 0,
                       "larger than %zu bytes; split it or remove what is not needed",
                       buf->bytes_max);
    return OK;
}

static enum err file_read_rest(int fd, const char *path, struct buf *buf, struct diag *diag)
{
    while (buf->size < buf->bytes_max) {
        size_t left = buf->bytes_max - buf->size;
        size_t step = left < FILE_STEP ? left : FILE_STEP;
        char *room = buf_room(buf, step);
        if (!room)
            return diag_at(diag, buf_err(buf), path, 0, 0, "cannot hold the file in memory");
        ssize_t got = file_read_some(fd, room, step);
        if (got < 0)
            return file_failed(diag, path, "read");
        if (got == 0)
            return OK;
        buf_grown(buf, (size_t)got);
    }
    return file_read_end(fd, path, buf, diag);
}

enum err file_read(const char *path, size_t bytes_max, struct buf *ret, struct diag *diag)
{
    struct stat stat;

    buf_init(ret, bytes_max);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return file_failed(diag, path, "open");
    enum err err = OK;
    if (fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode))
        err = diag_at(diag, ERR_IO, path, 0, 0, "is a folder; name a file");
    if (!err)
        err = file_read_rest(fd, path, ret, diag);
    close(fd);
    if (err)
        buf_done(ret);
    return err;
}

static enum err file_put(int fd, struct str content, const char *path, struct diag *diag)
{
    while (content.size) {
        ssize_t put = write(fd, content.data, content.size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return file_failed(diag, path, "write");
        content.data += put;
        content.size -= (size_t)put;
    }
    return fsync(fd) ? file_failed(diag, path, "sync") : OK;
}

/* A rename is on disk only once its folder is. */
static enum err file_sync_folder(const char *path, struct diag *diag)
{
    char folder[FILE_PATH_MAX];

    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return file_failed(diag, path, "open the folder of");
    enum err err = fsync(fd) ? file_failed(diag, path, "sync the folder of") : OK;
    close(fd);
    return err;
}

enum err file_write(const char *path, struct str content, struct diag *diag)
{
    char neighbour[FILE_PATH_MAX];

    if ((size_t)snprintf(neighbour, sizeof neighbour, "%s.new", path) >= sizeof neighbour)
        return diag_at(diag, ERR_LIMIT, path, 0, 0, "path is too long");
    int fd = open(neighbour, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return file_failed(diag, neighbour, "create");
    enum err err = file_put(fd, content, neighbour, diag);
    if (close(fd) && !err)
        err = file_failed(diag, neighbour, "close");
    if (!err && rename(neighbour, path))
        err = file_failed(diag, path, "replace");
    if (err) {
        unlink(neighbour);
        return err;
    }
    return file_sync_folder(path, diag);
}

enum err file_make_folder(const char *path, struct diag *diag)
{
    char part[FILE_PATH_MAX];
    struct stat stat_of;

    if ((size_t)snprintf(part, sizeof part, "%s", path) >= sizeof part)
        return diag_at(diag, ERR_LIMIT, path, 0, 0, "path is too long");
    if (!part[0])
        return diag_set(diag, ERR_NOT_FOUND, "the folder's name is empty; name one");
    for (char *at = part + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(part, 0777) && errno != EEXIST)
            return file_failed(diag, part, "make the folder");
        *at = '/';
    }
    if (mkdir(part, 0777) && errno != EEXIST)
        return file_failed(diag, part, "make the folder");
    if (stat(part, &stat_of) || !S_ISDIR(stat_of.st_mode))
        return diag_at(diag, ERR_EXISTS, path, 0, 0, "exists and is not a folder");
    return OK;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

enum err file_copy(const char *from, const char *to, struct diag *diag)
{
    struct buf content;

    enum err err = file_read(from, SIZE_MAX / 2, &content, diag);
    if (err)
        return err;
    err = file_write(to, buf_text(&content), diag);
    buf_done(&content);
    return err;
}

int64_t file_modified_ns(const char *path)
{
    struct stat found;

    if (stat(path, &found))
        return 0;
    return (int64_t)found.st_mtim.tv_sec * 1000000000 + found.st_mtim.tv_nsec;
}

enum err file_join(size_t size, char *ret_path, const char *folder, const char *name)
{
    size_t length = strlen(folder);
    const char *slash = length && folder[length - 1] == '/' ? "" : "/";
    int wrote = snprintf(ret_path, size, "%s%s%s", folder, slash, name);

    return wrote < 0 || (size_t)wrote >= size ? ERR_LIMIT : OK;
}
