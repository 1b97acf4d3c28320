/* osm_xml.c - reads the XML format as a stream.
 *
 * expat checks well-formedness and tells line and column; a document type is refused, since map
 * files have none and entities are how small files grow large.
 * Source     OpenStreetMap wiki, "OSM XML".
 */
#include <expat.h>
#include <string.h>

#include "base/buf.h"
#include "osm/osm_read.h"

enum {
    OSM_XML_STEP = 1 << 16,
    OSM_XML_OBJECT_TEXT_MAX = 4 << 20, /* the tags of one object */
};

enum osm_xml_kind { OSM_XML_NONE, OSM_XML_NODE, OSM_XML_WAY, OSM_XML_RELATION };

struct osm_xml_span { /* in `text`, which moves while it grows */
    size_t key, key_size, value, value_size;
};

struct osm_xml {
    struct osm_source *source;
    struct osm_build *build;
    struct diag *diag;
    XML_Parser parser;
    enum err err;
    bool root_seen;
    enum osm_xml_kind kind; /* of the object that is open */
    bool skip;              /* it is deleted */
    int64_t id;
    struct wgs84 at;
    struct buf text;
    VEC(struct osm_xml_span) spans;
    VEC(struct osm_tag) tags;
    VEC(int64_t) refs;
    VEC(struct osm_xml_span) roles;
    VEC(struct osm_member) members;
};

static void *osm_xml_alloc(size_t size)
{
    return mem_alloc(size);
}

static void *osm_xml_resize(void *block, size_t size)
{
    return mem_resize(block, size);
}

static void osm_xml_release(void *block)
{
    mem_free(block);
}

static void osm_xml_fail(struct osm_xml *xml, enum err err, const char *what)
{
    if (xml->err)
        return;
    xml->err =
        diag_at(xml->diag, err, osm_source_name(xml->source), XML_GetCurrentLineNumber(xml->parser),
                XML_GetCurrentColumnNumber(xml->parser) + 1, "%s", what);
    XML_StopParser(xml->parser, XML_FALSE);
}

static void osm_xml_kept(struct osm_xml *xml, enum err err)
{
    if (err)
        osm_xml_fail(xml, err,
                     err == ERR_LIMIT ? "more objects than a city's map may hold"
                                      : "no memory to keep an object");
}

/* The value of an attribute; empty where it is absent. */
static struct str osm_xml_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (!strcmp(attributes[0], name))
            return str_of(attributes[1]);
    return (struct str){"", 0};
}

static int64_t osm_xml_id(struct osm_xml *xml, const char **attributes, const char *name)
{
    int64_t id = 0;

    if (str_i64(osm_xml_attribute(attributes, name), &id))
        osm_xml_fail(xml, ERR_SYNTAX, "an object or reference without a whole number as its id");
    return id;
}

static struct wgs84 osm_xml_position(struct osm_xml *xml, struct str lat, struct str lng)
{
    struct wgs84 at = {0, 0};
    double lat_degrees;
    double lng_degrees;

    if (str_f64(lat, &lat_degrees) || str_f64(lng, &lng_degrees))
        osm_xml_fail(xml, ERR_SYNTAX, "a position whose lat or lon is not a number");
    else if (geo_wgs84_of(lat_degrees, lng_degrees, &at))
        osm_xml_fail(xml, ERR_RANGE,
                     "a position outside the globe: lat is -90 to 90, lon -180 to 180");
    return at;
}

static struct osm_xml_span osm_xml_hold(struct osm_xml *xml, struct str key, struct str value)
{
    struct osm_xml_span span = {xml->text.size, key.size, xml->text.size + key.size, value.size};

    buf_str(&xml->text, key);
    buf_str(&xml->text, value);
    return span;
}

static void osm_xml_begin(struct osm_xml *xml, enum osm_xml_kind kind, const char **attributes)
{
    struct str action = osm_xml_attribute(attributes, "action");
    struct str visible = osm_xml_attribute(attributes, "visible");

    if (xml->kind != OSM_XML_NONE) {
        osm_xml_fail(xml, ERR_SYNTAX, "an object inside another one");
        return;
    }
    xml->kind = kind;
    xml->skip = str_eq(action, STR("delete")) || str_eq(visible, STR("false"));
    xml->id = osm_xml_id(xml, attributes, "id");
    xml->spans.count = xml->refs.count = xml->roles.count = xml->members.count = 0;
    buf_reset(&xml->text);
    if (kind == OSM_XML_NODE && !xml->skip)
        xml->at = osm_xml_position(xml, osm_xml_attribute(attributes, "lat"),
                                   osm_xml_attribute(attributes, "lon"));
}

static void osm_xml_tag(struct osm_xml *xml, const char **attributes)
{
    struct osm_xml_span span =
        osm_xml_hold(xml, osm_xml_attribute(attributes, "k"), osm_xml_attribute(attributes, "v"));

    osm_xml_kept(xml, vec_push(&xml->spans, span));
}

static void osm_xml_member(struct osm_xml *xml, const char **attributes)
{
    struct str type = osm_xml_attribute(attributes, "type");
    struct osm_member member = {.id = osm_xml_id(xml, attributes, "ref")};

    if (str_eq(type, STR("node")))
        member.kind = OSM_NODE;
    else if (str_eq(type, STR("way")))
        member.kind = OSM_WAY;
    else if (str_eq(type, STR("relation")))
        member.kind = OSM_RELATION;
    else
        osm_xml_fail(xml, ERR_SYNTAX, "a member whose type is not node, way or relation");
    struct osm_xml_span role =
        osm_xml_hold(xml, osm_xml_attribute(attributes, "role"), (struct str){"", 0});
    osm_xml_kept(xml, vec_push(&xml->members, member));
    osm_xml_kept(xml, vec_push(&xml->roles, role));
}

static void osm_xml_bounds(struct osm_xml *xml, const char **attributes)
{
    struct wgs84 min = osm_xml_position(xml, osm_xml_attribute(attributes, "minlat"),
                                        osm_xml_attribute(attributes, "minlon"));
    struct wgs84 max = osm_xml_position(xml, osm_xml_attribute(attributes, "maxlat"),
                                        osm_xml_attribute(attributes, "maxlon"));

    if (min.lat_e7 <= max.lat_e7 && min.lng_e7 <= max.lng_e7)
        xml->build->box = (struct geo_box){min, max};
}

static void osm_xml_root(struct osm_xml *xml, const char *name)
{
    if (strcmp(name, "osm"))
        osm_xml_fail(xml, ERR_UNSUPPORTED,
                     "is XML, but no OpenStreetMap file: its root element must be <osm>");
    xml->root_seen = true;
}

static enum osm_xml_kind osm_xml_kind_of(const char *name)
{
    static const char *const names[] = {"", "node", "way", "relation"};

    for (unsigned i = OSM_XML_NODE; i < COUNT_OF(names); i++)
        if (!strcmp(name, names[i]))
            return (enum osm_xml_kind)i;
    return OSM_XML_NONE;
}

/* What stands inside an object. */
static void osm_xml_part(struct osm_xml *xml, const char *name, const char **attributes)
{
    if (!strcmp(name, "tag"))
        osm_xml_tag(xml, attributes);
    else if (xml->kind == OSM_XML_WAY && !strcmp(name, "nd"))
        osm_xml_kept(xml, vec_push(&xml->refs, osm_xml_id(xml, attributes, "ref")));
    else if (xml->kind == OSM_XML_RELATION && !strcmp(name, "member"))
        osm_xml_member(xml, attributes);
}

static void XMLCALL osm_xml_start(void *context, const char *name, const char **attributes)
{
    struct osm_xml *xml = context;

    if (xml->err)
        return;
    enum osm_xml_kind kind = osm_xml_kind_of(name);
    if (!xml->root_seen)
        osm_xml_root(xml, name);
    else if (kind != OSM_XML_NONE)
        osm_xml_begin(xml, kind, attributes);
    else if (!strcmp(name, "bounds"))
        osm_xml_bounds(xml, attributes);
    else if (xml->kind != OSM_XML_NONE)
        osm_xml_part(xml, name, attributes);
}

/* Text stands still now; spans become strings. */
static void osm_xml_texts(struct osm_xml *xml)
{
    const char *text = buf_text(&xml->text).data;

    osm_xml_kept(xml, buf_err(&xml->text));
    xml->tags.count = 0;
    for (size_t i = 0; !xml->err && i < xml->spans.count; i++) {
        const struct osm_xml_span *span = &xml->spans.items[i];
        osm_xml_kept(
            xml, vec_push(&xml->tags, (struct osm_tag){{text + span->key, span->key_size},
                                                       {text + span->value, span->value_size}}));
    }
    for (size_t i = 0; !xml->err && i < xml->members.count; i++)
        xml->members.items[i].role =
            (struct str){text + xml->roles.items[i].key, xml->roles.items[i].key_size};
}

static void osm_xml_object(struct osm_xml *xml, enum osm_xml_kind kind)
{
    xml->kind = OSM_XML_NONE;
    if (xml->skip)
        return;
    osm_xml_texts(xml);
    if (xml->err)
        return;
    struct osm_tags tags = {xml->tags.items, xml->tags.count};
    if (kind == OSM_XML_NODE)
        osm_xml_kept(xml, osm_build_node(xml->build, xml->id, xml->at, tags));
    else if (kind == OSM_XML_WAY)
        osm_xml_kept(xml,
                     osm_build_way(xml->build, xml->id, xml->refs.items, xml->refs.count, tags));
    else
        osm_xml_kept(xml,
                     osm_build_relation(xml->build, xml->members.items, xml->members.count, tags));
}

static void XMLCALL osm_xml_end(void *context, const char *name)
{
    struct osm_xml *xml = context;

    if (!xml->err && xml->kind != OSM_XML_NONE && osm_xml_kind_of(name) == xml->kind)
        osm_xml_object(xml, xml->kind);
}

static void XMLCALL osm_xml_doctype(void *context, const char *name, const char *system_id,
                                    const char *public_id, int has_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    osm_xml_fail(context, ERR_UNSUPPORTED, "a document type, which map files do not have");
}

/* expat's own errors, where no handler has spoken. */
static enum err osm_xml_error(struct osm_xml *xml)
{
    enum XML_Error code = XML_GetErrorCode(xml->parser);

    if (code == XML_ERROR_NO_MEMORY) {
        osm_xml_fail(xml, ERR_NOMEM, "no memory to read the file");
    } else if (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN) {
        osm_xml_fail(xml, ERR_TRUNCATED, "the file ends in the middle; fetch it again");
    } else {
        osm_xml_fail(xml, ERR_SYNTAX, XML_ErrorString(code));
    }
    return xml->err;
}

static enum err osm_xml_run(struct osm_xml *xml)
{
    size_t got = OSM_XML_STEP;

    while (!xml->err && got == OSM_XML_STEP) {
        char *room = XML_GetBuffer(xml->parser, OSM_XML_STEP);
        if (!room)
            return osm_xml_error(xml);
        enum err err = osm_source_read(xml->source, OSM_XML_STEP, room, &got, xml->diag);
        if (err)
            return err;
        if (XML_ParseBuffer(xml->parser, (int)got, got < OSM_XML_STEP) != XML_STATUS_OK &&
            !xml->err)
            return osm_xml_error(xml);
    }
    return xml->err;
}

enum err osm_xml_read(struct osm_source *source, struct osm_build *build, struct diag *diag)
{
    static const XML_Memory_Handling_Suite memory = {osm_xml_alloc, osm_xml_resize,
                                                     osm_xml_release};
    struct osm_xml xml = {.source = source, .build = build, .diag = diag};

    xml.parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    if (!xml.parser)
        return diag_at(diag, ERR_NOMEM, osm_source_name(source), 0, 0,
                       "no memory to read the file");
    buf_init(&xml.text, OSM_XML_OBJECT_TEXT_MAX);
    XML_SetUserData(xml.parser, &xml);
    XML_SetElementHandler(xml.parser, osm_xml_start, osm_xml_end);
    XML_SetStartDoctypeDeclHandler(xml.parser, osm_xml_doctype);
    enum err err = osm_xml_run(&xml);
    XML_ParserFree(xml.parser);
    buf_done(&xml.text);
    vec_done(&xml.spans);
    vec_done(&xml.tags);
    vec_done(&xml.refs);
    vec_done(&xml.roles);
    vec_done(&xml.members);
    return err;
}
