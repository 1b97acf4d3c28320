/* cmd.h - the sub-commands. One file each; main.c finds them in this table.
 *
 * Each takes its own name as argv[0], prints data on stdout and messages on stderr, and returns the
 * exit status: 0 done, 1 failed, 2 wrong usage.
 * Layer      5
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/err.h"

/*     name       function      what it does */
#define CMD_LIST(X)                                                        \
    X("backup", cmd_backup, "copy what is stored to a file")               \
    X("city", cmd_city, "make, import or check a city's folder")           \
    X("decode", cmd_decode, "show what devices say as JSON")               \
    X("export", cmd_export, "write what devices said, as CSV or JSON")     \
    X("guide", cmd_guide, "say which bin a household item goes in")        \
    X("plan", cmd_plan, "plan a day's collection and sweeping")            \
    X("restore", cmd_restore, "make a backup the store of a city")         \
    X("road", cmd_road, "measure or describe the street network of a map") \
    X("solve", cmd_solve, "solve or check a published routing instance")   \
    X("serve", cmd_serve, "serve a city's page and API")                   \
    X("token", cmd_token, "tokens of devices and programs")                \
    X("user", cmd_user, "people who may come in, and their roles")         \
    X("version", cmd_version, "print the version")

#define X(name, function, summary) int function(int argc, char **argv);
CMD_LIST(X)
#undef X

/* Prints "yancheng NAME: message" and returns the exit status of the code. */
int cmd_fail(const char *name, const struct diag *diag);

#endif
