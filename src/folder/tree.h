/* tree.h - a YAML file as a tree whose every node knows its line and column.
 *
 * Purpose    A city's YAML is small and plain: mappings, lists, texts. Anchors, aliases, tags and
 *            several documents are refused, so a file cannot blow up.
 * Memory     Nodes live in the caller's arena.
 * Limits     FOLDER_TREE_DEPTH_MAX levels.
 * Source     YAML 1.1 by libyaml.
 * Layer      3, private to folder/
 */
#ifndef FOLDER_TREE_H
#define FOLDER_TREE_H

#include "folder/value.h"

enum { FOLDER_TREE_DEPTH_MAX = 16 };

enum folder_node_kind { FOLDER_SCALAR, FOLDER_LIST, FOLDER_MAP };
struct folder_node {
    enum folder_node_kind kind;
    struct folder_mark mark;
    struct str text; /* of a scalar */
    struct str key;  /* of a mapping's child */
    struct folder_mark key_mark;
    struct folder_node *first; /* children, in the file's order */
    struct folder_node *last;
    struct folder_node *next;
};

/* NULL when the file has mistakes (told) or memory is gone. */
struct folder_node *folder_tree_read(struct folder_report *report, struct arena *arena,
                                     struct str content);
/* Reads the mapping's keys into `row`: values, groups and nodes; tells unknown keys, missing keys
 * and wrong kinds. */
void folder_tree_fill(struct folder_reader *reader, const struct folder_node *node,
                      struct folder_fields fields, void *row);
/* True when it is; else tells what was expected. */
bool folder_tree_is(struct folder_reader *reader, const struct folder_node *node,
                    enum folder_node_kind kind, const char *what);
size_t folder_tree_count(const struct folder_node *node); /* children */
/* One value of a list or of a mapping with free keys. */
void folder_tree_value(struct folder_reader *reader, const struct folder_field *field,
                       const struct folder_node *node, void *row);
/* A name: a mapping with zh and en, or one text for both. */
void folder_tree_name(struct folder_reader *reader, const struct folder_node *node,
                      struct city_name *ret);
/* Writes `key: value` lines, `indent` blanks in; nodes are left to the caller. */
void folder_tree_write(const struct city *city, struct folder_fields fields, const void *row,
                       unsigned indent, struct buf *out);
void folder_tree_write_name(const struct city_name *name, struct buf *out);
/* In double quotes, escaped. */
void folder_tree_quote(struct buf *out, struct str text);

#endif
