/* files.c - see files.h. */
#include "http/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

struct http_files {
    int folder_fd;
};

enum err http_files_open(const char *folder, struct http_files **ret_files, struct diag *diag)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return diag_at(diag, err_of_errno(errno), folder, 0, 0, "cannot open the folder: %s",
                       strerror(errno));
    struct http_files *files = mem_zero(1, sizeof *files);
    if (!files) {
        close(fd);
        return diag_set(diag, ERR_NOMEM, "no memory to serve %s", folder);
    }
    files->folder_fd = fd;
    *ret_files = files;
    return OK;
}

void http_files_close(struct http_files *files)
{
    if (!files)
        return;
    close(files->folder_fd);
    mem_free(files);
}

/* Opens one segment below `folder_fd`; O_NONBLOCK so that a pipe cannot hold the loop. */
static int http_files_step(int folder_fd, struct str segment, bool last)
{
    char name[256];

    if (segment.size >= sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(name, segment.data, segment.size);
    name[segment.size] = '\0';
    return openat(folder_fd, name,
                  O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (last ? O_NONBLOCK : O_DIRECTORY));
}

enum err http_files_find(const struct http_files *files, const char *path, int *ret_fd)
{
    struct str rest = str_of(path);
    int at = files->folder_fd;
    struct stat stat;

    if (rest.size == 0)
        return ERR_NOT_FOUND;
    while (rest.size) {
        struct str segment = str_cut(&rest, '/');
        int next = http_files_step(at, segment, rest.size == 0);
        int number = errno;
        if (at != files->folder_fd)
            close(at);
        if (next < 0)
            return number == EMFILE || number == ENFILE ? ERR_BUSY : ERR_NOT_FOUND;
        at = next;
    }
    if (fstat(at, &stat) || !S_ISREG(stat.st_mode)) {
        close(at);
        return ERR_NOT_FOUND;
    }
    *ret_fd = at;
    return OK;
}

/* The gzip twin of `path` where there is one and it is not older. */
static enum err http_files_twin(const struct http_files *files, const char *path, int plain_fd,
                                int *ret_fd)
{
    char twin[HTTP_PATH_MAX + 4];
    struct stat plain;
    struct stat packed;
    int fd;

    if ((size_t)snprintf(twin, sizeof twin, "%s.gz", path) >= sizeof twin)
        return ERR_LIMIT;
    enum err err = http_files_find(files, twin, &fd);
    if (err)
        return err;
    if (fstat(plain_fd, &plain) || fstat(fd, &packed) ||
        packed.st_mtim.tv_sec < plain.st_mtim.tv_sec) {
        close(fd);
        return ERR_NOT_FOUND;
    }
    *ret_fd = fd;
    return OK;
}

static void http_files_send(const struct http_files *files, struct http_call *call,
                            const char *path, int fd, const struct http_files_how *how)
{
    char etag[80];
    struct stat stat;
    int twin;
    bool packed = false;

    if (http_url_gzip(http_call_header(call, "Accept-Encoding"))) {
        enum err err = http_files_twin(files, path, fd, &twin);
        if (!err) {
            close(fd);
            fd = twin;
            packed = true;
        }
    }
    if (fstat(fd, &stat)) {
        close(fd);
        http_reply_err(call, ERR_IO, NULL);
        return;
    }
    snprintf(etag, sizeof etag, "\"%llx-%llx%09lx%s\"", (unsigned long long)stat.st_size,
             (unsigned long long)stat.st_mtim.tv_sec, (unsigned long)stat.st_mtim.tv_nsec,
             packed ? "-gz" : "");
    bool kept = how->kept && str_starts(str_of(path), str_of(how->kept));
    struct http_reply reply = {
        .type = http_url_type(str_of(path)),
        .etag = etag,
        .encoding = packed ? "gzip" : NULL,
        .cache = kept ? "public, max-age=31536000, immutable" : NULL,
        .vary_encoding = true,
    };
    http_reply_fd(call, &reply, fd, (uint64_t)stat.st_size);
}

void http_files_reply(const struct http_files *files, struct http_call *call, struct str path,
                      const struct http_files_how *how)
{
    char name[HTTP_PATH_MAX];
    int fd;

    enum err err = http_url_path(path, sizeof name, name);
    if (err) {
        http_reply_error(call, 404, "not_found", "There is nothing at this address.");
        return;
    }
    err = http_files_find(files, name, &fd);
    const char *last = strrchr(name, '/');
    if (err == ERR_NOT_FOUND && how->fallback && !strchr(last ? last : name, '.')) {
        snprintf(name, sizeof name, "%s", how->fallback);
        err = http_files_find(files, name, &fd);
    }
    if (err)
        http_reply_error(call, (unsigned)err_http(err), err == ERR_BUSY ? "busy" : "not_found",
                         err == ERR_BUSY ? "Too many files are open; try again."
                                         : "There is nothing at this address.");
    else
        http_files_send(files, call, name, fd, how);
}

bool http_files_named(const struct http_files *files, struct http_call *call, const char *name)
{
    static const struct http_files_how how = {0};
    int fd;

    enum err err = http_files_find(files, name, &fd);
    if (err == ERR_NOT_FOUND)
        return false;
    if (err)
        http_reply_err(call, err, NULL);
    else
        http_files_send(files, call, name, fd, &how);
    return true;
}
