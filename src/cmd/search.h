/* search.h - what commands that search share: numbers from flags, Ctrl-C, the progress bar.
 *
 * Threads    The main thread, except cmd_search_bar(), which the search's first thread calls.
 * Layer      5
 */
#ifndef CMD_SEARCH_H
#define CMD_SEARCH_H

#include <stdatomic.h>

#include "base/err.h"

/* A flag's whole number within [least, most]. Errors: USAGE, with the flag and what it wants. */
MUST_USE enum err cmd_number(const char *command, const char *flag, const char *text,
                             uint64_t least, uint64_t most, uint64_t *ret, struct diag *diag);
/* From now on SIGINT and SIGTERM set the flag that this returns instead of ending the program. */
const atomic_bool *cmd_stop_flag(void);
/* Draws "what [####....] 40 %" over the line, on stderr. */
void cmd_bar(const char *what, double done);
void cmd_bar_clear(void);

#endif
