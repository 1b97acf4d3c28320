/* town_name.c - names out of the pack's words. */
#include <stdio.h>

#include "sim/town_parts.h"

enum { SIM_NAME_BYTES = 192, SIM_NAME_STEP = 7919 /* a prime, so that neighbours differ */ };

struct str sim_text(struct sim_town *town, const char *format, ...)
{
    char text[SIM_NAME_BYTES];
    struct str copy = STR("");
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (arena_str(&town->city->arena, str_of(text), &copy))
        town->err = ERR_NOMEM;
    return copy;
}

static uint32_t sim_gcd(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

struct city_name sim_name(struct sim_town *town, uint32_t key, enum folder_suffix suffix)
{
    const struct folder_pack *pack = town->pack;
    uint32_t combinations = pack->first.count * pack->second.count;
    uint32_t step = SIM_NAME_STEP;
    uint32_t shift = (uint32_t)(sim_hash(&town->plan, suffix, 0, SIM_NAME) % combinations);
    uint32_t round = key / combinations;

    while (sim_gcd(step, combinations) != 1)
        step++;
    uint32_t at = (uint32_t)(((uint64_t)key % combinations * step + shift) % combinations);
    const struct city_name *first = &pack->first.items[at % pack->first.count];
    const struct city_name *second = &pack->second.items[at / pack->first.count];
    const struct city_name *end = &pack->suffixes[suffix];
    char number[16] = "";
    if (round)
        snprintf(number, sizeof number, " %u", round + 1);
    return (struct city_name){
        sim_text(town, "%.*s%.*s%.*s%s", STR_ARG(first->zh), STR_ARG(second->zh), STR_ARG(end->zh),
                 number),
        sim_text(town, "%.*s%.*s%.*s%s", STR_ARG(first->en), STR_ARG(second->en), STR_ARG(end->en),
                 number),
    };
}
