// SPDX-License-Identifier: MIT
/* Members that say where an account's requests go. */
#include "admin/gateway_members.h"

#include "account/gateway.h"
#include "base/mem.h"
#include "base/reason.h"
#include "config/api_url.h"
#include "net/own.h"

/* ---- this relay itself --------------------------------------------------- */

static bool is_here(const struct url *url, const char *host, uint64_t port)
{
    return url->port == port && own_reaches(host, url->host.at);
}

static bool is_at_address(const struct url *url, const char *address)
{
    struct str host;
    struct str port;
    uint64_t number = 0;
    char *name;
    bool here;

    if (!url_split_authority(str_of(address), &host, &port) ||
        !str_to_u64(str_from(port, 1), UINT16_MAX, &number))
        return false;
    name = mem_strndup(host.at, host.len);
    here = is_here(url, name, number);
    mem_free(name);
    return here;
}

/* Of a command that works on the folder nobody knows more than its settings. */
static bool is_this_relay(const struct admin_options *options,
                          const struct url *url)
{
    const struct admin_facts *facts = options->facts;

    if (!facts || facts->address_count == 0)
        return is_here(url, options->config->host.at, options->config->port);
    for (size_t i = 0; i < facts->address_count; i++) {
        if (is_at_address(url, facts->addresses[i]))
            return true;
    }
    return false;
}

/* No name is looked up, which would take time: the relay speaks no TLS, and http:// is
   for this machine alone, whose names and addresses need no look-up. */
bool gateway_members_lead_here(const struct admin_options *options,
                               const struct url *url)
{
    return (url_is_loopback(url) || url_is_address(url->host)) &&
           is_this_relay(options, url);
}

static bool check_url(const struct admin_options *options, struct str text,
                      struct err *err)
{
    struct arena *arena = arena_new();
    struct url url;
    bool fine = !api_url_parse(arena, text, &url, err) ||
                !gateway_members_lead_here(options, &url) ||
                REASON_SET(err, BASE_URL_IS_RELAY, STR_ARG(url.host), url.port);

    arena_free(arena);
    return fine;
}

/* ---- all of them --------------------------------------------------------- */

bool gateway_members_check(const struct admin_options *options,
                           const struct json_doc *body, struct err *err)
{
    struct str url;

    return gateway_check(body, err) &&
           (!json_doc_get_str(body, "base_url", &url) ||
            check_url(options, url, err));
}

void gateway_members_copy(struct json_doc *doc, const struct json_doc *body)
{
    static const char *const names[] = { "base_url", "bearer", "model_map",
                                         "tls_ca" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct json_doc *member = json_doc_get(body, names[i]);

        if (member && !json_doc_is_null(member))
            json_doc_set(doc, names[i], json_doc_copy(member));
    }
}
