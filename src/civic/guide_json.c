/* guide_json.c - an item and an answer as JSON, one shape for every door. */
#include "civic/guide.h"

const char *civic_guide_how_name(enum civic_guide_how how)
{
    static const char *const names[CIVIC_GUIDE_HOWS] = {"exact", "alias", "spelt", "part",
                                                        "said",  "typo",  "near"};

    return how < CIVIC_GUIDE_HOWS ? names[how] : NULL;
}

const char *civic_guide_verdict_name(enum civic_guide_verdict verdict)
{
    static const char *const names[] = {"known", "likely", "unknown"};

    return verdict < COUNT_OF(names) ? names[verdict] : NULL;
}

static void civic_json_name(struct jw *jw, const char *key, const struct city_name *name)
{
    jw_key(jw, key);
    jw_object(jw);
    jw_key(jw, "zh");
    jw_str(jw, name->zh);
    jw_key(jw, "en");
    jw_str(jw, name->en);
    jw_object_end(jw);
}

static void civic_json_list(struct jw *jw, const char *key, struct str list)
{
    jw_key(jw, key);
    jw_array(jw);
    while (list.size)
        jw_str(jw, str_cut(&list, ';'));
    jw_array_end(jw);
}

static void civic_json_colour(struct jw *jw, uint32_t colour)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[] = "#000000";

    for (unsigned i = 0; i < 6; i++)
        text[6 - i] = digits[colour >> (4 * i) & 15U];
    jw_key(jw, "colour");
    jw_text(jw, text);
}

/* A stream with bins, or what is collected apart, with how. */
static void civic_json_stream(const struct city *city, struct str code, struct jw *jw)
{
    uint32_t stream = city_stream_find(city, code);
    uint32_t apart = city_apart_find(city, code);

    jw_key(jw, "stream");
    jw_object(jw);
    jw_key(jw, "code");
    jw_str(jw, code);
    if (stream != CITY_NONE) {
        civic_json_name(jw, "name", &city->streams[stream].name);
        civic_json_colour(jw, city->streams[stream].colour);
    } else if (apart != CITY_NONE) {
        civic_json_name(jw, "name", &city->aparts[apart].name);
        civic_json_colour(jw, city->aparts[apart].colour);
        civic_json_name(jw, "how", &city->aparts[apart].how);
    }
    jw_object_end(jw);
}

static void civic_json_class(const struct city *city, const struct civic_guide_item *item,
                             struct jw *jw)
{
    uint32_t index = city_stream_find(city, item->stream);
    const struct city_stream *stream = index == CITY_NONE ? NULL : &city->streams[index];

    for (uint32_t i = 0; stream && item->class_zh.size && i < stream->class_count; i++)
        if (str_eq(stream->classes[i].zh, item->class_zh)) {
            civic_json_name(jw, "class", &stream->classes[i]);
            return;
        }
}

static void civic_json_parts(const struct city *city, const struct civic_guide_item *item,
                             struct jw *jw)
{
    struct city_name rest = item->parts;
    struct city_name name;
    struct str stream;

    jw_key(jw, "parts");
    jw_array(jw);
    while (civic_guide_part(&rest, &name, &stream)) {
        jw_object(jw);
        civic_json_name(jw, "name", &name);
        civic_json_stream(city, stream, jw);
        jw_object_end(jw);
    }
    jw_array_end(jw);
}

void civic_guide_json(const struct city *city, const struct civic_guide_item *item, struct jw *jw)
{
    jw_object(jw);
    civic_json_name(jw, "name", &item->name);
    jw_key(jw, "aliases");
    jw_object(jw);
    civic_json_list(jw, "zh", item->aliases.zh);
    civic_json_list(jw, "en", item->aliases.en);
    jw_object_end(jw);
    civic_json_stream(city, item->stream, jw);
    civic_json_class(city, item, jw);
    jw_key(jw, "doubtful");
    jw_bool(jw, item->doubtful);
    civic_json_parts(city, item, jw);
    civic_json_name(jw, "note", &item->note);
    jw_object_end(jw);
}

void civic_guide_answer_json(const struct city *city, struct str text,
                             const struct civic_guide_hit *hits, size_t count, struct jw *jw)
{
    jw_object(jw);
    jw_key(jw, "text");
    jw_str(jw, text);
    jw_key(jw, "verdict");
    jw_text(jw, civic_guide_verdict_name(civic_guide_verdict(hits, count)));
    jw_key(jw, "hits");
    jw_array(jw);
    for (size_t i = 0; i < count; i++) {
        jw_object(jw);
        jw_key(jw, "how");
        jw_text(jw, civic_guide_how_name(hits[i].how));
        jw_key(jw, "item");
        civic_guide_json(city, hits[i].item, jw);
        jw_object_end(jw);
    }
    jw_array_end(jw);
    jw_object_end(jw);
}
