/* tiles.c - see tiles.h. */
#include "store/tiles.h"

#include <sqlite3.h>

#include "base/file.h"
#include "base/mem.h"

struct store_tiles {
    sqlite3 *db;
    sqlite3_stmt *get;
    uint32_t zoom_min;
    uint32_t zoom_max;
};

static enum err store_err(int code)
{
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return ERR_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR: /* a table is missing */
        return ERR_INVALID;
    default:
        return ERR_IO;
    }
}

/* A zoom level from the metadata; `fallback` where the file does not say. */
static enum err store_tiles_zoom(struct store_tiles *tiles, const char *sql, uint32_t fallback,
                                 uint32_t *ret_zoom)
{
    sqlite3_stmt *ask = NULL;

    int code = sqlite3_prepare_v2(tiles->db, sql, -1, &ask, NULL);
    if (code)
        return store_err(code);
    code = sqlite3_step(ask);
    int64_t zoom = code == SQLITE_ROW ? sqlite3_column_int64(ask, 0) : fallback;
    sqlite3_finalize(ask);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return store_err(code);
    *ret_zoom = zoom < 0 || zoom > STORE_TILE_ZOOM_MAX ? fallback : (uint32_t)zoom;
    return OK;
}

static enum err store_tiles_prepare(struct store_tiles *tiles)
{
    enum err err = store_tiles_zoom(tiles, "SELECT value FROM metadata WHERE name = 'minzoom'", 0,
                                    &tiles->zoom_min);
    if (err)
        return err;
    err = store_tiles_zoom(tiles, "SELECT value FROM metadata WHERE name = 'maxzoom'", 14,
                           &tiles->zoom_max);
    if (err)
        return err;
    int code = sqlite3_prepare_v3(tiles->db,
                                  "SELECT tile_data FROM tiles"
                                  " WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                                  -1, SQLITE_PREPARE_PERSISTENT, &tiles->get, NULL);
    return code ? store_err(code) : OK;
}

enum err store_tiles_open(const char *path, struct store_tiles **ret_tiles, struct diag *diag)
{
    if (!file_exists(path))
        return diag_at(diag, ERR_NOT_FOUND, path, 0, 0, "there are no map tiles");
    struct store_tiles *tiles = mem_zero(1, sizeof *tiles);
    if (!tiles)
        return diag_set(diag, ERR_NOMEM, "no memory to open the map tiles");
    int code = sqlite3_open_v2(path, &tiles->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    enum err err = code ? store_err(code) : store_tiles_prepare(tiles);
    if (err) {
        store_tiles_close(tiles);
        return diag_at(diag, err, path, 0, 0,
                       "cannot be read as map tiles (MBTiles); remove it, and it is made anew");
    }
    *ret_tiles = tiles;
    return OK;
}

void store_tiles_close(struct store_tiles *tiles)
{
    if (!tiles)
        return;
    sqlite3_finalize(tiles->get);
    sqlite3_close(tiles->db);
    mem_free(tiles);
}

static enum err store_tiles_step(struct store_tiles *tiles, struct buf *out)
{
    int code = sqlite3_step(tiles->get);
    if (code == SQLITE_DONE)
        return ERR_NOT_FOUND;
    if (code != SQLITE_ROW)
        return store_err(code);
    const void *data = sqlite3_column_blob(tiles->get, 0);
    int size = sqlite3_column_bytes(tiles->get, 0);
    if (size > STORE_TILE_BYTES_MAX)
        return ERR_LIMIT;
    if (!data || size <= 0)
        return ERR_NOT_FOUND;
    buf_add(out, data, (size_t)size);
    return buf_err(out);
}

enum err store_tiles_get(struct store_tiles *tiles, struct store_tile_id id, struct buf *out)
{
    buf_reset(out);
    if (id.z > STORE_TILE_ZOOM_MAX || id.x >> id.z || id.y >> id.z)
        return ERR_RANGE;
    uint32_t row = (UINT32_C(1) << id.z) - 1 - id.y;
    if (sqlite3_bind_int64(tiles->get, 1, id.z) || sqlite3_bind_int64(tiles->get, 2, id.x) ||
        sqlite3_bind_int64(tiles->get, 3, row))
        return ERR_IO;
    enum err err = store_tiles_step(tiles, out);
    sqlite3_reset(tiles->get);
    return err;
}

uint32_t store_tiles_zoom_min(const struct store_tiles *tiles)
{
    return tiles->zoom_min;
}

uint32_t store_tiles_zoom_max(const struct store_tiles *tiles)
{
    return tiles->zoom_max;
}
