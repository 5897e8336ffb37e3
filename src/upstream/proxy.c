// SPDX-License-Identifier: MIT
/* Outgoing proxies.  To add a scheme: a row here and its case in
   dial_options.c. */
#include "upstream/proxy.h"

#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "base/reason.h"
#include "base/secret.h"
#include "base/url.h"
#include "config/config.h"

/* RFC 1929: one byte tells their length. */
#define SOCKS5_TEXT_MAX 255

static const char *const types[] = {
    [PROXY_SOCKS5] = "socks5",
    [PROXY_HTTP] = "http",
    [PROXY_HTTPS] = "https",
};

struct proxy {
    atomic_uint refs;
    enum proxy_type type;
    char *host;
    uint16_t port;
    char *username;
    struct secret *password;
};

static bool find_type(struct str name, enum proxy_type *type, struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (str_eq(str_of(types[i]), name)) {
            *type = (enum proxy_type)i;
            return true;
        }
    }
    return REASON_SET(err, PROXY_TYPE_UNKNOWN);
}

static bool has_nul(struct str s)
{
    return s.len > 0 && memchr(s.at, 0, s.len);
}

static bool check(const struct proxy_parts *parts, struct err *err)
{
    if (!url_is_host(parts->host))
        return REASON_SET(err, PROXY_HOST_INVALID);
    if (parts->port < 1 || parts->port > 65535)
        return REASON_SET(err, PROXY_PORT_INVALID);
    if ((parts->username.len == 0) != (parts->password.len == 0))
        return REASON_SET(err, PROXY_HALF_SIGN_IN,
                          parts->username.len ? "password" : "username");
    return true;
}

/* What the protocol cannot carry. */
static bool check_credentials(const struct proxy_parts *parts,
                              enum proxy_type type, struct err *err)
{
    if (has_nul(parts->username) || has_nul(parts->password))
        return REASON_SET(err, PROXY_SIGN_IN_NUL);
    if (type != PROXY_SOCKS5)
        return !str_contains(parts->username, STR(":")) ||
               REASON_SET(err, PROXY_USER_COLON, types[type]);
    if (parts->username.len > SOCKS5_TEXT_MAX ||
        parts->password.len > SOCKS5_TEXT_MAX)
        return REASON_SET(err, PROXY_SIGN_IN_LONG,
                          parts->username.len > SOCKS5_TEXT_MAX ? "username"
                                                                : "password",
                          SOCKS5_TEXT_MAX);
    return true;
}

struct proxy *proxy_new(const struct proxy_parts *parts, struct err *err)
{
    enum proxy_type type = PROXY_SOCKS5;
    struct proxy *proxy;

    if (!find_type(parts->type, &type, err) || !check(parts, err) ||
        !check_credentials(parts, type, err))
        return NULL;
    proxy = MEM_NEW(struct proxy);
    atomic_init(&proxy->refs, 1);
    proxy->type = type;
    proxy->host = mem_strndup(parts->host.at, parts->host.len);
    proxy->port = (uint16_t)parts->port;
    if (parts->username.len > 0) {
        proxy->username = mem_strndup(parts->username.at, parts->username.len);
        proxy->password = secret_new(parts->password);
    }
    return proxy;
}

/* A member that is there must be a text. */
static bool take_text(const struct json_doc *config, const char *member,
                      struct str *text, struct err *err)
{
    *text = STR_EMPTY;
    return !json_doc_get(config, member) ||
           json_doc_get_str(config, member, text) ||
           err_set(err, ERR_CONFIG, "%s is not a string", member);
}

/* The seed wrote numbers; people write texts too. */
static void take_port(const struct json_doc *config, uint64_t *port)
{
    struct str text;

    *port = 0;
    if (json_doc_get_str(config, "port", &text))
        (void)str_to_u64(text, 65535, port);
    else
        (void)json_doc_get_u64(config, "port", port);
}

struct proxy *proxy_from_json(const struct json_doc *config, struct err *err)
{
    struct proxy_parts parts;
    struct proxy *proxy = NULL;

    take_port(config, &parts.port);
    if (take_text(config, "type", &parts.type, err) &&
        take_text(config, "host", &parts.host, err) &&
        take_text(config, "username", &parts.username, err) &&
        take_text(config, "password", &parts.password, err))
        proxy = proxy_new(&parts, err);
    if (!proxy)
        err_wrap(err, "proxy_config");
    return proxy;
}

bool proxy_from_config(const struct config *config, struct proxy **proxy,
                       struct err *err)
{
    *proxy = NULL;
    if (!config->proxy_enabled)
        return true;
    *proxy =
        proxy_new(&(struct proxy_parts){ .type = config->proxy_type,
                                         .host = config->proxy_host,
                                         .port = config->proxy_port,
                                         .username = config->proxy_username,
                                         .password = config->proxy_password },
                  err);
    return *proxy || err_wrap(err, "GLOBAL_PROXY_*");
}

bool proxy_check_config(const struct json_doc *config, struct err *err)
{
    static const char *const known[] = { "type", "host", "port", "username",
                                         "password" };
    size_t count = 0;
    uint64_t port;

    for (size_t i = 0; i < COUNT_OF(known); i++)
        count += json_doc_get(config, known[i]) != NULL;
    if (count != json_doc_count(config))
        return REASON_SET(err, PROXY_MEMBER_UNKNOWN);
    return !json_doc_get(config, "port") ||
           json_doc_get_u64(config, "port", &port) ||
           REASON_SET(err, PROXY_PORT_NOT_NUMBER);
}

const struct proxy *proxy_choose(const struct proxy *global,
                                 const struct proxy *request,
                                 const struct proxy *account)
{
    if (global)
        return global;
    return request ? request : account;
}

struct proxy *proxy_ref(struct proxy *proxy)
{
    if (proxy)
        atomic_fetch_add(&proxy->refs, 1);
    return proxy;
}

void proxy_unref(struct proxy *proxy)
{
    if (!proxy || atomic_fetch_sub(&proxy->refs, 1) != 1)
        return;
    mem_free(proxy->host);
    mem_free(proxy->username);
    secret_unref(proxy->password);
    mem_free(proxy);
}

enum proxy_type proxy_type(const struct proxy *proxy)
{
    return proxy->type;
}

struct str proxy_type_name(const struct proxy *proxy)
{
    return str_of(types[proxy->type]);
}

struct json_doc *proxy_to_json(const struct proxy *proxy)
{
    struct json_doc *doc;

    if (!proxy)
        return json_doc_new_null();
    doc = json_doc_new_object();
    json_doc_set_str(doc, "type", proxy_type_name(proxy));
    json_doc_set_str(doc, "host", str_of(proxy->host));
    json_doc_set_u64(doc, "port", proxy->port);
    return doc;
}

struct json_doc *proxy_to_config(const struct proxy *proxy)
{
    struct json_doc *doc = proxy_to_json(proxy);

    if (proxy->username) {
        json_doc_set_str(doc, "username", str_of(proxy->username));
        json_doc_set_str(doc, "password", secret_reveal(proxy->password));
    }
    return doc;
}

const char *proxy_host(const struct proxy *proxy)
{
    return proxy->host;
}

bool proxy_is_here(const struct proxy *proxy)
{
    const struct url url = { .host = str_of(proxy->host) };

    return url_is_loopback(&url);
}

uint16_t proxy_port(const struct proxy *proxy)
{
    return proxy->port;
}

const char *proxy_username(const struct proxy *proxy)
{
    return proxy->username;
}

const char *proxy_password(const struct proxy *proxy)
{
    return proxy->username ? secret_reveal(proxy->password).at : NULL;
}

bool proxy_eq(const struct proxy *a, const struct proxy *b)
{
    if (a == b)
        return true;
    return a && b && a->type == b->type && a->port == b->port &&
           strcmp(a->host, b->host) == 0 &&
           str_eq(str_of(a->username), str_of(b->username)) &&
           secret_eq(secret_reveal(a->password), secret_reveal(b->password));
}
