// SPDX-License-Identifier: MIT
/* Who asks for a change, and that each request that may has one entry, however it
   ends. */
#include "admin/audited.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admin_scene.h"
#include "base/mem.h"
#include "fields.h"

#define TOKEN "CANARY-0123456789"

/* ---- who ----------------------------------------------------------------- */

static const struct admin_endpoint change = { .action = "cup.fill",
                                              .target = "name" };
static const struct admin_endpoint look = { .summary = "looks" };
static const struct admin_row change_row =
    ADMIN_ROW("POST", "/admin/cups/:name", MANAGE, change);
static const struct admin_row look_row =
    ADMIN_ROW("GET", "/admin/cups/:name", LOOK, look);

struct office {
    struct config config;
    struct admin_token token;
    struct caller_sources sources;
    struct audited_users *users;
    struct admin admin;
    struct peer_process process;
    struct fields fields;
    struct request req;
    struct router_match match;
};

static int open_office(void **state)
{
    struct office *office = MEM_NEW(struct office);
    struct err err;

    office->config.admin_loopback = true;
    office->sources.config = &office->config;
    office->sources.admin = &office->token;
    assert_true(
        admin_token_init(&office->token, STR(TOKEN), "/nonexistent", &err));
    office->admin.options.callers = &office->sources;
    office->admin.users = office->users = audited_users_new(".");
    office->process.fd = -1;
    office->process.verdict = PEER_OURS;
    office->req.process = &office->process;
    office->req.arena = arena_new();
    office->match.count = 1;
    office->match.at[0] = STR("green");
    *state = office;
    return 0;
}

static int close_office(void **state)
{
    struct office *office = *state;

    audited_users_free(office->users);
    arena_free(office->req.arena);
    admin_token_done(&office->token);
    mem_free(office);
    return 0;
}

/* The line of the log. */
static char *line_of(struct office *office, const struct admin_row *row)
{
    struct unit_capture capture = unit_capture_begin(2);
    struct err err;

    assert_true(caller_has(&office->sources, &office->req, RIGHT_MANAGE, &err));
    audit_done(
        audited_begin(&office->admin, &office->req, row, &office->match));
    return unit_capture_end(&capture);
}

static void come(struct office *office, const char *peer, const char *fields)
{
    struct err err;

    office->req.headers = *fields_read(&office->fields, fields);
    assert_true(addr_parse(peer, 1, &office->req.peer, &err));
}

static void who_came_by_tcp_is_known_by_address(void **state)
{
    static const struct {
        const char *peer;
        const char *fields;
        const char *want;
    } rows[] = {
        { "127.0.0.1", "Host: localhost\n",
          "audit who=this-machine peer=127.0.0.1 action=cup.fill "
          "target=green\n" },
        { "10.0.0.7", "Host: h\nAuthorization: Bearer " TOKEN "\n",
          "audit who=admin-token peer=10.0.0.7 action=cup.fill "
          "target=green\n" },
        { "127.0.0.1", "Host: localhost\nAuthorization: Bearer " TOKEN "\n",
          "audit who=admin-token peer=127.0.0.1 action=cup.fill "
          "target=green\n" },
    };
    struct office *office = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *line;

        come(office, rows[i].peer, rows[i].fields);
        line = line_of(office, &change_row);
        unit_assert_part(line, rows[i].want);
        assert_null(strstr(line, TOKEN));
        mem_free(line);
    }
}

static void the_admin_token_is_no_target(void **state)
{
    struct office *office = *state;
    char *line;

    come(office, "127.0.0.1", "Host: localhost\n");
    office->match.at[0] = STR("my-" TOKEN);
    line = line_of(office, &change_row);
    unit_assert_part(line, "target=\"(not shown)\"");
    assert_null(strstr(line, TOKEN));
    mem_free(line);
}

static void who_came_by_a_unix_socket_is_a_user(void **state)
{
    struct office *office = *state;
    char user[USER_TEXT_MAX];
    int ends[2];
    char *line;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    office->req.peer.sa.ss_family = AF_UNIX;
    office->process.fd = ends[0];
    user_text(geteuid(), user);
    line = line_of(office, &change_row);
    unit_assert_part(line, "who=control-socket");
    unit_assert_part(line, user);
    mem_free(line);
    office->admin.options.patient = true;
    line = line_of(office, &change_row);
    unit_assert_part(line, "who=command");
    mem_free(line);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void looking_has_no_entry(void **state)
{
    struct office *office = *state;

    come(office, "127.0.0.1", "Host: localhost\n");
    assert_null(
        audited_begin(&office->admin, &office->req, &look_row, &office->match));
}

/* ---- how it ends --------------------------------------------------------- */

static void begin(struct admin_request *x)
{
    x->audit = audit_begin(NULL, &(struct audit_act){ .who = AUDIT_BY_TOKEN,
                                                      .peer = STR_EMPTY,
                                                      .action = "cup.fill",
                                                      .target = STR("x") });
}

static struct flow_next do_it(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    begin(x);
    return admin_reply(x, json_doc_new_object());
}

static struct flow_next refuse(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    begin(x);
    (void)err_set(&x->err, ERR_NOT_FOUND, "no tea");
    return admin_refuse(x);
}

static struct flow_next hand_over(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    begin(x);
    audit_refused(audited_hand_over(x),
                  &(struct err){ .text = "said elsewhere" });
    assert_null(x->audit);
    return admin_reply(x, json_doc_new_object());
}

static struct flow_next hold(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct admin_scene_state *mine = x->state;

    mine->scene = admin_scene_of(x);
    begin(x);
    audited_name(x);
    admin_scene_of(x)->held = x;
    return flow_sleep_then(refuse);
}

/* Of what was begun, and is woken once its client has left. */
static struct flow_next pour(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    return request_is_gone(x->req) ? admin_reply(x, json_doc_new_object())
                                   : flow_sleep_then(pour);
}

static struct flow_next hold_change(struct flow *flow)
{
    (void)hold(flow);
    return flow_sleep_then(pour);
}

static const struct admin_member members[] = {
    { "name", ADMIN_TEXT, 0, "of the cup", NULL },
    ADMIN_END,
};
static const struct admin_endpoint do_endpoint = { .first = do_it };
static const struct admin_endpoint refuse_endpoint = { .first = refuse };
static const struct admin_endpoint hand_endpoint = { .first = hand_over };
static const struct admin_endpoint hold_endpoint = {
    .first = hold,
    .state_size = sizeof(struct admin_scene_state),
    .drop = admin_scene_drop,
    .body_max = 100,
    .body = members,
    .target = "name",
};
#define HOLDING_CHANGE                                                         \
    .first = hold_change, .state_size = sizeof(struct admin_scene_state),      \
    .drop = admin_scene_drop, .action = "cup.fill"
static const struct admin_endpoint pour_endpoint = { HOLDING_CHANGE };
static const struct admin_endpoint answer_endpoint = { HOLDING_CHANGE,
                                                       .ends_with_client =
                                                           true };
static const struct admin_row rows[] = {
    ADMIN_ROW("POST", "/admin/do", MANAGE, do_endpoint),
    ADMIN_ROW("POST", "/admin/refuse", MANAGE, refuse_endpoint),
    ADMIN_ROW("POST", "/admin/hand", MANAGE, hand_endpoint),
    ADMIN_ROW("POST", "/admin/hold", MANAGE, hold_endpoint),
    ADMIN_ROW("POST", "/admin/pour", PUBLIC, pour_endpoint),
    ADMIN_ROW("POST", "/admin/answer", PUBLIC, answer_endpoint),
};

static int open_scene(void **state)
{
    return admin_scene_open(state, rows, COUNT_OF(rows));
}

static size_t lines_in(const char *text)
{
    size_t count = 0;

    for (const char *at = strstr(text, " audit "); at;
         at = strstr(at + 1, " audit "))
        count++;
    return count;
}

static void each_answer_ends_one_entry(void **state)
{
    static const struct {
        const char *request;
        const char *answer;
        const char *want;
    } cases[] = {
        { "POST /admin/do HTTP/1.1\r\nHost: h\r\n\r\n", "{}\n", "target=x\n" },
        { "POST /admin/refuse HTTP/1.1\r\nHost: h\r\n\r\n", "no tea",
          "target=x refused=\"no tea\"\n" },
        { "POST /admin/hand HTTP/1.1\r\nHost: h\r\n\r\n", "{}\n",
          "target=x refused=\"said elsewhere\"\n" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct unit_capture capture = unit_capture_begin(2);
        char *text;

        admin_scene_ask(*state, cases[i].request, cases[i].answer);
        text = unit_capture_end(&capture);
        unit_assert_part(text, cases[i].want);
        assert_int_equal(lines_in(text), 1);
        mem_free(text);
    }
}

static void a_client_that_leaves_has_one_too(void **state)
{
    struct admin_scene *scene = *state;
    struct unit_capture capture = unit_capture_begin(2);
    char *text;

    wire_send(&scene->client, "POST /admin/hold HTTP/1.1\r\nHost: h\r\n"
                              "Content-Length: 16\r\n\r\n{\"name\":\"green\"}");
    admin_scene_until_held(scene);
    wire_reset(&scene->client);
    admin_scene_until_dropped(scene, 1);
    text = unit_capture_end(&capture);
    unit_assert_part(text, "target=green refused=\"its connection ended");
    assert_int_equal(lines_in(text), 1);
    mem_free(text);
}

/* The entry of a request whose client leaves while it is done. */
static char *entry_without_client(struct admin_scene *scene,
                                  const char *request)
{
    struct unit_capture capture = unit_capture_begin(2);

    wire_send(&scene->client, request);
    admin_scene_until_held(scene);
    wire_reset(&scene->client);
    admin_scene_until_dropped(scene, 1);
    return unit_capture_end(&capture);
}

static void a_change_that_was_begun_is_no_less_done(void **state)
{
    char *text =
        entry_without_client(*state,
                             "POST /admin/pour HTTP/1.1\r\nHost: h\r\n\r\n");

    unit_assert_part(text, "action=cup.fill target=x\n");
    assert_int_equal(lines_in(text), 1);
    mem_free(text);
}

static void what_is_an_answer_ends_with_its_client(void **state)
{
    char *text =
        entry_without_client(*state,
                             "POST /admin/answer HTTP/1.1\r\nHost: h\r\n\r\n");

    unit_assert_part(text, "target=x refused=\"its connection ended");
    mem_free(text);
}

/* Nobody waits for it then. */
static void a_relay_that_stops_says_that_it_does_not_know(void **state)
{
    struct admin_scene *scene = *state;
    struct unit_capture capture = unit_capture_begin(2);
    char *text;

    wire_send(&scene->client, "POST /admin/pour HTTP/1.1\r\nHost: h\r\n\r\n");
    admin_scene_until_held(scene);
    server_free(scene->server);
    scene->server = NULL;
    assert_int_equal(scene->dropped, 1);
    text = unit_capture_end(&capture);
    unit_assert_part(text, "target=x refused=\"the relay stopped while");
    assert_int_equal(lines_in(text), 1);
    mem_free(text);
}

int main(void)
{
#define OFFICE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, open_office, close_office)
#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, open_scene, admin_scene_close)
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(who_came_by_tcp_is_known_by_address),
        OFFICE_TEST(the_admin_token_is_no_target),
        OFFICE_TEST(who_came_by_a_unix_socket_is_a_user),
        OFFICE_TEST(looking_has_no_entry),
        SCENE_TEST(each_answer_ends_one_entry),
        SCENE_TEST(a_client_that_leaves_has_one_too),
        SCENE_TEST(a_change_that_was_begun_is_no_less_done),
        SCENE_TEST(what_is_an_answer_ends_with_its_client),
        SCENE_TEST(a_relay_that_stops_says_that_it_does_not_know),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
