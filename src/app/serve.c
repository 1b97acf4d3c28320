/* serve.c - see serve.h. */
#include "app/serve.h"

#include <signal.h>
#include <sys/resource.h>

#include "app/api/api.h"
#include "app/ingest/gate.h"
#include "app/paths.h"
#include "app/tiles.h"
#include "base/file.h"
#include "base/log.h"
#include "folder/folder.h"

enum {
    APP_SERVE_DRAIN_MS = 50,  /* how often a stopping server looks whether answers are out */
    APP_SERVE_DRAIN_MAX = 40, /* then it stops all the same */
    APP_SERVE_BURST = 2000,   /* requests of one address: a page with its map, for an office */
    APP_SERVE_PER_S = 500,
};

struct app_server {
    const struct app_serve *serve;
    struct app_api api;
    struct city *city;
    struct net_loop *loop;
    struct http *http;
    struct app_gate gate;
    struct net_signal *term;
    struct net_signal *interrupt;
    struct net_timer *drain;
    unsigned drains;
};

static enum err app_serve_map(struct app_server *server, struct diag *diag)
{
    const struct app_serve *serve = server->serve;
    char path[FILE_PATH_MAX];

    if (serve->no_map)
        return OK;
    struct app_tiles_job job = {.folder = serve->folder,
                                .box = &server->city->box,
                                .progress = serve->progress,
                                .context = serve->context};
    enum err err = app_tiles_make(&job, diag);
    if (err)
        return err;
    err = file_join(sizeof path, path, serve->folder, "map.mbtiles");
    if (err)
        return diag_at(diag, err, serve->folder, 0, 0, "path is too long");
    err = store_tiles_open(path, &server->api.tiles, diag);
    if (err)
        return err;
    server->api.tiles_stamp = (uint64_t)file_modified_ns(path);
    return OK;
}

static enum err app_serve_open(const char *name, struct http_files **ret_files, struct diag *diag)
{
    char path[FILE_PATH_MAX];

    enum err err = app_paths_find(name, sizeof path, path, diag);
    return err ? err : http_files_open(path, ret_files, diag);
}

/* Devices and programs need no page: what they say is taken also where it was not built. */
static enum err app_serve_page(struct app_server *server, struct diag *diag)
{
    struct diag why = {0};

    enum err err = app_serve_open("web/dist", &server->api.web, &why);
    if (err == ERR_NOT_FOUND) {
        server->serve->notice(server->serve->context, "page", &why);
        return OK;
    }
    return err ? diag_set(diag, err, "%s", why.text) : OK;
}

static enum err app_serve_load(struct app_server *server, struct diag *diag)
{
    const struct app_serve *serve = server->serve;

    enum err err = folder_load(serve->folder, &server->city, diag);
    if (err)
        return err;
    server->api.city = server->city;
    server->api.version = serve->version;
    err = http_files_open(serve->folder, &server->api.folder, diag);
    if (err)
        return err;
    err = app_serve_page(server, diag);
    if (err)
        return err;
    err = app_serve_open("fonts", &server->api.fonts, diag);
    if (err)
        return err;
    (void)app_serve_open("docs/api", &server->api.docs, NULL); /* served where it is installed */
    return app_serve_map(server, diag);
}

static void app_serve_drain(void *context)
{
    struct app_server *server = context;

    if (http_busy(server->http) == 0 || ++server->drains >= APP_SERVE_DRAIN_MAX)
        net_loop_stop(server->loop);
}

/* Answers under way are let out; a second signal does not wait for them. */
static void app_serve_stop(void *context)
{
    struct app_server *server = context;

    if (server->drains++) {
        net_loop_stop(server->loop);
        return;
    }
    http_quiesce(server->http);
    app_gate_quiesce(&server->gate);
    net_timer_start(server->drain, 0, APP_SERVE_DRAIN_MS);
}

static void app_serve_ready(struct app_server *server, uint16_t mqtt)
{
    const struct app_serve *serve = server->serve;
    struct app_ports ports = {.http = http_port(server->http),
                              .jt808 = net_jt808_port(server->gate.terminals.server),
                              .mqtt = mqtt};

    LOG(serve->log, INFO, "serve_ready", KV_I64("http", ports.http), KV_I64("jt808", ports.jt808),
        KV_I64("mqtt", ports.mqtt));
    serve->ready(serve->context, &ports);
}

/* MQTT devices may log in, or why they cannot: the rest of the server goes on without. */
static void app_serve_mqtt(void *context, uint16_t port, const struct diag *diag)
{
    struct app_server *server = context;

    if (diag)
        server->serve->notice(server->serve->context, "MQTT", diag);
    if (server->gate.bus)
        app_serve_ready(server, port);
}

static bool app_serve_may_listen(void *context, const void *note)
{
    return app_auth_still(context, note, CIVIC_MAY_WATCH);
}

static enum err app_serve_auth(struct app_server *server, struct diag *diag)
{
    const struct app_serve *serve = server->serve;
    struct app_auth_options options = {.loop = server->loop,
                                       .clock = serve->clock,
                                       .log = serve->log,
                                       .store = server->gate.store,
                                       .reader = server->gate.reader,
                                       .loopback = http_bind_loopback(serve->bind)};

    enum err err = app_auth_bind(server->gate.reader, serve->bind, diag);
    if (!err)
        err = app_auth_new(&options, &server->api.auth, diag);
    if (!err)
        app_live_guard(server->gate.live, app_serve_may_listen, server->api.auth);
    return err;
}

static enum err app_serve_start(struct app_server *server, struct diag *diag)
{
    const struct app_serve *serve = server->serve;
    struct http_options options = {
        .clock = serve->clock,
        .bind = serve->bind,
        .port = serve->port,
        .name = serve->name,
        .gate = app_api_judge,
        .context = &server->api,
        .allowance = {.per_s = APP_SERVE_PER_S, .burst = APP_SERVE_BURST}};

    options.routes = app_api_routes(&options.route_count);
    enum err err = net_loop_new(&server->loop);
    if (err)
        return diag_set(diag, err, "cannot make an event loop: %s", err_text(err));
    options.loop = server->loop;
    struct app_gate_options gate = {.folder = serve->folder,
                                    .city = server->city,
                                    .loop = server->loop,
                                    .clock = serve->clock,
                                    .log = serve->log,
                                    .bind = serve->bind,
                                    .jt808_port = serve->jt808_port,
                                    .mqtt_port = serve->mqtt_port,
                                    .no_mqtt = serve->no_mqtt,
                                    .bus_url = serve->bus_url,
                                    .mqtt = app_serve_mqtt,
                                    .context = server,
                                    .enrol_open = serve->enrol_open};
    err = app_gate_open(&gate, &server->gate, diag);
    if (err)
        return err;
    server->api.gate = &server->gate;
    err = app_serve_auth(server, diag);
    if (err)
        return err;
    err = http_new(&options, &server->http, diag);
    if (err)
        return err;
    server->api.http = server->http;
    err = net_timer_new(server->loop, app_serve_drain, server, &server->drain);
    if (!err)
        err = net_signal_new(server->loop, SIGTERM, app_serve_stop, server, &server->term);
    if (!err)
        err = net_signal_new(server->loop, SIGINT, app_serve_stop, server, &server->interrupt);
    return err ? diag_set(diag, err, "cannot wait for signals: %s", err_text(err)) : OK;
}

static void app_serve_done(struct app_server *server)
{
    server->drains++;              /* a signal from now on finds nothing left to begin */
    net_timer_free(server->drain); /* the loop turns below, without the HTTP server */
    app_gate_drain(&server->gate);
    app_auth_stop(server->api.auth);
    http_free(server->http);
    app_gate_close(&server->gate);
    app_auth_free(server->api.auth);
    net_signal_free(server->term);
    net_signal_free(server->interrupt);
    net_loop_free(server->loop);
    store_tiles_close(server->api.tiles);
    http_files_close(server->api.docs);
    http_files_close(server->api.fonts);
    http_files_close(server->api.web);
    http_files_close(server->api.folder);
    app_api_done(&server->api);
    city_free(server->city);
}

/* Ten thousand terminals are ten thousand descriptors: as many as the system lets us have. */
static void app_serve_descriptors(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

enum err app_serve_run(const struct app_serve *serve, struct diag *diag)
{
    struct app_server server = {.serve = serve};

    app_serve_descriptors();
    app_api_init(&server.api);
    enum err err = app_serve_load(&server, diag);
    if (!err)
        err = app_serve_start(&server, diag);
    if (!err) {
        if (!server.gate.bus) /* else it tells when devices may log in */
            app_serve_ready(&server, 0);
        net_loop_run(server.loop);
        LOG(serve->log, INFO, "serve_stopped", KV_I64("http", http_port(server.http)));
    }
    app_serve_done(&server);
    return err;
}
