// SPDX-License-Identifier: MIT
/* A change put into a document. */
#include <string.h>

#include "base/mem.h"
#include "team/key_change_internal.h"
#include "unit.h"

static const struct {
    const char *was;
    const char *change;
    const char *want;
} cases[] = {
    { "{}", "{\"owner\":\"Bob\"}", "{\"owner\":\"Bob\"}" },
    { "{\"owner\":\"Bob\"}", "{\"owner\":null}", "{}" },
    { "{}", "{\"owner\":null}", "{}" },
    { "{}", "{\"name\":\"a\",\"group\":\"g\",\"enabled\":false}", "{}" },
    { "{\"models\":[\"a\",\"b\"]}", "{\"models\":[\"c\"]}",
      "{\"models\":[\"c\"]}" },
    { "{\"limits\":{\"rpm\":1}}", "{\"limits\":{\"rpd\":2}}",
      "{\"limits\":{\"rpm\":1,\"rpd\":2}}" },
    { "{\"limits\":{\"rpm\":1,\"rpd\":2}}", "{\"limits\":{\"rpm\":null}}",
      "{\"limits\":{\"rpd\":2}}" },
    { "{\"limits\":{\"rpm\":1}}", "{\"limits\":null}", "{}" },
    { "{}", "{\"limits\":{\"rpm\":null,\"rpd\":2}}",
      "{\"limits\":{\"rpd\":2}}" },
};

static void a_change_is_merged_and_left_as_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err;
        struct json_doc *change = json_doc_parse(str_of(cases[i].change), &err);
        struct buf again;
        char *merged = key_doc_merge(cases[i].was, change, &err);

        assert_string_equal(merged, cases[i].want);
        buf_init(&again, 1000);
        assert_true(json_doc_write(change, false, &again));
        unit_assert_str(buf_str(&again), cases[i].change);
        buf_done(&again);
        mem_free(merged);
        json_doc_free(change);
    }
}

/* Begun afresh, it would have no restrictions. */
static void what_cannot_be_read_is_not_changed(void **state)
{
    static const char *const damaged[] = { "",  "{",    "[]",
                                           "5", "null", "{\"limits\":5}" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(damaged); i++) {
        struct err err;
        struct json_doc *change =
            json_doc_parse(STR("{\"limits\":{\"rpm\":1}}"), &err);

        assert_null(key_doc_merge(damaged[i], change, &err));
        assert_int_equal(err.code, ERR_CONFLICT);
        unit_assert_part(err.text, "restore a backup");
        json_doc_free(change);
    }
}

static void too_much_is_refused(void **state)
{
    struct json_doc *change = json_doc_new_object();
    struct json_doc *list = json_doc_new_array();
    char *text = mem_zalloc(6001);
    struct err err;

    (void)state;
    memset(text, 'x', 6000);
    for (size_t i = 0; i < 64; i++)
        json_doc_add(list, json_doc_new_str(str_of(text)));
    json_doc_set(change, "models", list);
    assert_null(key_doc_merge("{}", change, &err));
    assert_int_equal(err.code, ERR_TOO_LARGE);
    mem_free(text);
    json_doc_free(change);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_merged_and_left_as_it_was),
        cmocka_unit_test(what_cannot_be_read_is_not_changed),
        cmocka_unit_test(too_much_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
