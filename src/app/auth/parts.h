/* parts.h - what auth.c and session.c share; private to this folder.
 *
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_AUTH_PARTS_H
#define APP_AUTH_PARTS_H

#include "app/auth/auth.h"

#define APP_AUTH_COOKIE "session"

struct http_rate;

struct app_auth {
    const struct clock *clock;
    const struct log *log;
    struct store_db *reader;
    struct app_tasks *tasks;
    struct http_rate *programs;
    struct http_rate *devices;
    bool loopback;
    struct app_auth_counts counts;
};

#endif
