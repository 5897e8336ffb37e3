// SPDX-License-Identifier: MIT
/* Callers who come with the cookie of a session. */
#include "caller_desk.h"

#include "base/clock.h"

/* In fields: %s is the session's text, %c what confirms its changes. */
#define SITE "Host: relay.example\n"
#define COOKIE "Cookie: claude_relay_session=%s\n"
#define CSRF "X-CSRF-Token: %c\n"
#define OTHERS "Cookie: claude_relay_session=CANARY-other-relay\n"
#define PAGE(origin) "Origin: " origin "\n"
#define FETCH(site) "Sec-Fetch-Site: " site "\n"
#define BASIC "Authorization: Basic dXNlcjpwYXNz\n"
#define TLS "X-Forwarded-Proto: https\n"

struct row {
    const char *method;
    const char *peer;
    const char *fields;
    enum caller_kind kind;
    const char *why; /* part of the refusal; NULL: it may */
    unsigned status; /* of the refusal; 0: 401 */
};

/* For the management API; ten (10.0.0.0/8) are trusted proxies. */
static const struct row managers[] = {
    { "GET", AWAY, SITE COOKIE, CALLER_ADMIN, NULL, 0 },
    { "HEAD", AWAY, SITE COOKIE, CALLER_ADMIN, NULL, 0 },
    { "GET", AWAY, SITE COOKIE FETCH("same-origin"), CALLER_ADMIN, NULL, 0 },
    { "GET", AWAY, SITE COOKIE PAGE("http://relay.example"), CALLER_ADMIN, NULL,
      0 },
    { "GET", AWAY, SITE "Cookie: a=b; claude_relay_session=%s; c=d\n",
      CALLER_ADMIN, NULL, 0 },
    { "POST", AWAY, SITE COOKIE CSRF, CALLER_ADMIN, NULL, 0 },
    { "DELETE", AWAY,
      SITE COOKIE CSRF PAGE("http://relay.example") FETCH("same-origin"),
      CALLER_ADMIN, NULL, 0 },
    { "PATCH", HERE, LOCAL COOKIE CSRF, CALLER_ADMIN, NULL, 0 },
    /* somebody who shares the host, or its domain, set another one */
    { "GET", AWAY, SITE OTHERS COOKIE, CALLER_ADMIN, NULL, 0 },
    { "GET", AWAY, SITE COOKIE OTHERS, CALLER_ADMIN, NULL, 0 },
    { "GET", AWAY, SITE OTHERS, CALLER_STRANGER, "session has ended", 0 },
    { "GET", HERE, LOCAL OTHERS, CALLER_MACHINE, NULL, 0 },
    { "POST", HERE, LOCAL OTHERS, CALLER_MACHINE, NULL, 0 },
    { "GET", AWAY, SITE "Cookie: claude_relay_session=\n", CALLER_STRANGER,
      "needs the admin token", 0 },
    { "GET", AWAY, SITE "Cookie: claude_relay_session2=%s\n", CALLER_STRANGER,
      "needs the admin token", 0 },
    { "GET", AWAY, SITE "X-Cookie: claude_relay_session=%s\n", CALLER_STRANGER,
      "needs the admin token", 0 },
    { "GET", AWAY, SITE "Authorization: Bearer %s\n", CALLER_STRANGER,
      "not the admin token", 0 },
    /* a change without what confirms it, or with another text */
    { "POST", AWAY, SITE COOKIE, CALLER_STRANGER, "X-CSRF-Token", 403 },
    { "PUT", AWAY, SITE COOKIE "X-CSRF-Token: \n", CALLER_STRANGER,
      "X-CSRF-Token", 403 },
    { "DELETE", AWAY, SITE COOKIE "X-CSRF-Token: %s\n", CALLER_STRANGER,
      "X-CSRF-Token", 403 },
    { "POST", AWAY, SITE COOKIE CSRF CSRF, CALLER_STRANGER, "X-CSRF-Token",
      403 },
    { "POST", AWAY, SITE COOKIE "X-CSRF-Token: %c0\n", CALLER_STRANGER,
      "X-CSRF-Token", 403 },
    { "OPTIONS", AWAY, SITE COOKIE, CALLER_STRANGER, "X-CSRF-Token", 403 },
    { "get", AWAY, SITE COOKIE, CALLER_STRANGER, "X-CSRF-Token", 403 },
    { "POST", HERE, LOCAL COOKIE, CALLER_STRANGER, "X-CSRF-Token", 403 },
    /* other pages, whatever they know */
    { "POST", AWAY, SITE COOKIE CSRF PAGE("http://evil.example"),
      CALLER_STRANGER, "another origin", 403 },
    { "POST", AWAY, SITE COOKIE CSRF PAGE("http://relay.example:8080"),
      CALLER_STRANGER, "another origin", 403 },
    { "POST", AWAY, SITE COOKIE CSRF PAGE("null"), CALLER_STRANGER,
      "another origin", 403 },
    { "GET", AWAY, SITE COOKIE FETCH("same-site"), CALLER_STRANGER,
      "another origin", 403 },
    { "GET", AWAY, SITE COOKIE FETCH("cross-site"), CALLER_STRANGER,
      "another origin", 403 },
    { "GET", AWAY, SITE COOKIE PAGE("https://relay.example"), CALLER_STRANGER,
      "TRUSTED_PROXIES", 403 },
    /* TLS, by the word of a proxy that is trusted */
    { "GET", AWAY, SITE COOKIE TLS PAGE("https://relay.example"), CALLER_ADMIN,
      NULL, 0 },
    { "GET", AWAY, SITE COOKIE TLS PAGE("http://relay.example"),
      CALLER_STRANGER, "another origin", 403 },
    { "GET", "192.0.2.7", SITE COOKIE TLS PAGE("https://relay.example"),
      CALLER_STRANGER, "another origin", 403 },
    /* nothing makes up for another credential that is of no use */
    { "GET", AWAY, SITE COOKIE BEARER("x"), CALLER_STRANGER,
      "not the admin token", 0 },
    { "GET", AWAY, SITE COOKIE "Authorization: \n", CALLER_STRANGER,
      "not the admin token", 0 },
    { "GET", AWAY, SITE COOKIE X_API_KEY(UNKNOWN), CALLER_STRANGER,
      "not a relay key", 0 },
    { "GET", AWAY, SITE COOKIE X_API_KEY(KEY), CALLER_KEY, "admin token", 403 },
    { "POST", AWAY, SITE COOKIE ADMIN, CALLER_ADMIN, NULL, 0 },
    /* but what is meant for a proxy is none */
    { "GET", AWAY, SITE COOKIE BASIC, CALLER_ADMIN, NULL, 0 },
    { "GET", AWAY, SITE BASIC COOKIE, CALLER_ADMIN, NULL, 0 },
    { "POST", AWAY, SITE COOKIE BASIC CSRF, CALLER_ADMIN, NULL, 0 },
    { "POST", AWAY, SITE COOKIE BASIC, CALLER_STRANGER, "X-CSRF-Token", 403 },
    { "GET", AWAY, SITE COOKIE BASIC FETCH("same-site"), CALLER_STRANGER,
      "another origin", 403 },
    { "GET", AWAY, SITE OTHERS BASIC, CALLER_STRANGER, "session has ended", 0 },
    { "GET", AWAY, SITE BASIC, CALLER_STRANGER, "not the admin token", 0 },
    { "GET", AWAY, SITE COOKIE BASIC BEARER("x"), CALLER_STRANGER,
      "not the admin token", 0 },
    { "GET", AWAY, SITE COOKIE "Authorization: x\n", CALLER_STRANGER,
      "not the admin token", 0 },
    { "GET", AWAY, SITE COOKIE BASIC X_API_KEY(UNKNOWN), CALLER_STRANGER,
      "not a relay key", 0 },
};

/* It never relays. */
static const struct row clients[] = {
    { "GET", AWAY, SITE COOKIE CSRF, CALLER_STRANGER, "no relay key", 0 },
    { "POST", AWAY, SITE COOKIE CSRF PAGE("http://relay.example"),
      CALLER_STRANGER, "no relay key", 0 },
    { "POST", HERE, LOCAL COOKIE CSRF, CALLER_MACHINE, "no relay key", 0 },
};

static const struct row lookers[] = {
    { "GET", AWAY, SITE COOKIE, CALLER_ADMIN, NULL, 0 },
    { "GET", AWAY, SITE COOKIE FETCH("same-site"), CALLER_STRANGER,
      "another origin", 403 },
    { "GET", AWAY, SITE OTHERS, CALLER_STRANGER, "session has ended", 0 },
    { "GET", HERE, LOCAL OTHERS, CALLER_MACHINE, NULL, 0 },
};

static char session[SESSION_TEXT_SIZE];

static void open_signed_in(struct desk *desk)
{
    struct addr from;
    struct err err;

    open_desk(desk);
    ring.count = 1;
    desk->config.trusted = (struct cidr_list){ &ten, 1 };
    desk->sources.sessions = sessions_new();
    assert_true(addr_parse(AWAY, 1, &from, &err));
    sessions_begin(desk->sources.sessions, &from, sessions_now(), session);
}

static void close_signed_in(struct desk *desk)
{
    sessions_free(desk->sources.sessions);
    close_desk(desk);
}

static const char *fill(const char *fields)
{
    static char text[4000];
    char csrf[SESSION_TEXT_SIZE];
    size_t len = 0;

    session_csrf(str_of(session), csrf);
    for (const char *at = fields; *at; at++) {
        bool is_mark = at[0] == '%';
        char plain[2] = { *at, '\0' };

        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
                                !is_mark       ? plain
                                : at[1] == 's' ? session
                                               : csrf);
        at += is_mark;
    }
    return text;
}

static void look_at(struct desk *desk, const struct row *row, enum right right)
{
    struct err err = { .text = "" };
    bool may;

    come(desk, row->peer, fill(row->fields));
    desk->req.method = str_of(row->method);
    caller_find(&desk->caller, &desk->sources, &desk->req, right);
    may = caller_may(&desk->caller, right, &err);
    if (desk->caller.kind != row->kind || may != (row->why == NULL))
        fail_msg("right %u, %s %s: %s (%s)", right, row->method, row->peer,
                 row->fields, err.text);
    caller_done(&desk->caller);
    if (may)
        return;
    unit_assert_part(err.text, row->why);
    assert_int_equal(err_status(err.code), row->status ? row->status : 401);
    assert_null(strstr(err.text, session));
}

static void look_at_all(enum right right, const struct row *rows, size_t count)
{
    struct desk desk;

    open_signed_in(&desk);
    for (size_t i = 0; i < count; i++)
        look_at(&desk, &rows[i], right);
    close_signed_in(&desk);
}

static void a_session_manages_by_its_own_pages(void **state)
{
    (void)state;
    look_at_all(RIGHT_MANAGE, managers, COUNT_OF(managers));
    look_at_all(RIGHT_LOOK, lookers, COUNT_OF(lookers));
}

static void a_session_never_relays(void **state)
{
    (void)state;
    look_at_all(RIGHT_RELAY, clients, COUNT_OF(clients));
}

static void one_that_was_ended_is_of_no_use(void **state)
{
    struct desk desk;

    (void)state;
    open_signed_in(&desk);
    assert_true(sessions_end(desk.sources.sessions, str_of(session)));
    look_at(&desk,
            &(struct row){ "GET", AWAY, SITE COOKIE, CALLER_STRANGER,
                           "session has ended", 0 },
            RIGHT_MANAGE);
    sessions_free(desk.sources.sessions);
    desk.sources.sessions =
        NULL; /* and where there are none, a cookie is any */
    look_at(&desk,
            &(struct row){ "GET", AWAY, SITE COOKIE, CALLER_STRANGER,
                           "needs the admin token", 0 },
            RIGHT_MANAGE);
    close_signed_in(&desk);
}

/* Whoever shares the host may set any number. */
static void one_request_tries_few_cookies(void **state)
{
    struct desk desk;

    (void)state;
    open_signed_in(&desk);
#define OTHER "claude_relay_session=CANARY-other; "
#define SEVEN OTHER OTHER OTHER OTHER OTHER OTHER OTHER
#define SIXTY_THREE SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN
#define OWN_LAST "claude_relay_session=%s\n"
    look_at(&desk,
            &(struct row){ "GET", AWAY, SITE "Cookie: " SIXTY_THREE OWN_LAST,
                           CALLER_ADMIN, NULL, 0 },
            RIGHT_MANAGE);
    look_at(&desk,
            &(struct row){ "GET", AWAY,
                           SITE "Cookie: " SIXTY_THREE OTHER OWN_LAST,
                           CALLER_STRANGER, "session has ended", 0 },
            RIGHT_MANAGE);
    close_signed_in(&desk);
}

static void the_log_is_told_that_it_is_a_session(void **state)
{
    struct desk desk;
    struct err err;

    (void)state;
    open_signed_in(&desk);
    desk.req.method = STR("GET");
    come(&desk, AWAY, fill(SITE COOKIE));
    assert_true(caller_has(&desk.sources, &desk.req, RIGHT_MANAGE, &err));
    assert_string_equal(desk.req.notes.who, "session");
    desk.req.method = STR("POST");
    assert_false(caller_has(&desk.sources, &desk.req, RIGHT_MANAGE, &err));
    assert_string_equal(desk.req.notes.who, "session");
    close_signed_in(&desk);
}

/* ---- signing in ------------------------------------------------------------ */

static unsigned sign_in(struct desk *desk, const char *peer, const char *fields,
                        const char *token)
{
    struct err err = { .text = "" };

    come(desk, peer, fields);
    desk->req.method = STR("POST");
    desk->req.notes.who = NULL;
    if (caller_may_sign_in(&desk->sources, &desk->req, str_of(token), &err)) {
        assert_string_equal(desk->req.notes.who, "admin-token");
        return 200;
    }
    assert_null(strstr(err.text, "CANARY"));
    assert_null(desk->req.notes.who);
    assert_int_equal(err_status(err.code) == 429, err_retry_after_s(&err) > 0);
    return err_status(err.code);
}

static void the_token_signs_in_and_nothing_else_does(void **state)
{
    struct desk desk;

    (void)state;
    open_signed_in(&desk);
    assert_int_equal(sign_in(&desk, AWAY, SITE, TOKEN), 200);
    assert_int_equal(sign_in(&desk, AWAY, SITE, TOKEN "0"), 401);
    assert_int_equal(sign_in(&desk, AWAY, SITE, ""), 401);
    assert_int_equal(sign_in(&desk, AWAY, SITE, KEY), 401);
    assert_int_equal(sign_in(&desk, AWAY, SITE, "Bearer " TOKEN), 401);
    assert_int_equal(sign_in(&desk, HERE, LOCAL, "x"), 401);
    /* not what the fields hold */
    assert_int_equal(sign_in(&desk, AWAY, SITE ADMIN, "x"), 401);
    close_signed_in(&desk);
}

static void other_pages_try_none(void **state)
{
    struct desk desk;

    (void)state;
    open_signed_in(&desk);
    desk.sources.failures = failures_new();
    for (int i = 0; i < 2 * FAILURES_AT_ONCE; i++) {
        assert_int_equal(sign_in(&desk, AWAY, SITE PAGE("http://evil.example"),
                                 "x"),
                         403);
        assert_int_equal(sign_in(&desk, AWAY, SITE FETCH("same-site"), TOKEN),
                         403);
    }
    /* And so nobody is kept from signing in by what other pages do. */
    assert_int_equal(sign_in(&desk, AWAY, SITE, TOKEN), 200);
    close_signed_in(&desk);
}

static void wrong_ones_are_slowed(void **state)
{
    struct desk desk;

    (void)state;
    open_signed_in(&desk);
    desk.sources.failures = failures_new();
    for (int i = 0; i < FAILURES_AT_ONCE; i++)
        assert_int_equal(sign_in(&desk, "192.0.2.7", SITE, "x"), 401);
    assert_int_equal(sign_in(&desk, "192.0.2.7", SITE, "x"), 429);
    assert_int_equal(sign_in(&desk, "192.0.2.7", SITE, TOKEN), 429);
    assert_int_equal(sign_in(&desk, "192.0.2.8", SITE, TOKEN), 200);
    for (int i = 0; i < 2 * FAILURES_AT_ONCE; i++)
        assert_int_equal(sign_in(&desk, HERE, LOCAL, "x"), 401);
    close_signed_in(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_manages_by_its_own_pages),
        cmocka_unit_test(a_session_never_relays),
        cmocka_unit_test(one_that_was_ended_is_of_no_use),
        cmocka_unit_test(one_request_tries_few_cookies),
        cmocka_unit_test(the_log_is_told_that_it_is_a_session),
        cmocka_unit_test(the_token_signs_in_and_nothing_else_does),
        cmocka_unit_test(other_pages_try_none),
        cmocka_unit_test(wrong_ones_are_slowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
