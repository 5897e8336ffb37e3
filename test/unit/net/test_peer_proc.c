// SPDX-License-Identifier: MIT
/* The system's list of TCP connections, true and made up. */
#include "net/peer_proc.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "loopback_pair.h"

#define HEAD                                                                   \
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "      \
    "retrnsmt   uid  timeout inode\n"
/* Port 40000 (9C40) of 127.0.0.1 to port 3000 (0BB8), by user 33. */
#define LINE                                                                   \
    "   3: 0100007F:9C40 0100007F:0BB8 01 00000000:00000000 02:000005DC "      \
    "00000000    33        0 4711 2 0000000000000000 20 4 30 10 -1\n"
#define LINE6                                                                  \
    "   0: 0000000000000000FFFF00000100007F:9C40 "                             \
    "0000000000000000FFFF00000100007F:0BB8 05 00000000:00000000 00:00000000 "  \
    "00000000     0        0 0 1 0000000000000000\n"
#define LINE_ONE                                                               \
    "   0: 00000000000000000000000001000000:9C40 "                             \
    "00000000000000000000000001000000:0BB8 01 00000000:00000000 00:00000000 "  \
    "00000000  1000        0 12345678901 1 0000000000000000\n"

static const struct {
    const char *line;
    const char *client; /* NULL: not a line of the list */
    unsigned state;
    uint32_t uid;
    uint64_t inode;
} lines[] = {
    { HEAD, NULL, 0, 0, 0 },
    { "", NULL, 0, 0, 0 },
    { "\n", NULL, 0, 0, 0 },
    { LINE, "127.0.0.1", TCP_ESTABLISHED, 33, 4711 },
    { LINE6, "127.0.0.1", TCP_FIN_WAIT2, 0, 0 },
    { LINE_ONE, "::1", TCP_ESTABLISHED, 1000, 12345678901 },
    { "   3: 0100007F:9C40 0100007F:0BB8 01 00000000:00000000 02:000005DC "
      "00000000    33        0\n",
      NULL, 0, 0, 0 },
    { "   3: 0100007F 0100007F:0BB8 01 0:0 0:0 0 33 0 1\n", NULL, 0, 0, 0 },
    { "   3: 0100007:9C40 0100007F:0BB8 01 0:0 0:0 0 33 0 1\n", NULL, 0, 0, 0 },
    { "   3: 0100007F:9C40 0100007F: 01 0:0 0:0 0 33 0 1\n", NULL, 0, 0, 0 },
    { "   3: xxxxxxxx:9C40 0100007F:0BB8 01 0:0 0:0 0 33 0 1\n", NULL, 0, 0,
      0 },
};

static void a_line_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct peer_socket found;
        struct peer_pair pair;
        bool ok = peer_proc_line(lines[i].line, &found);

        if (ok != (lines[i].client != NULL))
            fail_msg("%s", lines[i].line);
        if (!ok)
            continue;
        pair = loopback_pair_of(lines[i].client, 40000, lines[i].client, 3000);
        assert_true(peer_socket_is(&found, &pair));
        assert_int_equal(found.state, lines[i].state);
        assert_int_equal(found.uid, lines[i].uid);
        assert_int_equal(found.inode, lines[i].inode);
    }
}

/* ---- files -------------------------------------------------------------- */

static void one_pass_answers_all(void **state)
{
    char *folder = unit_folder_new();
    struct peer_search v4 = { .pair = loopback_pair_of("127.0.0.1", 40000,
                                                       "127.0.0.1", 3000) };
    struct peer_search v6 = { .pair =
                                  loopback_pair_of("::1", 40000, "::1", 3000) };
    struct peer_search none = { .pair = loopback_pair_of("127.0.0.1", 1,
                                                         "127.0.0.1", 3000) };
    struct peer_search *all[] = { &v4, &v6, &none };
    struct err err;

    (void)state;
    unit_write(folder, "tcp", HEAD LINE);
    unit_write(folder, "tcp6", HEAD LINE_ONE);
    assert_true(peer_proc_search(folder, all, COUNT_OF(all), &err));
    assert_true(v4.is_found && v6.is_found);
    assert_false(none.is_found);
    assert_int_equal(v4.found.uid, 33);
    assert_int_equal(v6.found.uid, 1000);
    unit_folder_free(folder);
}

static void a_system_without_ipv6_has_one_list(void **state)
{
    char *folder = unit_folder_new();
    struct peer_search search = { .pair = loopback_pair_of("127.0.0.1", 40000,
                                                           "127.0.0.1", 3000) };
    struct peer_search *all[] = { &search };
    struct err err;

    (void)state;
    unit_write(folder, "tcp", HEAD LINE);
    assert_true(peer_proc_search(folder, all, 1, &err));
    assert_true(search.is_found);
    unit_folder_free(folder);
}

static void without_a_list_nothing_is_known(void **state)
{
    char *folder = unit_folder_new();
    struct peer_search search = { .pair = loopback_pair_of("127.0.0.1", 40000,
                                                           "127.0.0.1", 3000) };
    struct peer_search *all[] = { &search };
    struct err err;

    (void)state;
    unit_write(folder, "tcp6", HEAD LINE6);
    assert_false(peer_proc_search(folder, all, 1, &err));
    unit_assert_part(err.text, "No such file");
    unit_folder_free(folder);
}

#define MANY 1000

/* In whatever order they came, and with one port in two families. */
static void a_thousand_are_found_in_one_pass(void **state)
{
    char *folder = unit_folder_new();
    struct peer_search searches[MANY];
    struct peer_search *all[MANY];
    struct buf list;
    char line[96];
    struct err err;

    (void)state;
    buf_init(&list, MANY * sizeof(line));
    for (unsigned i = 0; i < MANY; i++) {
        unsigned port = 1 + i * 7919 % 65535;

        searches[i] = (struct peer_search){
            .pair =
                loopback_pair_of("127.0.0.1", (uint16_t)port, "127.0.0.1", 3000)
        };
        all[i] = &searches[i];
        (void)snprintf(line, sizeof(line),
                       "   0: 0100007F:%04X 0100007F:0BB8 01 0:0 0:0 0 %u 0 "
                       "11\n",
                       port, i);
        buf_add(&list, str_of(line));
    }
    buf_add(&list, (struct str){ "", 1 });
    unit_write(folder, "tcp", buf_str(&list).at);
    assert_true(peer_proc_search(folder, all, MANY, &err));
    for (unsigned i = 0; i < MANY; i++) {
        assert_true(searches[i].is_found);
        assert_int_equal(searches[i].found.uid, i);
    }
    buf_done(&list);
    unit_folder_free(folder);
}

/* Half a list tells nothing, whichever it is; ENOENT alone means none. */
static void a_list_that_cannot_be_read_is_a_failure(void **state)
{
    char *folder = unit_folder_new();
    struct peer_search search = { .pair = loopback_pair_of("127.0.0.1", 40000,
                                                           "127.0.0.1", 3000) };
    struct peer_search *all[] = { &search };
    struct err err;

    (void)state;
    assert_int_equal(mkdir(unit_path(folder, "tcp"), 0700), 0);
    assert_false(peer_proc_search(folder, all, 1, &err));
    unit_assert_part(err.text, "Is a directory");
    assert_int_equal(rmdir(unit_path(folder, "tcp")), 0);
    unit_write(folder, "tcp", HEAD LINE);
    assert_int_equal(symlink("tcp6", unit_path(folder, "tcp6")), 0);
    assert_false(peer_proc_search(folder, all, 1, &err));
    unit_assert_part(err.text, "tcp6");
    unit_folder_free(folder);
}

/* A client of ::ffff:127.0.0.1 is in the list of IPv6 alone. */
static void the_system_lists_the_client(void **state)
{
    static const char *const clients[][2] = {
        { "127.0.0.1", "127.0.0.1" },
        { "127.0.0.1", "::ffff:127.0.0.1" },
        { "::1", "::1" },
    };

    (void)state;
    if (access("/proc/self/net/tcp", R_OK) != 0)
        skip();
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        struct peer_search search = { .is_found = false };
        struct peer_search *all[] = { &search };
        struct loopback_pair pair;
        struct err err;

        if (!loopback_pair_open(&pair, clients[i][0], clients[i][1], false))
            continue; /* no IPv6 here */
        search.pair = pair.pair;
        assert_true(peer_proc_search("/proc/self/net", all, 1, &err));
        assert_true(search.is_found);
        assert_int_equal(search.found.uid, geteuid());
        assert_int_not_equal(search.found.inode, 0);
        loopback_pair_close(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_read),
        cmocka_unit_test(one_pass_answers_all),
        cmocka_unit_test(a_system_without_ipv6_has_one_list),
        cmocka_unit_test(without_a_list_nothing_is_known),
        cmocka_unit_test(a_thousand_are_found_in_one_pass),
        cmocka_unit_test(a_list_that_cannot_be_read_is_a_failure),
        cmocka_unit_test(the_system_lists_the_client),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
