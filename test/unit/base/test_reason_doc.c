// SPDX-License-Identifier: MIT
/* Codes and values as documents. */
#include "base/reason_doc.h"

#include "unit.h"

static void a_row_has_its_code_and_values(void **state)
{
    struct err err;

    (void)state;
    REASON_SET(&err, IMPORT_NOT_TEXT, "credentials.", "token");
    unit_assert_doc(reason_doc(&err),
                    "{\"code\":\"import_not_text\",\"params\":{\"place\":"
                    "\"credentials.\",\"member\":\"token\"}}");
    err_wrap(&err, "content");
    unit_assert_doc(
        reason_doc(&err),
        "{\"code\":\"import_not_text\",\"params\":{\"place\":"
        "\"credentials.\",\"member\":\"token\",\"at\":\"content\"}}");
}

static void a_failure_without_a_row_has_that_of_its_kind(void **state)
{
    struct err err;

    (void)state;
    err_set(&err, ERR_EXISTS, "there is one: %s", "a");
    unit_assert_doc(reason_doc(&err), "{\"code\":\"exists\",\"params\":{}}");
}

static void both_members_are_set_or_null(void **state)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *reason;
    struct err err;

    (void)state;
    err_set(&err, ERR_EXISTS, "there is one");
    reason = reason_doc(&err);
    reason_doc_set(doc, reason);
    json_doc_free(reason);
    assert_true(json_doc_is_object(json_doc_get(doc, "params")));
    reason_doc_set(doc, NULL);
    unit_assert_doc(doc, "{\"code\":null,\"params\":null}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_has_its_code_and_values),
        cmocka_unit_test(a_failure_without_a_row_has_that_of_its_kind),
        cmocka_unit_test(both_members_are_set_or_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
