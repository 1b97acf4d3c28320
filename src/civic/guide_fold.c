/* guide_fold.c - names made comparable, and how far two are apart. */
#include <string.h>

#include "civic/guide_inner.h"

/* U+00C0 to U+00FF without their accents. The u with two dots is written v, as keyboards spell the
 * pinyin of it; a mark, and what is no letter, is a blank. */
static const char civic_latin[] =
    "aaaaaaaceeeeiiiidnooooo ouuuvytsaaaaaaaceeeeiiiidnooooo ouuuvyty";

bool civic_is_han(uint32_t point)
{
    return (point >= 0x3400 && point <= 0x9FFF) || (point >= 0xF900 && point <= 0xFAFF) ||
           (point >= 0x20000 && point <= 0x323AF) || point == 0x3007;
}

/* `text` is UTF-8; *at moves past the character. */
static uint32_t civic_point(struct str text, size_t *at)
{
    const unsigned char *byte = (const unsigned char *)text.data + *at;
    unsigned more = *byte < 0x80 ? 0 : *byte < 0xE0 ? 1 : *byte < 0xF0 ? 2 : 3;
    uint32_t point = more ? *byte & (0x3FU >> more) : *byte;

    for (unsigned i = 1; i <= more; i++)
        point = point << 6 | (byte[i] & 0x3FU);
    *at += more + 1;
    return point;
}

static bool civic_is_letter(uint32_t point)
{
    return (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9');
}

static bool civic_is_blank(uint32_t point)
{
    return point < 0xC0 || (point >= 0x2000 && point <= 0x206F) ||
           (point >= 0x3000 && point <= 0x303F && point != 0x3007);
}

/* A blank for what separates words, 0 for what is passed over. */
static uint32_t civic_fold_point(uint32_t point)
{
    if (point >= 0xFF01 && point <= 0xFF5E)
        point -= 0xFF01 - 0x21; /* full width */
    if (point >= 'A' && point <= 'Z')
        point += 'a' - 'A';
    if (civic_is_letter(point))
        return point;
    if (point == '\'' || point == 0x2019)
        return 0; /* "bird's" is one word */
    if (civic_is_blank(point))
        return ' ';
    return point <= 0xFF ? (uint32_t)(unsigned char)civic_latin[point - 0xC0] : point;
}

static void civic_fold_unblank(struct civic_fold *fold)
{
    size_t kept = 0;

    for (size_t i = 0; i < fold->count; i++)
        if (fold->points[i] != ' ')
            fold->points[kept++] = fold->points[i];
    fold->count = kept;
}

enum err civic_fold(struct str text, struct civic_fold *ret)
{
    struct civic_fold fold = {.count = 0};
    bool blank = false;
    size_t bad;

    if (!str_utf8(text, &bad))
        return ERR_SYNTAX;
    for (size_t at = 0; at < text.size;) {
        uint32_t point = civic_fold_point(civic_point(text, &at));
        if (!point)
            continue;
        if (point == ' ') {
            blank = fold.count > 0;
            continue;
        }
        if (fold.count + blank >= CIVIC_GUIDE_NAME_MAX)
            return ERR_LIMIT;
        if (blank)
            fold.points[fold.count++] = ' ';
        fold.points[fold.count++] = point;
        fold.han = fold.han || civic_is_han(point);
        blank = false;
    }
    if (fold.han)
        civic_fold_unblank(&fold);
    *ret = fold;
    return OK;
}

uint64_t civic_mask(const uint32_t *points, size_t count)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < count; i++)
        mask |= UINT64_C(1) << (points[i] * UINT32_C(0x9E3779B1) >> 26);
    return mask;
}

uint32_t civic_start(char letter)
{
    return UINT32_C(1) << (letter >= 'a' && letter <= 'z' ? letter - 'a' : 26);
}

size_t civic_words(const uint32_t *points, size_t count, struct civic_word words[])
{
    size_t found = 0;

    for (size_t at = 0; at < count && found < CIVIC_GUIDE_WORDS_MAX;) {
        size_t end = at;
        while (end < count && points[end] != ' ')
            end++;
        if (end > at)
            words[found++] = (struct civic_word){(uint8_t)at, (uint8_t)(end - at),
                                                 civic_mask(points + at, end - at)};
        at = end + 1;
    }
    return found;
}

static unsigned civic_least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

struct civic_grid {
    const uint32_t *a;
    const uint32_t *b;
    unsigned max;
    uint8_t rows[3][CIVIC_GUIDE_NAME_MAX + 2];
};

static uint8_t civic_cell(const struct civic_grid *grid, size_t i, size_t j)
{
    const uint8_t *row = grid->rows[i % 3];
    const uint8_t *up = grid->rows[(i + 2) % 3];
    const uint8_t *upper = grid->rows[(i + 1) % 3];
    const uint32_t *a = grid->a + i;
    const uint32_t *b = grid->b + j;
    unsigned best = up[j - 1] + (a[-1] == b[-1] ? 0U : 1U);

    best = civic_least(best, civic_least(row[j - 1], up[j]) + 1);
    if (i > 1 && j > 1 && a[-1] == b[-2] && a[-2] == b[-1])
        best = civic_least(best, upper[j - 2] + 1U);
    return (uint8_t)civic_least(best, grid->max + 1);
}

/* Restricted edit distance by rows; only cells within `max` of the diagonal count. */
unsigned civic_edits(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count,
                     unsigned max)
{
    struct civic_grid grid = {.a = a, .b = b, .max = max};
    size_t apart = a_count > b_count ? a_count - b_count : b_count - a_count;

    ASSERT(a_count <= CIVIC_GUIDE_NAME_MAX);
    ASSERT(b_count <= CIVIC_GUIDE_NAME_MAX);
    ASSERT(max <= CIVIC_GUIDE_EDITS_MAX);
    if (apart > max)
        return max + 1;
    memset(grid.rows, (int)max + 1, sizeof grid.rows);
    for (size_t j = 0; j <= b_count && j <= max; j++)
        grid.rows[0][j] = (uint8_t)j;
    for (size_t i = 1; i <= a_count; i++) {
        uint8_t *row = grid.rows[i % 3];
        size_t from = i > max ? i - max : 1;
        size_t to = i + max < b_count ? i + max : b_count;
        row[from - 1] = (uint8_t)civic_least((unsigned)i, max + 1);
        unsigned least = row[from - 1];
        for (size_t j = from; j <= to; j++) {
            row[j] = civic_cell(&grid, i, j);
            least = civic_least(least, row[j]);
        }
        row[to + 1] = (uint8_t)(max + 1); /* what the next row sees beyond the band */
        if (least > max)
            return max + 1;
    }
    return grid.rows[a_count % 3][b_count];
}
