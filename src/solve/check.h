/* check.h - is this solution right? Shares no code with the search.
 *
 * Purpose    Recomputes everything from the problem: coverage, modes, loads, windows, shifts,
 *            costs.
 * Errors     INVALID with the first thing that is wrong, in words.
 * Layer      1
 */
#ifndef SOLVE_CHECK_H
#define SOLVE_CHECK_H

#include "solve/solve.h"

MUST_USE enum err solve_check(const struct solve_problem *problem,
                              const struct solve_solution *solution, struct diag *diag);

#endif
