/* parts.h - the files of a city's folder, a reader each, and the tables of their fields.
 *
 * Layer      3, private to folder/
 */
#ifndef FOLDER_PARTS_H
#define FOLDER_PARTS_H

#include "folder/guide.h"
#include "folder/table.h"
#include "folder/tree.h"

enum {
    FOLDER_PLACES_MAX = 4000000,
    FOLDER_BINS_MAX = 8000000,
    FOLDER_FLEET_MAX = 60000,
    FOLDER_FACILITIES_MAX = 20000,
    FOLDER_HOLIDAYS_MAX = 4000,
    FOLDER_TARGETS_MAX = 20000,
    FOLDER_STAGES_MAX = 64,
    FOLDER_GUIDE_MAX = CIVIC_GUIDE_ITEMS_MAX,
};

/* city.yaml. A pack's has no id, name, box and population: the city that is made brings them. */
void folder_city_read(struct folder_reader *reader, const struct folder_node *root, bool pack);
void folder_city_write(const struct city *city, struct buf *out);
void folder_streams_read(struct folder_reader *reader, const struct folder_node *root);
void folder_streams_write(const struct city *city, struct buf *out);

void folder_places_read(struct folder_reader *reader, struct str content);
void folder_bins_read(struct folder_reader *reader, struct str content);
void folder_facilities_read(struct folder_reader *reader, struct str content);
void folder_fleet_read(struct folder_reader *reader, struct str content);
void folder_places_write(const struct city *city, struct buf *out);
void folder_bins_write(const struct city *city, struct buf *out);
void folder_facilities_write(const struct city *city, struct buf *out);
void folder_fleet_write(const struct city *city, struct buf *out);
/* The columns of fleet.csv that describe a kind of vehicle, not one vehicle. */
struct folder_fields folder_model_fields(void);

void folder_targets_read(struct folder_reader *reader, struct str content);
void folder_guide_read(struct folder_reader *reader, struct str content);
void folder_process_read(struct folder_reader *reader, const struct folder_node *root);

/* Reads one file and hands its content to `read`; a missing one is told unless it `may` miss. */
struct folder_file {
    const char *name;
    size_t bytes_max;
    bool may; /* miss */
    void (*read_text)(struct folder_reader *reader, struct str content);
    void (*read_tree)(struct folder_reader *reader, const struct folder_node *root);
};
void folder_file_read(struct folder_reader *reader, const char *folder,
                      const struct folder_file *file);
/* The same for a path of its own. */
void folder_path_read(struct folder_reader *reader, const char *path,
                      const struct folder_file *file);

#endif
