// SPDX-License-Identifier: MIT
/* Relay keys, put together: what one run leaves is there in the next. */
#include "team/keys.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/zones.h"
#include "script_sql.h"
#include "store/mark.h"
#include "unit.h"
#include "wire.h"

struct run {
    struct records *records;
    struct loop *loop;
    struct zones *zones;
    struct keys *keys;
    bool woken;
};

static void start(struct run *run, const char *folder)
{
    struct err err;

    *run = (struct run){ .records = records_open(folder, &err),
                         .loop = loop_new(),
                         .zones = zones_new(NULL) };
    assert_non_null(run->records);
    run->keys = keys_open(&(struct keys_options){ .loop = run->loop,
                                                  .records = run->records,
                                                  .zones = run->zones,
                                                  .zone = zone_utc(),
                                                  .data_dir = folder },
                          &err);
    assert_non_null(run->keys);
}

static void stop(struct run *run)
{
    keys_stop(run->keys);
    records_stop(run->records);
    loop_free(run->loop);
    keys_free(run->keys);
    records_free(run->records);
    zones_free(run->zones);
}

static void wake(void *arg)
{
    struct run *run = arg;

    run->woken = true;
}

static bool is_woken(void *arg)
{
    const struct run *run = arg;

    return run->woken;
}

/* It says that keys were made, and does no more. */
static bool take_mark(const char *folder)
{
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/" MARK_FILE, folder);
    return unlink(path) == 0;
}

static void keys_are_there_after_a_start(void **state)
{
    char *folder = unit_folder_new();
    struct key_change *change;
    struct json_doc *doc;
    struct run run;
    struct err err;

    (void)state;
    log_setup(LOG_WARN, LOG_TEXT);
    start(&run, folder);
    doc = json_doc_parse(STR("{\"name\":\"alice\"}"), &err);
    change = key_change_start(keys_changes(run.keys), run.loop,
                              &(struct key_ask){ .op = KEY_OP_CREATE,
                                                 .change = doc },
                              wake, &run);
    json_doc_free(doc);
    wire_until(run.loop, is_woken, &run);
    assert_null(key_change_error(change));
    key_change_free(change);
    assert_int_equal(keyring_count(keys_ring(run.keys)), 1);
    assert_int_equal(counters_subject(keys_all(run.keys)), SUBJECT_ALL);
    assert_ptr_equal(keys_zone(run.keys), zone_utc());
    stop(&run);
    assert_true(take_mark(folder));
    start(&run, folder);
    assert_int_equal(keyring_count(keys_ring(run.keys)), 1);
    stop(&run);
    assert_true(take_mark(folder)); /* of older keys: made at the start */
    unit_folder_free(folder);
}

static void keys_that_cannot_be_loaded_stop_the_start(void **state)
{
    char *folder = unit_folder_new();
    struct records *records = script_sql_records(folder);
    struct zones *zones = zones_new(NULL);
    struct loop *loop = loop_new();
    struct err err;

    (void)state;
    script_sql_fail(SCRIPT_SQL_STATEMENT, ERR_BROKEN, 1);
    assert_null(keys_open(&(struct keys_options){ .loop = loop,
                                                  .records = records,
                                                  .zones = zones,
                                                  .zone = zone_utc() },
                          &err));
    unit_assert_part(err.text, "loading the relay keys");
    loop_free(loop);
    records_free(records);
    zones_free(zones);
    keys_free(NULL);
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_there_after_a_start),
        cmocka_unit_test(keys_that_cannot_be_loaded_stop_the_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
