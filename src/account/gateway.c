// SPDX-License-Identifier: MIT
/* Accounts at other providers and gateways. */
#include "account/gateway.h"

#include <stdatomic.h>
#include <string.h>

#include "account/model_map.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/shown.h"
#include "base/token.h"
#include "config/api_url.h"
#include "config/ca_file.h"

#define PATH_LEN_MAX 4095

struct counted {
    atomic_uint refs;
    struct gateway gateway;
};

/* ---- one member each ----------------------------------------------------- */

static const struct json_doc *member_of(const struct json_doc *doc,
                                        const char *name)
{
    const struct json_doc *member = json_doc_get(doc, name);

    return member && !json_doc_is_null(member) ? member : NULL;
}

/* A key that somebody pasted into a URL or a path would be shown with it. */
static bool is_plain_text(const struct json_doc *member, struct str *text)
{
    return json_doc_as_str(member, text) && text->len > 0 &&
           !token_is_in(*text) && text->len == strnlen(text->at, text->len);
}

static bool take_url(struct gateway *gateway, const struct json_doc *member,
                     struct err *err)
{
    char shown_text[SHOWN_MAX];
    struct str text;

    if (!is_plain_text(member, &text))
        return REASON_SET(err, BASE_URL_INVALID);
    if (!api_url_parse(gateway->arena, text, &gateway->api, err))
        return err_wrap(err, "base_url=\"%s\"", shown_host(text, shown_text));
    gateway->base_url = arena_str(gateway->arena, text);
    gateway->host = url_authority(gateway->arena, &gateway->api);
    return true;
}

static bool take_bearer(struct gateway *gateway, const struct json_doc *member,
                        struct err *err)
{
    return json_doc_as_bool(member, &gateway->bearer) ||
           err_set(err, ERR_CONFIG, "bearer must be true or false");
}

static bool take_models(struct gateway *gateway, const struct json_doc *member,
                        struct err *err)
{
    if (!model_map_check(member, err))
        return false;
    if (json_doc_count(member) > 0)
        gateway->models = json_doc_copy(member);
    return true;
}

/* The file itself is looked at by read_trust(). */
static bool take_trust(struct gateway *gateway, const struct json_doc *member,
                       struct err *err)
{
    struct str text;

    if (!is_plain_text(member, &text) || text.at[0] != '/' ||
        text.len > PATH_LEN_MAX)
        return REASON_SET(err, TLS_CA_NOT_PATH);
    gateway->tls_ca = arena_str(gateway->arena, text);
    return true;
}

static const struct {
    const char *name;
    bool (*take)(struct gateway *gateway, const struct json_doc *member,
                 struct err *err);
} members[] = {
    { "base_url", take_url },
    { "bearer", take_bearer },
    { "model_map", take_models },
    { "tls_ca", take_trust },
};

static bool take_members(struct gateway *gateway, const struct json_doc *doc,
                         struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct json_doc *member = member_of(doc, members[i].name);

        if (member && !members[i].take(gateway, member, err))
            return false;
    }
    return true;
}

/* ---- all of them --------------------------------------------------------- */

static bool has_any(const struct json_doc *doc)
{
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (member_of(doc, members[i].name))
            return true;
    }
    return false;
}

static bool read_trust(struct gateway *gateway, struct err *err)
{
    char text[SHOWN_MAX];

    if (gateway->tls_ca.len == 0)
        return true;
    if (ca_file_check(gateway->tls_ca.at, err))
        gateway->tls = tls_client_pinned(gateway->tls_ca.at, err);
    return gateway->tls ||
           err_wrap(err, "tls_ca=\"%s\"", shown(gateway->tls_ca, text));
}

static struct gateway *make(void)
{
    struct counted *counted = MEM_NEW(struct counted);

    atomic_init(&counted->refs, 1);
    counted->gateway.arena = arena_new();
    return &counted->gateway;
}

bool gateway_from_doc(const struct json_doc *doc, struct gateway **gateway,
                      struct err *err)
{
    *gateway = NULL;
    if (!has_any(doc))
        return true;
    *gateway = make();
    if (take_members(*gateway, doc, err) && read_trust(*gateway, err))
        return true;
    gateway_unref(*gateway);
    *gateway = NULL;
    return false;
}

bool gateway_check(const struct json_doc *body, struct err *err)
{
    struct gateway *gateway = make();
    bool fine = take_members(gateway, body, err);

    gateway_unref(gateway);
    if (!fine)
        err->code = ERR_BAD_REQUEST;
    return fine;
}

static struct counted *counted_of(struct gateway *gateway)
{
    return CONTAINER_OF(gateway, struct counted, gateway);
}

struct gateway *gateway_ref(struct gateway *gateway)
{
    if (gateway)
        atomic_fetch_add(&counted_of(gateway)->refs, 1);
    return gateway;
}

void gateway_unref(struct gateway *gateway)
{
    if (!gateway || atomic_fetch_sub(&counted_of(gateway)->refs, 1) != 1)
        return;
    tls_free(gateway->tls);
    json_doc_free(gateway->models);
    arena_free(gateway->arena);
    mem_free(counted_of(gateway));
}

/* ---- of an account ------------------------------------------------------- */

bool gateway_is_elsewhere(const struct account *account)
{
    return account->gateway && account->gateway->base_url.len > 0;
}

struct str gateway_place(struct arena *arena, const struct account *account)
{
    return gateway_is_elsewhere(account)
               ? api_url_place(arena, &account->gateway->api)
               : STR_EMPTY;
}

struct destination gateway_way(const struct account *account,
                               const struct destination *home)
{
    const struct gateway *gateway = account ? account->gateway : NULL;
    struct destination way = *home;

    if (gateway && gateway_is_elsewhere(account)) {
        way.api = &gateway->api;
        way.host = gateway->host;
    }
    if (gateway && gateway->tls)
        way.tls = gateway->tls;
    return way;
}

bool gateway_is_safe(const struct account *account, const struct proxy *proxy,
                     bool detour, struct err *err)
{
    if (!proxy || !gateway_is_elsewhere(account) || account->gateway->api.tls)
        return true;
    if (detour)
        return err_set(err, ERR_BAD_REQUEST,
                       "account \"%s\" is at http:// on this machine: no proxy "
                       "that a request names leads there",
                       account->name);
    return proxy_is_here(proxy) ||
           err_set(err, ERR_PROXY,
                   "account \"%s\" is at http:// on this machine, but its "
                   "requests would go through a proxy on another one, which "
                   "could read its key: use https://, or no such proxy",
                   account->name);
}

struct str gateway_model(const struct account *account, struct str model)
{
    return account && account->gateway
               ? model_map_find(account->gateway->models, model)
               : STR_EMPTY;
}

bool gateway_has(const struct account *account, struct str model)
{
    const struct gateway *gateway = account->gateway;

    return model.len == 0 || !gateway || gateway->base_url.len == 0 ||
           !gateway->models || model_map_has(gateway->models, model);
}

static struct json_doc *text_or_null(struct str text)
{
    return text.len > 0 ? json_doc_new_str(text) : json_doc_new_null();
}

void gateway_tell(struct json_doc *doc, const struct account *account)
{
    const struct gateway *gateway = account->gateway;
    const struct json_doc *models = gateway ? gateway->models : NULL;

    json_doc_set(doc, "base_url",
                 text_or_null(gateway ? gateway->base_url : STR_EMPTY));
    json_doc_set_bool(doc, "bearer", gateway && gateway->bearer);
    json_doc_set(doc, "model_map",
                 models ? json_doc_copy(models) : json_doc_new_null());
    json_doc_set(doc, "tls_ca",
                 text_or_null(gateway ? gateway->tls_ca : STR_EMPTY));
}
