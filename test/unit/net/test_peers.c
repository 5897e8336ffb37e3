// SPDX-License-Identifier: MIT
/* The process at the other end of real connections, by each way of asking. */
#include "net/peers_internal.h"

#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "loopback_pair.h"
#include "wire.h"

#define NOBODY 65534u

struct scene {
    struct loop *loop;
    struct peers *peers;
    struct peer_asker *asker;
};

static void scene_open(struct scene *scene, const struct peers_options *options)
{
    scene->loop = loop_new();
    scene->peers = peers_new(options);
    scene->asker = peer_asker_new(scene->peers, scene->loop);
}

static void scene_close(struct scene *scene)
{
    peer_asker_free(scene->asker);
    peers_free(scene->peers);
    loop_free(scene->loop);
}

static struct peer_process process_of(const struct scene *scene,
                                      const struct loopback_pair *pair)
{
    return (struct peer_process){ .asker = scene->asker,
                                  .client = &pair->client_addr,
                                  .fd = pair->server };
}

static void woken(void *arg)
{
    *(bool *)arg = true;
}

static bool is_true(void *arg)
{
    return *(bool *)arg;
}

/* By whatever way. */
static enum peer_verdict verdict_of(const struct scene *scene,
                                    struct peer_process *process)
{
    enum peer_verdict verdict = peer_process_look(process);
    bool done = false;
    struct peer_job *job;

    if (verdict != PEER_UNASKED)
        return verdict;
    job = peer_job_start(process, woken, &done);
    assert_non_null(job);
    wire_until(scene->loop, is_true, &done);
    peer_job_free(job);
    return process->verdict;
}

/* ---- both ways say the same --------------------------------------------- */

static const struct peers_options ways[] = {
    { .without_netlink = false },
    { .without_netlink = true },
};

static void our_own_process_is_ours(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct loopback_pair pair;
        struct peer_process process;
        struct scene scene;

        scene_open(&scene, &ways[i]);
        assert_true(loopback_pair_open(&pair, "127.0.0.1", "127.0.0.1", false));
        process = process_of(&scene, &pair);
        assert_int_equal(verdict_of(&scene, &process), PEER_OURS);
        /* Known from now on, though nobody could be asked any more. */
        loopback_pair_close(&pair);
        assert_int_equal(peer_process_look(&process), PEER_OURS);
        scene_close(&scene);
    }
}

static void who_has_closed_is_gone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct loopback_pair pair;
        struct peer_process process;
        struct scene scene;

        scene_open(&scene, &ways[i]);
        assert_true(loopback_pair_open(&pair, "127.0.0.1", "127.0.0.1", false));
        process = process_of(&scene, &pair);
        (void)close(pair.client);
        pair.client = -1;
        assert_int_equal(verdict_of(&scene, &process), PEER_GONE);
        loopback_pair_close(&pair);
        scene_close(&scene);
    }
}

static void open_replaced(struct loopback_pair *pair)
{
    assert_true(loopback_pair_open(pair, "127.0.0.1", "127.0.0.1", false));
    while (!loopback_pair_replace_client(pair)) {
        loopback_pair_close(pair);
        assert_true(loopback_pair_open(pair, "127.0.0.1", "127.0.0.1", false));
    }
}

/* Whose socket is at a client's address is not always whose request came. */
static void who_has_reset_is_not_its_successor(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct loopback_pair pair;
        struct peer_process process;
        struct scene scene;

        scene_open(&scene, &ways[i]);
        open_replaced(&pair);
        process = process_of(&scene, &pair);
        assert_int_equal(verdict_of(&scene, &process), PEER_GONE);
        loopback_pair_close(&pair);
        scene_close(&scene);
    }
}

/* A socket belongs to whoever made it until it is given away, which stands for a
   proxy here. */
static void another_user_is_not_ours(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct loopback_pair pair;
        struct unit_capture capture;
        struct peer_process process;
        struct scene scene;
        char *log;

        scene_open(&scene, &ways[i]);
        assert_true(loopback_pair_open(&pair, "127.0.0.1", "127.0.0.1", false));
        assert_int_equal(fchown(pair.client, NOBODY, NOBODY), 0);
        process = process_of(&scene, &pair);
        capture = unit_capture_begin(2);
        assert_int_equal(verdict_of(&scene, &process), PEER_OTHER_USER);
        assert_int_equal(verdict_of(&scene, &process), PEER_OTHER_USER);
        log = unit_capture_end(&capture);
        unit_assert_part(log, "runs as user 65534");
        assert_null(strstr(strstr(log, "65534") + 1, "65534"));
        mem_free(log);
        loopback_pair_close(&pair);
        scene_close(&scene);
    }
}

static void ipv6_and_a_bound_client_are_known(void **state)
{
    static const struct {
        const char *server;
        const char *client;
        bool bound;
    } rows[] = { { "127.0.0.1", "127.0.0.1", true },
                 { "127.0.0.1", "::ffff:127.0.0.1", false },
                 { "::1", "::1", false },
                 { "::", "::1", true },
                 { "::", "127.0.0.1", false } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ways) * COUNT_OF(rows); i++) {
        size_t row = i % COUNT_OF(rows);
        struct loopback_pair pair;
        struct peer_process process;
        struct scene scene;

        if (!loopback_pair_open(&pair, rows[row].server, rows[row].client,
                                rows[row].bound))
            continue; /* no IPv6 here */
        scene_open(&scene, &ways[i / COUNT_OF(rows)]);
        process = process_of(&scene, &pair);
        assert_int_equal(verdict_of(&scene, &process), PEER_OURS);
        loopback_pair_close(&pair);
        scene_close(&scene);
    }
}

/* ---- what needs no question --------------------------------------------- */

static void only_loopback_addresses_are_asked_for(void **state)
{
    struct loopback_pair pair;
    struct peer_process process;
    struct scene scene;
    struct addr elsewhere;
    struct err err;

    (void)state;
    scene_open(&scene, NULL);
    assert_true(loopback_pair_open(&pair, "127.0.0.1", "127.0.0.1", false));
    assert_true(addr_parse("192.0.2.1", 1, &elsewhere, &err));
    process = process_of(&scene, &pair);
    process.client = &elsewhere;
    assert_int_equal(peer_process_look(&process), PEER_OTHER_ADDRESS);
    loopback_pair_close(&pair);
    scene_close(&scene);
}

static void nobody_asked_is_nobody_known(void **state)
{
    struct peer_process process = { .asker = NULL };

    (void)state;
    assert_int_equal(peer_process_look(&process), PEER_UNKNOWN);
}

static void raise_loopback(void)
{
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
    (void)close(fd);
}

/* As an inherited listener might be. */
static void another_network_is_not_this_machine(void **state)
{
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    struct loopback_pair pair;
    struct peer_process process;
    struct scene scene;

    (void)state;
    if (home < 0 || unshare(CLONE_NEWNET) != 0)
        skip();
    raise_loopback();
    assert_true(loopback_pair_open(&pair, "127.0.0.1", "127.0.0.1", false));
    assert_int_equal(setns(home, CLONE_NEWNET), 0);
    (void)close(home);
    scene_open(&scene, NULL);
    process = process_of(&scene, &pair);
    assert_int_equal(peer_process_look(&process), PEER_OTHER_NETWORK);
    loopback_pair_close(&pair);
    scene_close(&scene);
}

/* Where the kernel names networks, one that it does not name is not ours. */
static void a_network_that_is_not_told_is_another(void **state)
{
    struct loopback_pair pair;
    struct peer_process process;
    struct scene scene;
    int pipes[2];

    (void)state;
    scene_open(&scene, NULL);
    assert_true(loopback_pair_open(&pair, "127.0.0.1", "127.0.0.1", false));
    assert_int_equal(pipe(pipes), 0);
    process = process_of(&scene, &pair);
    process.fd = pipes[0];
    if (scene.peers->knows_network)
        assert_int_equal(peer_process_look(&process), PEER_OTHER_NETWORK);
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    loopback_pair_close(&pair);
    scene_close(&scene);
}

/* ---- what does not work now may work later ------------------------------- */

/* A descriptor that answers nothing, in the place of the kernel's. */
static void a_failure_is_forgotten_with_its_descriptor(void **state)
{
    struct loopback_pair pair;
    struct unit_capture capture;
    struct peer_process process;
    struct scene scene;
    int ends[2];

    (void)state;
    scene_open(&scene, NULL);
    if (peers_way(scene.peers) != PEERS_NETLINK)
        skip();
    assert_true(loopback_pair_open(&pair, "127.0.0.1", "127.0.0.1", false));
    process = process_of(&scene, &pair);
    assert_int_equal(socketpair(AF_UNIX,
                                SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                                ends),
                     0);
    (void)close(scene.asker->netlink);
    scene.asker->netlink = ends[0];
    capture = unit_capture_begin(2);
    assert_int_equal(peer_process_look(&process), PEER_UNKNOWN);
    mem_free(unit_capture_end(&capture));
    assert_int_equal(scene.asker->netlink, -1);
    assert_int_equal(process.verdict, PEER_UNASKED);
    assert_int_equal(peer_process_look(&process), PEER_OURS);
    (void)close(ends[1]);
    loopback_pair_close(&pair);
    scene_close(&scene);
}

/* ---- the log ------------------------------------------------------------- */

static struct peer_socket socket_of_user(const struct peer_pair *pair,
                                         uint32_t uid)
{
    return (struct peer_socket){ .local = pair->client,
                                 .remote = pair->server,
                                 .state = TCP_ESTABLISHED,
                                 .uid = uid,
                                 .inode = 1 };
}

/* A stranger that comes again and again does not fill the disk. */
static void the_log_names_one_stranger_a_minute(void **state)
{
    struct peer_pair pair =
        loopback_pair_of("127.0.0.1", 40000, "127.0.0.1", 3000);
    struct peer_socket found = socket_of_user(&pair, NOBODY);
    struct unit_capture capture;
    struct scene scene;
    char *log;

    (void)state;
    scene_open(&scene, NULL);
    scene.peers->rules.all_mapped = false;
    capture = unit_capture_begin(2);
    for (int i = 0; i < 100; i++)
        (void)peers_conclude(scene.peers, &pair, &found);
    log = unit_capture_end(&capture);
    unit_assert_part(log, "port 40000 runs as user 65534\n");
    assert_null(strstr(strstr(log, "65534") + 1, "65534"));
    mem_free(log);
    scene.peers->said_ms -= PEERS_SAY_AGAIN_MS;
    capture = unit_capture_begin(2);
    (void)peers_conclude(scene.peers, &pair, &found);
    log = unit_capture_end(&capture);
    unit_assert_part(log, "user 65534 (99 more since the last such line)\n");
    mem_free(log);
    scene_close(&scene);
}

/* ---- over a Unix socket -------------------------------------------------- */

static void over_a_unix_socket_the_kernel_says_it_at_once(void **state)
{
    struct addr client = { .sa = { .ss_family = AF_UNIX } };
    struct peer_process process = { .client = &client };
    uint32_t uid = NOBODY;
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    process.fd = ends[0];
    assert_false(peer_process_takes_time(&process));
    assert_int_equal(peer_process_look(&process), PEER_OURS);
    assert_int_equal(peers_look_unix(ends[0],
                                     &(struct peer_rules){ .uid = geteuid() },
                                     &uid),
                     PEER_OURS);
    assert_int_equal(uid, geteuid());
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_int_equal(peers_look_unix(ends[0],
                                     &(struct peer_rules){ .uid = geteuid() },
                                     &uid),
                     PEER_UNKNOWN);
}

/* Who made the connection is asked, not who holds it now. */
static void another_user_over_a_unix_socket_is_not_ours(void **state)
{
    struct addr client = { .sa = { .ss_family = AF_UNIX } };
    struct peer_process process = { .client = &client };
    struct unit_capture capture;
    int ends[2];
    char *log;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(seteuid(NOBODY), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(seteuid(0), 0);
    process.fd = ends[0];
    capture = unit_capture_begin(2);
    assert_int_equal(peer_process_look(&process), PEER_OTHER_USER);
    log = unit_capture_end(&capture);
    unit_assert_part(log, "user 65534");
    mem_free(log);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_process_is_ours),
        cmocka_unit_test(who_has_closed_is_gone),
        cmocka_unit_test(who_has_reset_is_not_its_successor),
        cmocka_unit_test(another_user_is_not_ours),
        cmocka_unit_test(ipv6_and_a_bound_client_are_known),
        cmocka_unit_test(only_loopback_addresses_are_asked_for),
        cmocka_unit_test(nobody_asked_is_nobody_known),
        cmocka_unit_test(another_network_is_not_this_machine),
        cmocka_unit_test(a_network_that_is_not_told_is_another),
        cmocka_unit_test(a_failure_is_forgotten_with_its_descriptor),
        cmocka_unit_test(the_log_names_one_stranger_a_minute),
        cmocka_unit_test(over_a_unix_socket_the_kernel_says_it_at_once),
        cmocka_unit_test(another_user_over_a_unix_socket_is_not_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
