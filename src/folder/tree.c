/* tree.c - see tree.h. Built from parser events with a stack of fixed depth: no recursion. */
#include "folder/tree.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct folder_tree {
    struct folder_report *report;
    struct arena *arena;
    struct folder_node *stack[FOLDER_TREE_DEPTH_MAX];
    size_t depth;
    struct folder_node *root;
    struct str key; /* read, its value not yet */
    struct folder_mark key_mark;
    bool has_key;
    bool stop; /* a mistake was told */
};

static struct folder_mark folder_mark_of(yaml_mark_t mark)
{
    return (struct folder_mark){mark.line + 1, mark.column + 1};
}

static void folder_tree_stop(struct folder_tree *tree, struct folder_mark at, const char *text)
{
    folder_mistake(tree->report, at, "%s", text);
    tree->stop = true;
}

static void folder_tree_no_memory(struct folder_tree *tree)
{
    folder_no_memory(tree->report);
    tree->stop = true;
}

static void folder_tree_key(struct folder_tree *tree, struct str text, struct folder_mark at)
{
    const struct folder_node *map = tree->stack[tree->depth - 1];

    for (const struct folder_node *child = map->first; child; child = child->next) {
        if (!str_eq(child->key, text))
            continue;
        folder_mistake(tree->report, at,
                       "key `%.*s` stands here again (first on line %llu); remove one",
                       STR_ARG(text), (unsigned long long)child->key_mark.line);
        tree->stop = true;
        return;
    }
    if (arena_str(tree->arena, text, &tree->key)) {
        folder_tree_no_memory(tree);
        return;
    }
    tree->key_mark = at;
    tree->has_key = true;
}

static struct folder_node *folder_tree_add(struct folder_tree *tree, enum folder_node_kind kind,
                                           struct folder_mark at)
{
    struct folder_node *node = arena_zero(tree->arena, 1, sizeof *node);

    if (!node) {
        folder_tree_no_memory(tree);
        return NULL;
    }
    *node = (struct folder_node){.kind = kind, .mark = at};
    if (tree->depth == 0) {
        tree->root = node;
        return node;
    }
    struct folder_node *parent = tree->stack[tree->depth - 1];
    if (parent->kind == FOLDER_MAP) {
        node->key = tree->key;
        node->key_mark = tree->key_mark;
        tree->has_key = false;
    }
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    return node;
}

static bool folder_tree_wants_key(const struct folder_tree *tree)
{
    return tree->depth > 0 && tree->stack[tree->depth - 1]->kind == FOLDER_MAP && !tree->has_key;
}

static void folder_tree_scalar(struct folder_tree *tree, const yaml_event_t *event)
{
    struct folder_mark at = folder_mark_of(event->start_mark);
    struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    size_t bad;

    if (event->data.scalar.anchor || event->data.scalar.tag) {
        folder_tree_stop(tree, at, "anchors and tags are not used here; write the value out");
        return;
    }
    if (!str_utf8(text, &bad)) {
        folder_tree_stop(tree, at, "the value holds a NUL character; remove it");
        return;
    }
    if (folder_tree_wants_key(tree)) {
        folder_tree_key(tree, text, at);
        return;
    }
    struct folder_node *node = folder_tree_add(tree, FOLDER_SCALAR, at);
    if (node && arena_str(tree->arena, text, &node->text))
        folder_tree_no_memory(tree);
}

static void folder_tree_open(struct folder_tree *tree, enum folder_node_kind kind,
                             const yaml_event_t *event)
{
    struct folder_mark at = folder_mark_of(event->start_mark);

    if (folder_tree_wants_key(tree)) {
        folder_tree_stop(tree, at, "a key must be plain text");
        return;
    }
    if (tree->depth == FOLDER_TREE_DEPTH_MAX) {
        folder_tree_stop(tree, at, "nested too deeply; 16 levels are the most");
        return;
    }
    struct folder_node *node = folder_tree_add(tree, kind, at);
    if (node)
        tree->stack[tree->depth++] = node;
}

static void folder_tree_event(struct folder_tree *tree, const yaml_event_t *event)
{
    struct folder_mark at = folder_mark_of(event->start_mark);

    if (event->type == YAML_SCALAR_EVENT)
        folder_tree_scalar(tree, event);
    else if (event->type == YAML_SEQUENCE_START_EVENT)
        folder_tree_open(tree, FOLDER_LIST, event);
    else if (event->type == YAML_MAPPING_START_EVENT)
        folder_tree_open(tree, FOLDER_MAP, event);
    else if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT)
        tree->depth--;
    else if (event->type == YAML_ALIAS_EVENT)
        folder_tree_stop(tree, at, "aliases (*name) are not used here; write the value out");
    else if (event->type == YAML_DOCUMENT_START_EVENT && tree->root)
        folder_tree_stop(tree, at, "a second document begins here; one file holds one");
}

static void folder_tree_failed(struct folder_tree *tree, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR) {
        folder_tree_no_memory(tree);
        return;
    }
    folder_mistake(tree->report, folder_mark_of(parser->problem_mark),
                   "not YAML: %s%s%s; look at indent, colons and quotes here",
                   parser->context ? parser->context : "", parser->context ? ", " : "",
                   parser->problem ? parser->problem : "unreadable");
    tree->stop = true;
}

/* libyaml tells only an offset for bytes that are not UTF-8; people want a line. */
static bool folder_tree_is_utf8(struct folder_report *report, struct str content)
{
    struct folder_mark at = {1, 1};
    size_t bad;

    if (str_utf8(content, &bad))
        return true;
    for (size_t i = 0; i < bad; i++) {
        if (content.data[i] == '\n')
            at = (struct folder_mark){at.line + 1, 1};
        else if (((unsigned char)content.data[i] & 0xC0) != 0x80)
            at.column++;
    }
    folder_mistake(report, at, "not UTF-8 from here; save the file as UTF-8");
    return false;
}

struct folder_node *folder_tree_read(struct folder_report *report, struct arena *arena,
                                     struct str content)
{
    struct folder_tree tree = {.report = report, .arena = arena};
    yaml_parser_t parser;
    yaml_event_t event;
    bool end = false;

    if (!folder_tree_is_utf8(report, content))
        return NULL;
    if (!yaml_parser_initialize(&parser)) {
        folder_no_memory(report);
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)content.data, content.size);
    while (!end && !tree.stop) {
        if (!yaml_parser_parse(&parser, &event)) {
            folder_tree_failed(&tree, &parser);
            break;
        }
        end = event.type == YAML_STREAM_END_EVENT;
        folder_tree_event(&tree, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (tree.stop)
        return NULL;
    if (!tree.root)
        folder_mistake(report, (struct folder_mark){1, 1},
                       "the file is empty; docs/city-folder.md shows what it holds");
    return tree.root;
}

size_t folder_tree_count(const struct folder_node *node)
{
    size_t count = 0;

    for (const struct folder_node *child = node->first; child; child = child->next)
        count++;
    return count;
}

bool folder_tree_is(struct folder_reader *reader, const struct folder_node *node,
                    enum folder_node_kind kind, const char *what)
{
    static const char *const kinds[] = {"a single value", "a list (lines that begin with -)",
                                        "a mapping (key: value)"};

    if (node->kind == kind)
        return true;
    folder_mistake(&reader->report, node->mark, "%s must be %s, not %s", what, kinds[kind],
                   kinds[node->kind]);
    return false;
}

static const struct folder_field folder_name_items[] = {
    {"zh", FOLDER_TEXT, offsetof(struct city_name, zh), FOLDER_MUST, 0, 0, NULL, NULL},
    {"en", FOLDER_TEXT, offsetof(struct city_name, en), FOLDER_MUST, 0, 0, NULL, NULL},
};

void folder_tree_value(struct folder_reader *reader, const struct folder_field *field,
                       const struct folder_node *node, void *row)
{
    if (folder_tree_is(reader, node, FOLDER_SCALAR, field->key))
        folder_value_read(reader, field, node->text, node->mark, row);
}

void folder_tree_name(struct folder_reader *reader, const struct folder_node *node,
                      struct city_name *ret)
{
    if (node->kind == FOLDER_MAP) {
        folder_tree_fill(reader, node, FOLDER_FIELDS(folder_name_items), ret);
        return;
    }
    if (!folder_tree_is(reader, node, FOLDER_SCALAR, "a name"))
        return;
    for (size_t i = 0; i < COUNT_OF(folder_name_items); i++)
        folder_value_read(reader, &folder_name_items[i], node->text, node->mark, ret);
}

/* One key. Going down is bounded by the nesting of our tables, not by the file's. */
static void folder_tree_member(struct folder_reader *reader, const struct folder_field *field,
                               const struct folder_node *node, void *row)
{
    void *member = (char *)row + field->offset;

    if (field->type == FOLDER_NODE)
        *(const struct folder_node **)member = node;
    else if (field->type == FOLDER_NAME)
        folder_tree_name(reader, node, member);
    else if (field->type == FOLDER_GROUP)
        folder_tree_fill(reader, node, *field->group, member);
    else
        folder_tree_value(reader, field, node, row);
}

static void folder_tree_unknown(struct folder_reader *reader, const struct folder_node *node,
                                struct folder_fields fields)
{
    const char *nearest = folder_nearest(fields, node->key);

    folder_mistake(&reader->report, node->key_mark, "unknown key `%.*s`; %s%s%s",
                   STR_ARG(folder_short(node->key)), nearest ? "did you mean `" : "remove it",
                   nearest ? nearest : "", nearest ? "`?" : "");
}

static void folder_tree_missing(struct folder_reader *reader, const struct folder_node *node,
                                struct folder_fields fields)
{
    for (size_t i = 0; i < fields.count; i++) {
        bool found = fields.items[i].need == FOLDER_MAY;
        for (const struct folder_node *child = node->first; child && !found; child = child->next)
            found = str_eq(child->key, str_of(fields.items[i].key));
        if (!found)
            folder_mistake(&reader->report, node->mark, "key `%s` is missing; add it",
                           fields.items[i].key);
    }
}

void folder_tree_fill(struct folder_reader *reader, const struct folder_node *node,
                      struct folder_fields fields, void *row)
{
    if (!folder_tree_is(reader, node, FOLDER_MAP, node->key.size ? node->key.data : "this"))
        return;
    for (const struct folder_node *child = node->first; child; child = child->next) {
        const struct folder_field *field = folder_field_find(fields, child->key);
        if (field)
            folder_tree_member(reader, field, child, row);
        else
            folder_tree_unknown(reader, child, fields);
    }
    folder_tree_missing(reader, node, fields);
}

void folder_tree_quote(struct buf *out, struct str text)
{
    buf_char(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\')
            buf_char(out, '\\');
        if (c < ' ' || c == 0x7F)
            buf_printf(out, "\\x%02X", c);
        else
            buf_char(out, (char)c);
    }
    buf_char(out, '"');
}

/* Numbers and words stand plain; all else is quoted, so that no YAML reader guesses a type. */
static bool folder_tree_plain(enum folder_type type)
{
    return type == FOLDER_U32 || type == FOLDER_U64 || type == FOLDER_F64 ||
           type == FOLDER_DEGREES || type == FOLDER_BOOL || type == FOLDER_WORD ||
           type == FOLDER_DATE;
}

void folder_tree_write_name(const struct city_name *name, struct buf *out)
{
    buf_str(out, STR("{zh: "));
    folder_tree_quote(out, name->zh);
    buf_str(out, STR(", en: "));
    folder_tree_quote(out, name->en);
    buf_char(out, '}');
}

static void folder_tree_write_value(const struct city *city, const struct folder_field *field,
                                    const void *row, struct buf *out)
{
    struct buf value;

    if (field->type == FOLDER_NAME) {
        folder_tree_write_name((const void *)((const char *)row + field->offset), out);
        return;
    }
    buf_init(&value, FOLDER_YAML_BYTES_MAX);
    folder_value_write(city, field, row, &value);
    if (buf_err(&value))
        out->err = buf_err(&value);
    else if (folder_tree_plain(field->type))
        buf_str(out, buf_text(&value));
    else
        folder_tree_quote(out, buf_text(&value));
    buf_done(&value);
}

void folder_tree_write(const struct city *city, struct folder_fields fields, const void *row,
                       unsigned indent, struct buf *out)
{
    for (size_t i = 0; i < fields.count; i++) {
        const struct folder_field *field = &fields.items[i];
        if (field->type == FOLDER_NODE)
            continue;
        buf_printf(out, "%*s%s:", (int)indent, "", field->key);
        if (field->type == FOLDER_GROUP) {
            buf_char(out, '\n');
            folder_tree_write(city, *field->group, (const char *)row + field->offset, indent + 2,
                              out);
            continue;
        }
        buf_char(out, ' ');
        folder_tree_write_value(city, field, row, out);
        buf_char(out, '\n');
    }
}
