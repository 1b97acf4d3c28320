/* A backup is a whole moment of a store that is being written; a restore replaces nothing unchecked. */
#include "store/backup.h"

#include <string.h>
#include <sys/stat.h>

#include "store/read.h"
#include "store/store.h"
#include "store_fixture.h"

enum { FACTS = 20000 };

static void fill(struct store_db *db, int64_t from, int64_t to)
{
    assert_int_equal(store_db_begin(db), OK);
    for (int64_t i = from; i < to; i++) {
        struct store_position position = fixture_position(1, i + 1, (uint64_t)i, i);
        fixture_put_position(db, &position);
    }
    assert_int_equal(store_db_commit(db), OK);
}

static int64_t facts_in(const char *folder)
{
    struct store_db *db = fixture_connect(folder, true);

    int64_t count = fixture_number(db, "SELECT count(*) FROM position");
    store_db_close(db);
    return count;
}

/* Writes on while the copy runs, as the server does. */
static void write_meanwhile(void *context, unsigned percent)
{
    struct fixture *fixture = context;
    int64_t count = fixture_number(fixture->db, "SELECT count(*) FROM position");

    assert_true(percent <= 100);
    fill(fixture->db, count, count + 100);
}

static void backup_path(const struct fixture *fixture, const char *name, size_t size, char *path)
{
    assert_int_equal(file_join(size, path, fixture->folder, name), OK);
}

static unsigned mode_of(const char *path)
{
    struct stat stat_of;

    assert_int_equal(stat(path, &stat_of), 0);
    return stat_of.st_mode & 0777;
}

static void only_the_owner_reads_the_store(void **state)
{
    static const char *const names[] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm"};
    struct fixture fixture;
    char path[96];
    (void)state;

    fixture_open(&fixture);
    fill(fixture.db, 0, 3);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        backup_path(&fixture, names[i], sizeof path, path);
        assert_int_equal(mode_of(path), 0600);
    }
    fixture_close(&fixture);
}

static void a_backup_is_one_moment_while_facts_are_written(void **state)
{
    struct fixture fixture;
    char path[96];
    char part[96];
    struct diag diag = {0};
    (void)state;

    fixture_open(&fixture);
    fill(fixture.db, 0, FACTS);
    backup_path(&fixture, "b.db", sizeof path, path);
    backup_path(&fixture, "b.db.part", sizeof part, part);
    struct store_backup backup = {fixture.folder, path, write_meanwhile, &fixture};
    assert_int_equal(store_backup(&backup, &diag), OK);
    assert_false(file_exists(part));
    assert_int_equal(mode_of(path), 0600);
    int64_t now = fixture_number(fixture.db, "SELECT count(*) FROM position");
    assert_true(now > FACTS);
    store_db_close(fixture.db);
    fixture.db = NULL;

    backup.progress = NULL;
    assert_int_equal(store_restore(&backup, &diag), OK);
    assert_int_equal(facts_in(fixture.folder), FACTS); /* what was there when it began */
    backup_path(&fixture, STORE_OLD_FILE, sizeof part, part);
    assert_true(file_exists(part));
    assert_int_equal(store_restore(&backup, &diag), ERR_EXISTS);
    assert_non_null(strstr(diag.text, "in the way"));

    unlink(path); /* the one that was set aside is a store too */
    assert_int_equal(rename(part, path), 0);
    assert_int_equal(store_restore(&backup, &diag), OK);
    assert_int_equal(facts_in(fixture.folder), now);
    unlink(path);
    fixture_close(&fixture);
}

/* An export may run while the store is replaced: each sees its own, whole. */
static void somebody_who_reads_the_old_store_does_not_spoil_the_new(void **state)
{
    struct fixture fixture;
    char path[96];
    struct diag diag = {0};
    (void)state;

    fixture_open(&fixture);
    fill(fixture.db, 0, 500);
    backup_path(&fixture, "b.db", sizeof path, path);
    struct store_backup backup = {.folder = fixture.folder, .file = path};
    assert_int_equal(store_backup(&backup, &diag), OK);
    fill(fixture.db, 500, 3000); /* in the log */
    struct store_db *reader = fixture_connect(fixture.folder, true);
    assert_int_equal(fixture_number(reader, "SELECT count(*) FROM position"), 3000);

    assert_int_equal(store_restore(&backup, &diag), OK);
    assert_int_equal(facts_in(fixture.folder), 500);
    struct store_db *writer = fixture_connect(fixture.folder, false);
    fill(writer, 500, 700);
    assert_int_equal(fixture_number(writer, "SELECT count(*) FROM position"), 700);
    assert_int_equal(fixture_number(reader, "SELECT count(*) FROM position"), 3000);
    sqlite3_stmt *check = store_sql(writer, "PRAGMA integrity_check");
    assert_int_equal(store_sql_row(check), OK);
    check_text(store_sql_get_text(check, 0), "ok");
    sqlite3_reset(check);
    store_db_close(writer);
    store_db_close(reader);
    assert_int_equal(facts_in(fixture.folder), 700);
    unlink(path);
    fixture_close(&fixture);
}

static void told_nothing(void *context, struct store_ticket ticket, enum err err)
{
    (void)context;
    (void)ticket;
    (void)err;
}

static void one_server_a_folder_and_no_restore_under_it(void **state)
{
    struct fixture fixture;
    char path[96];
    struct diag diag = {0};
    struct store *store = NULL;
    struct store *second = NULL;
    (void)state;

    fixture_folder(&fixture);
    struct store_options options = {
        .folder = fixture.folder, .clock = clock_os(), .told = told_nothing};
    assert_int_equal(store_open(&options, &store, &diag), OK);
    assert_int_equal(store_open(&options, &second, &diag), ERR_BUSY);
    assert_null(second);
    assert_non_null(strstr(diag.text, "another process"));

    backup_path(&fixture, "b.db", sizeof path, path);
    struct store_backup backup = {.folder = fixture.folder, .file = path};
    assert_int_equal(store_backup(&backup, &diag), OK);
    assert_int_equal(store_restore(&backup, &diag), ERR_BUSY);
    store_close(store);
    assert_int_equal(store_restore(&backup, &diag), OK);
    assert_int_equal(store_open(&options, &store, &diag), OK);
    store_close(store);
    unlink(path);
    fixture.db = NULL;
    fixture_close(&fixture);
}

static void refused(const struct fixture *fixture, const char *path, const char *why)
{
    struct store_backup backup = {.folder = fixture->folder, .file = path};
    struct diag diag = {0};

    assert_int_not_equal(store_restore(&backup, &diag), OK);
    if (!strstr(diag.text, why))
        fail_msg("`%s` does not say `%s`", diag.text, why);
    assert_int_equal(facts_in(fixture->folder), 10);
}

static void what_is_no_backup_is_refused_and_nothing_is_touched(void **state)
{
    struct fixture fixture;
    char path[96];
    struct diag diag = {0};
    sqlite3 *sql = NULL;
    (void)state;

    fixture_open(&fixture);
    fill(fixture.db, 0, 10);
    backup_path(&fixture, "b.db", sizeof path, path);
    refused(&fixture, path, "no such file");
    assert_int_equal(file_write(path, STR(""), &diag), OK);
    refused(&fixture, path, "empty");
    assert_int_equal(file_write(path, STR("a text, and one that is longer than a head"), &diag),
                     OK);
    refused(&fixture, path, "no backup");
    unlink(path);

    assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
    assert_int_equal(sqlite3_exec(sql, "CREATE TABLE tiles (x)", NULL, NULL, NULL), SQLITE_OK);
    refused(&fixture, path, "another program");
    assert_int_equal(sqlite3_exec(sql,
                                  "PRAGMA user_version = 9999; PRAGMA application_id ="
                                  " 0x59434844",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    refused(&fixture, path, "newer");
    sqlite3_close(sql);
    unlink(path);
    fixture_close(&fixture);
}

/* The tables of later versions are taken away: what is left is a file of version 2. */
static void a_backup_of_an_older_program_is_brought_up_to_date(void **state)
{
    struct fixture fixture;
    char path[96];
    struct diag diag = {0};
    struct store_db *old = NULL;
    (void)state;

    fixture_open(&fixture);
    fill(fixture.db, 0, 10);
    int64_t version = fixture_number(fixture.db, "PRAGMA user_version");
    assert_int_equal(store_sql_script(fixture.db, "DROP TABLE token_mqtt; PRAGMA user_version = 2"),
                     OK);
    struct store_db_open open = {.folder = fixture.folder, .read_only = true};
    assert_int_equal(store_db_open(&open, &old, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "older"));
    store_db_close(fixture.db);
    backup_path(&fixture, STORE_FILE, sizeof path, path);
    char aside[96];
    backup_path(&fixture, "b.db", sizeof aside, aside);
    assert_int_equal(rename(path, aside), 0);

    struct store_backup backup = {.folder = fixture.folder, .file = aside};
    if (store_restore(&backup, &diag))
        fail_msg("%s", diag.text);
    fixture.db = fixture_connect(fixture.folder, true);
    assert_int_equal(fixture_number(fixture.db, "PRAGMA user_version"), version);
    assert_int_equal(fixture_number(fixture.db, "SELECT count(*) FROM position"), 10);
    assert_int_equal(fixture_number(fixture.db, "SELECT count(*) FROM token_mqtt"), 0);
    unlink(aside);
    /* A copy of a store has its mode: reading it makes these beside it. */
    backup_path(&fixture, "b.db-wal", sizeof aside, aside);
    unlink(aside);
    backup_path(&fixture, "b.db-shm", sizeof aside, aside);
    unlink(aside);
    fixture_close(&fixture);
}

static void a_damaged_backup_is_refused(void **state)
{
    struct fixture fixture;
    char path[96];
    struct diag diag = {0};
    (void)state;

    fixture_open(&fixture);
    fill(fixture.db, 0, 5000);
    backup_path(&fixture, "b.db", sizeof path, path);
    struct store_backup backup = {.folder = fixture.folder, .file = path};
    assert_int_equal(store_backup(&backup, &diag), OK);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    char noise[3000];
    memset(noise, 0x5A, sizeof noise);
    for (long at = 40000; at < 200000; at += 4096) {
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fwrite(noise, sizeof noise, 1, file), 1);
    }
    fclose(file);
    assert_int_not_equal(store_restore(&backup, &diag), OK);
    assert_int_equal(facts_in(fixture.folder), 5000);
    unlink(path);
    fixture_close(&fixture);
}

static void the_store_itself_is_no_backup_of_it(void **state)
{
    struct fixture fixture;
    char path[96];
    char other[96];
    struct diag diag = {0};
    (void)state;

    fixture_open(&fixture);
    fill(fixture.db, 0, 10);
    backup_path(&fixture, STORE_FILE, sizeof path, path);
    backup_path(&fixture, "other-name", sizeof other, other);
    assert_int_equal(symlink(STORE_FILE, other), 0);
    struct store_backup backup = {.folder = fixture.folder, .file = other};
    assert_int_equal(store_backup(&backup, &diag), ERR_INVALID);
    backup.file = path;
    assert_int_equal(store_backup(&backup, &diag), ERR_INVALID);
    assert_int_equal(store_restore(&backup, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "the store itself"));
    assert_int_equal(facts_in(fixture.folder), 10);
    unlink(other);
    fixture_close(&fixture);
}

/* A restore that was killed leaves its copy with a log of its own. */
static void what_an_interrupted_restore_left_is_not_used(void **state)
{
    struct fixture fixture;
    struct fixture left;
    char path[96];
    char folder[96];
    char log[128];
    char left_log[128];
    struct diag diag = {0};
    (void)state;

    fixture_open(&fixture);
    fill(fixture.db, 0, 10);
    backup_path(&fixture, "b.db", sizeof path, path);
    struct store_backup backup = {.folder = fixture.folder, .file = path};
    assert_int_equal(store_backup(&backup, &diag), OK);

    fixture_open(&left); /* its log holds other facts */
    fill(left.db, 0, 700);
    backup_path(&fixture, "store.new", sizeof folder, folder);
    assert_int_equal(file_make_folder(folder, &diag), OK);
    backup_path(&left, STORE_FILE "-wal", sizeof left_log, left_log);
    assert_int_equal(file_join(sizeof log, log, folder, STORE_FILE "-wal"), OK);
    assert_int_equal(file_copy(left_log, log, &diag), OK);
    if (store_restore(&backup, &diag))
        fail_msg("%s", diag.text);
    assert_int_equal(facts_in(fixture.folder), 10);
    unlink(path);
    fixture_close(&left);
    fixture_close(&fixture);
}

static void a_backup_of_nothing_is_told(void **state)
{
    struct fixture fixture;
    struct diag diag = {0};
    (void)state;

    fixture_folder(&fixture);
    struct store_backup backup = {.folder = fixture.folder, .file = "/tmp/yc-none.db"};
    assert_int_equal(store_backup(&backup, &diag), ERR_NOT_FOUND);
    assert_false(file_exists("/tmp/yc-none.db"));
    fixture.db = fixture_connect(fixture.folder, false);
    backup.file = "/tmp/yc-no-such-folder/b.db";
    assert_int_not_equal(store_backup(&backup, &diag), OK);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_owner_reads_the_store),
        cmocka_unit_test(a_backup_is_one_moment_while_facts_are_written),
        cmocka_unit_test(somebody_who_reads_the_old_store_does_not_spoil_the_new),
        cmocka_unit_test(one_server_a_folder_and_no_restore_under_it),
        cmocka_unit_test(what_is_no_backup_is_refused_and_nothing_is_touched),
        cmocka_unit_test(a_backup_of_an_older_program_is_brought_up_to_date),
        cmocka_unit_test(a_damaged_backup_is_refused),
        cmocka_unit_test(the_store_itself_is_no_backup_of_it),
        cmocka_unit_test(what_an_interrupted_restore_left_is_not_used),
        cmocka_unit_test(a_backup_of_nothing_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
