/* What a truck's body said. The bodies are those of docs/devices.md as the server stores them. */
#include "base/buf.h"
#include "base/jw.h"
#include "check.h"
#include "city/heard.h"
#include "city_fixture.h"
#include "prop.h"

#define LIFT_BODY                                                                \
    "{\"tag\":\"E1234567\",\"compartment\":2,\"gross_kg\":55.0,\"net_kg\":32.0," \
    "\"emptied\":true,\"stable\":true,\"overweight\":false,\"refused\":false,\"by_hand\":false}"

static struct city_heard heard_of(const char *kind, const char *body)
{
    struct city_heard heard = {0};
    struct diag diag = {0};

    if (city_heard_read(str_of(kind), str_of(body), &heard, &diag))
        fail_msg("%s", diag.text);
    return heard;
}

static void each_event_is_read(void **state)
{
    (void)state;
    struct city_heard lift = heard_of("lift", LIFT_BODY);
    assert_int_equal(lift.kind, CITY_HEARD_LIFT);
    check_text(city_heard_tag(&lift), "E1234567");
    assert_int_equal(lift.compartment, 2);
    assert_int_equal(lift.gross_g, 55000);
    assert_int_equal(lift.net_g, 32000);
    assert_true(lift.emptied && lift.stable && !lift.refused && !lift.by_hand);
    struct city_heard tag = heard_of("tag", "{\"tag\":\"a\\\"b\",\"reader\":1}");
    check_text(city_heard_tag(&tag), "a\"b");
    assert_int_equal(tag.reader, 1);
    struct city_heard brush =
        heard_of("brush", "{\"down\":true,\"suction\":true,\"water\":false,\"left\":false,"
                          "\"right\":true,\"angle\":[1,{}]}"); /* of a later version */
    assert_true(brush.down && brush.suction && brush.right && !brush.water && !brush.left);
    struct city_heard level =
        heard_of("level", "{\"compartment\":0,\"fill_pct\":64,\"net_kg\":null}");
    assert_true(level.fill_pct > 63.9 && level.fill_pct < 64.1);
    assert_true(level.net_g == CITY_NO_MASS);
    level = heard_of("level", "{\"compartment\":0,\"fill_pct\":null,\"net_kg\":1.25}");
    assert_true(level.fill_pct < 0);
    assert_int_equal(level.net_g, 1250);
}

static void a_body_with_a_mistake_is_refused(void **state)
{
    static const struct {
        const char *kind;
        const char *body;
        enum err err;
    } cases[] = {
        {"jt808.0900", "{}", ERR_UNSUPPORTED},
        {"", "{}", ERR_UNSUPPORTED},
        {"tag", "", ERR_SYNTAX},
        {"tag", "[]", ERR_INVALID},
        {"tag", "{\"tag\":\"a\"}", ERR_INVALID},
        {"tag", "{\"tag\":\"a\",\"tag\":\"b\",\"reader\":1}", ERR_INVALID},
        {"tag", "{\"tag\":7,\"reader\":1}", ERR_INVALID},
        {"tag", "{\"tag\":\"a\",\"reader\":256}", ERR_RANGE},
        {"tag", "{\"tag\":\"a\",\"reader\":-1}", ERR_RANGE},
        {"tag", "{\"tag\":\"a\",\"reader\":1} x", ERR_SYNTAX},
        {"tag",
         "{\"tag\":\"12345678901234567890123456789012345678901234567890123456789012345\","
         "\"reader\":1}",
         ERR_LIMIT},
        {"level", "{\"compartment\":0,\"fill_pct\":101,\"net_kg\":null}", ERR_RANGE},
        {"level", "{\"compartment\":0,\"fill_pct\":1,\"net_kg\":-0.01}", ERR_RANGE},
        {"level", "{\"compartment\":0,\"fill_pct\":1,\"net_kg\":1000001}", ERR_RANGE},
        {"brush", "{\"down\":1}", ERR_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct city_heard heard = {.reader = 77};
        struct diag diag = {0};
        enum err err = city_heard_read(str_of(cases[i].kind), str_of(cases[i].body), &heard, &diag);
        if (err != cases[i].err)
            fail_msg("%s: %s, not %s", cases[i].body, err_text(err), err_text(cases[i].err));
        assert_int_equal(heard.reader, 77); /* not touched */
        assert_true(diag.text[0] != 0);
    }
}

static void a_lift_becomes_a_fact(void **state)
{
    struct city *city = fixture_city();
    struct city_heard heard = heard_of("lift", LIFT_BODY);
    struct city_heard_from from = {.vehicle = TWO_TRUCK,
                                   .device = 9,
                                   .bin = 5,
                                   .at = fixture_at(0),
                                   .received = fixture_at(3),
                                   .id = 1234};
    struct city_fact fact = {0};

    (void)state;
    assert_non_null(city);
    assert_int_equal(city_heard_lift(city, &heard, &from, &fact), OK);
    assert_int_equal(city_fact_check(city, &fact, NULL), OK);
    assert_int_equal(fact.lift.compartment, 1);
    assert_int_equal(fact.lift.net_g, 32000);
    assert_int_equal(fact.evidence, CITY_BY_WEIGHT | CITY_BY_TAG);
    assert_int_equal(fact.why, CITY_WHY_MEASURED);
    assert_true(fact.lift.taken);
    assert_int_equal(fact.id, 1234);
    heard.stable = false; /* weighed while it swung */
    assert_int_equal(city_heard_lift(city, &heard, &from, &fact), OK);
    assert_true(fact.lift.net_g == CITY_NO_MASS);
    assert_int_equal(fact.evidence, CITY_BY_TAG);
    heard.refused = true;
    assert_int_equal(city_heard_lift(city, &heard, &from, &fact), OK);
    assert_int_equal(fact.why, CITY_WHY_WRONG_WASTE);
    assert_false(fact.lift.taken);
    heard.refused = false;
    heard.emptied = false;
    assert_int_equal(city_heard_lift(city, &heard, &from, &fact), OK);
    assert_int_equal(fact.why, CITY_WHY_NOT_EMPTIED);
    heard.compartment = 3;
    assert_int_equal(city_heard_lift(city, &heard, &from, &fact), ERR_RANGE);
    from.vehicle = FOOD_TRUCK;
    heard.compartment = 0; /* the only one */
    assert_int_equal(city_heard_lift(city, &heard, &from, &fact), OK);
    assert_int_equal(fact.lift.compartment, 0);
    city_free(city);
}

/* Written as the server writes it, read as it was. */
static bool written_is_read(struct rng *rng, size_t size)
{
    struct city_heard heard = {0};
    char tag[CITY_TAG_MAX];
    uint32_t net_dag = rng_below(rng, 1000000);
    uint32_t flags = rng_below(rng, 32);
    struct buf body;
    struct jw jw;

    size = size < CITY_TAG_MAX ? size : CITY_TAG_MAX;
    for (size_t i = 0; i < size; i++)
        tag[i] = (char)(33 + rng_below(rng, 94));
    buf_init(&body, 4096);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "tag");
    jw_str(&jw, (struct str){tag, size});
    jw_key(&jw, "compartment");
    jw_i64(&jw, flags);
    jw_key(&jw, "gross_kg");
    jw_null(&jw);
    jw_key(&jw, "net_kg");
    jw_f64(&jw, net_dag / 100.0, 2);
    static const char *const names[] = {"emptied", "stable", "overweight", "refused", "by_hand"};
    for (unsigned i = 0; i < 5; i++) {
        jw_key(&jw, names[i]);
        jw_bool(&jw, flags >> i & 1);
    }
    jw_object_end(&jw);
    enum err err = city_heard_read(STR("lift"), buf_text(&body), &heard, NULL);
    bool good = err == OK && str_eq(city_heard_tag(&heard), (struct str){tag, size}) &&
                heard.net_g == (int64_t)net_dag * 10 && heard.gross_g == CITY_NO_MASS &&
                heard.compartment == flags && heard.emptied == (flags & 1) &&
                heard.by_hand == (flags >> 4 & 1);
    buf_done(&body);
    return good;
}

static void what_the_server_writes_is_read(void **state)
{
    (void)state;
    PROP(written_is_read, 300, CITY_TAG_MAX);
}

static enum err read_with_escape(void *context)
{
    struct city_heard heard;

    (void)context;
    return city_heard_read(STR("tag"), STR("{\"tag\":\"a\\\"b\",\"reader\":1}"), &heard, NULL);
}

static void every_refused_allocation_is_answered(void **state)
{
    (void)state;
    check_sweep(read_with_escape, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_is_read),
        cmocka_unit_test(a_body_with_a_mistake_is_refused),
        cmocka_unit_test(a_lift_becomes_a_fact),
        cmocka_unit_test(what_the_server_writes_is_read),
        cmocka_unit_test(every_refused_allocation_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
