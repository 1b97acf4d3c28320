/* secret.h - a password from a person or a pipe.
 *
 * Layer      5
 */
#ifndef CMD_SECRET_H
#define CMD_SECRET_H

#include "base/buf.h"

/* Asks twice on the terminal, without echo; or takes the first line of stdin when `pipe`.
 * `ret_secret` has been initialised. Errors: IO, INVALID when the two differ, LIMIT. */
MUST_USE enum err secret_read(bool pipe, struct buf *ret_secret, struct diag *diag);

#endif
