/* load.c - the folder as a whole: which files it has, in which order they are read and written. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "folder/parts.h"

enum { FOLDER_BLOCK_BYTES = 16384, FOLDER_PROCESSES_MAX = 100 };

static void folder_city_tree(struct folder_reader *reader, const struct folder_node *root)
{
    folder_city_read(reader, root, false);
}

/* Later files refer to earlier ones. */
enum { FOLDER_FILE_STREAMS = 1 };
static const struct folder_file folder_files[] = {
    {"city.yaml", FOLDER_YAML_BYTES_MAX, false, NULL, folder_city_tree},
    {"streams.yaml", FOLDER_YAML_BYTES_MAX, false, NULL, folder_streams_read},
    {"places.csv", FOLDER_TABLE_BYTES_MAX, false, folder_places_read, NULL},
    {"bins.csv", FOLDER_TABLE_BYTES_MAX, false, folder_bins_read, NULL},
    {"facilities.csv", FOLDER_TABLE_BYTES_MAX, false, folder_facilities_read, NULL},
    {"fleet.csv", FOLDER_TABLE_BYTES_MAX, false, folder_fleet_read, NULL},
};
static const struct folder_file folder_guides[] = {
    {FOLDER_GUIDE_PACK, FOLDER_TABLE_BYTES_MAX, true, folder_guide_read, NULL},
    {FOLDER_GUIDE_OWN, FOLDER_TABLE_BYTES_MAX, true, folder_guide_read, NULL},
};
static const struct folder_file folder_targets = {"targets.csv", FOLDER_TABLE_BYTES_MAX, true,
                                                  folder_targets_read, NULL};

/* Line that is longer than a row may be, within the file's first `bytes_max` bytes; 0: none. */
static uint64_t folder_long_line(const char *path, size_t bytes_max)
{
    char block[FOLDER_BLOCK_BYTES];
    uint64_t line = 1;
    size_t run = 0;
    size_t got = 1;
    FILE *file = fopen(path, "rbe");

    for (size_t read = 0; file && got && run <= CSV_ROW_MAX && read < bytes_max; read += got) {
        got = fread(block, 1, sizeof block, file);
        for (size_t i = 0; i < got && run <= CSV_ROW_MAX; i++) {
            run = block[i] == '\n' ? 0 : run + 1;
            line += block[i] == '\n';
        }
    }
    if (file)
        fclose(file);
    return run > CSV_ROW_MAX ? line : 0;
}

/* A file over its limit is not read, but looked through: perhaps only a line end is missing. */
static void folder_too_large(struct folder_reader *reader, const char *path, size_t bytes_max,
                             int64_t size)
{
    uint64_t line = folder_long_line(path, bytes_max);

    if (line)
        folder_mistake(&reader->report, (struct folder_mark){line, 1},
                       "the line is longer than %d bytes; is a line end missing? (the file has "
                       "%lld bytes, of which %zu may be)",
                       CSV_ROW_MAX, (long long)size, bytes_max);
    else
        folder_mistake(&reader->report, (struct folder_mark){0, 0},
                       "the file has %lld bytes; %zu are the most", (long long)size, bytes_max);
}

/* False when there is nothing to read. */
static bool folder_file_fits(struct folder_reader *reader, const char *path,
                             const struct folder_file *file)
{
    struct stat stat_of;

    if (stat(path, &stat_of)) {
        if (errno == ENOENT && file->may)
            return false;
        folder_mistake(&reader->report, (struct folder_mark){0, 0},
                       "the file cannot be found (%s); add it as docs/city-folder.md says",
                       strerror(errno));
        return false;
    }
    if (!S_ISREG(stat_of.st_mode)) {
        folder_mistake(&reader->report, (struct folder_mark){0, 0}, "is not a plain file");
        return false;
    }
    if ((uint64_t)stat_of.st_size <= file->bytes_max)
        return true;
    folder_too_large(reader, path, file->bytes_max, stat_of.st_size);
    return false;
}

static void folder_content_read(struct folder_reader *reader, const struct folder_file *file,
                                struct str content)
{
    struct arena nodes;

    if (file->read_text) {
        file->read_text(reader, content);
        return;
    }
    arena_init(&nodes, 64 * FOLDER_YAML_BYTES_MAX);
    const struct folder_node *root = folder_tree_read(&reader->report, &nodes, content);
    if (root)
        file->read_tree(reader, root);
    arena_done(&nodes);
}

void folder_file_read(struct folder_reader *reader, const char *folder,
                      const struct folder_file *file)
{
    char path[FILE_PATH_MAX];

    if (file_join(sizeof path, path, folder, file->name))
        folder_mistake(&reader->report, (struct folder_mark){0, 0}, "the path is too long");
    else
        folder_path_read(reader, path, file);
}

void folder_path_read(struct folder_reader *reader, const char *path,
                      const struct folder_file *file)
{
    struct buf content;
    struct diag diag = {0};

    folder_report_file(&reader->report, path);
    if (!folder_file_fits(reader, path, file))
        return;
    if (file_read(path, file->bytes_max, &content, &diag)) {
        folder_mistake_diag(&reader->report, &diag);
        return;
    }
    folder_content_read(reader, file, buf_text(&content));
    buf_done(&content);
    folder_report_file(&reader->report, NULL); /* the path is the caller's and goes */
}

struct folder_entry {
    char name[256];
};

static int folder_entry_cmp(const void *a, const void *b)
{
    return strcmp(((const struct folder_entry *)a)->name, ((const struct folder_entry *)b)->name);
}

/* In the order of their names, so that messages come the same way everywhere. */
static void folder_entries_read(struct folder_reader *reader, const char *folder,
                                const struct folder_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct folder_file file = {entries[i].name, FOLDER_YAML_BYTES_MAX, false, NULL,
                                   folder_process_read};
        folder_file_read(reader, folder, &file);
    }
}

struct folder_entries {
    struct folder_entry *items;
    size_t count;
    size_t capacity;
};

static enum err folder_entries_list(DIR *dir, struct folder_entries *entries)
{
    enum err err = OK;

    for (struct dirent *entry = readdir(dir); entry && !err; entry = readdir(dir)) {
        struct folder_entry kept = {""};
        if (entry->d_name[0] == '.' || !str_ends(str_of(entry->d_name), STR(".yaml")))
            continue;
        snprintf(kept.name, sizeof kept.name, "%s", entry->d_name);
        err = entries->count < FOLDER_PROCESSES_MAX ? vec_push(entries, kept) : ERR_LIMIT;
    }
    return err;
}

static void folder_processes_read(struct folder_reader *reader, const char *path)
{
    char folder[FILE_PATH_MAX];
    struct folder_entries entries = {0};

    if (file_join(sizeof folder, folder, path, "processes"))
        return;
    DIR *dir = opendir(folder);
    if (!dir)
        return; /* a city without casework */
    enum err err = folder_entries_list(dir, &entries);
    closedir(dir);
    folder_report_file(&reader->report, folder);
    if (err == ERR_NOMEM)
        folder_no_memory(&reader->report);
    else if (err)
        folder_mistake(&reader->report, (struct folder_mark){0, 0},
                       "holds more than %d files; remove some", FOLDER_PROCESSES_MAX);
    if (entries.count && !err) {
        qsort(entries.items, entries.count, sizeof *entries.items, folder_entry_cmp);
        folder_entries_read(reader, folder, entries.items, entries.count);
    }
    vec_done(&entries);
}

/* False, and told, when there is no such folder. */
static bool folder_is(struct folder_reader *reader, const char *path)
{
    struct stat stat_of;

    if (!stat(path, &stat_of) && S_ISDIR(stat_of.st_mode))
        return true;
    folder_report_file(&reader->report, path);
    folder_mistake(&reader->report, (struct folder_mark){0, 0},
                   "there is no such folder; `yancheng city new` or `city import` makes one");
    return false;
}

static void folder_whole_read(struct folder_reader *reader, const char *path, bool all)
{
    static const struct folder_file map = {"map.osm.pbf", SIZE_MAX, false, NULL, NULL};
    char map_path[FILE_PATH_MAX];

    if (!folder_is(reader, path))
        return;
    for (size_t i = 0; i < COUNT_OF(folder_files); i++)
        if (!reader->report.err && (reader->report.sink || reader->report.count == 0))
            folder_file_read(reader, path, &folder_files[i]);
    if (!all || reader->report.err)
        return;
    folder_file_read(reader, path, &folder_targets);
    for (size_t i = 0; i < COUNT_OF(folder_guides); i++)
        folder_file_read(reader, path, &folder_guides[i]);
    folder_processes_read(reader, path);
    if (!file_join(sizeof map_path, map_path, path, map.name)) {
        folder_report_file(&reader->report, map_path);
        (void)folder_file_fits(reader, map_path, &map);
    }
}

enum err folder_load_streams(const char *path, struct city **ret_city, struct diag *diag)
{
    struct folder_reader reader = {.report = {.sink = NULL, .file = path}};

    enum err err = city_new(FOLDER_CITY_BYTES_MAX, &reader.city);
    if (err)
        return diag_at(diag, err, path, 0, 0, "%s", err_text(err));
    if (folder_is(&reader, path))
        folder_file_read(&reader, path, &folder_files[FOLDER_FILE_STREAMS]);
    err = folder_report_end(&reader.report, diag);
    if (err) {
        city_free(reader.city);
        return err;
    }
    *ret_city = reader.city;
    return OK;
}

/* Reads what a city is; with `all`, also what others read of the folder. */
static enum err folder_read(const char *path, const struct folder_sink *sink, bool all,
                            struct city **ret_city, uint64_t *ret_count, struct diag *diag)
{
    struct folder_reader reader = {.report = {.sink = sink, .file = path}};

    enum err err = city_new(FOLDER_CITY_BYTES_MAX, &reader.city);
    if (err)
        return diag_at(diag, err, path, 0, 0, "%s", err_text(err));
    folder_whole_read(&reader, path, all);
    err = folder_report_end(&reader.report, diag);
    *ret_count = reader.report.count;
    map_str_done(&reader.places);
    map_str_done(&reader.facilities);
    if (err) {
        city_free(reader.city);
        return err;
    }
    *ret_city = reader.city;
    return OK;
}

enum err folder_load(const char *path, struct city **ret_city, struct diag *diag)
{
    uint64_t count = 0;

    return folder_read(path, NULL, false, ret_city, &count, diag);
}

enum err folder_check(const char *path, const struct folder_sink *sink, uint64_t *ret_count)
{
    struct city *city = NULL;
    struct diag first = {0};

    enum err err = folder_read(path, sink, true, &city, ret_count, &first);
    city_free(city);
    if (err && err != ERR_INVALID)
        sink->tell(sink->context, &first);
    return err;
}

static const struct {
    const char *name;
    void (*write)(const struct city *city, struct buf *out);
} folder_writers[] = {
    {"city.yaml", folder_city_write},    {"streams.yaml", folder_streams_write},
    {"places.csv", folder_places_write}, {"bins.csv", folder_bins_write},
    {"fleet.csv", folder_fleet_write},   {"facilities.csv", folder_facilities_write},
};

enum err folder_save(const char *path, const struct city *city, struct diag *diag)
{
    char name[FILE_PATH_MAX];
    struct buf out;

    buf_init(&out, FOLDER_TABLE_BYTES_MAX);
    enum err err = file_make_folder(path, diag);
    for (size_t i = 0; i < COUNT_OF(folder_writers) && !err; i++) {
        buf_reset(&out);
        err = file_join(sizeof name, name, path, folder_writers[i].name);
        if (err) {
            err = diag_at(diag, err, path, 0, 0, "the path is too long");
            break;
        }
        folder_writers[i].write(city, &out);
        err = buf_err(&out);
        err = err ? diag_at(diag, err, name, 0, 0, "cannot be written: %s", err_text(err))
                  : file_write(name, buf_text(&out), diag);
    }
    buf_done(&out);
    return err;
}
