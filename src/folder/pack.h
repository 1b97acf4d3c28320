/* pack.h - what cities of one country or region share, to make a city from.
 *
 * Purpose    packs/NAME/ holds city.yaml (without id, name, population and box), streams.yaml,
 *            pack.yaml (models of vehicles and facilities, words for names), targets.csv and
 *            processes/. A new pack needs no change of code.
 * Memory     Everything lives in the arena of `city`, which is a city without places.
 * Errors     As folder_load().
 * Layer      3
 */
#ifndef FOLDER_PACK_H
#define FOLDER_PACK_H

#include "city/siting.h"
#include "folder/folder.h"

enum {
    FOLDER_MODELS_MAX = 64,
    FOLDER_WORDS_MAX = 400, /* a list of words */
};

/* What a name ends in, by what it names. */
enum folder_suffix {
    FOLDER_SUFFIX_PRIMARY,
    FOLDER_SUFFIX_SECONDARY,
    FOLDER_SUFFIX_TERTIARY,
    FOLDER_SUFFIX_RESIDENTIAL,
    FOLDER_SUFFIX_RING,
    FOLDER_SUFFIX_BRIDGE,
    FOLDER_SUFFIX_RIVER,
    FOLDER_SUFFIX_PARK,
    FOLDER_SUFFIX_COMMUNITY, /* street community */
    FOLDER_SUFFIX_COMPOUND,
    FOLDER_SUFFIX_POINT,
    FOLDER_SUFFIX_SCHOOL,
    FOLDER_SUFFIX_CITY,
    FOLDER_SUFFIX_COUNT
};

/* A tag of an OpenStreetMap container and the stream it stands for. */
struct folder_container {
    struct str tag; /* key=value */
    uint32_t stream;
};

struct folder_words {
    struct city_name *items;
    uint32_t count;
};

struct folder_pack {
    struct city *city;
    struct city_name name;
    struct wgs84 centre; /* where a made city lies unless asked otherwise */
    struct str plate;    /* begins each plate */
    struct city_model *models;
    uint32_t model_count;
    struct city_site_model *sites;
    uint32_t site_count;
    struct folder_container *containers; /* the first that fits counts */
    uint32_t container_count;
    struct folder_words districts;
    struct folder_words first; /* a name is first + second + suffix */
    struct folder_words second;
    struct city_name suffixes[FOLDER_SUFFIX_COUNT];
};

/* Owner of *ret_pack: caller. `path` is the pack's folder. */
MUST_USE enum err folder_pack_load(const char *path, struct folder_pack **ret_pack,
                                   struct diag *diag);
void folder_pack_free(struct folder_pack *pack); /* NULL is allowed */
/* A city with the pack's settings and nothing else. Its texts are the pack's, which must outlive
 * it. Errors: NOMEM. */
MUST_USE enum err folder_pack_city(const struct folder_pack *pack, struct city **ret_city);
/* Copies targets.csv, policy-targets.csv, processes/ and guide.csv (as guide-pack.csv) of the pack,
 * where it has them. */
MUST_USE enum err folder_pack_copy(const char *pack_path, const char *path, struct diag *diag);

#endif
