/* vfs.h - a disk that fails, under SQLite: power loss, no space, errors.
 *
 * Purpose    A program killed keeps its page cache; a machine without power does not. This VFS keeps
 *            what was written and not synced in memory only, so that a test can lose it.
 * Model      A file's content as the program sees it is in memory; the real file holds what was
 *            synced. At a power loss each sector of 512 bytes that was written since may have reached
 *            the disk or not, by the seed; so may a new file that was never synced, and a cut. A sync
 *            that fails loses its sectors for good, as Linux does: a later sync does not write them.
 *            Names that were removed stay removed.
 * Threads    Any: one lock over all. Where several threads write, a seed does not fix the order.
 */
#ifndef TESTS_FAULTS_VFS_H
#define TESTS_FAULTS_VFS_H

#include <stdint.h>

#include "base/rng.h"

#define FAULTS_VFS "faults"

struct faults_plan {
    uint64_t
        power_at; /* the operation (write, cut or sync, from 1) at which power goes; 0: never */
    uint64_t fail_write;  /* this write, counted from 1, fails; 0: none */
    uint64_t fail_sync;   /* likewise */
    uint64_t space_bytes; /* all files together may have; 0: no limit */
    bool read_only;       /* no file can be opened for writing */
    uint64_t seed;        /* decides what a power loss leaves */
};

/* Makes the VFS known to SQLite, without faults; forgets all files. */
void faults_begin(void);
/* Sets what goes wrong from here on; counts begin at 0. */
void faults_plan(const struct faults_plan *plan);
uint64_t faults_operations(void);
uint64_t faults_syncs(void);
uint64_t faults_bytes(void); /* of all files, as the program sees them */
uint64_t faults_slept_us(void);
bool faults_power_lost(void);
/* Loses power now, unless it is gone: nothing works any more until faults_power_back(). */
void faults_power_off(void);
/* The files hold what reached the disk. All handles must be closed. */
void faults_power_back(void);
/* Forgets all and takes the VFS away. All handles must be closed. */
void faults_end(void);

#endif
