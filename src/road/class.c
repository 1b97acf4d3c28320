/* class.c - names of the classes of streets, as OpenStreetMap's highway values. */
#include "road/map.h"

const char *road_class_name(enum road_class class)
{
    static const char *const names[ROAD_CLASS_COUNT] = {
        [ROAD_MOTORWAY] = "motorway",
        [ROAD_TRUNK] = "trunk",
        [ROAD_PRIMARY] = "primary",
        [ROAD_SECONDARY] = "secondary",
        [ROAD_TERTIARY] = "tertiary",
        [ROAD_UNCLASSIFIED] = "unclassified",
        [ROAD_RESIDENTIAL] = "residential",
        [ROAD_LIVING_STREET] = "living_street",
        [ROAD_PEDESTRIAN] = "pedestrian",
        [ROAD_SERVICE] = "service",
        [ROAD_TRACK] = "track",
    };

    return (unsigned)class < ROAD_CLASS_COUNT ? names[class] : NULL;
}
