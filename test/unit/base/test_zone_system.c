// SPDX-License-Identifier: MIT
/* base/zone: the system's files of zones as its library reads them.  Skipped where
   there are none. */
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/zones.h"
#include "unit.h"

#define FOLDER "/usr/share/zoneinfo"

#define STEP_S (43200 * 7)

static struct zones *zones;

static size_t compared;

static void compare_at(const struct zone *zone, time_t at)
{
    struct tm local;

    localtime_r(&at, &local);
    if (zone_offset_s(zone, at) != local.tm_gmtoff)
        fail_msg("%s at %lld: %d, and %ld by the library", zone_name(zone),
                 (long long)at, zone_offset_s(zone, at), local.tm_gmtoff);
}

/* The offset differs between these two: to the second where it begins to. */
static void compare_change(const struct zone *zone, time_t before,
                           time_t behind)
{
    while (behind - before > 1) {
        time_t middle = before + (behind - before) / 2;

        compare_at(zone, middle);
        if (zone_offset_s(zone, middle) == zone_offset_s(zone, before))
            before = middle;
        else
            behind = middle;
    }
    compare_at(zone, before);
}

/* Around every change of the years in question, and in between. */
static void compare(const char *name, const struct zone *zone)
{
    const time_t first = 0;
    const time_t last = 3000000000; /* 2065 */
    int32_t before = zone_offset_s(zone, first);

    assert_int_equal(setenv("TZ", name, 1), 0);
    tzset();
    for (time_t at = first; at < last; at += STEP_S) {
        int32_t now = zone_offset_s(zone, at);

        compare_at(zone, at);
        if (now == before)
            continue;
        compare_change(zone, at - STEP_S, at);
        before = now;
    }
    compared++;
}

/* Most links are other names of zones that are compared anyway. */
static bool is_link(const char *path)
{
    struct stat info;

    return lstat(path, &info) != 0 || S_ISLNK(info.st_mode);
}

static int visit(const char *path, const struct stat *info, int kind)
{
    const char *name = path + strlen(FOLDER) + 1;
    const struct zone *zone = NULL;
    struct err err;

    (void)info;
    /* posix/ has the same ones again, right/ counts otherwise; what is no zone is
       not found. */
    if (kind == FTW_F && !is_link(path) && strncmp(name, "right/", 6) != 0 &&
        strncmp(name, "posix/", 6) != 0)
        zone = zones_find(zones, str_of(name), &err);
    if (zone)
        compare(name, zone);
    return 0;
}

static void every_zone_is_as_the_system_has_it(void **state)
{
    (void)state;
    if (access(FOLDER "/Europe/Berlin", R_OK) != 0)
        skip();
    zones = zones_new(NULL);
    assert_int_equal(ftw(FOLDER, visit, 16), 0);
    assert_true(compared > 50);
    zones_free(zones);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_zone_is_as_the_system_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
