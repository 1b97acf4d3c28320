/* guide_search.c - every name is compared with the question and ranked; the best are kept.
 *
 * A rank is a number of points, smaller is better: what a name lacks of the question or has beyond
 * it costs points by the character, so that the kinds of likeness are compared on one scale. */
#include <string.h>

#include "civic/guide_inner.h"

enum {
    RANK_EXACT = 0,
    RANK_ALIAS = 1,
    RANK_PLURAL = 2,
    RANK_SOUND = 4, /* all characters sound right: an input method's slip */
    RANK_SPELT = 5, /* full pinyin */
    RANK_SPELT_ALIAS = 6,
    RANK_INITIALS = 7,
    RANK_INITIALS_ALIAS = 8,
    RANK_MIXED = 9, /* some syllables whole, some by their beginnings */
    RANK_PREFIX = 10,
    RANK_INSIDE = 12,
    RANK_SAID = 12,       /* and a point for each character or word before the name */
    RANK_TYPO = 13,       /* a character left out, too many, or swapped with its neighbour */
    RANK_TYPO_OTHER = 14, /* another character: what was meant has fewer of the question's */
    RANK_SPELT_PREFIX = 15,
    RANK_SPELT_LATER = 18,
    RANK_SPELT_TYPO = 24,
    RANK_WORDS = 26,
    RANK_TYPO_TWO = 34,
    RANK_NEAR = 60,
    RANK_NONE = 1000,
};

struct civic_question {
    struct civic_fold fold;
    uint64_t mask;
    uint32_t stems[CIVIC_GUIDE_NAME_MAX];           /* as in `fold`, but for the ends of plurals */
    struct civic_word words[CIVIC_GUIDE_WORDS_MAX]; /* in `stems` */
    size_t word_count;
    const struct civic_reading *readings[CIVIC_GUIDE_NAME_MAX]; /* of each character, with Han */
    uint32_t reading_counts[CIVIC_GUIDE_NAME_MAX];
    char latin[CIVIC_GUIDE_NAME_MAX]; /* letters and digits without blanks */
    uint32_t latin_points[CIVIC_GUIDE_NAME_MAX];
    uint64_t latin_mask;
    size_t latin_size; /* 0: cannot be pinyin */
};

struct civic_match {
    uint32_t rank;
    enum civic_guide_how how;
};

static void civic_better(struct civic_match *best, uint32_t rank, enum civic_guide_how how)
{
    if (rank < best->rank)
        *best = (struct civic_match){rank, how};
}

/* Where `part` stands in `whole`; the last place, since Chinese names end in what a thing is. */
static bool civic_inside(const uint32_t *part, size_t part_count, const uint32_t *whole,
                         size_t whole_count, size_t *ret_at)
{
    if (!part_count || part_count > whole_count)
        return false;
    for (size_t at = whole_count - part_count + 1; at-- > 0;)
        if (!memcmp(part, whole + at, part_count * sizeof *part)) {
            *ret_at = at;
            return true;
        }
    return false;
}

/* Edits between the question and the term, at most `max`; more when masks already tell. */
static unsigned civic_apart(const struct civic_question *question, const struct civic_term *term,
                            unsigned max)
{
    if ((unsigned)__builtin_popcountll(question->mask ^ term->mask) > 2 * max)
        return max + 1; /* an edit changes two bits at most */
    return civic_edits(question->fold.points, question->fold.count, term->points, term->count, max);
}

/* One edit apart: was a character written for another, or none lost? */
static bool civic_other(const struct civic_question *question, const struct civic_term *term)
{
    return question->fold.count == term->count && question->mask != term->mask;
}

/* --- Chinese --- */

/* May the question's character be said so? */
static bool civic_sounds(const struct civic_question *question, size_t at, struct str syllable)
{
    for (uint32_t i = 0; i < question->reading_counts[at]; i++)
        if (str_eq(question->readings[at][i].syllable, syllable))
            return true;
    return false;
}

/* Does each character of the question sound like the term's at its place? */
static bool civic_sounds_like(const struct civic_question *question, const struct civic_term *term)
{
    const struct civic_fold *fold = &question->fold;
    struct str pinyin = term->pinyin;

    if (fold->count != term->count || !pinyin.size)
        return false;
    for (size_t i = 0; i < fold->count;) {
        struct str syllable = str_cut(&pinyin, ' ');
        bool han = civic_is_han(term->points[i]);
        size_t step = han || !syllable.size ? 1 : syllable.size;
        for (size_t j = i; j < i + step && j < fold->count; j++)
            if (fold->points[j] != term->points[j] && !(han && civic_sounds(question, j, syllable)))
                return false;
        i += step;
    }
    return true;
}

static void civic_han_part(const struct civic_question *question, const struct civic_term *term,
                           struct civic_match *best)
{
    const struct civic_fold *fold = &question->fold;
    size_t at;

    if (civic_inside(fold->points, fold->count, term->points, term->count, &at)) {
        uint32_t left = (uint32_t)(2 * (term->count - fold->count));
        bool edge = at == 0 || at + fold->count == term->count;
        if (edge)
            civic_better(best, RANK_PREFIX + left + (at > 0), CIVIC_GUIDE_PART);
        else
            civic_better(best, RANK_INSIDE + left, CIVIC_GUIDE_PART);
    } else if (term->count > 1 &&
               civic_inside(term->points, term->count, fold->points, fold->count, &at)) {
        uint32_t left = (uint32_t)(fold->count - term->count);
        if (at + term->count == fold->count)
            civic_better(best, RANK_SAID + left, CIVIC_GUIDE_SAID);
        else
            civic_better(best, RANK_NEAR + left, CIVIC_GUIDE_NEAR);
    }
}

static void civic_han_typo(const struct civic_question *question, const struct civic_term *term,
                           struct civic_match *best)
{
    size_t count = question->fold.count;
    unsigned max = count >= 6 ? 2 : 1;

    if (count < 2 || term->count < 2)
        return;
    if (civic_sounds_like(question, term)) {
        civic_better(best, RANK_SOUND, CIVIC_GUIDE_TYPO);
        return;
    }
    unsigned edits = civic_apart(question, term, max);
    if (edits > max)
        return;
    if (edits == 2)
        civic_better(best, RANK_TYPO_TWO, CIVIC_GUIDE_TYPO);
    else if (count < 3 || term->count < 3)
        civic_better(best, RANK_NEAR - 1, CIVIC_GUIDE_NEAR); /* half of it is wrong */
    else
        civic_better(best, civic_other(question, term) ? RANK_TYPO_OTHER : RANK_TYPO,
                     CIVIC_GUIDE_TYPO);
}

/* Characters that both have: at least two and half of the question. */
static void civic_han_near(const struct civic_question *question, const struct civic_term *term,
                           struct civic_match *best)
{
    const struct civic_fold *fold = &question->fold;
    size_t common = 0;

    if (!(question->mask & term->mask) || best->rank < RANK_NEAR)
        return;
    for (size_t i = 0; i < fold->count; i++)
        for (size_t j = 0; j < term->count; j++)
            if (fold->points[i] == term->points[j]) {
                common++;
                break;
            }
    if (common < 2 || 2 * common < fold->count)
        return;
    uint32_t missing =
        (uint32_t)(fold->count + term->count - 2 * (common < term->count ? common : term->count));
    civic_better(best, RANK_NEAR + 10 * missing, CIVIC_GUIDE_NEAR);
}

static void civic_han_term(const struct civic_question *question, const struct civic_term *term,
                           struct civic_match *best)
{
    civic_han_part(question, term, best);
    civic_han_typo(question, term, best);
    civic_han_near(question, term, best);
}

/* --- pinyin --- */

struct civic_spelt {
    size_t syllables;
    size_t covered; /* most syllables that the whole question may stand for; 0: none */
    bool whole;     /* all syllables, each written out */
    bool initials;  /* all syllables, each by its first letter */
};

static size_t civic_same(struct str a, const char *b, size_t b_size)
{
    size_t same = 0;

    while (same < a.size && same < b_size && a.data[same] == b[same])
        same++;
    return same;
}

/* Where the question may end after one more syllable: bit i of a set stands for its first i letters,
 * and a syllable may be written out or only begun. */
static uint64_t civic_ends(const struct civic_question *question, struct str syllable,
                           uint64_t ends)
{
    uint64_t next = 0;

    for (uint64_t left = ends; left; left &= left - 1) {
        size_t at = (size_t)__builtin_ctzll(left);
        size_t same = civic_same(syllable, question->latin + at, question->latin_size - at);
        if (same)
            next |= ((UINT64_C(1) << same) - 1) << (at + 1);
    }
    return next;
}

static struct civic_spelt civic_spelt(const struct civic_question *question, struct str pinyin)
{
    struct civic_spelt spelt = {.whole = true, .initials = true};
    size_t size = question->latin_size;
    size_t whole_at = 0;
    uint64_t ends = 1;

    while (pinyin.size && ends) {
        struct str syllable = str_cut(&pinyin, ' ');
        size_t rest = whole_at < size ? size - whole_at : 0;
        size_t same = civic_same(syllable, question->latin + (size - rest), rest);
        spelt.whole = spelt.whole && same == syllable.size;
        whole_at += syllable.size;
        spelt.initials = spelt.initials && spelt.syllables < size &&
                         syllable.data[0] == question->latin[spelt.syllables];
        spelt.syllables++;
        ends = civic_ends(question, syllable, ends);
        if (ends >> size & 1)
            spelt.covered = spelt.syllables;
    }
    while (pinyin.size) {
        (void)str_cut(&pinyin, ' ');
        spelt.syllables++;
    }
    spelt.whole = spelt.whole && whole_at == size;
    spelt.initials = spelt.initials && spelt.syllables == size;
    return spelt;
}

static void civic_spelt_typo(const struct civic_question *question, const struct civic_term *term,
                             struct civic_match *best)
{
    uint32_t points[CIVIC_GUIDE_NAME_MAX];
    size_t size = question->latin_size;
    size_t count = 0;

    if (size < 5 || term->spelt_size + 1U < size || term->spelt_size > size + 1 ||
        term->spelt_size > CIVIC_GUIDE_NAME_MAX ||
        __builtin_popcountll(question->latin_mask ^ term->spelt_mask) > 2)
        return;
    for (size_t i = 0; i < term->pinyin.size; i++)
        if (term->pinyin.data[i] != ' ')
            points[count++] = (unsigned char)term->pinyin.data[i];
    if (civic_edits(question->latin_points, size, points, count, 1) <= 1)
        civic_better(best, RANK_SPELT_TYPO, CIVIC_GUIDE_TYPO);
}

/* The question spells the name from a later syllable on. */
static void civic_spelt_later(const struct civic_question *question, const struct civic_term *term,
                              struct civic_match *best)
{
    struct str pinyin = term->pinyin;

    (void)str_cut(&pinyin, ' ');
    for (uint32_t skipped = 1; pinyin.size; skipped++) {
        if (pinyin.data[0] == question->latin[0]) {
            struct civic_spelt spelt = civic_spelt(question, pinyin);
            if (spelt.covered) {
                civic_better(
                    best, RANK_SPELT_LATER + skipped + (uint32_t)(spelt.syllables - spelt.covered),
                    CIVIC_GUIDE_SPELT);
                return;
            }
        }
        (void)str_cut(&pinyin, ' ');
    }
}

static void civic_spelt_first(const struct civic_question *question, const struct civic_term *term,
                              struct civic_match *best)
{
    struct civic_spelt spelt = civic_spelt(question, term->pinyin);

    if (spelt.whole)
        civic_better(best, term->alias ? RANK_SPELT_ALIAS : RANK_SPELT, CIVIC_GUIDE_SPELT);
    else if (spelt.initials)
        civic_better(best, term->alias ? RANK_INITIALS_ALIAS : RANK_INITIALS, CIVIC_GUIDE_SPELT);
    else if (spelt.covered && spelt.covered == spelt.syllables)
        civic_better(best, RANK_MIXED + term->alias, CIVIC_GUIDE_SPELT);
    else if (spelt.covered)
        civic_better(best,
                     RANK_SPELT_PREFIX + (uint32_t)(spelt.syllables - spelt.covered) + term->alias,
                     CIVIC_GUIDE_SPELT);
}

static void civic_spelt_term(const struct civic_question *question, const struct civic_term *term,
                             struct civic_match *best)
{
    if (!question->latin_size || !term->pinyin.size)
        return;
    if (!(question->latin_mask & ~term->spelt_mask) &&
        term->starts & civic_start(question->latin[0])) {
        if (term->pinyin.data[0] == question->latin[0])
            civic_spelt_first(question, term, best);
        civic_spelt_later(question, term, best);
    }
    civic_spelt_typo(question, term, best);
}

/* --- English --- */

static bool civic_plural(const struct civic_fold *fold, const struct civic_term *term)
{
    const uint32_t *longer = fold->count > term->count ? fold->points : term->points;
    size_t least = fold->count < term->count ? fold->count : term->count;
    size_t most = fold->count < term->count ? term->count : fold->count;

    if (least < 3 || most - least < 1 || most - least > 2 || longer[most - 1] != 's' ||
        memcmp(fold->points, term->points, least * sizeof *longer) != 0)
        return false;
    return most - least == 1 || longer[most - 2] == 'e';
}

/* Slips that a text of so many letters may have and still be known. */
static unsigned civic_edits_allowed(size_t count)
{
    return count >= 8 ? 2 : count >= 4 ? 1 : 0;
}

/* Edits between a word of the question and one of the term; a beginning counts as none. */
static unsigned civic_word_apart(const uint32_t *points, const struct civic_word *word,
                                 const uint32_t *term, const struct civic_word *other)
{
    unsigned max = civic_edits_allowed(word->count);

    if (!(word->mask & ~other->mask) && word->count <= other->count &&
        !memcmp(points + word->at, term + other->at, word->count * sizeof *points))
        return 0;
    if (!max || (unsigned)__builtin_popcountll(word->mask ^ other->mask) > 2 * max)
        return max + 1;
    return civic_edits(points + word->at, word->count, term + other->at, other->count, max);
}

/* How the words of the question stand in the term, in any order. */
static void civic_words_match(const struct civic_question *question, const struct civic_term *term,
                              struct civic_match *best)
{
    uint32_t edits = 0;
    uint32_t found = 0;
    uint32_t used = 0;

    for (size_t i = 0; i < question->word_count; i++) {
        const struct civic_word *word = &question->words[i];
        unsigned least = civic_edits_allowed(word->count) + 1;
        size_t at = 0;
        for (size_t j = 0; j < term->word_count; j++) {
            unsigned apart = used >> j & 1 ? least
                                           : civic_word_apart(question->stems, word, term->points,
                                                              &term->words[j]);
            if (apart < least) {
                least = apart;
                at = j;
            }
        }
        if (least > civic_edits_allowed(word->count))
            continue;
        used |= UINT32_C(1) << at;
        edits += least;
        found++;
    }
    uint32_t missing = (uint32_t)question->word_count - found;
    uint32_t beyond = term->word_count - found;
    if (!missing && !edits)
        civic_better(best, RANK_INSIDE + 2 * beyond + !(used & 1), CIVIC_GUIDE_PART);
    else if (!missing)
        civic_better(best, RANK_WORDS + 3 * edits + 2 * beyond, CIVIC_GUIDE_TYPO);
    else if (2 * found >= question->word_count)
        civic_better(best, RANK_NEAR + 10 * missing + 3 * edits + beyond, CIVIC_GUIDE_NEAR);
}

/* Is the term's word the stem, or its plural? */
static bool civic_same_word(const uint32_t *stem, size_t count, const uint32_t *word,
                            size_t word_count)
{
    if (count > word_count || memcmp(stem, word, count * sizeof *word) != 0)
        return false;
    return count == word_count || (word_count - count <= 2 && word[word_count - 1] == 's' &&
                                   (word_count - count == 1 || word[word_count - 2] == 'e'));
}

/* The question ends in the words of the term, plural or not. */
static bool civic_latin_said(const struct civic_question *question, const struct civic_term *term)
{
    if (!term->word_count || term->count < 3 || term->word_count >= question->word_count)
        return false;
    const struct civic_word *last =
        question->words + (question->word_count - (size_t)term->word_count);
    for (size_t i = 0; i < term->word_count; i++) {
        const struct civic_word *other = &term->words[i];
        if (!civic_same_word(question->stems + last[i].at, last[i].count, term->points + other->at,
                             other->count))
            return false;
    }
    return true;
}

static void civic_latin_term(const struct civic_question *question, const struct civic_term *term,
                             struct civic_match *best)
{
    const struct civic_fold *fold = &question->fold;
    unsigned max = civic_edits_allowed(fold->count);

    if (civic_plural(fold, term))
        civic_better(best, RANK_PLURAL, CIVIC_GUIDE_ALIAS);
    if (fold->count < term->count &&
        !memcmp(fold->points, term->points, fold->count * sizeof *fold->points))
        civic_better(best, RANK_PREFIX + (uint32_t)(term->count - fold->count) / 3,
                     CIVIC_GUIDE_PART);
    unsigned edits = max ? civic_apart(question, term, max) : 1;
    if (edits <= max)
        civic_better(best, edits == 1 ? RANK_TYPO : RANK_TYPO_TWO, CIVIC_GUIDE_TYPO);
    civic_words_match(question, term, best);
    if (civic_latin_said(question, term))
        civic_better(best, RANK_SAID + (uint32_t)(question->word_count - term->word_count),
                     CIVIC_GUIDE_SAID);
}

/* --- all items --- */

static void civic_term_match(const struct civic_question *question, const struct civic_term *term,
                             struct civic_match *best)
{
    const struct civic_fold *fold = &question->fold;

    if (fold->count == term->count &&
        !memcmp(fold->points, term->points, fold->count * sizeof *fold->points))
        civic_better(best, term->alias ? RANK_ALIAS : RANK_EXACT,
                     term->alias ? CIVIC_GUIDE_ALIAS : CIVIC_GUIDE_EXACT);
    else if (fold->han && term->han)
        civic_han_term(question, term, best);
    else if (!fold->han && !term->han)
        civic_latin_term(question, term, best);
    else if (!fold->han)
        civic_spelt_term(question, term, best);
}

/* "batteries" begins "battery", and "boxes" "box": what ends a plural goes. */
static void civic_stem(uint32_t *points, struct civic_word *word)
{
    uint32_t *end = points + word->at + word->count;

    if (word->count < 4 || end[-1] != 's' || end[-2] == 's')
        return;
    word->count--;
    if (end[-2] == 'e' && end[-3] == 'i') {
        end[-3] = 'y';
        word->count--;
    } else if (end[-2] == 'e' && (end[-3] == 'x' || end[-3] == 's' || end[-3] == 'h')) {
        word->count--;
    }
    word->mask = civic_mask(points + word->at, word->count);
}

static void civic_ask(const struct civic_guide *guide, const struct civic_fold *fold,
                      struct civic_question *ret)
{
    ret->fold = *fold;
    ret->mask = civic_mask(fold->points, fold->count);
    ret->word_count = fold->han ? 0 : civic_words(fold->points, fold->count, ret->words);
    memcpy(ret->stems, fold->points, sizeof ret->stems);
    for (size_t i = 0; i < ret->word_count; i++)
        civic_stem(ret->stems, &ret->words[i]);
    for (size_t i = 0; i < fold->count && fold->han; i++)
        ret->readings[i] = civic_readings(guide, fold->points[i], &ret->reading_counts[i]);
    ret->latin_size = 0;
    for (size_t i = 0; i < fold->count; i++) {
        if (fold->points[i] == ' ')
            continue;
        if (fold->points[i] > 'z') {
            ret->latin_size = 0;
            return;
        }
        ret->latin_points[ret->latin_size] = fold->points[i];
        ret->latin[ret->latin_size++] = (char)fold->points[i];
    }
    if (ret->latin_size == CIVIC_GUIDE_NAME_MAX)
        ret->latin_size = 0; /* longer than any pinyin; a set of 64 bits has no place for its end */
    ret->latin_mask = civic_mask(ret->latin_points, ret->latin_size);
}

/* Keeps `hits` sorted; of equal ranks the earlier item stays before. */
static void civic_keep(struct civic_guide_hit *hits, size_t max, size_t *count,
                       struct civic_guide_hit hit)
{
    size_t at = *count;

    while (at > 0 && hits[at - 1].rank > hit.rank)
        at--;
    if (at == max)
        return;
    *count += *count < max;
    memmove(hits + at + 1, hits + at, (*count - at - 1) * sizeof *hits);
    hits[at] = hit;
}

enum err civic_guide_search(const struct civic_guide *guide, struct str text, size_t max,
                            struct civic_guide_hit *hits, size_t *ret_count, struct diag *diag)
{
    struct civic_question question;
    struct civic_fold fold;
    size_t count = 0;

    enum err err = text.size > CIVIC_GUIDE_TEXT_MAX ? ERR_LIMIT : civic_fold(text, &fold);
    if (err == ERR_LIMIT)
        return diag_set(diag, err, "the text is longer than %d characters; name one item",
                        CIVIC_GUIDE_NAME_MAX);
    if (err)
        return diag_set(diag, err, "the text is not UTF-8");
    max = max < CIVIC_GUIDE_HITS_MAX ? max : CIVIC_GUIDE_HITS_MAX;
    civic_ask(guide, &fold, &question);
    for (uint32_t i = 0; i < guide->count && fold.count; i++) {
        struct civic_match best = {RANK_NONE, CIVIC_GUIDE_NEAR};
        for (uint32_t j = guide->first_term[i]; j < guide->first_term[i + 1]; j++)
            civic_term_match(&question, &guide->terms[j], &best);
        if (best.rank < RANK_NONE)
            civic_keep(hits, max, &count,
                       (struct civic_guide_hit){&guide->items[i], best.how, best.rank});
    }
    *ret_count = count;
    return OK;
}

enum civic_guide_verdict civic_guide_verdict(const struct civic_guide_hit *hits, size_t count)
{
    if (!count || hits[0].how == CIVIC_GUIDE_NEAR)
        return CIVIC_GUIDE_UNKNOWN;
    return hits[0].how <= CIVIC_GUIDE_ALIAS ? CIVIC_GUIDE_KNOWN : CIVIC_GUIDE_LIKELY;
}
