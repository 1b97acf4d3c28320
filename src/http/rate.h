/* rate.h - token buckets: who asks too often waits.
 *
 * Purpose    A bounded table of buckets, by any 64-bit key (the hash of an address, the id of a
 *            token). A bucket holds `burst` and fills again by `per_s`.
 * Limits     HTTP_RATE_KEYS buckets; when a set of the table is full the fullest bucket makes room,
 *            which is the one whose loss matters least.
 * Memory     Fixed at the start.
 * Threads    A table belongs to one thread.
 * Layer      3
 */
#ifndef HTTP_RATE_H
#define HTTP_RATE_H

#include "base/clock.h"

enum { HTTP_RATE_KEYS = 4096 };

struct http_rate; /* opaque */

/* Owner: caller. Errors: NOMEM. */
MUST_USE enum err http_rate_new(double burst, double per_s, struct http_rate **ret_rate);
void http_rate_free(struct http_rate *rate); /* NULL is allowed */
/* Takes one from the bucket of `key`. 0 when there was one, else the seconds, rounded up, until
 * there will be. */
uint32_t http_rate_take(struct http_rate *rate, uint64_t key, struct mono_us now);

#endif
