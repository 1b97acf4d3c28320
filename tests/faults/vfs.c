/* vfs.c - see vfs.h. Locks and shared memory are the real VFS's, on the real files. */
#include "faults/vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAULTS_FILES_MAX = 16, FAULTS_SECTOR = 512, FAULTS_PATH_MAX = 512 };

/* A file that is on the disk or in memory. */
struct faults_file {
    char path[FAULTS_PATH_MAX];
    unsigned char *now; /* as the program sees it */
    size_t size;
    size_t capacity;
    unsigned char *dirty; /* a byte a sector */
    size_t dirty_count;
    bool made;       /* since the last power loss, and never synced */
    bool cut;        /* shortened since the last sync, */
    size_t cut_size; /* to this at least */
    unsigned handles;
};

struct faults_handle {
    sqlite3_file base;
    struct faults_file *file; /* NULL: passed through */
    sqlite3_file *real;
};

static pthread_mutex_t faults_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    struct faults_file files[FAULTS_FILES_MAX];
    struct faults_plan plan;
    uint64_t operations, writes, syncs;
    uint64_t slept_us;
    bool lost;
    struct rng rng;
} faults;

/* --- contents --- */

static void *faults_memory(void *block, size_t size)
{
    void *grown = realloc(block, size ? size : 1);

    if (!grown)
        abort();
    return grown;
}

static size_t faults_sectors(size_t size)
{
    return (size + FAULTS_SECTOR - 1) / FAULTS_SECTOR;
}

static void faults_grow(struct faults_file *file, size_t size)
{
    if (size > file->capacity) {
        size_t capacity = file->capacity ? file->capacity : 4096;
        while (capacity < size)
            capacity *= 2;
        file->now = faults_memory(file->now, capacity);
        memset(file->now + file->capacity, 0, capacity - file->capacity);
        size_t sectors = faults_sectors(capacity);
        file->dirty = faults_memory(file->dirty, sectors);
        memset(file->dirty + file->dirty_count, 0, sectors - file->dirty_count);
        file->dirty_count = sectors;
        file->capacity = capacity;
    }
    if (size > file->size)
        file->size = size;
}

static void faults_forget(struct faults_file *file)
{
    free(file->now);
    free(file->dirty);
    *file = (struct faults_file){.handles = file->handles};
}

static struct faults_file *faults_find(const char *path)
{
    for (size_t i = 0; i < FAULTS_FILES_MAX; i++)
        if (faults.files[i].path[0] && !strcmp(faults.files[i].path, path))
            return &faults.files[i];
    return NULL;
}

/* The content of the real file. */
static void faults_load(struct faults_file *file)
{
    FILE *real = fopen(file->path, "rb");
    unsigned char step[4096];

    if (!real)
        return;
    for (size_t got = fread(step, 1, sizeof step, real); got > 0;
         got = fread(step, 1, sizeof step, real)) {
        size_t at = file->size;
        faults_grow(file, at + got);
        memcpy(file->now + at, step, got);
    }
    fclose(real);
}

static struct faults_file *faults_new(const char *path, bool made)
{
    for (size_t i = 0; i < FAULTS_FILES_MAX; i++) {
        struct faults_file *file = &faults.files[i];
        if (file->path[0])
            continue;
        *file = (struct faults_file){.made = made};
        snprintf(file->path, sizeof file->path, "%s", path);
        faults_load(file);
        return file;
    }
    abort();
}

/* One sector of the file goes to the disk. */
static void faults_put(FILE *real, const struct faults_file *file, size_t sector)
{
    size_t at = sector * FAULTS_SECTOR;

    if (at >= file->size)
        return;
    size_t size = file->size - at < FAULTS_SECTOR ? file->size - at : FAULTS_SECTOR;
    if (fseek(real, (long)at, SEEK_SET) || fwrite(file->now + at, 1, size, real) != size)
        abort();
}

/* Writes changed sectors: all of them, or those that the dice choose. */
static void faults_write_back(struct faults_file *file, bool by_dice)
{
    FILE *real = fopen(file->path, "r+b");

    if (!real)
        return;
    if (file->cut && (!by_dice || rng_below(&faults.rng, 2) == 0) &&
        ftruncate(fileno(real), (off_t)file->cut_size))
        abort();
    for (size_t i = 0; i < file->dirty_count; i++) {
        if (!file->dirty[i])
            continue;
        file->dirty[i] = 0;
        if (!by_dice || rng_below(&faults.rng, 2) == 0)
            faults_put(real, file, i);
    }
    fclose(real);
    file->cut = false;
}

static uint64_t faults_total(void)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < FAULTS_FILES_MAX; i++)
        bytes += faults.files[i].size;
    return bytes;
}

/* --- what goes wrong --- */

static void faults_lose(void)
{
    unsigned luck = rng_below(&faults.rng, 4);

    faults.lost = true;
    for (size_t i = 0; i < FAULTS_FILES_MAX; i++) {
        struct faults_file *file = &faults.files[i];
        if (!file->path[0])
            continue;
        if (file->made && rng_below(&faults.rng, 2) == 0)
            unlink(file->path);
        else if (luck > 0) /* in one of four cases nothing of it arrives */
            faults_write_back(file, true);
    }
}

/* Counts an operation. False: power is gone. */
static bool faults_operation(void)
{
    faults.operations++;
    if (!faults.lost && faults.plan.power_at && faults.operations >= faults.plan.power_at)
        faults_lose();
    return !faults.lost;
}

/* --- methods of a file --- */

static int faults_close(sqlite3_file *base)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    pthread_mutex_lock(&faults_mutex);
    if (handle->file)
        handle->file->handles--;
    pthread_mutex_unlock(&faults_mutex);
    int code = handle->real->pMethods ? handle->real->pMethods->xClose(handle->real) : SQLITE_OK;
    free(handle->real);
    return code;
}

static int faults_read_locked(sqlite3_file *base, void *room, int size, sqlite3_int64 at)
{
    struct faults_handle *handle = (struct faults_handle *)base;
    struct faults_file *file = handle->file;
    size_t want = (size_t)size;
    size_t from = (size_t)at;

    if (!file)
        return handle->real->pMethods->xRead(handle->real, room, size, at);
    if (faults.lost)
        return SQLITE_IOERR_READ;
    size_t got = from >= file->size ? 0 : file->size - from < want ? file->size - from : want;
    if (got > 0)
        memcpy(room, file->now + from, got);
    memset((char *)room + got, 0, want - got);
    return got == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int faults_write_locked(sqlite3_file *base, const void *data, int size, sqlite3_int64 at)
{
    struct faults_handle *handle = (struct faults_handle *)base;
    struct faults_file *file = handle->file;
    size_t from = (size_t)at;
    size_t end = from + (size_t)size;

    if (!file)
        return handle->real->pMethods->xWrite(handle->real, data, size, at);
    if (!faults_operation() || ++faults.writes == faults.plan.fail_write)
        return SQLITE_IOERR_WRITE;
    if (faults.plan.space_bytes && end > file->size &&
        faults_total() + (end - file->size) > faults.plan.space_bytes)
        return SQLITE_FULL;
    faults_grow(file, end);
    memcpy(file->now + from, data, (size_t)size);
    for (size_t i = from / FAULTS_SECTOR; i < faults_sectors(end); i++)
        file->dirty[i] = 1;
    return SQLITE_OK;
}

static int faults_truncate_locked(sqlite3_file *base, sqlite3_int64 size)
{
    struct faults_handle *handle = (struct faults_handle *)base;
    struct faults_file *file = handle->file;
    size_t to = (size_t)size;

    if (!file)
        return handle->real->pMethods->xTruncate(handle->real, size);
    if (!faults_operation())
        return SQLITE_IOERR_TRUNCATE;
    if (to < file->size) {
        memset(file->now + to, 0, file->size - to);
        if (!file->cut || to < file->cut_size)
            file->cut_size = to;
        file->cut = true;
        file->size = to;
    } else {
        faults_grow(file, to);
    }
    return SQLITE_OK;
}

static int faults_sync_locked(sqlite3_file *base, int flags)
{
    struct faults_handle *handle = (struct faults_handle *)base;
    struct faults_file *file = handle->file;

    if (!file)
        return handle->real->pMethods->xSync(handle->real, flags);
    if (!faults_operation())
        return SQLITE_IOERR_FSYNC;
    if (++faults.syncs == faults.plan.fail_sync) {
        memset(file->dirty, 0, file->dirty_count);
        return SQLITE_IOERR_FSYNC;
    }
    file->made = false;
    faults_write_back(file, false);
    return SQLITE_OK;
}

static int faults_size_locked(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    if (!handle->file)
        return handle->real->pMethods->xFileSize(handle->real, ret_size);
    *ret_size = (sqlite3_int64)handle->file->size;
    return SQLITE_OK;
}

/* The same under the lock. */
static int faults_read(sqlite3_file *base, void *room, int size, sqlite3_int64 at)
{
    pthread_mutex_lock(&faults_mutex);
    int code = faults_read_locked(base, room, size, at);
    pthread_mutex_unlock(&faults_mutex);
    return code;
}

static int faults_write(sqlite3_file *base, const void *data, int size, sqlite3_int64 at)
{
    pthread_mutex_lock(&faults_mutex);
    int code = faults_write_locked(base, data, size, at);
    pthread_mutex_unlock(&faults_mutex);
    return code;
}

static int faults_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    pthread_mutex_lock(&faults_mutex);
    int code = faults_truncate_locked(base, size);
    pthread_mutex_unlock(&faults_mutex);
    return code;
}

static int faults_sync(sqlite3_file *base, int flags)
{
    pthread_mutex_lock(&faults_mutex);
    int code = faults_sync_locked(base, flags);
    pthread_mutex_unlock(&faults_mutex);
    return code;
}

static int faults_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    pthread_mutex_lock(&faults_mutex);
    int code = faults_size_locked(base, ret_size);
    pthread_mutex_unlock(&faults_mutex);
    return code;
}

static int faults_lock(sqlite3_file *base, int level)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    return handle->real->pMethods->xLock(handle->real, level);
}

static int faults_unlock(sqlite3_file *base, int level)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    return handle->real->pMethods->xUnlock(handle->real, level);
}

static int faults_check_lock(sqlite3_file *base, int *ret)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    return handle->real->pMethods->xCheckReservedLock(handle->real, ret);
}

static int faults_control(sqlite3_file *base, int what, void *argument)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    if (what == SQLITE_FCNTL_SIZE_HINT || what == SQLITE_FCNTL_CHUNK_SIZE)
        return SQLITE_OK; /* sizes are ours */
    if (what == SQLITE_FCNTL_MMAP_SIZE)
        return SQLITE_NOTFOUND;
    return handle->real->pMethods->xFileControl(handle->real, what, argument);
}

static int faults_sector(sqlite3_file *base)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    return handle->real->pMethods->xSectorSize(handle->real);
}

static int faults_traits(sqlite3_file *base)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    return handle->real->pMethods->xDeviceCharacteristics(handle->real);
}

static int faults_shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    return handle->real->pMethods->xShmMap(handle->real, page, size, extend, ret);
}

static int faults_shm_lock(sqlite3_file *base, int offset, int count, int flags)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    return handle->real->pMethods->xShmLock(handle->real, offset, count, flags);
}

static void faults_shm_barrier(sqlite3_file *base)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    handle->real->pMethods->xShmBarrier(handle->real);
}

static int faults_shm_unmap(sqlite3_file *base, int removes)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    return handle->real->pMethods->xShmUnmap(handle->real, removes);
}

/* --- methods of the VFS --- */

static const sqlite3_io_methods faults_methods = {
    .iVersion = 2,
    .xClose = faults_close,
    .xRead = faults_read,
    .xWrite = faults_write,
    .xTruncate = faults_truncate,
    .xSync = faults_sync,
    .xFileSize = faults_size,
    .xLock = faults_lock,
    .xUnlock = faults_unlock,
    .xCheckReservedLock = faults_check_lock,
    .xFileControl = faults_control,
    .xSectorSize = faults_sector,
    .xDeviceCharacteristics = faults_traits,
    .xShmMap = faults_shm_map,
    .xShmLock = faults_shm_lock,
    .xShmBarrier = faults_shm_barrier,
    .xShmUnmap = faults_shm_unmap,
};

static int faults_open_locked(const char *path, sqlite3_file *base, int flags, int *ret_flags)
{
    struct faults_handle *handle = (struct faults_handle *)base;

    memset(handle, 0, sizeof *handle);
    if (faults.lost || (faults.plan.read_only && (flags & SQLITE_OPEN_READWRITE)))
        return SQLITE_CANTOPEN;
    bool there = path && access(path, F_OK) == 0;
    handle->real = faults_memory(NULL, (size_t)faults.real->szOsFile);
    memset(handle->real, 0, (size_t)faults.real->szOsFile);
    int code = faults.real->xOpen(faults.real, path, handle->real, flags, ret_flags);
    if (code) {
        free(handle->real);
        return code;
    }
    if (path) {
        handle->file = faults_find(path);
        if (!handle->file)
            handle->file = faults_new(path, !there);
        handle->file->handles++;
    }
    handle->base.pMethods = &faults_methods;
    return SQLITE_OK;
}

static int faults_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
                       int *ret_flags)
{
    (void)vfs;
    pthread_mutex_lock(&faults_mutex);
    int code = faults_open_locked(path, base, flags, ret_flags);
    pthread_mutex_unlock(&faults_mutex);
    return code;
}

static int faults_delete_locked(const char *path, int sync)
{
    struct faults_file *file = faults_find(path);

    if (!faults_operation())
        return SQLITE_IOERR_DELETE;
    if (file)
        faults_forget(file);
    return faults.real->xDelete(faults.real, path, sync);
}

static int faults_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    pthread_mutex_lock(&faults_mutex);
    int code = faults_delete_locked(path, sync);
    pthread_mutex_unlock(&faults_mutex);
    return code;
}

static int faults_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    pthread_mutex_lock(&faults_mutex);
    faults.slept_us += (uint64_t)us; /* tests do not wait */
    pthread_mutex_unlock(&faults_mutex);
    return us;
}

/* --- for tests --- */

void faults_begin(void)
{
    memset(&faults, 0, sizeof faults);
    faults.real = sqlite3_vfs_find(NULL);
    faults.vfs = *faults.real;
    faults.vfs.zName = FAULTS_VFS;
    faults.vfs.pNext = NULL;
    faults.vfs.szOsFile = (int)sizeof(struct faults_handle);
    faults.vfs.xOpen = faults_open;
    faults.vfs.xDelete = faults_delete;
    faults.vfs.xSleep = faults_sleep;
    if (sqlite3_vfs_register(&faults.vfs, 0))
        abort();
}

void faults_plan(const struct faults_plan *plan)
{
    pthread_mutex_lock(&faults_mutex);
    faults.plan = *plan;
    faults.operations = faults.writes = faults.syncs = 0;
    rng_init(&faults.rng, plan->seed);
    pthread_mutex_unlock(&faults_mutex);
}

uint64_t faults_operations(void)
{
    pthread_mutex_lock(&faults_mutex);
    uint64_t value = faults.operations;
    pthread_mutex_unlock(&faults_mutex);
    return value;
}

uint64_t faults_syncs(void)
{
    pthread_mutex_lock(&faults_mutex);
    uint64_t value = faults.syncs;
    pthread_mutex_unlock(&faults_mutex);
    return value;
}

uint64_t faults_bytes(void)
{
    pthread_mutex_lock(&faults_mutex);
    uint64_t bytes = faults_total();
    pthread_mutex_unlock(&faults_mutex);
    return bytes;
}

uint64_t faults_slept_us(void)
{
    pthread_mutex_lock(&faults_mutex);
    uint64_t value = faults.slept_us;
    pthread_mutex_unlock(&faults_mutex);
    return value;
}

bool faults_power_lost(void)
{
    pthread_mutex_lock(&faults_mutex);
    bool value = faults.lost;
    pthread_mutex_unlock(&faults_mutex);
    return value;
}

void faults_power_off(void)
{
    pthread_mutex_lock(&faults_mutex);
    if (!faults.lost)
        faults_lose();
    pthread_mutex_unlock(&faults_mutex);
}

void faults_power_back(void)
{
    for (size_t i = 0; i < FAULTS_FILES_MAX; i++) {
        if (faults.files[i].handles)
            abort();
        faults_forget(&faults.files[i]);
    }
    faults.lost = false;
    faults.plan = (struct faults_plan){0};
}

void faults_end(void)
{
    faults_power_back();
    sqlite3_vfs_unregister(&faults.vfs);
}
