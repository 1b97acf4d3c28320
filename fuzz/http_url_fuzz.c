/* http_url_fuzz.c - a request's text: whatever passes as a path stays below its folder. */
#include <string.h>

#include "fuzz.h"
#include "http/url.h"

/* Said again in another way than url.c does it. */
static void fuzz_path_is_safe(const char *path)
{
    size_t size = strlen(path);

    ASSERT(size < HTTP_PATH_MAX);
    ASSERT(path[0] != '/' && path[0] != '.');
    ASSERT(!strstr(path, "/.") && !strstr(path, "//") && !strchr(path, '\\'));
    ASSERT(size == 0 || path[size - 1] != '/');
}

/* What was decoded is text, and no longer than it was; what a cookie gives lies in its header. */
static void fuzz_values(struct str text)
{
    char value[HTTP_PATH_MAX];
    size_t used;
    size_t bad;

    if (!http_url_value(text, sizeof value, value, &used)) {
        ASSERT(used <= text.size && used < sizeof value && value[used] == '\0');
        ASSERT(str_utf8((struct str){value, used}, &bad));
    }
    struct str cookie = http_url_cookie(text, STR("c"));
    ASSERT(cookie.size == 0 ||
           (cookie.data >= text.data && cookie.data + cookie.size <= text.data + text.size));
    ASSERT(!memchr(cookie.size ? cookie.data : "", ';', cookie.size));
    bool listed = http_url_type_listed(text, STR("application/json"));
    ASSERT(!listed || text.size >= sizeof "application/json" - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct http_params params = {0};
    char path[HTTP_PATH_MAX];

    if (!http_url_path(text, sizeof path, path))
        fuzz_path_is_safe(path);
    if (http_url_match("/tiles/{z}/{x}/{y}.pbf", text, &params)) {
        ASSERT(params.count == 3);
        for (size_t i = 0; i < params.count; i++)
            ASSERT(params.values[i].size &&
                   !memchr(params.values[i].data, '/', params.values[i].size));
    }
    fuzz_values(text);
    bool gzip = http_url_gzip(text);
    bool tag = http_url_tag_matches(text, STR("\"tag\""));
    bool host = http_url_host_loopback(text);
    return (gzip && tag && host) ? -1 : 0; /* no text can be all three */
}
