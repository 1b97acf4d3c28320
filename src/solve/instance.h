/* instance.h - published benchmark instances as problems, and their solution files.
 *
 * Purpose    VRPLIB .vrp (CVRP) and CARP .dat from bytes; answers written in the sets' own terms.
 * Source     VRPLIB: TSPLIB 95 format (Reinelt) with CAPACITY, DEMAND_SECTION, DEPOT_SECTION;
 *            EUC_2D distances rounded to the nearest integer. CARP: the Spanish keywords of the
 *            University of Valencia's library; the cost counts serviced and other traversals
 *            alike.
 * Fleet      Free in both: as many vehicles as there are services.
 * Memory     An instance owns its arrays; solve_instance_free() gives them back.
 * Limits     SOLVE_INSTANCE_NODES_MAX nodes.
 * Threads    Any; pure.
 * Layer      1
 */
#ifndef SOLVE_INSTANCE_H
#define SOLVE_INSTANCE_H

#include "base/buf.h"
#include "solve/solve.h"

enum { SOLVE_INSTANCE_NODES_MAX = 20000 }; /* 400 million distances are 1.6 GB */

enum solve_instance_kind { SOLVE_CVRP, SOLVE_CARP };

struct solve_instance {
    enum solve_instance_kind kind;
    char name[64];
    struct solve_problem problem;
    uint32_t *ends; /* CARP: two nodes of each service, from 1 */
    int32_t *travel;
    struct solve_service *services;
    struct solve_vehicle *vehicles;
};

/* Reads either kind, told apart by its first keyword. `name` is the file's, for messages.
 * Errors: SYNTAX, TRUNCATED, RANGE, LIMIT, UNSUPPORTED, NOMEM, with file, line and what was
 * expected. */
MUST_USE enum err solve_instance_read(const char *name, struct str content,
                                      struct solve_instance **ret_instance, struct diag *diag);
void solve_instance_free(struct solve_instance *instance); /* NULL is allowed */

/* The answer's routes as a solution file: VRPLIB .sol for CVRP, docs/solve.md for CARP. */
void solve_instance_write(const struct solve_instance *instance,
                          const struct solve_solution *solution, struct buf *out);
/* Reads such a file into an answer that solve_check() can judge; nothing in it is believed.
 * Errors: SYNTAX, RANGE, LIMIT, NOMEM. */
MUST_USE enum err solve_instance_read_solution(const struct solve_instance *instance,
                                               const char *name, struct str content,
                                               struct solve_solution *ret_solution,
                                               int64_t *ret_stated_cost, struct diag *diag);
/* One route's stops as people number them: customers from 1, or services with their direction. */
void solve_instance_stop(const struct solve_instance *instance, const struct solve_visit *visit,
                         struct buf *out);

#endif
