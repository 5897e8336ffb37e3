// SPDX-License-Identifier: MIT
/* Callers who come with a token, or by the control socket. */
#include "team/caller_token.h"

#include "base/clock.h"
#include "team/caller_wrong.h"

/* The socket's file is the admin's alone, and so is who may connect to it. */
bool caller_token_is_socket(const struct request *req)
{
    return req->peer.sa.ss_family == AF_UNIX && req->process &&
           peer_process_look(req->process) == PEER_OURS;
}

/* A key's own text is no guess at the token. */
static bool is_fine_key(const struct caller *caller, struct str text)
{
    struct keyring *ring = caller->sources->keyring;
    enum key_verdict verdict = KEY_UNKNOWN;

    if (ring && keyring_count(ring) > 0)
        key_unref(keyring_find(ring, text, caller->at_ms, &verdict));
    return verdict == KEY_FINE;
}

/* Nobody can keep this machine's owner from it. */
static bool is_guess(const struct caller *caller, struct str token)
{
    return caller->sources->failures && !caller_is_machine(caller->req) &&
           !is_fine_key(caller, token);
}

static bool is_kind(struct caller *caller, enum caller_kind kind, bool is)
{
    if (is)
        caller->kind = kind;
    return is;
}

/* The admin token, or, where it opens something, that for figures. */
static bool is_token_known(struct caller *caller, struct str token)
{
    const struct caller_sources *sources = caller->sources;

    return is_kind(caller, CALLER_ADMIN,
                   admin_token_is(sources->admin, token)) ||
           is_kind(caller, CALLER_SCRAPER,
                   caller->right == RIGHT_SCRAPE && sources->scraper &&
                       admin_token_is(sources->scraper, token));
}

/* What it took is given back; but whoever reads figures does not come to be known as
   the admin. */
static void is_no_guess(const struct caller *caller, const struct addr *addr,
                        uint64_t now_ms)
{
    if (caller->kind == CALLER_ADMIN)
        failures_right(caller->sources->failures, addr, now_ms);
    else
        failures_give_back(caller->sources->failures, addr, now_ms);
}

/* A token may be one that somebody chose: it is not looked at while too many wrong ones
   come from its address. */
bool caller_token_is_right(struct caller *caller, struct str token)
{
    struct failures *failures = caller->sources->failures;
    uint64_t now_ms = clock_steady_ms();
    struct addr addr;
    bool is_right;

    if (token.len == 0 || !is_guess(caller, token))
        return is_token_known(caller, token);
    caller_address(caller, &addr);
    caller->wait_ms = (uint32_t)failures_take(failures, &addr, now_ms);
    is_right = caller->wait_ms == 0 && is_token_known(caller, token);
    if (is_right)
        is_no_guess(caller, &addr, now_ms);
    return is_right;
}

/* What is no token at all is refused, but is no guess; what is one has been counted
   before it was looked at. */
void caller_token_is_wrong(struct caller *caller, struct str token)
{
    caller->kind = CALLER_STRANGER;
    caller->flaw = CALLER_WRONG_TOKEN;
    if (token.len > 0)
        caller_wrong_say(caller, caller->wait_ms > 0
                                     ? "an admin token that was not looked at"
                                     : "a wrong admin token");
}
