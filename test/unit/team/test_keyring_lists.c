// SPDX-License-Identifier: MIT
/* Lists of keys, and which were used. */
#include <string.h>

#include "base/mem.h"
#include "key_scene.h"
#include "team/keyring.h"

struct scene {
    struct key_scene keys;
    struct keyring *ring;
};

static int begin(void **state)
{
    static const char *const docs[][2] = {
        { "alice", "{\"owner\":\"Anna\",\"tags\":[\"Dev\",\"berlin\"]}" },
        { "bob", "{\"owner\":\"ANNABEL\",\"tags\":[\"dev ops\"]}" },
        { "annex", "{}" },
        { "carol", "{\"owner\":\"x\",\"tags\":[\"dev\"]}" },
    };
    struct scene *scene = MEM_NEW(struct scene);

    scene_begin(&scene->keys);
    scene->ring = keyring_new();
    for (size_t i = 0; i < COUNT_OF(docs); i++)
        keyring_put(scene->ring,
                    scene_key(&scene->keys, i + 1, docs[i][0], docs[i][1]));
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;

    keyring_free(scene->ring);
    scene_end(&scene->keys);
    mem_free(scene);
    return 0;
}

/* The ids of a page as one number. */
static uint64_t ids_of(struct scene *scene, const struct keyring_query *query,
                       uint64_t *next)
{
    struct keyring_page page;
    uint64_t ids = 0;

    keyring_page(scene->ring, query, 2000, &page);
    for (size_t i = 0; i < page.count; i++)
        ids = ids * 10 + page.at[i]->id;
    if (next)
        *next = page.next;
    keyring_page_done(&page);
    return ids;
}

static void searches_look_where_they_say(void **state)
{
    static const struct {
        struct keyring_query query;
        uint64_t want;
    } cases[] = {
        { { .max = 10 }, 1234 },
        { { .max = 10, .search = { "ann", 3 } }, 123 },
        { { .max = 10, .search = { "DEV", 3 } }, 124 },
        { { .max = 10, .search = { "zzz", 3 } }, 0 },
        { { .max = 10, .name = { "Ann", 3 } }, 3 },
        { { .max = 10, .name = { "dev", 3 } }, 0 },
        { { .max = 10, .owner = { "anna", 4 } }, 12 },
        { { .max = 10, .owner = { "bel", 3 } }, 2 },
        { { .max = 10, .owner = { "annex", 5 } }, 0 },
        { { .max = 10, .tag = { "DEV", 3 } }, 14 },
        { { .max = 10, .tag = { "de", 2 } }, 0 },
        { { .max = 10, .tag = { "dev ops", 7 } }, 2 },
        { { .max = 10, .tag = { "dev", 3 }, .owner = { "anna", 4 } }, 1 },
        { { .max = 10, .group = { "nobody", 6 } }, 0 },
        { { .max = 10, .state = { "active", 6 } }, 1234 },
        { { .max = 10, .state = { "revoked", 7 } }, 0 },
        { { .max = 0 }, 0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (ids_of(*state, &cases[i].query, NULL) != cases[i].want)
            fail_msg("case %zu", i);
    }
}

/* All that match, on all pages. */
static void matches_are_counted_on_the_first_page(void **state)
{
    struct scene *scene = *state;
    struct keyring_query query = { .max = 1, .search = { "ann", 3 } };
    struct keyring_page page;
    size_t pages = 0;

    do {
        keyring_page(scene->ring, &query, 1, &page);
        assert_int_equal(page.count, 1);
        if (pages++ == 0)
            assert_int_equal(page.total, 3);
        query.after = page.next;
        keyring_page_done(&page);
    } while (query.after != 0);
    assert_int_equal(pages, 3);
}

static void put_many(struct scene *scene, size_t count)
{
    const struct key_parts parts = scene_parts(&scene->keys);

    for (uint64_t id = 100; id < 100 + count; id++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "many-%llu", (unsigned long long)id);
        keyring_put(scene->ring,
                    key_build(&(struct key_row){ .id = id,
                                                 .name = str_of(name),
                                                 .enabled = true,
                                                 .revoked_ms = KEY_NEVER,
                                                 .doc = STR("{}") },
                              &parts, &scene->keys.err));
    }
}

/* However many there are, the lock is not held for long; whoever follows pages does not
   count all of them on each. */
static void a_page_is_found_in_steps(void **state)
{
    struct scene *scene = *state;
    struct keyring_query query = { .max = 1 };
    struct keyring_page page;

    put_many(scene, 2 * KEYRING_STEP);
    keyring_page_begin(&query, &page);
    assert_false(keyring_page_step(scene->ring, &query, 1, &page));
    assert_int_equal(page.total, KEYRING_STEP);
    keyring_remove(scene->ring, page.seen);
    assert_false(keyring_page_step(scene->ring, &query, 1, &page));
    assert_true(keyring_page_step(scene->ring, &query, 1, &page));
    assert_true(keyring_page_step(scene->ring, &query, 1, &page));
    assert_int_equal(page.total, 2 * KEYRING_STEP + 4);
    assert_int_equal(page.count, 1);
    query.after = page.next;
    keyring_page_done(&page);
    keyring_page_begin(&query, &page);
    assert_true(keyring_page_step(scene->ring, &query, 1, &page));
    assert_int_equal(page.at[0]->id, 2);
    assert_int_equal(page.seen, 3);
    keyring_page_done(&page);
}

static void endless_searches_find_nothing(void **state)
{
    static char text[5000];
    struct keyring_query query = { .max = 10 };

    memset(text, 'a', sizeof(text));
    query.search = (struct str){ text, sizeof(text) };
    assert_int_equal(ids_of(*state, &query, NULL), 0);
    query.search = STR_EMPTY;
    query.tag = (struct str){ text, sizeof(text) };
    assert_int_equal(ids_of(*state, &query, NULL), 0);
}

static void pages_follow_each_other(void **state)
{
    struct keyring_query query = { .max = 2 };
    uint64_t next;

    assert_int_equal(ids_of(*state, &query, &next), 12);
    assert_int_equal(next, 2);
    query.after = next;
    assert_int_equal(ids_of(*state, &query, &next), 34);
    assert_int_equal(next, 0);
    query.after = 4;
    assert_int_equal(ids_of(*state, &query, &next), 0);
    query.after = UINT64_MAX;
    assert_int_equal(ids_of(*state, &query, &next), 0);
}

/* A key that goes between two pages takes none with it. */
static void a_page_goes_on_where_keys_have_gone(void **state)
{
    struct scene *scene = *state;
    struct keyring_query query = { .max = 2 };
    uint64_t next;

    assert_int_equal(ids_of(scene, &query, &next), 12);
    keyring_remove(scene->ring, 2);
    keyring_remove(scene->ring, 1);
    query.after = next;
    assert_int_equal(ids_of(scene, &query, &next), 34);
}

static void keys_are_listed_by_group(void **state)
{
    struct scene *scene = *state;
    struct key_parts parts = scene_parts(&scene->keys);
    const struct key_row row = { .id = 9,
                                 .name = STR("dora"),
                                 .enabled = true,
                                 .revoked_ms = KEY_NEVER,
                                 .doc = STR("{}") };
    struct keyring_query query = { .max = 10, .group = STR("students") };

    keyring_put_group(scene->ring,
                      scene_group(&scene->keys, 5, "students", "{}"));
    parts.group = keyring_group_cell(scene->ring, 5);
    keyring_put(scene->ring, key_build(&row, &parts, &scene->keys.err));
    group_cell_unref(parts.group);
    assert_int_equal(ids_of(scene, &query, NULL), 9);
    query.group = STR("5");
    assert_int_equal(ids_of(scene, &query, NULL), 9);
}

static bool add_id(void *arg, struct key *key)
{
    uint64_t *ids = arg;

    *ids = *ids * 10 + key->id;
    return key->id != 3;
}

static void a_visit_may_stop(void **state)
{
    struct scene *scene = *state;
    uint64_t ids = 0;

    keyring_each(scene->ring, add_id, &ids);
    assert_int_equal(ids, 123);
}

/* ---- use ----------------------------------------------------------------- */

static size_t take(struct scene *scene)
{
    struct key *used[8];
    size_t count = keyring_take_used(scene->ring, used, COUNT_OF(used));

    for (size_t i = 0; i < count; i++)
        key_unref(used[i]);
    return count;
}

static void a_use_is_listed_once_in_half_a_minute(void **state)
{
    struct scene *scene = *state;
    struct key *key = keyring_get(scene->ring, STR("alice"));

    assert_int_equal(take(scene), 0);
    keyring_used(scene->ring, key, 100000);
    keyring_used(scene->ring, key, 100001);
    assert_int_equal(atomic_load(&key->use->first_ms), 100000);
    assert_int_equal(atomic_load(&key->use->last_ms), 100000);
    assert_int_equal(take(scene), 1);
    keyring_used(scene->ring, key, 129999);
    assert_int_equal(take(scene), 0);
    keyring_used(scene->ring, key, 130000);
    assert_int_equal(take(scene), 1);
    assert_int_equal(atomic_load(&key->use->first_ms), 100000);
    assert_int_equal(atomic_load(&key->use->last_ms), 130000);
    key_unref(key);
}

static void what_could_not_be_saved_is_listed_again(void **state)
{
    struct scene *scene = *state;
    struct key *key = keyring_get(scene->ring, STR("alice"));
    struct key *used[1];

    keyring_used(scene->ring, key, 100000);
    assert_int_equal(keyring_take_used(scene->ring, used, 1), 1);
    keyring_used_again(scene->ring, used[0]);
    keyring_used_again(scene->ring, used[0]);
    key_unref(used[0]);
    assert_int_equal(take(scene), 1);
    assert_int_equal(take(scene), 0);
    /* One that stays in the list is freed with the ring. */
    keyring_used(scene->ring, key, 200000);
    key_unref(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(searches_look_where_they_say, begin,
                                        end),
        cmocka_unit_test_setup_teardown(endless_searches_find_nothing, begin,
                                        end),
        cmocka_unit_test_setup_teardown(pages_follow_each_other, begin, end),
        cmocka_unit_test_setup_teardown(a_page_goes_on_where_keys_have_gone,
                                        begin, end),
        cmocka_unit_test_setup_teardown(matches_are_counted_on_the_first_page,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_page_is_found_in_steps, begin, end),
        cmocka_unit_test_setup_teardown(keys_are_listed_by_group, begin, end),
        cmocka_unit_test_setup_teardown(a_visit_may_stop, begin, end),
        cmocka_unit_test_setup_teardown(a_use_is_listed_once_in_half_a_minute,
                                        begin, end),
        cmocka_unit_test_setup_teardown(what_could_not_be_saved_is_listed_again,
                                        begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
