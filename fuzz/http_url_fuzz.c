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
    bool gzip = http_url_gzip(text);
    bool tag = http_url_tag_matches(text, STR("\"tag\""));
    bool host = http_url_host_loopback(text);
    return (gzip && tag && host) ? -1 : 0; /* no text can be all three */
}
