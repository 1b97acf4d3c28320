/* process.c - processes/ *.yaml: stages, the clocks they run on and where a case may go next.
 *
 * A process is data; here its form is checked: known clocks and kinds of evidence, a way from the
 * first stage to every stage, and from every stage to one that ends the case. */
#include "folder/parts.h"

enum { FOLDER_TYPES_MAX = 1000 };

struct folder_process {
    struct str id;
    struct city_name name;
    const struct folder_node *hours;
    const struct folder_node *stages;
    const struct folder_node *types;
    uint32_t format;
};
struct folder_stage {
    struct str id;
    struct city_name name;
    struct str role;
    uint32_t amount; /* of the clock's unit; 0: no limit */
    unsigned clock;
    bool pauses; /* may be deferred, which stops the clock */
    const struct folder_node *next;
    const struct folder_node *evidence;
    struct folder_mark mark;
    uint64_t nexts; /* stages it leads to, a bit each */
};
/* A kind of case with a limit of its own for one stage. */
struct folder_case_type {
    struct str id;
    struct city_name name;
    struct str stage;
    uint32_t amount;
    unsigned clock;
};

static const char *folder_clock_word(unsigned clock)
{
    static const char *const clocks[] = {"urgent_hour", "work_hour", "work_day", "natural_day"};

    return clock < COUNT_OF(clocks) ? clocks[clock] : NULL;
}

static const char *folder_evidence_word(unsigned kind)
{
    static const char *const kinds[] = {"photo", "place", "text", "signature", "weight"};

    return kind < COUNT_OF(kinds) ? kinds[kind] : NULL;
}

#define ANY 0, 0, NULL, NULL
#define FIELD(type, member, key, kind, need, ...)                   \
    {                                                               \
        key, kind, offsetof(struct type, member), need, __VA_ARGS__ \
    }
static const struct folder_field folder_process_items[] = {
    FIELD(folder_process, format, "format", FOLDER_U32, FOLDER_MUST, 1, 1, NULL, NULL),
    FIELD(folder_process, id, "id", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(folder_process, name, "name", FOLDER_NAME, FOLDER_MUST, ANY),
    FIELD(folder_process, hours, "work_hours", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_process, stages, "stages", FOLDER_NODE, FOLDER_MUST, ANY),
    FIELD(folder_process, types, "types", FOLDER_NODE, FOLDER_MAY, ANY),
};
static const struct folder_field folder_stage_items[] = {
    FIELD(folder_stage, id, "id", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(folder_stage, name, "name", FOLDER_NAME, FOLDER_MUST, ANY),
    FIELD(folder_stage, role, "role", FOLDER_ID, FOLDER_MAY, ANY),
    FIELD(folder_stage, amount, "limit", FOLDER_U32, FOLDER_MAY, 1, 10000, NULL, NULL),
    FIELD(folder_stage, clock, "clock", FOLDER_WORD, FOLDER_MAY, 0, 0, folder_clock_word, NULL),
    FIELD(folder_stage, pauses, "may_pause", FOLDER_BOOL, FOLDER_MAY, ANY),
    FIELD(folder_stage, next, "next", FOLDER_NODE, FOLDER_MAY, ANY),
    FIELD(folder_stage, evidence, "evidence", FOLDER_NODE, FOLDER_MAY, ANY),
};
static const struct folder_field folder_case_items[] = {
    FIELD(folder_case_type, id, "id", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(folder_case_type, name, "name", FOLDER_NAME, FOLDER_MUST, ANY),
    FIELD(folder_case_type, stage, "stage", FOLDER_ID, FOLDER_MUST, ANY),
    FIELD(folder_case_type, amount, "limit", FOLDER_U32, FOLDER_MUST, 1, 10000, NULL, NULL),
    FIELD(folder_case_type, clock, "clock", FOLDER_WORD, FOLDER_MUST, 0, 0, folder_clock_word,
          NULL),
};
static const struct folder_field folder_evidence_item = {
    "evidence", FOLDER_WORD, 0, FOLDER_MUST, 0, 0, folder_evidence_word, NULL};
static const struct folder_field folder_hours_item = {
    "work_hours", FOLDER_WINDOW, 0, FOLDER_MUST, 0, 0, NULL, NULL};

struct folder_stages {
    struct folder_stage items[FOLDER_STAGES_MAX];
    size_t count;
};

static size_t folder_stage_find(const struct folder_stages *stages, struct str id)
{
    size_t at = 0;

    while (at < stages->count && !str_eq(stages->items[at].id, id))
        at++;
    return at;
}

static void folder_stage_read(struct folder_reader *reader, const struct folder_node *node,
                              struct folder_stages *stages)
{
    struct folder_stage stage = {.clock = UINT32_MAX, .mark = node->mark};

    folder_tree_fill(reader, node, FOLDER_FIELDS(folder_stage_items), &stage);
    if (stage.id.size && folder_stage_find(stages, stage.id) < stages->count)
        folder_mistake(&reader->report, node->mark, "stage `%.*s` stands above already; remove one",
                       STR_ARG(folder_short(stage.id)));
    if ((stage.amount > 0) != (stage.clock != UINT32_MAX))
        folder_mistake(&reader->report, node->mark,
                       "limit and clock belong together; write both or neither");
    if (stage.evidence && folder_tree_is(reader, stage.evidence, FOLDER_LIST, "evidence"))
        for (const struct folder_node *kind = stage.evidence->first; kind; kind = kind->next) {
            unsigned value = 0;
            folder_tree_value(reader, &folder_evidence_item, kind, &value);
        }
    stages->items[stages->count++] = stage;
}

static void folder_stage_next(struct folder_reader *reader, struct folder_stages *stages,
                              struct folder_stage *stage)
{
    if (!stage->next || !folder_tree_is(reader, stage->next, FOLDER_LIST, "next"))
        return;
    for (const struct folder_node *node = stage->next->first; node; node = node->next) {
        if (!folder_tree_is(reader, node, FOLDER_SCALAR, "next"))
            continue;
        size_t to = folder_stage_find(stages, node->text);
        if (to == stages->count)
            folder_mistake(&reader->report, node->mark,
                           "there is no stage `%.*s`; write the id of one, or add it",
                           STR_ARG(folder_short(node->text)));
        else
            stage->nexts |= UINT64_C(1) << to;
    }
}

static uint64_t folder_stages_reached(const struct folder_stages *stages)
{
    uint64_t reached = 1;

    for (size_t round = 0; round < stages->count; round++)
        for (size_t i = 0; i < stages->count; i++)
            if (reached >> i & 1)
                reached |= stages->items[i].nexts;
    return reached;
}

/* Stages from which one without a next, an end, is reached. */
static uint64_t folder_stages_ending(const struct folder_stages *stages)
{
    uint64_t ending = 0;

    for (size_t round = 0; round <= stages->count; round++)
        for (size_t i = 0; i < stages->count; i++)
            if (!stages->items[i].nexts || (stages->items[i].nexts & ending))
                ending |= UINT64_C(1) << i;
    return ending;
}

static void folder_stages_check(struct folder_reader *reader, struct folder_stages *stages)
{
    uint64_t before = reader->report.count;

    for (size_t i = 0; i < stages->count; i++)
        folder_stage_next(reader, stages, &stages->items[i]);
    if (reader->report.count != before)
        return;
    uint64_t reached = folder_stages_reached(stages);
    uint64_t ending = folder_stages_ending(stages);
    for (size_t i = 0; i < stages->count; i++) {
        if (!(reached >> i & 1))
            folder_mistake(&reader->report, stages->items[i].mark,
                           "no stage leads here; name it in a `next`, or remove it");
        if (!(ending >> i & 1))
            folder_mistake(&reader->report, stages->items[i].mark,
                           "a case that comes here never ends; lead it to a stage without `next`");
    }
}

static void folder_types_read(struct folder_reader *reader, const struct folder_node *list,
                              const struct folder_stages *stages)
{
    size_t count = 0;

    if (!folder_tree_is(reader, list, FOLDER_LIST, "types"))
        return;
    for (const struct folder_node *node = list->first; node; node = node->next) {
        struct folder_case_type type = {0};
        if (count++ == FOLDER_TYPES_MAX) {
            folder_mistake(&reader->report, node->mark, "more than %d types; split the process",
                           FOLDER_TYPES_MAX);
            return;
        }
        folder_tree_fill(reader, node, FOLDER_FIELDS(folder_case_items), &type);
        if (type.stage.size && folder_stage_find(stages, type.stage) == stages->count)
            folder_mistake(&reader->report, node->mark, "there is no stage `%.*s`; correct `stage`",
                           STR_ARG(folder_short(type.stage)));
    }
}

void folder_process_read(struct folder_reader *reader, const struct folder_node *root)
{
    struct folder_process process = {0};
    struct folder_stages stages = {.count = 0};
    struct city_window window;

    folder_tree_fill(reader, root, FOLDER_FIELDS(folder_process_items), &process);
    if (process.hours && folder_tree_is(reader, process.hours, FOLDER_LIST, "work_hours"))
        for (const struct folder_node *node = process.hours->first; node; node = node->next)
            folder_tree_value(reader, &folder_hours_item, node, &window);
    if (!process.stages || !folder_tree_is(reader, process.stages, FOLDER_LIST, "stages"))
        return;
    size_t count = folder_tree_count(process.stages);
    if (count == 0 || count > FOLDER_STAGES_MAX) {
        folder_mistake(&reader->report, process.stages->mark, "%zu stages; a process has 1 to %d",
                       count, FOLDER_STAGES_MAX);
        return;
    }
    for (const struct folder_node *node = process.stages->first; node; node = node->next)
        folder_stage_read(reader, node, &stages);
    folder_stages_check(reader, &stages);
    if (process.types)
        folder_types_read(reader, process.types, &stages);
}
