/* osm_read_fuzz.c - any bytes as a map: an error or a map whose every index is in range. */
#include "base/err.h"
#include "fuzz.h"
#include "osm/osm.h"

enum { FUZZ_INFLATED_MAX = 1 << 22 }; /* keeps a run short */

static void fuzz_roads(const struct road_map *roads)
{
    for (uint32_t i = 0; i < roads->way_node_count; i++)
        ASSERT(roads->way_nodes[i] < roads->node_count);
    for (uint32_t i = 0; i < roads->way_count; i++) {
        ASSERT(roads->ways[i].node_count >= 2);
        ASSERT(roads->ways[i].node_first <= roads->way_node_count - roads->ways[i].node_count);
        ASSERT(roads->ways[i].class < ROAD_CLASS_COUNT);
    }
    for (uint32_t i = 0; i < roads->restriction_count; i++) {
        ASSERT(roads->restrictions[i].via_node < roads->node_count);
        ASSERT(roads->restrictions[i].from_way < roads->way_count);
        ASSERT(roads->restrictions[i].to_way < roads->way_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct osm_options options = {.bytes_max = FUZZ_INFLATED_MAX};
    struct osm_map *map = NULL;
    struct diag diag = {0};

    enum err err = osm_read_bytes("fuzz", (struct bytes){data, size}, &options, &map, &diag);
    ASSERT((err == OK) == (map != NULL));
    if (err)
        ASSERT(diag.text[0]);
    else
        fuzz_roads(&map->roads);
    osm_map_free(map);
    return 0;
}
