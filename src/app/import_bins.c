/* import_bins.c - bins of an imported city: those it has, or as many as its people need. */
#include <math.h>

#include "app/import_parts.h"
#include "base/map.h"

#define APP_POINT_M 25.0 /* bins this near to the first of a point belong to it */
#define APP_BIN_GAP_M 0.9
#define APP_RARE_DAYS 3.0 /* streams cleared less often are shared by neighbouring points ... */
#define APP_RARE_BIN 0.25 /* ... until they fill this part of a bin */
#define APP_SEED 1

/* --- given bins --- */

struct app_cells {
    struct geo_plane plane;
    struct map cells; /* cell of 25 m -> last spot entered + chain */
    uint32_t *next;   /* spot -> the one before it in its cell */
};

static uint64_t app_cell(const struct app_cells *cells, struct wgs84 at, int dx, int dy)
{
    struct geo_xy xy = geo_xy_of(&cells->plane, at);
    int64_t x = (int64_t)floor(xy.x_m / APP_POINT_M) + dx;
    int64_t y = (int64_t)floor(xy.y_m / APP_POINT_M) + dy;

    return (uint64_t)(uint32_t)x << 32 | (uint32_t)y;
}

static uint32_t app_spot_near(const struct app_importing *import, const struct app_cells *cells,
                              struct wgs84 at)
{
    uint64_t spot;

    for (int k = 0; k < 9; k++) {
        if (!map_get(&cells->cells, app_cell(cells, at, k % 3 - 1, k / 3 - 1), &spot))
            continue;
        for (; spot != CITY_NONE; spot = cells->next[spot])
            if (geo_distance_m(import->spots.items[spot].at, at) <= APP_POINT_M)
                return (uint32_t)spot;
    }
    return CITY_NONE;
}

static enum err app_spot_enter(struct app_importing *import, struct app_cells *cells,
                               struct wgs84 at, uint32_t *ret_spot)
{
    uint32_t spot = (uint32_t)import->spots.count;
    uint64_t key = app_cell(cells, at, 0, 0);
    uint64_t before = CITY_NONE;

    if (!map_get(&cells->cells, key, &before))
        before = CITY_NONE;
    enum err err = vec_push(&import->spots, (struct city_spot){.at = at, .stretch = spot});
    if (!err)
        err = map_put(&cells->cells, key, spot);
    if (err)
        return err;
    cells->next[spot] = (uint32_t)before;
    *ret_spot = spot;
    return OK;
}

static enum err app_given_gather(struct app_importing *import, struct app_cells *cells)
{
    enum err err = OK;

    for (size_t i = 0; i < import->given.count && !err; i++) {
        struct wgs84 at = import->given.items[i].at;
        uint32_t spot = CITY_NONE;
        if (!geo_box_holds(&import->city->box, at)) {
            import->sum.bins_skipped++;
            import->given_spots[i] = CITY_NONE;
            continue;
        }
        spot = app_spot_near(import, cells, at);
        if (spot == CITY_NONE)
            err = app_spot_enter(import, cells, at, &spot);
        import->given_spots[i] = spot;
    }
    return err;
}

enum err app_import_given(struct app_importing *import, struct diag *diag)
{
    const struct app_import_options *options = import->options;
    struct app_cells cells = {.plane = geo_plane_at(import->city->box.min)};

    enum err err = folder_points_read(options->bins, import->pack, import->city, options->sink,
                                      &import->given, diag);
    if (err)
        return err;
    import->sum.bins_skipped = import->given.skipped;
    import->given_spots = mem_zero(import->given.count, sizeof *import->given_spots);
    cells.next = mem_zero(import->given.count, sizeof *cells.next);
    err = import->given_spots && cells.next ? app_given_gather(import, &cells) : ERR_NOMEM;
    mem_free(cells.next);
    map_done(&cells.cells);
    if (!err && import->spots.count == 0)
        err = diag_at(diag, ERR_INVALID, options->bins, 0, 0,
                      "none of its bins lies on the map; is it of another town?");
    return err;
}

static enum err app_given_bins(struct app_importing *import)
{
    struct city *city = import->city;
    enum err err = OK;

    city->bins = arena_zero(&city->arena, import->given.count, sizeof *city->bins);
    if (!city->bins)
        return ERR_NOMEM;
    for (size_t i = 0; i < import->given.count; i++) {
        const struct folder_point *point = &import->given.items[i];
        if (import->given_spots[i] == CITY_NONE)
            continue;
        struct city_bin *bin = &city->bins[city->bin_count++];
        *bin = (struct city_bin){.id = point->id,
                                 .sensor = point->sensor,
                                 .empty_mm = point->empty_mm,
                                 .full_mm = point->full_mm,
                                 .place = import->spot_places[import->given_spots[i]],
                                 .stream = point->stream,
                                 .litres = point->litres,
                                 .fill_pct = point->fill_pct,
                                 .at = point->at};
        if (!bin->id.size)
            bin->id = app_import_text(import, &err, "B%07zu", i + 1);
    }
    return err;
}

/* --- sited bins --- */

struct app_siting {
    struct app_importing *import;
    struct rng rng;
    double rare[CITY_STREAMS_MAX]; /* parts of a bin not given yet */
    bool write; /* the first pass counts, the second writes: both draw the same */
    size_t count;
    enum err err;
};

/* Bins of one stream at one point. */
static uint32_t app_bins_at(struct app_siting *siting, uint32_t stream, double people)
{
    const struct city *city = siting->import->city;
    const struct city_stream *what = &city->streams[stream];
    uint32_t bins = city_bins_need(&city->siting, what, people);

    if (what->clear_days <= APP_RARE_DAYS || bins > 1)
        return bins;
    siting->rare[stream] += city_bins_exact(&city->siting, what, people);
    if (siting->rare[stream] < APP_RARE_BIN)
        return 0;
    siting->rare[stream] = 0;
    return 1;
}

static void app_bin_write(struct app_siting *siting, size_t spot, uint32_t stream, uint32_t bins,
                          uint32_t slot)
{
    struct app_importing *import = siting->import;
    struct city *city = import->city;
    const struct city_stream *what = &city->streams[stream];
    struct geo_plane plane = geo_plane_at(import->spots.items[spot].at);
    struct city_bin *bin = &city->bins[city->bin_count++];
    double age = rng_unit(&siting->rng);
    double use = rng_unit(&siting->rng);
    double fill = city_fill_pct(&city->siting, what, import->spots.items[spot].people,
                                (double)what->bin_litres * bins, age, use);

    *bin = (struct city_bin){
        .id = app_import_text(import, &siting->err, "B%07u", city->bin_count),
        .place = import->spot_places[spot],
        .stream = stream,
        .litres = what->bin_litres,
        .fill_pct = floor(fill * 10 + 0.5) / 10,
        .at = geo_wgs84_of_xy(&plane, (struct geo_xy){APP_BIN_GAP_M * slot, 0}),
    };
}

static void app_bins_pass(struct app_siting *siting)
{
    const struct app_importing *import = siting->import;

    for (uint32_t s = 0; s < import->city->stream_count; s++)
        siting->rare[s] = APP_RARE_BIN; /* the first point has one of each */
    for (size_t i = 0; i < import->spots.count; i++) {
        uint32_t slot = 0;
        for (uint32_t s = 0; s < import->city->stream_count; s++) {
            uint32_t bins = app_bins_at(siting, s, import->spots.items[i].people);
            for (uint32_t k = 0; k < bins; k++, slot++) {
                siting->count++;
                if (siting->write)
                    app_bin_write(siting, i, s, bins, slot);
            }
        }
    }
}

enum err app_import_bins(struct app_importing *import)
{
    struct app_siting siting = {.import = import};
    struct city *city = import->city;

    if (import->options->bins)
        return app_given_bins(import);
    app_bins_pass(&siting);
    city->bins = arena_zero(&city->arena, siting.count, sizeof *city->bins);
    if (!city->bins)
        return ERR_NOMEM;
    rng_init(&siting.rng, APP_SEED);
    siting.write = true;
    app_bins_pass(&siting);
    return siting.err;
}
