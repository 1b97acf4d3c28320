/* pack.c - see pack.h. */
#include "folder/pack.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "folder/parts.h"

struct folder_pack_yaml {
    struct folder_pack pack;
    uint32_t format;
    const struct folder_node *models;
    const struct folder_node *sites;
    const struct folder_node *containers;
    const struct folder_node *districts;
    const struct folder_node *first;
    const struct folder_node *second;
    const struct folder_node *suffixes;
};

/* Reader with room for what pack.yaml adds; the first member is the reader that others know. */
struct folder_pack_reader {
    struct folder_reader reader;
    struct folder_pack *pack;
};

#define ANY 0, 0, NULL, NULL
#define FIELD(type, member, key, kind, need, ...)                   \
    {                                                               \
        key, kind, offsetof(struct type, member), need, __VA_ARGS__ \
    }

static const struct folder_field folder_centre_items[] = {
    FIELD(wgs84, lat_e7, "lat", FOLDER_DEGREES, FOLDER_MUST, -80, 80, NULL, NULL),
    FIELD(wgs84, lng_e7, "lng", FOLDER_DEGREES, FOLDER_MUST, -179, 179, NULL, NULL),
};
static const struct folder_fields folder_centre_fields = {folder_centre_items,
                                                          COUNT_OF(folder_centre_items)};
static const struct folder_field folder_pack_items[] = {
    FIELD(folder_pack_yaml, format, "format", FOLDER_U32, FOLDER_MUST, 1, 1, NULL, NULL),
    FIELD(folder_pack_yaml, pack.name, "name", FOLDER_NAME, FOLDER_MUST, ANY),
    FIELD(folder_pack_yaml, pack.centre, "centre", FOLDER_GROUP, FOLDER_MUST, 0, 0, NULL,
          &folder_centre_fields),
    FIELD(folder_pack_yaml, pack.plate, "plate", FOLDER_TEXT, FOLDER_MUST, ANY),
    FIELD(folder_pack_yaml, models, "vehicles", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_pack_yaml, sites, "facilities", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_pack_yaml, containers, "containers", FOLDER_NODE, FOLDER_MAY, ANY),
    FIELD(folder_pack_yaml, districts, "districts", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_pack_yaml, first, "first", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_pack_yaml, second, "second", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_pack_yaml, suffixes, "suffixes", FOLDER_NODE, FOLDER_MUST, ANY),
};
static const struct folder_field folder_model_own[] = {
    FIELD(city_model, share, "share", FOLDER_F64, FOLDER_MAY, 0, 100, NULL, NULL),
    FIELD(city_model, one_per_people, "one_per_people", FOLDER_U32, FOLDER_MAY, 1, 1e9, NULL, NULL),
};

static const struct folder_field folder_container_items[] = {
    FIELD(folder_container, tag, "tag", FOLDER_TEXT, FOLDER_MUST, ANY),
    FIELD(folder_container, stream, "stream", FOLDER_STREAM, FOLDER_MUST, ANY),
};

static const char *folder_where_word(unsigned where)
{
    static const char *const words[CITY_SITE_WHERE] = {"inner", "edge"};

    return where < CITY_SITE_WHERE ? words[where] : NULL;
}

static const char *folder_site_word(unsigned kind)
{
    return city_facility_kind_name((enum city_facility_kind)kind);
}

static const struct folder_field folder_site_items[] = {
    FIELD(city_site_model, facility.kind, "kind", FOLDER_WORD, FOLDER_MUST, 0, 0, folder_site_word,
          NULL),
    FIELD(city_site_model, facility.name, "name", FOLDER_NAME, FOLDER_MUST, ANY),
    FIELD(city_site_model, facility.streams, "streams", FOLDER_STREAMS, FOLDER_MAY, ANY),
    FIELD(city_site_model, facility.open_s, "open", FOLDER_TIME, FOLDER_MUST, ANY),
    FIELD(city_site_model, facility.close_s, "close", FOLDER_TIME, FOLDER_MUST, ANY),
    FIELD(city_site_model, facility.unload_s, "unload_s", FOLDER_U32, FOLDER_MUST, 0, 14400, NULL,
          NULL),
    FIELD(city_site_model, facility.capacity_t_day, "capacity_t_day", FOLDER_F64, FOLDER_MAY, 0,
          1e6, NULL, NULL),
    FIELD(city_site_model, where, "where", FOLDER_WORD, FOLDER_MUST, 0, 0, folder_where_word, NULL),
    FIELD(city_site_model, one_per_people, "one_per_people", FOLDER_U32, FOLDER_MAY, 1, 1e9, NULL,
          NULL),
};

#define SUFFIX(index, key)                                                                  \
    {                                                                                       \
        key, FOLDER_NAME, (index) * sizeof(struct city_name), FOLDER_MUST, 0, 0, NULL, NULL \
    }
static const struct folder_field folder_suffix_items[FOLDER_SUFFIX_COUNT] = {
    SUFFIX(FOLDER_SUFFIX_PRIMARY, "primary"),     SUFFIX(FOLDER_SUFFIX_SECONDARY, "secondary"),
    SUFFIX(FOLDER_SUFFIX_TERTIARY, "tertiary"),   SUFFIX(FOLDER_SUFFIX_RESIDENTIAL, "residential"),
    SUFFIX(FOLDER_SUFFIX_RING, "ring"),           SUFFIX(FOLDER_SUFFIX_BRIDGE, "bridge"),
    SUFFIX(FOLDER_SUFFIX_RIVER, "river"),         SUFFIX(FOLDER_SUFFIX_PARK, "park"),
    SUFFIX(FOLDER_SUFFIX_COMMUNITY, "community"), SUFFIX(FOLDER_SUFFIX_COMPOUND, "compound"),
    SUFFIX(FOLDER_SUFFIX_POINT, "point"),         SUFFIX(FOLDER_SUFFIX_SCHOOL, "school"),
    SUFFIX(FOLDER_SUFFIX_CITY, "city"),
};

/* A list of at least one and at most `max`; the array comes from the arena. */
static void *folder_list(struct folder_reader *reader, const struct folder_node *list,
                         const char *what, size_t max, size_t size)
{
    if (!list || !folder_tree_is(reader, list, FOLDER_LIST, what))
        return NULL;
    size_t count = folder_tree_count(list);
    if (count == 0 || count > max) {
        folder_mistake(&reader->report, list->mark, "%s: %zu entries; write 1 to %zu", what, count,
                       max);
        return NULL;
    }
    void *items = arena_zero(&reader->city->arena, count, size);
    if (!items)
        folder_no_memory(&reader->report);
    return items;
}

static void folder_words_read(struct folder_reader *reader, const struct folder_node *list,
                              const char *what, struct folder_words *ret)
{
    ret->items = folder_list(reader, list, what, FOLDER_WORDS_MAX, sizeof *ret->items);
    if (!ret->items)
        return;
    for (const struct folder_node *node = list->first; node; node = node->next)
        folder_tree_name(reader, node, &ret->items[ret->count++]);
}

/* A model has the columns of fleet.csv and a few of its own: two tables, one struct. */
static void folder_models_read(struct folder_reader *reader, const struct folder_node *list,
                               struct folder_pack *pack)
{
    struct folder_field items[40];
    struct folder_fields vehicle = folder_model_fields();
    struct folder_fields all = {items, vehicle.count + COUNT_OF(folder_model_own)};

    _Static_assert(offsetof(struct city_model, vehicle) == 0, "the fields' offsets are shared");
    ASSERT(all.count <= COUNT_OF(items));
    memcpy(items, vehicle.items, vehicle.count * sizeof *items);
    memcpy(items + vehicle.count, folder_model_own, sizeof folder_model_own);
    pack->models = folder_list(reader, list, "vehicles", FOLDER_MODELS_MAX, sizeof *pack->models);
    if (!pack->models)
        return;
    for (const struct folder_node *node = list->first; node; node = node->next) {
        struct city_model *model = &pack->models[pack->model_count++];
        model->share = 1;
        folder_tree_fill(reader, node, all, model);
        if (model->vehicle.shift_start_s + model->vehicle.break_s >= model->vehicle.shift_end_s)
            folder_mistake(&reader->report, node->mark,
                           "the shift ends before it starts and the break is over");
    }
}

static void folder_sites_read(struct folder_reader *reader, const struct folder_node *list,
                              struct folder_pack *pack)
{
    pack->sites = folder_list(reader, list, "facilities", FOLDER_MODELS_MAX, sizeof *pack->sites);
    if (!pack->sites)
        return;
    for (const struct folder_node *node = list->first; node; node = node->next) {
        struct city_site_model *site = &pack->sites[pack->site_count++];
        folder_tree_fill(reader, node, FOLDER_FIELDS(folder_site_items), site);
        if (site->facility.open_s >= site->facility.close_s)
            folder_mistake(&reader->report, node->mark, "it closes before it opens");
    }
}

static void folder_containers_read(struct folder_reader *reader, const struct folder_node *list,
                                   struct folder_pack *pack)
{
    if (!list)
        return;
    pack->containers =
        folder_list(reader, list, "containers", FOLDER_WORDS_MAX, sizeof *pack->containers);
    if (!pack->containers)
        return;
    for (const struct folder_node *node = list->first; node; node = node->next)
        folder_tree_fill(reader, node, FOLDER_FIELDS(folder_container_items),
                         &pack->containers[pack->container_count++]);
}

/* Every stream needs somebody to carry it and somewhere to go, and vehicles need a depot. */
static void folder_pack_whole(struct folder_reader *reader, const struct folder_node *root,
                              const struct folder_pack *pack)
{
    uint32_t taken = 0;
    uint32_t carried = 0;
    bool depot = false;

    for (uint32_t i = 0; i < pack->site_count; i++) {
        taken |= pack->sites[i].facility.streams;
        depot = depot || pack->sites[i].facility.kind == CITY_DEPOT;
    }
    for (uint32_t i = 0; i < pack->model_count; i++)
        for (uint32_t j = 0; j < pack->models[i].vehicle.compartment_count; j++)
            if (pack->models[i].vehicle.compartments[j].stream != CITY_NONE)
                carried |= UINT32_C(1) << pack->models[i].vehicle.compartments[j].stream;
    for (uint32_t i = 0; i < reader->city->stream_count; i++) {
        if (!(taken >> i & 1))
            folder_mistake(&reader->report, root->mark,
                           "no facility takes stream `%.*s`; add it to one's streams",
                           STR_ARG(reader->city->streams[i].code));
        if (!(carried >> i & 1))
            folder_mistake(&reader->report, root->mark,
                           "no vehicle carries stream `%.*s`; add one with such a compartment",
                           STR_ARG(reader->city->streams[i].code));
    }
    if (!depot)
        folder_mistake(&reader->report, root->mark, "no facility is a depot; add one");
}

static void folder_pack_read(struct folder_reader *reader, const struct folder_node *root)
{
    struct folder_pack *pack = ((struct folder_pack_reader *)(void *)reader)->pack;
    struct folder_pack_yaml read = {.pack = {.city = pack->city}};
    uint64_t before = reader->report.count;

    folder_tree_fill(reader, root, FOLDER_FIELDS(folder_pack_items), &read);
    folder_models_read(reader, read.models, &read.pack);
    folder_sites_read(reader, read.sites, &read.pack);
    folder_containers_read(reader, read.containers, &read.pack);
    folder_words_read(reader, read.districts, "districts", &read.pack.districts);
    folder_words_read(reader, read.first, "first", &read.pack.first);
    folder_words_read(reader, read.second, "second", &read.pack.second);
    if (read.suffixes)
        folder_tree_fill(reader, read.suffixes, FOLDER_FIELDS(folder_suffix_items),
                         read.pack.suffixes);
    *pack = read.pack;
    if (reader->report.count == before && !reader->report.err)
        folder_pack_whole(reader, root, pack);
}

static void folder_pack_settings(struct folder_reader *reader, const struct folder_node *root)
{
    folder_city_read(reader, root, true);
}

enum err folder_pack_load(const char *path, struct folder_pack **ret_pack, struct diag *diag)
{
    static const struct folder_file files[] = {
        {"city.yaml", FOLDER_YAML_BYTES_MAX, false, NULL, folder_pack_settings},
        {"streams.yaml", FOLDER_YAML_BYTES_MAX, false, NULL, folder_streams_read},
        {"pack.yaml", FOLDER_YAML_BYTES_MAX, false, NULL, folder_pack_read},
    };
    struct folder_pack *pack = mem_zero(1, sizeof *pack);
    struct folder_pack_reader reader = {.reader = {.report = {.file = path}}, .pack = pack};

    enum err err = pack ? city_new(FOLDER_CITY_BYTES_MAX, &pack->city) : ERR_NOMEM;
    if (err) {
        mem_free(pack);
        return diag_at(diag, err, path, 0, 0, "%s", err_text(err));
    }
    reader.reader.city = pack->city;
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (!folder_enough(&reader.reader.report))
            folder_file_read(&reader.reader, path, &files[i]);
    err = folder_report_end(&reader.reader.report, diag);
    if (err) {
        folder_pack_free(pack);
        return err;
    }
    *ret_pack = pack;
    return OK;
}

void folder_pack_free(struct folder_pack *pack)
{
    if (!pack)
        return;
    city_free(pack->city);
    mem_free(pack);
}

enum err folder_pack_city(const struct folder_pack *pack, struct city **ret_city)
{
    struct city *city = NULL;

    enum err err = city_new(FOLDER_CITY_BYTES_MAX, &city);
    if (err)
        return err;
    struct arena arena = city->arena;
    *city = *pack->city;
    city->arena = arena;
    *ret_city = city;
    return OK;
}

static enum err folder_copy_one(const char *from, const char *from_name, const char *to,
                                const char *to_name, struct diag *diag)
{
    char from_path[FILE_PATH_MAX];
    char to_path[FILE_PATH_MAX];

    if (file_join(sizeof from_path, from_path, from, from_name) ||
        file_join(sizeof to_path, to_path, to, to_name))
        return diag_at(diag, ERR_LIMIT, to, 0, 0, "the path is too long");
    return file_exists(from_path) ? file_copy(from_path, to_path, diag) : OK;
}

enum err folder_pack_copy(const char *pack_path, const char *path, struct diag *diag)
{
    static const char *const tables[] = {"targets.csv", "policy-targets.csv"};
    char from[FILE_PATH_MAX];
    char to[FILE_PATH_MAX];
    enum err err = folder_copy_one(pack_path, FOLDER_GUIDE_OWN, path, FOLDER_GUIDE_PACK, diag);

    for (size_t i = 0; i < COUNT_OF(tables) && !err; i++)
        err = folder_copy_one(pack_path, tables[i], path, tables[i], diag);
    if (!err && (file_join(sizeof from, from, pack_path, "processes") ||
                 file_join(sizeof to, to, path, "processes")))
        err = diag_at(diag, ERR_LIMIT, path, 0, 0, "the path is too long");
    DIR *dir = err ? NULL : opendir(from);
    if (!dir)
        return err; /* a pack without casework */
    err = file_make_folder(to, diag);
    for (struct dirent *entry = readdir(dir); entry && !err; entry = readdir(dir))
        if (entry->d_name[0] != '.' && str_ends(str_of(entry->d_name), STR(".yaml")))
            err = folder_copy_one(from, entry->d_name, to, entry->d_name, diag);
    closedir(dir);
    return err;
}
