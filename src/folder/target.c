/* target.c - targets.csv: what the city is measured by. Checked here; progress is civic's work. */
#include "folder/parts.h"

struct folder_target {
    struct str zone;
    struct city_name name;
    unsigned kind;
    double value;
    struct str unit;
    struct str compare;
};

static const char *folder_target_word(unsigned kind)
{
    static const char *const kinds[] = {"absolute", "growth", "relative", "rank"};

    return kind < COUNT_OF(kinds) ? kinds[kind] : NULL;
}

#define FIELD(member, key, kind, need, word)                                      \
    {                                                                             \
        key, kind, offsetof(struct folder_target, member), need, 0, 0, word, NULL \
    }
static const struct folder_field folder_target_items[] = {
    FIELD(zone, "zone", FOLDER_ID, FOLDER_MUST, NULL),
    FIELD(name.zh, "indicator_zh", FOLDER_TEXT, FOLDER_MUST, NULL),
    FIELD(name.en, "indicator_en", FOLDER_TEXT, FOLDER_MUST, NULL),
    FIELD(kind, "kind", FOLDER_WORD, FOLDER_MUST, folder_target_word),
    FIELD(value, "value", FOLDER_F64, FOLDER_MAY, NULL), /* a rank may aim at no figure */
    FIELD(unit, "unit", FOLDER_TEXT, FOLDER_MUST, NULL),
    FIELD(compare, "compare", FOLDER_TEXT, FOLDER_MUST, NULL),
};

/* `rule` or `rule:what it is compared with`. */
static bool folder_compare_known(struct str text)
{
    static const char *const rules[] = {"ge",         "le",
                                        "gt",         "lt",
                                        "eq",         "about",
                                        "improve_in", "front_rank_in",
                                        "le_in",      "tier_no_count_stated"};
    struct str rest = text;
    struct str rule = str_cut(&rest, ':');

    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (str_eq(rule, str_of(rules[i])))
            return true;
    return false;
}

static void folder_target_done(struct folder_reader *reader, struct folder_table *table, void *row,
                               uint32_t index)
{
    const struct folder_target *target = row;

    (void)index;
    if (!folder_compare_known(target->compare))
        folder_mistake(&reader->report, folder_table_mark(table, "compare"),
                       "compare: `%.*s` is no rule; write ge, le, gt, lt, eq, about, improve_in, "
                       "front_rank_in, le_in or tier_no_count_stated, with :what where it needs it",
                       STR_ARG(folder_short(target->compare)));
}

void folder_targets_read(struct folder_reader *reader, struct str content)
{
    struct folder_table table = {.fields = FOLDER_FIELDS(folder_target_items),
                                 .row_size = sizeof(struct folder_target),
                                 .rows_max = FOLDER_TARGETS_MAX,
                                 .row_done = folder_target_done};
    void *rows = NULL;
    uint32_t count = 0;

    folder_table_read(reader, &table, content, NULL, NULL, &rows, &count);
}
