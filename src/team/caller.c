// SPDX-License-Identifier: MIT
/* Who is asking, and what may they? */
#include "team/caller.h"

#include <assert.h>

#include "http/loopback.h"
#include "team/own_login.h"

/* ---- who ---------------------------------------------------------------- */

static void is_stranger(struct caller *caller, enum caller_flaw flaw)
{
    caller->kind = CALLER_STRANGER;
    caller->flaw = flaw;
}

/* Whoever may open the control socket is admin. */
static bool is_control_socket(const struct request *req)
{
    return req->peer.sa.ss_family == AF_UNIX && req->process &&
           peer_process_look(req->process) == PEER_OURS;
}

/* Whoever presents a token means it: a wrong one is refused on this machine too. */
static void find_manager(struct caller *caller)
{
    const struct headers *headers = &caller->req->headers;

    if (is_control_socket(caller->req) ||
        admin_token_is_in(caller->sources->admin, headers))
        caller->kind = CALLER_ADMIN;
    else if (headers_get(headers, STR("authorization")))
        is_stranger(caller, CALLER_WRONG_TOKEN);
    else if (loopback_refusal(caller->req))
        is_stranger(caller, CALLER_NOT_THIS_MACHINE);
}

static void find_looker(struct caller *caller)
{
    if (is_control_socket(caller->req))
        caller->kind = CALLER_ADMIN;
    else if (loopback_refusal(caller->req))
        is_stranger(caller, CALLER_NOT_THIS_MACHINE);
}

static void find_login(struct caller *caller)
{
    bool pass = caller->sources->config->client_login == CONFIG_LOGIN_PASS;
    enum own_login found =
        own_login_find(&caller->req->headers, &caller->login);

    if (found == OWN_LOGIN_NONE)
        return;
    caller->kind = CALLER_OWN_LOGIN;
    if (!pass)
        is_stranger(caller, CALLER_LOGIN_REFUSED);
    else if (found == OWN_LOGIN_ODD)
        is_stranger(caller, CALLER_LOGIN_ODD);
}

static void find_client(struct caller *caller)
{
    if (loopback_refusal(caller->req))
        is_stranger(caller, CALLER_NOT_THIS_MACHINE);
    else
        find_login(caller);
}

void caller_find(struct caller *caller, const struct caller_sources *sources,
                 const struct request *req, enum right right)
{
    static void (*const find[RIGHTS])(struct caller *) = {
        [RIGHT_RELAY] = find_client,
        [RIGHT_MANAGE] = find_manager,
        [RIGHT_LOOK] = find_looker,
    };

    assert(find[right]);
    *caller = (struct caller){ .sources = sources,
                               .req = req,
                               .login = STR_EMPTY,
                               .kind = CALLER_MACHINE };
    find[right](caller);
    if (caller->kind != CALLER_OWN_LOGIN)
        caller->login = STR_EMPTY;
}

/* ---- what they may ------------------------------------------------------ */

enum verdict { NEVER, ALWAYS, WITH_ADMIN_LOOPBACK };

static const enum verdict rights[CALLER_KINDS][RIGHTS] = {
    [CALLER_STRANGER] = { [RIGHT_RELAY] = NEVER },
    [CALLER_MACHINE] = { [RIGHT_RELAY] = ALWAYS,
                         [RIGHT_MANAGE] = WITH_ADMIN_LOOPBACK,
                         [RIGHT_LOOK] = ALWAYS,
                         [RIGHT_PROXY] = ALWAYS },
    [CALLER_ADMIN] = { [RIGHT_RELAY] = NEVER,
                       [RIGHT_MANAGE] = ALWAYS,
                       [RIGHT_LOOK] = ALWAYS,
                       [RIGHT_PROXY] = ALWAYS },
    [CALLER_OWN_LOGIN] = { [RIGHT_RELAY] = ALWAYS,
                           [RIGHT_MANAGE] = NEVER,
                           [RIGHT_LOOK] = NEVER,
                           [RIGHT_PROXY] = ALWAYS },
};

static bool is_granted(const struct caller *caller, enum right right)
{
    switch (rights[caller->kind][right]) {
    case ALWAYS:
        return true;
    case WITH_ADMIN_LOOPBACK:
        return caller->sources->config->admin_loopback;
    case NEVER:
        break;
    }
    return false;
}

/* ---- why not ------------------------------------------------------------ */

static bool refuse_manager(const struct caller *caller, struct err *why)
{
    const char *refusal = loopback_refusal(caller->req);

    return err_set(why, ERR_NOT_ALLOWED,
                   "this needs the admin token (Authorization: Bearer ...; it "
                   "is stored in %s on the relay's machine), because %s",
                   caller->sources->admin->where,
                   refusal ? refusal : "ADMIN_LOOPBACK is off");
}

static bool refuse_machine(const struct caller *caller, enum right right,
                           struct err *why)
{
    const char *refusal = loopback_refusal(caller->req);

    if (right == RIGHT_MANAGE)
        return refuse_manager(caller, why);
    return err_set(why, ERR_NOT_ALLOWED,
                   "this relay serves only its own machine until relay keys "
                   "exist, and this request is refused because %s",
                   refusal ? refusal : "it has no right to this");
}

bool caller_may(const struct caller *caller, enum right right, struct err *why)
{
    if (is_granted(caller, right))
        return true;
    switch (caller->flaw) {
    case CALLER_NOT_THIS_MACHINE:
        break;
    case CALLER_WRONG_TOKEN:
        return err_set(why, ERR_NOT_ALLOWED,
                       "that is not the admin token; it is stored in %s on the "
                       "relay's machine",
                       caller->sources->admin->where);
    case CALLER_LOGIN_REFUSED:
        return err_set(why, ERR_NOT_ALLOWED,
                       "this client sent its own claude.ai login, which the "
                       "relay does not use: set ANTHROPIC_AUTH_TOKEN to any "
                       "text (to a relay key, once keys exist) and try again");
    case CALLER_LOGIN_ODD:
        return err_set(why, ERR_NOT_ALLOWED,
                       "this client sent its own claude.ai login, which passes "
                       "only as one field `Authorization: Bearer ...`");
    }
    return refuse_machine(caller, right, why);
}

bool caller_has(const struct caller_sources *sources, const struct request *req,
                enum right right, struct err *why)
{
    struct caller caller;

    caller_find(&caller, sources, req, right);
    return caller_may(&caller, right, why);
}
