// SPDX-License-Identifier: MIT
/* Files of certificates. */
#include "config/ca_file.h"

#include "base/mem.h"
#include "unit.h"

static void only_a_file_will_do(void **state)
{
    char *folder = unit_folder_new();
    struct err err;

    (void)state;
    unit_write(folder, "ca.pem", "whatever\n");
    assert_true(ca_file_check(unit_path(folder, "ca.pem"), &err));
    assert_false(ca_file_check(unit_path(folder, "other.pem"), &err));
    unit_assert_part(err.text, "must be a PEM file: No such file");
    assert_false(ca_file_check(folder, &err));
    unit_assert_part(err.text, "not a folder or device");
    assert_false(ca_file_check("/dev/null", &err));
    unit_assert_part(err.text, "not a folder or device");
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_file_will_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
