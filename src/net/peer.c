// SPDX-License-Identifier: MIT
/* Who is at the other end of a connection: the decision. */
#include "net/peer.h"

#include <netinet/tcp.h>
#include <string.h>

#define ROOT 0u
/* What a user namespace shows for a user that it does not map. */
#define UNMAPPED 65534u

static const unsigned char v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

struct peer_end peer_end_of(const unsigned char *ip, size_t ip_len,
                            uint16_t port)
{
    struct peer_end end = { .port = port };
    bool mapped = ip_len == 16 && memcmp(ip, v4_mapped, 12) == 0;

    end.ip_len = mapped ? 4 : ip_len;
    memcpy(end.ip, mapped ? ip + 12 : ip, end.ip_len);
    return end;
}

bool peer_end_is(const struct peer_end *a, const struct peer_end *b)
{
    return a->port == b->port && a->ip_len == b->ip_len &&
           memcmp(a->ip, b->ip, a->ip_len) == 0;
}

static struct peer_end end_of_addr(const struct addr *addr)
{
    const unsigned char *ip;
    size_t ip_len = addr_ip(addr, &ip);

    return peer_end_of(ip, ip_len, addr_port(addr));
}

bool peer_pair_make(const struct addr *client, const struct addr *server,
                    struct peer_pair *pair)
{
    if (!addr_is_loopback(client) || !addr_is_loopback(server))
        return false;
    pair->client = end_of_addr(client);
    pair->server = end_of_addr(server);
    return pair->client.ip_len == pair->server.ip_len;
}

bool peer_socket_is(const struct peer_socket *found,
                    const struct peer_pair *pair)
{
    return peer_end_is(&found->local, &pair->client) &&
           peer_end_is(&found->remote, &pair->server);
}

/* Takes the number in front, and the blanks around it. */
static bool take_number(struct str *text, uint64_t want)
{
    struct str number = str_trim(*text);
    uint64_t value;
    size_t len = 0;

    while (len < number.len && number.at[len] >= '0' && number.at[len] <= '9')
        len++;
    *text = str_from(number, len);
    return str_to_u64(str_sub(number, 0, len), UINT32_MAX, &value) &&
           value == want;
}

/* "0 0 4294967295", in columns, and no second line. */
bool peer_map_is_whole(struct str uid_map)
{
    size_t end = str_index(uid_map, '\n');
    struct str line = str_sub(uid_map, 0, end);

    return take_number(&line, 0) && take_number(&line, 0) &&
           take_number(&line, UINT32_MAX) && str_trim(line).len == 0 &&
           str_from(uid_map, end + 1).len == 0;
}

/* A client that has sent its request may have ended its side already. */
static bool is_in_use(const struct peer_socket *found)
{
    switch (found->state) {
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
    case TCP_CLOSE_WAIT:
        return found->inode != 0;
    default:
        return false;
    }
}

bool peer_user_is_trusted(const struct peer_rules *rules, uint32_t uid)
{
    if (uid == ROOT)
        return true;
    return uid == rules->uid && (uid != UNMAPPED || rules->all_mapped);
}

enum peer_verdict peer_judge(const struct peer_rules *rules,
                             const struct peer_pair *pair,
                             const struct peer_socket *found)
{
    if (!peer_socket_is(found, pair) || !is_in_use(found))
        return PEER_GONE;
    return peer_user_is_trusted(rules, found->uid) ? PEER_OURS
                                                   : PEER_OTHER_USER;
}
