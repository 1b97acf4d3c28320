/* doc.h - a JSON document as nodes, so that a layout can ask for members in its own order.
 *
 * Memory     Nodes and texts lie in the arena.
 * Limits     Depth by json.h, size by the arena.
 * Threads    Any; values only.
 * Layer      1, private to jt808/
 */
#ifndef WIRE_JT808_DOC_H
#define WIRE_JT808_DOC_H

#include "base/arena.h"
#include "base/json.h"

struct wire_doc {
    enum json_token token; /* OBJECT, ARRAY, STRING, NUMBER, WORD */
    struct str key;        /* of a member */
    struct str text;       /* of a string, number or word */
    uint64_t line;
    uint64_t column;
    bool used; /* somebody asked for it */
    size_t count;
    struct wire_doc *first;
    struct wire_doc *last;
    struct wire_doc *next;
};

/* Errors: those of json_end(), NOMEM. */
MUST_USE enum err wire_doc_parse(struct str content, struct arena *arena, struct wire_doc **ret,
                                 struct diag *diag);
/* The member, without using it; NULL when there is none. A null counts as none. */
struct wire_doc *wire_doc_find(const struct wire_doc *object, const char *key);
/* The same, and uses it, null or not. */
struct wire_doc *wire_doc_get(struct wire_doc *object, const char *key);
/* A member that nobody asked for, or NULL. */
const struct wire_doc *wire_doc_unused(const struct wire_doc *object);

#endif
