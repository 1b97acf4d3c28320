/* log.c - see log.h. A record is built in one buffer, so that lines of two threads never mix. */
#include "base/log.h"

#include <string.h>

enum { LOG_LINE_MAX = 1024 }; /* a longer record is cut: it is a note, not data */

struct log_line {
    char text[LOG_LINE_MAX];
    size_t size;
};

static void log_char(struct log_line *line, char c)
{
    if (line->size < LOG_LINE_MAX - 1) /* one byte stays for the newline */
        line->text[line->size++] = c;
}

static void log_text(struct log_line *line, const char *text)
{
    while (*text)
        log_char(line, *text++);
}

/* Quotes when the value would be misread as several. */
static void log_value(struct log_line *line, struct str value)
{
    bool plain = value.size > 0;

    for (size_t i = 0; i < value.size; i++)
        plain = plain && (unsigned char)value.data[i] > ' ' && !strchr("\"=\\", value.data[i]);
    if (!plain)
        log_char(line, '"');
    for (size_t i = 0; i < value.size; i++) {
        char c = value.data[i];
        if (c == '"' || c == '\\')
            log_char(line, '\\');
        log_char(line, (unsigned char)c < ' ' ? ' ' : c);
    }
    if (!plain)
        log_char(line, '"');
}

static void log_pair_value(struct log_line *line, const struct log_pair *pair)
{
    char number[64];

    switch (pair->kind) {
    case LOG_KIND_STR:
        log_value(line, pair->text);
        return;
    case LOG_KIND_ERR:
        log_value(line, str_of(err_text((enum err)pair->number)));
        return;
    case LOG_KIND_I64:
        snprintf(number, sizeof number, "%lld", (long long)pair->number);
        break;
    case LOG_KIND_F64:
        snprintf(number, sizeof number, "%.6g", pair->real);
        break;
    }
    log_text(line, number);
}

void log_pairs(const struct log *log, enum log_level level, const char *event,
               const struct log_pair *pairs, size_t count)
{
    static const char *const names[] = {"debug", "info", "warn", "err"};
    struct log_line line = {.size = 0};
    char stamp[48];

    if (!log || !log->out || level < log->least)
        return;
    int64_t us = clock_utc(log->clock).us;
    struct clock_date date = clock_date_of(us / (86400 * CLOCK_US_PER_S));
    int64_t second = us / CLOCK_US_PER_S % 86400;
    snprintf(stamp, sizeof stamp, "time=%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)date.year,
             date.month, date.day, (int)(second / 3600), (int)(second / 60 % 60),
             (int)(second % 60), (int)(us / 1000 % 1000));
    log_text(&line, stamp);
    log_text(&line, " level=");
    log_text(&line, names[level]);
    log_text(&line, " event=");
    log_text(&line, event);
    for (size_t i = 0; i < count; i++) {
        log_char(&line, ' ');
        log_text(&line, pairs[i].key);
        log_char(&line, '=');
        log_pair_value(&line, &pairs[i]);
    }
    line.size = str_utf8_whole((struct str){line.text, line.size});
    line.text[line.size++] = '\n';
    fwrite(line.text, 1, line.size, log->out);
    fflush(log->out);
}
