/* url.c - see url.h. */
#include "http/url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static int http_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* One character, decoded. Returns how many bytes of `text` it took; 0 for a broken escape. */
static size_t http_url_char(struct str text, char *ret_char)
{
    if (text.data[0] != '%') {
        *ret_char = text.data[0];
        return 1;
    }
    if (text.size < 3)
        return 0;
    int high = http_hex(text.data[1]);
    int low = http_hex(text.data[2]);
    if (high < 0 || low < 0)
        return 0;
    *ret_char = (char)(high << 4 | low);
    return 3;
}

static bool http_segment_ok(struct str segment)
{
    if (segment.size == 0 || segment.data[0] == '.') /* also "." and ".." */
        return false;
    for (size_t i = 0; i < segment.size; i++) {
        unsigned char c = (unsigned char)segment.data[i];
        if (c < ' ' || c == 0x7F || c == '\\')
            return false;
    }
    return true;
}

static bool http_segments_ok(struct str path)
{
    for (size_t count = 0; path.data; count++) {
        if (count == HTTP_SEGMENTS_MAX)
            return false;
        const char *slash = memchr(path.data, '/', path.size);
        size_t size = slash ? (size_t)(slash - path.data) : path.size;
        if (!http_segment_ok((struct str){path.data, size}))
            return false;
        path = slash ? (struct str){slash + 1, path.size - size - 1} : (struct str){NULL, 0};
    }
    return true;
}

/* Decodes all of `path` into `out`. An encoded slash is no separator: it is refused. */
static enum err http_url_decode(struct str path, size_t size, char *out, size_t *ret_used)
{
    size_t used = 0;

    while (path.size) {
        char c;
        size_t took = http_url_char(path, &c);
        if (!took || (took == 3 && c == '/'))
            return ERR_SYNTAX;
        if (used + 1 >= size)
            return ERR_LIMIT;
        out[used++] = c;
        path = (struct str){path.data + took, path.size - took};
    }
    *ret_used = used;
    return OK;
}

enum err http_url_path(struct str path, size_t size, char *ret_path)
{
    char out[HTTP_PATH_MAX];
    size_t used;
    size_t bad;

    if (path.size == 0 || path.data[0] != '/')
        return ERR_SYNTAX;
    enum err err = http_url_decode((struct str){path.data + 1, path.size - 1},
                                   size < sizeof out ? size : sizeof out, out, &used);
    if (err)
        return err;
    struct str whole = {out, used};
    if (used && (!http_segments_ok(whole) || !str_utf8(whole, &bad)))
        return ERR_SYNTAX;
    if (size == 0)
        return ERR_LIMIT;
    memcpy(ret_path, out, used);
    ret_path[used] = '\0';
    return OK;
}

/* Takes a {name} from the start of *path: everything up to `stop` (0: the end) or a slash. */
static bool http_url_take(struct str *path, char stop, struct http_params *params)
{
    size_t size = 0;

    while (size < path->size && path->data[size] != '/' && path->data[size] != stop)
        size++;
    if (size == 0 || params->count == HTTP_PARAMS_MAX)
        return false;
    params->values[params->count++] = (struct str){path->data, size};
    *path = (struct str){path->data + size, path->size - size};
    return true;
}

bool http_url_match(const char *pattern, struct str path, struct http_params *ret_params)
{
    struct http_params params = {0};

    while (*pattern && *pattern != '*') {
        if (*pattern == '{') {
            pattern = strchr(pattern, '}');
            ASSERT(pattern); /* patterns are our own */
            pattern++;
            if (!http_url_take(&path, *pattern, &params))
                return false;
            continue;
        }
        if (path.size == 0 || path.data[0] != *pattern)
            return false;
        path = (struct str){path.data + 1, path.size - 1};
        pattern++;
    }
    if (*pattern == '\0' && path.size)
        return false;
    *ret_params = params;
    return true;
}

const char *http_url_type(struct str name)
{
    static const struct {
        const char *suffix;
        const char *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".geojson", "application/geo+json"},
        {".map", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".pbf", "application/x-protobuf"},
        {".wasm", "application/wasm"},
        {".txt", "text/plain; charset=utf-8"},
        {".yaml", "application/yaml"},
    };

    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_ends(name, str_of(types[i].suffix)))
            return types[i].type;
    return "application/octet-stream";
}

static bool http_same_word(struct str a, const char *b)
{
    return a.size == strlen(b) && strncasecmp(a.data, b, a.size) == 0;
}

enum err http_url_value(struct str value, size_t size, char *ret_value, size_t *ret_used)
{
    size_t used = 0;
    size_t bad;

    while (value.size) {
        char c;
        size_t took = http_url_char(value, &c);
        if (!took)
            return ERR_SYNTAX;
        if (used + 1 >= size)
            return ERR_LIMIT;
        ret_value[used++] = c;
        value = (struct str){value.data + took, value.size - took};
    }
    if (used == 0 && size == 0)
        return ERR_LIMIT;
    if (!str_utf8((struct str){ret_value, used}, &bad))
        return ERR_SYNTAX;
    ret_value[used] = '\0';
    *ret_used = used;
    return OK;
}

struct str http_url_cookie(struct str header, struct str name)
{
    while (header.size) {
        struct str value = str_trim(str_cut(&header, ';'));
        struct str key = str_trim(str_cut(&value, '='));
        if (str_eq(key, name))
            return str_trim(value);
    }
    return (struct str){0};
}

bool http_url_type_listed(struct str content_type, struct str types)
{
    struct str type = str_trim(str_cut(&content_type, ';'));

    while (types.size) {
        struct str one = str_cut(&types, ' ');
        if (one.size && one.size == type.size && strncasecmp(one.data, type.data, one.size) == 0)
            return true;
    }
    return false;
}

/* "q=0", "q=0.000": the client refuses this coding. */
static bool http_weight_zero(struct str params)
{
    while (params.size) {
        struct str param = str_trim(str_cut(&params, ';'));
        if (param.size < 3 || strncasecmp(param.data, "q=", 2) != 0)
            continue;
        double weight;
        enum err err = str_f64((struct str){param.data + 2, param.size - 2}, &weight);
        return err || weight <= 0;
    }
    return false;
}

bool http_url_gzip(struct str accept_encoding)
{
    bool any = false;

    while (accept_encoding.size) {
        struct str params = str_cut(&accept_encoding, ',');
        struct str coding = str_trim(str_cut(&params, ';'));
        if (http_same_word(coding, "gzip") || http_same_word(coding, "x-gzip"))
            return !http_weight_zero(params);
        if (http_same_word(coding, "*"))
            any = !http_weight_zero(params);
    }
    return any;
}

/* The tag without the mark of weakness. */
static struct str http_tag(struct str tag)
{
    return str_starts(tag, STR("W/")) ? (struct str){tag.data + 2, tag.size - 2} : tag;
}

bool http_url_tag_matches(struct str if_none_match, struct str etag)
{
    while (if_none_match.size) {
        struct str tag = str_trim(str_cut(&if_none_match, ','));
        if (str_eq(http_tag(tag), http_tag(etag)) || str_eq(tag, STR("*")))
            return true;
    }
    return false;
}

struct str http_url_network(struct str address, char room[HTTP_NETWORK_SIZE])
{
    unsigned char bytes[16];
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF}; /* ::ffff:0:0/96 is IPv4 */

    size_t size = address.size < HTTP_NETWORK_SIZE ? address.size : HTTP_NETWORK_SIZE - 1;
    if (size)
        memcpy(room, address.data, size);
    room[size] = '\0';
    if (inet_pton(AF_INET6, room, bytes) != 1 || memcmp(bytes, mapped, sizeof mapped) == 0)
        return (struct str){room, size};
    memset(bytes + 8, 0, 8);
    if (!inet_ntop(AF_INET6, bytes, room, HTTP_NETWORK_SIZE))
        return (struct str){room, size};
    return str_of(room);
}

/* "127.0.0.1" and its neighbours: four numbers, nothing else. */
static bool http_host_127(struct str name)
{
    unsigned parts = 0;

    if (!str_starts(name, STR("127.")))
        return false;
    while (name.size) {
        uint64_t part;
        enum err err = str_u64(str_cut(&name, '.'), &part);
        if (err || part > 255)
            return false;
        parts++;
    }
    return parts == 4;
}

bool http_url_host_loopback(struct str host)
{
    struct str name = host;

    if (host.size && host.data[0] == '[') {
        const char *end = memchr(host.data, ']', host.size);
        if (!end)
            return false;
        name.size = (size_t)(end - host.data) + 1;
        struct str port = {end + 1, host.size - name.size};
        return str_eq(name, STR("[::1]")) && (port.size == 0 || port.data[0] == ':');
    }
    name = str_cut(&host, ':');
    return http_same_word(name, "localhost") || http_host_127(name);
}
