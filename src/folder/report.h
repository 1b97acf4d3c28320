/* report.h - where mistakes of a folder are told and counted.
 *
 * Threads    A report belongs to one thread.
 * Layer      3, private to folder/
 */
#ifndef FOLDER_REPORT_H
#define FOLDER_REPORT_H

#include "folder/folder.h"

struct folder_mark {
    uint64_t line; /* from 1; 0 where the place is the whole file */
    uint64_t column;
};

struct folder_report {
    const struct folder_sink *sink; /* NULL: stop at the first mistake */
    const char *file;               /* the one being read */
    uint64_t file_count;            /* mistakes in it */
    uint64_t count;
    enum err err; /* NOMEM or IO: the check itself cannot go on */
    struct diag first;
};

void folder_report_file(struct folder_report *report, const char *file);
void folder_mistake(struct folder_report *report, struct folder_mark at, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* A foreign text, short enough for a message; cut at a character's border. */
struct str folder_short(struct str text);
/* As a lower layer told it; NOMEM and IO stop the check. */
void folder_mistake_diag(struct folder_report *report, const struct diag *diag);
void folder_no_memory(struct folder_report *report);
/* True when reading should stop: no memory, first mistake without a sink, or too many in a file. */
bool folder_enough(const struct folder_report *report);
/* What the whole reading comes to; `diag` receives the first mistake. */
MUST_USE enum err folder_report_end(const struct folder_report *report, struct diag *diag);

#endif
