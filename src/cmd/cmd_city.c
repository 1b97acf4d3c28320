/* cmd_city.c - `yancheng city new | check`: a city's folder from nothing, and its mistakes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
    "       yancheng city check DIR\n"
    "\n"
    "new    makes a plausible city with no outside data; the same seed gives the same bytes\n"
    "check  names every mistake of a city's folder by file, line and column; exit 1 if any\n";

/* What the words after `city` say. Texts point into argv. */
struct city_args {
    const char *verb;
    const char *folder;
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

static void city_tell(void *context, const struct diag *diag)
{
    char text[512];

    (void)context;
    diag_text(diag, sizeof text, text);
    fprintf(stderr, "%s\n", text);
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
    } verbs[] = {{"new", city_new_run}, {"check", city_check_run}};
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
