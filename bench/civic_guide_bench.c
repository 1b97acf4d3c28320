/* civic_guide_bench.c - how long a search of the residents' guide takes.
 *
 * Use        civic_guide_bench [GUIDE.csv]; packs/hengyang/guide.csv of the current folder unless said.
 * Prints one JSON object a kind of question: how many were asked, the mean, the 99th percentile and
 * the slowest in microseconds of CPU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../tests/guide_fixture.h"
#include "base/file.h"

enum { BENCH_HITS = 8, BENCH_ROUNDS = 3, BENCH_ASKED_MAX = 200000 };

static double bench_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int bench_cmp(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

/* A question about an item: exact, with a wrong character, initials, nothing known, the longest. */
static struct str bench_text(const struct civic_guide *guide, uint32_t i, unsigned kind,
                             size_t size, char *room)
{
    const struct civic_guide_item *item = civic_guide_at(guide, i);
    struct str pinyin = civic_guide_pinyin(guide, i);
    int used = 0;

    switch (kind) {
    case 0:
        return item->name.zh;
    case 1:
        return item->name.en;
    case 2:
        used = snprintf(room, size, "%.*s龘", STR_ARG(item->name.zh));
        break;
    case 3:
        used = snprintf(room, size, "%.*sq", STR_ARG(item->name.en));
        break;
    case 4:
        while (pinyin.size)
            room[used++] = str_cut(&pinyin, ' ').data[0];
        break;
    case 5:
        return pinyin;
    case 6:
        used = snprintf(room, size, "zqxj%u vwkq", i);
        break;
    case 7: /* as many names as fit into a question, run together */
        for (uint32_t j = i; j < i + 12 && used < 190; j++)
            used += snprintf(room + used, size - (size_t)used, "%.*s",
                             STR_ARG(civic_guide_at(guide, j % civic_guide_count(guide))->name.zh));
        used = used < 180 ? used : 180; /* 60 characters of three bytes */
        used = (int)str_utf8_whole((struct str){room, (size_t)used});
        break;
    default:
        used =
            snprintf(room, size, "a plastic bottle of cola %u and a paper box with glass cup", i);
        break;
    }
    return (struct str){room, (size_t)used};
}

static enum err bench_kind(const struct civic_guide *guide, unsigned kind, double *times)
{
    static const char *const names[] = {"zh",     "en",      "zh_typo", "en_typo", "initials",
                                        "pinyin", "unknown", "long_zh", "long_en"};
    struct civic_guide_hit hits[BENCH_HITS];
    char room[256];
    size_t asked = 0;
    size_t found = 0;
    double sum = 0;
    size_t count;

    for (unsigned round = 0; round < BENCH_ROUNDS; round++)
        for (uint32_t i = 0; i < civic_guide_count(guide) && asked < BENCH_ASKED_MAX; i++) {
            struct str text = bench_text(guide, i, kind, sizeof room, room);
            double start = bench_us();
            enum err err = civic_guide_search(guide, text, BENCH_HITS, hits, &count, NULL);
            times[asked++] = bench_us() - start;
            if (err)
                return err;
            found += count;
        }
    for (size_t i = 0; i < asked; i++)
        sum += times[i];
    qsort(times, asked, sizeof *times, bench_cmp);
    printf("{\"kind\":\"%s\",\"items\":%u,\"asked\":%zu,\"hits\":%zu,\"mean_us\":%.1f,"
           "\"p99_us\":%.1f,\"max_us\":%.1f}\n",
           names[kind], civic_guide_count(guide), asked, found, sum / (double)asked,
           times[asked - asked / 100 - 1], times[asked - 1]);
    return OK;
}

static enum err bench_run(struct str content, struct diag *diag)
{
    struct guide_fixture fixture;
    struct civic_guide *guide = NULL;
    double *times = mem_zero(BENCH_ASKED_MAX, sizeof *times);

    enum err err = guide_fixture_read(content, &fixture);
    double start = bench_us();
    if (!err)
        err = civic_guide_build(fixture.items, fixture.count, &guide, diag);
    double build_us = bench_us() - start;
    if (!err)
        printf("{\"kind\":\"build\",\"items\":%u,\"us\":%.0f}\n", civic_guide_count(guide),
               build_us);
    for (unsigned kind = 0; kind < 9 && !err && times; kind++)
        err = bench_kind(guide, kind, times);
    civic_guide_free(guide);
    guide_fixture_done(&fixture);
    mem_free(times);
    return times ? err : ERR_NOMEM;
}

int main(int argc, char **argv)
{
    struct buf content;
    struct diag diag = {.text = ""};

    enum err err =
        file_read(argc > 1 ? argv[1] : "packs/hengyang/guide.csv", 64 << 20, &content, &diag);
    if (!err) {
        err = bench_run(buf_text(&content), &diag);
        buf_done(&content);
    }
    if (err)
        fprintf(stderr, "civic_guide_bench: %s %s\n", err_text(err), diag.text);
    return err_exit(err);
}
