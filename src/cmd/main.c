/* main.c - chooses the sub-command. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} cmd_table[] = {
#define X(name, function, summary) {name, function, summary},
    CMD_LIST(X)
#undef X
};

static void cmd_usage(FILE *out)
{
    fprintf(out, "Usage: yancheng COMMAND [ARGUMENT ...]\n\n"
                 "Runs a city's waste sorting and street sanitation.\n\nCommands:\n");
    for (size_t i = 0; i < COUNT_OF(cmd_table); i++)
        fprintf(out, "  %-10s %s\n", cmd_table[i].name, cmd_table[i].summary);
    fprintf(out, "\n`yancheng COMMAND --help` tells more.\n");
}

int cmd_fail(const char *name, const struct diag *diag)
{
    char text[512];

    diag_text(diag, sizeof text, text);
    fprintf(stderr, "yancheng %s: %s\n", name, text);
    return err_exit(diag->code ? diag->code : ERR_IO);
}

int cmd_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("yancheng %s\n", YANCHENG_VERSION);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        cmd_usage(stderr);
        return err_exit(ERR_USAGE);
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        cmd_usage(stdout);
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(cmd_table); i++)
        if (!strcmp(argv[1], cmd_table[i].name))
            return cmd_table[i].run(argc - 1, argv + 1);
    fprintf(stderr, "yancheng: no command `%s`; `yancheng --help` lists them\n", argv[1]);
    return err_exit(ERR_USAGE);
}
