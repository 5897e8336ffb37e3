// SPDX-License-Identifier: MIT
/* What callers may, and what those are told who may not. */
#include "base/reason.h"
#include "http/loopback.h"
#include "team/caller.h"

/* ---- the table ---------------------------------------------------------- */

enum verdict {
    NEVER,
    ALWAYS,
    WITHOUT_KEYS,        /* while none exists, or LOOPBACK_WITHOUT_KEY is on */
    WITH_ADMIN_LOOPBACK, /* ADMIN_LOOPBACK is on */
    WITH_PERMISSION,     /* its key has it, or it comes from this machine */
};

static const enum verdict rights[CALLER_KINDS][RIGHTS] = {
    [CALLER_STRANGER] = { [RIGHT_RELAY] = NEVER,
                          [RIGHT_MANAGE] = NEVER,
                          [RIGHT_LOOK] = NEVER,
                          [RIGHT_SCRAPE] = NEVER,
                          [RIGHT_PROXY] = NEVER },
    [CALLER_MACHINE] = { [RIGHT_RELAY] = WITHOUT_KEYS,
                         [RIGHT_MANAGE] = WITH_ADMIN_LOOPBACK,
                         [RIGHT_LOOK] = ALWAYS,
                         [RIGHT_SCRAPE] = WITH_ADMIN_LOOPBACK,
                         [RIGHT_PROXY] = ALWAYS },
    [CALLER_KEY] = { [RIGHT_RELAY] = ALWAYS,
                     [RIGHT_MANAGE] = NEVER,
                     [RIGHT_LOOK] = NEVER,
                     [RIGHT_SCRAPE] = NEVER,
                     [RIGHT_PROXY] = WITH_PERMISSION },
    [CALLER_ADMIN] = { [RIGHT_RELAY] = NEVER,
                       [RIGHT_MANAGE] = ALWAYS,
                       [RIGHT_LOOK] = ALWAYS,
                       [RIGHT_SCRAPE] = ALWAYS,
                       [RIGHT_PROXY] = ALWAYS },
    [CALLER_SCRAPER] = { [RIGHT_RELAY] = NEVER,
                         [RIGHT_MANAGE] = NEVER,
                         [RIGHT_LOOK] = NEVER,
                         [RIGHT_SCRAPE] = ALWAYS,
                         [RIGHT_PROXY] = NEVER },
    [CALLER_OWN_LOGIN] = { [RIGHT_RELAY] = ALWAYS,
                           [RIGHT_MANAGE] = NEVER,
                           [RIGHT_LOOK] = NEVER,
                           [RIGHT_SCRAPE] = NEVER,
                           [RIGHT_PROXY] = WITH_PERMISSION },
};

static bool is_granted(const struct caller *caller, enum right right)
{
    switch (rights[caller->kind][right]) {
    case NEVER:
        return false;
    case ALWAYS:
        return true;
    case WITHOUT_KEYS:
        return !caller_needs_key(caller->sources);
    case WITH_ADMIN_LOOPBACK:
        return caller->sources->config->admin_loopback;
    case WITH_PERMISSION:
        return (caller->key && caller->key->may_proxy) ||
               caller_is_machine(caller->req);
    }
    return false;
}

/* ---- why not ------------------------------------------------------------ */

#define USE_A_KEY                                                              \
    "set ANTHROPIC_AUTH_TOKEN to a relay key (whoever runs the relay makes "   \
    "one with `claude-relay key create me`)"

static bool is_managing(enum right right)
{
    return right == RIGHT_MANAGE || right == RIGHT_SCRAPE;
}

/* Without the admin token, where it is needed. */
static bool refuse_manager(const struct caller *caller, struct err *why)
{
    const char *refusal = loopback_refusal(caller->req);

    return REASON_SET(why, ADMIN_TOKEN_NEEDED, caller->sources->admin->where,
                      refusal ? refusal : "ADMIN_LOOPBACK is off");
}

/* Without a key, where one is needed or this machine is not. */
static bool refuse_client(const struct caller *caller, struct err *why)
{
    const char *refusal = loopback_refusal(caller->req);

    if (caller_needs_key(caller->sources))
        return REASON_SET(why, KEY_NEEDED, USE_A_KEY);
    if (caller->flaw == CALLER_NO_KEY)
        return REASON_SET(why, KEY_NEEDED_FROM_HERE,
                          refusal ? refusal : "it has no right to this",
                          USE_A_KEY);
    return REASON_SET(why, ONLY_THIS_MACHINE,
                      refusal ? refusal : "it has no right to this");
}

/* A key is a good one, but for something else. */
static bool refuse_holder(const struct caller *caller, enum right right,
                          struct err *why)
{
    if (right == RIGHT_PROXY)
        return err_set(why, ERR_FORBIDDEN,
                       "the relay key \"%s\" does not allow a request to name "
                       "its own proxy: it has not the permission `proxy`",
                       caller->key ? caller->key->name : "");
    return REASON_SET(why, MANAGED_BY_ADMIN);
}

static bool refuse_bound(const struct caller *caller, struct err *why)
{
    const struct str *agent =
        headers_get(&caller->req->headers, STR("user-agent"));
    struct addr addr;

    caller_address(caller, &addr);
    if (!key_allows_address(caller->key, &addr, why) ||
        !key_allows_client(caller->key, agent ? *agent : STR_EMPTY, why))
        return false;
    return REASON_SET(why, KEY_DOES_NOT_ALLOW);
}

static unsigned wait_s(const struct caller *caller)
{
    return (caller->wait_ms + 999) / 1000;
}

/* Trying the same again is of no use, but another one may be right. */
static bool refuse_key(const struct caller *caller, struct err *why)
{
    if (caller->wait_ms == 0)
        return REASON_SET(why, NO_RELAY_KEY, USE_A_KEY);
    REASON_SET(why, KEY_SLOWED, wait_s(caller));
    err_retry_after(why, caller->wait_ms);
    return false;
}

/* The one that was not looked at may be right: when the next will be is known. */
static bool refuse_token(const struct caller *caller, struct err *why)
{
    if (caller->wait_ms == 0)
        return REASON_SET(why, ADMIN_TOKEN_WRONG,
                          caller->right == RIGHT_SCRAPE &&
                                  caller->sources->scraper
                              ? ", nor METRICS_TOKEN"
                              : "",
                          caller->sources->admin->where);
    REASON_SET(why, ADMIN_TOKEN_SLOWED, wait_s(caller));
    err_retry_after(why, caller->wait_ms);
    return false;
}

static bool refuse_login(const struct caller *caller, struct err *why)
{
    if (caller->flaw == CALLER_LOGIN_ODD)
        return REASON_SET(why, OWN_LOGIN_FORM);
    if (caller->flaw == CALLER_LOGIN_ALONE)
        return REASON_SET(why, OWN_LOGIN_WITHOUT_KEY);
    return REASON_SET(why, OWN_LOGIN_UNUSED,
                      caller_needs_key(caller->sources)
                          ? "a relay key"
                          : "any text (to a relay key, once keys exist)");
}

/* Behind a proxy that is not trusted to say so, the relay does not know that TLS is in
   use: then no page is its own. */
static bool refuse_foreign(struct err *why)
{
    return REASON_SET(why, OTHER_ORIGIN);
}

static bool refuse_session(const struct caller *caller, struct err *why)
{
    if (caller->flaw == CALLER_FOREIGN_PAGE)
        return refuse_foreign(why);
    if (caller->flaw == CALLER_NO_CSRF)
        return REASON_SET(why, CSRF_MISSING);
    return REASON_SET(why, SESSION_ENDED, caller->sources->admin->where);
}

static bool refuse_stranger(const struct caller *caller, enum right right,
                            struct err *why)
{
    switch (caller->flaw) {
    case CALLER_NOT_THIS_MACHINE:
    case CALLER_NO_KEY:
        break;
    case CALLER_WRONG_TOKEN:
        return refuse_token(caller, why);
    case CALLER_WRONG_KEY:
        return refuse_key(caller, why);
    case CALLER_KEY_OVER:
        return key_verdict_err(caller->verdict, caller->key, why);
    case CALLER_KEY_BOUND:
        return refuse_bound(caller, why);
    case CALLER_LOGIN_REFUSED:
    case CALLER_LOGIN_ALONE:
    case CALLER_LOGIN_ODD:
        return refuse_login(caller, why);
    case CALLER_SESSION_OVER:
    case CALLER_FOREIGN_PAGE:
    case CALLER_NO_CSRF:
        return refuse_session(caller, why);
    }
    return is_managing(right) ? refuse_manager(caller, why)
                              : refuse_client(caller, why);
}

bool caller_may(const struct caller *caller, enum right right, struct err *why)
{
    if (is_granted(caller, right))
        return true;
    switch (caller->kind) {
    case CALLER_STRANGER:
    case CALLER_ADMIN:
    case CALLER_SCRAPER:
        break;
    case CALLER_MACHINE:
        return is_managing(right) ? refuse_manager(caller, why)
                                  : refuse_client(caller, why);
    case CALLER_KEY:
    case CALLER_OWN_LOGIN:
        return refuse_holder(caller, right, why);
    }
    return refuse_stranger(caller, right, why);
}
