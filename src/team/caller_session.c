// SPDX-License-Identifier: MIT
/* Callers who come with the cookie of a session. */
#include "team/caller_session.h"

#include "base/mem.h"
#include "http/cookies.h"
#include "http/origin.h"
#include "team/client_address.h"
#include "team/sessions.h"

/* So many are looked at: somebody else may have set some of them. */
#define COOKIES_MAX 64

bool caller_origin_is_own(const struct caller_sources *sources,
                          const struct request *req)
{
    return origin_is_own(&req->headers,
                         client_uses_tls(&sources->config->trusted, req)
                             ? STR("https")
                             : STR("http"));
}

static bool changes_nothing(const struct request *req)
{
    return str_eq(req->method, STR("GET")) || request_is_head(req);
}

static bool is_confirmed(const struct caller *caller)
{
    const struct headers *headers = &caller->req->headers;
    const struct str *field = headers_get(headers, STR("x-csrf-token"));
    char csrf[SESSION_TEXT_SIZE];
    bool is;

    if (!field || headers_count(headers, STR("x-csrf-token")) != 1)
        return false;
    session_csrf(caller->session, csrf);
    is = secret_eq(*field, str_of(csrf));
    mem_wipe(csrf, sizeof(csrf));
    return is;
}

/* An empty one is what is left where one was taken back. */
static bool find(struct caller *caller, bool *presented)
{
    struct sessions_now now = sessions_now();
    struct cookies at = { .field = 0 };
    struct str text;

    for (int i = 0; i < COOKIES_MAX; i++) {
        if (!cookies_next(&at, &caller->req->headers, STR(CALLER_COOKIE),
                          &text))
            break;
        *presented |= text.len > 0;
        if (!sessions_find(caller->sources->sessions, text, now, NULL))
            continue;
        caller->session = text;
        return true;
    }
    return false;
}

bool caller_session_is_presented(const struct caller *caller)
{
    struct cookies at = { .field = 0 };
    struct str text;

    while (
        caller->sources->sessions &&
        cookies_next(&at, &caller->req->headers, STR(CALLER_COOKIE), &text)) {
        if (text.len > 0)
            return true;
    }
    return false;
}

struct str caller_session_held(const struct caller_sources *sources,
                               const struct request *req)
{
    struct caller caller = { .sources = sources,
                             .req = req,
                             .session = STR_EMPTY };

    (void)caller_session_find(&caller);
    return caller.session;
}

enum caller_session caller_session_find(struct caller *caller)
{
    bool presented = false;

    if (!caller->sources->sessions)
        return CALLER_SESSION_NONE;
    if (!find(caller, &presented))
        return presented ? CALLER_SESSION_ENDED : CALLER_SESSION_NONE;
    if (!caller_origin_is_own(caller->sources, caller->req))
        return CALLER_SESSION_FOREIGN;
    if (!changes_nothing(caller->req) && !is_confirmed(caller))
        return CALLER_SESSION_UNCONFIRMED;
    return CALLER_SESSION_FINE;
}
