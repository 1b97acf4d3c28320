/* of_senml.c - records of SenML, each one number, put together as readings.
 *
 * A name ends with what was measured ("urn:dev:mac:24e124fffe013b01:fill"); what is before it is the
 * device. Records of one device and one time are one reading. What is not a bin's is passed over;
 * a pack with nothing of a bin is refused, as a name was probably mistyped.
 */
#include "wire/bin/parts.h"

enum { WIRE_BIN_BACK_MAX = 64 }; /* readings looked back through for one to add to */

enum wire_bin_word {
    WIRE_BIN_W_NONE,
    WIRE_BIN_W_FILL,
    WIRE_BIN_W_DISTANCE,
    WIRE_BIN_W_BATTERY,
    WIRE_BIN_W_TEMPERATURE,
    WIRE_BIN_W_WEIGHT,
    WIRE_BIN_W_LAT,
    WIRE_BIN_W_LNG,
    WIRE_BIN_W_TILT,
    WIRE_BIN_W_ALARM,
};

static const struct {
    const char *text;
    enum wire_bin_word word;
} wire_bin_words[] = {
    {"fill", WIRE_BIN_W_FILL},
    {"filling", WIRE_BIN_W_FILL},
    {"level", WIRE_BIN_W_FILL},
    {"distance", WIRE_BIN_W_DISTANCE},
    {"battery", WIRE_BIN_W_BATTERY},
    {"temp", WIRE_BIN_W_TEMPERATURE},
    {"temperature", WIRE_BIN_W_TEMPERATURE},
    {"weight", WIRE_BIN_W_WEIGHT},
    {"mass", WIRE_BIN_W_WEIGHT},
    {"lat", WIRE_BIN_W_LAT},
    {"latitude", WIRE_BIN_W_LAT},
    {"lon", WIRE_BIN_W_LNG},
    {"lng", WIRE_BIN_W_LNG},
    {"longitude", WIRE_BIN_W_LNG},
    {"tilt", WIRE_BIN_W_TILT},
    {"alarm", WIRE_BIN_W_ALARM},
};

/* Units by word. With WIRE_BIN_W_NONE: units that say by themselves what was measured. */
static const struct {
    enum wire_bin_word word;
    const char *unit;
    enum wire_bin_quantity quantity;
    double scale;
    double offset;
} wire_bin_units[] = {
    {WIRE_BIN_W_FILL, "/", WIRE_BIN_Q_FILL, 1, 0},
    {WIRE_BIN_W_FILL, "%", WIRE_BIN_Q_FILL, 0.01, 0},
    {WIRE_BIN_W_FILL, "/100", WIRE_BIN_Q_FILL, 0.01, 0},
    {WIRE_BIN_W_DISTANCE, "m", WIRE_BIN_Q_DISTANCE, 1000, 0},
    {WIRE_BIN_W_DISTANCE, "cm", WIRE_BIN_Q_DISTANCE, 10, 0},
    {WIRE_BIN_W_DISTANCE, "mm", WIRE_BIN_Q_DISTANCE, 1, 0},
    {WIRE_BIN_W_BATTERY, "%EL", WIRE_BIN_Q_BATTERY_PCT, 1, 0},
    {WIRE_BIN_W_BATTERY, "%", WIRE_BIN_Q_BATTERY_PCT, 1, 0},
    {WIRE_BIN_W_BATTERY, "V", WIRE_BIN_Q_BATTERY_V, 1, 0},
    {WIRE_BIN_W_BATTERY, "mV", WIRE_BIN_Q_BATTERY_V, 0.001, 0},
    {WIRE_BIN_W_TEMPERATURE, "Cel", WIRE_BIN_Q_TEMPERATURE, 1, 0},
    {WIRE_BIN_W_TEMPERATURE, "K", WIRE_BIN_Q_TEMPERATURE, 1, -273.15},
    {WIRE_BIN_W_WEIGHT, "kg", WIRE_BIN_Q_WEIGHT, 1, 0},
    {WIRE_BIN_W_WEIGHT, "g", WIRE_BIN_Q_WEIGHT, 0.001, 0},
    {WIRE_BIN_W_LAT, "lat", WIRE_BIN_Q_LAT, 1, 0},
    {WIRE_BIN_W_LNG, "lon", WIRE_BIN_Q_LNG, 1, 0},
    {WIRE_BIN_W_NONE, "%EL", WIRE_BIN_Q_BATTERY_PCT, 1, 0},
    {WIRE_BIN_W_NONE, "Cel", WIRE_BIN_Q_TEMPERATURE, 1, 0},
    {WIRE_BIN_W_NONE, "kg", WIRE_BIN_Q_WEIGHT, 1, 0},
    {WIRE_BIN_W_NONE, "lat", WIRE_BIN_Q_LAT, 1, 0},
    {WIRE_BIN_W_NONE, "lon", WIRE_BIN_Q_LNG, 1, 0},
};

/* Cuts the word off the name, where it ends with one; the rest is the device. */
static enum wire_bin_word wire_bin_word_of(struct str *name)
{
    size_t begin = name->size;

    while (begin > 0 && name->data[begin - 1] != ':' && name->data[begin - 1] != '/')
        begin--;
    struct str last = {name->data + begin, name->size - begin};
    for (size_t i = 0; i < COUNT_OF(wire_bin_words); i++)
        if (str_eq(last, str_of(wire_bin_words[i].text))) {
            name->size = begin ? begin - 1 : 0;
            return wire_bin_words[i].word;
        }
    return WIRE_BIN_W_NONE;
}

/* What one record says, before it finds its reading. */
struct wire_bin_said {
    struct str device;
    uint32_t bit; /* 0: nothing of a bin */
    enum wire_bin_quantity quantity;
    double value;
    bool flag;
};

static void wire_bin_say_flag(const struct wire_senml_record *record, enum wire_bin_word word,
                              struct wire_bin_said *said)
{
    if (!(record->fields & (WIRE_SENML_FLAG | WIRE_SENML_VALUE)))
        return;
    said->bit = word == WIRE_BIN_W_TILT ? WIRE_BIN_TILT : WIRE_BIN_ALARM;
    said->flag =
        record->fields & WIRE_SENML_FLAG ? record->flag : record->value < 0 || record->value > 0;
}

static struct wire_bin_said wire_bin_say(const struct wire_senml_record *record)
{
    struct wire_bin_said said = {.device = record->name};
    enum wire_bin_word word = wire_bin_word_of(&said.device);

    if (word == WIRE_BIN_W_TILT || word == WIRE_BIN_W_ALARM)
        wire_bin_say_flag(record, word, &said);
    if (said.bit || !(record->fields & WIRE_SENML_VALUE))
        return said;
    for (size_t i = 0; i < COUNT_OF(wire_bin_units); i++) {
        if (wire_bin_units[i].word != word || !str_eq(record->unit, str_of(wire_bin_units[i].unit)))
            continue;
        said.quantity = wire_bin_units[i].quantity;
        said.bit = wire_bin_bit(said.quantity);
        said.value = record->value * wire_bin_units[i].scale + wire_bin_units[i].offset;
        break;
    }
    return said;
}

/* The reading of that device and time that does not have the field yet, or a new one. */
static enum err wire_bin_reading_for(struct wire_bin_readings *readings,
                                     const struct wire_senml_record *record,
                                     const struct wire_bin_said *said,
                                     struct wire_bin_reading **ret)
{
    struct wire_bin_reading fresh = {
        .device = said->device, .at = record->at, .at_known = record->timed};

    for (size_t i = readings->count; i > 0 && readings->count - i < WIRE_BIN_BACK_MAX; i--) {
        struct wire_bin_reading *reading = &readings->items[i - 1];
        if (reading->at.us == record->at.us && reading->at_known == record->timed &&
            !(reading->fields & said->bit) && str_eq(reading->device, said->device)) {
            *ret = reading;
            return OK;
        }
    }
    enum err err = wire_bin_push(readings, &fresh);
    if (!err)
        *ret = &readings->items[readings->count - 1];
    return err;
}

static enum err wire_bin_take_record(struct wire_bin_readings *readings,
                                     const struct wire_senml_record *record, struct diag *diag)
{
    struct wire_bin_said said = wire_bin_say(record);
    struct wire_bin_reading *reading = NULL;

    if (said.bit == 0)
        return OK;
    enum err err = wire_bin_reading_for(readings, record, &said, &reading);
    if (err)
        return diag_set(diag, err, "the pack's readings: %s", err_text(err));
    if (said.bit & (WIRE_BIN_TILT | WIRE_BIN_ALARM)) {
        *(said.bit == WIRE_BIN_TILT ? &reading->tilt : &reading->alarm) = said.flag;
        reading->fields |= said.bit;
        return OK;
    }
    if (wire_bin_set(reading, said.quantity, said.value))
        return diag_set(diag, ERR_RANGE, "%g of `%.*s` is nothing that a bin has", record->value,
                        STR_ARG(record->name));
    return OK;
}

enum err wire_bin_senml(const struct wire_bin_message *message, struct arena *arena,
                        struct wire_bin_readings *readings, struct diag *diag)
{
    struct wire_senml_pack pack = {0};
    struct str text = {(const char *)message->body.data, message->body.size};
    size_t kept = 0;

    enum err err = message->kind == WIRE_BIN_KIND_SENML_JSON
                       ? wire_senml_read_json(text, message->now, arena, &pack, diag)
                       : wire_senml_read_cbor(message->body, message->now, arena, &pack, diag);
    for (size_t i = 0; !err && i < pack.count; i++)
        err = wire_bin_take_record(readings, &pack.items[i], diag);
    if (err)
        return err;
    for (size_t i = 0; i < readings->count; i++)
        if (wire_bin_whole(&readings->items[i]))
            readings->items[kept++] = readings->items[i];
    readings->count = kept;
    if (kept == 0 && pack.count > 0)
        return diag_set(diag, ERR_INVALID,
                        "no record is a bin's; names end with fill, distance, battery, "
                        "temperature, weight, tilt, alarm, lat or lon, each with its unit");
    return OK;
}
