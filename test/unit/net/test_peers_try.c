// SPDX-License-Identifier: MIT
/* Which way of asking is chosen, and what is said against the others. */
#include <string.h>
#include <unistd.h>

#include "net/peers.h"
#include "unit.h"

static void netlink_is_the_first_choice(void **state)
{
    struct peers *peers = peers_new(NULL);

    (void)state;
    if (peers_way(peers) == PEERS_NETLINK)
        assert_string_equal(peers_trouble(peers), "");
    else
        unit_assert_part(peers_trouble(peers), "netlink: ");
    peers_free(peers);
}

static void the_list_is_the_second(void **state)
{
    struct peers *peers =
        peers_new(&(struct peers_options){ .without_netlink = true });

    (void)state;
    assert_int_equal(peers_way(peers), PEERS_PROC);
    unit_assert_part(peers_trouble(peers), "netlink: ");
    peers_free(peers);
}

static enum peers_way way_with(const char *folder, const char *why)
{
    struct peers *peers = peers_new(
        &(struct peers_options){ .without_netlink = true, .proc = folder });
    enum peers_way way = peers_way(peers);

    unit_assert_part(peers_trouble(peers), why);
    unit_assert_part(peers_trouble(peers), "netlink: ");
    peers_free(peers);
    return way;
}

/* A list that does not know us (of another namespace, or a dummy) is none. */
static void else_nobody_is_known(void **state)
{
    char *folder = unit_folder_new();

    (void)state;
    assert_int_equal(way_with(folder, "/tcp: "), PEERS_NEITHER);
    assert_int_equal(way_with(folder, "No such file"), PEERS_NEITHER);
    unit_write(folder, "tcp", "  sl  local_address rem_address   st\n");
    assert_int_equal(way_with(folder, "does not know a connection"),
                     PEERS_NEITHER);
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(netlink_is_the_first_choice),
        cmocka_unit_test(the_list_is_the_second),
        cmocka_unit_test(else_nobody_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
