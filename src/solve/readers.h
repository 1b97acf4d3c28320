/* readers.h - the readers of each kind of instance, for instance.c alone.
 */
#ifndef SOLVE_READERS_H
#define SOLVE_READERS_H

#include "solve/instance.h"
#include "solve/lines.h"

MUST_USE enum err solve_read_vrp(struct solve_lines *lines, struct solve_instance *instance);
MUST_USE enum err solve_read_carp(struct solve_lines *lines, struct solve_instance *instance);
/* The free fleet, and the problem's pointers to the instance's arrays. Errors: NOMEM. */
MUST_USE enum err solve_instance_fleet(struct solve_instance *instance, uint32_t depot,
                                       int32_t capacity);

#endif
