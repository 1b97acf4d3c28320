/* civic_guide_fuzz.c - any list and any question: no crash, hits in order and of the list, and every
 * item found first by its own name. The first line is the question, the rest a guide.csv. */
#include <string.h>

#include "../tests/guide_fixture.h"
#include "fuzz.h"

enum { FUZZ_HITS = 5 };

static void fuzz_ask(const struct civic_guide *guide, struct str text)
{
    struct civic_guide_hit hits[FUZZ_HITS];
    struct diag diag = {.text = ""};
    size_t count = 0;
    size_t bad;

    enum err err = civic_guide_search(guide, text, FUZZ_HITS, hits, &count, &diag);
    if (err) {
        ASSERT(err == ERR_LIMIT || err == ERR_SYNTAX);
        ASSERT(diag.text[0]);
        ASSERT(count == 0);
        return;
    }
    ASSERT(count <= FUZZ_HITS);
    ASSERT(str_utf8(text, &bad));
    for (size_t i = 0; i < count; i++) {
        ASSERT(hits[i].item >= civic_guide_at(guide, 0));
        ASSERT(hits[i].item <= civic_guide_at(guide, civic_guide_count(guide) - 1));
        ASSERT(i == 0 || hits[i - 1].rank <= hits[i].rank);
        ASSERT(i == 0 || hits[i - 1].rank < hits[i].rank || hits[i - 1].item < hits[i].item);
    }
    if (civic_guide_verdict(hits, count) == CIVIC_GUIDE_KNOWN)
        ASSERT(hits[0].how <= CIVIC_GUIDE_ALIAS);
}

static void fuzz_names(const struct civic_guide *guide)
{
    for (uint32_t i = 0; i < civic_guide_count(guide); i++) {
        struct civic_guide_hit hit;
        size_t count = 0;
        enum err err =
            civic_guide_search(guide, civic_guide_at(guide, i)->name.zh, 1, &hit, &count, NULL);
        ASSERT(err == OK);
        ASSERT(count == 1);
        ASSERT(hit.how == CIVIC_GUIDE_EXACT);
    }
}

static void fuzz_list(const struct guide_fixture *fixture, struct str question)
{
    struct civic_guide *guide = NULL;
    struct diag diag = {.text = ""};
    struct buf out;
    struct jw jw;
    size_t bad;

    if (civic_guide_build(fixture->items, fixture->count, &guide, &diag)) {
        ASSERT(diag.text[0]);
        ASSERT(str_utf8(str_of(diag.text), &bad) || !guide);
        return;
    }
    const struct city city = {.stream_count = 0};
    buf_init(&out, 16 << 20);
    jw_init(&jw, &out);
    fuzz_ask(guide, question);
    fuzz_names(guide);
    for (uint32_t i = 0; i < civic_guide_count(guide) && i < 100; i++)
        civic_guide_json(&city, civic_guide_at(guide, i), &jw);
    ASSERT(!buf_err(&out) || buf_err(&out) == ERR_LIMIT);
    buf_done(&out);
    civic_guide_free(guide);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guide_fixture fixture;
    struct str content = {(const char *)data, size};
    struct str question = str_cut(&content, '\n');

    if (!guide_fixture_read(content, &fixture) && fixture.count < 200)
        fuzz_list(&fixture, question);
    guide_fixture_done(&fixture);
    return 0;
}
