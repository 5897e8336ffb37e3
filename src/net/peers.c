// SPDX-License-Identifier: MIT
/* Who is at the other end of each connection: the way to ask, and the asking. */
#include "net/peers.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/peer_netlink.h"
#include "net/peers_internal.h"

/* ---- what everybody needs ----------------------------------------------- */

static bool has_whole_map(void)
{
    char text[256];
    FILE *file = fopen("/proc/self/uid_map", "re");
    size_t len = file ? fread(text, 1, sizeof(text), file) : 0;

    if (file)
        (void)fclose(file);
    return peer_map_is_whole((struct str){ text, len });
}

struct peer_rules peers_rules_for(uint32_t uid)
{
    return (struct peer_rules){ .uid = uid, .all_mapped = has_whole_map() };
}

static bool cookie_of(int fd, uint64_t *cookie)
{
    socklen_t len = sizeof(*cookie);

    return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &len) == 0;
}

/* Before Linux 5.14 the kernel does not say; our listeners are then taken for
   those of our own network namespace, where we bound them. */
static void learn_own_network(struct peers *peers)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    peers->knows_network = fd >= 0 && cookie_of(fd, &peers->network);
    if (fd >= 0)
        (void)close(fd);
}

struct peers *peers_new(const struct peers_options *options)
{
    struct peers *peers = MEM_NEW(struct peers);

    peers->proc = options && options->proc ? options->proc : "/proc/self/net";
    peers->rules = peers_rules_for(geteuid());
    learn_own_network(peers);
    peers->way = peers_try(peers, options && options->without_netlink);
    if (peers->way == PEERS_PROC)
        peers_start_thread(peers);
    return peers;
}

void peers_free(struct peers *peers)
{
    if (!peers)
        return;
    if (peers->way == PEERS_PROC)
        peers_stop_thread(peers);
    mem_free(peers);
}

enum peers_way peers_way(const struct peers *peers)
{
    return peers->way;
}

const char *peers_trouble(const struct peers *peers)
{
    return peers->trouble;
}

/* ---- one loop's --------------------------------------------------------- */

struct peer_asker *peer_asker_new(struct peers *peers, struct loop *loop)
{
    struct peer_asker *asker = MEM_NEW(struct peer_asker);
    struct err err;

    asker->peers = peers;
    asker->loop = loop;
    asker->netlink = -1;
    /* Now, while there are descriptors. */
    if (peers->way == PEERS_NETLINK)
        asker->netlink = peer_netlink_open(&err);
    return asker;
}

static void hang_up(struct peer_asker *asker)
{
    if (asker->netlink >= 0)
        (void)close(asker->netlink);
    asker->netlink = -1;
}

void peer_asker_free(struct peer_asker *asker)
{
    if (!asker)
        return;
    hang_up(asker);
    mem_free(asker);
}

const struct peers *peer_asker_peers(const struct peer_asker *asker)
{
    return asker->peers;
}

/* ---- asking ------------------------------------------------------------- */

/* True for one of all threads, and once a minute. */
static bool may_say(struct peers *peers)
{
    uint64_t now_ms = clock_steady_ms();
    uint_least64_t said_ms = atomic_load(&peers->said_ms);

    return (said_ms == 0 || now_ms - said_ms >= PEERS_SAY_AGAIN_MS) &&
           atomic_compare_exchange_strong(&peers->said_ms, &said_ms, now_ms);
}

static void say_who(struct peers *peers, const struct peer_pair *pair,
                    uint32_t uid)
{
    char more[64] = "";
    size_t unsaid;

    if (!may_say(peers)) {
        atomic_fetch_add(&peers->unsaid, 1);
        return;
    }
    unsaid = atomic_exchange(&peers->unsaid, 0);
    if (unsaid > 0)
        (void)snprintf(more, sizeof(more),
                       " (%zu more since the last such line)", unsaid);
    log_line(LOG_INFO,
             "not this machine: the client at port %u runs as user %u%s",
             pair->client.port, uid, more);
}

enum peer_verdict peers_conclude(struct peers *peers,
                                 const struct peer_pair *pair,
                                 const struct peer_socket *found)
{
    enum peer_verdict verdict = peer_judge(&peers->rules, pair, found);

    if (verdict == PEER_OTHER_USER)
        say_who(peers, pair, found->uid);
    return verdict;
}

/* What the connection itself tells; UNASKED: the system has to be asked. */
enum peer_verdict peers_examine(const struct peer_process *process,
                                struct peer_pair *pair)
{
    const struct peers *peers = process->asker->peers;
    struct addr server = { .len = sizeof(server.sa) };
    uint64_t network;

    if (peers->knows_network &&
        (!cookie_of(process->fd, &network) || network != peers->network))
        return PEER_OTHER_NETWORK;
    if (getsockname(process->fd, (struct sockaddr *)(void *)&server.sa,
                    &server.len) != 0 ||
        !peer_pair_make(process->client, &server, pair))
        return PEER_OTHER_ADDRESS;
    return PEER_UNASKED;
}

/* A client that sends and resets leaves us what it has sent, and its address to
   whoever connects next. */
enum peer_verdict peers_confirm(const struct peer_process *process,
                                enum peer_verdict verdict)
{
    struct sockaddr_storage name;
    socklen_t len = sizeof(name);

    if (verdict == PEER_OURS &&
        getpeername(process->fd, (struct sockaddr *)(void *)&name, &len) != 0)
        return PEER_GONE;
    return verdict;
}

/* A descriptor that failed is closed: an answer that comes late must not be taken
   for that to another question. */
static enum peer_verdict give_up(struct peer_asker *asker,
                                 const struct err *err)
{
    log_line(LOG_WARN, "cannot tell who is at the other end: netlink: %s",
             err->text);
    hang_up(asker);
    return PEER_UNKNOWN;
}

static enum peer_verdict ask_netlink(struct peer_asker *asker,
                                     const struct peer_pair *pair)
{
    struct peer_socket found;
    struct err err;

    if (asker->netlink < 0)
        asker->netlink = peer_netlink_open(&err);
    if (asker->netlink < 0)
        return give_up(asker, &err);
    switch (peer_netlink_ask(asker->netlink, pair, &found, &err)) {
    case PEER_NETLINK_FOUND:
        return peers_conclude(asker->peers, pair, &found);
    case PEER_NETLINK_NONE:
        return PEER_GONE;
    case PEER_NETLINK_FAILED:
        break;
    }
    return give_up(asker, &err);
}

enum peer_verdict peers_look_unix(int fd, const struct peer_rules *rules,
                                  uint32_t *uid)
{
    struct ucred user;
    socklen_t len = sizeof(user);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &user, &len) != 0)
        return PEER_UNKNOWN;
    *uid = user.uid;
    return peer_user_is_trusted(rules, user.uid) ? PEER_OURS : PEER_OTHER_USER;
}

/* Of the process's one data folder; root is trusted anyway. */
static _Atomic uint32_t folder_owner;

void peers_trust_owner(uint32_t uid)
{
    folder_owner = uid;
}

static enum peer_verdict look_unix(const struct peer_process *process)
{
    uint32_t me = geteuid();
    struct peer_rules rules = peers_rules_for(me == 0 ? folder_owner : me);
    uint32_t uid = 0;
    enum peer_verdict verdict = peers_look_unix(process->fd, &rules, &uid);

    if (verdict == PEER_OTHER_USER)
        log_line(LOG_WARN,
                 "a Unix socket of ours was opened by user %u, who is neither "
                 "the relay's user nor root",
                 uid);
    return verdict;
}

static bool is_unix(const struct peer_process *process)
{
    return process->client && process->client->sa.ss_family == AF_UNIX;
}

static enum peer_verdict look_now(struct peer_process *process)
{
    enum peers_way way = process->asker->peers->way;
    struct peer_pair pair;
    enum peer_verdict verdict;

    if (way == PEERS_NEITHER)
        return PEER_UNKNOWN;
    verdict = peers_examine(process, &pair);
    if (verdict == PEER_UNASKED && way == PEERS_NETLINK)
        verdict = peers_confirm(process, ask_netlink(process->asker, &pair));
    return verdict;
}

enum peer_verdict peer_process_look(struct peer_process *process)
{
    enum peer_verdict verdict = process->verdict;

    if (verdict != PEER_UNASKED)
        return verdict;
    if (!process->asker && !is_unix(process))
        return PEER_UNKNOWN;
    verdict = is_unix(process) ? look_unix(process) : look_now(process);
    if (verdict != PEER_UNKNOWN)
        process->verdict = verdict;
    return verdict;
}

bool peer_process_takes_time(const struct peer_process *process)
{
    return process->verdict == PEER_UNASKED && process->asker &&
           !is_unix(process) && process->asker->peers->way == PEERS_PROC;
}
