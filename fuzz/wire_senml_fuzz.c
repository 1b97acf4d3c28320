/* wire_senml_fuzz.c - any bytes as a pack, in both forms: no crash, mistakes have words, and what is
 * resolved can be written and read again. */
#include "fuzz.h"
#include "wire/senml/senml.h"

static const struct utc_us now = {INT64_C(1790000000000000)};

static void same(const struct wire_senml_record *a, const struct wire_senml_record *b)
{
    /* CBOR has time as a double: a microsecond is what it keeps of the year 9999 */
    int64_t apart = a->at.us - b->at.us;

    ASSERT(str_eq(a->name, b->name));
    ASSERT(str_eq(a->unit, b->unit));
    ASSERT(a->fields == b->fields);
    ASSERT(apart >= -64 && apart <= 64);
    if (a->fields & WIRE_SENML_VALUE)
        ASSERT(!(a->value < b->value) && !(a->value > b->value));
    if (a->fields & WIRE_SENML_SUM)
        ASSERT(!(a->sum < b->sum) && !(a->sum > b->sum));
    if (a->fields & WIRE_SENML_TEXT)
        ASSERT(str_eq(a->text, b->text));
    if (a->fields & WIRE_SENML_DATA)
        ASSERT(a->data.size == b->data.size);
}

static bool absolute(const struct wire_senml_pack *pack)
{
    for (size_t i = 0; i < pack->count; i++)
        if (pack->items[i].timed && pack->items[i].at.us < INT64_C(268435456000000))
            return false; /* counted from now: written, it would count from now again */
    return pack->count > 0;
}

static void again(const struct wire_senml_pack *pack, struct arena *arena, bool cbor)
{
    struct wire_senml_pack second = {0};
    struct buf out;

    buf_init(&out, WIRE_SENML_BYTES_MAX);
    (cbor ? wire_senml_write_cbor : wire_senml_write_json)(pack->items, pack->count, STR("urn:"),
                                                           &out);
    if (!buf_err(&out)) {
        enum err err =
            cbor ? wire_senml_read_cbor(str_bytes(buf_text(&out)), now, arena, &second, NULL)
                 : wire_senml_read_json(buf_text(&out), now, arena, &second, NULL);
        if (err != ERR_NOMEM) {
            ASSERT(err == OK);
            ASSERT(second.count == pack->count);
            for (size_t i = 0; i < second.count; i++)
                same(&pack->items[i], &second.items[i]);
        }
    }
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;

    for (int cbor = 0; cbor < 2; cbor++) {
        struct wire_senml_pack pack = {0};
        struct diag diag = {0};
        arena_init(&arena, 16 << 20);
        enum err err =
            cbor ? wire_senml_read_cbor((struct bytes){data, size}, now, &arena, &pack, &diag)
                 : wire_senml_read_json((struct str){(const char *)data, size}, now, &arena, &pack,
                                        &diag);
        if (err) {
            ASSERT(diag.text[0]);
            ASSERT(pack.count == 0);
        } else if (absolute(&pack)) {
            again(&pack, &arena, false);
            again(&pack, &arena, true);
        }
        arena_done(&arena);
    }
    return 0;
}
