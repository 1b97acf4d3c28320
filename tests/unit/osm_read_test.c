/* osm_read_test.c - what is kept of a map, what is refused and where, round trip, out of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "osm/osm.h"
#include "osm/osm_write.h"

#define XML_HEAD "<?xml version='1.0'?>\n<osm version='0.6'>\n"
#define XML_NODES                             \
    "<node id='1' lat='47.0' lon='9.5'/>\n"   \
    "<node id='2' lat='47.001' lon='9.5'/>\n" \
    "<node id='3' lat='47.001' lon='9.501'/>\n"
#define XML_WAY(id, tags) "<way id='" id "'><nd ref='1'/><nd ref='2'/><nd ref='3'/>" tags "</way>\n"
#define XML_TAG(k, v) "<tag k='" k "' v='" v "'/>"

static struct osm_map *map;
static struct diag diag;

static enum err read_text(const char *text)
{
    struct bytes bytes = str_bytes(str_of(text));

    osm_map_free(map);
    map = NULL;
    diag = (struct diag){0};
    return osm_read_bytes("test.osm", bytes, NULL, &map, &diag);
}

static int teardown(void **state)
{
    (void)state;
    osm_map_free(map);
    map = NULL;
    return 0;
}

/* The one street of a file, made of the given tags. */
static const struct road_way *way_of(const char *tags)
{
    char text[2048];

    snprintf(text, sizeof text, XML_HEAD XML_NODES XML_WAY("7", "%s") "</osm>", tags);
    assert_int_equal(read_text(text), OK);
    assert_int_equal(map->roads.way_count, 1);
    return &map->roads.ways[0];
}

static void tags_become_limits_and_directions(void **state)
{
    const uint32_t both = ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD;
    static const struct {
        const char *tags;
        enum road_class class;
        uint32_t flags;
    } cases[] = {
        {XML_TAG("highway", "residential"), ROAD_RESIDENTIAL, both},
        {XML_TAG("highway", "motorway"), ROAD_MOTORWAY, ROAD_WAY_FORWARD},
        {XML_TAG("highway", "primary_link") XML_TAG("oneway", "-1"), ROAD_PRIMARY,
         ROAD_WAY_BACKWARD | ROAD_WAY_LINK},
        {XML_TAG("highway", "tertiary") XML_TAG("junction", "roundabout"), ROAD_TERTIARY,
         ROAD_WAY_FORWARD | ROAD_WAY_ROUNDABOUT},
        {XML_TAG("highway", "service") XML_TAG("access", "private"), ROAD_SERVICE,
         both | ROAD_WAY_PRIVATE},
        {XML_TAG("highway", "service") XML_TAG("access", "no"), ROAD_SERVICE,
         both | ROAD_WAY_NO_ACCESS},
        {XML_TAG("highway", "track") XML_TAG("access", "no") XML_TAG("motor_vehicle", "yes"),
         ROAD_TRACK, both},
        {XML_TAG("highway", "pedestrian") XML_TAG("motor_vehicle", "no"), ROAD_PEDESTRIAN,
         both | ROAD_WAY_PRIVATE},
        {XML_TAG("highway", "secondary") XML_TAG("bridge", "yes") XML_TAG("tunnel", "no"),
         ROAD_SECONDARY, both | ROAD_WAY_BRIDGE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct road_way *way = way_of(cases[i].tags);
        assert_int_equal(way->class, cases[i].class);
        assert_int_equal(way->flags, cases[i].flags);
    }
}

static void units_are_understood_and_nonsense_is_counted(void **state)
{
    (void)state;
    const struct road_way *way = way_of(
        XML_TAG("highway", "residential") XML_TAG("maxspeed", "30 mph") XML_TAG("maxweight", "7.5")
            XML_TAG("maxheight", "3,8 m") XML_TAG("width", "6") XML_TAG("lanes", "2")
                XML_TAG("name", "解放路") XML_TAG("name:en", "Jiefang"));
    assert_int_equal(way->speed_kmh, 48);
    assert_int_equal(way->mass_kg_max, 7500);
    assert_int_equal(way->height_cm_max, 380);
    assert_int_equal(way->width_dm, 60);
    assert_int_equal(way->lanes, 2);
    assert_true(str_eq(way->name, STR("解放路")));
    assert_true(str_eq(way->name_en, STR("Jiefang")));
    assert_int_equal(map->counts.tags_ignored, 0);

    way = way_of(XML_TAG("highway", "residential") XML_TAG("maxheight", "12&apos;6&quot;")
                     XML_TAG("hgv", "no") XML_TAG("maxspeed", "DE:urban"));
    assert_int_equal(way->height_cm_max, 381);
    assert_int_equal(way->mass_kg_max, 3500);
    assert_int_equal(way->speed_kmh, 50);

    way = way_of(XML_TAG("highway", "residential") XML_TAG("maxspeed", "fast")
                     XML_TAG("maxweight", "heavy") XML_TAG("lanes", "-3"));
    assert_int_equal(way->speed_kmh, 0);
    assert_int_equal(way->mass_kg_max, 0);
    assert_int_equal(map->counts.tags_ignored, 3);
}

static void a_way_is_cut_where_its_nodes_are_missing(void **state)
{
    (void)state;
    assert_int_equal(read_text(XML_HEAD XML_NODES
                               "<way id='7'><nd ref='1'/><nd ref='2'/><nd ref='99'/><nd ref='3'/>"
                               "<nd ref='2'/><nd ref='98'/><nd ref='1'/>" XML_TAG(
                                   "highway", "residential") "</way></osm>"),
                     OK);
    assert_int_equal(map->roads.way_count, 2);
    assert_int_equal(map->roads.ways[0].node_count, 2);
    assert_int_equal(map->roads.ways[1].node_count, 2);
    assert_int_equal(map->roads.ways[1].id, 7);
    assert_int_equal(map->counts.ways_cut, 1);
}

static void buildings_containers_and_places_are_kept(void **state)
{
    (void)state;
    assert_int_equal(
        read_text(XML_HEAD XML_NODES "<node id='4' lat='47.0' lon='9.501'>" XML_TAG(
            "amenity",
            "recycling") "</node>"
                         "<node id='5' lat='47.5' lon='9.4'>" XML_TAG("place", "suburb")
                             XML_TAG("name", "城南") XML_TAG(
                                 "population",
                                 "1200") "</node>"
                                         "<way id='8'><nd ref='1'/><nd ref='2'/><nd ref='3'/><nd "
                                         "ref='4'/><nd ref='1'/>" XML_TAG("building", "apartments")
                                             XML_TAG("building:levels", "6") "</way>" XML_WAY(
                                                 "7", XML_TAG("highway", "residential")) "</osm>"),
        OK);
    assert_int_equal(map->building_count, 1);
    assert_true(str_eq(map->buildings[0].kind, STR("apartments")));
    assert_int_equal(map->buildings[0].levels, 6);
    /* 0.001 degree is 111.2 m north and 75.8 m east at 47 degrees. */
    assert_true(map->buildings[0].area_m2 > 8300 && map->buildings[0].area_m2 < 8550);
    assert_int_equal(map->point_count, 1);
    assert_true(str_eq(map->points[0].kind, STR("recycling")));
    assert_int_equal(map->place_count, 1);
    assert_int_equal(map->places[0].population, 1200);
}

static const char restricted_town[] =
    XML_HEAD "<node id='1' lat='47.0' lon='9.5'/>"
             "<node id='2' lat='47.001' lon='9.5'><tag k='barrier' v='bollard'/></node>"
             "<node id='3' lat='47.001' lon='9.501'/>"
             "<way id='7'><nd ref='1'/><nd ref='2'/><tag k='highway' v='residential'/></way>"
             "<way id='8'><nd ref='2'/><nd ref='3'/><tag k='highway' v='residential'/></way>"
             "<relation id='1'><member type='way' ref='7' role='from'/>"
             "<member type='node' ref='2' role='via'/><member type='way' ref='8' role='to'/>"
             "<tag k='type' v='restriction'/><tag k='restriction' v='only_right_turn'/></relation>"
             "<relation id='2'><member type='way' ref='7' role='from'/>"
             "<member type='way' ref='8' role='via'/><member type='way' ref='8' role='to'/>"
             "<tag k='type' v='restriction'/><tag k='restriction' v='no_u_turn'/></relation></osm>";

static void restrictions_and_barriers_reach_the_streets(void **state)
{
    (void)state;
    assert_int_equal(read_text(restricted_town), OK);
    assert_int_equal(map->roads.restriction_count, 1);
    assert_true(map->roads.restrictions[0].only);
    assert_int_equal(map->counts.restrictions_ignored, 1);
    assert_int_equal(map->roads.node_flags[map->roads.restrictions[0].via_node], ROAD_NODE_BARRIER);
}

static void clockwise_roundabouts_tell_left_hand_traffic(void **state)
{
    const char *clockwise = XML_HEAD XML_NODES "<way id='7'><nd ref='1'/><nd ref='2'/><nd ref='3'/>"
                                               "<nd ref='1'/>" XML_TAG("highway", "primary")
                                                   XML_TAG("junction", "roundabout") "</way></osm>";
    const char *counter = XML_HEAD XML_NODES "<way id='7'><nd ref='3'/><nd ref='2'/><nd ref='1'/>"
                                             "<nd ref='3'/>" XML_TAG("highway", "primary")
                                                 XML_TAG("junction", "roundabout") "</way></osm>";

    (void)state;
    assert_int_equal(read_text(clockwise), OK);
    assert_true(map->roads.left_hand_traffic);
    assert_int_equal(read_text(counter), OK);
    assert_false(map->roads.left_hand_traffic);
}

static void bad_xml_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text;
        enum err err;
        uint64_t line;
        const char *says;
    } cases[] = {
        {"", ERR_UNSUPPORTED, 0, "empty"},
        {"hello", ERR_UNSUPPORTED, 0, "no OpenStreetMap file"},
        {"<html></html>", ERR_UNSUPPORTED, 1, "<osm>"},
        {XML_HEAD "<node id='1' lat='97.0' lon='9'/></osm>", ERR_RANGE, 3, "outside the globe"},
        {XML_HEAD "<node id='1' lat='north' lon='9'/></osm>", ERR_SYNTAX, 3, "not a number"},
        {XML_HEAD "<node id='x' lat='7' lon='9'/></osm>", ERR_SYNTAX, 3, "whole number"},
        {XML_HEAD "<node id='1' lat='7' lon='9'/>\n<way id", ERR_TRUNCATED, 4,
         "ends in the middle"},
        {XML_HEAD "<node id='1' lat='7' lon='9'>\n</way></osm>", ERR_SYNTAX, 4, "mismatched"},
        {"<!DOCTYPE osm [<!ENTITY a 'aa'>]><osm></osm>", ERR_UNSUPPORTED, 1, "document type"},
        {XML_HEAD "</osm>", ERR_INVALID, 0, "no street"},
        {XML_HEAD "<way id='7'>" XML_TAG("highway", "primary") "</way></osm>", ERR_INVALID, 0,
         "way 7"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(read_text(cases[i].text), cases[i].err);
        assert_null(map);
        assert_string_equal(diag.file, "test.osm");
        assert_int_equal(diag.line, cases[i].line);
        assert_non_null(strstr(diag.text, cases[i].says));
    }
}

static char folder[] = "/tmp/osm_read_XXXXXX";
static char path[64];
static struct buf pbf;

/* A small town by way of the writer. */
static int town_setup(void **state)
{
    struct geo_box box = {{470000000, 95000000}, {470100000, 95100000}};
    const struct osm_tag street[] = {{STR("highway"), STR("residential")},
                                     {STR("name"), STR("解放路")}};
    const struct osm_tag turn[] = {{STR("type"), STR("restriction")},
                                   {STR("restriction"), STR("no_left_turn")}};
    const struct osm_tag basket[] = {{STR("amenity"), STR("waste_basket")}};
    const int64_t first[] = {1, 2};
    const int64_t second[] = {2, 3};
    const struct osm_member members[] = {
        {OSM_WAY, 10, STR("from")}, {OSM_NODE, 2, STR("via")}, {OSM_WAY, 11, STR("to")}};
    struct osm_writer *writer;

    (void)state;
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/t.osm.pbf", folder);
    if (osm_writer_open(path, &box, &writer, NULL))
        return 1;
    osm_writer_node(writer, 1, (struct wgs84){470000000, -95000000}, NULL, 0);
    osm_writer_node(writer, 2, (struct wgs84){470050001, 95050000}, NULL, 0);
    osm_writer_node(writer, 3, (struct wgs84){-470100000, 95100007}, basket, 1);
    osm_writer_way(writer, 10, first, 2, street, 2);
    osm_writer_way(writer, 11, second, 2, street, 2);
    osm_writer_relation(writer, 20, members, 3, turn, 2);
    enum err err = osm_writer_finish(writer, NULL);
    osm_writer_close(writer);
    return err || file_read(path, 1 << 20, &pbf, NULL);
}

static int town_teardown(void **state)
{
    (void)state;
    buf_done(&pbf);
    unlink(path);
    return rmdir(folder);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    osm_map_free(map);
    map = NULL;
    assert_int_equal(osm_read(path, NULL, &map, &diag), OK);
    assert_int_equal(map->roads.way_count, 2);
    assert_int_equal(map->roads.ways[1].id, 11);
    assert_true(str_eq(map->roads.ways[1].name, STR("解放路")));
    assert_true(geo_same(map->roads.nodes[0], (struct wgs84){470000000, -95000000}));
    assert_true(geo_same(map->roads.nodes[1], (struct wgs84){470050001, 95050000}));
    assert_true(geo_same(map->roads.nodes[2], (struct wgs84){-470100000, 95100007}));
    assert_int_equal(map->roads.restriction_count, 1);
    assert_int_equal(map->point_count, 1);
    assert_true(geo_same(map->box.max, (struct wgs84){470100000, 95100000}));
}

static enum err read_pbf(size_t size, const struct osm_options *options)
{
    struct bytes bytes = {(const unsigned char *)pbf.data, size};

    osm_map_free(map);
    map = NULL;
    diag = (struct diag){0};
    return osm_read_bytes("t.pbf", bytes, options, &map, &diag);
}

static void every_cut_of_a_file_is_told(void **state)
{
    unsigned whole = 0;

    (void)state;
    for (size_t size = 0; size < pbf.size; size++) {
        enum err err = read_pbf(size, NULL);
        assert_true((err == OK) == (map != NULL));
        if (err == OK) {
            whole++;
            assert_int_equal(map->roads.restriction_count, 0);
            continue;
        }
        /* Cut between two blobs, the file is whole but lacks its streets. */
        assert_true(err == ERR_TRUNCATED || err == ERR_UNSUPPORTED || err == ERR_INVALID);
        assert_true(diag.text[0]);
    }
    assert_int_equal(whole, 1); /* right before the blob of relations, which may be absent */
    assert_int_equal(read_pbf(pbf.size, NULL), OK);
}

static void any_wrong_byte_is_survived(void **state)
{
    (void)state;
    for (size_t at = 0; at < pbf.size; at++)
        for (unsigned flip = 1; flip < 256; flip += 41) {
            pbf.data[at] ^= (char)flip;
            enum err err = read_pbf(pbf.size, NULL);
            assert_true(err == OK ? map != NULL : map == NULL && diag.text[0]);
            pbf.data[at] ^= (char)flip;
        }
}

static void endless_claims_are_refused_before_memory_is_taken(void **state)
{
    static const unsigned char billion[] =
        "\x00\x00\x00\x11\x0a\x09OSMHeader\x18\x80\xa0\xc2\x9e\x12";
    struct osm_options options = {.bytes_max = 100};

    (void)state;
    osm_map_free(map);
    map = NULL;
    enum err err =
        osm_read_bytes("big.pbf", (struct bytes){billion, sizeof billion - 1}, NULL, &map, &diag);
    assert_int_equal(err, ERR_LIMIT);
    assert_non_null(strstr(diag.text, "blob 1 at byte 0"));
    assert_int_equal(read_pbf(pbf.size, &options), ERR_LIMIT);
}

static enum err read_once(const char *text)
{
    struct osm_map *made = NULL;
    enum err err = text ? osm_read_bytes("t.osm", str_bytes(str_of(text)), NULL, &made, NULL)
                        : osm_read(path, NULL, &made, NULL);

    assert_true((err == OK) == (made != NULL));
    osm_map_free(made);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    const char *xml = XML_HEAD XML_NODES XML_WAY("7", XML_TAG("highway", "residential")) "</osm>";
    const char *files[] = {NULL, xml};

    (void)state;
    osm_map_free(map);
    map = NULL;
    for (size_t i = 0; i < COUNT_OF(files); i++)
        for (unsigned nth = 1;; nth++) {
            size_t before = mem_live_bytes();
            mem_fail_nth(nth);
            enum err err = read_once(files[i]);
            bool fired = mem_fail_fired();
            mem_fail_nth(0);
            assert_int_equal(mem_live_bytes(), before);
            assert_int_equal(err, fired ? ERR_NOMEM : OK);
            if (!fired)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_become_limits_and_directions),
        cmocka_unit_test(units_are_understood_and_nonsense_is_counted),
        cmocka_unit_test(a_way_is_cut_where_its_nodes_are_missing),
        cmocka_unit_test(buildings_containers_and_places_are_kept),
        cmocka_unit_test(restrictions_and_barriers_reach_the_streets),
        cmocka_unit_test(clockwise_roundabouts_tell_left_hand_traffic),
        cmocka_unit_test(bad_xml_is_refused_with_its_place),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(every_cut_of_a_file_is_told),
        cmocka_unit_test(any_wrong_byte_is_survived),
        cmocka_unit_test(endless_claims_are_refused_before_memory_is_taken),
        cmocka_unit_test_teardown(every_allocation_may_fail, teardown),
    };

    return cmocka_run_group_tests(tests, town_setup, town_teardown);
}
