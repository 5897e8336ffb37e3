// SPDX-License-Identifier: MIT
/* Proxies of others as ours. */
#include "import/proxies.h"

#include "upstream/proxy_url.h"

/* The type as we call it: the proxy looks names up with both. */
static struct str type_of(struct str theirs)
{
    return str_ieq(theirs, STR("socks5h")) ? STR("socks5") : theirs;
}

static bool take_part(struct import_candidate *candidate,
                      const struct json_doc *proxy, const char *theirs,
                      struct json_doc *ours, const char *member)
{
    struct str text;

    if (!import_text(candidate, (struct import_from){ proxy, "proxy." }, theirs,
                     &text))
        return false;
    json_doc_set_str(ours, member,
                     str_eq(str_of(member), STR("type")) ? type_of(text)
                                                         : text);
    return true;
}

static void take_port(const struct json_doc *proxy, struct json_doc *ours)
{
    uint64_t port = 0;
    struct str text;

    if (json_doc_get_str(proxy, "port", &text))
        (void)str_to_u64(text, 65535, &port);
    else
        (void)json_doc_get_u64(proxy, "port", &port);
    json_doc_set_u64(ours, "port", port <= 65535 ? port : 0);
}

static void refuse(struct import_candidate *candidate, struct err *err)
{
    (void)err_wrap(err, "proxy");
    import_refuse(candidate, err);
}

/* Whether it is a whole one is for the proxy's own check. */
static void take_config(struct import_candidate *candidate,
                        struct json_doc *config)
{
    struct err err;
    struct proxy *proxy = proxy_from_json(config, &err);

    if (!proxy)
        refuse(candidate, &err);
    proxy_unref(proxy);
    json_doc_set(candidate->doc, "proxy_config", config);
}

static void take_object(struct import_candidate *candidate,
                        const struct json_doc *proxy)
{
    struct json_doc *config = json_doc_new_object();

    if (!take_part(candidate, proxy, "protocol", config, "type") &&
        !take_part(candidate, proxy, "type", config, "type"))
        (void)take_part(candidate, proxy, "scheme", config, "type");
    (void)take_part(candidate, proxy, "host", config, "host");
    take_port(proxy, config);
    (void)take_part(candidate, proxy, "username", config, "username");
    (void)take_part(candidate, proxy, "password", config, "password");
    take_config(candidate, config);
}

void import_proxy_url(struct import_candidate *candidate, struct str url)
{
    struct proxy *proxy;
    struct err err;

    url = str_trim(url);
    if (url.len == 0 || str_ieq(url, STR("direct")) ||
        str_ieq(url, STR("none")))
        return;
    proxy = proxy_url_parse(url, &err);
    if (proxy)
        json_doc_set(candidate->doc, "proxy_config", proxy_to_config(proxy));
    else
        refuse(candidate, &err);
    proxy_unref(proxy);
}

void import_proxy(struct import_candidate *candidate,
                  const struct json_doc *proxy)
{
    struct str url;
    bool on = true;

    if (!proxy || json_doc_is_null(proxy) ||
        (json_doc_as_bool(proxy, &on) && !on))
        return;
    if (json_doc_as_str(proxy, &url))
        import_proxy_url(candidate, url);
    else if (json_doc_is_object(proxy))
        take_object(candidate, proxy);
    else
        IMPORT_SAY(import_refuse, candidate, IMPORT_PROXY_ODD);
}
