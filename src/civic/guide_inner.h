/* guide_inner.h - what building and searching a guide share.
 *
 * Layer      2, private to civic/
 */
#ifndef CIVIC_GUIDE_INNER_H
#define CIVIC_GUIDE_INNER_H

#include "civic/guide.h"

enum {
    CIVIC_GUIDE_WORDS_MAX = 32, /* a blank between each: no more fit into a name */
    CIVIC_GUIDE_EDITS_MAX = 2,
};
#define CIVIC_GUIDE_BYTES_MAX ((size_t)64 << 20) /* 20,000 items take about 20 MB */

/* A text as it is compared: small letters, no accents, no marks, words apart by one blank. */
struct civic_fold {
    uint32_t points[CIVIC_GUIDE_NAME_MAX];
    size_t count;
    bool han; /* has a Han character: then blanks are left out */
};

struct civic_word {
    uint8_t at;
    uint8_t count;
    uint64_t mask;
};

struct civic_term {
    const uint32_t *points;
    const struct civic_word *words; /* of a term without Han */
    struct str pinyin;              /* of a term with Han; empty: not known */
    uint64_t mask;                  /* a bit for each character, many to one */
    uint64_t spelt_mask;            /* the same for the letters of the pinyin */
    uint32_t starts;                /* letters that begin a syllable: civic_start() of each */
    uint16_t spelt_size;            /* letters of the pinyin, without blanks */
    uint8_t count;
    uint8_t word_count;
    bool han;
    bool alias;
};

/* A character and a way to say it. */
struct civic_reading {
    uint32_t point;
    struct str syllable;
    uint32_t uses;
};

struct civic_guide {
    struct arena arena;
    struct civic_guide_item *items;
    struct civic_term *terms;
    uint32_t *first_term;           /* of item i; the terms of i end where those of i + 1 begin */
    struct civic_reading *readings; /* by character, then syllable */
    uint32_t count;
    uint32_t term_count;
    uint32_t reading_count;
};

bool civic_is_han(uint32_t point);
/* Errors: SYNTAX, LIMIT. */
MUST_USE enum err civic_fold(struct str text, struct civic_fold *ret);
uint64_t civic_mask(const uint32_t *points, size_t count);
/* A bit for a letter; all digits share one. */
uint32_t civic_start(char letter);
/* Words between blanks. */
size_t civic_words(const uint32_t *points, size_t count, struct civic_word words[]);
/* Insertions, deletions, substitutions and swaps of neighbours, up to `max` (at most
 * CIVIC_GUIDE_EDITS_MAX); max + 1 stands for more. */
unsigned civic_edits(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count,
                     unsigned max);
/* Readings of a character: the first of them, and how many. */
const struct civic_reading *civic_readings(const struct civic_guide *guide, uint32_t point,
                                           uint32_t *ret_count);

#endif
