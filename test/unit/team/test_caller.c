// SPDX-License-Identifier: MIT
/* Who is asking, and what they may. */
#include "team/caller.h"

#include <string.h>

#include "fields.h"

#define TOKEN "CANARY-0123456789"
#define LOGIN "sk-ant-oat01-CANARY-not-a-real-token"
#define LOCAL "Host: localhost:3000\n"
#define ADMIN "Authorization: Bearer " TOKEN "\n"
#define OWN "Authorization: Bearer " LOGIN "\n"
#define HERE "127.0.0.1"
#define AWAY "10.0.0.1"

/* What the sources say; a test changes what it is about. */
struct desk {
    struct config config;
    struct admin_token admin;
    struct caller_sources sources;
    struct peer_process process;
    struct request req;
    struct fields fields;
    struct caller caller;
};

static void open_desk(struct desk *desk)
{
    struct err err;

    memset(desk, 0, sizeof(*desk));
    desk->config.admin_loopback = true;
    assert_true(
        admin_token_init(&desk->admin, STR(TOKEN), "/nonexistent", &err));
    desk->sources.config = &desk->config;
    desk->sources.admin = &desk->admin;
    desk->process.verdict = PEER_OURS;
    desk->req.process = &desk->process;
    desk->req.arena = arena_new();
}

static void close_desk(struct desk *desk)
{
    arena_free(desk->req.arena);
    admin_token_done(&desk->admin);
}

static void come(struct desk *desk, const char *peer, const char *fields)
{
    struct err err;

    desk->req.headers = *fields_read(&desk->fields, fields);
    assert_true(addr_parse(peer, 1, &desk->req.peer, &err));
}

/* ---- the table ---------------------------------------------------------- */

/* For every caller: RELAY, MANAGE, LOOK, PROXY. */
static const struct {
    enum caller_kind kind;
    bool admin_loopback;
    bool may[RIGHTS];
} cells[] = {
    { CALLER_STRANGER, true, { false, false, false, false } },
    { CALLER_STRANGER, false, { false, false, false, false } },
    { CALLER_MACHINE, true, { true, true, true, true } },
    { CALLER_MACHINE, false, { true, false, true, true } },
    { CALLER_ADMIN, true, { false, true, true, true } },
    { CALLER_ADMIN, false, { false, true, true, true } },
    { CALLER_OWN_LOGIN, true, { true, false, false, true } },
    { CALLER_OWN_LOGIN, false, { true, false, false, true } },
};

static void every_caller_has_its_rights_and_no_more(void **state)
{
    struct desk desk;

    (void)state;
    open_desk(&desk);
    come(&desk, HERE, LOCAL);
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        struct caller caller = { .sources = &desk.sources,
                                 .req = &desk.req,
                                 .kind = cells[i].kind };

        desk.config.admin_loopback = cells[i].admin_loopback;
        for (size_t right = 0; right < RIGHTS; right++) {
            struct err err = { .text = "" };

            if (caller_may(&caller, (enum right)right, &err) !=
                cells[i].may[right])
                fail_msg("row %zu, right %zu", i, right);
            if (cells[i].may[right])
                continue;
            assert_int_equal(err_status(err.code), 401);
            assert_true(err.text[0]);
        }
    }
    close_desk(&desk);
}

/* ---- who it is ---------------------------------------------------------- */

struct found {
    const char *peer;
    const char *fields;
    enum caller_kind kind;
    const char *why; /* part of the refusal; NULL: it may */
};

/* For the management API, which this machine may use. */
static const struct found managers[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL },
    { "::1", "Host: [::1]\n", CALLER_MACHINE, NULL },
    { HERE, "Host: evil.example\n", CALLER_STRANGER, "Host" },
    { HERE, LOCAL "X-Forwarded-For: 127.0.0.1\n", CALLER_STRANGER,
      "forwarded" },
    { HERE, LOCAL "Origin: https://evil.example\n", CALLER_STRANGER, "origin" },
    { AWAY, LOCAL, CALLER_STRANGER, "this machine" },
    { AWAY, LOCAL "x-api-key: " TOKEN "\n", CALLER_STRANGER, "this machine" },
    { AWAY, OWN, CALLER_STRANGER, "not the admin" },
    /* the token, from anywhere */
    { HERE, LOCAL ADMIN, CALLER_ADMIN, NULL },
    { AWAY, "Host: relay.example\n" ADMIN, CALLER_ADMIN, NULL },
    { AWAY, "Host: relay.example\nVia: 1.1 x\n" ADMIN, CALLER_ADMIN, NULL },
    /* who presents a token means it: a wrong one is refused here too */
    { HERE, LOCAL "Authorization: Bearer x\n", CALLER_STRANGER,
      "not the admin" },
    { HERE, LOCAL "Authorization: \n", CALLER_STRANGER, "not the admin" },
    { HERE, LOCAL OWN, CALLER_STRANGER, "not the admin" },
    { AWAY, "Authorization: Bearer " TOKEN "0\n", CALLER_STRANGER,
      "not the admin" },
};

/* To see how things are. */
static const struct found lookers[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL },
    { HERE, LOCAL "Authorization: Bearer x\n", CALLER_MACHINE, NULL },
    { HERE, LOCAL "Via: 1.1 x\n", CALLER_STRANGER, "forwarded" },
    { AWAY, LOCAL, CALLER_STRANGER, "this machine" },
};

/* For the relay, while CLIENT_LOGIN is "refuse". */
static const struct found clients[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL },
    { HERE, LOCAL "Authorization: Bearer any-text\n", CALLER_MACHINE, NULL },
    { HERE, LOCAL "x-api-key: any-text\n", CALLER_MACHINE, NULL },
    { HERE, LOCAL ADMIN, CALLER_MACHINE, NULL },
    { HERE, LOCAL OWN, CALLER_STRANGER, "claude.ai login" },
    { HERE, LOCAL "x-api-key: " LOGIN "\n", CALLER_STRANGER,
      "ANTHROPIC_AUTH_TOKEN" },
    { HERE, "Host: evil.example\n", CALLER_STRANGER, "Host" },
    { HERE, LOCAL "X-Real-IP: 127.0.0.1\n", CALLER_STRANGER, "forwarded" },
    { AWAY, LOCAL, CALLER_STRANGER, "until relay keys exist" },
    { AWAY, LOCAL ADMIN, CALLER_STRANGER, "this machine" },
    { AWAY, OWN, CALLER_STRANGER, "this machine" },
};

/* The same while it is "pass". */
static const struct found passing[] = {
    { HERE, LOCAL, CALLER_MACHINE, NULL },
    { HERE, LOCAL OWN, CALLER_OWN_LOGIN, NULL },
    { HERE, LOCAL "x-api-key: x\n" OWN, CALLER_OWN_LOGIN, NULL },
    { HERE, LOCAL "x-api-key: " LOGIN "\n", CALLER_STRANGER,
      "Authorization: Bearer" },
    { HERE, LOCAL OWN OWN, CALLER_STRANGER, "Authorization: Bearer" },
    { AWAY, OWN, CALLER_STRANGER, "this machine" },
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
    assert_int_equal(may, caller_has(&desk->sources, &desk->req, right, &err));
    assert_int_equal(desk->caller.login.len > 0, row->kind == CALLER_OWN_LOGIN);
    if (may)
        return;
    assert_int_equal(err_status(err.code), 401);
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
                             "ADMIN_LOOPBACK is off" },
            RIGHT_MANAGE);
    look_at(&desk, &(struct found){ HERE, LOCAL ADMIN, CALLER_ADMIN, NULL },
            RIGHT_MANAGE);
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
                                 "another user is at the other end" },
                all[i]);
    look_at(&desk, &(struct found){ HERE, LOCAL ADMIN, CALLER_ADMIN, NULL },
            RIGHT_MANAGE);
    close_desk(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_caller_has_its_rights_and_no_more),
        cmocka_unit_test(a_manager_is_this_machine_or_has_the_token),
        cmocka_unit_test(a_looker_is_this_machine),
        cmocka_unit_test(a_client_is_this_machine),
        cmocka_unit_test(an_own_login_passes_where_it_may),
        cmocka_unit_test(a_proxys_process_is_not_this_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
