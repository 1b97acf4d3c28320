/* files.h - files of one folder, answered safely.
 *
 * Purpose    The page and its parts. A name is opened segment by segment below the folder, no link
 *            followed, so that nothing outside can be reached. FILE.gz beside FILE is sent to
 *            clients that take gzip.
 * Threads    The loop's.
 * Layer      3
 */
#ifndef HTTP_FILES_H
#define HTTP_FILES_H

#include "http/http.h"

struct http_files; /* opaque */

/* Owner: caller. Errors: NOT_FOUND when `folder` is none, IO, NOMEM; told in `diag`. */
MUST_USE enum err http_files_open(const char *folder, struct http_files **ret_files,
                                  struct diag *diag);
void http_files_close(struct http_files *files); /* NULL is allowed */

/* Opens a plain file below the folder. `path` is relative, as http_url_path() gives it.
 * Errors: NOT_FOUND (also for folders, links and devices), LIMIT, IO. */
MUST_USE enum err http_files_find(const struct http_files *files, const char *path, int *ret_fd);

struct http_files_how {
    const char *fallback; /* sent where the path names no file and has no dot: pages of the page */
    const char *kept;     /* files below this prefix never change: their names carry a hash */
};
/* Answers the call with the file that `path` (as received) names. */
void http_files_reply(const struct http_files *files, struct http_call *call, struct str path,
                      const struct http_files_how *how);
/* Answers the call with the plain file `name`, a relative path that is our own or was judged by
 * http_url_path(). False when there is none: then the call is still to be answered. */
MUST_USE bool http_files_named(const struct http_files *files, struct http_call *call,
                               const char *name);

#endif
