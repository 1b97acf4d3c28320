/* err.h - error codes, and the diagnosis that goes with one.
 *
 * Purpose    One list of codes for the whole program, with the text, exit status and HTTP status of
 *            each; `struct diag` says what is wrong, where and what to do.
 * Errors     OK is 0. A function that can fail returns `enum err` and is MUST_USE.
 * Threads    Any; nothing here has state.
 * Layer      0
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/*     code             text                                 exit  http */
#define ERR_LIST(X)                                              \
    X(OK, "ok", 0, 200)                                          \
    X(ERR_NOMEM, "out of memory or over a memory limit", 1, 503) \
    X(ERR_IO, "input or output failed", 1, 500)                  \
    X(ERR_FULL, "no space left on the disk", 1, 507)             \
    X(ERR_NOT_FOUND, "not found", 1, 404)                        \
    X(ERR_EXISTS, "already exists", 1, 409)                      \
    X(ERR_TRUNCATED, "ends too early", 1, 400)                   \
    X(ERR_SYNTAX, "not well-formed", 1, 400)                     \
    X(ERR_RANGE, "value out of range", 1, 400)                   \
    X(ERR_INVALID, "not valid", 1, 422)                          \
    X(ERR_LIMIT, "over a limit", 1, 413)                         \
    X(ERR_UNSUPPORTED, "not supported", 1, 415)                  \
    X(ERR_BUSY, "busy", 1, 503)                                  \
    X(ERR_CANCELLED, "cancelled", 1, 499)                        \
    X(ERR_CHECKSUM, "checksum does not match", 1, 400)           \
    X(ERR_USAGE, "wrong usage", 2, 400)

enum err {
#define X(code, text, exit_status, http_status) code,
    ERR_LIST(X)
#undef X
        ERR_COUNT
};

/* What a person needs to mend a mistake. Filled only on failure; all fields may be empty. */
struct diag {
    enum err code;
    uint64_t line;   /* from 1; 0 where the place is not a line */
    uint64_t column; /* from 1, in characters; 0 where unknown */
    char file[128];  /* name as the user gave it, shortened from the left */
    char text[256];  /* what is wrong and what to do, UTF-8, cut at a character's border */
};

/* Never NULL; an unknown value gives "unknown error". */
const char *err_text(enum err code);
int err_exit(enum err code);
int err_http(enum err code);
/* The code that fits the C library's errno value. */
enum err err_of_errno(int number);

/* Fills `diag` (NULL is allowed) and returns `code`, so that a failure is one statement. */
enum err diag_set(struct diag *diag, enum err code, const char *format, ...) PRINTF_LIKE(3, 4);
/* As diag_set, with a place. `file` may be NULL. */
enum err diag_at(struct diag *diag, enum err code, const char *file, uint64_t line, uint64_t column,
                 const char *format, ...) PRINTF_LIKE(6, 7);
/* Writes "file:line:column: text" (parts that are known) into `out`, always terminated. */
void diag_text(const struct diag *diag, size_t size, char *out);

/* States what only our own bug can break; on in every build. Never for outside input. */
#define ASSERT(condition)                                      \
    do {                                                       \
        if (!(condition))                                      \
            err_assert_failed(#condition, __FILE__, __LINE__); \
    } while (0)
_Noreturn void err_assert_failed(const char *condition, const char *file, int line);

#endif
