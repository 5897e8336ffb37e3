// SPDX-License-Identifier: MIT
/* What the doctor says of the ways to tell a local client from a proxy. */
#include <unistd.h>

#include "app/check_report.h"
#include "base/mem.h"
#include "unit.h"

static char *look(struct check_report *report,
                  const struct peers_options *options)
{
    struct peers *peers = peers_new(options);
    struct unit_capture capture = unit_capture_begin(STDOUT_FILENO);

    check_peers(report, peers);
    peers_free(peers);
    return unit_capture_end(&capture);
}

static void the_list_is_slower(void **state)
{
    struct check_report report = { .failed = false };
    char *said =
        look(&report, &(struct peers_options){ .without_netlink = true });

    (void)state;
    assert_false(report.failed);
    unit_assert_part(said, "warn  this machine  ");
    unit_assert_part(said, "/proc/self/net/tcp");
    unit_assert_part(said, "netlink: ");
    mem_free(said);
}

static void without_any_way_nobody_is_served(void **state)
{
    struct check_report report = { .failed = false };
    char *said =
        look(&report, &(struct peers_options){ .without_netlink = true,
                                               .proc = "/nonexistent" });

    (void)state;
    assert_true(report.failed);
    unit_assert_part(said, "fail  this machine  ");
    unit_assert_part(said, "netlink: ");
    unit_assert_part(said, "/nonexistent/tcp: ");
    unit_assert_part(said, "AF_NETLINK");
    mem_free(said);
}

static void the_way_used_is_named(void **state)
{
    struct check_report report = { .failed = false };
    struct peers *peers = peers_new(NULL);
    enum peers_way way = peers_way(peers);
    char *said = look(&report, NULL);

    (void)state;
    unit_assert_part(said, way == PEERS_NETLINK ? "ok    this machine  "
                                                : "  this machine  ");
    unit_assert_part(said, "netlink");
    peers_free(peers);
    mem_free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_slower),
        cmocka_unit_test(without_any_way_nobody_is_served),
        cmocka_unit_test(the_way_used_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
