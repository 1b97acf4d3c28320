/* tiles.c - see tiles.h. */
#include "app/tiles.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/paths.h"
#include "base/file.h"

extern char **environ;

/* The end of what the child said, for a message when it fails. */
struct app_tiles_said {
    char line[160]; /* being read */
    size_t size;
    char last[160]; /* the last whole line that says something */
};

struct app_tiles_paths {
    char map[FILE_PATH_MAX];
    char tiles[FILE_PATH_MAX];
    char part[FILE_PATH_MAX];
    char config[FILE_PATH_MAX];
    char process[FILE_PATH_MAX];
    char bbox[80];
};

static enum err app_tiles_paths(const struct app_tiles_job *job, struct app_tiles_paths *ret,
                                struct diag *diag)
{
    enum err err = file_join(sizeof ret->map, ret->map, job->folder, "map.osm.pbf");
    if (!err)
        err = file_join(sizeof ret->tiles, ret->tiles, job->folder, "map.mbtiles");
    if (!err) /* the name's end tells tilemaker the format */
        err = file_join(sizeof ret->part, ret->part, job->folder, "map.new.mbtiles");
    if (err)
        return diag_at(diag, err, job->folder, 0, 0, "path is too long");
    err = app_paths_find("web/tiles/config.json", sizeof ret->config, ret->config, diag);
    if (err)
        return err;
    err = app_paths_find("web/tiles/process.lua", sizeof ret->process, ret->process, diag);
    if (err)
        return err;
    snprintf(ret->bbox, sizeof ret->bbox, "%.7f,%.7f,%.7f,%.7f", geo_lng(job->box->min),
             geo_lat(job->box->min), geo_lng(job->box->max), geo_lat(job->box->max));
    return OK;
}

/* A number at the start of *text, which then begins after it. */
static bool app_tiles_number(struct str *text, uint64_t *ret)
{
    size_t size = 0;

    while (size < text->size && text->data[size] >= '0' && text->data[size] <= '9')
        size++;
    enum err err = str_u64((struct str){text->data, size}, ret);
    *text = (struct str){text->data + size, text->size - size};
    return !err;
}

/* tilemaker writes "Zoom level 14, writing tile 72 of 172" and a carriage return. */
static void app_tiles_line(const struct app_tiles_job *job, struct app_tiles_said *said)
{
    static const char mark[] = "writing tile ";
    struct str line = str_trim((struct str){said->line, said->size});
    uint64_t done;
    uint64_t all;

    said->size = 0;
    if (!line.size)
        return;
    snprintf(said->last, sizeof said->last, "%.*s", STR_ARG(line));
    const char *at = memmem(line.data, line.size, mark, sizeof mark - 1);
    if (!at || !job->progress)
        return;
    at += sizeof mark - 1;
    line = (struct str){at, line.size - (size_t)(at - line.data)};
    if (!app_tiles_number(&line, &done) || !str_starts(line, STR(" of ")))
        return;
    line = (struct str){line.data + 4, line.size - 4};
    if (app_tiles_number(&line, &all) && all && done <= all && all < UINT32_MAX)
        job->progress(job->context, (unsigned)(done * 100 / all));
}

static void app_tiles_hear(const struct app_tiles_job *job, int fd, struct app_tiles_said *said)
{
    char chunk[4096];

    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        for (ssize_t i = 0; i < got; i++) {
            bool ends = chunk[i] == '\n' || chunk[i] == '\r';
            if (ends)
                app_tiles_line(job, said);
            else if (said->size < sizeof said->line)
                said->line[said->size++] = chunk[i];
        }
    }
}

static int app_tiles_start(const char *program, const struct app_tiles_paths *paths, int out_fd,
                           pid_t *ret_pid)
{
    const char *words[] = {program,        "--input",  paths->map,    "--output",
                           paths->part,    "--config", paths->config, "--process",
                           paths->process, "--bbox",   paths->bbox,   NULL};
    char *argv[COUNT_OF(words)];
    posix_spawn_file_actions_t actions;

    memcpy(argv, words, sizeof argv); /* posix_spawn's type lacks const, its contract does not */
    int number = posix_spawn_file_actions_init(&actions);
    if (number)
        return number;
    number = posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    if (!number)
        number = posix_spawn_file_actions_adddup2(&actions, out_fd, STDERR_FILENO);
    if (!number)
        number = posix_spawnp(ret_pid, program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return number;
}

static int app_tiles_wait(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

static enum err app_tiles_ended(int status, const struct app_tiles_paths *paths,
                                const struct app_tiles_said *said, struct diag *diag)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && file_exists(paths->part)) {
        if (rename(paths->part, paths->tiles) == 0)
            return OK;
        return diag_at(diag, err_of_errno(errno), paths->tiles, 0, 0, "cannot be replaced: %s",
                       strerror(errno));
    }
    unlink(paths->part);
    if (WIFSIGNALED(status))
        return diag_at(diag, ERR_CANCELLED, paths->map, 0, 0,
                       "making map tiles was ended by signal %d", WTERMSIG(status));
    return diag_at(diag, ERR_INVALID, paths->map, 0, 0, "tilemaker cannot make tiles of it: %s",
                   said->last[0] ? said->last : "it gives no reason");
}

static enum err app_tiles_run(const struct app_tiles_job *job, const struct app_tiles_paths *paths,
                              struct diag *diag)
{
    const char *program = job->program ? job->program : "tilemaker";
    struct app_tiles_said said = {0};
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC))
        return diag_set(diag, err_of_errno(errno), "cannot make a pipe: %s", strerror(errno));
    int number = app_tiles_start(program, paths, ends[1], &pid);
    close(ends[1]);
    if (number) {
        close(ends[0]);
        if (number == ENOENT)
            return diag_set(diag, ERR_UNSUPPORTED,
                            "map tiles are missing and tilemaker is not installed; "
                            "`apt-get install tilemaker`, or start with --no-map");
        return diag_set(diag, err_of_errno(number), "cannot start %s: %s", program,
                        strerror(number));
    }
    app_tiles_hear(job, ends[0], &said);
    app_tiles_line(job, &said);
    close(ends[0]);
    return app_tiles_ended(app_tiles_wait(pid), paths, &said, diag);
}

enum err app_tiles_make(const struct app_tiles_job *job, struct diag *diag)
{
    struct app_tiles_paths paths;

    enum err err = app_tiles_paths(job, &paths, diag);
    if (err)
        return err;
    int64_t map_ns = file_modified_ns(paths.map);
    int64_t tiles_ns = file_modified_ns(paths.tiles);
    if (tiles_ns && tiles_ns >= map_ns && tiles_ns >= file_modified_ns(paths.process) &&
        tiles_ns >= file_modified_ns(paths.config))
        return OK;
    if (!map_ns)
        return diag_at(diag, ERR_NOT_FOUND, paths.map, 0, 0,
                       "there is no map; `yancheng city import MAP` brings one");
    if (job->progress)
        job->progress(job->context, 0);
    return app_tiles_run(job, &paths, diag);
}
