// SPDX-License-Identifier: MIT
/* Members of a document that keys and groups share. */
#include "key_scene.h"

static bool fill_zone(struct key_scene *scene, const char *text,
                      const struct zone **zone)
{
    const struct key_parts parts = scene_parts(scene);
    struct json_doc *doc = json_doc_parse(str_of(text), &scene->err);
    bool fine = key_fill_zone(zone, doc, &parts, &scene->err);

    json_doc_free(doc);
    return fine;
}

static void a_zone_is_the_members_or_the_relays(void **state)
{
    struct key_scene scene;
    const struct zone *zone;

    (void)state;
    scene_begin(&scene);
    assert_true(fill_zone(&scene, "{}", &zone));
    assert_ptr_equal(zone, zone_utc());
    assert_true(fill_zone(&scene, "{\"time_zone\":\"-03:30\"}", &zone));
    assert_string_equal(zone_name(zone), "-03:30");
    assert_false(fill_zone(&scene, "{\"time_zone\":\"Nowhere\"}", &zone));
    assert_int_equal(scene.err.code, ERR_BAD_REQUEST);
    unit_assert_part(scene.err.text, "time_zone");
    scene_end(&scene);
}

static void an_owner_is_a_text_or_none(void **state)
{
    struct key_scene scene;
    struct key *key;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 1, "a", "{\"owner\":\"Eve\"}");
    assert_string_equal(key->owner, "Eve");
    key_unref(key);
    key = scene_key(&scene, 1, "a", "{\"owner\":null}");
    assert_null(key->owner);
    key_unref(key);
    scene_end(&scene);
}

static void limits_that_are_not_given_are_none(void **state)
{
    struct json_doc *doc;
    struct limits limits;
    struct err err;

    (void)state;
    doc = json_doc_parse(
        STR("{\"limits\":{\"rpm\":0,\"cost_total\":\"0.000001\"}}"), &err);
    assert_true(key_fill_limits(&limits, doc, &err));
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        uint64_t want = i == LIMIT_RPM          ? 0
                        : i == LIMIT_COST_TOTAL ? 1
                                                : LIMIT_NONE;

        assert_true(limits.at[i] == want);
    }
    json_doc_free(doc);
    assert_true(key_fill_limits(&limits, NULL, &err));
    assert_false(limits_any(&limits));
}

static void the_whole_of_the_last_day_is_in(void **state)
{
    static const struct {
        const char *doc;
        uint64_t want_s;
    } cases[] = {
        { "{\"expires\":\"2026-12-31\"}", 1798761600 },
        { "{\"expires\":\"2026-02-28\"}", 1772323200 },
        { "{\"expires\":\"2026-12-31\",\"time_zone\":\"+08:00\"}", 1798732800 },
        { "{\"expires\":\"2026-12-31T00:00:00Z\",\"time_zone\":\"+08:00\"}",
          1798675200 },
    };
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct key *key = scene_key(&scene, 1, "alice", cases[i].doc);

        assert_int_equal(key->expires_ms, cases[i].want_s * 1000);
        key_unref(key);
    }
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zone_is_the_members_or_the_relays),
        cmocka_unit_test(an_owner_is_a_text_or_none),
        cmocka_unit_test(limits_that_are_not_given_are_none),
        cmocka_unit_test(the_whole_of_the_last_day_is_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
