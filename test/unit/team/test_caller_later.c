// SPDX-License-Identifier: MIT
/* Callers that are looked at again, later on. */
#include "caller_desk.h"

/* What became of the first key that is held. */
static const struct {
    const char *fields;
    const char *text;
    enum key_verdict verdict;
    struct key *key;
    const char *why; /* NULL: it is fine */
} renewals[] = {
    { BEARER(KEY), KEY, KEY_FINE, &key_fine, NULL },
    { BEARER(KEY), KEY, KEY_FINE, &key_proxied, NULL },
    { BEARER(UNKNOWN) X_API_KEY(KEY), KEY, KEY_FINE, &key_proxied, NULL },
    { BEARER(KEY), KEY, KEY_REVOKED, &key_fine, "the key fine has verdict 2" },
    { BEARER(KEY), KEY, KEY_EXPIRED, &key_fine, "verdict 3" },
    { BEARER(KEY), KEY, KEY_DISABLED, &key_fine, "verdict 4" },
    { BEARER(KEY), KEY, KEY_REPLACED, &key_fine, "verdict 5" },
    { BEARER(KEY), "purged", KEY_FINE, &key_fine, "the key ? has verdict 1" },
    /* another one that would be fine is not the one that it came with */
    { BEARER(KEY) X_API_KEY(PROXIED), KEY, KEY_REVOKED, &key_fine,
      "verdict 2" },
    { "Via: 1.1 x\n" BEARER(KEY), KEY, KEY_FINE, &key_bound,
      "not from this address" },
    { BEARER(KEY), KEY, KEY_FINE, &key_picky, "not for this client" },
    { "User-Agent: claude-cli\n" BEARER(KEY), KEY, KEY_FINE, &key_picky, NULL },
};

static void a_key_is_looked_at_again(void **state)
{
    struct desk desk;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(renewals); i++) {
        const char *was = held[0].text;

        open_desk(&desk);
        ring.count = 1;
        desk.sources.failures = failures_new();
        come(&desk, "192.0.2.1", renewals[i].fields);
        caller_find(&desk.caller, &desk.sources, &desk.req, RIGHT_RELAY);
        assert_int_equal(desk.caller.kind, CALLER_KEY);
        held[0].text = renewals[i].text;
        held[0].verdict = renewals[i].verdict;
        held[0].key = renewals[i].key;
        assert_int_equal(caller_renew(&desk.caller, &err), !renewals[i].why);
        if (renewals[i].why)
            unit_assert_part(err.text, renewals[i].why);
        assert_ptr_equal(desk.caller.key, strcmp(was, held[0].text) == 0
                                              ? renewals[i].key
                                              : &key_fine);
        assert_int_equal(ring.refs, 1);
        held[0].text = was;
        held[0].verdict = KEY_FINE;
        held[0].key = &key_fine;
        caller_done(&desk.caller);
        close_desk(&desk);
    }
}

static void what_was_found_holds_until_something_is_changed(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    come(&desk, "192.0.2.1", BEARER(KEY));
    caller_find(&desk.caller, &desk.sources, &desk.req, RIGHT_RELAY);
    assert_true(caller_is_current(&desk.caller));
    ring.changes++;
    assert_false(caller_is_current(&desk.caller));
    assert_true(caller_renew(&desk.caller, &(struct err){ .text = "" }));
    assert_true(caller_is_current(&desk.caller));
    ring.next_end_ms = desk.caller.at_ms + 1000000;
    assert_true(caller_is_current(&desk.caller));
    desk.caller.at_ms -= 10000;
    ring.next_end_ms = desk.caller.at_ms + 5000;
    assert_false(caller_is_current(&desk.caller));
    caller_done(&desk.caller);
    close_desk(&desk);
}

/* Whoever needed none when it came needs one now. */
static const struct {
    const char *fields;
    bool login; /* passes */
    const char *why;
} keyless[] = {
    { LOCAL, false, "as soon as there are keys" },
    { LOCAL OWN, true, "only with a relay key beside it" },
};

static void keys_may_be_made_meanwhile(void **state)
{
    struct desk desk;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(keyless); i++) {
        open_desk(&desk);
        if (keyless[i].login)
            desk.config.client_login = CONFIG_LOGIN_PASS;
        come(&desk, HERE, keyless[i].fields);
        caller_find(&desk.caller, &desk.sources, &desk.req, RIGHT_RELAY);
        assert_true(caller_renew(&desk.caller, &err));
        ring.count = 1;
        ring.changes++;
        assert_false(caller_is_current(&desk.caller));
        assert_false(caller_renew(&desk.caller, &err));
        unit_assert_part(err.text, keyless[i].why);
        caller_done(&desk.caller);
        close_desk(&desk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_looked_at_again),
        cmocka_unit_test(what_was_found_holds_until_something_is_changed),
        cmocka_unit_test(keys_may_be_made_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
