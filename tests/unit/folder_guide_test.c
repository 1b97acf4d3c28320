/* guide.csv of packs and cities: read, laid over each other, mistakes told with their place. */
#include "check.h"
#include "folder/guide.h"
#include "folder/pack.h"
#include "folder_fixture.h"

static const char guide_head[] =
    "name_zh,aliases_zh,pinyin,name_en,aliases_en,stream,class,doubtful,"
    "parts_zh,parts_en,note_zh,note_en\n";

/* The pack's list as its city reads it. */
struct list {
    struct folder_pack *pack;
    struct civic_guide *guide;
};

static struct list list_of(const char *path)
{
    struct list list = {.pack = NULL};
    struct diag diag = {.text = ""};

    if (folder_pack_load(path, &list.pack, &diag) ||
        folder_guide_load(path, list.pack->city, &list.guide, &diag)) {
        char text[512];
        diag_text(&diag, sizeof text, text);
        fail_msg("%s", text);
    }
    return list;
}

static void list_done(struct list *list)
{
    civic_guide_free(list->guide);
    folder_pack_free(list->pack);
}

/* Every sub-class of the pack's streams has items, and so has every stream and kind apart; that
 * codes, classes and names fit together was checked when the list was read. */
static void the_list_covers_every_class(void **state)
{
    struct list list = list_of(TEST_SOURCE "/packs/hengyang");
    const struct city *city = list.pack->city;
    uint32_t of_class[CITY_STREAMS_MAX][16] = {{0}};
    uint32_t of_stream[CITY_STREAMS_MAX] = {0};
    uint32_t of_apart[CITY_APARTS_MAX] = {0};

    (void)state;
    assert_true(civic_guide_count(list.guide) >= 1500);
    for (uint32_t i = 0; i < civic_guide_count(list.guide); i++) {
        const struct civic_guide_item *item = civic_guide_at(list.guide, i);
        uint32_t stream = city_stream_find(city, item->stream);
        if (stream == CITY_NONE) {
            of_apart[city_apart_find(city, item->stream)]++;
            continue;
        }
        of_stream[stream]++;
        for (uint32_t j = 0; j < city->streams[stream].class_count; j++)
            of_class[stream][j] += str_eq(city->streams[stream].classes[j].zh, item->class_zh);
    }
    for (uint32_t i = 0; i < city->stream_count; i++) {
        assert_true(of_stream[i] >= 100);
        for (uint32_t j = 0; j < city->streams[i].class_count; j++)
            assert_true(of_class[i][j] >= 5);
    }
    assert_int_equal(city->apart_count, 3); /* bulky, garden, construction */
    for (uint32_t i = 0; i < city->apart_count; i++)
        assert_true(of_apart[i] >= 20);
    list_done(&list);
}

static void a_pack_without_a_list_says_so(void **state)
{
    struct folder_pack *pack = NULL;
    struct civic_guide *guide = NULL;
    struct diag diag = {.text = ""};

    (void)state;
    assert_int_equal(folder_pack_load(TEST_SOURCE "/packs/isla", &pack, &diag), OK);
    assert_int_equal(folder_guide_load(TEST_SOURCE "/packs/isla", pack->city, &guide, &diag),
                     ERR_NOT_FOUND);
    assert_non_null(strstr(diag.text, "guide.csv"));
    assert_null(guide);
    folder_pack_free(pack);
}

static void put(const char *folder, const char *name, const char *rows)
{
    char content[8192];

    snprintf(content, sizeof content, "%s%s", guide_head, rows);
    fixture_put(folder, name, content, strlen(content));
}

static struct str stream_of(const struct civic_guide *guide, struct str name)
{
    struct civic_guide_hit hits[1];
    size_t count = 0;

    assert_int_equal(civic_guide_search(guide, name, 1, hits, &count, NULL), OK);
    return civic_guide_verdict(hits, count) == CIVIC_GUIDE_KNOWN ? hits[0].item->stream
                                                                 : STR("unknown");
}

static void a_citys_own_rules_override(void **state)
{
    char folder[64];
    struct city *city = NULL;
    struct civic_guide *guide = NULL;
    struct diag diag = {.text = ""};

    (void)state;
    fixture_city(folder);
    put(folder, "guide-pack.csv",
        "苹果,,ping guo,Apple,,F,家庭,false,,,甲,a\n"
        "骨头,,gu tou,Bone,,F,,true,,,乙,b\n"
        "纸,,zhi,Paper,,O,,false,,,丙,c\n");
    put(folder, "guide.csv",
        "骨头,,,Bone,,O,,,,,,\n"
        "纸,,,,,-,,,,,,\n"
        "竹签,,,Skewer,,O,,,,,,\n");
    assert_int_equal(folder_load_streams(folder, &city, &diag), OK);
    assert_int_equal(folder_guide_load(folder, city, &guide, &diag), OK);
    city_free(city); /* the guide does not need it */
    assert_int_equal(civic_guide_count(guide), 3);
    check_text(stream_of(guide, STR("苹果")), "F");
    check_text(stream_of(guide, STR("骨头")), "O");
    check_text(stream_of(guide, STR("纸")), "unknown");
    check_text(stream_of(guide, STR("竹签")), "O");
    civic_guide_free(guide);
    fixture_remove(folder);
}

/* What a pack's list becomes in a city is read back, and the city has no mistakes. */
static void a_pack_is_copied(void **state)
{
    char folder[64];
    char path[FILE_PATH_MAX];

    (void)state;
    fixture_folder(folder);
    assert_int_equal(folder_pack_copy(TEST_SOURCE "/packs/hengyang", folder, NULL), OK);
    assert_int_equal(file_join(sizeof path, path, folder, "guide-pack.csv"), OK);
    assert_true(file_exists(path));
    assert_int_equal(file_join(sizeof path, path, folder, "guide.csv"), OK);
    assert_false(file_exists(path)); /* that name is the city's own */
    fixture_remove(folder);
}

static void tell(void *context, const struct diag *diag)
{
    struct buf *out = context;
    char text[512];

    diag_text(diag, sizeof text, text);
    buf_printf(out, "%s\n", strstr(text, "guide") ? strstr(text, "guide") : text);
}

static void mistakes_have_their_place(void **state)
{
    static const struct {
        const char *row;
        const char *says;
    } cases[] = {
        {"甲,,,A,,X,,,,,,\n", "guide.csv:2:8: stream: `X` is neither a stream nor a kind apart"},
        {"甲,,,A,,F,纸类,,,,,\n", "guide.csv:2:10: class: `纸类` is none of stream F"},
        {"甲,,,A,,F,,,茶:Q,tea:Q,,\n", "guide.csv:2:12: parts_zh: `Q` is neither"},
        {"甲,,,A,,F,,,茶:F,tea:O,,\n", "guide.csv:2:1: parts: write"},
        {"甲,,jia yi,A,,F,,,,,,\n", "guide.csv:2:1: pinyin: `jia yi` does not spell `甲`"},
        {"甲,,,A,,F,,,,,,\n甲,,,B,,F,,,,,,\n", "guide.csv:3:1: name_zh: `甲` is already a name of "
                                               "item 1"},
        {"甲,丙,,A,,F,,,,,,\n乙,丙,,B,,O,,,,,,\n",
         "guide.csv:3:3: aliases_zh: `丙` is already a name of item 1"},
        {"甲,,,A,,F,,perhaps,,,,\n", "guide.csv:2:11: doubtful: `perhaps` is not right"},
        {"甲,,,,,F,,,,,,\n", "guide.csv:2:1: a name is empty"},
        {"甲,乙;,,A,,F,,,,,,\n", "guide.csv:2:1: a name is empty"},
    };
    char folder[64];

    (void)state;
    fixture_city(folder);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;
        uint64_t count = 0;
        buf_init(&out, 65536);
        const struct folder_sink sink = {tell, &out};
        put(folder, "guide.csv", cases[i].row);
        assert_int_equal(folder_check(folder, &sink, &count), ERR_INVALID);
        buf_char(&out, '\0');
        if (!strstr(out.data, cases[i].says) || count != 1)
            fail_msg("case %zu says: %s", i, out.data);
        buf_done(&out);
    }
    fixture_remove(folder);
}

static enum err sweep_load(void *context)
{
    const char *folder = context;
    struct civic_guide *guide = NULL;
    struct city *city = NULL;

    enum err err = folder_load_streams(folder, &city, NULL);
    assert_true(err ? city == NULL : city != NULL);
    if (err)
        return err;
    err = folder_guide_load(folder, city, &guide, NULL);
    assert_true(err ? guide == NULL : guide != NULL);
    civic_guide_free(guide);
    city_free(city);
    return err;
}

static void every_refused_allocation_is_told(void **state)
{
    char folder[64];

    (void)state;
    fixture_city(folder);
    put(folder, "guide-pack.csv", "苹果,,ping guo,Apple,,F,家庭,false,,,甲,a\n");
    put(folder, "guide.csv", "骨头,大骨,gu tou;da gu,Bone,,O,,,,,,\n");
    check_sweep(sweep_load, folder);
    fixture_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_covers_every_class),
        cmocka_unit_test(a_pack_without_a_list_says_so),
        cmocka_unit_test(a_citys_own_rules_override),
        cmocka_unit_test(a_pack_is_copied),
        cmocka_unit_test(mistakes_have_their_place),
        cmocka_unit_test(every_refused_allocation_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
