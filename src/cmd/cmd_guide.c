/* cmd_guide.c - `yancheng guide "奶茶杯"`: which bin an item goes in. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/paths.h"
#include "base/file.h"
#include "cmd/cmd.h"
#include "folder/guide.h"
#include "folder/pack.h"

enum { GUIDE_HITS = 8, GUIDE_JSON_MAX = 1 << 20 };

static const char guide_help[] =
    "Usage: yancheng guide NAME [--city DIR | --pack NAME] [--json]\n\n"
    "Says where a household item goes and what to do first. NAME is Chinese, pinyin, initials or\n"
    "English: \"奶茶杯\", naichabei, ncb, \"milk tea cup\"; typing errors are forgiven. Without "
    "an\n"
    "exact name it lists what may be meant. An item that is not in the list is answered as "
    "unknown,\n"
    "with the nearest names and without a guess; then the exit status is 1.\n\n"
    "--city DIR   the list and the local rules (guide.csv) of a city's folder\n"
    "--pack NAME  the list of a pack; hengyang unless said\n"
    "--json       one JSON object\n";

struct guide_args {
    const char *city;
    const char *pack;
    const char *text;
    bool json;
};

/* What is asked, and who answers. */
struct guide_desk {
    struct city *city;        /* of --city; or */
    struct folder_pack *pack; /* of the pack */
    struct civic_guide *guide;
};

static enum err guide_pack_path(const char *name, size_t size, char *ret_path, struct diag *diag)
{
    char folder[256];

    if (strchr(name, '/') ||
        (size_t)snprintf(folder, sizeof folder, "packs/%s", name) >= sizeof folder)
        return diag_set(diag, ERR_USAGE, "--pack takes the name of a folder in packs/");
    return app_paths_find(folder, size, ret_path, diag);
}

static enum err guide_open(const struct guide_args *args, struct guide_desk *desk,
                           struct diag *diag)
{
    char path[FILE_PATH_MAX];

    if (args->city) {
        enum err err = folder_load_streams(args->city, &desk->city, diag);
        return err ? err : folder_guide_load(args->city, desk->city, &desk->guide, diag);
    }
    enum err err = guide_pack_path(args->pack ? args->pack : "hengyang", sizeof path, path, diag);
    if (!err)
        err = folder_pack_load(path, &desk->pack, diag);
    return err ? err : folder_guide_load(path, desk->pack->city, &desk->guide, diag);
}

static void guide_close(struct guide_desk *desk)
{
    civic_guide_free(desk->guide);
    folder_pack_free(desk->pack);
    city_free(desk->city);
}

static const struct city *guide_city(const struct guide_desk *desk)
{
    return desk->city ? desk->city : desk->pack->city;
}

static struct city_name guide_stream(const struct city *city, struct str code)
{
    uint32_t stream = city_stream_find(city, code);
    uint32_t apart = city_apart_find(city, code);

    if (stream != CITY_NONE)
        return city->streams[stream].name;
    return apart == CITY_NONE ? (struct city_name){code, code} : city->aparts[apart].name;
}

static void guide_line(const struct city *city, const struct civic_guide_item *item)
{
    struct city_name stream = guide_stream(city, item->stream);

    printf("%.*s (%.*s): %.*s (%.*s)\n", STR_ARG(item->name.zh), STR_ARG(item->name.en),
           STR_ARG(stream.zh), STR_ARG(stream.en));
}

static void guide_item(const struct city *city, const struct civic_guide_item *item)
{
    struct city_name rest = item->parts;
    struct city_name name;
    struct str code;
    uint32_t apart = city_apart_find(city, item->stream);

    guide_line(city, item);
    while (civic_guide_part(&rest, &name, &code)) {
        struct city_name stream = guide_stream(city, code);
        printf("  %.*s (%.*s): %.*s (%.*s)\n", STR_ARG(name.zh), STR_ARG(name.en),
               STR_ARG(stream.zh), STR_ARG(stream.en));
    }
    if (item->note.zh.size || item->note.en.size)
        printf("  %.*s / %.*s\n", STR_ARG(item->note.zh), STR_ARG(item->note.en));
    if (apart != CITY_NONE)
        printf("  %.*s / %.*s\n", STR_ARG(city->aparts[apart].how.zh),
               STR_ARG(city->aparts[apart].how.en));
    if (item->doubtful)
        printf("  各地答案可能不同,此处按国家标准的类别判断 / Cities differ; this follows the "
               "classes of the national standard\n");
}

static void guide_print(const struct city *city, const char *text,
                        const struct civic_guide_hit *hits, size_t count)
{
    enum civic_guide_verdict verdict = civic_guide_verdict(hits, count);

    if (verdict == CIVIC_GUIDE_KNOWN) {
        guide_item(city, hits[0].item);
        return;
    }
    if (verdict == CIVIC_GUIDE_UNKNOWN)
        printf("“%s”不在清单里,不作猜测 / \"%s\" is not in the list, and no guess is made%s\n",
               text, text, count ? "\n相近的名称 / The nearest names:" : "");
    else
        printf("您是不是要找 / Is it one of these?\n");
    for (size_t i = 0; i < count; i++) {
        printf("- ");
        guide_line(city, hits[i].item);
    }
}

static enum err guide_put_json(const struct city *city, const char *text,
                               const struct civic_guide_hit *hits, size_t count, struct diag *diag)
{
    struct buf out;
    struct jw jw;

    buf_init(&out, GUIDE_JSON_MAX);
    jw_init(&jw, &out);
    civic_guide_answer_json(city, str_of(text), hits, count, &jw);
    buf_char(&out, '\n');
    enum err err = buf_err(&out);
    if (!err && fwrite(out.data, 1, out.size, stdout) != out.size)
        err = ERR_IO;
    buf_done(&out);
    return err ? diag_set(diag, err, "%s", err_text(err)) : OK;
}

static enum err guide_run(const struct guide_args *args, bool *ret_unknown, struct diag *diag)
{
    struct guide_desk desk = {.city = NULL};
    struct civic_guide_hit hits[GUIDE_HITS];
    size_t count = 0;

    enum err err = guide_open(args, &desk, diag);
    if (!err)
        err = civic_guide_search(desk.guide, str_of(args->text), GUIDE_HITS, hits, &count, diag);
    if (!err && args->json)
        err = guide_put_json(guide_city(&desk), args->text, hits, count, diag);
    else if (!err)
        guide_print(guide_city(&desk), args->text, hits, count);
    *ret_unknown = !err && civic_guide_verdict(hits, count) == CIVIC_GUIDE_UNKNOWN;
    guide_close(&desk);
    return err;
}

static enum err guide_args_read(int argc, char **argv, struct guide_args *ret, bool *ret_help,
                                struct diag *diag)
{
    static const struct option options[] = {{"city", required_argument, NULL, 'c'},
                                            {"pack", required_argument, NULL, 'p'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'c')
            ret->city = optarg;
        else if (option == 'p')
            ret->pack = optarg;
        else if (option == 'j')
            ret->json = true;
        else if (option == 'h')
            *ret_help = true;
        else
            return diag_set(diag, ERR_USAGE, "see `yancheng guide --help`");
    }
    if (*ret_help)
        return OK;
    if (optind + 1 != argc)
        return diag_set(diag, ERR_USAGE, "name one item, in quotes; see `yancheng guide --help`");
    if (ret->city && ret->pack)
        return diag_set(diag, ERR_USAGE, "write --city or --pack, not both");
    ret->text = argv[optind];
    if (!str_trim(str_of(ret->text)).size)
        return diag_set(diag, ERR_USAGE, "the name is empty");
    return OK;
}

int cmd_guide(int argc, char **argv)
{
    struct guide_args args = {.city = NULL};
    struct diag diag = {.code = ERR_USAGE};
    bool unknown = false;
    bool help = false;

    enum err err = guide_args_read(argc, argv, &args, &help, &diag);
    if (!err && help) {
        fputs(guide_help, stdout);
        return 0;
    }
    if (!err)
        err = guide_run(&args, &unknown, &diag);
    if (err)
        return cmd_fail("guide", &diag);
    return unknown ? err_exit(ERR_NOT_FOUND) : 0;
}
