// SPDX-License-Identifier: MIT
/* The keyring: looking up and putting. */
#include "team/keyring.h"

#include <pthread.h>
#include <string.h>

#include "key_scene.h"

static struct {
    struct key_scene keys;
    struct keyring *ring;
    char text[KEY_TEXT_LEN + 1]; /* of the last key that was put */
} s;

static int set_up(void **state)
{
    (void)state;
    scene_begin(&s.keys);
    s.ring = keyring_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keyring_free(s.ring);
    scene_end(&s.keys);
    return 0;
}

static void put(uint64_t id, const char *name, const char *doc)
{
    struct key *key = scene_key(&s.keys, id, name, doc);

    assert_non_null(key);
    memcpy(s.text, secret_reveal(s.keys.secret).at, KEY_TEXT_LEN);
    s.text[KEY_TEXT_LEN] = '\0';
    keyring_put(s.ring, key);
}

static enum key_verdict verdict_of(const char *text, uint64_t now_ms)
{
    enum key_verdict verdict;

    key_unref(keyring_find(s.ring, str_of(text), now_ms, &verdict));
    return verdict;
}

/* Of the key with that name or id; 0: there is none. */
static uint64_t id_of(const char *name)
{
    struct key *key = keyring_get(s.ring, str_of(name));
    uint64_t id = key ? key->id : 0;

    key_unref(key);
    return id;
}

static void a_key_is_found_by_its_text_only(void **state)
{
    enum key_verdict verdict;
    struct key *key;

    (void)state;
    assert_int_equal(keyring_count(s.ring), 0);
    put(3, "alice", "{}");
    assert_int_equal(keyring_count(s.ring), 1);
    key = keyring_find(s.ring, str_of(s.text), 2000, &verdict);
    assert_int_equal(verdict, KEY_FINE);
    assert_string_equal(key->name, "alice");
    key_unref(key);
    s.text[20] = s.text[20] == 'a' ? 'b' : 'a';
    assert_null(keyring_find(s.ring, str_of(s.text), 2000, &verdict));
    assert_int_equal(verdict, KEY_UNKNOWN);
    assert_int_equal(verdict_of("", 1), KEY_UNKNOWN);
    assert_int_equal(verdict_of("alice", 1), KEY_UNKNOWN);
    keyring_free(NULL);
}

/* The same key with another row; without texts, they are as before. */
static void put_changed(const struct key *was, const struct key_row *change)
{
    const struct key_parts parts = scene_parts(&s.keys);
    struct key_row row = *change;

    row.id = was->id;
    row.name = str_of(was->name);
    row.created_ms = was->created_ms;
    row.doc = str_of(was->doc);
    if (!row.texts) {
        row.texts = was->texts;
        row.text_count = was->text_count;
    }
    keyring_put(s.ring, key_build(&row, &parts, &s.keys.err));
}

static void a_change_counts_at_the_next_look_up(void **state)
{
    static const struct {
        bool enabled;
        uint64_t revoked_ms;
        enum key_verdict want;
    } changes[] = {
        { true, 2000, KEY_REVOKED },
        { false, KEY_NEVER, KEY_DISABLED },
        { true, KEY_NEVER, KEY_FINE },
    };
    struct key *was;

    (void)state;
    put(3, "alice", "{}");
    was = keyring_get(s.ring, STR("3"));
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        put_changed(was,
                    &(struct key_row){ .enabled = changes[i].enabled,
                                       .revoked_ms = changes[i].revoked_ms });
        assert_int_equal(verdict_of(s.text, 2000), changes[i].want);
    }
    assert_int_equal(keyring_count(s.ring), 1);
    keyring_remove(s.ring, 3);
    keyring_remove(s.ring, 3);
    assert_int_equal(verdict_of(s.text, 2000), KEY_UNKNOWN);
    assert_int_equal(keyring_count(s.ring), 0);
    assert_int_equal(id_of("alice"), 0);
    key_unref(was);
}

static void a_rotated_key_has_two_texts_for_a_while(void **state)
{
    struct key_text texts[2];
    struct secret *fresh;
    struct key *was;

    (void)state;
    put(3, "alice", "{}");
    was = keyring_get(s.ring, STR("alice"));
    fresh = key_text_new(2000, &texts[0]);
    texts[1] = was->texts[0];
    texts[1].expires_ms = 5000;
    put_changed(was, &(struct key_row){ .enabled = true,
                                        .revoked_ms = KEY_NEVER,
                                        .text_count = 2,
                                        .texts = texts });
    assert_int_equal(verdict_of(s.text, 4999), KEY_FINE);
    assert_int_equal(verdict_of(s.text, 5000), KEY_REPLACED);
    assert_int_equal(verdict_of(secret_reveal(fresh).at, 5000), KEY_FINE);
    keyring_remove(s.ring, 3);
    assert_int_equal(verdict_of(s.text, 4999), KEY_UNKNOWN);
    key_unref(was);
    secret_unref(fresh);
}

static void an_expired_key_is_refused(void **state)
{
    (void)state;
    put(1, "alice", "{\"expires\":\"1970-01-01T00:00:05Z\"}");
    assert_int_equal(verdict_of(s.text, 4999), KEY_FINE);
    assert_int_equal(verdict_of(s.text, 5000), KEY_EXPIRED);
}

static void names_and_ids_find_keys(void **state)
{
    (void)state;
    keyring_reserve(s.ring, 100);
    for (uint64_t id = 1000; id > 0; id--) {
        char name[32];

        (void)snprintf(name, sizeof(name), "key-%u", (unsigned)id);
        put(id, name, "{}");
    }
    for (uint64_t id = 1; id <= 1000; id++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "key-%u", (unsigned)id);
        assert_int_equal(id_of(name), id);
        assert_int_equal(id_of(name + 4), id);
    }
    assert_int_equal(id_of("key-1001"), 0);
    assert_int_equal(id_of("1001"), 0);
    assert_int_equal(id_of("KEY-1"), 0);
    assert_int_equal(id_of(""), 0);
}

static void whoever_names_no_key_is_told_where_they_are(void **state)
{
    struct key *key;

    (void)state;
    put(7, "alice", "{}");
    key = keyring_need(s.ring, STR("alice"), &s.keys.err);
    assert_int_equal(key->id, 7);
    key_unref(key);
    assert_null(keyring_need(s.ring, STR("bob"), &s.keys.err));
    assert_int_equal(s.keys.err.code, ERR_NOT_FOUND);
    assert_string_equal(s.keys.err.text,
                        "there is no relay key bob: `claude-relay key list` "
                        "shows those there are");
}

static void a_renamed_key_has_one_name(void **state)
{
    (void)state;
    put(1, "alice", "{}");
    put(1, "bob", "{}");
    assert_int_equal(id_of("alice"), 0);
    assert_int_equal(id_of("bob"), 1);
    assert_int_equal(keyring_count(s.ring), 1);
}

static void put_alice(void *arg)
{
    (void)arg;
    put(3, "alice", "{}");
}

static void remove_alice(void *arg)
{
    (void)arg;
    keyring_remove(s.ring, 3);
}

static void a_change_calls_those_who_wait_for_the_key(void **state)
{
    struct counters *others = counters_new(NULL, SUBJECT_OF_KEY(4));
    struct counters *hers = s.keys.counters;

    (void)state;
    assert_int_equal(scene_calls(hers, put_alice, NULL), 1);
    assert_int_equal(scene_calls(others, put_alice, NULL), 0);
    assert_int_equal(scene_calls(hers, remove_alice, NULL), 1);
    /* It is not there any more. */
    assert_int_equal(scene_calls(hers, remove_alice, NULL), 0);
    counters_unref(others);
}

static void each_verdict_has_its_text(void **state)
{
    static const struct {
        enum key_verdict verdict;
        const char *said;
    } cases[] = {
        { KEY_UNKNOWN, "not known" },        { KEY_REVOKED, "was revoked" },
        { KEY_EXPIRED, "has expired" },      { KEY_DISABLED, "switched off" },
        { KEY_REPLACED, "use the new one" },
    };
    struct key *key = scene_key(&s.keys, 1, "alice", "{}");
    struct err err;

    (void)state;
    assert_true(key_verdict_err(KEY_FINE, key, &err));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_false(key_verdict_err(cases[i].verdict, key, &err));
        assert_int_equal(err.code, ERR_NOT_ALLOWED);
        unit_assert_part(err.text, cases[i].said);
    }
    key_unref(key);
}

/* ---- several threads ----------------------------------------------------- */

struct race {
    char text[KEY_TEXT_LEN + 1];
    atomic_bool over;
};

static void *look_up(void *arg)
{
    struct race *race = arg;

    while (!atomic_load(&race->over)) {
        enum key_verdict verdict = verdict_of(race->text, 2000);

        assert_true(verdict == KEY_FINE || verdict == KEY_REVOKED);
    }
    return NULL;
}

/* TSan and ASan look on. */
static void look_ups_go_on_while_keys_change(void **state)
{
    struct race race = { .over = false };
    pthread_t threads[2];
    struct key *was;

    (void)state;
    put(3, "alice", "{}");
    memcpy(race.text, s.text, sizeof(race.text));
    was = keyring_get(s.ring, STR("alice"));
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_up, &race), 0);
    for (uint64_t i = 0; i < 2000; i++) {
        const struct key_row row = { .enabled = true,
                                     .revoked_ms = i % 2 ? KEY_NEVER : 1 };

        put_changed(was, &row);
        assert_int_equal(verdict_of(race.text, 2000),
                         i % 2 ? KEY_FINE : KEY_REVOKED);
        put(100 + i, "other", "{}");
        keyring_remove(s.ring, 100 + i);
    }
    atomic_store(&race.over, true);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    key_unref(was);
}

static void each_change_is_counted(void **state)
{
    struct key_scene scene;
    struct keyring *ring = keyring_new();
    uint64_t first = keyring_changes(ring);

    (void)state;
    scene_begin(&scene);
    keyring_put(ring, scene_key(&scene, 1, "alice", "{}"));
    assert_int_equal(keyring_changes(ring), first + 1);
    keyring_put(ring, scene_key(&scene, 1, "alice", "{}"));
    assert_int_equal(keyring_changes(ring), first + 2);
    keyring_remove(ring, 1);
    assert_int_equal(keyring_changes(ring), first + 3);
    keyring_free(ring);
    scene_end(&scene);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_key_is_found_by_its_text_only),
        TEST(a_change_counts_at_the_next_look_up),
        TEST(a_rotated_key_has_two_texts_for_a_while),
        TEST(an_expired_key_is_refused),
        TEST(names_and_ids_find_keys),
        TEST(whoever_names_no_key_is_told_where_they_are),
        TEST(a_renamed_key_has_one_name),
        TEST(a_change_calls_those_who_wait_for_the_key),
        TEST(each_verdict_has_its_text),
        TEST(look_ups_go_on_while_keys_change),
        TEST(each_change_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
