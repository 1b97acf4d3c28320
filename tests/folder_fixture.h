/* folder_fixture.h - a small city's folder in a temporary place, for tests. */
#ifndef TESTS_FOLDER_FIXTURE_H
#define TESTS_FOLDER_FIXTURE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static const struct {
    const char *name;
    const char *content;
} fixture_files[] = {
    {"city.yaml", "format: 1\n"
                  "id: tiny\n"
                  "name: {zh: 小城, en: Tiny}\n"
                  "population: 300\n"
                  "box: {south: 26.8, west: 112.5, north: 27.0, east: 112.7}\n"
                  "pack: none\n"
                  "utc_offset: \"+08:00\"\n"
                  "siting: {a1: 1.2, households_per_point: 40}\n"
                  "service: {stop_s: 60, bin_240l_s: 30, unserved_price: 500}\n"
                  "sweep_classes:\n"
                  "  - name: {zh: 一级, en: One}\n"
                  "    passes_per_day: 2\n"
                  "    passes_per_week: 14\n"
                  "    windows: [\"03:30-07:00\", \"20:00-25:00\"]\n"
                  "    both_sides: true\n"
                  "    kg_per_km: 60\n"
                  "    water_l_per_km: 250\n"
                  "road_classes: {primary: 1, residential: 1, service: 0}\n"
                  "calendar:\n"
                  "  rest_days: [saturday, sunday]\n"
                  "  holidays: [2026-10-01, 2026-10-02]\n"},
    {"streams.yaml", "streams:\n"
                     "  - code: F\n"
                     "    name: {zh: 厨余垃圾, en: Food}\n"
                     "    colour: \"#3F9C35\"\n"
                     "    density_kg_m3: 550\n"
                     "    density_compacted_kg_m3: 800\n"
                     "    share: 0.4\n"
                     "    collect_at_pct: 50\n"
                     "    clear_days: 1\n"
                     "    bin_litres: 240\n"
                     "    classes: [{zh: 家庭, en: Home}, Restaurant]\n"
                     "  - code: O\n"
                     "    name: Other\n"
                     "    colour: \"#4A4F55\"\n"
                     "    density_kg_m3: 180\n"
                     "    density_compacted_kg_m3: 350\n"
                     "    share: 0.6\n"
                     "    collect_at_pct: 60\n"
                     "    clear_days: 1.5\n"
                     "    bin_litres: 660\n"
                     "apart:\n"
                     "  - code: B\n"
                     "    name: {zh: 大件, en: Bulky}\n"
                     "    colour: \"#8A5A2B\"\n"
                     "    how: {zh: 预约, en: \"Book: by phone\"}\n"
                     "  - {code: G, name: Garden, colour: \"#6B8E23\", how: Bundle}\n"},
    {"places.csv", "id,kind,parent,name_zh,name_en,lat,lng,households,population\n"
                   "P1,point,C1,\"点,一\",Point 1,26.9,112.6,,\n"
                   "D1,district,,区,District,26.9,112.6,,\n"
                   "S1,street,D1,街道,Street,26.9,112.6,0,0\n"
                   "C1,compound,S1,小区,Court,26.91,112.61,100,300\n"},
    {"bins.csv", "id,place,stream,litres,fill_pct,lat,lng\n"
                 "B1,P1,F,240,50.5,26.9,112.6\n"
                 "B2,P1,O,660,101,26.9000001,112.6\n"},
    {"facilities.csv",
     "id,kind,name_zh,name_en,lat,lng,streams,open,close,unload_s,capacity_t_day\n"
     "F1,depot,车场,Depot,26.9,112.6,,00:00,48:00,0,0\n"
     "F2,incinerator,电厂,Plant,26.95,112.65,F;O,06:00,26:30,900,120.5\n"},
    {"fleet.csv",
     "id,plate,depot,kind,compartments,water_litres,shift_start,shift_end,break_s,crew,mass_kg,"
     "height_cm,speed_kmh_max,work_kmh,cost_day,cost_km,cost_hour,energy\n"
     "V1,湘D·00001,F1,truck,F:6000:4000;O:1000:500,,05:00,13:00,1800,2,8000,280,60,,300,3,80,"
     "diesel\n"
     "V2,湘D·00002,F1,sweeper,-:8000:5500,8000,22:00,30:00,1800,1,18000,300,60,6.5,400,4,40,"
     "electric\n"},
    {"targets.csv", "zone,indicator_zh,indicator_en,kind,value,unit,compare\n"
                    "A,指标,Indicator,absolute,12.5,%,ge:city_average\n"
                    "A,名次,Rank,rank,,position,improve_in:city\n"},
    {"processes/case.yaml",
     "format: 1\n"
     "id: case\n"
     "name: Case\n"
     "work_hours: [\"08:00-12:00\"]\n"
     "stages:\n"
     "  - {id: open, name: Open, next: [work, end]}\n"
     "  - {id: work, name: Work, limit: 2, clock: work_hour, evidence: [photo], next: [end]}\n"
     "  - {id: end, name: End}\n"
     "types:\n"
     "  - {id: litter, name: Litter, stage: work, limit: 1, clock: work_day}\n"},
    {"map.osm.pbf", "not read by the folder"},
};

/* Writes `content` to folder/name, making the folder above. */
static inline void fixture_put(const char *folder, const char *name, const char *content,
                               size_t size)
{
    char path[512];
    char above[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(above, sizeof above, "%s", path);
    *strrchr(above, '/') = '\0';
    mkdir(above, 0777);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(content, 1, size, file) != size || fclose(file))
        abort();
}

/* A fresh folder /tmp/yc-XXXXXX; its path goes into `ret_folder` (64 bytes). */
static inline void fixture_folder(char *ret_folder)
{
    snprintf(ret_folder, 64, "/tmp/yc-test-XXXXXX");
    if (!mkdtemp(ret_folder))
        abort();
}

static inline void fixture_city(char *ret_folder)
{
    fixture_folder(ret_folder);
    for (size_t i = 0; i < COUNT_OF(fixture_files); i++)
        fixture_put(ret_folder, fixture_files[i].name, fixture_files[i].content,
                    strlen(fixture_files[i].content));
}

static inline const char *fixture_content(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(fixture_files); i++)
        if (!strcmp(fixture_files[i].name, name))
            return fixture_files[i].content;
    abort();
}

/* Removes the files of the folder, of its `processes`, and the folder. */
static inline void fixture_remove(const char *folder)
{
    char path[FILE_PATH_MAX];

    if (file_join(sizeof path, path, folder, "processes"))
        abort();
    if (file_exists(path))
        fixture_remove(path);
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (!file_join(sizeof path, path, folder, entry->d_name))
            unlink(path);
    closedir(dir);
    rmdir(folder);
}

#endif
