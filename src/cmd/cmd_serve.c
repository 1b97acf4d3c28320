/* cmd_serve.c - `yancheng serve DIR`: the page of one city. */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "app/serve.h"
#include "base/log.h"
#include "base/str.h"
#include "cmd/cmd.h"

static const char serve_help[] =
    "Usage: yancheng serve DIR [--http PORT] [--bind ADDRESS] [--name HOST] [--no-map]\n\n"
    "Serves the page of the city in DIR until SIGTERM or Ctrl-C. When it is ready it prints\n"
    "one line of JSON: {\"http\":8080}.\n"
    "--http PORT      8080 by default; 0 takes a free port\n"
    "--bind ADDRESS   127.0.0.1 by default: only this machine can reach it\n"
    "--name HOST      a host name that a proxy on this machine passes on\n"
    "--no-map         draw no base map; without it DIR/map.mbtiles is made when missing or old\n";

struct serve_call {
    struct app_serve serve;
    bool help;
    bool terminal; /* progress may rewrite its line */
    bool told;     /* a progress line stands unfinished */
};

static void serve_progress(void *context, unsigned percent)
{
    struct serve_call *call = context;

    if (call->terminal)
        fprintf(stderr, "\rMaking map tiles: %u %%", percent);
    else if (!call->told)
        fprintf(stderr, "Making map tiles\n");
    call->told = true;
}

static void serve_ready(void *context, uint16_t port)
{
    struct serve_call *call = context;
    const char *bind = call->serve.bind;
    bool v6 = false;

    for (const char *c = bind; *c; c++)
        v6 = v6 || *c == ':';
    if (call->told && call->terminal)
        fprintf(stderr, "\n");
    fprintf(stderr, "Yancheng is ready: http://%s%s%s:%u/\n", v6 ? "[" : "", bind, v6 ? "]" : "",
            (unsigned)port);
    printf("{\"http\":%u}\n", (unsigned)port);
    fflush(stdout);
}

static enum err serve_option(struct serve_call *call, int option, struct diag *diag)
{
    uint64_t port;

    switch (option) {
    case 'p':
        if (str_u64(str_of(optarg), &port) || port > UINT16_MAX)
            return diag_set(diag, ERR_USAGE, "--http wants a port from 0 to 65535, not `%s`",
                            optarg);
        call->serve.port = (uint16_t)port;
        return OK;
    case 'b':
        call->serve.bind = optarg;
        return OK;
    case 'n':
        call->serve.name = optarg;
        return OK;
    case 'm':
        call->serve.no_map = true;
        return OK;
    case 'h':
        call->help = true;
        return OK;
    default:
        return diag_set(diag, ERR_USAGE, "no such option; see `yancheng serve --help`");
    }
}

static enum err serve_parse(int argc, char **argv, struct serve_call *call, struct diag *diag)
{
    static const struct option options[] = {
        {"http", required_argument, NULL, 'p'}, {"bind", required_argument, NULL, 'b'},
        {"name", required_argument, NULL, 'n'}, {"no-map", no_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0},
    };

    opterr = 0;
    optind = 1;
    for (;;) {
        int option = getopt_long(argc, argv, "h", options, NULL);
        if (option < 0)
            break;
        enum err err = serve_option(call, option, diag);
        if (err || call->help)
            return err;
    }
    if (optind + 1 != argc)
        return diag_set(diag, ERR_USAGE, "name one city folder; see `yancheng serve --help`");
    call->serve.folder = argv[optind];
    return OK;
}

int cmd_serve(int argc, char **argv)
{
    struct diag diag = {0};
    struct log log = {.out = stderr, .least = LOG_WARN, .clock = clock_os()};
    struct serve_call call = {.serve = {.bind = "127.0.0.1",
                                        .port = 8080,
                                        .version = YANCHENG_VERSION,
                                        .clock = clock_os(),
                                        .log = &log,
                                        .progress = serve_progress,
                                        .ready = serve_ready},
                              .terminal = isatty(STDERR_FILENO)};

    call.serve.context = &call;
    enum err err = serve_parse(argc, argv, &call, &diag);
    if (!err && call.help) {
        printf("%s", serve_help);
        return 0;
    }
    if (!err)
        err = app_serve_run(&call.serve, &diag);
    if (!err)
        return 0;
    if (call.told && call.terminal)
        fprintf(stderr, "\n");
    return cmd_fail("serve", &diag);
}
