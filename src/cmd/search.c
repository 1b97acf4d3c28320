/* search.c - see search.h. */
#include "cmd/search.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { CMD_BAR = 32 };

/* A signal handler can reach nothing else. */
static atomic_bool cmd_stopped;

static void cmd_on_signal(int number)
{
    (void)number;
    atomic_store(&cmd_stopped, true);
}

const atomic_bool *cmd_stop_flag(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = cmd_on_signal;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &cmd_stopped;
}

enum err cmd_number(const char *command, const char *flag, const char *text, uint64_t least,
                    uint64_t most, uint64_t *ret, struct diag *diag)
{
    uint64_t value = 0;

    if (str_u64(str_of(text), &value) || value < least || value > most)
        return diag_set(diag, ERR_USAGE,
                        "--%s wants a whole number from %llu to %llu; see `yancheng %s --help`",
                        flag, (unsigned long long)least, (unsigned long long)most, command);
    *ret = value;
    return OK;
}

void cmd_bar(const char *what, double done)
{
    int filled = (int)(done * CMD_BAR);

    fprintf(stderr, "\r%-8s [", what);
    for (int i = 0; i < CMD_BAR; i++)
        fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "] %3d %%", (int)(done * 100));
    fflush(stderr);
}

void cmd_bar_clear(void)
{
    fprintf(stderr, "\r%60s\r", "");
}
