/* live.c - see live.h. */
#include "app/ingest/live.h"

#include <string.h>

#include "app/ingest/show.h"

struct app_live_event {
    uint64_t id; /* 0: an empty slot */
    struct buf text;
};

struct app_live_page {
    struct app_live *live;
    struct http_stream *stream;
    struct app_live_page *next;
    _Alignas(16) unsigned char note[HTTP_NOTE_BYTES]; /* who listens */
};

struct app_live {
    struct app_devices *devices;
    struct net_timer *due;
    struct net_timer *beat;
    struct app_live_page *pages;
    size_t page_count;
    bool (*may)(void *context, const void *note);
    void *may_context;
    uint64_t next;                                     /* id of the next event */
    uint64_t oldest;                                   /* from here on all events are kept */
    struct app_live_event events[APP_LIVE_EVENTS_MAX]; /* a ring by id */
    size_t bytes;
    VEC(uint32_t) moved;  /* devices whose position is to be told */
    VEC(uint32_t) filled; /* devices whose reading is */
    struct buf body;
};

static struct app_live_event *app_live_slot(struct app_live *live, uint64_t id)
{
    return &live->events[id % APP_LIVE_EVENTS_MAX];
}

static void app_live_forget(struct app_live *live)
{
    struct app_live_event *event = app_live_slot(live, live->oldest++);

    live->bytes -= event->text.size;
    buf_done(&event->text);
    event->id = 0;
}

/* Nobody listens: what happens now is not kept, so a page that comes back loads anew. */
static bool app_live_idle(struct app_live *live)
{
    if (live->page_count > 0)
        return false;
    while (live->oldest < live->next)
        app_live_forget(live);
    live->oldest = ++live->next;
    return true;
}

static struct jw app_live_begin(struct app_live *live)
{
    struct jw jw;

    buf_reset(&live->body);
    jw_init(&jw, &live->body);
    return jw;
}

/* Sends live->body as the data of an event. */
static void app_live_send(struct app_live *live, const char *name)
{
    if (buf_err(&live->body))
        return; /* the next change of the same device says more */
    while (live->oldest < live->next && (live->next - live->oldest >= APP_LIVE_EVENTS_MAX ||
                                         live->bytes + live->body.size > APP_LIVE_BYTES_MAX))
        app_live_forget(live);
    struct app_live_event *event = app_live_slot(live, live->next);
    event->id = live->next++;
    buf_init(&event->text, live->body.size + 96);
    buf_printf(&event->text, "id: %llu\nevent: %s\ndata: ", (unsigned long long)event->id, name);
    buf_str(&event->text, buf_text(&live->body));
    buf_str(&event->text, STR("\n\n"));
    if (buf_err(&event->text)) { /* without it the others are no whole: pages load anew */
        buf_done(&event->text);
        while (live->oldest < live->next)
            app_live_forget(live);
        return;
    }
    live->bytes += event->text.size;
    for (struct app_live_page *page = live->pages; page; page = page->next)
        http_stream_send(page->stream, buf_text(&event->text));
}

static void app_live_due(void *context)
{
    struct app_live *live = context;

    for (size_t i = 0; i < live->moved.count; i++) {
        struct app_device *device = app_device_by_id(live->devices, live->moved.items[i]);
        device->terminal->moved = false;
        struct jw jw = app_live_begin(live);
        app_show_moved(&jw, device);
        app_live_send(live, "position");
    }
    for (size_t i = 0; i < live->filled.count; i++) {
        struct app_device *device = app_device_by_id(live->devices, live->filled.items[i]);
        device->filled = false;
        struct jw jw = app_live_begin(live);
        app_show_filled(&jw, device);
        app_live_send(live, "reading");
    }
    live->moved.count = live->filled.count = 0;
}

/* Who has been locked or revoked meanwhile hears no more. */
static void app_live_beat(void *context)
{
    struct app_live *live = context;
    struct app_live_page **at = &live->pages;

    while (*at) {
        struct app_live_page *page = *at;
        if (!live->may || live->may(live->may_context, page->note)) {
            http_stream_send(page->stream, STR(": still here\n\n"));
            at = &page->next;
            continue;
        }
        *at = page->next;
        live->page_count--;
        http_stream_close(page->stream);
        mem_free(page);
    }
}

void app_live_guard(struct app_live *live, bool (*may)(void *context, const void *note),
                    void *context)
{
    live->may = may;
    live->may_context = context;
}

enum err app_live_new(struct net_loop *loop, struct app_devices *devices, const struct clock *clock,
                      struct app_live **ret_live)
{
    struct app_live *live = mem_zero(1, sizeof *live);

    if (!live)
        return ERR_NOMEM;
    live->devices = devices;
    /* Greater than any number of an earlier run: a page that stayed open is told to load anew. */
    live->next = live->oldest = (uint64_t)clock_utc(clock).us / 1000;
    buf_init(&live->body, 64 << 10);
    enum err err = net_timer_new(loop, app_live_due, live, &live->due);
    if (!err)
        err = net_timer_new(loop, app_live_beat, live, &live->beat);
    if (err) {
        app_live_free(live);
        return err;
    }
    net_timer_start(live->due, APP_LIVE_EVERY_MS, APP_LIVE_EVERY_MS);
    net_timer_start(live->beat, APP_LIVE_BEAT_MS, APP_LIVE_BEAT_MS);
    *ret_live = live;
    return OK;
}

void app_live_free(struct app_live *live)
{
    if (!live)
        return;
    ASSERT(!live->pages); /* http_free() has closed them */
    net_timer_free(live->due);
    net_timer_free(live->beat);
    while (live->oldest < live->next)
        app_live_forget(live);
    vec_done(&live->moved);
    vec_done(&live->filled);
    buf_done(&live->body);
    mem_free(live);
}

static void app_live_left(void *context)
{
    struct app_live_page *page = context;
    struct app_live_page **at = &page->live->pages;

    while (*at != page)
        at = &(*at)->next;
    *at = page->next;
    page->live->page_count--;
    mem_free(page);
}

/* Can everything after `seen` be told? Only what fits into the page's buffer: more would cut it off,
 * and it would come back for the same. */
static bool app_live_knows(struct app_live *live, struct str last, uint64_t *ret_seen)
{
    uint64_t seen;
    size_t bytes = 0;

    if (last.size == 0 || str_u64(last, &seen) || seen >= live->next || seen + 1 < live->oldest)
        return false;
    for (uint64_t id = seen + 1; id < live->next; id++)
        bytes += app_live_slot(live, id)->text.size;
    *ret_seen = seen;
    return bytes <= HTTP_STREAM_BYTES_MAX / 2;
}

/* What the page missed, or that it must load anew. */
static void app_live_catch_up(struct app_live *live, struct app_live_page *page, struct str last)
{
    struct buf text;
    uint64_t seen;

    if (app_live_knows(live, last, &seen)) {
        for (uint64_t id = seen + 1; id < live->next; id++)
            http_stream_send(page->stream, buf_text(&app_live_slot(live, id)->text));
        return;
    }
    buf_init(&text, 64);
    buf_printf(&text, "id: %llu\nevent: reset\ndata: {}\n\n", (unsigned long long)(live->next - 1));
    http_stream_send(page->stream, buf_text(&text));
    buf_done(&text);
}

void app_live_join(struct app_live *live, struct http_call *call, struct str last)
{
    struct app_live_page *page = mem_zero(1, sizeof *page);
    char kept[24];

    if (!page || last.size >= sizeof kept) {
        mem_free(page);
        http_reply_err(call, page ? ERR_SYNTAX : ERR_NOMEM, NULL);
        return;
    }
    for (size_t i = 0; i < last.size; i++)
        kept[i] = last.data[i]; /* the call's own text ends with its answer */
    last.data = kept;
    page->live = live;
    memcpy(page->note, http_call_note(call), sizeof page->note);
    if (http_stream_open(call, app_live_left, page, &page->stream)) {
        mem_free(page);
        return;
    }
    if (live->page_count == 0)
        (void)app_live_idle(live); /* what came before nobody was told */
    page->next = live->pages;
    live->pages = page;
    live->page_count++;
    app_live_catch_up(live, page, last);
}

size_t app_live_pages(const struct app_live *live)
{
    return live->page_count;
}

/* Devices already in the list are marked; without memory the next change tells. */
void app_live_position(struct app_live *live, struct app_device *device)
{
    if (device->terminal->moved || live->page_count == 0)
        return;
    device->terminal->moved = !vec_push(&live->moved, device->row.id);
}

void app_live_reading(struct app_live *live, struct app_device *device)
{
    if (device->filled || live->page_count == 0)
        return;
    device->filled = !vec_push(&live->filled, device->row.id);
}

void app_live_device(struct app_live *live, struct app_device *device)
{
    if (app_live_idle(live))
        return;
    struct jw jw = app_live_begin(live);
    app_show_device(&jw, device);
    app_live_send(live, "device");
}

void app_live_command(struct app_live *live, const struct app_command *command)
{
    if (app_live_idle(live))
        return;
    struct jw jw = app_live_begin(live);
    app_show_command(&jw, command, true);
    app_live_send(live, "command");
}
