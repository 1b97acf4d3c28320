/* plan.c - the day's plan, as the planner wrote it into the city's folder, and the state of health.
 *
 * The two files are replaced whole by the planner, so that an open one is always complete.
 */
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

static bool app_api_has(const struct http_files *files, const char *name)
{
    int fd;

    if (http_files_find(files, name, &fd))
        return false;
    close(fd);
    return true;
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
    jw_key(&jw, "plan");
    jw_bool(&jw, app_api_has(api->folder, "plan.json"));
    jw_object_end(&jw);
    struct http_reply reply = {.type = "application/json", .cache = "no-store"};
    http_reply_take(call, &reply, &body);
}
