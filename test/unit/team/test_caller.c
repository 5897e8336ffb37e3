// SPDX-License-Identifier: MIT
/* Who is asking. */
#include "caller_desk.h"
#include "team/presented.h"

struct found {
    const char *peer;
    const char *fields;
    enum caller_kind kind;
    const char *why; /* part of the refusal; NULL: it may */
    unsigned status; /* of the refusal; 0: 401 */
};

/* For the management API, which this machine may use. */
static const struct found managers[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL, 0 },
    { "::1", "Host: [::1]\n", CALLER_MACHINE, NULL, 0 },
    { HERE, "Host: evil.example\n", CALLER_STRANGER, "Host", 0 },
    { HERE, LOCAL "X-Forwarded-For: 127.0.0.1\n", CALLER_STRANGER, "forwarded",
      0 },
    { HERE, LOCAL "Origin: https://evil.example\n", CALLER_STRANGER, "origin",
      0 },
    { AWAY, LOCAL, CALLER_STRANGER, "this machine", 0 },
    { AWAY, LOCAL "x-api-key: " TOKEN "\n", CALLER_STRANGER, "this machine",
      0 },
    { AWAY, OWN, CALLER_STRANGER, "not the admin", 0 },
    /* the token, from anywhere */
    { HERE, LOCAL ADMIN, CALLER_ADMIN, NULL, 0 },
    { AWAY, "Host: relay.example\n" ADMIN, CALLER_ADMIN, NULL, 0 },
    { AWAY, "Host: relay.example\nVia: 1.1 x\n" ADMIN, CALLER_ADMIN, NULL, 0 },
    /* who presents a token means it: a wrong one is refused here too */
    { HERE, LOCAL "Authorization: Bearer x\n", CALLER_STRANGER, "not the admin",
      0 },
    { HERE, LOCAL "Authorization: \n", CALLER_STRANGER, "not the admin", 0 },
    { HERE, LOCAL OWN, CALLER_STRANGER, "not the admin", 0 },
    { AWAY, "Authorization: Bearer " TOKEN "0\n", CALLER_STRANGER,
      "not the admin", 0 },
};

/* To see how things are. */
static const struct found lookers[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL "Authorization: Bearer x\n", CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL "Via: 1.1 x\n", CALLER_STRANGER, "forwarded", 0 },
    { AWAY, LOCAL, CALLER_STRANGER, "this machine", 0 },
    { AWAY, LOCAL ADMIN, CALLER_ADMIN, NULL, 0 },
    { AWAY, LOCAL "Authorization: Bearer x\n", CALLER_STRANGER, "not the admin",
      0 },
};

/* For the relay, while CLIENT_LOGIN is "refuse". */
static const struct found clients[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL "Authorization: Bearer any-text\n", CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL "x-api-key: any-text\n", CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL ADMIN, CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL OWN, CALLER_STRANGER, "claude.ai login", 0 },
    { HERE, LOCAL "x-api-key: " LOGIN "\n", CALLER_STRANGER,
      "ANTHROPIC_AUTH_TOKEN", 0 },
    { HERE, "Host: evil.example\n", CALLER_STRANGER, "Host", 0 },
    { HERE, LOCAL "X-Real-IP: 127.0.0.1\n", CALLER_STRANGER, "forwarded", 0 },
    { AWAY, LOCAL, CALLER_STRANGER, "until relay keys exist", 0 },
    { AWAY, LOCAL ADMIN, CALLER_STRANGER, "this machine", 0 },
    { AWAY, OWN, CALLER_STRANGER, "this machine", 0 },
};

/* The same as soon as there are keys. */
static const struct found keyed[] = {
    { HERE, LOCAL BEARER(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, "Host: relay.example\n" BEARER(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, "Host: relay.example\nOrigin: https://evil.example\n" BEARER(KEY),
      CALLER_KEY, NULL, 0 },
    { AWAY, "Via: 1.1 x\n" X_API_KEY(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, "X-API-KEY: Bearer " KEY "\n", CALLER_KEY, NULL, 0 },
    { AWAY, "Authorization: " KEY "\n", CALLER_KEY, NULL, 0 },
    /* both fields: the valid one wins */
    { AWAY, BEARER(KEY) X_API_KEY(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, BEARER("any-text") X_API_KEY(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, BEARER(KEY) X_API_KEY("sk-ant-api03-x"), CALLER_KEY, NULL, 0 },
    { AWAY, BEARER(UNKNOWN) X_API_KEY(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, BEARER(REVOKED) X_API_KEY(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, X_API_KEY(KEY) BEARER(EXPIRED), CALLER_KEY, NULL, 0 },
    { AWAY, X_API_KEY(UNKNOWN) X_API_KEY(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, ADMIN X_API_KEY(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, OWN X_API_KEY(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, BEARER(KEY) X_API_KEY(LOGIN), CALLER_KEY, NULL, 0 },
    /* no key */
    { HERE, LOCAL, CALLER_MACHINE, "no relay key", 0 },
    { AWAY, LOCAL, CALLER_STRANGER, "no relay key", 0 },
    { HERE, "Host: evil.example\n", CALLER_STRANGER, "no relay key", 0 },
    { AWAY, "Authorization: Bearer\nx-api-key: \n", CALLER_STRANGER,
      "no relay key", 0 },
    { AWAY, "Proxy-" BEARER(KEY), CALLER_STRANGER, "no relay key", 0 },
    { AWAY, "Cookie: " KEY "\n", CALLER_STRANGER, "no relay key", 0 },
    /* a wrong one */
    { HERE, LOCAL BEARER("any-text"), CALLER_STRANGER, "not a relay key", 0 },
    { AWAY, BEARER(UNKNOWN), CALLER_STRANGER, "not a relay key", 0 },
    { AWAY, BEARER(KEY "0"), CALLER_STRANGER, "not a relay key", 0 },
    { AWAY, "Authorization: Basic " KEY "\n", CALLER_STRANGER,
      "not a relay key", 0 },
    { AWAY, BEARER("Bearer " KEY), CALLER_STRANGER, "not a relay key", 0 },
    { HERE, LOCAL ADMIN, CALLER_STRANGER, "not a relay key", 0 },
    { AWAY, ADMIN, CALLER_STRANGER, "not a relay key", 0 },
    /* one that was right */
    { AWAY, BEARER(REVOKED), CALLER_STRANGER, "key revoked has verdict 2", 0 },
    { HERE, LOCAL BEARER(REVOKED), CALLER_STRANGER, "key revoked", 0 },
    { AWAY, BEARER(EXPIRED), CALLER_STRANGER, "key expired", 0 },
    { AWAY, BEARER("x") X_API_KEY(EXPIRED), CALLER_STRANGER, "key expired", 0 },
    { AWAY, BEARER(REVOKED) X_API_KEY(EXPIRED), CALLER_STRANGER, "key revoked",
      0 },
    { AWAY, BEARER(REVOKED) X_API_KEY(UNKNOWN), CALLER_STRANGER, "key revoked",
      0 },
    /* where and for whom it may be used */
    { AWAY, BEARER(BOUND), CALLER_KEY, NULL, 0 },
    { HERE, LOCAL BEARER(BOUND), CALLER_STRANGER, "from this address", 403 },
    { "::ffff:10.2.3.4", BEARER(BOUND), CALLER_KEY, NULL, 0 },
    { AWAY, "User-Agent: claude-cli\n" BEARER(PICKY), CALLER_KEY, NULL, 0 },
    { AWAY, "User-Agent: curl\n" BEARER(PICKY), CALLER_STRANGER,
      "for this client", 403 },
    { AWAY, BEARER(PICKY), CALLER_STRANGER, "for this client", 403 },
    /* an own login is none */
    { AWAY, OWN, CALLER_STRANGER, "claude.ai login", 0 },
    { HERE, LOCAL OWN, CALLER_STRANGER, "a relay key", 0 },
    { AWAY, OWN X_API_KEY(UNKNOWN), CALLER_STRANGER, "not a relay key", 0 },
};

/* The same with LOOPBACK_WITHOUT_KEY. */
static const struct found keyless[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL BEARER("any-text"), CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL ADMIN, CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL OWN, CALLER_STRANGER, "claude.ai login", 0 },
    { HERE, LOCAL BEARER(KEY), CALLER_KEY, NULL, 0 },
    /* who presents a key means it */
    { HERE, LOCAL BEARER(REVOKED), CALLER_STRANGER, "key revoked", 0 },
    { HERE, LOCAL BEARER(UNKNOWN), CALLER_STRANGER, "not a relay key", 0 },
    { HERE, LOCAL BEARER(BOUND), CALLER_STRANGER, "from this address", 403 },
    /* and nobody else is this machine */
    { AWAY, LOCAL, CALLER_STRANGER, "no relay key", 0 },
    { AWAY, BEARER("any-text"), CALLER_STRANGER, "not a relay key", 0 },
    { HERE, "Host: evil.example\n", CALLER_STRANGER, "Host", 0 },
    { HERE, LOCAL "Via: 1.1 x\n", CALLER_STRANGER, "forwarded", 0 },
    { AWAY, BEARER(KEY), CALLER_KEY, NULL, 0 },
};

/* With keys, while own logins may pass. */
static const struct found passing_keyed[] = {
    { AWAY, OWN X_API_KEY(KEY), CALLER_OWN_LOGIN, NULL, 0 },
    { HERE, LOCAL X_API_KEY(KEY) OWN, CALLER_OWN_LOGIN, NULL, 0 },
    { AWAY, BEARER(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, X_API_KEY(KEY), CALLER_KEY, NULL, 0 },
    { AWAY, OWN, CALLER_STRANGER, "x-api-key", 0 },
    { HERE, LOCAL OWN, CALLER_STRANGER, "x-api-key", 0 },
    { AWAY, OWN X_API_KEY(UNKNOWN), CALLER_STRANGER, "not a relay key", 0 },
    { AWAY, OWN X_API_KEY(REVOKED), CALLER_STRANGER, "key revoked", 0 },
    { HERE, LOCAL OWN X_API_KEY(BOUND), CALLER_STRANGER, "address", 403 },
    /* which of the two is meant? */
    { AWAY, BEARER(KEY) X_API_KEY(LOGIN), CALLER_STRANGER,
      "Authorization: Bearer", 0 },
    { AWAY, OWN BEARER(KEY), CALLER_STRANGER, "Authorization: Bearer", 0 },
};

/* For the management API, with keys. */
static const struct found holders[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL, 0 },
    { AWAY, ADMIN, CALLER_ADMIN, NULL, 0 },
    { AWAY, ADMIN X_API_KEY(KEY), CALLER_ADMIN, NULL, 0 },
    { AWAY, BEARER(KEY), CALLER_KEY, "admin token", 403 },
    { AWAY, X_API_KEY(KEY), CALLER_KEY, "admin token", 403 },
    { HERE, LOCAL BEARER(KEY), CALLER_KEY, "admin token", 403 },
    { HERE, LOCAL X_API_KEY(KEY), CALLER_KEY, "admin token", 403 },
    { AWAY, BEARER(PROXIED), CALLER_KEY, "admin token", 403 },
    { AWAY, BEARER(REVOKED), CALLER_STRANGER, "key revoked", 0 },
    { HERE, LOCAL BEARER(UNKNOWN), CALLER_STRANGER, "not the admin", 0 },
};

/* The same while it is "pass". */
static const struct found passing[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL, 0 },
    { HERE, LOCAL OWN, CALLER_OWN_LOGIN, NULL, 0 },
    { HERE, LOCAL "x-api-key: x\n" OWN, CALLER_OWN_LOGIN, NULL, 0 },
    { HERE, LOCAL "x-api-key: " LOGIN "\n", CALLER_STRANGER,
      "Authorization: Bearer", 0 },
    { HERE, LOCAL OWN OWN, CALLER_STRANGER, "Authorization: Bearer", 0 },
    { AWAY, OWN, CALLER_STRANGER, "this machine", 0 },
};

/* For figures; with METRICS_TOKEN. */
#define FIGURES "CANARY-of-figures"
static const struct found scrapers[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL, 0 },
    { AWAY, ADMIN, CALLER_ADMIN, NULL, 0 },
    { AWAY, BEARER(FIGURES), CALLER_SCRAPER, NULL, 0 },
    { HERE, LOCAL BEARER(FIGURES), CALLER_SCRAPER, NULL, 0 },
    { AWAY, BEARER(FIGURES) X_API_KEY(KEY), CALLER_SCRAPER, NULL, 0 },
    { AWAY, BEARER(FIGURES "0"), CALLER_STRANGER, "nor METRICS_TOKEN", 0 },
    { HERE, LOCAL BEARER("x"), CALLER_STRANGER, "nor METRICS_TOKEN", 0 },
    { AWAY, X_API_KEY(FIGURES), CALLER_STRANGER, "this machine", 0 },
    { AWAY, "Via: 1.1 x\n", CALLER_STRANGER, "this machine", 0 },
    { AWAY, BEARER(KEY), CALLER_KEY, "admin token", 403 },
};

static void look_at(struct desk *desk, const struct found *row,
                    enum right right)
{
    struct err err = { .text = "" };
    bool may;

    come(desk, row->peer, row->fields);
    caller_find(&desk->caller, &desk->sources, &desk->req, right);
    may = caller_may(&desk->caller, right, &err);
    if (desk->caller.kind != row->kind || may != (row->why == NULL))
        fail_msg("right %u, %s: %s (%s)", right, row->peer, row->fields,
                 err.text);
    assert_int_equal(desk->caller.login.len > 0, row->kind == CALLER_OWN_LOGIN);
    caller_done(&desk->caller);
    if (may)
        return;
    assert_int_equal(err_status(err.code), row->status ? row->status : 401);
    assert_false(err_may_retry(err.code));
    unit_assert_part(err.text, row->why);
    assert_null(strstr(err.text, "CANARY"));
}

static void look_at_all(struct desk *desk, enum right right,
                        const struct found *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        look_at(desk, &rows[i], right);
}

static void a_manager_is_this_machine_or_has_the_token(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    look_at_all(&desk, RIGHT_MANAGE, managers, COUNT_OF(managers));
    desk.config.admin_loopback = false;
    look_at(&desk,
            &(struct found){ HERE, LOCAL, CALLER_MACHINE,
                             "ADMIN_LOOPBACK is off", 0 },
            RIGHT_MANAGE);
    look_at(&desk, &(struct found){ HERE, LOCAL ADMIN, CALLER_ADMIN, NULL, 0 },
            RIGHT_MANAGE);
    close_desk(&desk);
}

/* It is right for figures; everywhere else it is a guess, which wins nothing. */
static void the_token_for_figures_opens_nothing_else(void **state)
{
    static const struct found refused = { AWAY, BEARER(FIGURES),
                                          CALLER_STRANGER, "not the admin", 0 };
    struct admin_token token;
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    admin_token_scraper(&token, STR(FIGURES));
    desk.sources.scraper = &token;
    look_at_all(&desk, RIGHT_SCRAPE, scrapers, COUNT_OF(scrapers));
    look_at(&desk, &refused, RIGHT_MANAGE);
    look_at(&desk, &refused, RIGHT_LOOK);
    look_at(&desk,
            &(struct found){ AWAY, BEARER(FIGURES), CALLER_STRANGER,
                             "not a relay key", 0 },
            RIGHT_RELAY);
    desk.sources.scraper = NULL;
    look_at(&desk, &refused, RIGHT_SCRAPE);
    admin_token_done(&token);
    close_desk(&desk);
}

/* What it takes is given back, and its address is not the admin's. */
static void whoever_reads_figures_is_not_slowed(void **state)
{
    static const struct found read = { AWAY, BEARER(FIGURES), CALLER_SCRAPER,
                                       NULL, 0 };
    struct caller_sources *sources;
    struct admin_token token;
    struct desk desk;

    (void)state;
    open_desk(&desk);
    sources = &desk.sources;
    sources->failures = failures_new();
    admin_token_scraper(&token, STR(FIGURES));
    sources->scraper = &token;
    for (int i = 0; i < 3 * FAILURES_AT_ONCE; i++)
        look_at(&desk, &read, RIGHT_SCRAPE);
    come(&desk, AWAY, BEARER(FIGURES));
    for (int i = 0; i < 3 * FAILURES_AT_ONCE; i++) {
        caller_find(&desk.caller, sources, &desk.req, RIGHT_MANAGE);
        caller_done(&desk.caller);
    }
    assert_true(desk.caller.wait_ms > 0);
    come(&desk, AWAY, ADMIN);
    caller_find(&desk.caller, sources, &desk.req, RIGHT_MANAGE);
    assert_int_equal(desk.caller.kind, CALLER_STRANGER);
    caller_done(&desk.caller);
    admin_token_done(&token);
    close_desk(&desk);
}

static void a_looker_is_this_machine(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    desk.config.admin_loopback = false; /* is not asked for */
    look_at_all(&desk, RIGHT_LOOK, lookers, COUNT_OF(lookers));
    close_desk(&desk);
}

static void a_client_is_this_machine(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    desk.config.admin_loopback = false; /* is not asked for */
    look_at_all(&desk, RIGHT_RELAY, clients, COUNT_OF(clients));
    close_desk(&desk);
}

static void an_own_login_passes_where_it_may(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    desk.config.client_login = CONFIG_LOGIN_PASS;
    look_at_all(&desk, RIGHT_RELAY, passing, COUNT_OF(passing));
    close_desk(&desk);
}

static void as_soon_as_there_are_keys_one_is_needed(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    look_at_all(&desk, RIGHT_RELAY, keyed, COUNT_OF(keyed));
    look_at_all(&desk, RIGHT_MANAGE, holders, COUNT_OF(holders));
    look_at(&desk,
            &(struct found){ AWAY, BEARER(KEY), CALLER_KEY, "admin token",
                             403 },
            RIGHT_LOOK);
    close_desk(&desk);
}

static void unless_this_machine_is_to_need_none(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    desk.config.loopback_without_key = true;
    look_at_all(&desk, RIGHT_RELAY, keyless, COUNT_OF(keyless));
    close_desk(&desk);
}

static void an_own_login_passes_beside_a_key(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    desk.config.client_login = CONFIG_LOGIN_PASS;
    look_at_all(&desk, RIGHT_RELAY, passing_keyed, COUNT_OF(passing_keyed));
    desk.config.loopback_without_key = true;
    look_at(&desk,
            &(struct found){ HERE, LOCAL OWN, CALLER_OWN_LOGIN, NULL, 0 },
            RIGHT_RELAY);
    close_desk(&desk);
}

/* While there are no keys, none is looked up either. */
static void without_keys_a_key_is_any_text(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    look_at(&desk,
            &(struct found){ HERE, LOCAL BEARER(REVOKED), CALLER_MACHINE, NULL,
                             0 },
            RIGHT_RELAY);
    look_at(&desk,
            &(struct found){ AWAY, BEARER(KEY), CALLER_STRANGER,
                             "until relay keys exist", 0 },
            RIGHT_RELAY);
    desk.sources.keyring = NULL;
    look_at(&desk, &(struct found){ HERE, LOCAL, CALLER_MACHINE, NULL, 0 },
            RIGHT_RELAY);
    assert_int_equal(ring.lookups, 0);
    close_desk(&desk);
}

static void one_request_tries_few_keys(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    look_at(&desk,
            &(struct found){ AWAY,
                             X_API_KEY("cr_1") X_API_KEY("cr_2") X_API_KEY(
                                 "cr_3") X_API_KEY("cr_4") X_API_KEY(KEY),
                             CALLER_STRANGER, "not a relay key", 0 },
            RIGHT_RELAY);
    assert_int_equal(ring.lookups, PRESENTED_MAX);
    close_desk(&desk);
}

/* Though addresses and fields are those of a local client. */
static void a_proxys_process_is_not_this_machine(void **state)
{
    static const enum right all[] = { RIGHT_RELAY, RIGHT_MANAGE, RIGHT_LOOK };
    struct desk desk;

    (void)state;
    open_desk(&desk);
    desk.process.verdict = PEER_OTHER_USER;
    for (size_t i = 0; i < COUNT_OF(all); i++)
        look_at(&desk,
                &(struct found){ HERE, LOCAL, CALLER_STRANGER,
                                 "another user is at the other end", 0 },
                all[i]);
    look_at(&desk, &(struct found){ HERE, LOCAL ADMIN, CALLER_ADMIN, NULL, 0 },
            RIGHT_MANAGE);
    close_desk(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_manager_is_this_machine_or_has_the_token),
        cmocka_unit_test(the_token_for_figures_opens_nothing_else),
        cmocka_unit_test(whoever_reads_figures_is_not_slowed),
        cmocka_unit_test(a_looker_is_this_machine),
        cmocka_unit_test(a_client_is_this_machine),
        cmocka_unit_test(an_own_login_passes_where_it_may),
        cmocka_unit_test(a_proxys_process_is_not_this_machine),
        cmocka_unit_test(as_soon_as_there_are_keys_one_is_needed),
        cmocka_unit_test(unless_this_machine_is_to_need_none),
        cmocka_unit_test(an_own_login_passes_beside_a_key),
        cmocka_unit_test(without_keys_a_key_is_any_text),
        cmocka_unit_test(one_request_tries_few_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
