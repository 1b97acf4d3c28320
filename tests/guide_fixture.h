/* guide_fixture.h - a pack's guide.csv as items, read with nothing but base/csv.h, so that the pure
 * module is tested and measured without the folder's reader. */
#ifndef TESTS_GUIDE_FIXTURE_H
#define TESTS_GUIDE_FIXTURE_H

#include "base/csv.h"
#include "civic/guide.h"

struct guide_fixture {
    struct arena arena;
    struct civic_guide_item *items;
    size_t count;
    size_t capacity;
};

static inline enum err guide_fixture_row(struct guide_fixture *fixture, const struct csv *csv)
{
    struct civic_guide_item item = {.doubtful = false};
    struct str *texts[] = {&item.name.zh,    &item.aliases.zh, &item.pinyin,   &item.name.en,
                           &item.aliases.en, &item.stream,     &item.class_zh, NULL,
                           &item.parts.zh,   &item.parts.en,   &item.note.zh,  &item.note.en};

    if (csv->count != COUNT_OF(texts))
        return ERR_INVALID;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i] && arena_str(&fixture->arena, csv->fields[i], texts[i]))
            return ERR_NOMEM;
    item.doubtful = str_eq(csv->fields[7], STR("true"));
    return vec_push(fixture, item);
}

/* Columns in the order of the pack's file. */
static inline enum err guide_fixture_read(struct str content, struct guide_fixture *fixture)
{
    struct csv csv;
    struct diag diag;
    bool more = true;

    *fixture = (struct guide_fixture){.items = NULL};
    arena_init(&fixture->arena, (size_t)64 << 20);
    csv_init(&csv, "guide.csv", content);
    enum err err = csv_next(&csv, &more, &diag); /* the header */
    while (!err) {
        err = csv_next(&csv, &more, &diag);
        if (err || !more)
            break;
        err = guide_fixture_row(fixture, &csv);
    }
    csv_done(&csv);
    return err;
}

static inline void guide_fixture_done(struct guide_fixture *fixture)
{
    vec_done(fixture);
    arena_done(&fixture->arena);
}

#endif
