/* solve_instance_fuzz.c - any bytes as an instance: an error or a problem that the solver accepts. */
#include "base/err.h"
#include "fuzz.h"
#include "solve/instance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct solve_instance *instance = NULL;
    struct diag diag = {0};
    struct str text = {(const char *)data, size};

    if (solve_instance_read("fuzz", text, &instance, &diag) == OK) {
        ASSERT(instance->problem.service_count == 0 ||
               solve_problem_check(&instance->problem, &diag) != ERR_INVALID);
        solve_instance_free(instance);
    }
    return 0;
}
