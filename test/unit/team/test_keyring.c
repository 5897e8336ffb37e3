// SPDX-License-Identifier: MIT
/* The keyring: looking up and putting. */
#include "team/keyring.h"

#include <pthread.h>
#include <string.h>

#include "key_scene.h"

/* A key in the ring, and a copy of its text. */
static void put(struct keyring *ring, struct key_scene *scene, uint64_t id,
                const char *name, char text[KEY_TEXT_LEN + 1])
{
    struct key *key = scene_key(scene, id, name, "{}");

    assert_non_null(key);
    memcpy(text, secret_reveal(scene->secret).at, KEY_TEXT_LEN);
    text[KEY_TEXT_LEN] = '\0';
    keyring_put(ring, key);
}

static enum key_verdict verdict_of(struct keyring *ring, const char *text,
                                   uint64_t now_ms)
{
    enum key_verdict verdict;

    key_unref(keyring_find(ring, str_of(text), now_ms, &verdict));
    return verdict;
}

static void a_key_is_found_by_its_text_only(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;
    char text[KEY_TEXT_LEN + 1];
    enum key_verdict verdict;
    struct key *key;

    (void)state;
    scene_begin(&scene);
    assert_int_equal(keyring_count(ring), 0);
    put(ring, &scene, 3, "alice", text);
    assert_int_equal(keyring_count(ring), 1);
    key = keyring_find(ring, str_of(text), 2000, &verdict);
    assert_int_equal(verdict, KEY_FINE);
    assert_string_equal(key->name, "alice");
    key_unref(key);
    text[20] = text[20] == 'a' ? 'b' : 'a';
    assert_null(keyring_find(ring, str_of(text), 2000, &verdict));
    assert_int_equal(verdict, KEY_UNKNOWN);
    assert_int_equal(verdict_of(ring, "", 1), KEY_UNKNOWN);
    assert_int_equal(verdict_of(ring, "alice", 1), KEY_UNKNOWN);
    scene_end(&scene);
    keyring_free(ring);
    keyring_free(NULL);
}

/* The same key with another row; its first text as before. */
static struct key *changed(struct key_scene *scene, const struct key *was,
                           const struct key_row *change)
{
    const struct key_parts parts = scene_parts(scene);
    struct key_row row = *change;

    row.id = was->id;
    row.name = str_of(was->name);
    row.created_ms = was->created_ms;
    row.doc = str_of(was->doc);
    if (!row.texts) {
        row.texts = was->texts;
        row.text_count = was->text_count;
    }
    return key_build(&row, &parts, &scene->err);
}

static void a_change_counts_at_the_next_look_up(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;
    char text[KEY_TEXT_LEN + 1];
    struct key *was;

    (void)state;
    scene_begin(&scene);
    put(ring, &scene, 3, "alice", text);
    was = keyring_get(ring, STR("3"));
    keyring_put(ring, changed(&scene, was,
                              &(struct key_row){ .enabled = true,
                                                 .revoked_ms = 2000 }));
    assert_int_equal(verdict_of(ring, text, 2000), KEY_REVOKED);
    keyring_put(ring, changed(&scene, was,
                              &(struct key_row){ .enabled = false,
                                                 .revoked_ms = KEY_NEVER }));
    assert_int_equal(verdict_of(ring, text, 2000), KEY_DISABLED);
    keyring_put(ring, changed(&scene, was,
                              &(struct key_row){ .enabled = true,
                                                 .revoked_ms = KEY_NEVER }));
    assert_int_equal(verdict_of(ring, text, 2000), KEY_FINE);
    assert_int_equal(keyring_count(ring), 1);
    keyring_remove(ring, 3);
    keyring_remove(ring, 3);
    assert_int_equal(verdict_of(ring, text, 2000), KEY_UNKNOWN);
    assert_int_equal(keyring_count(ring), 0);
    assert_null(keyring_get(ring, STR("alice")));
    key_unref(was);
    scene_end(&scene);
    keyring_free(ring);
}

static void a_rotated_key_has_two_texts_for_a_while(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;
    char text[KEY_TEXT_LEN + 1];
    struct key_text texts[2];
    struct secret *fresh;
    struct key *was;

    (void)state;
    scene_begin(&scene);
    put(ring, &scene, 3, "alice", text);
    was = keyring_get(ring, STR("alice"));
    fresh = key_text_new(2000, &texts[0]);
    texts[1] = was->texts[0];
    texts[1].expires_ms = 5000;
    keyring_put(ring, changed(&scene, was,
                              &(struct key_row){ .enabled = true,
                                                 .revoked_ms = KEY_NEVER,
                                                 .text_count = 2,
                                                 .texts = texts }));
    assert_int_equal(verdict_of(ring, text, 4999), KEY_FINE);
    assert_int_equal(verdict_of(ring, text, 5000), KEY_REPLACED);
    assert_int_equal(verdict_of(ring, secret_reveal(fresh).at, 5000), KEY_FINE);
    keyring_remove(ring, 3);
    assert_int_equal(verdict_of(ring, text, 4999), KEY_UNKNOWN);
    key_unref(was);
    secret_unref(fresh);
    scene_end(&scene);
    keyring_free(ring);
}

static void an_expired_key_is_refused(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;
    char text[KEY_TEXT_LEN + 1];
    struct key *key;

    (void)state;
    scene_begin(&scene);
    key =
        scene_key(&scene, 1, "alice", "{\"expires\":\"1970-01-01T00:00:05Z\"}");
    memcpy(text, secret_reveal(scene.secret).at, KEY_TEXT_LEN);
    text[KEY_TEXT_LEN] = '\0';
    keyring_put(ring, key);
    assert_int_equal(verdict_of(ring, text, 4999), KEY_FINE);
    assert_int_equal(verdict_of(ring, text, 5000), KEY_EXPIRED);
    scene_end(&scene);
    keyring_free(ring);
}

static void names_and_ids_find_keys(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;
    char text[KEY_TEXT_LEN + 1];
    struct key *key;

    (void)state;
    scene_begin(&scene);
    keyring_reserve(ring, 100);
    for (uint64_t id = 1000; id > 0; id--) {
        char name[32];

        (void)snprintf(name, sizeof(name), "key-%u", (unsigned)id);
        put(ring, &scene, id, name, text);
    }
    for (uint64_t id = 1; id <= 1000; id++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "key-%u", (unsigned)id);
        key = keyring_get(ring, str_of(name));
        assert_int_equal(key->id, id);
        key_unref(key);
        key = keyring_get(ring, str_of(name + 4));
        assert_int_equal(key->id, id);
        key_unref(key);
    }
    assert_null(keyring_get(ring, STR("key-1001")));
    assert_null(keyring_get(ring, STR("1001")));
    assert_null(keyring_get(ring, STR("KEY-1")));
    assert_null(keyring_get(ring, STR_EMPTY));
    key = keyring_need(ring, STR("key-7"), &scene.err);
    assert_int_equal(key->id, 7);
    key_unref(key);
    assert_null(keyring_need(ring, STR("bob"), &scene.err));
    assert_int_equal(scene.err.code, ERR_NOT_FOUND);
    assert_string_equal(scene.err.text,
                        "there is no relay key bob: `claude-relay key list` "
                        "shows those there are");
    scene_end(&scene);
    keyring_free(ring);
}

static void a_renamed_key_has_one_name(void **state)
{
    struct keyring *ring = keyring_new();
    struct key_scene scene;
    char text[KEY_TEXT_LEN + 1];
    struct key *key;

    (void)state;
    scene_begin(&scene);
    put(ring, &scene, 1, "alice", text);
    put(ring, &scene, 1, "bob", text);
    assert_null(keyring_get(ring, STR("alice")));
    key = keyring_get(ring, STR("bob"));
    assert_int_equal(key->id, 1);
    key_unref(key);
    assert_int_equal(keyring_count(ring), 1);
    scene_end(&scene);
    keyring_free(ring);
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
    struct key_scene scene;
    struct key *key;
    struct err err;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 1, "alice", "{}");
    assert_true(key_verdict_err(KEY_FINE, key, &err));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_false(key_verdict_err(cases[i].verdict, key, &err));
        assert_int_equal(err.code, ERR_NOT_ALLOWED);
        unit_assert_part(err.text, cases[i].said);
    }
    key_unref(key);
    scene_end(&scene);
}

/* ---- several threads ----------------------------------------------------- */

struct race {
    struct keyring *ring;
    char text[KEY_TEXT_LEN + 1];
    atomic_bool over;
};

static void *look_up(void *arg)
{
    struct race *race = arg;

    while (!atomic_load(&race->over)) {
        enum key_verdict verdict = verdict_of(race->ring, race->text, 2000);

        assert_true(verdict == KEY_FINE || verdict == KEY_REVOKED);
    }
    return NULL;
}

/* TSan and ASan look on. */
static void look_ups_go_on_while_keys_change(void **state)
{
    struct race race = { .ring = keyring_new() };
    struct key_scene scene;
    pthread_t threads[2];
    struct key *was;

    (void)state;
    scene_begin(&scene);
    put(race.ring, &scene, 3, "alice", race.text);
    was = keyring_get(race.ring, STR("alice"));
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_up, &race), 0);
    for (uint64_t i = 0; i < 2000; i++) {
        const struct key_row row = { .enabled = true,
                                     .revoked_ms = i % 2 ? KEY_NEVER : 1 };
        char text[KEY_TEXT_LEN + 1];

        keyring_put(race.ring, changed(&scene, was, &row));
        assert_int_equal(verdict_of(race.ring, race.text, 2000),
                         i % 2 ? KEY_FINE : KEY_REVOKED);
        put(race.ring, &scene, 100 + i, "other", text);
        keyring_remove(race.ring, 100 + i);
    }
    atomic_store(&race.over, true);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    key_unref(was);
    scene_end(&scene);
    keyring_free(race.ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_found_by_its_text_only),
        cmocka_unit_test(a_change_counts_at_the_next_look_up),
        cmocka_unit_test(a_rotated_key_has_two_texts_for_a_while),
        cmocka_unit_test(an_expired_key_is_refused),
        cmocka_unit_test(names_and_ids_find_keys),
        cmocka_unit_test(a_renamed_key_has_one_name),
        cmocka_unit_test(each_verdict_has_its_text),
        cmocka_unit_test(look_ups_go_on_while_keys_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
