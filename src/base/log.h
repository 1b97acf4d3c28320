/* log.h - one line a record, logfmt, to a stream.
 *
 * Purpose    `event=plan_done routes=12 seconds=1.5`. Event names are constant snake_case, facts
 *            are typed keys. Nothing personal: no plate, phone or token.
 * Threads    Any: a record is one write.
 * Layer      0; layers that return errors stay silent, the layer that decides logs, once.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdio.h>

#include "base/clock.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERR };

struct log {
    FILE *out; /* NULL drops everything */
    enum log_level least;
    const struct clock *clock;
};

enum log_kind { LOG_KIND_STR, LOG_KIND_I64, LOG_KIND_F64, LOG_KIND_ERR };
struct log_pair {
    const char *key;
    enum log_kind kind;
    struct str text;
    int64_t number;
    double real;
};
#define KV_STR(k, v) ((struct log_pair){.key = (k), .kind = LOG_KIND_STR, .text = (v)})
#define KV_I64(k, v) ((struct log_pair){.key = (k), .kind = LOG_KIND_I64, .number = (int64_t)(v)})
#define KV_F64(k, v) ((struct log_pair){.key = (k), .kind = LOG_KIND_F64, .real = (v)})
#define KV_ERR(k, v) ((struct log_pair){.key = (k), .kind = LOG_KIND_ERR, .number = (v)})

void log_pairs(const struct log *log, enum log_level level, const char *event,
               const struct log_pair *pairs, size_t count);
#define LOG(log, level, event, ...)                                                \
    log_pairs((log), LOG_##level, (event), (const struct log_pair[]){__VA_ARGS__}, \
              sizeof((const struct log_pair[]){__VA_ARGS__}) / sizeof(struct log_pair))

#endif
