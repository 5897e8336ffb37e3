// SPDX-License-Identifier: MIT
/* Names of users. */
#include "base/user.h"

#include "unit.h"

#define FILE_TEXT                                                              \
    "root:x:0:0:root:/root:/bin/sh\n"                                          \
    "alice:x:1000:1000:Alice:/:/bin/sh\n"                                      \
    "odd name:x:1001:1001::/:/bin/sh\n"

static void a_user_has_a_name_or_a_number(void **state)
{
    static const struct {
        uint32_t uid;
        const char *want;
    } rows[] = {
        { 0, "root (uid 0)" },
        { 1000, "alice (uid 1000)" },
        { 1001, "uid 1001" },
        { 4294967294u, "uid 4294967294" },
    };
    char *folder = unit_folder_new();
    char out[USER_TEXT_MAX];

    (void)state;
    unit_write(folder, "passwd", FILE_TEXT);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        user_text_from(unit_path(folder, "passwd"), rows[i].uid, out);
        assert_string_equal(out, rows[i].want);
    }
    user_text_from(unit_path(folder, "nothing"), 0, out);
    assert_string_equal(out, "uid 0");
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_has_a_name_or_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
