/* guide.h - a resident's question: which bin does this item go in?
 *
 * Purpose    A list of household items, each with its names in Chinese and English and the stream it
 *            goes to, made searchable: by name, part of a name, pinyin and initials, English words,
 *            and with typing errors.
 * Why        The list is read through for every question: at some thousand items that takes a
 *            fraction of a millisecond, needs no index that could be wrong, and always answers alike.
 * Refuses    To guess. An item that is not in the list is answered with the nearest names and
 *            CIVIC_GUIDE_UNKNOWN, never with a stream.
 * Memory     A guide owns copies of all texts; a search allocates nothing.
 * Source     The classes of GB/T 19095-2019 are data: the city's streams and its list.
 * Threads    A guide does not change once built: any thread may search it.
 * Layer      2
 */
#ifndef CIVIC_GUIDE_H
#define CIVIC_GUIDE_H

#include "base/jw.h"
#include "city/city.h"

enum {
    CIVIC_GUIDE_ITEMS_MAX = 20000, /* ten times the common items of a household */
    CIVIC_GUIDE_NAME_MAX = 64,     /* characters of a name, and of a question */
    CIVIC_GUIDE_TEXT_MAX = 1024,   /* bytes of a question: more is not looked at */
    CIVIC_GUIDE_NAMES_MAX = 32,    /* of one item in one language */
    CIVIC_GUIDE_HITS_MAX = 50,
    CIVIC_GUIDE_PARTS_MAX = 8,
};

struct civic_guide_item {
    struct city_name name;
    struct city_name aliases; /* joined by ; - either may be empty */
    struct str
        pinyin; /* of the Chinese name and its aliases, joined by ; - syllables by a blank, a run
                          of letters or digits as it is: "l e d"; never: "led deng". May be empty */
    struct str stream;   /* code; CIVIC_GUIDE_REMOVED in a later row takes an earlier item away */
    struct str class_zh; /* sub-class of the stream; may be empty */
    bool doubtful;       /* cities answer differently; here it follows the national classes */
    struct city_name
        parts; /* "茶水:F;杯子:O" and "tea:F;cup:O", alike in order; both may be empty */
    struct city_name note; /* what to do first */
};
#define CIVIC_GUIDE_REMOVED STR("-")

/* What is wrong with a row by itself; streams are the caller's to know. Errors: INVALID, LIMIT,
 * SYNTAX for what is not UTF-8. */
MUST_USE enum err civic_guide_item_check(const struct civic_guide_item *item, struct diag *diag);
/* Takes the next part from the two lists. False when there is none. The lists must be checked. */
bool civic_guide_part(struct city_name *rest, struct city_name *ret_name, struct str *ret_stream);

struct civic_guide; /* opaque */

/* Later items replace earlier ones of the same Chinese name; what they leave empty of aliases and
 * pinyin stays. Owner of *ret_guide: caller. Errors: those of civic_guide_item_check(); LIMIT for too
 * many items; NOMEM. */
MUST_USE enum err civic_guide_build(const struct civic_guide_item *items, size_t count,
                                    struct civic_guide **ret_guide, struct diag *diag);
void civic_guide_free(struct civic_guide *guide); /* NULL is allowed */
uint32_t civic_guide_count(const struct civic_guide *guide);
/* In the order of the list; `index` is below the count. Lives as long as the guide. */
const struct civic_guide_item *civic_guide_at(const struct civic_guide *guide, uint32_t index);
/* Pinyin of the item's Chinese name, given or learnt from other items; empty when not known. */
struct str civic_guide_pinyin(const struct civic_guide *guide, uint32_t index);

/* How an item was found, best first. */
enum civic_guide_how {
    CIVIC_GUIDE_EXACT, /* its name */
    CIVIC_GUIDE_ALIAS, /* another name, or the plural */
    CIVIC_GUIDE_SPELT, /* pinyin or initials */
    CIVIC_GUIDE_PART,  /* part of a name, or words of it */
    CIVIC_GUIDE_SAID,  /* its name ends the question: "an empty cola can" */
    CIVIC_GUIDE_TYPO,  /* a name but for one or two characters */
    CIVIC_GUIDE_NEAR,  /* merely like it */
    CIVIC_GUIDE_HOWS
};
const char *civic_guide_how_name(enum civic_guide_how how);

struct civic_guide_hit {
    const struct civic_guide_item *item;
    enum civic_guide_how how;
    uint32_t rank; /* smaller is better; equal ones stand in the list's order */
};

/* Writes the best, at most `max` (and CIVIC_GUIDE_HITS_MAX), into `hits`; none for a text without a
 * letter, digit or character. Errors: SYNTAX for what is not UTF-8; LIMIT for a text that is longer
 * than CIVIC_GUIDE_TEXT_MAX bytes or CIVIC_GUIDE_NAME_MAX characters. */
MUST_USE enum err civic_guide_search(const struct civic_guide *guide, struct str text, size_t max,
                                     struct civic_guide_hit *hits, size_t *ret_count,
                                     struct diag *diag);

/* What the hits come to. */
enum civic_guide_verdict {
    CIVIC_GUIDE_KNOWN,   /* the first hit is the item that was asked for */
    CIVIC_GUIDE_LIKELY,  /* it may be one of these: the person chooses */
    CIVIC_GUIDE_UNKNOWN, /* not in the list: what there is are suggestions, no answer */
};
enum civic_guide_verdict civic_guide_verdict(const struct civic_guide_hit *hits, size_t count);
const char *civic_guide_verdict_name(enum civic_guide_verdict verdict);

/* The item as one JSON object, its streams named as `city` names them. */
void civic_guide_json(const struct city *city, const struct civic_guide_item *item, struct jw *jw);
/* A whole answer: {"text", "verdict", "hits": [{"how", "item"}]}. */
void civic_guide_answer_json(const struct city *city, struct str text,
                             const struct civic_guide_hit *hits, size_t count, struct jw *jw);

#endif
