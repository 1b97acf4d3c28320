/* paths.c - see paths.h. */
#include "app/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static bool app_paths_try(const char *folder, const char *between, const char *name, size_t size,
                          char *ret_path)
{
    char path[FILE_PATH_MAX];
    int wrote = snprintf(path, sizeof path, "%s/%s%s", folder, between, name);

    if (wrote < 0 || (size_t)wrote >= sizeof path || (size_t)wrote >= size || !file_exists(path))
        return false;
    memcpy(ret_path, path, (size_t)wrote + 1);
    return true;
}

enum err app_paths_find(const char *name, size_t size, char *ret_path, struct diag *diag)
{
    char folder[FILE_PATH_MAX];
    const char *data = getenv("YANCHENG_DATA");

    if (data && *data) {
        if (app_paths_try(data, "", name, size, ret_path))
            return OK;
        return diag_set(diag, ERR_NOT_FOUND, "YANCHENG_DATA=%s holds no %s", data, name);
    }
    ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
    if (length <= 0)
        return diag_set(diag, ERR_NOT_FOUND,
                        "cannot tell where this program lies; set YANCHENG_DATA");
    folder[length] = '\0';
    for (char *slash = strrchr(folder, '/'); slash; slash = strrchr(folder, '/')) {
        *slash = '\0';
        if (app_paths_try(folder, "", name, size, ret_path) ||
            app_paths_try(folder, "share/yancheng/", name, size, ret_path))
            return OK;
    }
    return diag_set(diag, ERR_NOT_FOUND,
                    "%s is not found near the program; build it, or set YANCHENG_DATA", name);
}
