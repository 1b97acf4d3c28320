/* file.h - whole files, in and out, safely.
 *
 * Purpose    Read under a limit; write so that a reader or a crash sees the old file or the new
 * one. Errors     Every failure also fills `diag` (may be NULL) with the path and what to do.
 * Threads    Any; two writers of one path are the caller's mistake.
 * Layer      0 (a named exception to purity)
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Fills `ret` (initialised by this call with ceiling `bytes_max`; give back with buf_done()).
 * Errors: NOT_FOUND, LIMIT, NOMEM, IO. */
MUST_USE enum err file_read(const char *path, size_t bytes_max, struct buf *ret, struct diag *diag);
/* Writes to a neighbour file, syncs it, renames it, syncs the folder. Errors: FULL, IO, NOMEM. */
MUST_USE enum err file_write(const char *path, struct str content, struct diag *diag);
/* Makes the folder and its parents; an existing one is fine. */
MUST_USE enum err file_make_folder(const char *path, struct diag *diag);
bool file_exists(const char *path);
/* Bytes copied as they are, with file_write's promise. */
MUST_USE enum err file_copy(const char *from, const char *to, struct diag *diag);
/* Modification time in nanoseconds, 0 when the file is absent. */
int64_t file_modified_ns(const char *path);
/* Joins with one slash. Errors: LIMIT when it does not fit. */
MUST_USE enum err file_join(size_t size, char *ret_path, const char *folder, const char *name);

enum { FILE_PATH_MAX = 4096 };

#endif
