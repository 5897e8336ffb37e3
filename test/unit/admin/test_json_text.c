// SPDX-License-Identifier: MIT
/* Members of JSON objects as text. */
#include "admin/json_text.h"

#include "unit.h"

static void members_bring_their_commas_and_are_escaped(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    buf_add(&out, STR("{"));
    json_text_str(&out, "a", STR("\"><img src=x>\n"));
    json_text_str(&out, "b", STR_EMPTY);
    json_text_number(&out, "c", -5);
    json_text_u64(&out, "d", UINT64_MAX);
    json_text_maybe(&out, "e", true, 0);
    json_text_maybe(&out, "f", false, 7);
    json_text_bool(&out, "g", true);
    json_text_bool(&out, "h", false);
    json_text_time(&out, "i", 1796000000123);
    json_text_time(&out, "j", 0);
    json_text_name(&out, "k");
    buf_add(&out, STR("[]}"));
    unit_assert_str(
        buf_str(&out),
        "{\"a\":\"\\\"><img src=x>\\n\",\"b\":null,\"c\":-5,"
        "\"d\":18446744073709551615,\"e\":0,\"f\":null,\"g\":true,\"h\":false,"
        "\"i\":\"2026-11-30T00:53:20.123Z\",\"j\":null,\"k\":[]}");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_bring_their_commas_and_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
