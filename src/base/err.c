/* err.c - error codes and diagnoses. Formatting never allocates: it must work when memory is gone.
 */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const struct {
    const char *text;
    int exit_status;
    int http_status;
} err_rows[ERR_COUNT] = {
#define X(code, text, exit_status, http_status) [code] = {text, exit_status, http_status},
    ERR_LIST(X)
#undef X
};

static bool err_known(enum err code)
{
    return (unsigned)code < ERR_COUNT;
}

const char *err_text(enum err code)
{
    return err_known(code) ? err_rows[code].text : "unknown error";
}

int err_exit(enum err code)
{
    return err_known(code) ? err_rows[code].exit_status : 1;
}

int err_http(enum err code)
{
    return err_known(code) ? err_rows[code].http_status : 500;
}

enum err err_of_errno(int number)
{
    switch (number) {
    case ENOMEM:
        return ERR_NOMEM;
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case EEXIST:
        return ERR_EXISTS;
    case ENOSPC:
    case EDQUOT:
        return ERR_FULL;
    case EFBIG:
        return ERR_LIMIT;
    case EAGAIN:
    case EBUSY:
        return ERR_BUSY;
    default:
        return ERR_IO;
    }
}

static void err_trim_utf8(char *text)
{
    text[str_utf8_whole(str_of(text))] = '\0';
}

static void diag_fill(struct diag *diag, enum err code, const char *format, va_list args)
    PRINTF_LIKE(3, 0);
static void diag_fill(struct diag *diag, enum err code, const char *format, va_list args)
{
    diag->code = code;
    vsnprintf(diag->text, sizeof diag->text, format, args);
    err_trim_utf8(diag->text);
}

enum err diag_set(struct diag *diag, enum err code, const char *format, ...)
{
    va_list args;

    if (!diag)
        return code;
    *diag = (struct diag){0};
    va_start(args, format);
    diag_fill(diag, code, format, args);
    va_end(args);
    return code;
}

enum err diag_at(struct diag *diag, enum err code, const char *file, uint64_t line, uint64_t column,
                 const char *format, ...)
{
    va_list args;

    if (!diag)
        return code;
    *diag = (struct diag){.line = line, .column = column};
    if (file) {
        size_t size = strlen(file);
        size_t skip = size >= sizeof diag->file ? size - sizeof diag->file + 1 : 0;
        while (skip && ((unsigned char)file[skip] & 0xC0) == 0x80)
            skip++; /* not into the middle of a character */
        snprintf(diag->file, sizeof diag->file, "%s", file + skip);
    }
    va_start(args, format);
    diag_fill(diag, code, format, args);
    va_end(args);
    return code;
}

void diag_text(const struct diag *diag, size_t size, char *out)
{
    char place[sizeof diag->file + 48] = "";

    ASSERT(size > 0);
    if (diag->file[0] && diag->line && diag->column)
        snprintf(place, sizeof place, "%s:%llu:%llu: ", diag->file, (unsigned long long)diag->line,
                 (unsigned long long)diag->column);
    else if (diag->file[0] && diag->line)
        snprintf(place, sizeof place, "%s:%llu: ", diag->file, (unsigned long long)diag->line);
    else if (diag->file[0])
        snprintf(place, sizeof place, "%s: ", diag->file);
    snprintf(out, size, "%s%s", place, diag->text[0] ? diag->text : err_text(diag->code));
    err_trim_utf8(out);
}

void err_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "event=assert_failed condition=\"%s\" file=%s line=%d\n", condition, file,
            line);
    abort();
}
