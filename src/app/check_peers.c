// SPDX-License-Identifier: MIT
/* `claude-relay check`: how the relay finds out who is at the other end. */
#include "app/check_report.h"

void check_peers(struct check_report *report, const struct peers *peers)
{
    switch (peers_way(peers)) {
    case PEERS_NETLINK:
        check_say(report, CHECK_OK, "this machine",
                  "local clients are distinguished from proxies by netlink");
        break;
    case PEERS_PROC:
        check_say(report, CHECK_WARN, "this machine",
                  "local clients are distinguished from proxies by "
                  "/proc/self/net/tcp, which is slower (%s); allow AF_NETLINK "
                  "sockets (RestrictAddressFamilies=, seccomp)",
                  peers_trouble(peers));
        break;
    case PEERS_NEITHER:
        check_say(report, CHECK_FAIL, "this machine",
                  "the system does not say who is at the other end of a "
                  "connection, so nobody counts as this machine (%s); allow "
                  "AF_NETLINK sockets (RestrictAddressFamilies=, seccomp), or "
                  "mount /proc",
                  peers_trouble(peers));
        break;
    }
}
