// SPDX-License-Identifier: MIT
/* Who counts as "this machine". */
#include "http/loopback.h"

#include "base/text.h"
#include "base/url.h"
#include "http/origin.h"

#define NOT_OURS "the client is not this machine: "

static bool is_forwarding(struct str name)
{
    return str_ieq(name, STR("forwarded")) || str_ieq(name, STR("via")) ||
           str_ieq(name, STR("x-real-ip")) ||
           str_istarts(name, STR("x-forwarded"));
}

static bool is_forwarded(const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (is_forwarding(headers->at[i].name))
            return true;
    }
    return false;
}

/* "localhost", with or without ":port". */
static bool is_named(struct str host, struct str name)
{
    struct str port = str_from(host, name.len);
    uint64_t number;

    if (!str_istarts(host, name))
        return false;
    return port.len == 0 ||
           (port.at[0] == ':' && str_to_u64(str_from(port, 1), 65535, &number));
}

/* A loopback address, written as Host has it: "127.0.0.2:80", "[::1]". */
static bool parse_loopback(struct str host, struct addr *addr)
{
    char text[ADDR_TEXT_MAX];
    struct str name;
    struct str port;
    struct err ignored;

    if (!url_split_authority(host, &name, &port) || !url_is_address(name) ||
        name.len >= sizeof(text))
        return false;
    text_copy(text, sizeof(text), name);
    return addr_parse(text, 0, addr, &ignored) && addr_is_loopback(addr) &&
           is_named(host, str_sub(host, 0, host.len - port.len));
}

/* An IPv6 address that holds an IPv4 one names an IPv6 socket alone. */
static bool names(const struct addr *named, const struct addr *own)
{
    const unsigned char *ip[2];
    size_t len = addr_ip(named, &ip[0]);

    return len > 0 && addr_ip(own, &ip[1]) == len &&
           memcmp(ip[0], ip[1], len) == 0 &&
           (named->sa.ss_family == AF_INET || own->sa.ss_family == AF_INET6);
}

/* The address that the client connected to: HOST may be 127.0.0.2. */
static bool is_own_address(const struct request *req, struct str host)
{
    struct addr named;
    struct addr own;

    return req->process && parse_loopback(host, &named) &&
           addr_of_socket(req->process->fd, &own) && names(&named, &own);
}

static bool is_local_host(const struct request *req, struct str host)
{
    return is_named(host, STR("localhost")) ||
           is_named(host, STR("127.0.0.1")) || is_named(host, STR("[::1]")) ||
           is_own_address(req, host);
}

const char *loopback_field_refusal(const struct request *req)
{
    const struct headers *headers = &req->headers;
    const struct str *host = headers_get(headers, STR("host"));

    if (!addr_is_loopback(&req->peer))
        return "it does not come from this machine";
    if (is_forwarded(headers))
        return "it was forwarded by another program (Forwarded, X-Forwarded-*, "
               "X-Real-IP or Via is present)";
    if (!host || headers_count(headers, STR("host")) != 1 ||
        !is_local_host(req, *host))
        return "its Host is not localhost, 127.0.0.1, [::1] or the loopback "
               "address that it connected to";
    if (!origin_is_own(headers, STR("http")))
        return "it comes from a page of another origin (Origin, "
               "Sec-Fetch-Site)";
    return NULL;
}

/* ---- the process at the other end --------------------------------------- */

static enum peer_verdict look(const struct request *req)
{
    return req->process ? peer_process_look(req->process) : PEER_UNKNOWN;
}

static const char *unknown(const struct request *req)
{
    const struct peer_asker *asker = req->process ? req->process->asker : NULL;
    const char *trouble = asker ? peers_trouble(peer_asker_peers(asker)) : "";

    return arena_printf(req->arena,
                        NOT_OURS "the system does not say who is at the other "
                                 "end (%s)",
                        trouble[0] ? trouble : "it was not asked")
        .at;
}

static const char *process_refusal(const struct request *req)
{
    switch (look(req)) {
    case PEER_OURS:
        return NULL;
    case PEER_OTHER_USER:
        return NOT_OURS "a process of another user is at the other end, as "
                        "with a reverse proxy; a local client has to run as "
                        "the relay's user or as root";
    case PEER_GONE:
        return NOT_OURS "the other end closed before it could be identified";
    case PEER_OTHER_ADDRESS:
        return NOT_OURS "it did not connect to a loopback address";
    case PEER_OTHER_NETWORK:
        return NOT_OURS "it comes from another network namespace";
    case PEER_UNASKED:
    case PEER_UNKNOWN:
        break;
    }
    return unknown(req);
}

const char *loopback_refusal(const struct request *req)
{
    const char *refusal = loopback_field_refusal(req);

    return refusal ? refusal : process_refusal(req);
}
