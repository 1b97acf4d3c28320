/* cmd_backup.c - `yancheng backup DIR FILE` and `yancheng restore DIR FILE`. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "store/backup.h"

static const char backup_help[] = "Usage: yancheng backup DIR FILE\n\n"
                                  "Copies what is stored in the city's folder DIR to FILE while "
                                  "its server may run. FILE gets its\n"
                                  "name when the copy is whole and checked.\n";

static const char restore_help[] = "Usage: yancheng restore DIR FILE\n\n"
                                   "Makes the backup FILE the store of the city's folder DIR. The "
                                   "server must be stopped. What was\n"
                                   "stored there is set aside as DIR/" STORE_OLD_FILE ".\n";

struct backup_call {
    struct store_backup backup;
    bool terminal;
    bool told; /* a progress line stands unfinished */
};

static void backup_progress(void *context, unsigned percent)
{
    struct backup_call *call = context;

    if (!call->terminal)
        return;
    fprintf(stderr, "\rCopying: %u %%", percent);
    call->told = true;
}

typedef enum err backup_fn(const struct store_backup *backup, struct diag *diag);

static int backup_run(int argc, char **argv, const char *help, backup_fn *fn)
{
    struct diag diag = {0};

    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(help, stdout);
        return 0;
    }
    if (argc != 3 || argv[1][0] == '-') {
        diag_set(&diag, ERR_USAGE, "name a folder and a file; see `yancheng %s --help`", argv[0]);
        return cmd_fail(argv[0], &diag);
    }
    struct backup_call call = {
        .backup = {.folder = argv[1], .file = argv[2], .progress = backup_progress},
        .terminal = isatty(STDERR_FILENO) == 1,
    };
    call.backup.context = &call;
    enum err err = fn(&call.backup, &diag);
    if (call.told)
        fputc('\n', stderr);
    return err ? cmd_fail(argv[0], &diag) : 0;
}

int cmd_backup(int argc, char **argv)
{
    return backup_run(argc, argv, backup_help, store_backup);
}

int cmd_restore(int argc, char **argv)
{
    return backup_run(argc, argv, restore_help, store_restore);
}
