/* topic.c - see topic.h. */
#include "bus/topic.h"

#include <string.h>

/* Walks the levels of a topic: "a//b" has three, "a/" two. */
struct bus_levels {
    struct str rest;
    bool ended;
};

static bool bus_levels_next(struct bus_levels *levels, struct str *ret)
{
    if (levels->ended)
        return false;
    const char *slash =
        levels->rest.size ? memchr(levels->rest.data, '/', levels->rest.size) : NULL;
    *ret = levels->rest;
    if (slash) {
        ret->size = (size_t)(slash - levels->rest.data);
        levels->rest.size -= ret->size + 1;
        levels->rest.data = slash + 1;
    } else {
        levels->ended = true;
    }
    return true;
}

static bool bus_topic_level_ok(struct str level, bool wild_ok)
{
    bool wild = false;

    for (size_t i = 0; i < level.size; i++) {
        unsigned char c = (unsigned char)level.data[i];
        if (c <= ' ' || c == 0x7F || memchr(".\"\\*>", c, 5))
            return false;
        if (c == '+' || c == '#')
            wild = true;
    }
    return !wild || (wild_ok && level.size == 1); /* a wildcard stands alone in its level */
}

static bool bus_topic_ok(struct str topic, bool wild_ok)
{
    struct bus_levels levels = {.rest = topic};
    struct str level;
    size_t bad_at;

    if (!topic.size || topic.data[0] == '$' || !str_utf8(topic, &bad_at))
        return false;
    while (bus_levels_next(&levels, &level)) {
        if (!bus_topic_level_ok(level, wild_ok))
            return false;
        if (str_eq(level, STR("#")) && !levels.ended)
            return false;
    }
    return true;
}

static void bus_topic_write(struct str topic, struct buf *subject)
{
    struct bus_levels levels = {.rest = topic};
    struct str level;
    bool first = true;

    while (bus_levels_next(&levels, &level)) {
        if (!first)
            buf_char(subject, '.');
        first = false;
        if (level.size == 0)
            buf_char(subject, '/');
        else if (str_eq(level, STR("+")))
            buf_char(subject, '*');
        else if (str_eq(level, STR("#")))
            buf_char(subject, '>');
        else
            buf_str(subject, level);
    }
}

enum err bus_topic_subject(struct str topic, struct buf *subject)
{
    if (!bus_topic_ok(topic, false))
        return ERR_INVALID;
    bus_topic_write(topic, subject);
    return buf_err(subject);
}

enum err bus_topic_filter(struct str filter, struct buf *subject)
{
    if (!bus_topic_ok(filter, true))
        return ERR_INVALID;
    bus_topic_write(filter, subject);
    return buf_err(subject);
}

bool bus_topic_parent(struct str filter, struct str *ret)
{
    if (!str_ends(filter, STR("/#")) || filter.size == 2)
        return false;
    *ret = (struct str){filter.data, filter.size - 2};
    return true;
}

void bus_topic_of(struct str subject, struct buf *topic)
{
    bool token_start = true;

    for (size_t i = 0; i < subject.size; i++) {
        char c = subject.data[i];
        if (c == '.')
            buf_char(topic, '/');
        else if (c != '/' || !token_start) /* the token "/" is an empty level */
            buf_char(topic, c);
        token_start = c == '.';
    }
}

bool bus_topic_fits(struct str filter, struct str topic)
{
    return bus_topic_overlap(filter, topic);
}

bool bus_topic_overlap(struct str a, struct str b)
{
    struct bus_levels in_a = {.rest = a};
    struct bus_levels in_b = {.rest = b};
    struct str level_a;
    struct str level_b;

    for (;;) {
        bool more_a = bus_levels_next(&in_a, &level_a);
        bool more_b = bus_levels_next(&in_b, &level_b);
        bool hash_a = more_a && str_eq(level_a, STR("#"));
        bool hash_b = more_b && str_eq(level_b, STR("#"));
        if (hash_a || hash_b)
            return true; /* # takes what is left, also nothing */
        if (!more_a || !more_b)
            return more_a == more_b;
        if (!str_eq(level_a, level_b) && !str_eq(level_a, STR("+")) && !str_eq(level_b, STR("+")))
            return false;
    }
}
