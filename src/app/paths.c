/* paths.c - see paths.h. */
#include "app/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static bool app_here(const char *folder, const char *name, size_t size, char *ret_path)
{
    char path[FILE_PATH_MAX];

    if (file_join(sizeof path, path, folder, name) || !file_exists(path) || strlen(path) >= size)
        return false;
    snprintf(ret_path, size, "%s", path);
    return true;
}

/* Folder of the running program, without a slash at the end. */
static bool app_program_folder(size_t size, char *ret_folder)
{
    ssize_t length = readlink("/proc/self/exe", ret_folder, size - 1);

    if (length <= 0)
        return false;
    ret_folder[length] = '\0';
    char *slash = strrchr(ret_folder, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

enum err app_path(const char *name, size_t size, char *ret_path, struct diag *diag)
{
    char folder[FILE_PATH_MAX];
    char share[FILE_PATH_MAX];
    const char *data = getenv("YANCHENG_DATA");

    if (data && data[0]) {
        if (app_here(data, name, size, ret_path))
            return OK;
        return diag_set(diag, ERR_NOT_FOUND, "no `%s` in %s, the folder that YANCHENG_DATA names",
                        name, data);
    }
    if (!app_program_folder(sizeof folder, folder))
        return diag_set(diag, ERR_NOT_FOUND,
                        "cannot tell where this program lies; set YANCHENG_DATA to the folder "
                        "that holds packs/");
    bool installed = !file_join(sizeof share, share, folder, "../share/yancheng");
    for (char *end = folder + strlen(folder); end > folder; end = strrchr(folder, '/')) {
        *end = '\0';
        if (app_here(folder, name, size, ret_path))
            return OK;
    }
    if (installed && app_here(share, name, size, ret_path))
        return OK;
    return diag_set(diag, ERR_NOT_FOUND,
                    "no `%s` above the program or in ../share/yancheng; set YANCHENG_DATA to the "
                    "folder that holds it",
                    name);
}
