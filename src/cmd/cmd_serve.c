/* cmd_serve.c - `yancheng serve DIR`: the page of one city. */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "app/serve.h"
#include "base/log.h"
#include "base/str.h"
#include "cmd/cmd.h"

static const char serve_help[] =
    "Usage: yancheng serve DIR [--http PORT] [--jt808 PORT] [--mqtt PORT|off]\n"
    "                          [--enrol known|open] [--bus URL]\n"
    "                          [--bind ADDRESS] [--name HOST] [--no-map]\n\n"
    "Serves the page of the city in DIR until SIGTERM or Ctrl-C. When it is ready it prints\n"
    "one line of JSON: {\"http\":8080,\"jt808\":8088,\"mqtt\":1883}.\n"
    "--http PORT      8080 by default; 0 takes a free port\n"
    "--jt808 PORT     8088 by default, for vehicle terminals; 0 takes a free port\n"
    "--mqtt PORT      1883 by default, for MQTT sensors; 0 takes a free port; off: none\n"
    "--bus URL        nats://... of a nats-server that runs; without it one is started\n"
    "--enrol WHO      known: only terminals of fleet.csv register (default); open: new ones are\n"
    "                 taken in and listed as unassigned\n"
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

static void serve_ready(void *context, const struct app_ports *ports)
{
    struct serve_call *call = context;
    const char *bind = call->serve.bind;
    bool v6 = false;

    for (const char *c = bind; *c; c++)
        v6 = v6 || *c == ':';
    if (call->told && call->terminal)
        fprintf(stderr, "\n");
    fprintf(stderr, "Yancheng is ready: http://%s%s%s:%u/\n", v6 ? "[" : "", bind, v6 ? "]" : "",
            (unsigned)ports->http);
    printf("{\"http\":%u,\"jt808\":%u", (unsigned)ports->http, (unsigned)ports->jt808);
    if (ports->mqtt)
        printf(",\"mqtt\":%u", (unsigned)ports->mqtt);
    printf("}\n");
    fflush(stdout);
}

static void serve_notice(void *context, const char *what, const struct diag *diag)
{
    (void)context;
    fprintf(stderr, "yancheng serve: no %s: %s\n", what, diag ? diag->text : "");
}

static enum err serve_port(const char *option, uint16_t *ret_port, struct diag *diag)
{
    uint64_t port;

    if (str_u64(str_of(optarg), &port) || port > UINT16_MAX)
        return diag_set(diag, ERR_USAGE, "%s wants a port from 0 to 65535, not `%s`", option,
                        optarg);
    *ret_port = (uint16_t)port;
    return OK;
}

static enum err serve_enrol(struct serve_call *call, struct diag *diag)
{
    struct str who = str_of(optarg);

    if (!str_eq(who, STR("known")) && !str_eq(who, STR("open")))
        return diag_set(diag, ERR_USAGE, "--enrol wants known or open, not `%s`", optarg);
    call->serve.enrol_open = str_eq(who, STR("open"));
    return OK;
}

static enum err serve_option(struct serve_call *call, int option, struct diag *diag)
{
    switch (option) {
    case 'p':
        return serve_port("--http", &call->serve.port, diag);
    case 'j':
        return serve_port("--jt808", &call->serve.jt808_port, diag);
    case 'q':
        call->serve.no_mqtt = str_eq(str_of(optarg), STR("off"));
        return call->serve.no_mqtt ? OK : serve_port("--mqtt", &call->serve.mqtt_port, diag);
    case 'u':
        call->serve.bus_url = optarg;
        return OK;
    case 'e':
        return serve_enrol(call, diag);
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
        {"http", required_argument, NULL, 'p'},  {"jt808", required_argument, NULL, 'j'},
        {"mqtt", required_argument, NULL, 'q'},  {"bus", required_argument, NULL, 'u'},
        {"enrol", required_argument, NULL, 'e'}, {"bind", required_argument, NULL, 'b'},
        {"name", required_argument, NULL, 'n'},  {"no-map", no_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
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
                                        .jt808_port = 8088,
                                        .mqtt_port = 1883,
                                        .notice = serve_notice,
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
