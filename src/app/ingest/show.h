/* show.h - devices, commands and facts as JSON, for the API and for live events alike.
 *
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_INGEST_SHOW_H
#define APP_INGEST_SHOW_H

#include "app/ingest/command.h"
#include "base/jw.h"

void app_show_device(struct jw *jw, const struct app_device *device);
void app_show_command(struct jw *jw, const struct app_command *command, bool with_device);
/* {"kind":...,"id":...} or null */
void app_show_unit(struct jw *jw, const struct store_device *row);
/* RFC 3339; null for 0. */
void app_show_time(struct jw *jw, const char *key, struct utc_us at);
/* A row of stored positions. */
struct store_row;
void app_show_stored(struct jw *jw, const struct store_row *row);
/* The live events' data. */
void app_show_moved(struct jw *jw, const struct app_device *device);
void app_show_filled(struct jw *jw, const struct app_device *device);

#endif
