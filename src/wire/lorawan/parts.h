/* parts.h - what the makers' decoders share.
 *
 * Threads    Any.
 * Layer      1, private to lorawan/
 */
#ifndef WIRE_LORAWAN_PARTS_H
#define WIRE_LORAWAN_PARTS_H

#include "base/rd.h"
#include "wire/lorawan/lorawan.h"

/* One uplink on its way to readings and facts. */
struct wire_lora_work {
    const struct wire_lora_uplink *uplink;
    struct wire_lora_facts *facts; /* may be NULL */
    struct wire_bin_readings *readings;
    struct diag *diag;
    enum err past_err; /* of a history's reading, kept where there was nowhere to return it */
};

void wire_lora_fact_number(struct wire_lora_facts *facts, const char *name, double number,
                           uint8_t decimals);
void wire_lora_fact_text(struct wire_lora_facts *facts, const char *name, const char *format, ...)
    PRINTF_LIKE(3, 4);
void wire_lora_fact_measure(struct wire_lora_facts *facts, const char *name, const char *label,
                            double number, uint8_t decimals, const char *unit);
void wire_lora_fact_list(struct wire_lora_facts *facts, const char *name,
                         enum wire_lora_fact_kind kind, struct bytes list);

/* Sets the distance, and INVALID where that model cannot mean a level by it. */
void wire_lora_distance(struct wire_bin_reading *reading, enum wire_lora_model model,
                        double distance_mm);
/* Appends `reading` when it says anything. */
MUST_USE enum err wire_lora_keep(struct wire_lora_work *work,
                                 const struct wire_bin_reading *reading);

MUST_USE enum err wire_lora_milesight(struct wire_lora_work *work);
/* The next entry of a history inside a channel list; false after the last. */
bool wire_lora_milesight_history(struct rd *rd, uint32_t *ret_s, uint16_t *ret_mm);
MUST_USE enum err wire_lora_dragino(struct wire_lora_work *work);
MUST_USE enum err wire_lora_decentlab(struct wire_lora_work *work);

#endif
