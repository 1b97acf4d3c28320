/* lines.c - see lines.h. */
#include "solve/lines.h"

#include <string.h>

bool solve_lines_next(struct solve_lines *lines)
{
    while (lines->rest.size) {
        lines->number++;
        lines->line = str_trim(str_cut(&lines->rest, '\n'));
        if (lines->line.size)
            return true;
    }
    lines->line = (struct str){"", 0};
    return false;
}

enum err solve_lines_wrong(const struct solve_lines *lines, enum err code, const char *expected)
{
    int shown = lines->line.size > 40 ? 40 : (int)lines->line.size;

    return diag_at(lines->diag, code, lines->file, lines->number ? lines->number : 1, 0,
                   "expected %s%s%.*s", expected, shown ? ", before: " : "", shown,
                   lines->line.data);
}

enum err solve_lines_need(struct solve_lines *lines, const char *expected)
{
    if (solve_lines_next(lines))
        return OK;
    return diag_at(lines->diag, ERR_TRUNCATED, lines->file, lines->number ? lines->number : 1, 0,
                   "the file ends where %s should be", expected);
}

struct str solve_lines_word(struct solve_lines *lines)
{
    static const char parts[] = " \t,:()\r";
    size_t size = 0;

    while (lines->line.size && memchr(parts, lines->line.data[0], sizeof parts - 1))
        lines->line = (struct str){lines->line.data + 1, lines->line.size - 1};
    while (size < lines->line.size && !memchr(parts, lines->line.data[size], sizeof parts - 1))
        size++;
    struct str word = {lines->line.data, size};
    lines->line = (struct str){lines->line.data + size, lines->line.size - size};
    return word;
}

enum err solve_lines_number(struct solve_lines *lines, const char *what, int64_t least,
                            int64_t most, int64_t *ret)
{
    double value;
    struct solve_lines before = *lines;
    struct str word = solve_lines_word(lines);

    if (str_f64(word, &value)) /* some sets write whole numbers as 12.0 */
        return solve_lines_wrong(&before, ERR_SYNTAX, what);
    if (value < (double)least || value > (double)most || value != (double)(int64_t)value)
        return solve_lines_wrong(&before, ERR_RANGE, what);
    *ret = (int64_t)value;
    return OK;
}
