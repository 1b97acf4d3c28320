/* audit.c - the trail of what was changed, newest first; only an audit administrator reads it. */
#include "app/api/user.h"
#include "app/ingest/show.h"

enum { APP_API_AUDIT_PAGE = 100, APP_API_AUDIT_PAGE_MAX = 1000 };

struct app_audit_page {
    struct jw jw;
    uint64_t limit;
    uint64_t count;
    uint64_t last; /* id of the last row written */
    bool more;
};

static enum err app_audit_row(void *context, const struct store_audit *row)
{
    struct app_audit_page *page = context;
    const struct {
        const char *key;
        struct str text;
    } texts[] = {{"who", row->who},
                 {"peer", row->peer},
                 {"action", row->action},
                 {"what", row->what},
                 {"detail", row->detail}};

    if (page->count == page->limit) {
        page->more = true;
        return OK;
    }
    jw_object(&page->jw);
    jw_key(&page->jw, "id");
    jw_i64(&page->jw, (int64_t)row->id);
    app_show_time(&page->jw, "at", row->at);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        jw_key(&page->jw, texts[i].key);
        jw_str(&page->jw, texts[i].text);
    }
    jw_object_end(&page->jw);
    page->count++;
    page->last = row->id;
    return OK;
}

void app_api_audit(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct app_audit_page page = {.limit = APP_API_AUDIT_PAGE};
    struct buf body;
    uint64_t before = 0;

    if (!app_api_number(call, "limit", APP_API_AUDIT_PAGE_MAX, &page.limit) ||
        !app_api_number(call, "after", INT64_MAX, &before))
        return;
    if (page.limit == 0)
        page.limit = 1;
    buf_init(&body, APP_API_BODY_BYTES_MAX);
    jw_init(&page.jw, &body);
    jw_object(&page.jw);
    jw_key(&page.jw, "entries");
    jw_array(&page.jw);
    enum err err =
        store_audit_page(app_auth_reader(api->auth), before, page.limit + 1, app_audit_row, &page);
    jw_array_end(&page.jw);
    jw_key(&page.jw, "next");
    if (page.more)
        jw_i64(&page.jw, (int64_t)page.last);
    else
        jw_null(&page.jw);
    jw_object_end(&page.jw);
    if (err) {
        buf_done(&body);
        http_reply_err(call, err, "The trail cannot be read.");
        return;
    }
    app_api_reply(call, 200, &body);
}
