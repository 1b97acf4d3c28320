/* paths.h - where the program's own data lies at run time: packs, the page, fonts.
 *
 * Purpose    The same binary runs from a build folder, from a clone and installed.
 * Threads    Any.
 * Layer      4
 */
#ifndef APP_PATHS_H
#define APP_PATHS_H

#include "base/err.h"

/* Finds `name` ("packs", "web/dist", "fonts") in the folder that YANCHENG_DATA names; else below
 * the program's folder or one above it, up to the root, as NAME or share/yancheng/NAME.
 * Errors: NOT_FOUND (told in `diag`), LIMIT. */
MUST_USE enum err app_paths_find(const char *name, size_t size, char *ret_path, struct diag *diag);

#endif
