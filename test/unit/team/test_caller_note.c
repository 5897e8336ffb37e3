// SPDX-License-Identifier: MIT
/* What the log is told of who asks. */
#include "caller_desk.h"
#include "store/audit.h"

static const struct {
    enum right right;
    const char *peer; /* NULL: the control socket */
    const char *fields;
    const char *who; /* or NULL */
    const char *key; /* or NULL */
} cases[] = {
    { RIGHT_MANAGE, HERE, LOCAL, "this-machine", NULL },
    { RIGHT_LOOK, HERE, LOCAL, "this-machine", NULL },
    { RIGHT_MANAGE, NULL, LOCAL, "control-socket", NULL },
    { RIGHT_MANAGE, AWAY, ADMIN, "admin-token", NULL },
    { RIGHT_MANAGE, AWAY, "", NULL, NULL },
    { RIGHT_MANAGE, HERE, LOCAL BEARER(UNKNOWN), NULL, NULL },
    { RIGHT_MANAGE, AWAY, BEARER(PROXIED), NULL, "proxied" },
    { RIGHT_MANAGE, AWAY, BEARER(REVOKED), NULL, "revoked" },
    { RIGHT_RELAY, AWAY, BEARER(KEY), NULL, "fine" },
    { RIGHT_RELAY, HERE, BEARER(BOUND), NULL, "bound" },
    { RIGHT_RELAY, AWAY, BEARER(UNKNOWN), NULL, NULL },
    { RIGHT_RELAY, AWAY, OWN X_API_KEY(KEY), "own-login", "fine" },
};

static void come_by(struct desk *desk, size_t i)
{
    come(desk, cases[i].peer ? cases[i].peer : HERE, cases[i].fields);
    if (!cases[i].peer)
        desk->req.peer = (struct addr){ .sa = { .ss_family = AF_UNIX } };
    desk->req.notes = (struct request_notes){ .who = NULL };
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void the_log_is_told_who_it_is(void **state)
{
    struct desk desk;
    struct err err;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    desk.config.client_login = CONFIG_LOGIN_PASS;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        come_by(&desk, i);
        (void)!caller_has(&desk.sources, &desk.req, cases[i].right, &err);
        if (!same(desk.req.notes.who, cases[i].who) ||
            !same(desk.req.notes.key, cases[i].key))
            fail_msg("%zu, %s: %s, %s", i, cases[i].fields, desk.req.notes.who,
                     desk.req.notes.key);
    }
    close_desk(&desk);
}

static const struct {
    enum right right;
    const char *fields;
    bool stays;
} visitors[] = {
    { RIGHT_RELAY, BEARER(KEY), true },
    { RIGHT_LOOK, BEARER(KEY), true },
    { RIGHT_RELAY, OWN X_API_KEY(KEY), true },
    { RIGHT_MANAGE, ADMIN, true },
    { RIGHT_LOOK, ADMIN, true },
    { RIGHT_SCRAPE, ADMIN, true },
    { RIGHT_RELAY, "", false },
    { RIGHT_LOOK, "", false },
    { RIGHT_RELAY, BEARER(UNKNOWN), false },
    { RIGHT_RELAY, BEARER(REVOKED), false },
    { RIGHT_RELAY, BEARER(PICKY), false },
    { RIGHT_LOOK, BEARER(EXPIRED), false },
    { RIGHT_RELAY, OWN, false },
};

static void who_proves_to_be_no_stranger_keeps_its_connection(void **state)
{
    struct desk desk;
    struct err err;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    desk.config.client_login = CONFIG_LOGIN_PASS;
    for (size_t i = 0; i < COUNT_OF(visitors); i++) {
        come(&desk, AWAY, visitors[i].fields);
        desk.req.is_vouched = false;
        (void)!caller_has(&desk.sources, &desk.req, visitors[i].right, &err);
        if (desk.req.is_vouched != visitors[i].stays)
            fail_msg("%zu: %s", i, visitors[i].fields);
    }
    close_desk(&desk);
}

static const struct {
    const char *who; /* or NULL */
    bool knows;
} askers[] = {
    { AUDIT_BY_TOKEN, true },     { AUDIT_BY_MACHINE, true },
    { AUDIT_BY_SOCKET, true },    { AUDIT_BY_SESSION, false },
    { AUDIT_BY_STRANGER, false }, { "metrics-token", false },
    { "own-login", false },       { NULL, false },
};

/* Others could find it out by what it is looked for in. */
static void the_token_is_looked_for_for_those_who_know_it(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    for (size_t i = 0; i < COUNT_OF(askers); i++) {
        struct str token;

        come(&desk, AWAY, "");
        desk.req.notes.who = askers[i].who;
        token = caller_known_token(&desk.sources, &desk.req);
        assert_int_equal(token.len > 0, askers[i].knows);
    }
    close_desk(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_is_told_who_it_is),
        cmocka_unit_test(who_proves_to_be_no_stranger_keeps_its_connection),
        cmocka_unit_test(the_token_is_looked_for_for_those_who_know_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
