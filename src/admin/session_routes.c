// SPDX-License-Identifier: MIT
/* Sessions of browsers over HTTP (team/sessions.h). */
#include "admin/session_routes.h"

#include "admin/audited.h"
#include "admin/request.h"
#include "base/mem.h"
#include "base/shell.h"
#include "base/text.h"
#include "store/audit.h"
#include "team/client_address.h"
#include "team/sessions.h"

#define TAG "sessions"
/* A token and little more. */
#define SIGN_IN_MAX 4096
#define COOKIE_FORM                                                            \
    "set-cookie: " CALLER_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; "    \
    "Max-Age=%u%s\r\n"

static struct sessions *sessions_of(const struct admin_request *x)
{
    return x->admin->options.callers->sessions;
}

/* Empty: the browser forgets it. */
static struct str cookie_field(const struct admin_request *x, const char *text)
{
    const struct config *config = x->admin->options.callers->config;
    unsigned age_s = text[0] ? (unsigned)(SESSIONS_MS / 1000) : 0;

    return arena_printf(x->req->arena, COOKIE_FORM, text, age_s,
                        client_uses_tls(&config->trusted, x->req) ? "; Secure"
                                                                  : "");
}

static void set_time(struct json_doc *doc, const char *member, uint64_t ms)
{
    char text[TEXT_TIME_MAX];

    text_format_time(ms, text);
    json_doc_set_str(doc, member, str_of(text));
}

/* ---- how one is signed in ------------------------------------------------- */

/* Of the relay, for whoever manages it: paths are nobody else's business. */
static void set_relay(struct json_doc *doc)
{
    json_doc_set_str(doc, "version", STR(RELAY_VERSION));
    json_doc_set_str(doc, "command", shell_start());
}

static struct json_doc *doc_of_session(struct str text,
                                       const struct session *session)
{
    struct json_doc *doc = json_doc_new_object();
    char csrf[SESSION_TEXT_SIZE];

    session_csrf(text, csrf);
    json_doc_set_str(doc, "who", STR("session"));
    json_doc_set_str(doc, "csrf", str_of(csrf));
    mem_wipe(csrf, sizeof(csrf));
    set_time(doc, "expires_at", session->ends_ms);
    set_relay(doc);
    return doc;
}

/* Who needs no session. */
static struct json_doc *doc_without(const struct caller *caller)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "who",
                     caller->kind == CALLER_MACHINE ||
                             caller->req->peer.sa.ss_family == AF_UNIX
                         ? STR("machine")
                         : STR("token"));
    json_doc_set(doc, "csrf", json_doc_new_null());
    json_doc_set(doc, "expires_at", json_doc_new_null());
    set_relay(doc);
    return doc;
}

/* The row has let it in: it may have ended since, which nobody has to know. */
static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct session session = { .ends_ms = 0 };
    struct caller caller;
    struct json_doc *doc;

    caller_find(&caller, x->admin->options.callers, x->req, RIGHT_MANAGE);
    if (caller.session.len > 0) {
        (void)sessions_find(sessions_of(x), caller.session, sessions_now(),
                            &session);
        doc = doc_of_session(caller.session, &session);
    } else {
        doc = doc_without(&caller);
    }
    caller_done(&caller);
    return admin_reply(x, doc);
}

static const struct admin_member get_members[] = {
    { "who", ADMIN_TEXT, ADMIN_REQUIRED,
      "by what the relay may be managed: machine (this one, or its control "
      "socket), token or session",
      NULL },
    { "csrf", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of a session: what goes into X-CSRF-Token with all that is not GET",
      NULL },
    { "expires_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of a session: when it ends, used or not; RFC 3339", NULL },
    { "version", ADMIN_TEXT, ADMIN_REQUIRED, "of the relay", NULL },
    { "command", ADMIN_TEXT, ADMIN_REQUIRED,
      "how its commands begin in a shell of its machine: the program as it was "
      "called, on the folder that it serves",
      NULL },
    ADMIN_END,
};
const struct admin_endpoint session_routes_get = {
    .first = get,
    .tag = TAG,
    .summary = "Who is asking, and the session of a browser",
    .answer = get_members,
};

/* ---- signing in ---------------------------------------------------------- */

/* What the browser has is of no use to anybody then: all of it, for several cookies may
   have that name.  It may be let in otherwise: by the token, or as this machine. */
static size_t end_own(const struct admin_request *x)
{
    struct sessions *sessions = sessions_of(x);
    struct str text;
    size_t count = 0;

    for (;;) {
        text = caller_session_held(x->admin->options.callers, x->req);
        if (text.len == 0 || !sessions_end(sessions, text))
            return count;
        count++;
    }
}

static struct flow_next start(struct admin_request *x)
{
    const struct config *config = x->admin->options.callers->config;
    struct sessions_now now = sessions_now();
    struct session session;
    char text[SESSION_TEXT_SIZE];
    struct json_doc *doc;
    struct str cookie;
    struct addr addr;

    (void)end_own(x);
    client_address(&config->trusted, x->req, &addr);
    sessions_begin(sessions_of(x), &addr, now, text);
    (void)sessions_find(sessions_of(x), str_of(text), now, &session);
    doc = doc_of_session(str_of(text), &session);
    cookie = cookie_field(x, text);
    mem_wipe(text, sizeof(text));
    return admin_reply_with(x, doc, cookie);
}

static struct flow_next begin(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct str token = STR_EMPTY;

    (void)json_doc_get_str(x->body, "token", &token);
    if (!sessions_of(x)) {
        (void)err_set(&x->err, ERR_NOT_FOUND,
                      "only a running relay has sessions");
        return admin_refuse(x);
    }
    if (!caller_may_sign_in(x->admin->options.callers, x->req, token,
                            &x->err)) {
        audited_refused(x->admin, x->req, x->row, &x->err);
        return admin_refuse(x);
    }
    x->audit = audited_now(x);
    return audit_reserve(x->audit, &x->err) ? start(x) : admin_refuse(x);
}

static const struct admin_member begin_members[] = {
    { "token", ADMIN_TEXT, ADMIN_REQUIRED, "the admin token", NULL },
    ADMIN_END,
};
const struct admin_endpoint session_routes_begin = {
    .first = begin,
    .tag = TAG,
    .summary = "Sign a browser in with the admin token: a cookie is the answer",
    .body_max = SIGN_IN_MAX,
    .body = begin_members,
    .answer = get_members,
    .action = "session.begin",
};

/* ---- signing out --------------------------------------------------------- */

static struct flow_next end(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct json_doc *doc = json_doc_new_object();
    struct str everywhere;
    size_t count;

    if (admin_query(x, "everywhere", &everywhere) &&
        str_eq(everywhere, STR("true")))
        count = sessions_end_all(sessions_of(x), sessions_now());
    else
        count = end_own(x);
    json_doc_set_u64(doc, "ended", count);
    audit_after(x->audit, json_doc_copy(doc));
    return admin_reply_with(x, doc, cookie_field(x, ""));
}

static const struct admin_member end_query[] = {
    { "everywhere", ADMIN_BOOL, 0, "true: all sessions there are", NULL },
    ADMIN_END,
};
static const struct admin_member end_members[] = {
    { "ended", ADMIN_NUMBER, ADMIN_REQUIRED, "how many", NULL },
    ADMIN_END,
};
const struct admin_endpoint session_routes_end = {
    .first = end,
    .tag = TAG,
    .summary = "Sign this browser out, or all of them",
    .body_max = SIGN_IN_MAX,
    .query = end_query,
    .answer = end_members,
    .action = "session.end",
};

/* ---- all of them --------------------------------------------------------- */

static void add(void *arg, const struct session *session)
{
    struct json_doc *doc = json_doc_new_object();

    set_time(doc, "since", session->began_ms);
    set_time(doc, "expires_at", session->ends_ms);
    json_doc_set_str(doc, "peer", str_of(session->from));
    json_doc_add(arg, doc);
}

static struct flow_next list(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct json_doc *all = json_doc_new_array();
    struct json_doc *doc = json_doc_new_object();

    sessions_each(sessions_of(x), sessions_now(), add, all);
    json_doc_set(doc, "sessions", all);
    return admin_reply(x, doc);
}

static const struct admin_member session_members[] = {
    { "since", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "expires_at", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "peer", ADMIN_TEXT, ADMIN_REQUIRED, "the address that it began from",
      NULL },
    ADMIN_END,
};
static const struct admin_member each_members[] = {
    { .type = ADMIN_OBJECT, .text = "a session", .members = session_members },
    ADMIN_END,
};
static const struct admin_member list_members[] = {
    { "sessions", ADMIN_LIST, ADMIN_REQUIRED, "the oldest first",
      each_members },
    ADMIN_END,
};
const struct admin_endpoint session_routes_list = {
    .first = list,
    .tag = TAG,
    .summary = "The browsers that are signed in",
    .answer = list_members,
};
