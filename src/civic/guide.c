/* guide.c - see guide.h: rows checked, laid over each other, and made ready for search. */
#include "civic/guide.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "civic/guide_inner.h"

/* --- one row --- */

static size_t civic_list_count(struct str list)
{
    size_t count = list.size > 0;

    for (size_t i = 0; i < list.size; i++)
        count += list.data[i] == ';';
    return count;
}

/* For a message. */
static struct str civic_short(struct str text)
{
    struct str start = {text.data, text.size < 60 ? text.size : 60};

    start.size = str_utf8_whole(start);
    return start;
}

/* One name that can be asked for. */
static enum err civic_name_check(struct str name, struct diag *diag)
{
    struct civic_fold fold;

    enum err err = civic_fold(name, &fold);
    if (err == ERR_SYNTAX)
        return diag_set(diag, err, "a name is not UTF-8");
    if (err)
        return diag_set(diag, err, "`%.*s...` is longer than %d characters",
                        STR_ARG(civic_short(name)), CIVIC_GUIDE_NAME_MAX);
    if (!fold.count)
        return diag_set(diag, ERR_INVALID,
                        "a name is empty or has no letter; is there a ; too many?");
    return OK;
}

static enum err civic_list_check(struct str list, struct diag *diag)
{
    size_t count = civic_list_count(list);
    enum err err = OK;

    if (count >= CIVIC_GUIDE_NAMES_MAX)
        return diag_set(diag, ERR_LIMIT, "%zu aliases; %d are the most", count,
                        CIVIC_GUIDE_NAMES_MAX - 1);
    for (size_t i = 0; i < count && !err; i++)
        err = civic_name_check(str_cut(&list, ';'), diag);
    return err;
}

static bool civic_syllable_fits(struct str syllable)
{
    for (size_t i = 0; i < syllable.size; i++)
        if (!((syllable.data[i] >= 'a' && syllable.data[i] <= 'z') ||
              (syllable.data[i] >= '0' && syllable.data[i] <= '9')))
            return false;
    return syllable.size > 0;
}

/* How many of the characters from `at` on the syllable stands for: one Han character, or a run that
 * it repeats; 0 when it does not fit. */
static size_t civic_syllable_run(const struct civic_fold *fold, size_t at, struct str syllable)
{
    if (civic_is_han(fold->points[at]))
        return 1;
    if (syllable.size > fold->count - at)
        return 0;
    for (size_t i = 0; i < syllable.size; i++)
        if (fold->points[at + i] != (unsigned char)syllable.data[i])
            return 0;
    return syllable.size;
}

/* Does `spelt` have a syllable for each Han character and each run of letters of `name`? */
static bool civic_spelling_fits(struct str name, struct str spelt)
{
    struct civic_fold fold;

    if (civic_fold(name, &fold))
        return false;
    for (size_t i = 0; i < fold.count;) {
        struct str syllable = str_cut(&spelt, ' ');
        size_t run = civic_syllable_fits(syllable) ? civic_syllable_run(&fold, i, syllable) : 0;
        if (!run)
            return false;
        i += run;
    }
    return spelt.size == 0;
}

static enum err civic_pinyin_check(const struct civic_guide_item *item, struct diag *diag)
{
    struct str names = item->aliases.zh;
    struct str pinyin = item->pinyin;
    struct str name = item->name.zh;
    size_t count = civic_list_count(names) + 1;

    if (!pinyin.size)
        return OK;
    if (civic_list_count(pinyin) != count)
        return diag_set(
            diag, ERR_INVALID,
            "pinyin: %zu spellings for %zu names; write one for name_zh and one for each "
            "of aliases_zh, joined by ;",
            civic_list_count(pinyin), count);
    for (size_t i = 0; i < count; i++) {
        struct str spelt = str_cut(&pinyin, ';');
        if (!civic_spelling_fits(name, spelt))
            return diag_set(diag, ERR_INVALID,
                            "pinyin: `%.*s` does not spell `%.*s`; write a syllable of small "
                            "letters for each character, with blanks between",
                            STR_ARG(civic_short(spelt)), STR_ARG(civic_short(name)));
        name = str_cut(&names, ';');
    }
    return OK;
}

bool civic_guide_part(struct city_name *rest, struct city_name *ret_name, struct str *ret_stream)
{
    if (!rest->zh.size || !rest->en.size)
        return false;
    struct str zh = str_cut(&rest->zh, ';');
    struct str en = str_cut(&rest->en, ';');
    ret_name->zh = str_cut(&zh, ':');
    ret_name->en = str_cut(&en, ':');
    *ret_stream = str_eq(zh, en) ? zh : (struct str){NULL, 0};
    return true;
}

static enum err civic_parts_check(const struct civic_guide_item *item, struct diag *diag)
{
    struct city_name rest = item->parts;
    struct city_name name;
    struct str stream;
    size_t count = civic_list_count(rest.zh);

    if (count != civic_list_count(rest.en))
        return diag_set(diag, ERR_INVALID, "parts: write as many in Chinese as in English");
    if (count > CIVIC_GUIDE_PARTS_MAX)
        return diag_set(diag, ERR_LIMIT, "%zu parts; %d are the most", count,
                        CIVIC_GUIDE_PARTS_MAX);
    while (civic_guide_part(&rest, &name, &stream))
        if (!name.zh.size || !name.en.size || !stream.size)
            return diag_set(
                diag, ERR_INVALID,
                "parts: write `name:stream`, joined by ; - the same streams in the same "
                "order in both languages");
    return OK;
}

enum err civic_guide_item_check(const struct civic_guide_item *item, struct diag *diag)
{
    enum err err = civic_name_check(item->name.zh, diag);

    if (err || str_eq(item->stream, CIVIC_GUIDE_REMOVED))
        return err;
    if (!item->stream.size)
        return diag_set(diag, ERR_INVALID, "no stream; write its code, or - to remove the item");
    err = civic_name_check(item->name.en, diag);
    if (!err)
        err = civic_list_check(item->aliases.zh, diag);
    if (!err)
        err = civic_list_check(item->aliases.en, diag);
    if (!err)
        err = civic_pinyin_check(item, diag);
    return err ? err : civic_parts_check(item, diag);
}

/* --- rows over each other --- */

static bool civic_kept(const struct civic_guide_item *item)
{
    return !str_eq(item->stream, CIVIC_GUIDE_REMOVED);
}

static void civic_replace(struct civic_guide_item *old, const struct civic_guide_item *item)
{
    struct civic_guide_item was = *old;

    *old = *item;
    if (!civic_kept(item) || !civic_kept(&was))
        return;
    if (!item->aliases.zh.size) {
        old->aliases.zh = was.aliases.zh;
        old->pinyin = was.pinyin;
    }
    if (!item->aliases.en.size)
        old->aliases.en = was.aliases.en;
}

/* Fills guide->items, of which there is room for `count`. */
static enum err civic_overlay(struct civic_guide *guide, const struct civic_guide_item *items,
                              size_t count, struct diag *diag)
{
    struct map_str places = {0};
    uint32_t used = 0;
    enum err err = OK;

    for (size_t i = 0; i < count && !err; i++) {
        uint32_t place = used;
        err = civic_guide_item_check(&items[i], diag);
        if (err)
            break;
        if (map_str_get(&places, items[i].name.zh, &place)) {
            civic_replace(&guide->items[place], &items[i]);
            continue;
        }
        err = map_str_add(&places, items[i].name.zh, used);
        if (!err)
            guide->items[used++] = items[i];
    }
    map_str_done(&places);
    for (uint32_t i = 0; i < used; i++)
        if (civic_kept(&guide->items[i]))
            guide->items[guide->count++] = guide->items[i];
    return err;
}

static enum err civic_own_texts(struct civic_guide *guide)
{
    for (uint32_t i = 0; i < guide->count; i++) {
        struct civic_guide_item *item = &guide->items[i];
        struct str *texts[] = {&item->name.zh,    &item->name.en,  &item->aliases.zh,
                               &item->aliases.en, &item->pinyin,   &item->stream,
                               &item->class_zh,   &item->parts.zh, &item->parts.en,
                               &item->note.zh,    &item->note.en};
        for (size_t j = 0; j < COUNT_OF(texts); j++)
            if (arena_str(&guide->arena, *texts[j], texts[j]))
                return ERR_NOMEM;
    }
    return OK;
}

/* --- terms --- */

static enum err civic_term_add(struct civic_guide *guide, struct str name, struct str pinyin,
                               bool alias)
{
    struct civic_term *term = &guide->terms[guide->term_count++];
    struct civic_word words[CIVIC_GUIDE_WORDS_MAX];
    struct civic_fold fold;

    enum err err = civic_fold(name, &fold);
    ASSERT(!err); /* checked with the row */
    uint32_t *points = arena_zero(&guide->arena, fold.count, sizeof *points);
    size_t word_count = fold.han ? 0 : civic_words(fold.points, fold.count, words);
    struct civic_word *kept = arena_zero(&guide->arena, word_count, sizeof *kept);
    if (!points || !kept)
        return ERR_NOMEM;
    memcpy(points, fold.points, fold.count * sizeof *points);
    memcpy(kept, words, word_count * sizeof *kept);
    *term = (struct civic_term){.points = points,
                                .words = kept,
                                .pinyin = fold.han ? pinyin : (struct str){NULL, 0},
                                .mask = civic_mask(points, fold.count),
                                .count = (uint8_t)fold.count,
                                .word_count = (uint8_t)word_count,
                                .han = fold.han,
                                .alias = alias};
    return OK;
}

static enum err civic_item_terms(struct civic_guide *guide, uint32_t index)
{
    const struct civic_guide_item *item = &guide->items[index];
    struct str pinyin = item->pinyin;
    struct str zh = item->aliases.zh;
    struct str en = item->aliases.en;

    guide->first_term[index] = guide->term_count;
    enum err err = civic_term_add(guide, item->name.zh, str_cut(&pinyin, ';'), false);
    if (!err)
        err = civic_term_add(guide, item->name.en, pinyin, false);
    while (!err && zh.size) {
        struct str name = str_cut(&zh, ';');
        err = civic_term_add(guide, name, str_cut(&pinyin, ';'), true);
    }
    while (!err && en.size)
        err = civic_term_add(guide, str_cut(&en, ';'), pinyin, true);
    return err;
}

static enum err civic_terms_make(struct civic_guide *guide)
{
    size_t count = 0;
    enum err err = OK;

    for (uint32_t i = 0; i < guide->count; i++)
        count += 2 + civic_list_count(guide->items[i].aliases.zh) +
                 civic_list_count(guide->items[i].aliases.en);
    guide->terms = arena_zero(&guide->arena, count, sizeof *guide->terms);
    guide->first_term = arena_zero(&guide->arena, guide->count + 1U, sizeof *guide->first_term);
    if (!guide->terms || !guide->first_term)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < guide->count && !err; i++)
        err = civic_item_terms(guide, i);
    guide->first_term[guide->count] = guide->term_count;
    return err;
}

/* --- readings --- */

static int civic_reading_cmp(const void *a, const void *b)
{
    const struct civic_reading *left = a;
    const struct civic_reading *right = b;

    if (left->point != right->point)
        return left->point < right->point ? -1 : 1;
    return str_cmp(left->syllable, right->syllable);
}

struct civic_readings_vec {
    struct civic_reading *items;
    size_t count;
    size_t capacity;
};

static enum err civic_term_readings(const struct civic_term *term, struct civic_readings_vec *all)
{
    struct str pinyin = term->pinyin;
    enum err err = OK;

    for (size_t i = 0; i < term->count && pinyin.size && !err;) {
        struct str syllable = str_cut(&pinyin, ' ');
        if (civic_is_han(term->points[i]))
            err = vec_push(all, (struct civic_reading){term->points[i], syllable, 1});
        i += civic_is_han(term->points[i]) ? 1 : syllable.size;
    }
    return err;
}

/* Sorts; equal ones become one that counts them. */
static void civic_readings_merge(struct civic_readings_vec *all)
{
    size_t kept = 0;

    if (all->count)
        qsort(all->items, all->count, sizeof *all->items, civic_reading_cmp);
    for (size_t i = 0; i < all->count; i++)
        if (kept && !civic_reading_cmp(&all->items[kept - 1], &all->items[i]))
            all->items[kept - 1].uses++;
        else
            all->items[kept++] = all->items[i];
    all->count = kept;
}

static enum err civic_readings_make(struct civic_guide *guide)
{
    struct civic_readings_vec all = {0};
    enum err err = OK;

    for (uint32_t i = 0; i < guide->term_count && !err; i++)
        err = civic_term_readings(&guide->terms[i], &all);
    if (!err) {
        civic_readings_merge(&all);
        guide->readings = arena_zero(&guide->arena, all.count, sizeof *guide->readings);
        err = guide->readings ? OK : ERR_NOMEM;
    }
    if (!err && all.count) {
        memcpy(guide->readings, all.items, all.count * sizeof *all.items);
        guide->reading_count = (uint32_t)all.count;
    }
    vec_done(&all);
    return err;
}

const struct civic_reading *civic_readings(const struct civic_guide *guide, uint32_t point,
                                           uint32_t *ret_count)
{
    uint32_t low = 0;
    uint32_t high = guide->reading_count;
    uint32_t count = 0;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (guide->readings[middle].point < point)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < guide->reading_count && guide->readings[low + count].point == point)
        count++;
    *ret_count = count;
    return guide->readings + low;
}

/* The usual reading; empty when no item tells it. */
static struct str civic_usual(const struct civic_guide *guide, uint32_t point)
{
    struct civic_reading best = {.uses = 0};
    uint32_t count;
    const struct civic_reading *readings = civic_readings(guide, point, &count);

    for (uint32_t i = 0; i < count; i++)
        if (readings[i].uses > best.uses)
            best = readings[i];
    return best.syllable;
}

/* A name without pinyin is spelt as other items spell its characters, or not at all. */
static enum err civic_spell(struct civic_guide *guide, struct civic_term *term)
{
    char text[CIVIC_GUIDE_NAME_MAX * 8];
    size_t size = 0;

    for (size_t i = 0; i < term->count; i++) {
        bool han = civic_is_han(term->points[i]);
        char letter = (char)term->points[i];
        struct str part = han ? civic_usual(guide, term->points[i]) : (struct str){&letter, 1};
        bool blank = i && (han || civic_is_han(term->points[i - 1]));
        if (!part.size || (!han && term->points[i] > 'z') || size + part.size + 1 > sizeof text)
            return OK;
        if (blank)
            text[size++] = ' ';
        memcpy(text + size, part.data, part.size);
        size += part.size;
    }
    return arena_str(&guide->arena, (struct str){text, size}, &term->pinyin);
}

/* What lets a search pass over the term without reading its pinyin. */
static void civic_spelt_sum(struct civic_term *term)
{
    struct str rest = term->pinyin;

    while (rest.size) {
        struct str syllable = str_cut(&rest, ' ');
        term->starts |= civic_start(syllable.data[0]);
        term->spelt_size = (uint16_t)(term->spelt_size + syllable.size);
        for (size_t i = 0; i < syllable.size; i++) {
            uint32_t point = (unsigned char)syllable.data[i];
            term->spelt_mask |= civic_mask(&point, 1);
        }
    }
}

static enum err civic_spell_all(struct civic_guide *guide)
{
    enum err err = OK;

    for (uint32_t i = 0; i < guide->term_count && !err; i++) {
        struct civic_term *term = &guide->terms[i];
        if (term->han && !term->pinyin.size)
            err = civic_spell(guide, term);
        if (term->han)
            civic_spelt_sum(term);
    }
    return err;
}

/* --- a guide --- */

enum err civic_guide_build(const struct civic_guide_item *items, size_t count,
                           struct civic_guide **ret_guide, struct diag *diag)
{
    if (count > CIVIC_GUIDE_ITEMS_MAX)
        return diag_set(diag, ERR_LIMIT, "%zu items; a guide has at most %d", count,
                        CIVIC_GUIDE_ITEMS_MAX);
    struct civic_guide *guide = mem_zero(1, sizeof *guide);
    if (!guide)
        return diag_set(diag, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    arena_init(&guide->arena, CIVIC_GUIDE_BYTES_MAX);
    guide->items = arena_zero(&guide->arena, count, sizeof *guide->items);
    enum err err = guide->items ? civic_overlay(guide, items, count, diag) : ERR_NOMEM;
    if (!err)
        err = civic_own_texts(guide);
    if (!err)
        err = civic_terms_make(guide);
    if (!err)
        err = civic_readings_make(guide);
    if (!err)
        err = civic_spell_all(guide);
    if (err) {
        civic_guide_free(guide);
        return err == ERR_NOMEM ? diag_set(diag, err, "%s", err_text(err)) : err;
    }
    *ret_guide = guide;
    return OK;
}

void civic_guide_free(struct civic_guide *guide)
{
    if (guide)
        arena_done(&guide->arena);
    mem_free(guide);
}

uint32_t civic_guide_count(const struct civic_guide *guide)
{
    return guide->count;
}

const struct civic_guide_item *civic_guide_at(const struct civic_guide *guide, uint32_t index)
{
    ASSERT(index < guide->count);
    return &guide->items[index];
}

struct str civic_guide_pinyin(const struct civic_guide *guide, uint32_t index)
{
    ASSERT(index < guide->count);
    return guide->terms[guide->first_term[index]].pinyin;
}
