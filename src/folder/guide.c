/* guide.c - guide.csv: which stream an item goes to. See guide.h. */
#include "folder/guide.h"

#include "base/file.h"
#include "folder/parts.h"

#define FIELD(member, key, kind, need)                                               \
    {                                                                                \
        key, kind, offsetof(struct civic_guide_item, member), need, 0, 0, NULL, NULL \
    }
static const struct folder_field folder_guide_items[] = {
    FIELD(name.zh, "name_zh", FOLDER_TEXT, FOLDER_MUST),
    FIELD(aliases.zh, "aliases_zh", FOLDER_TEXT, FOLDER_MAY),
    FIELD(pinyin, "pinyin", FOLDER_TEXT, FOLDER_MAY),
    FIELD(name.en, "name_en", FOLDER_TEXT, FOLDER_MAY), /* a removed item needs none */
    FIELD(aliases.en, "aliases_en", FOLDER_TEXT, FOLDER_MAY),
    FIELD(stream, "stream", FOLDER_ID, FOLDER_MUST),
    FIELD(class_zh, "class", FOLDER_TEXT, FOLDER_MAY),
    FIELD(doubtful, "doubtful", FOLDER_BOOL, FOLDER_MAY),
    FIELD(parts.zh, "parts_zh", FOLDER_TEXT, FOLDER_MAY),
    FIELD(parts.en, "parts_en", FOLDER_TEXT, FOLDER_MAY),
    FIELD(note.zh, "note_zh", FOLDER_TEXT, FOLDER_MAY),
    FIELD(note.en, "note_en", FOLDER_TEXT, FOLDER_MAY),
};

struct folder_guide_rows {
    struct map_str names; /* of this file: name or alias -> row */
    struct civic_guide_item *items;
    uint32_t count;
};

/* False, and told, when the city has no such stream. */
static bool folder_guide_stream(struct folder_reader *reader, struct folder_table *table,
                                const char *key, struct str code)
{
    const struct city *city = reader->city;

    if (city_stream_find(city, code) != CITY_NONE || city_apart_find(city, code) != CITY_NONE)
        return true;
    folder_mistake(&reader->report, folder_table_mark(table, key),
                   "%s: `%.*s` is neither a stream nor a kind apart of streams.yaml; write one of "
                   "its codes",
                   key, STR_ARG(folder_short(code)));
    return false;
}

static void folder_guide_class(struct folder_reader *reader, struct folder_table *table,
                               const struct civic_guide_item *item)
{
    uint32_t index = city_stream_find(reader->city, item->stream);
    uint32_t count = index == CITY_NONE ? 0 : reader->city->streams[index].class_count;

    for (uint32_t i = 0; i < count; i++)
        if (str_eq(reader->city->streams[index].classes[i].zh, item->class_zh))
            return;
    if (item->class_zh.size)
        folder_mistake(
            &reader->report, folder_table_mark(table, "class"),
            "class: `%.*s` is none of stream %.*s in streams.yaml; write the Chinese name "
            "of one, or nothing",
            STR_ARG(folder_short(item->class_zh)), STR_ARG(folder_short(item->stream)));
}

/* Each name leads to one item. */
static void folder_guide_name(struct folder_reader *reader, struct folder_table *table,
                              const char *key, struct str name, uint32_t index)
{
    struct folder_guide_rows *rows = table->context;
    uint32_t other;

    if (map_str_get(&rows->names, name, &other)) {
        if (other != index) /* "CD" is Chinese and English */
            folder_mistake(&reader->report, folder_table_mark(table, key),
                           "%s: `%.*s` is already a name of item %u of this file; keep one", key,
                           STR_ARG(folder_short(name)), other + 1);
        return;
    }
    if (map_str_add(&rows->names, name, index))
        folder_no_memory(&reader->report);
}

static void folder_guide_names(struct folder_reader *reader, struct folder_table *table,
                               const struct civic_guide_item *item, uint32_t index)
{
    struct str zh = item->aliases.zh;
    struct str en = item->aliases.en;

    folder_guide_name(reader, table, "name_zh", item->name.zh, index);
    if (item->name.en.size && !str_eq(item->name.en, item->name.zh))
        folder_guide_name(reader, table, "name_en", item->name.en, index);
    while (zh.size)
        folder_guide_name(reader, table, "aliases_zh", str_cut(&zh, ';'), index);
    while (en.size)
        folder_guide_name(reader, table, "aliases_en", str_cut(&en, ';'), index);
}

static void folder_guide_done(struct folder_reader *reader, struct folder_table *table, void *row,
                              uint32_t index)
{
    const struct civic_guide_item *item = row;
    struct city_name rest = item->parts;
    struct city_name name;
    struct str stream;
    struct diag diag = {0};

    if (civic_guide_item_check(item, &diag)) {
        folder_mistake(&reader->report, folder_table_mark(table, "name_zh"), "%s", diag.text);
        return;
    }
    folder_guide_names(reader, table, item, index);
    if (str_eq(item->stream, CIVIC_GUIDE_REMOVED))
        return;
    if (folder_guide_stream(reader, table, "stream", item->stream))
        folder_guide_class(reader, table, item);
    while (civic_guide_part(&rest, &name, &stream))
        folder_guide_stream(reader, table, "parts_zh", stream);
}

static void folder_guide_rows_read(struct folder_reader *reader, struct str content,
                                   struct folder_guide_rows *ret)
{
    struct folder_table table = {.fields = FOLDER_FIELDS(folder_guide_items),
                                 .row_size = sizeof(struct civic_guide_item),
                                 .rows_max = FOLDER_GUIDE_MAX,
                                 .row_done = folder_guide_done,
                                 .context = ret};
    void *rows = NULL;

    folder_table_read(reader, &table, content, NULL, NULL, &rows, &ret->count);
    ret->items = rows;
    map_str_done(&ret->names);
}

void folder_guide_read(struct folder_reader *reader, struct str content)
{
    struct folder_guide_rows rows = {.count = 0};

    folder_guide_rows_read(reader, content, &rows);
}

/* Reads `name` of the folder where there is one; its texts live in the reader's arena. */
static enum err folder_guide_file(struct folder_reader *reader, const char *path, const char *name,
                                  struct folder_guide_rows *ret, bool *ret_found, struct diag *diag)
{
    char file[FILE_PATH_MAX];
    struct buf content;

    enum err err = file_join(sizeof file, file, path, name);
    if (err)
        return diag_at(diag, err, path, 0, 0, "the path is too long");
    if (!file_exists(file))
        return OK;
    *ret_found = true;
    err = file_read(file, FOLDER_TABLE_BYTES_MAX, &content, diag);
    if (err)
        return err;
    folder_report_file(&reader->report, file);
    folder_guide_rows_read(reader, buf_text(&content), ret);
    buf_done(&content);
    return folder_report_end(&reader->report, diag);
}

static enum err folder_guide_both(const struct folder_guide_rows rows[2],
                                  struct civic_guide **ret_guide, struct diag *diag)
{
    struct {
        struct civic_guide_item *items;
        size_t count;
        size_t capacity;
    } all = {0};
    enum err err = OK;

    for (unsigned i = 0; i < 2; i++)
        for (uint32_t j = 0; j < rows[i].count && !err; j++)
            err = vec_push(&all, rows[i].items[j]);
    err = err ? diag_set(diag, err, "%s", err_text(err))
              : civic_guide_build(all.items, all.count, ret_guide, diag);
    vec_done(&all);
    return err;
}

enum err folder_guide_load(const char *path, const struct city *city,
                           struct civic_guide **ret_guide, struct diag *diag)
{
    static const char *const names[] = {FOLDER_GUIDE_PACK, FOLDER_GUIDE_OWN};
    struct folder_guide_rows rows[COUNT_OF(names)] = {{.count = 0}};
    struct folder_reader reader = {.report = {.sink = NULL, .file = path}};
    bool found = false;

    enum err err = city_new(FOLDER_CITY_BYTES_MAX, &reader.city);
    if (err)
        return diag_at(diag, err, path, 0, 0, "%s", err_text(err));
    reader.city->streams = city->streams; /* read only; the rows' texts go into the new arena */
    reader.city->stream_count = city->stream_count;
    reader.city->aparts = city->aparts;
    reader.city->apart_count = city->apart_count;
    for (size_t i = 0; i < COUNT_OF(names) && !err; i++)
        err = folder_guide_file(&reader, path, names[i], &rows[i], &found, diag);
    if (!err && !found)
        err = diag_at(diag, ERR_NOT_FOUND, path, 0, 0,
                      "there is no %s and no %s; copy guide.csv of a pack", FOLDER_GUIDE_PACK,
                      FOLDER_GUIDE_OWN);
    if (!err)
        err = folder_guide_both(rows, ret_guide, diag);
    city_free(reader.city);
    return err;
}
