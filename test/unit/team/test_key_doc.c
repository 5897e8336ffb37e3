// SPDX-License-Identifier: MIT
/* What the management API shows of keys and groups. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "key_scene.h"

static char *text_of(struct json_doc *doc)
{
    struct buf out;
    char *text;

    buf_init(&out, 65536);
    assert_true(json_doc_write(doc, false, &out));
    text = mem_strndup(buf_str(&out).at, buf_str(&out).len);
    buf_done(&out);
    json_doc_free(doc);
    return text;
}

static const char *const of_a_bare_key[] = {
    "\"id\":3",
    "\"name\":\"alice\"",
    "\"owner\":null",
    "\"group\":null",
    "\"enabled\":true",
    "\"state\":\"active\"",
    "\"tags\":[]",
    "\"limits\":{}",
    "\"accounts\":\"pool\"",
    "\"models\":null",
    "\"allow\":[\"messages\"]",
    "\"reserve\":\"expected\"",
    "\"queue_wait\":\"0s\"",
    "\"proxy\":false",
    "\"show_limit\":false",
    "\"rotated\":[]",
    "\"created_at\":\"1970-01-01T00:00:01.000Z\"",
    "\"revoked_at\":null",
    "\"expires\":null",
    "\"expires_at\":null",
    "\"first_used_at\":null",
    "\"last_used_at\":null",
};

static void a_bare_key_shows_what_holds(void **state)
{
    struct key_scene scene;
    struct key *key;
    char *text;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 3, "alice", "{}");
    text = text_of(key_doc(key, 2000));
    for (size_t i = 0; i < COUNT_OF(of_a_bare_key); i++)
        unit_assert_part(text, of_a_bare_key[i]);
    mem_free(text);
    key_unref(key);
    scene_end(&scene);
}

static void members_are_shown_as_they_hold(void **state)
{
    struct key_scene scene;
    struct key *key;
    char *text;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 3, "alice",
                    "{\"owner\":\"Bob\",\"limits\":{\"cost_day\":\"3.10\","
                    "\"rpm\":\"60\",\"cost_total\":\"5.0\",\"rpd\":null},"
                    "\"expires\":\"2d after first use\"}");
    atomic_store(&key->use->first_ms, 1000);
    atomic_store(&key->use->last_ms, 2000);
    text = text_of(key_doc(key, 2000));
    unit_assert_part(text, "\"owner\":\"Bob\"");
    unit_assert_part(text, "\"limits\":{\"rpm\":60,\"cost_day\":3.1,"
                           "\"cost_total\":5}");
    unit_assert_part(text, "\"expires\":\"2d after first use\"");
    unit_assert_part(text, "\"expires_at\":\"1970-01-03T00:00:01.000Z\"");
    unit_assert_part(text, "\"last_used_at\":\"1970-01-01T00:00:02.000Z\"");
    mem_free(text);
    key_unref(key);
    scene_end(&scene);
}

static void the_text_and_its_hash_are_never_shown(void **state)
{
    struct key_scene scene;
    char hash[2 * HASH_SHA256_LEN + 1];
    struct key *key;
    char *text;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 3, "alice", "{}");
    text = text_of(key_doc(key, 2000));
    unit_assert_part(text, scene.text.prefix);
    unit_assert_part(text, scene.text.last);
    assert_null(strstr(text, secret_reveal(scene.secret).at));
    text_hex(scene.text.hash, HASH_SHA256_LEN, hash);
    assert_null(strstr(text, hash));
    mem_free(text);
    key_unref(key);
    scene_end(&scene);
}

static void former_texts_are_shown_while_they_live(void **state)
{
    struct key_scene scene;
    struct key_parts parts;
    const struct key_text texts[] = {
        { .prefix = "cr_newa", .last = "aaaa", .expires_ms = KEY_NEVER },
        { .prefix = "cr_olda", .last = "bbbb", .expires_ms = 5000 },
        { .prefix = "cr_dead", .last = "cccc", .expires_ms = 2000 },
    };
    const struct key_row row = { .id = 1,
                                 .name = STR("alice"),
                                 .enabled = true,
                                 .revoked_ms = KEY_NEVER,
                                 .doc = STR("{}"),
                                 .text_count = 3,
                                 .texts = texts };
    struct key *key;
    char *text;

    (void)state;
    scene_begin(&scene);
    parts = scene_parts(&scene);
    key = key_build(&row, &parts, &scene.err);
    text = text_of(key_doc(key, 2000));
    unit_assert_part(text, "\"prefix\":\"cr_newa\"");
    unit_assert_part(text,
                     "\"rotated\":[{\"prefix\":\"cr_olda\",\"last4\":\"bbbb\","
                     "\"expires_at\":\"1970-01-01T00:00:05.000Z\"}]");
    assert_null(strstr(text, "cr_dead"));
    mem_free(text);
    key_unref(key);
    scene_end(&scene);
}

static void a_group_is_shown_likewise(void **state)
{
    struct key_scene scene;
    struct key_group *group;
    char *text;

    (void)state;
    scene_begin(&scene);
    group = scene_group(&scene, 5, "students", "{\"limits\":{\"rpm\":5}}");
    text = text_of(key_group_doc(group));
    unit_assert_part(text, "\"id\":5");
    unit_assert_part(text, "\"name\":\"students\"");
    unit_assert_part(text, "\"limits\":{\"rpm\":5}");
    unit_assert_part(text, "\"note\":null");
    unit_assert_part(text, "\"time_zone\":null");
    mem_free(text);
    key_group_unref(group);
    scene_end(&scene);
}

static void damage_is_shown_as_such(void **state)
{
    struct key_scene scene;
    struct key_parts parts;
    const struct key_row row = { .name = STR("alice"), .doc = STR("{") };
    const struct key_group_row group_row = { .name = STR("g"),
                                             .doc = STR("{") };
    struct key_group *group;
    struct key *key;
    char *text;

    (void)state;
    scene_begin(&scene);
    parts = scene_parts(&scene);
    key = key_build_disabled(&row, &parts);
    text = text_of(key_doc(key, 2000));
    unit_assert_part(text, "\"limits\":null");
    unit_assert_part(text, "cannot be used");
    mem_free(text);
    key_unref(key);
    group = key_group_build_closed(&group_row, &parts);
    text = text_of(key_group_doc(group));
    unit_assert_part(text, "\"limits\":null");
    unit_assert_part(text, "cannot be used");
    mem_free(text);
    key_group_unref(group);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_key_shows_what_holds),
        cmocka_unit_test(members_are_shown_as_they_hold),
        cmocka_unit_test(the_text_and_its_hash_are_never_shown),
        cmocka_unit_test(former_texts_are_shown_while_they_live),
        cmocka_unit_test(a_group_is_shown_likewise),
        cmocka_unit_test(damage_is_shown_as_such),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
