/* decentlab.c - DL-MBX of Decentlab: version, device, flags, then big-endian words for each flag.
 *
 * Source     decentlab-decoders, DL-MBX.
 */
#include "wire/lorawan/parts.h"

enum { WIRE_LORA_DECENTLAB_VERSION = 2, WIRE_LORA_DECENTLAB_FLAGS = 3 };

enum err wire_lora_decentlab(struct wire_lora_work *work)
{
    struct rd rd = {.left = work->uplink->data};
    struct wire_bin_reading reading = work->uplink->base;

    uint8_t version = rd_u8(&rd);
    uint16_t device = rd_u16(&rd);
    uint16_t flags = rd_u16(&rd);
    if (!rd.bad && (version != WIRE_LORA_DECENTLAB_VERSION || flags & ~WIRE_LORA_DECENTLAB_FLAGS))
        return diag_set(work->diag, ERR_UNSUPPORTED,
                        "version %u with flags %u of a DL-MBX is not known", version, flags);
    wire_lora_fact_number(work->facts, "protocol_version", version, 0);
    wire_lora_fact_number(work->facts, "device_id", device, 0);
    if (flags & 1) {
        uint16_t mm = rd_u16(&rd);
        uint16_t samples = rd_u16(&rd);
        wire_lora_fact_measure(work->facts, "distance", "Distance", mm, 0, "mm");
        wire_lora_fact_measure(work->facts, "number_of_valid_samples", "Number of valid samples",
                               samples, 0, NULL);
        wire_lora_distance(&reading, work->uplink->model, mm);
        if (samples == 0)
            reading.fields |= WIRE_BIN_INVALID;
    }
    if (flags & 2) {
        uint16_t mv = rd_u16(&rd);
        wire_lora_fact_measure(work->facts, "battery_voltage", "Battery voltage", mv / 1000.0, 3,
                               "V");
        reading.battery_v = mv / 1000.0;
        reading.fields |= WIRE_BIN_BATTERY_V;
    }
    if (rd.bad)
        return diag_set(work->diag, ERR_TRUNCATED, "the payload of a DL-MBX ends too early");
    return wire_lora_keep(work, &reading);
}
