/* mqtt.c - see mqtt.h. */
#include "app/ingest/mqtt.h"

#include <stdio.h>

#include "base/arena.h"
#include "civic/role.h"
#include "store/mqtt.h"
#include "store/user.h"

enum { APP_MQTT_ARENA_MAX = 64 << 20 };

struct app_mqtt_list {
    struct arena arena;
    VEC(struct bus_user) users;
};

static const struct str app_mqtt_gateway_publish[] = {
    {"readings/#", 10}, {"application/#", 13}, {"v3/#", 4}};
static const struct str app_mqtt_gateway_subscribe[] = {{"application/#", 13}, {"v3/#", 4}};

static enum err app_mqtt_device_topics(struct app_mqtt_list *list, struct str name,
                                       struct bus_user *user)
{
    char room[BUS_NAME_BYTES_MAX + 16];
    struct str *topic = arena_zero(&list->arena, 1, sizeof *topic);

    if (!topic)
        return ERR_NOMEM;
    int size = snprintf(room, sizeof room, "readings/%.*s", STR_ARG(name));
    user->publish = topic;
    user->publish_count = 1;
    return arena_str(&list->arena, (struct str){room, (size_t)size}, topic);
}

static bool app_mqtt_name_fits(struct str name)
{
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] == '.') /* no topic of nats-server's can hold it */
            return false;
    return name.size <= BUS_NAME_BYTES_MAX && !str_eq(name, STR("yancheng")) &&
           !str_eq(name, STR(BUS_ANONYMOUS)); /* twice in the list: then it is refused whole */
}

static enum err app_mqtt_user(void *context, const struct store_mqtt_user *row)
{
    struct app_mqtt_list *list = context;
    struct bus_user user = {0};

    if (!app_mqtt_name_fits(row->name) ||
        (!row->device && !civic_roles_may(row->roles, CIVIC_MAY_REPORT)))
        return OK;
    enum err err = arena_str(&list->arena, row->name, &user.name);
    if (!err)
        err = arena_str(&list->arena, row->hash, &user.hash);
    if (!err && row->device)
        err = app_mqtt_device_topics(list, user.name, &user);
    if (!err && !row->device) {
        user.publish = app_mqtt_gateway_publish;
        user.publish_count = COUNT_OF(app_mqtt_gateway_publish);
        user.subscribe = app_mqtt_gateway_subscribe;
        user.subscribe_count = COUNT_OF(app_mqtt_gateway_subscribe);
    }
    return err ? err : vec_push(&list->users, user);
}

void app_mqtt_done(struct app_mqtt *mqtt)
{
    map_str_done(&mqtt->devices);
    arena_done(&mqtt->names);
}

bool app_mqtt_vouched(const struct app_mqtt *mqtt, struct str name)
{
    uint32_t index;

    return map_str_get(&mqtt->devices, name, &index);
}

/* Keeps the names of the devices in the list, in place of those of the last one. */
static enum err app_mqtt_keep(struct app_mqtt *mqtt, const struct app_mqtt_list *list)
{
    enum err err = OK;

    app_mqtt_done(mqtt);
    mqtt->devices = (struct map_str){0};
    arena_init(&mqtt->names, APP_MQTT_ARENA_MAX);
    for (size_t i = 0; !err && i < list->users.count; i++) {
        const struct bus_user *user = &list->users.items[i];
        struct str name;
        if (user->publish == app_mqtt_gateway_publish)
            continue;
        err = arena_str(&mqtt->names, user->name, &name);
        if (!err)
            err = map_str_add(&mqtt->devices, name, 0);
    }
    return err;
}

static enum err app_mqtt_hand_over(struct app_mqtt *mqtt, bool open, struct diag *diag)
{
    struct app_mqtt_list list = {0};
    struct bus_user anybody = {.name = STR(BUS_ANONYMOUS),
                               .publish = app_mqtt_gateway_publish,
                               .publish_count = COUNT_OF(app_mqtt_gateway_publish)};
    enum err err = OK;

    arena_init(&list.arena, APP_MQTT_ARENA_MAX);
    if (open)
        err = vec_push(&list.users, anybody);
    if (!err)
        err = store_mqtt_each(mqtt->reader, app_mqtt_user, &list);
    if (err)
        diag_set(diag, err, "the tokens cannot be read: %s", err_text(err));
    else
        err = bus_users(mqtt->bus, list.users.items, list.users.count, diag);
    if (!err)
        err = app_mqtt_keep(mqtt, &list);
    vec_done(&list.users);
    arena_done(&list.arena);
    return err;
}

enum err app_mqtt_look(struct app_mqtt *mqtt, struct diag *diag)
{
    uint64_t stamp;
    uint64_t users;

    enum err err = store_mqtt_stamp(mqtt->reader, &stamp);
    if (!err)
        err = store_user_count(mqtt->reader, &users);
    if (err)
        return diag_set(diag, err, "the tokens cannot be read: %s", err_text(err));
    bool open = users == 0 && mqtt->loopback;
    if (mqtt->set && stamp == mqtt->stamp && open == mqtt->open)
        return OK;
    err = app_mqtt_hand_over(mqtt, open, diag);
    if (err)
        return err;
    mqtt->set = true;
    mqtt->stamp = stamp;
    mqtt->open = open;
    return OK;
}
