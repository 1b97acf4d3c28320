/* build.h - documents to trees.
 *
 * Threads    Any; values only.
 * Layer      1, private to jt808/
 */
#ifndef WIRE_JT808_BUILD_H
#define WIRE_JT808_BUILD_H

#include "wire/jt808/doc.h"
#include "wire/jt808/layout.h"

/* The tree that `root` describes by `layout`; marks its nodes used. Errors: INVALID, RANGE, SYNTAX,
 * LIMIT, NOMEM; told with line and column. */
MUST_USE enum err wire_build(const struct wire_layout *layout, struct wire_doc *root, bool v2019,
                             struct arena *arena, struct wire_jt808_value *ret_body,
                             struct diag *diag);

#endif
