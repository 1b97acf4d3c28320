/* report.c - see report.h. */
#include "folder/report.h"

#include <stdio.h>

void folder_report_file(struct folder_report *report, const char *file)
{
    report->file = file;
    report->file_count = 0;
}

struct str folder_short(struct str text)
{
    const size_t most = 40;

    if (text.size <= most)
        return text;
    text.size = most;
    while (text.size && ((unsigned char)text.data[text.size] & 0xC0) == 0x80)
        text.size--;
    return text;
}

/* What a message quotes may be anything; the message itself is always UTF-8. */
static void folder_clean(char *text)
{
    size_t bad;

    while (!str_utf8(str_of(text), &bad))
        text[bad] = '?';
}

static void folder_tell(struct folder_report *report, const struct diag *diag)
{
    if (report->count++ == 0)
        report->first = *diag;
    report->file_count++;
    if (!report->sink || report->file_count > FOLDER_MISTAKES_MAX)
        return;
    report->sink->tell(report->sink->context, diag);
    if (report->file_count == FOLDER_MISTAKES_MAX) {
        struct diag end = {0};
        (void)diag_at(&end, ERR_LIMIT, report->file, 0, 0,
                      "has %d mistakes or more; the rest of this file is not read",
                      FOLDER_MISTAKES_MAX);
        report->sink->tell(report->sink->context, &end);
    }
}

void folder_mistake(struct folder_report *report, struct folder_mark at, const char *format, ...)
{
    char text[sizeof report->first.text];
    struct diag diag = {0};
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    folder_clean(text);
    (void)diag_at(&diag, ERR_INVALID, report->file, at.line, at.column, "%s", text);
    folder_tell(report, &diag);
}

void folder_mistake_diag(struct folder_report *report, const struct diag *diag)
{
    if (diag->code == ERR_NOMEM || diag->code == ERR_IO) {
        if (!report->err)
            report->first = *diag;
        report->err = diag->code;
        return;
    }
    folder_tell(report, diag);
}

void folder_no_memory(struct folder_report *report)
{
    struct diag diag = {0};

    (void)diag_at(&diag, ERR_NOMEM, report->file, 0, 0, "%s", err_text(ERR_NOMEM));
    folder_mistake_diag(report, &diag);
}

bool folder_enough(const struct folder_report *report)
{
    return report->err || (!report->sink && report->count > 0) ||
           report->file_count >= FOLDER_MISTAKES_MAX;
}

enum err folder_report_end(const struct folder_report *report, struct diag *diag)
{
    if (!report->err && report->count == 0)
        return OK;
    if (diag)
        *diag = report->first;
    return report->err ? report->err : ERR_INVALID;
}
