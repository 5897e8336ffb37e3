// SPDX-License-Identifier: MIT
/* What is kept of an account comes back as it was, and rubbish as nothing. */
#include "account/vitals_json.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "unit.h"

#define NOW_MS 1795900000000u

static struct vitals_copy sick(void)
{
    struct vitals_copy copy = {
        .health = { .taught = { NOW_MS, NOW_MS + 5, true, "a limit" },
                    .off = { NOW_MS + 8, true },
                    .signed_out = { NOW_MS + 9, false },
                    .stopped = HEALTH_BLOCKED,
                    .stopped_ms = NOW_MS + 2,
                    .stopped_cause = "its organization",
                    .last_error = "the provider failed",
                    .last_error_ms = NOW_MS + 3 },
        .windows = { .count = 2 },
        .cleared_ms = NOW_MS + 4,
    };

    copy.health.families[0] =
        (struct health_family){ "opus", { NOW_MS, NOW_MS + 7, false, "x" } };
    copy.windows.at[0] = (struct quota){ .name = "5h",
                                         .status = QUOTA_REJECTED,
                                         .used_ppm = 1020000,
                                         .reset_ms = NOW_MS + 100,
                                         .seen_ms = NOW_MS,
                                         .samples = { { 1, 2 }, { 3, 4 } },
                                         .sample_count = 2 };
    copy.windows.at[1] = (struct quota){ .name = "7d_oi", .used_ppm = -1 };
    return copy;
}

static void assert_same_pause(const struct health_pause *a,
                              const struct health_pause *b)
{
    assert_int_equal(a->since_ms, b->since_ms);
    assert_int_equal(a->until_ms, b->until_ms);
    assert_int_equal(a->soft, b->soft);
    assert_string_equal(a->cause, b->cause);
}

static void it_comes_back_as_it_was(void **state)
{
    struct vitals_copy was = sick();
    struct json_doc *doc = vitals_to_json(&was);
    struct vitals_copy is;

    (void)state;
    vitals_from_json(doc, &is);
    assert_same_pause(&is.health.taught, &was.health.taught);
    assert_int_equal(is.health.off.since_ms, NOW_MS + 8);
    assert_true(is.health.off.found);
    assert_int_equal(is.health.signed_out.since_ms, NOW_MS + 9);
    assert_false(is.health.signed_out.found);
    assert_int_equal(is.cleared_ms, was.cleared_ms);
    assert_string_equal(is.health.families[0].name, "opus");
    assert_same_pause(&is.health.families[0].pause,
                      &was.health.families[0].pause);
    assert_int_equal(is.health.stopped, HEALTH_BLOCKED);
    assert_int_equal(is.health.stopped_ms, NOW_MS + 2);
    assert_string_equal(is.health.stopped_cause, "its organization");
    assert_string_equal(is.health.last_error, "the provider failed");
    assert_int_equal(is.health.last_error_ms, NOW_MS + 3);
    assert_int_equal(is.windows.count, 2);
    assert_memory_equal(&is.windows.at[0], &was.windows.at[0],
                        sizeof(struct quota));
    assert_int_equal(is.windows.at[1].used_ppm, -1);
    json_doc_free(doc);
}

static void rubbish_is_nothing(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "null",
        "{\"taught\":5,\"families\":[1],\"stopped\":7,\"windows\":\"x\"}",
        "{\"families\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1}}",
        "{\"stopped\":\"sideways\"}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const struct health_file fine = { .disabled = false };
        struct err err;
        struct json_doc *doc = json_doc_parse(str_of(texts[i]), &err);
        struct vitals_copy copy;

        vitals_from_json(doc, &copy);
        assert_int_equal(
            health_view(&copy.health, &fine, STR_EMPTY, NOW_MS).state,
            HEALTH_READY);
        assert_int_equal(copy.windows.count, 0);
        json_doc_free(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_comes_back_as_it_was),
        cmocka_unit_test(rubbish_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
