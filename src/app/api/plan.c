/* plan.c - the day's plan, as the planner wrote it into the city's folder, and the state of health.
 *
 * The two files are replaced whole by the planner, so that an open one is always complete.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/api/api.h"
#include "base/jw.h"

static void app_api_plan_file(const struct app_api *api, struct http_call *call, const char *name)
{
    if (!http_files_named(api->folder, call, name))
        http_reply_error(call, 404, "no_plan", "There is no plan yet; `yancheng plan` makes one.");
}

void app_api_plan(void *context, struct http_call *call)
{
    app_api_plan_file(context, call, "plan.json");
}

void app_api_plan_routes(void *context, struct http_call *call)
{
    app_api_plan_file(context, call, "plan.geojson");
}

/* A word that changes whenever the plan does, so that a page can ask cheaply; null without a plan.
 */
static void app_api_plan_version(const struct app_api *api, struct jw *jw)
{
    struct stat stat;
    char version[48];
    int fd;

    jw_key(jw, "plan");
    if (http_files_find(api->folder, "plan.json", &fd)) {
        jw_null(jw);
        return;
    }
    bool known = fstat(fd, &stat) == 0;
    close(fd);
    if (!known) {
        jw_null(jw);
        return;
    }
    snprintf(version, sizeof version, "%llx-%llx%09lx", (unsigned long long)stat.st_size,
             (unsigned long long)stat.st_mtim.tv_sec, (unsigned long)stat.st_mtim.tv_nsec);
    jw_text(jw, version);
}

void app_api_health(void *context, struct http_call *call)
{
    struct app_api *api = context;
    struct buf body;
    struct jw jw;

    buf_init(&body, 4096);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "status");
    jw_text(&jw, "ok");
    jw_key(&jw, "version");
    jw_text(&jw, api->version);
    jw_key(&jw, "city");
    jw_str(&jw, api->city->id);
    jw_key(&jw, "map");
    jw_bool(&jw, api->tiles != NULL);
    app_api_plan_version(api, &jw);
    jw_object_end(&jw);
    struct http_reply reply = {.type = "application/json", .cache = "no-store"};
    http_reply_take(call, &reply, &body);
}
