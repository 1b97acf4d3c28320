/* config.c - see config.h. Passwords stand in the file as bcrypt hashes only. */
#include "bus/config.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "bus/topic.h"

static void bus_config_port(uint16_t port, struct buf *text)
{
    buf_printf(text, "%d\n", port ? port : -1); /* -1: the system chooses */
}

/* bus_config_users() writes it first if it is in the list. */
static bool bus_config_has_anonymous(struct str users)
{
    return str_starts(users, STR(BUS_CONFIG_ANONYMOUS));
}

enum err bus_config_text(const struct bus_config *config, struct buf *text)
{
    if (strpbrk(config->folder, "\"\\\n"))
        return ERR_INVALID;
    buf_printf(text, "# Written at each start; changes here are lost.\n"
                     "server_name: yancheng\n"
                     "host: \"127.0.0.1\"\nport: ");
    bus_config_port(config->client_port, text);
    /* QoS 1 is stored with a header: room for it beside the payload. */
    buf_printf(text, "max_payload: %d\nmax_connections: %u\n", BUS_PAYLOAD_BYTES_MAX,
               config->connections_max);
    buf_printf(
        text,
        "jetstream {\n  store_dir: \"%s\"\n  max_memory_store: 0\n  max_file_store: %llu\n}\n",
        config->folder, (unsigned long long)config->store_bytes_max);
    buf_printf(text, "mqtt {\n  host: \"%s\"\n  port: ", config->bind);
    bus_config_port(config->mqtt_port, text);
    buf_str(text, STR("}\n"));
    if (config->anonymous)
        buf_str(text, STR("no_auth_user: \"" BUS_ANONYMOUS "\"\n"));
    buf_printf(text, "authorization {\n  users: [\n    {user: \"%s\", password: \"%s\"}\n",
               BUS_CONFIG_SELF, config->hash);
    /* nats-server cannot unlearn no_auth_user while it runs: then the user is one for nobody. */
    if (config->anonymous && !bus_config_has_anonymous(config->users))
        buf_printf(text,
                   "    {user: \"" BUS_ANONYMOUS "\", password: \"%s\", permissions: {publish: "
                   "{deny: [\">\"]}, subscribe: {deny: [\">\"]}}, allowed_connection_types: "
                   "[\"LEAFNODE\"]}\n",
                   config->hash);
    buf_str(text, config->users);
    buf_str(text, STR("  ]\n}\n"));
    return buf_err(text);
}

static bool bus_config_name_ok(struct str name)
{
    static const char marks[] = "_-.:@";

    if (!name.size || name.size > BUS_NAME_BYTES_MAX || str_eq(name, STR(BUS_CONFIG_SELF)))
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !memchr(marks, c, sizeof marks - 1))
            return false;
    }
    return true;
}

static bool bus_config_is_anonymous(const struct bus_user *user)
{
    return str_eq(user->name, STR(BUS_ANONYMOUS)) && user->hash.size == 0;
}

static bool bus_config_hash_ok(struct str hash)
{
    if (hash.size != BUS_HASH_BYTES || !str_starts(hash, STR("$2")) || hash.data[3] != '$')
        return false;
    for (size_t i = 0; i < hash.size; i++)
        if (hash.data[i] <= ' ' || hash.data[i] == '"' || hash.data[i] == '\\')
            return false;
    return true;
}

/* The quoted subjects of one direction. The first bad filter is told. */
static enum err bus_config_topics(const struct str *topics, size_t count, struct buf *text,
                                  struct str *ret_bad)
{
    struct str parent;

    for (size_t i = 0; i < count; i++) {
        buf_char(text, '"');
        enum err err = bus_topic_filter(topics[i], text);
        if (!err && bus_topic_parent(topics[i], &parent)) {
            buf_str(text, STR("\", \""));
            err = bus_topic_filter(parent, text);
        }
        if (err == ERR_INVALID)
            *ret_bad = topics[i];
        if (err)
            return err;
        buf_str(text, STR("\", "));
    }
    return buf_err(text);
}

static enum err bus_config_user_ok(const struct bus_user *user, struct diag *diag)
{
    if (!bus_config_name_ok(user->name))
        return diag_set(
            diag, ERR_INVALID,
            "the name of an MQTT user has 1 to %d letters, digits, _ - . : @ and is not "
            "`%s`",
            BUS_NAME_BYTES_MAX, BUS_CONFIG_SELF);
    if (!bus_config_hash_ok(user->hash) && !bus_config_is_anonymous(user))
        return diag_set(diag, ERR_INVALID, "MQTT user `%.*s`: the hash is not one of bcrypt",
                        STR_ARG(user->name));
    if (user->publish_count > BUS_USER_TOPICS_MAX || user->subscribe_count > BUS_USER_TOPICS_MAX)
        return diag_set(diag, ERR_LIMIT, "MQTT user `%.*s`: at most %d topics each way",
                        STR_ARG(user->name), BUS_USER_TOPICS_MAX);
    return OK;
}

static enum err bus_config_user(const struct bus_user *user, struct buf *text, struct diag *diag)
{
    struct str bad = {0};

    enum err err = bus_config_user_ok(user, diag);
    if (err)
        return err;
    struct str password = bus_config_is_anonymous(user) ? STR("-") : user->hash;
    buf_printf(text, "    {user: \"%.*s\", password: \"%.*s\", permissions: {publish: {",
               STR_ARG(user->name), STR_ARG(password));
    buf_str(text, user->publish_count ? STR("allow: [") : STR("deny: [\">\""));
    err = bus_config_topics(user->publish, user->publish_count, text, &bad);
    buf_str(text, STR("]}, subscribe: {"));
    /* nats-server delivers QoS 1 under $MQTT.sub. and wants it allowed. */
    buf_str(text, user->subscribe_count ? STR("allow: [\"$MQTT.sub.>\", ") : STR("deny: [\">\""));
    if (!err)
        err = bus_config_topics(user->subscribe, user->subscribe_count, text, &bad);
    buf_str(text, STR("]}}, allowed_connection_types: [\"MQTT\"]}\n"));
    if (err == ERR_INVALID)
        return diag_set(diag, err,
                        "MQTT user `%.*s`: `%.*s` is not a topic that nats-server can carry (no "
                        "'.', blank, quote or leading '$'; + and # alone in their level)",
                        STR_ARG(user->name), STR_ARG(bad));
    if (!err)
        err = buf_err(text);
    return err ? diag_set(diag, err, "the list of MQTT users is too large") : OK;
}

/* nats-server refuses a file that names a user twice. */
static enum err bus_config_unique(const struct bus_user *users, size_t count, struct diag *diag)
{
    struct map_str names = {0};
    enum err err = OK;

    for (size_t i = 0; i < count && !err; i++) {
        err = map_str_add(&names, users[i].name, (uint32_t)i);
        if (err == ERR_EXISTS)
            diag_set(diag, ERR_INVALID, "MQTT user `%.*s` stands twice in the list",
                     STR_ARG(users[i].name));
    }
    map_str_done(&names);
    return err == ERR_EXISTS ? ERR_INVALID : err;
}

enum err bus_config_users(const struct bus_user *users, size_t count, struct buf *text,
                          struct diag *diag)
{
    if (count > BUS_USERS_MAX)
        return diag_set(diag, ERR_LIMIT, "%zu MQTT users; at most %d", count, BUS_USERS_MAX);
    enum err err = OK;
    for (size_t i = 0; i < count && !err; i++)
        if (bus_config_is_anonymous(&users[i]))
            err = bus_config_user(&users[i], text, diag);
    for (size_t i = 0; i < count && !err; i++)
        if (!bus_config_is_anonymous(&users[i]))
            err = bus_config_user(&users[i], text, diag);
    return err ? err : bus_config_unique(users, count, diag);
}

static enum err bus_config_failed(struct diag *diag, const char *path, const char *what)
{
    int number = errno;

    return diag_at(diag, err_of_errno(number), path, 0, 0, "cannot %s: %s", what, strerror(number));
}

static enum err bus_config_put(int fd, struct str text, const char *path, struct diag *diag)
{
    while (text.size) {
        ssize_t put = write(fd, text.data, text.size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return bus_config_failed(diag, path, "write");
        text.data += put;
        text.size -= (size_t)put;
    }
    return OK;
}

enum err bus_config_save(const char *path, struct str text, struct diag *diag)
{
    char neighbour[FILE_PATH_MAX];

    if ((size_t)snprintf(neighbour, sizeof neighbour, "%s.new", path) >= sizeof neighbour)
        return diag_at(diag, ERR_LIMIT, path, 0, 0, "path is too long");
    unlink(neighbour); /* what a killed process left may have another mode */
    int fd = open(neighbour, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return bus_config_failed(diag, neighbour, "create");
    enum err err = bus_config_put(fd, text, neighbour, diag);
    if (close(fd) && !err)
        err = bus_config_failed(diag, neighbour, "close");
    if (!err && rename(neighbour, path))
        err = bus_config_failed(diag, path, "replace");
    if (err)
        unlink(neighbour);
    return err;
}

enum err bus_config_secret(char ret_secret[BUS_SECRET_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[BUS_SECRET_BYTES / 2];

    if (getrandom(raw, sizeof raw, 0) != sizeof raw) /* whole up to 256 bytes */
        return ERR_IO;
    for (size_t i = 0; i < sizeof raw; i++) {
        ret_secret[2 * i] = digits[raw[i] >> 4];
        ret_secret[2 * i + 1] = digits[raw[i] & 15];
    }
    ret_secret[BUS_SECRET_BYTES] = '\0';
    return OK;
}

enum err bus_hash(struct str token, unsigned cost, char ret_hash[BUS_HASH_BYTES + 1])
{
    enum { TOKEN_BYTES_MAX = 72 }; /* bcrypt reads no further */
    char text[TOKEN_BYTES_MAX + 1];
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];

    if (cost < 4 || cost > 12)
        return ERR_RANGE;
    if (!token.size || token.size > TOKEN_BYTES_MAX || memchr(token.data, '\0', token.size))
        return ERR_INVALID;
    memcpy(text, token.data, token.size);
    text[token.size] = '\0';
    struct crypt_data *data = mem_zero(1, sizeof *data); /* 32 KiB */
    if (!data)
        return ERR_NOMEM;
    enum err err = ERR_IO;
    const char *hash = NULL;
    if (crypt_gensalt_rn("$2b$", cost, NULL, 0, setting, sizeof setting))
        hash = crypt_rn(text, setting, data, sizeof *data);
    if (hash && strlen(hash) == BUS_HASH_BYTES) {
        memcpy(ret_hash, hash, BUS_HASH_BYTES + 1);
        err = OK;
    }
    explicit_bzero(text, sizeof text);
    explicit_bzero(data, sizeof *data);
    mem_free(data);
    return err;
}
