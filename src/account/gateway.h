// SPDX-License-Identifier: MIT
/* Where an account's requests go, and how, if not as the relay's own settings say: a base
   URL of its own, its key as a bearer token, other names of models, and whom its TLS
   trusts.  Immutable, shared by reference count.  Any thread. */
#pragma once

#include "account/account.h"
#include "base/url.h"
#include "net/tls.h"

struct gateway {
    struct arena *arena;
    struct str base_url;     /* as it was given; empty: the relay's */
    struct url api;          /* the same; prefix: without /v1 or /v1/messages */
    struct str host;         /* for a Host field */
    bool bearer;             /* authorization instead of x-api-key */
    struct json_doc *models; /* see account/model_map.h; or NULL */
    struct str tls_ca;       /* a path; empty: the relay's trust */
    struct tls *tls;         /* trusts what is in that file alone; or NULL */
};

/* Of an account's document: its members base_url, bearer, model_map and tls_ca.
   `*gateway` is NULL if it has none of them; the caller's, otherwise.  False: err says
   which is wrong.  Reads the file that tls_ca names. */
bool gateway_from_doc(const struct json_doc *doc, struct gateway **gateway,
                      struct err *err) MUST_CHECK;
struct gateway *gateway_ref(struct gateway *gateway);
void gateway_unref(struct gateway *gateway);

/* Without reading any file: are these members of a body, as far as it has them, of the
   form that gateway_from_doc() wants?  null takes one away. */
bool gateway_check(const struct json_doc *body, struct err *err) MUST_CHECK;

/* Do its requests go to another place than the relay's own settings say? */
bool gateway_is_elsewhere(const struct account *account);

/* Where else (api_url_place()); empty if it is nowhere else. */
struct str gateway_place(struct arena *arena, const struct account *account);

/* Where requests go. */
struct destination {
    const struct url *api;
    struct str host; /* for a Host field */
    struct tls *tls; /* for https; borrowed */
};

/* Where those of an account go, if those of the relay go to `home`; NULL: of no
   account.  As long as the account and `home`. */
struct destination gateway_way(const struct account *account,
                               const struct destination *home);

/* May the account's key take that way (NULL: direct)?  False: it would be read by others,
   for its provider is http:// on this machine, and the proxy (a `detour` if a request
   names it) is not this machine's; err says so. */
bool gateway_is_safe(const struct account *account, const struct proxy *proxy,
                     bool detour, struct err *err) MUST_CHECK;

/* What an account's model is called there; empty if it is called what clients call
   it. */
struct str gateway_model(const struct account *account, struct str model);

/* May it serve that model (empty: nobody knows which it is)?  Another provider that has
   names of its own for models has those; of all else the provider is asked. */
bool gateway_has(const struct account *account, struct str model);

/* Its four members, into what is said of an account. */
void gateway_tell(struct json_doc *doc, const struct account *account);
