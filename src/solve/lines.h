/* lines.h - a text file line by line, word by word, with places for messages. Shared by the
 * readers.
 */
#ifndef SOLVE_LINES_H
#define SOLVE_LINES_H

#include "base/str.h"

struct solve_lines {
    const char *file;
    struct str rest;
    struct str line; /* trimmed */
    uint64_t number; /* of the line, from 1 */
    struct diag *diag;
};

/* The next line that is not blank. False at the end; then number is the last line's. */
bool solve_lines_next(struct solve_lines *lines);
/* The next line must be there: `expected` says what for. Errors: TRUNCATED. */
MUST_USE enum err solve_lines_need(struct solve_lines *lines, const char *expected);
/* Takes the next word off the line; blanks, commas, colons and brackets part words. */
struct str solve_lines_word(struct solve_lines *lines);
/* Takes the next number off the line, within [least, most]. Errors: SYNTAX, RANGE. */
MUST_USE enum err solve_lines_number(struct solve_lines *lines, const char *what, int64_t least,
                                     int64_t most, int64_t *ret);
enum err solve_lines_wrong(const struct solve_lines *lines, enum err code, const char *expected);

#endif
