// SPDX-License-Identifier: MIT
/* Which tags keys have. */
#include "key_scene.h"
#include "team/keyring.h"

static struct {
    struct key_scene keys;
    struct keyring *ring;
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

static void put(uint64_t id, const char *doc)
{
    const struct key_parts parts = scene_parts(&s.keys);
    char name[32];

    (void)snprintf(name, sizeof(name), "key-%llu", (unsigned long long)id);
    keyring_put(s.ring, key_build(&(struct key_row){ .id = id,
                                                     .name = str_of(name),
                                                     .enabled = true,
                                                     .revoked_ms = KEY_NEVER,
                                                     .doc = str_of(doc) },
                                  &parts, &s.keys.err));
}

static void take(struct keyring_tags *tags)
{
    *tags = (struct keyring_tags){ .at = NULL };
    while (!keyring_tags_step(s.ring, tags))
        continue;
}

static void tags_are_counted_in_their_order(void **state)
{
    static const struct keyring_tag want[] = {
        { (char *)"ci", 1 },
        { (char *)"dev", 2 },
        { (char *)"dev ops", 1 },
    };
    struct keyring_tags tags;

    (void)state;
    take(&tags);
    assert_int_equal(tags.count, 0);
    keyring_tags_done(&tags);
    put(1, "{\"owner\":\"ops\",\"tags\":[\"Dev\",\"ci\"]}");
    put(2, "{\"tags\":[\"dev\",\"dev ops\"]}");
    put(3, "{}");
    take(&tags);
    assert_int_equal(tags.count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_string_equal(tags.at[i].name, want[i].name);
        assert_int_equal(tags.at[i].keys, want[i].keys);
    }
    assert_false(tags.more);
    keyring_tags_done(&tags);
}

/* However many there are, and however many keys. */
static void there_is_an_end_to_tags(void **state)
{
    struct keyring_tags tags = { .at = NULL };

    (void)state;
    for (uint64_t id = 1; id <= KEYRING_STEP + 1; id++) {
        char doc[64];

        (void)snprintf(doc, sizeof(doc), "{\"tags\":[\"t%llu\"]}",
                       (unsigned long long)(id % (KEYRING_TAGS_MAX + 1)));
        put(id, doc);
    }
    assert_false(keyring_tags_step(s.ring, &tags));
    assert_true(keyring_tags_step(s.ring, &tags));
    assert_int_equal(tags.count, KEYRING_TAGS_MAX);
    assert_true(tags.more);
    keyring_tags_done(&tags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tags_are_counted_in_their_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(there_is_an_end_to_tags, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
