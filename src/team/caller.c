// SPDX-License-Identifier: MIT
/* Who is asking.  What they may is in caller_rights.c. */
#include "team/caller.h"

#include <assert.h>

#include "base/clock.h"
#include "http/loopback.h"
#include "store/audit.h"
#include "team/caller_session.h"
#include "team/caller_token.h"
#include "team/caller_wrong.h"
#include "team/client_address.h"
#include "team/own_login.h"
#include "team/presented.h"

/* A good key, from an address, by a program or for what it is not. */
#define MISUSED "a relay key where it may not be used"

void caller_address(const struct caller *caller, struct addr *addr)
{
    client_address(&caller->sources->config->trusted, caller->req, addr);
}

bool caller_is_machine(const struct request *req)
{
    return !loopback_refusal(req);
}

bool caller_needs_key(const struct caller_sources *sources)
{
    return sources->keyring && keyring_count(sources->keyring) > 0 &&
           !sources->config->loopback_without_key;
}

static void is_stranger(struct caller *caller, enum caller_flaw flaw)
{
    caller->kind = CALLER_STRANGER;
    caller->flaw = flaw;
}

static void is_machine_or(struct caller *caller, enum caller_flaw flaw)
{
    if (caller_is_machine(caller->req))
        caller->kind = CALLER_MACHINE;
    else
        is_stranger(caller, flaw);
}

/* ---- keys --------------------------------------------------------------- */

static bool keys_exist(const struct caller *caller)
{
    struct keyring *ring = caller->sources->keyring;

    return ring && keyring_count(ring) > 0;
}

/* What the two fields hold together. */
struct found {
    unsigned keys;   /* that look like relay keys; looked up */
    unsigned others; /* like anything else but an own login */
};

/* Looks a text up; true if it is a key that is fine.  Of several that are not, the
   first that was one once is kept. */
static bool try_key(struct caller *caller, struct str text)
{
    enum key_verdict verdict;
    struct key *key =
        keyring_find(caller->sources->keyring, text, caller->at_ms, &verdict);

    if (verdict == KEY_FINE || (key && !caller->key)) {
        key_unref(caller->key);
        caller->key = key;
        caller->text = text;
        caller->verdict = verdict;
    } else {
        key_unref(key);
    }
    return verdict == KEY_FINE;
}

/* The valid one wins, wherever it is. */
static bool find_key(struct caller *caller, struct found *found)
{
    struct str text;
    size_t at = 0;

    *found = (struct found){ .keys = 0 };
    caller->verdict = KEY_UNKNOWN;
    for (int i = 0; i < PRESENTED_MAX; i++) {
        if (!presented_next(&caller->req->headers, &at, &text))
            break;
        if (presented_is_key(text) && try_key(caller, text))
            return true;
        found->keys += presented_is_key(text);
        found->others += !presented_is_key(text) && !own_login_is(text);
    }
    return false;
}

static bool key_fits(const struct caller *caller, struct err *why)
{
    const struct str *agent =
        headers_get(&caller->req->headers, STR("user-agent"));
    struct addr addr;

    if (caller->key->addresses.count > 0) {
        caller_address(caller, &addr);
        if (!key_allows_address(caller->key, &addr, why))
            return false;
    }
    return key_allows_client(caller->key, agent ? *agent : STR_EMPTY, why);
}

/* ---- for the relay ------------------------------------------------------ */

static bool logins_pass(const struct caller *caller)
{
    return caller->sources->config->client_login == CONFIG_LOGIN_PASS;
}

/* Somebody who may use the relay: with its own login instead of our accounts? */
static void take_login(struct caller *caller)
{
    switch (own_login_find(&caller->req->headers, &caller->login)) {
    case OWN_LOGIN_NONE:
        break;
    case OWN_LOGIN_PASSABLE:
        caller->kind = CALLER_OWN_LOGIN;
        break;
    case OWN_LOGIN_ODD:
        is_stranger(caller, CALLER_LOGIN_ODD);
        break;
    }
}

static void is_client_with_key(struct caller *caller)
{
    struct err ignored;

    caller->kind = CALLER_KEY;
    if (!key_fits(caller, &ignored)) {
        is_stranger(caller, CALLER_KEY_BOUND);
        caller_wrong_say(caller, MISUSED);
    } else if (logins_pass(caller)) {
        take_login(caller);
    }
}

static void find_machine(struct caller *caller)
{
    struct str login;

    is_machine_or(caller,
                  keys_exist(caller) ? CALLER_NO_KEY : CALLER_NOT_THIS_MACHINE);
    if (caller->kind != CALLER_MACHINE)
        return;
    if (logins_pass(caller))
        take_login(caller);
    else if (own_login_find(&caller->req->headers, &login) != OWN_LOGIN_NONE)
        is_stranger(caller, CALLER_LOGIN_REFUSED);
}

static void has_key_over(struct caller *caller)
{
    is_stranger(caller, CALLER_KEY_OVER);
    caller_wrong_say(caller, "a relay key that is not valid any more");
}

static void has_wrong_keys(struct caller *caller, unsigned count)
{
    is_stranger(caller, CALLER_WRONG_KEY);
    caller_wrong_keys(caller, count);
}

static void find_why_without_key(struct caller *caller,
                                 const struct found *found)
{
    struct str login;

    if (caller->key)
        has_key_over(caller);
    else if (found->keys + found->others > 0)
        has_wrong_keys(caller, found->keys + found->others);
    else if (own_login_find(&caller->req->headers, &login) == OWN_LOGIN_NONE)
        is_machine_or(caller, CALLER_NO_KEY);
    else
        is_stranger(caller, logins_pass(caller) ? CALLER_LOGIN_ALONE
                                                : CALLER_LOGIN_REFUSED);
}

/* On a machine that needs no key, whoever presents one all the same means it; any
   other text is no credential there. */
static void find_client(struct caller *caller)
{
    struct found found;

    if (!keys_exist(caller))
        find_machine(caller);
    else if (find_key(caller, &found))
        is_client_with_key(caller);
    else if (caller->sources->config->loopback_without_key && found.keys == 0 &&
             caller_is_machine(caller->req))
        find_machine(caller);
    else
        find_why_without_key(caller, &found);
}

/* ---- for the management ------------------------------------------------- */

static bool is_admin(struct caller *caller)
{
    if (!caller_token_is_socket(caller->req))
        return caller_token_is_right(caller,
                                     admin_token_tried(&caller->req->headers));
    caller->kind = CALLER_ADMIN;
    return true;
}

static bool has_key(struct caller *caller, struct found *found)
{
    *found = (struct found){ .keys = 0 };
    return keys_exist(caller) && find_key(caller, found);
}

/* A browser sends along what a proxy before the relay asks it for, and that may pass it
   on: it takes nothing from a session. */
static bool has_authorization(const struct caller *caller)
{
    const struct headers *headers = &caller->req->headers;

    return headers_get(headers, STR("authorization")) &&
           !(presented_is_for_others(headers) &&
             caller_session_is_presented(caller));
}

static void has_wrong_token(struct caller *caller, unsigned keys)
{
    struct str token = admin_token_tried(&caller->req->headers);

    caller_token_is_wrong(caller, token);
    if (keys > presented_is_key(token))
        caller_wrong_keys(caller, keys - presented_is_key(token));
}

/* Whether a key is right can be told from the answer here, too: wrong ones count.  False:
   it presents nothing. */
static bool is_presented(struct caller *caller)
{
    struct found found;

    if (is_admin(caller))
        return true;
    if (has_key(caller, &found))
        caller->kind = CALLER_KEY;
    else if (caller->key)
        has_key_over(caller);
    else if (has_authorization(caller))
        has_wrong_token(caller, found.keys);
    else if (found.keys > 0)
        has_wrong_keys(caller, found.keys);
    else
        return false;
    return true;
}

/* A cookie that is over is no credential: browsers keep on sending it. */
static void find_by_session(struct caller *caller)
{
    switch (caller_session_find(caller)) {
    case CALLER_SESSION_NONE:
        is_machine_or(caller, CALLER_NOT_THIS_MACHINE);
        break;
    case CALLER_SESSION_ENDED:
        is_machine_or(caller, CALLER_SESSION_OVER);
        break;
    case CALLER_SESSION_FOREIGN:
        is_stranger(caller, CALLER_FOREIGN_PAGE);
        break;
    case CALLER_SESSION_UNCONFIRMED:
        is_stranger(caller, CALLER_NO_CSRF);
        break;
    case CALLER_SESSION_FINE:
        caller->kind = CALLER_ADMIN;
        break;
    }
}

/* Whoever presents something means it: a wrong token is refused on this machine
   too, and a key-holder has no business here. */
static void find_manager(struct caller *caller)
{
    if (!is_presented(caller))
        find_by_session(caller);
    else if (caller->kind == CALLER_KEY)
        caller_wrong_say(caller, MISUSED);
}

/* On this machine no credential is needed, and none does harm. */
static void find_looker(struct caller *caller)
{
    is_machine_or(caller, CALLER_NOT_THIS_MACHINE);
    if (caller->kind != CALLER_MACHINE && !is_presented(caller))
        find_by_session(caller);
}

/* ---- all ---------------------------------------------------------------- */

/* A key that was looked at and is of no use is nobody's. */
static void forget(struct caller *caller)
{
    if (caller->kind != CALLER_OWN_LOGIN)
        caller->login = STR_EMPTY;
    if (caller->kind == CALLER_KEY || caller->kind == CALLER_OWN_LOGIN ||
        (caller->kind == CALLER_STRANGER &&
         (caller->flaw == CALLER_KEY_OVER || caller->flaw == CALLER_KEY_BOUND)))
        return;
    key_unref(caller->key);
    caller->key = NULL;
}

static void note_when(struct caller *caller)
{
    struct keyring *ring = caller->sources->keyring;

    caller->at_ms = clock_wall_ms();
    caller->changes = ring ? keyring_changes(ring) : 0;
}

static void come(struct caller *caller, const struct caller_sources *sources,
                 const struct request *req, enum right right)
{
    *caller = (struct caller){ .sources = sources,
                               .req = req,
                               .login = STR_EMPTY,
                               .session = STR_EMPTY,
                               .right = right,
                               .kind = CALLER_MACHINE };
    note_when(caller);
}

void caller_find(struct caller *caller, const struct caller_sources *sources,
                 const struct request *req, enum right right)
{
    static void (*const find[RIGHTS])(struct caller *) = {
        [RIGHT_RELAY] = find_client,
        [RIGHT_MANAGE] = find_manager,
        [RIGHT_LOOK] = find_looker,
        [RIGHT_SCRAPE] = find_manager,
    };

    assert(find[right]);
    come(caller, sources, req, right);
    find[right](caller);
    forget(caller);
}

/* What ends by its time ends without anybody changing it. */
bool caller_is_current(const struct caller *caller)
{
    struct keyring *ring = caller->sources->keyring;

    uint64_t end_ms =
        caller->key ? key_next_end(caller->key, caller->at_ms) : KEY_NEVER;

    return (!ring || keyring_changes(ring) == caller->changes) &&
           (end_ms == KEY_NEVER || end_ms > clock_wall_ms());
}

/* Keys may have been made since. */
static bool needs_none_still(struct caller *caller, struct err *why)
{
    if (caller_needs_key(caller->sources))
        is_stranger(caller, caller->kind == CALLER_OWN_LOGIN
                                ? CALLER_LOGIN_ALONE
                                : CALLER_NO_KEY);
    return caller_may(caller, RIGHT_RELAY, why);
}

/* One that is not there any more is kept, for the log.  It is no guess, whatever was
   done to it. */
bool caller_renew(struct caller *caller, struct err *why)
{
    enum key_verdict verdict;
    struct key *key;
    bool is_fine;

    note_when(caller);
    if (!caller->key)
        return needs_none_still(caller, why);
    key = keyring_find(caller->sources->keyring, caller->text, caller->at_ms,
                       &verdict);
    is_fine = key_verdict_err(verdict, key, why);
    if (key) {
        key_unref(caller->key);
        caller->key = key;
    }
    return is_fine && key_fits(caller, why);
}

void caller_done(struct caller *caller)
{
    key_unref(caller->key);
    caller->key = NULL;
}

void caller_note(const struct caller *caller, struct request *req)
{
    static const char *const who[CALLER_KINDS] = {
        [CALLER_MACHINE] = AUDIT_BY_MACHINE,
        [CALLER_ADMIN] = AUDIT_BY_TOKEN,
        [CALLER_SCRAPER] = "metrics-token",
        [CALLER_OWN_LOGIN] = "own-login",
    };

    req->notes.who = who[caller->kind];
    if (caller->kind == CALLER_ADMIN && caller_token_is_socket(req))
        req->notes.who = AUDIT_BY_SOCKET;
    if (caller->session.len > 0)
        req->notes.who = AUDIT_BY_SESSION;
    if (caller->key)
        req->notes.key = arena_strdup(req->arena, caller->key->name);
}

void caller_vouch(const struct caller *caller, struct request *req)
{
    bool has_key = caller->key && (caller->kind == CALLER_KEY ||
                                   caller->kind == CALLER_OWN_LOGIN);

    if (has_key || caller->kind == CALLER_ADMIN)
        request_vouch(req);
}

struct str caller_known_token(const struct caller_sources *sources,
                              const struct request *req)
{
    struct str who = str_of(req->notes.who);
    bool knows = str_eq(who, STR(AUDIT_BY_TOKEN)) ||
                 str_eq(who, STR(AUDIT_BY_MACHINE)) ||
                 str_eq(who, STR(AUDIT_BY_SOCKET));

    return knows ? admin_token_reveal(sources->admin) : STR_EMPTY;
}

bool caller_has(const struct caller_sources *sources, struct request *req,
                enum right right, struct err *why)
{
    struct caller caller;
    bool may;

    caller_find(&caller, sources, req, right);
    caller_note(&caller, req);
    caller_vouch(&caller, req);
    may = caller_may(&caller, right, why);
    caller_done(&caller);
    return may;
}

/* The token stands in the body: what the fields hold is no credential here. */
bool caller_may_sign_in(const struct caller_sources *sources,
                        struct request *req, struct str token, struct err *why)
{
    struct caller caller;

    come(&caller, sources, req, RIGHT_MANAGE);
    if (!caller_origin_is_own(sources, req))
        is_stranger(&caller, CALLER_FOREIGN_PAGE);
    else if (!caller_token_is_right(&caller, token))
        caller_token_is_wrong(&caller, token);
    caller_note(&caller, req);
    caller_vouch(&caller, req);
    return caller_may(&caller, RIGHT_MANAGE, why);
}
