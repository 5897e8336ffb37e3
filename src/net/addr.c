// SPDX-License-Identifier: MIT
/* Socket addresses. */
#include "net/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

bool addr_parse(const char *host, uint16_t port, struct addr *addr,
                struct err *err)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&addr->sa;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)&addr->sa;

    memset(addr, 0, sizeof(*addr));
    if (strcasecmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        addr->len = sizeof(*v4);
        return true;
    }
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        addr->len = sizeof(*v6);
        return true;
    }
    return err_set(err, ERR_CONFIG,
                   "\"%s\" is not an IPv4 or IPv6 address or localhost", host);
}

bool addr_of_socket(int fd, struct addr *addr)
{
    memset(addr, 0, sizeof(*addr));
    addr->len = sizeof(addr->sa);
    return getsockname(fd, (struct sockaddr *)(void *)&addr->sa, &addr->len) ==
           0;
}

uint16_t addr_port(const struct addr *addr)
{
    const void *sa = &addr->sa;

    if (addr->sa.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)sa)->sin6_port);
    return ntohs(((const struct sockaddr_in *)sa)->sin_port);
}

static const struct in6_addr *v6_of(const struct addr *addr)
{
    const void *sa = &addr->sa;

    return &((const struct sockaddr_in6 *)sa)->sin6_addr;
}

/* The four bytes of an IPv4 address, also of one inside IPv6; NULL if neither. */
static const unsigned char *v4_bytes(const struct addr *addr)
{
    const void *sa = &addr->sa;

    if (addr->sa.ss_family == AF_INET) {
        const void *in = &((const struct sockaddr_in *)sa)->sin_addr;

        return in;
    }
    if (addr->sa.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(v6_of(addr)))
        return v6_of(addr)->s6_addr + 12;
    return NULL;
}

size_t addr_ip(const struct addr *addr, const unsigned char **bytes)
{
    const unsigned char *v4 = v4_bytes(addr);
    bool v6 = !v4 && addr->sa.ss_family == AF_INET6;

    *bytes = v6 ? v6_of(addr)->s6_addr : v4;
    return v4 ? 4 : v6 ? 16 : 0;
}

static char *format_byte(unsigned char byte, char *to)
{
    if (byte >= 100)
        *to++ = (char)('0' + byte / 100);
    if (byte >= 10)
        *to++ = (char)('0' + byte / 10 % 10);
    *to++ = (char)('0' + byte % 10);
    return to;
}

/* For each line of the log: inet_ntop() takes thirty times as long. */
static void format_v4(const unsigned char *bytes, char *to)
{
    for (size_t i = 0; i < 4; i++) {
        to = format_byte(bytes[i], to);
        *to++ = '.';
    }
    to[-1] = '\0';
}

void addr_format(const struct addr *addr, char out[ADDR_TEXT_MAX])
{
    const unsigned char *v4 = v4_bytes(addr);

    out[0] = '\0';
    if (v4)
        format_v4(v4, out);
    else if (addr->sa.ss_family == AF_INET6)
        (void)inet_ntop(AF_INET6, v6_of(addr), out, ADDR_TEXT_MAX);
}

bool addr_is_loopback(const struct addr *addr)
{
    const unsigned char *v4 = v4_bytes(addr);

    if (v4)
        return v4[0] == 127;
    return addr->sa.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(v6_of(addr));
}
