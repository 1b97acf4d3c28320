/* profile.c - what a usual vehicle of the service may do. */
#include "road/road.h"

struct road_profile road_profile_truck(void)
{
    return (struct road_profile){.mass_kg = 0,
                                 .height_cm = 0,
                                 .speed_kmh_max = 80,
                                 .straight_ms = 1000,
                                 .right_ms = 3000,
                                 .left_ms = 7000,
                                 .u_turn_ms = 30000,
                                 .dead_end_ms = 20000,
                                 .ignore_access = true};
}
