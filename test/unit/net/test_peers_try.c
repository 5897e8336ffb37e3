// SPDX-License-Identifier: MIT
/* Which way of asking is chosen, and what is said against the others. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/peer_proc.h"
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

/* ---- a list that tells another user -------------------------------------- */

struct liar {
    const char *path; /* of a pipe, which is read in the place of the list */
    uint32_t more;    /* than the true user id */
};

static void copy_line(const char *line, FILE *to, uint32_t more)
{
    struct peer_socket socket;
    char local[48];
    char remote[48];

    if (peer_proc_line(line, &socket) &&
        sscanf(line, " %*u: %47s %47s", local, remote) == 2)
        (void)fprintf(to, " 0: %s %s %02X 0:0 0:0 0 %u 0 %llu\n", local, remote,
                      socket.state, socket.uid + more,
                      (unsigned long long)socket.inode);
}

static void *lie(void *arg)
{
    const struct liar *liar = arg;
    FILE *to = fopen(liar->path, "we"); /* waits for the reader */
    FILE *from = fopen("/proc/self/net/tcp", "re");
    char line[512];

    while (to && from && fgets(line, sizeof(line), from))
        copy_line(line, to, liar->more);
    if (from)
        (void)fclose(from);
    if (to)
        (void)fclose(to);
    return NULL;
}

static enum peers_way way_with_user(uint32_t more)
{
    char *folder = unit_folder_new();
    struct liar liar = { unit_path(folder, "tcp"), more };
    enum peers_way way;
    struct peers *peers;
    pthread_t thread;

    assert_int_equal(mkfifo(liar.path, 0600), 0);
    assert_int_equal(pthread_create(&thread, NULL, lie, &liar), 0);
    peers = peers_new(
        &(struct peers_options){ .without_netlink = true, .proc = folder });
    way = peers_way(peers);
    peers_free(peers);
    (void)pthread_join(thread, NULL);
    unit_folder_free(folder);
    return way;
}

/* It would tell others' users just as wrongly. */
static void a_list_that_takes_us_for_another_is_none(void **state)
{
    (void)state;
    assert_int_equal(way_with_user(0), PEERS_PROC);
    assert_int_equal(way_with_user(1), PEERS_NEITHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(netlink_is_the_first_choice),
        cmocka_unit_test(the_list_is_the_second),
        cmocka_unit_test(else_nobody_is_known),
        cmocka_unit_test(a_list_that_takes_us_for_another_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
