// SPDX-License-Identifier: MIT
/* Wrong keys and tokens, and where they come from. */
#include "caller_desk.h"

#include "base/log.h"
#include "base/mem.h"

/* ---- wrong ones ------------------------------------------------------------- */

static unsigned ask(struct desk *desk, enum right right, const char *peer,
                    const char *fields)
{
    struct err err = { .text = "" };

    come(desk, peer, fields);
    if (caller_has(&desk->sources, &desk->req, right, &err))
        return 200;
    assert_null(strstr(err.text, "CANARY"));
    assert_int_equal(err_status(err.code) == 429, err_retry_after_s(&err) > 0);
    return err_status(err.code);
}

static void ask_often(struct desk *desk, enum right right, const char *peer,
                      const char *fields)
{
    for (int i = 0; i < 2 * FAILURES_AT_ONCE; i++)
        (void)ask(desk, right, peer, fields);
}

static void wrong_ones_are_slowed_and_right_keys_are_not(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    desk.sources.failures = failures_new();
    assert_int_equal(ask(&desk, RIGHT_RELAY, AWAY, BEARER(UNKNOWN)), 401);
    ask_often(&desk, RIGHT_RELAY, AWAY, BEARER(UNKNOWN));
    assert_int_equal(ask(&desk, RIGHT_RELAY, AWAY, BEARER(UNKNOWN)), 429);
    assert_int_equal(ask(&desk, RIGHT_RELAY, AWAY, BEARER("any")), 429);
    assert_int_equal(ask(&desk, RIGHT_MANAGE, AWAY, BEARER("any")), 429);
    /* who shares the address with them */
    assert_int_equal(ask(&desk, RIGHT_RELAY, AWAY, BEARER(KEY)), 200);
    assert_int_equal(ask(&desk, RIGHT_MANAGE, AWAY, BEARER(KEY)), 403);
    assert_int_equal(ask(&desk, RIGHT_RELAY, AWAY, LOCAL), 401);
    assert_int_equal(ask(&desk, RIGHT_RELAY, AWAY, BEARER(REVOKED)), 401);
    /* who does not */
    assert_int_equal(ask(&desk, RIGHT_RELAY, "10.0.0.2", BEARER("any")), 401);
    close_desk(&desk);
}

static void wrong_tokens_count_wherever_they_are_tried(void **state)
{
    static const enum right tried[] = { RIGHT_MANAGE, RIGHT_LOOK };
    struct desk desk;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(tried); i++) {
        open_desk(&desk);
        desk.sources.failures = failures_new();
        ask_often(&desk, tried[i], AWAY, BEARER("x"));
        assert_int_equal(ask(&desk, RIGHT_MANAGE, AWAY, BEARER("x")), 429);
        close_desk(&desk);
    }
}

/* Whatever was said of a token that is not looked at would be told of a guess. */
static void the_right_token_waits_where_too_many_wrong_ones_come_from(
    void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    desk.sources.failures = failures_new();
    ask_often(&desk, RIGHT_MANAGE, AWAY, BEARER("x"));
    assert_int_equal(ask(&desk, RIGHT_MANAGE, AWAY, ADMIN), 429);
    assert_int_equal(ask(&desk, RIGHT_LOOK, AWAY, ADMIN), 429);
    assert_int_equal(ask(&desk, RIGHT_MANAGE, "10.0.0.2", ADMIN), 200);
    close_desk(&desk);
}

static void but_not_where_it_came_from_lately(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    desk.sources.failures = failures_new();
    assert_int_equal(ask(&desk, RIGHT_MANAGE, AWAY, ADMIN), 200);
    ask_often(&desk, RIGHT_MANAGE, AWAY, BEARER("x"));
    assert_int_equal(ask(&desk, RIGHT_MANAGE, AWAY, ADMIN), 200);
    assert_int_equal(ask(&desk, RIGHT_MANAGE, AWAY, BEARER("x")), 401);
    close_desk(&desk);
}

static void nor_on_this_machine(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    desk.config.admin_loopback = false;
    desk.sources.failures = failures_new();
    ask_often(&desk, RIGHT_MANAGE, HERE, LOCAL BEARER("x"));
    assert_int_equal(ask(&desk, RIGHT_MANAGE, HERE, LOCAL BEARER("x")), 401);
    assert_int_equal(ask(&desk, RIGHT_MANAGE, HERE, LOCAL ADMIN), 200);
    close_desk(&desk);
}

/* What each takes from the bucket. */
static const struct {
    enum right right;
    const char *fields;
    int takes;
} guesses[] = {
    { RIGHT_RELAY, BEARER(UNKNOWN), 1 },
    { RIGHT_RELAY, BEARER(UNKNOWN) X_API_KEY("x"), 2 },
    { RIGHT_RELAY, X_API_KEY("cr_1") X_API_KEY("cr_2") X_API_KEY("cr_3"), 3 },
    { RIGHT_MANAGE, BEARER("x"), 1 },
    { RIGHT_MANAGE, BEARER(UNKNOWN), 1 },
    { RIGHT_MANAGE, X_API_KEY(UNKNOWN), 1 },
    { RIGHT_MANAGE, "Authorization: " UNKNOWN "\n", 1 },
    { RIGHT_MANAGE, BEARER("x") X_API_KEY("cr_1") X_API_KEY("cr_2"), 3 },
    { RIGHT_MANAGE, BEARER("cr_1") X_API_KEY("cr_2") X_API_KEY("cr_3"), 3 },
    { RIGHT_LOOK, X_API_KEY(UNKNOWN), 1 },
    /* whoever has a key may not guess with it beside */
    { RIGHT_MANAGE, BEARER("x") X_API_KEY(KEY), 1 },
    { RIGHT_MANAGE, BEARER(KEY), 0 },
    { RIGHT_MANAGE, BEARER(REVOKED) X_API_KEY(REVOKED), 1 },
    { RIGHT_MANAGE, X_API_KEY(REVOKED), 0 },
    { RIGHT_MANAGE, X_API_KEY("x"), 0 },
    { RIGHT_MANAGE, ADMIN, 0 },
};

static void each_text_that_is_tried_counts_everywhere(void **state)
{
    struct desk desk;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(guesses); i++) {
        int left = 0;

        open_desk(&desk);
        ring.count = 1;
        desk.sources.failures = failures_new();
        for (int n = 0; n < 2; n++)
            (void)ask(&desk, guesses[i].right, AWAY, guesses[i].fields);
        while (ask(&desk, RIGHT_RELAY, AWAY, BEARER(UNKNOWN)) == 401)
            left++;
        if (left != FAILURES_AT_ONCE - 2 * guesses[i].takes)
            fail_msg("%s: %d are left", guesses[i].fields, left);
        close_desk(&desk);
    }
}

static void what_is_no_guess_does_not_count(void **state)
{
    static const char *const fields[] = { LOCAL, OWN, BEARER(REVOKED),
                                          BEARER(PICKY), BEARER(KEY) };
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    desk.sources.failures = failures_new();
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        ask_often(&desk, RIGHT_RELAY, AWAY, fields[i]);
    ask_often(&desk, RIGHT_MANAGE, AWAY, X_API_KEY(KEY));
    ask_often(&desk, RIGHT_MANAGE, AWAY, "Authorization: Bearer \n");
    ask_often(&desk, RIGHT_MANAGE, AWAY, "Authorization: Basic eDp4\n");
    ask_often(&desk, RIGHT_LOOK, AWAY, BEARER(KEY));
    assert_int_equal(ask(&desk, RIGHT_RELAY, AWAY, BEARER("any")), 401);
    close_desk(&desk);
}

/* ---- behind trusted proxies --------------------------------------------------- */

static void trusted_proxies_say_who_the_client_is(void **state)
{
    struct cidr nginx = { .ip = { 192, 0, 2, 1 }, .len = 4, .bits = 32 };
    struct addr addr;
    char text[ADDR_TEXT_MAX];
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    desk.config.trusted = (struct cidr_list){ &nginx, 1 };
    desk.sources.failures = failures_new();
    come(&desk, "192.0.2.1", "X-Forwarded-For: 10.0.0.9\n" BEARER(BOUND));
    caller_find(&desk.caller, &desk.sources, &desk.req, RIGHT_RELAY);
    assert_int_equal(desk.caller.kind, CALLER_KEY);
    caller_address(&desk.caller, &addr);
    addr_format(&addr, text);
    assert_string_equal(text, "10.0.0.9");
    caller_done(&desk.caller);
    assert_int_equal(ask(&desk, RIGHT_RELAY, "192.0.2.1",
                         "X-Forwarded-For: 11.0.0.9\n" BEARER(BOUND)),
                     403);
    assert_int_equal(ask(&desk, RIGHT_RELAY, "192.0.2.2",
                         "X-Forwarded-For: 10.0.0.9\n" BEARER(BOUND)),
                     403);
    ask_often(&desk, RIGHT_RELAY, "192.0.2.1",
              "X-Forwarded-For: 10.0.0.9\n" BEARER("x"));
    assert_int_equal(ask(&desk, RIGHT_RELAY, "192.0.2.1",
                         "X-Forwarded-For: 10.0.0.8\n" BEARER("x")),
                     401);
    assert_int_equal(ask(&desk, RIGHT_RELAY, "192.0.2.1",
                         "X-Forwarded-For: 10.0.0.9\n" BEARER("x")),
                     429);
    close_desk(&desk);
}

/* ---- the control socket --------------------------------------------------------- */

static void the_control_socket_is_the_admins(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    ring.count = 1;
    desk.config.admin_loopback = false;
    come(&desk, HERE, "Host: localhost\n");
    desk.req.peer = (struct addr){ .sa = { .ss_family = AF_UNIX } };
    for (int i = 0; i < 2; i++) {
        struct err err;
        bool ours = i == 0;

        desk.process.verdict = ours ? PEER_OURS : PEER_OTHER_USER;
        assert_int_equal(caller_has(&desk.sources, &desk.req, RIGHT_MANAGE,
                                    &err),
                         ours);
        assert_int_equal(caller_has(&desk.sources, &desk.req, RIGHT_LOOK, &err),
                         ours);
        assert_false(caller_has(&desk.sources, &desk.req, RIGHT_RELAY, &err));
    }
    close_desk(&desk);
}

/* ---- the log -------------------------------------------------------------- */

/* Of the form of a key. */
#define MADE_UP "cr_AbCdEFGHIJKLMNOPQRSTUVWXYZ0123456789-_xwXyZ"

static const struct {
    const char *fields;
    const char *said; /* behind the level */
} said[] = {
    { BEARER(UNKNOWN), "a wrong relay key peer=10.0.0.1\n" },
    { BEARER("sk-ant-api03-x"), "a wrong relay key peer=10.0.0.1\n" },
    { X_API_KEY(MADE_UP),
      "a wrong relay key peer=10.0.0.1 hint=cr_AbCd...wXyZ\n" },
    { BEARER("any") X_API_KEY(MADE_UP),
      "a wrong relay key peer=10.0.0.1 hint=cr_AbCd...wXyZ\n" },
    { BEARER(REVOKED),
      "a relay key that is not valid any more peer=10.0.0.1 key=revoked\n" },
    { BEARER(PICKY),
      "a relay key where it may not be used peer=10.0.0.1 key=picky\n" },
};

/* What the log is told from now on, of a desk that counts failures. */
static struct unit_capture begin_saying(struct desk *desk)
{
    struct unit_capture capture = unit_capture_begin(2);

    open_desk(desk);
    ring.count = 1;
    desk->sources.failures = failures_new();
    return capture;
}

static char *end_saying(struct desk *desk, struct unit_capture *capture)
{
    close_desk(desk);
    log_flush();
    return unit_capture_end(capture);
}

static void the_log_says_what_was_wrong_and_shows_no_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(said); i++) {
        struct desk desk;
        struct unit_capture capture = begin_saying(&desk);
        char *text;

        (void)ask(&desk, RIGHT_RELAY, AWAY, said[i].fields);
        text = end_saying(&desk, &capture);
        if (!strstr(text, " warn  ") ||
            strcmp(strstr(text, " warn  ") + 7, said[i].said) != 0)
            fail_msg("%s: %s", said[i].fields, text);
        mem_free(text);
    }
}

/* The management is no place for a key; a look that shows less is no refusal. */
static void a_key_at_the_management_is_said(void **state)
{
    static const char *const peers[] = { AWAY, "127.0.0.1" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(peers); i++) {
        struct desk desk;
        struct unit_capture capture = begin_saying(&desk);
        char *text;

        (void)ask(&desk, RIGHT_LOOK, peers[i], LOCAL BEARER(KEY));
        assert_int_equal(ask(&desk, RIGHT_MANAGE, peers[i], LOCAL BEARER(KEY)),
                         403);
        text = end_saying(&desk, &capture);
        unit_assert_part(text, "a relay key where it may not be used peer=");
        assert_null(strstr(strstr(text, "may not be used") + 1, "may not be"));
        mem_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_ones_are_slowed_and_right_keys_are_not),
        cmocka_unit_test(wrong_tokens_count_wherever_they_are_tried),
        cmocka_unit_test(
            the_right_token_waits_where_too_many_wrong_ones_come_from),
        cmocka_unit_test(but_not_where_it_came_from_lately),
        cmocka_unit_test(nor_on_this_machine),
        cmocka_unit_test(each_text_that_is_tried_counts_everywhere),
        cmocka_unit_test(what_is_no_guess_does_not_count),
        cmocka_unit_test(trusted_proxies_say_who_the_client_is),
        cmocka_unit_test(the_control_socket_is_the_admins),
        cmocka_unit_test(the_log_says_what_was_wrong_and_shows_no_key),
        cmocka_unit_test(a_key_at_the_management_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
