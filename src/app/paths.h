/* paths.h - where the program's own data lies: packs/, and what else is installed with it.
 *
 * Order      The folder named by YANCHENG_DATA; the nearest folder above the program that holds
 *            what is asked for (a source tree); ../share/yancheng beside the program (installed).
 * Threads    Any.
 * Layer      4
 */
#ifndef APP_PATHS_H
#define APP_PATHS_H

#include "base/err.h"

/* Path of `name`, a file or folder of the program's data such as "packs/hengyang".
 * Errors: NOT_FOUND with the places that were looked at, LIMIT. */
MUST_USE enum err app_path(const char *name, size_t size, char *ret_path, struct diag *diag);

#endif
