// SPDX-License-Identifier: MIT
/* base/zones: which names are zones, and that each is read once. */
#include "base/zones.h"

#include <sys/stat.h>

#include "unit.h"
#include "zone_file.h"

static void names_that_lead_elsewhere_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "Nowhere/Else",
        "../zoneinfo/UTC",
        "/etc/localtime",
        "Europe",
        "Europe/../UTC",
        "tzdata.zi",
        "UTC\n",
        "Europe//.",
        "zone.tab",
        "+25:00",
        "Factory",
        "localtime",
        "posixrules",
        "a23456789012345678901234567890123456789012345678901234567890123456789",
    };
    struct zones *zones = zones_new(NULL);
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_null(zones_find(zones, str_of(bad[i]), &err));
        assert_int_equal(err.code, ERR_BAD_REQUEST);
        unit_assert_part(err.text, "time zone");
    }
    zones_free(zones);
}

static void a_zone_is_made_once(void **state)
{
    struct zones *zones = zones_new(NULL);
    struct err err;
    const struct zone *zone = zones_find(zones, STR("+08:00"), &err);

    (void)state;
    assert_non_null(zone);
    assert_ptr_equal(zones_find(zones, STR("+08:00"), &err), zone);
    assert_ptr_equal(zones_find(zones, STR("UTC"), &err), zone_utc());
    zones_free(zones);
}

/* Neither a folder, nor what is too large, nor a pipe that nobody writes to. */
static void only_small_regular_files_are_read(void **state)
{
    static char large[70000];
    char *folder = unit_folder_new();
    struct zones *zones = zones_new(folder);
    struct err err;

    (void)state;
    memset(large, 'x', sizeof(large) - 1);
    unit_write(folder, "Large", large);
    unit_write(folder, "Other", "TZif");
    assert_int_equal(mkfifo(unit_path(folder, "Pipe"), 0600), 0);
    assert_int_equal(mkdir(unit_path(folder, "Folder"), 0700), 0);
    assert_null(zones_find(zones, STR("Large"), &err));
    assert_null(zones_find(zones, STR("Pipe"), &err));
    assert_null(zones_find(zones, STR("Folder"), &err));
    assert_null(zones_find(zones, STR("Other"), &err));
    unit_assert_part(err.text, "Other is not a TZif file");
    zones_free(zones);
    unit_folder_free(folder);
}

static void a_missing_folder_is_named(void **state)
{
    struct zones *zones = zones_new("/nonexistent/zones");
    struct err err;

    (void)state;
    assert_null(zones_find(zones, STR("Europe/Berlin"), &err));
    unit_assert_part(err.text, "/nonexistent/zones");
    unit_assert_part(err.text, "install the package tzdata");
    zones_free(zones);
}

static const struct zone_file shanghai = {
    "Asia/Shanghai", "CST-8", 28800, { { 0 } }
};

/* Images that are made small keep the folder. */
static void an_emptied_folder_is_told_from_a_wrong_name(void **state)
{
    char *folder = unit_folder_new();
    struct zones *zones = zones_new(folder);
    struct err err;

    (void)state;
    assert_null(zones_find(zones, STR("Europe/Berlin"), &err));
    unit_assert_part(err.text, "install the package tzdata");
    zone_file_write(folder, &shanghai);
    assert_null(zones_find(zones, STR("Europe/Berlin"), &err));
    assert_null(strstr(err.text, "install"));
    assert_non_null(zones_find(zones, STR("Asia/Shanghai"), &err));
    zones_free(zones);
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_lead_elsewhere_are_refused),
        cmocka_unit_test(a_zone_is_made_once),
        cmocka_unit_test(only_small_regular_files_are_read),
        cmocka_unit_test(a_missing_folder_is_named),
        cmocka_unit_test(an_emptied_folder_is_told_from_a_wrong_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
