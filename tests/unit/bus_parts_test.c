/* The parts of the bus that need no server: topics, the configuration, tokens, lack of memory. */
#include "bus/config.h"
#include "bus/flight.h"
#include "bus/topic.h"
#include "bus_fixture.h"
#include "prop.h"

static void topics_and_subjects_go_over_into_each_other(void **state)
{
    /* Pairs as nats-server 2.9 makes them. */
    static const struct {
        const char *topic;
        const char *subject;
    } pairs[] = {
        {"yc/d1/up", "yc.d1.up"}, {"/", "/./"},           {"//", "/././"},
        {"/foo", "/.foo"},        {"foo/", "foo./"},      {"foo//bar", "foo./.bar"},
        {"foo", "foo"},           {"yc/箱/1", "yc.箱.1"}, {"v3/app@tenant/up", "v3.app@tenant.up"},
    };
    struct buf out;

    (void)state;
    buf_init(&out, 256);
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        buf_reset(&out);
        assert_int_equal(bus_topic_subject(str_of(pairs[i].topic), &out), OK);
        assert_true(str_eq(buf_text(&out), str_of(pairs[i].subject)));
        buf_reset(&out);
        bus_topic_of(str_of(pairs[i].subject), &out);
        assert_true(str_eq(buf_text(&out), str_of(pairs[i].topic)));
    }
    buf_done(&out);
}

static void what_cannot_be_carried_is_refused(void **state)
{
    static const char *const topics[] = {"",     "a.b",    "a b", "a/+", "#",    "a\tb",  "a\"b",
                                         "a\\b", "$SYS/x", "a/>", "*",   "\xff", "a\x7f", "a+b"};
    static const char *const filters_bad[] = {"a/#/b", "a+/b", "a/b#", "$JS/#", "##", "+#"};
    struct buf out;

    (void)state;
    buf_init(&out, 256);
    for (size_t i = 0; i < COUNT_OF(topics); i++)
        assert_int_equal(bus_topic_subject(str_of(topics[i]), &out), ERR_INVALID);
    for (size_t i = 0; i < COUNT_OF(filters_bad); i++)
        assert_int_equal(bus_topic_filter(str_of(filters_bad[i]), &out), ERR_INVALID);
    assert_int_equal(out.size, 0);
    buf_done(&out);
}

static void filters_fit_as_mqtt_says(void **state)
{
    /* MQTT 3.1.1, 4.7.1.2 and 4.7.1.3: the examples there. */
    static const struct {
        const char *filter;
        const char *topic;
        bool fits;
    } cases[] = {
        {"sport/tennis/player1/#", "sport/tennis/player1", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
        {"sport/#", "sport", true},
        {"sport/tennis/+", "sport/tennis/player1", true},
        {"sport/tennis/+", "sport/tennis/player1/ranking", false},
        {"sport/+", "sport", false},
        {"sport/+", "sport/", true},
        {"+/+", "/finance", true},
        {"/+", "/finance", true},
        {"+", "/finance", false},
        {"#", "a/b", true},
        {"a/b", "a/b", true},
        {"a/b", "a/b/c", false},
        {"a/b/c", "a/b", false},
        {"a/+/c", "a/b/d", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (bus_topic_fits(str_of(cases[i].filter), str_of(cases[i].topic)) != cases[i].fits)
            fail_msg("%s and %s", cases[i].filter, cases[i].topic);
    assert_true(bus_topic_overlap(STR("a/+/c"), STR("+/b/c")));
    assert_false(bus_topic_overlap(STR("a/+/c"), STR("+/b/d")));
    assert_true(bus_topic_overlap(STR("a/#"), STR("a/b/+")));
}

static bool a_topic_comes_back(struct rng *rng, size_t size)
{
    static const char *const parts[] = {"a", "b", "/", "箱", "@"};
    struct buf topic;
    struct buf subject;
    struct buf back;

    buf_init(&topic, 4 * size + 4);
    buf_init(&subject, 8 * size + 8);
    buf_init(&back, 4 * size + 4);
    for (size_t i = 0; i <= size; i++)
        buf_str(&topic, str_of(parts[rng_below(rng, COUNT_OF(parts))]));
    enum err err = bus_topic_subject(buf_text(&topic), &subject);
    bus_topic_of(buf_text(&subject), &back);
    bool same = !err && !buf_err(&back) && str_eq(buf_text(&topic), buf_text(&back)) &&
                bus_topic_fits(buf_text(&topic), buf_text(&back));
    buf_done(&topic);
    buf_done(&subject);
    buf_done(&back);
    return same;
}

static void random_topics_come_back(void **state)
{
    (void)state;
    PROP(a_topic_comes_back, 2000, 40);
}

static const char some_hash[] = "$2b$04$KBCwKxOzLha2MUDgW0PjXeO6N6q9RZnuT01YJDLjnZ62MxjDWSrTy";

static void the_configuration_says_what_it_was_given(void **state)
{
    struct str publish[] = {STR("yc/d1/#")};
    struct bus_user user = {
        .name = STR("d1"), .hash = STR(""), .publish = publish, .publish_count = 1};
    struct bus_config config = {.folder = "/x/bus",
                                .bind = "127.0.0.1",
                                .mqtt_port = 1883,
                                .connections_max = 7,
                                .store_bytes_max = 9,
                                .hash = "HASH"};
    struct buf users;
    struct buf text;

    (void)state;
    buf_init(&users, 4096);
    buf_init(&text, 4096);
    user.hash = str_of(some_hash);
    assert_int_equal(bus_config_users(&user, 1, &users, NULL), OK);
    config.users = buf_text(&users);
    assert_int_equal(bus_config_text(&config, &text), OK);
    check_text(buf_text(&text),
               "# Written at each start; changes here are lost.\n"
               "server_name: yancheng\nhost: \"127.0.0.1\"\nport: -1\n"
               "max_payload: 1048576\nmax_connections: 7\n"
               "jetstream {\n  store_dir: \"/x/bus\"\n  max_memory_store: 0\n"
               "  max_file_store: 9\n}\n"
               "mqtt {\n  host: \"127.0.0.1\"\n  port: 1883\n}\n"
               "authorization {\n  users: [\n"
               "    {user: \"yancheng\", password: \"HASH\"}\n"
               "    {user: \"d1\", password: \"$2b$04$KBCwKxOzLha2MUDgW0PjXeO6N6q9RZnuT01YJDLjnZ62M"
               "xjDWSrTy\", permissions: {publish: {allow: [\"yc.d1.>\", \"yc.d1\", ]}, "
               "subscribe: {deny: [\">\"]}}, allowed_connection_types: [\"MQTT\"]}\n"
               "  ]\n}\n");
    config.folder = "/x/\"bus";
    assert_int_equal(bus_config_text(&config, &text), ERR_INVALID);
    buf_done(&users);
    buf_done(&text);
}

static enum err one_user(struct bus_user user, struct diag *diag)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    enum err err = bus_config_users(&user, 1, &text, diag);
    buf_done(&text);
    return err;
}

static void users_that_cannot_be_are_refused_with_a_reason(void **state)
{
    static const char *const names[] = {"", "a b", "a\"b", "yancheng", "a{b}", "a\nb"};
    struct str topics[BUS_USER_TOPICS_MAX + 1] = {0};
    struct str bad = STR("a.b/#");
    struct bus_user user = {.name = STR("d1"), .hash = str_of(some_hash)};
    struct bus_user twice[2];
    struct diag diag;
    struct buf text;

    (void)state;
    assert_int_equal(one_user(user, &diag), OK);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct bus_user other = user;
        other.name = str_of(names[i]);
        assert_int_equal(one_user(other, &diag), ERR_INVALID);
        assert_non_null(strstr(diag.text, "the name of an MQTT user"));
    }
    user.hash = STR("token");
    assert_int_equal(one_user(user, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "`d1`: the hash"));
    user.hash = str_of(some_hash);
    user.publish = &bad;
    user.publish_count = 1;
    assert_int_equal(one_user(user, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "`d1`: `a.b/#`"));
    user.publish = topics;
    user.publish_count = COUNT_OF(topics);
    assert_int_equal(one_user(user, &diag), ERR_LIMIT);
    user.publish_count = 0;
    twice[0] = twice[1] = user;
    buf_init(&text, 1 << 16);
    assert_int_equal(bus_config_users(twice, 2, &text, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "stands twice"));
    assert_int_equal(bus_config_users(twice, BUS_USERS_MAX + 1, &text, &diag), ERR_LIMIT);
    buf_done(&text);
}

static void a_hash_is_salted_and_bounded(void **state)
{
    char one[BUS_HASH_BYTES + 1];
    char two[BUS_HASH_BYTES + 1];
    char token[74];

    (void)state;
    assert_int_equal(bus_hash(STR("token"), 4, one), OK);
    assert_int_equal(bus_hash(STR("token"), 4, two), OK);
    assert_string_not_equal(one, two);
    assert_memory_equal(one, "$2b$04$", 7);
    memset(token, 'x', sizeof token);
    assert_int_equal(bus_hash((struct str){token, 72}, 4, one), OK);
    assert_int_equal(bus_hash((struct str){token, 73}, 4, one), ERR_INVALID);
    assert_int_equal(bus_hash(STR(""), 4, one), ERR_INVALID);
    assert_int_equal(bus_hash(STR("a\0b"), 4, one), ERR_INVALID);
    assert_int_equal(bus_hash(STR("token"), 3, one), ERR_RANGE);
    assert_int_equal(bus_hash(STR("token"), 13, one), ERR_RANGE);
}

static void an_acknowledgements_subject_tells_its_message(void **state)
{
    static const char *const bad[] = {
        "",
        "$JS.ACK",
        "$JS.ACK.s.c.1.2.3.4",
        "$JS.ACK.s.c.1.2.3.4.5.6",
        "$JS.NAK.s.c.1.2.3.4.5",
        "$JS.ACK.s.c.x.2.3.4.5",
        "$JS.ACK.s.c.1.0.3.4.5",
        "$JS.ACK.s.c.1.2.3.-4.5",
        "$JS.ACK.s.c.1.2.3.99999999999999999999.5",
        "$JS.ACK.s.c.1.18446744073709551616.3.4.5",
        "a.b.c.d.e.f.g.h.i.j.k.l.m.n",
        "x.y.s.c.1.2.3.4.5",
    };
    struct bus_flight_mark mark = {0};

    (void)state;
    assert_int_equal(
        bus_flight_parse(STR("$JS.ACK.$MQTT_msgs.yc.2.77.9.1795520200470984956.11"), &mark), OK);
    assert_int_equal(mark.delivered, 2);
    assert_int_equal(mark.sequence, 77);
    assert_int_equal(mark.received.us, INT64_C(1795520200470984));
    assert_int_equal(bus_flight_parse(STR("$JS.ACK.hub.ACC.s.c.1.5.9.1000.0.rnd"), &mark), OK);
    assert_int_equal(mark.sequence, 5);
    assert_int_equal(mark.received.us, 1);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(bus_flight_parse(str_of(bad[i]), &mark), ERR_SYNTAX);
    assert_int_equal(mark.sequence, 5); /* untouched */
}

static void a_token_is_good_once(void **state)
{
    struct bus_flight *flight = NULL;
    struct bus_token token = {0};
    struct bus_token other = {0};
    char subject[BUS_FLIGHT_SUBJECT_MAX];
    char too_long[BUS_FLIGHT_SUBJECT_MAX];

    (void)state;
    memset(too_long, 'x', sizeof too_long);
    assert_int_equal(bus_flight_new(&flight), OK);
    assert_int_equal(bus_flight_add(flight, STR("first"), 1, &token), OK);
    assert_true(token.value != 0);
    assert_int_equal(bus_flight_add(flight, STR("newer"), 1, &other), ERR_EXISTS);
    assert_int_equal(bus_flight_add(flight, (struct str){too_long, sizeof too_long}, 2, &other),
                     ERR_LIMIT);
    assert_true(bus_flight_take(flight, token, subject));
    assert_string_equal(subject, "newer");
    assert_false(bus_flight_take(flight, token, subject));
    assert_int_equal(bus_flight_add(flight, STR("again"), 1, &other), OK);
    assert_true(other.value != token.value); /* the place is the same, the token is not */
    assert_false(bus_flight_take(flight, token, subject));
    assert_false(bus_flight_take(flight, (struct bus_token){UINT64_MAX}, subject));
    for (uint64_t i = 2; i <= BUS_FLIGHT_MAX; i++)
        assert_int_equal(bus_flight_add(flight, STR("s"), i, &token), OK);
    assert_true(bus_flight_full(flight));
    assert_int_equal(bus_flight_add(flight, STR("s"), BUS_FLIGHT_MAX + 1, &token), ERR_BUSY);
    assert_true(bus_flight_take(flight, other, subject));
    assert_int_equal(bus_flight_count(flight), BUS_FLIGHT_MAX - 1);
    bus_flight_free(flight);
    bus_flight_free(NULL);
}

static enum err make_and_free(void *context)
{
    struct fixture *f = context;
    struct bus_options options = options_of(f);
    struct str topic = STR("yc/d1/#");
    struct bus_user user = {
        .name = STR("d1"), .hash = str_of(some_hash), .publish = &topic, .publish_count = 1};

    options.program = "/bin/false"; /* ends at once; nobody looks */
    enum err err = bus_new(&options, &f->bus, &f->diag);
    if (!err)
        err = bus_users(f->bus, &user, 1, &f->diag);
    bus_free(f->bus);
    f->bus = NULL;
    net_loop_poll(f->loop); /* handles are given back one turn later */
    return err;
}

static void lack_of_memory_is_told(void **state)
{
    check_sweep(make_and_free, *state);
}

static void bad_options_are_told(void **state)
{
    static const char *const over[] = {"yc/#", "yc/+/up"};
    static const char *const wrong[] = {"a b"};
    struct fixture *f = *state;
    struct bus_options options = options_of(f);
    char long_path[FILE_PATH_MAX + 1];

    options.filters = over;
    assert_int_equal(bus_new(&options, &f->bus, &f->diag), ERR_USAGE);
    assert_non_null(strstr(f->diag.text, "overlap"));
    options.filters = wrong;
    options.filter_count = 1;
    assert_int_equal(bus_new(&options, &f->bus, NULL), ERR_USAGE);
    options.filter_count = 0;
    assert_int_equal(bus_new(&options, &f->bus, &f->diag), ERR_USAGE);
    options = options_of(f);
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    options.folder = long_path;
    assert_int_equal(bus_new(&options, &f->bus, &f->diag), ERR_USAGE);
    options = options_of(f);
    options.program = "/bin/false";
    options.folder = "/proc/bus";
    assert_int_not_equal(bus_new(&options, &f->bus, &f->diag), OK);
    assert_null(f->bus);
    bus_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_and_subjects_go_over_into_each_other),
        cmocka_unit_test(what_cannot_be_carried_is_refused),
        cmocka_unit_test(filters_fit_as_mqtt_says),
        cmocka_unit_test(random_topics_come_back),
        cmocka_unit_test(the_configuration_says_what_it_was_given),
        cmocka_unit_test(users_that_cannot_be_are_refused_with_a_reason),
        cmocka_unit_test(a_hash_is_salted_and_bounded),
        cmocka_unit_test(an_acknowledgements_subject_tells_its_message),
        cmocka_unit_test(a_token_is_good_once),
        TEST(lack_of_memory_is_told),
        TEST(bad_options_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
