/* url.h - the parts of a request that are only text: paths, patterns, header lists.
 *
 * Purpose    Everything a stranger can write into a request line is judged here, without a socket.
 * Source     RFC 3986 2.1 (percent encoding), RFC 9110 8.3, 12.5.3, 13.1.2 (types, encodings,
 *            tags); RFC 6265 5.4 (cookies).
 * Threads    Any; values only.
 * Layer      3
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include "base/str.h"

enum {
    HTTP_PATH_MAX = 1024,  /* longest path that is looked at; ours are below 100 */
    HTTP_PARAMS_MAX = 4,   /* {name} in one pattern */
    HTTP_SEGMENTS_MAX = 16 /* folders in one path */
};

/* Turns a path from the request line into a relative file path in `ret_path` (terminated):
 * "/assets/a%20b.js" gives "assets/a b.js", "/" gives "". Refuses what could leave the folder or
 * name what is not meant to be seen: empty, "." and ".." segments, names that begin with a dot,
 * backslash, control characters and NUL, in plain or percent-encoded form, and bad UTF-8.
 * Errors: SYNTAX, LIMIT. */
MUST_USE enum err http_url_path(struct str path, size_t size, char *ret_path);

struct http_params {
    struct str values[HTTP_PARAMS_MAX];
    size_t count;
};
/* Does `path` fit `pattern`? "{name}" takes one or more characters other than '/', up to the text
 * that follows it; a final "*" takes all the rest, also nothing. Values point into `path`. */
bool http_url_match(const char *pattern, struct str path, struct http_params *ret_params);

/* Decodes a query's value into `ret_value` (terminated). Errors: SYNTAX for a broken escape, NUL or
 * bad UTF-8; LIMIT. */
MUST_USE enum err http_url_value(struct str value, size_t size, char *ret_value, size_t *ret_used);
/* The value of one cookie in a Cookie header, as sent; empty when absent. Of two with one name the
 * first counts, which is the one of the longer path. */
struct str http_url_cookie(struct str header, struct str name);
/* Is the media type of a Content-Type value one of `types`, which blanks part? */
bool http_url_type_listed(struct str content_type, struct str types);

/* The media type for a file's name; application/octet-stream when unknown. */
const char *http_url_type(struct str name);
/* True when an Accept-Encoding value allows gzip. */
bool http_url_gzip(struct str accept_encoding);
/* True when an If-None-Match value names `etag` (with its quotes) or is "*"; weak tags compare
 * equal to strong ones. */
bool http_url_tag_matches(struct str if_none_match, struct str etag);
enum { HTTP_NETWORK_SIZE = 64 };
/* Who stands behind an address, for counting what he does: an IPv4 address is itself, an IPv6 one
 * its /64, in which one client has all addresses. Other text is itself, cut. */
struct str http_url_network(struct str address, char room[HTTP_NETWORK_SIZE]);
/* True when a Host value names this machine's loopback: localhost, 127.x.x.x or [::1], with any
 * port. A page of another site that had its name point here would fail this. */
bool http_url_host_loopback(struct str host);

#endif
