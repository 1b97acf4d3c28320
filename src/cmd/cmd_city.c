/* cmd_city.c - `yancheng city new | import | check`: a city's folder, and its mistakes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/import.h"
#include "app/paths.h"
#include "base/clock.h"
#include "base/file.h"
#include "cmd/cmd.h"
#include "folder/folder.h"
#include "folder/pack.h"
#include "sim/town.h"

static const char city_usage[] =
    "Usage: yancheng city new DIR --population N --seed S [--pack NAME] [--lat D --lng D]\n"
    "                         [--id ID] [--name NAME]\n"
    "       yancheng city import MAP --dir DIR [--population N] [--bins FILE] [--fleet CSV]\n"
    "                         [--facilities CSV] [--pack NAME] [--id ID] [--name NAME]\n"
    "       yancheng city check DIR\n"
    "\n"
    "new    makes a plausible city with no outside data; the same seed gives the same bytes\n"
    "import makes one from an OpenStreetMap file (.osm.pbf, .osm, .osm.gz, .osm.bz2); what is not\n"
    "       given is sited: bins by the formula of CJJ 27-2012, plants on main roads, a fleet as\n"
    "       large as the day needs. Bins come as CSV (lat,lng,stream) or GeoJSON points\n"
    "check  names every mistake of a city's folder by file, line and column; exit 1 if any\n";

/* What the words after `city` say. Texts point into argv. */
struct city_args {
    const char *verb;
    const char *folder; /* for import: the map */
    const char *dir;
    const char *bins;
    const char *fleet;
    const char *facilities;
    const char *population;
    const char *seed;
    const char *pack;
    const char *lat;
    const char *lng;
    const char *id;
    const char *name;
};

static const struct {
    const char *option;
    size_t offset;
} city_options[] = {
    {"--dir", offsetof(struct city_args, dir)},
    {"--bins", offsetof(struct city_args, bins)},
    {"--fleet", offsetof(struct city_args, fleet)},
    {"--facilities", offsetof(struct city_args, facilities)},
    {"--population", offsetof(struct city_args, population)},
    {"--seed", offsetof(struct city_args, seed)},
    {"--pack", offsetof(struct city_args, pack)},
    {"--lat", offsetof(struct city_args, lat)},
    {"--lng", offsetof(struct city_args, lng)},
    {"--id", offsetof(struct city_args, id)},
    {"--name", offsetof(struct city_args, name)},
};

static const char **city_option(struct city_args *args, const char *word)
{
    for (size_t i = 0; i < COUNT_OF(city_options); i++)
        if (!strcmp(word, city_options[i].option))
            return (const char **)(void *)((char *)args + city_options[i].offset);
    return NULL;
}

static enum err city_args_read(int argc, char **argv, struct city_args *ret, struct diag *diag)
{
    for (int i = 1; i < argc; i++) {
        const char **value = city_option(ret, argv[i]);
        if (value && i + 1 == argc)
            return diag_set(diag, ERR_USAGE, "%s needs a value", argv[i]);
        if (value)
            *value = argv[++i];
        else if (argv[i][0] == '-' && argv[i][1])
            return diag_set(diag, ERR_USAGE, "no option `%s`; see yancheng city --help", argv[i]);
        else if (!ret->verb)
            ret->verb = argv[i];
        else if (!ret->folder)
            ret->folder = argv[i];
        else
            return diag_set(diag, ERR_USAGE, "one word too many: `%s`", argv[i]);
    }
    if (!ret->verb || !ret->folder)
        return diag_set(diag, ERR_USAGE, "say what to do and name the folder; see --help");
    return OK;
}

static void city_tell(void *context, const struct diag *diag)
{
    char text[512];

    (void)context;
    diag_text(diag, sizeof text, text);
    fprintf(stderr, "%s\n", text);
}

static enum err city_number(const char *option, const char *text, uint64_t most, uint64_t *ret,
                            struct diag *diag)
{
    if (!text)
        return diag_set(diag, ERR_USAGE, "%s is missing", option);
    if (str_u64(str_of(text), ret) || *ret > most)
        return diag_set(diag, ERR_USAGE, "%s: `%s` is not a whole number from 0 to %" PRIu64,
                        option, text, most);
    return OK;
}

/* --lat and --lng together, or the pack's own place. */
static enum err city_centre(const struct city_args *args, struct wgs84 *centre, struct diag *diag)
{
    double lat;
    double lng;

    if (!args->lat && !args->lng)
        return OK;
    if (!args->lat || !args->lng || str_f64(str_of(args->lat), &lat) ||
        str_f64(str_of(args->lng), &lng) || !(lat >= -75 && lat <= 75) ||
        !(lng >= -179 && lng <= 179))
        return diag_set(diag, ERR_USAGE,
                        "write --lat from -75 to 75 and --lng from -179 to 179, both, in degrees");
    return geo_wgs84_of(lat, lng, centre);
}

static enum err city_pack_load(const struct city_args *args, size_t size, char *ret_path,
                               struct folder_pack **ret_pack, struct diag *diag)
{
    char name[256];
    const char *pack = args->pack ? args->pack : "hengyang";

    if (strchr(pack, '/') || (size_t)snprintf(name, sizeof name, "packs/%s", pack) >= sizeof name)
        return diag_set(diag, ERR_USAGE, "--pack takes the name of a folder in packs/");
    enum err err = app_paths_find(name, size, ret_path, diag);
    return err ? err : folder_pack_load(ret_path, ret_pack, diag);
}

static void city_new_print(const char *folder, const struct sim_town_sum *sum, int64_t us)
{
    printf("%s: %" PRIu32 " compounds, %" PRIu32 " collection points, %" PRIu32 " bins, %" PRIu32
           " facilities, %" PRIu32 " vehicles, %.1f km of streets, %.1f km to sweep a day "
           "(%.2f s)\n",
           folder, sum->compounds, sum->points, sum->bins, sum->facilities, sum->vehicles,
           sum->street_km, sum->sweep_km, (double)us / 1e6);
}

static enum err city_new_make(const struct city_args *args, const struct folder_pack *pack,
                              const char *pack_path, struct diag *diag)
{
    uint64_t population;
    struct sim_town_options options = {.id = str_of(args->id),
                                       .name = str_of(args->name),
                                       .pack = str_of(args->pack ? args->pack : "hengyang"),
                                       .centre = pack->centre};
    struct sim_town_sum sum;
    struct mono_us start = clock_mono(clock_os());

    enum err err =
        city_number("--population", args->population, SIM_POPULATION_MAX, &population, diag);
    if (!err)
        err = city_number("--seed", args->seed, UINT64_MAX, &options.seed, diag);
    if (!err)
        err = city_centre(args, &options.centre, diag);
    if (err)
        return err;
    options.population = (uint32_t)population;
    err = sim_town_make(pack, &options, args->folder, &sum, diag);
    if (!err)
        err = folder_pack_copy(pack_path, args->folder, diag);
    if (!err)
        city_new_print(args->folder, &sum, clock_mono(clock_os()).us - start.us);
    return err;
}

static enum err city_new_run(const struct city_args *args, struct diag *diag)
{
    char path[FILE_PATH_MAX];
    struct folder_pack *pack = NULL;

    enum err err = city_pack_load(args, sizeof path, path, &pack, diag);
    if (!err)
        err = city_new_make(args, pack, path, diag);
    folder_pack_free(pack);
    return err;
}

static bool city_id_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* The folder's own name, as far as it makes an id. */
static struct str city_id_of(const struct city_args *args, size_t size, char *ret_id)
{
    struct str rest = str_of(args->dir);
    size_t used = 0;

    if (args->id)
        return str_of(args->id);
    while (str_ends(rest, STR("/")))
        rest.size--;
    for (size_t i = 0; i < rest.size; i++) {
        char c = rest.data[i];
        if (c == '/')
            used = 0;
        else if (city_id_char(c) && used < size)
            ret_id[used++] = c;
    }
    return used ? (struct str){ret_id, used} : STR("city");
}

static enum err city_import_make(const struct city_args *args, const struct folder_pack *pack,
                                 const char *pack_path, struct diag *diag)
{
    const struct folder_sink sink = {city_tell, NULL};
    char id[48];
    struct app_import_options options = {.map = args->folder,
                                         .bins = args->bins,
                                         .fleet = args->fleet,
                                         .facilities = args->facilities,
                                         .id = city_id_of(args, sizeof id, id),
                                         .name = str_of(args->name),
                                         .pack = str_of(args->pack ? args->pack : "hengyang"),
                                         .sink = &sink};
    struct app_import_sum sum;
    struct mono_us start = clock_mono(clock_os());
    enum err err = OK;

    if (args->population)
        err = city_number("--population", args->population, SIM_POPULATION_MAX, &options.population,
                          diag);
    if (!err)
        err = app_import(pack, &options, args->dir, &sum, diag);
    if (!err)
        err = folder_pack_copy(pack_path, args->dir, diag);
    if (err)
        return err;
    printf("%s: %" PRIu64 " people, %" PRIu32 " streets (%.1f km), %" PRIu32 " buildings, %" PRIu32
           " compounds, %" PRIu32 " collection points, %" PRIu32 " bins, %" PRIu32
           " facilities, %" PRIu32 " vehicles (%.2f s)\n",
           args->dir, sum.population, sum.streets, sum.street_km, sum.buildings, sum.compounds,
           sum.points, sum.bins, sum.facilities, sum.vehicles,
           (double)(clock_mono(clock_os()).us - start.us) / 1e6);
    if (sum.bins_skipped)
        fprintf(stderr,
                "%s: %" PRIu64 " bins left out: outside the map, or of no stream that the pack "
                "knows\n",
                args->bins, sum.bins_skipped);
    return OK;
}

static enum err city_import_run(const struct city_args *args, struct diag *diag)
{
    char path[FILE_PATH_MAX];
    struct folder_pack *pack = NULL;

    if (!args->dir)
        return diag_set(diag, ERR_USAGE, "--dir is missing; name the folder to make");
    enum err err = city_pack_load(args, sizeof path, path, &pack, diag);
    if (!err)
        err = city_import_make(args, pack, path, diag);
    folder_pack_free(pack);
    return err;
}

static enum err city_check_run(const struct city_args *args, struct diag *diag)
{
    const struct folder_sink sink = {city_tell, NULL};
    uint64_t count = 0;

    enum err err = folder_check(args->folder, &sink, &count);
    if (err == ERR_INVALID)
        return diag_set(diag, err, "%s: %" PRIu64 " mistake%s", args->folder, count,
                        count == 1 ? "" : "s");
    if (err)
        return diag_set(diag, err, "%s: could not be checked: %s", args->folder, err_text(err));
    printf("%s: no mistakes\n", args->folder);
    return OK;
}

int cmd_city(int argc, char **argv)
{
    static const struct {
        const char *verb;
        enum err (*run)(const struct city_args *args, struct diag *diag);
    } verbs[] = {{"new", city_new_run}, {"import", city_import_run}, {"check", city_check_run}};
    struct city_args args = {.verb = NULL};
    struct diag diag = {0};

    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(city_usage, stdout);
            return 0;
        }
    enum err err = city_args_read(argc, argv, &args, &diag);
    if (err)
        return cmd_fail("city", &diag);
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (!strcmp(args.verb, verbs[i].verb))
            return verbs[i].run(&args, &diag) ? cmd_fail("city", &diag) : 0;
    (void)diag_set(&diag, ERR_USAGE, "cannot `%s` a city; see yancheng city --help", args.verb);
    return cmd_fail("city", &diag);
}
