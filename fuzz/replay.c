/* replay.c - main() for fuzz targets in ordinary builds: feeds every file of a folder once, and
 * each of its prefixes at some cuts, so that the corpus guards against old crashes on every run. */
#include <dirent.h>
#include <stdio.h>

#include "base/file.h"
#include "fuzz.h"

enum { REPLAY_FILE_MAX = 4 << 20 };

static int replay_file(const char *folder, const char *name)
{
    char path[FILE_PATH_MAX];
    struct buf content;
    struct diag diag = {0};

    if (file_join(sizeof path, path, folder, name))
        return 1;
    if (file_read(path, REPLAY_FILE_MAX, &content, &diag)) {
        fprintf(stderr, "%s: %s\n", path, diag.text);
        return 1;
    }
    struct bytes all = str_bytes(buf_text(&content));
    for (size_t eighth = 1; eighth <= 8; eighth++)
        LLVMFuzzerTestOneInput(all.data, all.size * eighth / 8);
    buf_done(&content);
    return 0;
}

int main(int argc, char **argv)
{
    int count = 0;
    int failed = 0;

    if (argc != 2)
        return 2;
    DIR *folder = opendir(argv[1]);
    if (!folder) {
        fprintf(stderr, "%s: cannot open the corpus folder\n", argv[1]);
        return 1;
    }
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] == '.')
            continue;
        failed += replay_file(argv[1], entry->d_name);
        count++;
    }
    closedir(folder);
    printf("%d files replayed\n", count);
    return failed || count == 0;
}
