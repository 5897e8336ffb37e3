// SPDX-License-Identifier: MIT
/* Keys: snapshots from rows, and when they end. */
#include "team/key.h"

#include <string.h>

#include "key_scene.h"
#include "team/patterns.h"

#define DAY_MS 86400000ull

static void a_key_without_members_has_the_defaults(void **state)
{
    struct key_scene scene;
    struct key *key;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 7, "alice", "{}");
    assert_non_null(key);
    assert_int_equal(key->id, 7);
    assert_string_equal(key->name, "alice");
    assert_null(key->accounts);
    assert_null(key->models);
    assert_null(key->deny_models);
    assert_null(key->clients);
    assert_int_equal(key->addresses.count, 0);
    assert_int_equal(key->calls, KEY_MESSAGES);
    assert_false(key->may_proxy || key->show_limit || key->strict);
    assert_int_equal(key->queue_wait_ms, 0);
    assert_ptr_equal(key->zone, zone_utc());
    assert_false(limits_any(&key->limits));
    assert_null(key_group_of(key));
    assert_true(key_expiry(key) == KEY_NEVER);
    assert_string_equal(key_state(key, 1), "active");
    key_unref(key);
    scene_end(&scene);
}

static void all_members_are_read(void **state)
{
    struct key_scene scene;
    struct key *key;

    (void)state;
    scene_begin(&scene);
    key = scene_key(
        &scene, 7, "alice",
        "{\"accounts\":[\"main\"],\"models\":[\"a*\",\"b\"],"
        "\"deny_models\":[\"c\"],\"clients\":[\"d\"],"
        "\"addresses\":[\"10.0.0.0/8\"],\"allow\":[\"files\",\"other\"],"
        "\"proxy\":true,\"show_limit\":true,\"reserve\":\"strict\","
        "\"queue_wait\":\"30s\",\"time_zone\":\"+08:00\",\"owner\":\"Bob\","
        "\"tags\":[\"X\",\"y\"],\"expires\":\"2026-12-31\","
        "\"limits\":{\"rpm\":60,\"cost_day\":\"3.10\",\"rpd\":null}}");
    assert_non_null(key);
    assert_int_equal(key->accounts->count, 1);
    assert_int_equal(key->models->count, 2);
    assert_int_equal(key->deny_models->count, 1);
    assert_int_equal(key->clients->count, 1);
    assert_int_equal(key->addresses.count, 1);
    assert_int_equal(key->calls, KEY_FILES | KEY_OTHER);
    assert_true(key->may_proxy && key->show_limit && key->strict);
    assert_int_equal(key->queue_wait_ms, 30000);
    assert_string_equal(zone_name(key->zone), "+08:00");
    assert_string_equal(key->folded, "alice\nbob\nx\ny\n");
    assert_int_equal(key->limits.at[LIMIT_RPM], 60);
    assert_int_equal(key->limits.at[LIMIT_COST_DAY], 3100000);
    assert_true(key->limits.at[LIMIT_RPD] == LIMIT_NONE);
    /* The end of that day at +08:00. */
    assert_int_equal(key_expiry(key), 1798732800000);
    key_unref(key);
    scene_end(&scene);
}

static void what_cannot_be_used_says_why(void **state)
{
    static const char *const docs[][2] = {
        { "{\"time_zone\":\"Mars/Olympus\"}", "time_zone" },
        { "{\"time_zone\":\"../../etc/passwd\"}", "time_zone" },
        { "{\"limits\":{\"rps\":1}}", "limit" },
        { "{\"limits\":{\"rpm\":\"x\"}}", "rpm" },
        { "{\"addresses\":[\"x\"]}", "addresses[0]" },
        { "{\"allow\":[\"x\"]}", "allow" },
        { "{\"queue_wait\":\"x\"}", "queue_wait" },
        { "{\"expires\":\"x\"}", "expires" },
        { "{", "JSON" },
    };
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    for (size_t i = 0; i < COUNT_OF(docs); i++) {
        assert_null(scene_key(&scene, 1, "alice", docs[i][0]));
        unit_assert_part(scene.err.text, docs[i][1]);
    }
    scene_end(&scene);
}

static void days_count_from_the_first_use(void **state)
{
    struct key_scene scene;
    struct key *key;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 1, "alice", "{\"expires\":\"2d after first use\"}");
    assert_true(key_expiry(key) == KEY_NEVER);
    assert_string_equal(key_state(key, UINT64_MAX - 1), "active");
    atomic_store(&key->use->first_ms, 1000);
    assert_int_equal(key_expiry(key), 1000 + 2 * DAY_MS);
    assert_string_equal(key_state(key, 999 + 2 * DAY_MS), "active");
    assert_string_equal(key_state(key, 1000 + 2 * DAY_MS), "expired");
    key_unref(key);
    scene_end(&scene);
}

static void the_next_end_is_the_soonest_to_come(void **state)
{
    struct key_scene scene;
    struct key *key;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 1, "alice", "{}");
    assert_int_equal(key_next_end(key, 0), KEY_NEVER);
    key->texts[0].expires_ms = 7000;
    assert_int_equal(key_next_end(key, 6999), 7000);
    assert_int_equal(key_next_end(key, 7000), KEY_NEVER);
    key->expires_ms = 5000;
    assert_int_equal(key_next_end(key, 4999), 5000);
    assert_int_equal(key_next_end(key, 5000), 7000);
    key->expires_after_ms = 100;
    assert_int_equal(key_next_end(key, 4000), 5000);
    atomic_store(&key->use->first_ms, 4500);
    assert_int_equal(key_next_end(key, 4000), 4600);
    key_unref(key);
    scene_end(&scene);
}

static void a_disabled_key_keeps_its_document(void **state)
{
    struct key_scene scene;
    struct key_parts parts;
    const struct key_row row = { .id = 1,
                                 .name = STR("alice"),
                                 .enabled = true,
                                 .revoked_ms = KEY_NEVER,
                                 .doc = STR("{\"time_zone\":\"Mars\"}") };
    struct key *key;

    (void)state;
    scene_begin(&scene);
    parts = scene_parts(&scene);
    key = key_build_disabled(&row, &parts);
    assert_string_equal(key->doc, "{\"time_zone\":\"Mars\"}");
    assert_string_equal(key_state(key, 1), "disabled");
    key_unref(key);
    scene_end(&scene);
}

static void what_is_counted_outlives_the_snapshot(void **state)
{
    struct key_scene scene;
    struct key *first;
    struct key *second;

    (void)state;
    scene_begin(&scene);
    first = scene_key(&scene, 1, "alice", "{}");
    second = scene_key(&scene, 1, "bob", "{}");
    atomic_store(&first->use->last_ms, 77);
    key_unref(key_ref(first));
    key_unref(first);
    assert_int_equal(atomic_load(&second->use->last_ms), 77);
    assert_ptr_equal(second->counters, scene.counters);
    key_unref(second);
    key_unref(NULL);
    assert_null(key_ref(NULL));
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_without_members_has_the_defaults),
        cmocka_unit_test(all_members_are_read),
        cmocka_unit_test(what_cannot_be_used_says_why),
        cmocka_unit_test(days_count_from_the_first_use),
        cmocka_unit_test(the_next_end_is_the_soonest_to_come),
        cmocka_unit_test(a_disabled_key_keeps_its_document),
        cmocka_unit_test(what_is_counted_outlives_the_snapshot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
