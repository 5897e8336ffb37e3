// SPDX-License-Identifier: MIT
/* An outgoing proxy: what a person configures, checked whole: one that is
   configured is used, one that is half-filled is an error.  Immutable once made;
   shared by reference count; any thread. */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

enum proxy_type { PROXY_SOCKS5, PROXY_HTTP, PROXY_HTTPS };

struct proxy;
struct config;

/* The parts as a person writes them; empty means not given. */
struct proxy_parts {
    struct str type; /* socks5, http, https */
    struct str host;
    uint64_t port; /* 1 to 65535 */
    /* Any bytes but NUL.  socks5: at most 255 each; http, https: no ':' in the
       name, which would end there. */
    struct str username;
    struct str password; /* never printed */
};

/* NULL and err naming the part that is wrong. */
struct proxy *proxy_new(const struct proxy_parts *parts, struct err *err);
/* From the seed's proxy_config: {type, host, port, username, password}. */
struct proxy *proxy_from_json(const struct json_doc *config, struct err *err);
/* Its type, host and port, and nothing of who uses it; NULL is "direct": null. */
struct json_doc *proxy_to_json(const struct proxy *proxy);
/* All of it, as proxy_from_json() takes it: with its password. */
struct json_doc *proxy_to_config(const struct proxy *proxy);
/* GLOBAL_PROXY_*: `*proxy` is NULL if none is enabled. */
bool proxy_from_config(const struct config *config, struct proxy **proxy,
                       struct err *err) MUST_CHECK;
/* As somebody sends it, not as it lies in a file: a number for the port, and no
   member that means nothing (a misspelt password would go out without one). */
bool proxy_check_config(const struct json_doc *config,
                        struct err *err) MUST_CHECK;
struct proxy *proxy_ref(struct proxy *proxy);
void proxy_unref(struct proxy *proxy);

enum proxy_type proxy_type(const struct proxy *proxy);
/* As people write it. */
struct str proxy_type_name(const struct proxy *proxy);
const char *proxy_host(const struct proxy *proxy);
uint16_t proxy_port(const struct proxy *proxy);
/* NULL without credentials.  The password is for the dialling library alone. */
const char *proxy_username(const struct proxy *proxy);
const char *proxy_password(const struct proxy *proxy);

/* The way out of one call: global before the request's own before the account's
   before direct (NULL). */
const struct proxy *proxy_choose(const struct proxy *global,
                                 const struct proxy *request,
                                 const struct proxy *account);

/* Is it on this machine, by its address or as "localhost"? */
bool proxy_is_here(const struct proxy *proxy);

/* The same way out?  NULL is "direct". */
bool proxy_eq(const struct proxy *a, const struct proxy *b);
