/* doc.c - see doc.h. A stack of open brackets: no recursion. */
#include "wire/jt808/doc.h"

static struct wire_doc *doc_add(struct arena *arena, struct wire_doc *parent)
{
    struct wire_doc *node = arena_zero(arena, 1, sizeof *node);

    if (!node || !parent)
        return node;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
    return node;
}

/* The value that `token` begins, below `parent`; *ret_node is it. Errors: NOMEM. */
static enum err doc_value(struct json *json, enum json_token token, struct str key,
                          struct arena *arena, struct wire_doc *parent, struct wire_doc **ret_node)
{
    struct wire_doc *node = doc_add(arena, parent);

    if (!node)
        return ERR_NOMEM;
    node->token = token;
    node->key = key;
    node->line = json->mark_line;
    node->column = json->mark_column;
    *ret_node = node;
    return arena_str(arena, json_text(json), &node->text);
}

/* Errors: NOMEM; mistakes of the document are the reader's to tell. */
static enum err doc_read(struct json *json, struct arena *arena, struct wire_doc **ret_root)
{
    struct wire_doc *stack[JSON_DEPTH_MAX + 1] = {NULL};
    struct wire_doc *node = NULL;
    struct str key = {0};
    size_t depth = 0;
    enum err err = OK;

    for (;;) {
        enum json_token token = json_next(json);
        if (token == JSON_BAD || token == JSON_END)
            return OK;
        if (token == JSON_KEY) {
            err = arena_str(arena, json_text(json), &key);
        } else if (token == JSON_OBJECT_END || token == JSON_ARRAY_END) {
            ASSERT(depth > 0);
            depth--;
        } else {
            err = doc_value(json, token, key, arena, stack[depth], &node);
            if (!err && !*ret_root)
                *ret_root = node;
            key = (struct str){0};
            if (token == JSON_OBJECT || token == JSON_ARRAY) {
                ASSERT(depth < JSON_DEPTH_MAX);
                stack[++depth] = node;
            }
        }
        if (err)
            return err;
    }
}

enum err wire_doc_parse(struct str content, struct arena *arena, struct wire_doc **ret,
                        struct diag *diag)
{
    struct wire_doc *root = NULL;
    struct json json;

    json_init(&json, content);
    enum err err = doc_read(&json, arena, &root);
    if (err)
        (void)diag_set(diag, err, "the document is larger than its memory allows");
    else
        err = json_end(&json, diag);
    json_done(&json);
    if (err)
        return err;
    ASSERT(root);
    *ret = root;
    return OK;
}

static struct wire_doc *doc_member(const struct wire_doc *object, const char *key)
{
    struct wire_doc *at = object->first;

    while (at && (at->used || !str_eq(at->key, str_of(key))))
        at = at->next;
    return at;
}

static bool doc_is_null(const struct wire_doc *node)
{
    return node->token == JSON_WORD && str_eq(node->text, STR("null"));
}

struct wire_doc *wire_doc_find(const struct wire_doc *object, const char *key)
{
    struct wire_doc *node = doc_member(object, key);

    return node && !doc_is_null(node) ? node : NULL;
}

struct wire_doc *wire_doc_get(struct wire_doc *object, const char *key)
{
    struct wire_doc *node = doc_member(object, key);

    if (!node)
        return NULL;
    node->used = true;
    return doc_is_null(node) ? NULL : node;
}

const struct wire_doc *wire_doc_unused(const struct wire_doc *object)
{
    const struct wire_doc *at = object->first;

    while (at && at->used)
        at = at->next;
    return at;
}
