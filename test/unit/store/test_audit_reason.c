// SPDX-License-Identifier: MIT
/* Why something was refused, as rows of the audit log keep it. */
#include "store/audit_reason.h"

#include "base/reason.h"
#include "store/audit_difference.h"
#include "unit.h"

static void tokens_are_not_shown(void **state)
{
    struct err err;

    (void)state;
    REASON_SET(&err, MEMBER_UNKNOWN, "body's member",
               "sk-ant-oat01-abcdefghijklmnopqrstuvwx", "note");
    unit_assert_doc(
        audit_reason_of(&err),
        "{\"code\":\"member_unknown\",\"params\":{\"what\":\"body's "
        "member\",\"member\":\"" AUDIT_HIDDEN "\",\"known\":\"note\"}}");
}

static void what_is_kept_is_read(void **state)
{
    struct json_doc *doc = json_doc_new_object();

    (void)state;
    audit_reason_add(doc, STR("{\"code\":\"a\",\"params\":{\"b\":\"c\"}}"));
    unit_assert_doc(json_doc_copy(doc),
                    "{\"code\":\"a\",\"params\":{\"b\":\"c\"}}");
    audit_reason_add(doc, STR("{\"code\":"));
    unit_assert_doc(json_doc_copy(doc), "{\"code\":null,\"params\":null}");
    audit_reason_add(doc, STR(""));
    unit_assert_doc(doc, "{\"code\":null,\"params\":null}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_not_shown),
        cmocka_unit_test(what_is_kept_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
