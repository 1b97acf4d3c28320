/* lorawan.c - models, facts, and the way to each maker's decoder. */
#include "wire/lorawan/lorawan.h"

#include <stdio.h>
#include <string.h>

#include "wire/lorawan/parts.h"

static const struct {
    const char *name;
    const char *maker;
    double min_mm;
    double max_mm;
} wire_lora_rows[WIRE_LORA_MODEL_COUNT] = {[WIRE_LORA_UNKNOWN] = {"unknown", "unknown", 0, 0},
#define X(code, name, maker, min_mm, max_mm) [WIRE_LORA_##code] = {name, maker, min_mm, max_mm},
                                           WIRE_LORA_LIST(X)
#undef X
};

static size_t wire_lora_row(enum wire_lora_model model)
{
    return (unsigned)model < WIRE_LORA_MODEL_COUNT ? (unsigned)model : WIRE_LORA_UNKNOWN;
}

const char *wire_lora_model_text(enum wire_lora_model model)
{
    return wire_lora_rows[wire_lora_row(model)].name;
}

const char *wire_lora_maker_text(enum wire_lora_model model)
{
    return wire_lora_rows[wire_lora_row(model)].maker;
}

/* Lower case, without what may stand between the parts of a name. Cut at the room's end. */
static struct str wire_lora_plain(struct str text, size_t room_size, char *room)
{
    size_t size = 0;

    for (size_t i = 0; i < text.size && size < room_size; i++) {
        char c = text.data[i];
        if (c == '-' || c == '_' || c == ' ')
            continue;
        room[size++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return (struct str){room, size};
}

static bool wire_lora_holds(struct str text, struct str part)
{
    for (size_t i = 0; part.size + i <= text.size; i++)
        if (memcmp(text.data + i, part.data, part.size) == 0)
            return true;
    return false;
}

enum wire_lora_model wire_lora_model_of(struct str text)
{
    char text_room[WIRE_BIN_DEVICE_MAX];
    char name_room[16];
    struct str plain = wire_lora_plain(text, sizeof text_room, text_room);
    enum wire_lora_model found = WIRE_LORA_UNKNOWN;
    size_t found_size = 0;

    for (unsigned i = WIRE_LORA_UNKNOWN + 1; i < WIRE_LORA_MODEL_COUNT; i++) {
        struct str name =
            wire_lora_plain(str_of(wire_lora_rows[i].name), sizeof name_room, name_room);
        /* the longest: LDDS75LB would otherwise be taken for LDDS75 */
        if (name.size > found_size && wire_lora_holds(plain, name)) {
            found = (enum wire_lora_model)i;
            found_size = name.size;
        }
    }
    return found;
}

/* --- facts --- */

static struct wire_lora_fact *wire_lora_fact(struct wire_lora_facts *facts, const char *name,
                                             enum wire_lora_fact_kind kind)
{
    size_t i = 0;

    while (i < facts->count && strcmp(facts->items[i].name, name) != 0)
        i++;
    ASSERT(i < WIRE_LORA_FACTS_MAX); /* names are constants of the decoders, fewer than that */
    if (i == facts->count)
        facts->count++;
    facts->items[i] = (struct wire_lora_fact){.name = name, .kind = kind};
    return &facts->items[i];
}

void wire_lora_fact_number(struct wire_lora_facts *facts, const char *name, double number,
                           uint8_t decimals)
{
    if (!facts)
        return;
    struct wire_lora_fact *fact = wire_lora_fact(facts, name, WIRE_LORA_FACT_NUMBER);
    fact->number = number;
    fact->decimals = decimals;
}

void wire_lora_fact_text(struct wire_lora_facts *facts, const char *name, const char *format, ...)
{
    va_list args;

    if (!facts)
        return;
    struct wire_lora_fact *fact = wire_lora_fact(facts, name, WIRE_LORA_FACT_TEXT);
    va_start(args, format);
    int size = vsnprintf(fact->text, sizeof fact->text, format, args);
    va_end(args);
    ASSERT(size >= 0 && (size_t)size < sizeof fact->text); /* words of ours and small numbers */
}

void wire_lora_fact_measure(struct wire_lora_facts *facts, const char *name, const char *label,
                            double number, uint8_t decimals, const char *unit)
{
    if (!facts)
        return;
    struct wire_lora_fact *fact = wire_lora_fact(facts, name, WIRE_LORA_FACT_MEASURE);
    fact->number = number;
    fact->decimals = decimals;
    fact->label = label;
    fact->unit = unit;
}

void wire_lora_fact_list(struct wire_lora_facts *facts, const char *name,
                         enum wire_lora_fact_kind kind, struct bytes list)
{
    if (facts)
        wire_lora_fact(facts, name, kind)->list = list;
}

static void wire_lora_measure_write(const struct wire_lora_fact *fact, struct jw *jw)
{
    jw_object(jw);
    jw_key(jw, "displayName");
    jw_text(jw, fact->label);
    jw_key(jw, "value");
    jw_f64(jw, fact->number, fact->decimals);
    if (fact->unit) {
        jw_key(jw, "unit");
        jw_text(jw, fact->unit);
    }
    jw_object_end(jw);
}

static void wire_lora_list_write(const struct wire_lora_fact *fact, struct jw *jw)
{
    struct rd rd = {.left = fact->list};
    uint32_t at_s;
    uint16_t mm;

    jw_array(jw);
    if (fact->kind == WIRE_LORA_FACT_DISTANCES) {
        while (rd.left.size >= 2)
            jw_i64(jw, rd_u16(&rd));
    } else {
        while (wire_lora_milesight_history(&rd, &at_s, &mm)) {
            jw_object(jw);
            jw_key(jw, "timestamp");
            jw_i64(jw, at_s);
            jw_key(jw, "distance");
            jw_i64(jw, mm);
            jw_object_end(jw);
        }
    }
    jw_array_end(jw);
}

void wire_lora_facts_write(const struct wire_lora_facts *facts, struct jw *jw)
{
    jw_object(jw);
    for (size_t i = 0; i < facts->count; i++) {
        const struct wire_lora_fact *fact = &facts->items[i];
        jw_key(jw, fact->name);
        if (fact->kind == WIRE_LORA_FACT_NUMBER)
            jw_f64(jw, fact->number, fact->decimals);
        else if (fact->kind == WIRE_LORA_FACT_TEXT)
            jw_text(jw, fact->text);
        else if (fact->kind == WIRE_LORA_FACT_MEASURE)
            wire_lora_measure_write(fact, jw);
        else
            wire_lora_list_write(fact, jw);
    }
    jw_object_end(jw);
}

/* --- readings --- */

void wire_lora_distance(struct wire_bin_reading *reading, enum wire_lora_model model,
                        double distance_mm)
{
    size_t row = wire_lora_row(model);

    reading->distance_mm = distance_mm;
    reading->fields |= WIRE_BIN_DISTANCE;
    reading->fields &= ~(uint32_t)WIRE_BIN_INVALID;
    if (distance_mm <= wire_lora_rows[row].min_mm || distance_mm >= wire_lora_rows[row].max_mm)
        reading->fields |= WIRE_BIN_INVALID;
}

enum err wire_lora_keep(struct wire_lora_work *work, const struct wire_bin_reading *reading)
{
    if (reading->fields == 0)
        return OK;
    enum err err = wire_bin_push(work->readings, reading);
    if (err)
        return diag_set(work->diag, err, "the payload's readings: %s", err_text(err));
    return OK;
}

enum err wire_lora_decode(const struct wire_lora_uplink *uplink, struct wire_lora_facts *ret_facts,
                          struct wire_bin_readings *ret_readings, struct diag *diag)
{
    struct wire_lora_work work = {uplink, ret_facts, ret_readings, diag, OK};

    if (ret_facts)
        ret_facts->count = 0;
    switch (uplink->model) {
    case WIRE_LORA_EM310_UDL:
    case WIRE_LORA_EM500_UDL:
    case WIRE_LORA_EM400_TLD:
    case WIRE_LORA_EM400_MUD:
    case WIRE_LORA_EM400_UDL:
        return wire_lora_milesight(&work);
    case WIRE_LORA_LDDS75:
    case WIRE_LORA_LDDS20:
    case WIRE_LORA_LDDS45:
    case WIRE_LORA_DDS75_LB:
        return wire_lora_dragino(&work);
    case WIRE_LORA_DL_MBX:
        return wire_lora_decentlab(&work);
    case WIRE_LORA_UNKNOWN:
    case WIRE_LORA_MODEL_COUNT:
        break;
    }
    return diag_set(diag, ERR_UNSUPPORTED,
                    "the sensor's model is not known; name it where the sensor is paired");
}
