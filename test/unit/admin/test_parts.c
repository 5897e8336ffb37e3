// SPDX-License-Identifier: MIT
/* Answers in parts. */
#include "admin/parts.h"

#include "admin_scene.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define BIG 1000

/* "0", "1", "2", and the end. */
static enum admin_part count_to_two(struct admin_request *x, struct buf *out)
{
    struct admin_scene_state *mine = x->state;

    buf_add_u64(out, mine->number);
    return ++mine->number < 3 ? ADMIN_PART_MORE : ADMIN_PART_LAST;
}

/* One part with each wake, and nothing at first. */
static enum admin_part on_demand(struct admin_request *x, struct buf *out)
{
    struct admin_scene_state *mine = x->state;

    admin_scene_of(x)->held = x;
    if (mine->number > 0)
        buf_add_u64(out, mine->number);
    mine->number++;
    return ADMIN_PART_WAIT;
}

static enum admin_part without_end(struct admin_request *x, struct buf *out)
{
    struct admin_scene_state *mine = x->state;

    admin_scene_of(x)->held = x;
    mine->number++;
    for (size_t i = 0; i < BIG; i++)
        buf_add(out, STR("0123456789"));
    return ADMIN_PART_MORE;
}

/* As the first parts of a long search that finds nothing. */
static enum admin_part find_nothing(struct admin_request *x, struct buf *out)
{
    struct admin_scene_state *mine = x->state;

    (void)out;
    admin_scene_of(x)->held = x;
    return ++mine->number < 10000000 ? ADMIN_PART_MORE : ADMIN_PART_LAST;
}

static enum admin_part break_down(struct admin_request *x, struct buf *out)
{
    buf_add(out, STR("half"));
    (void)err_set(&x->err, ERR_IO, "the tea is spilt");
    return ADMIN_PART_BROKEN;
}

#define KIND(name, write)                                                      \
    static struct flow_next start_##name(struct flow *flow)                    \
    {                                                                          \
        static const struct admin_parts parts = { { "text/csv", 8 }, write };  \
        struct admin_request *x = admin_request_of(flow);                      \
        struct admin_scene_state *mine = x->state;                             \
                                                                               \
        mine->scene = admin_scene_of(x);                                       \
        return admin_reply_parts(x, &parts);                                   \
    }                                                                          \
    static const struct admin_endpoint name = {                                \
        .first = start_##name,                                                 \
        .state_size = sizeof(struct admin_scene_state),                        \
        .drop = admin_scene_drop,                                              \
    }

KIND(few, count_to_two);
KIND(events, on_demand);
KIND(endless, without_end);
KIND(search, find_nothing);
KIND(broken, break_down);

/* ---- sessions -------------------------------------------------------------- */

static char session[SESSION_TEXT_SIZE];

/* As a browser's: it was let in by its session. */
static struct flow_next start_exported(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    x->session = str_of(session);
    return start_events(flow);
}

static struct flow_next start_followed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    x->is_endless = true;
    return start_exported(flow);
}

#define OF_A_SESSION(name)                                                     \
    static const struct admin_endpoint name = {                                \
        .first = start_##name,                                                 \
        .state_size = sizeof(struct admin_scene_state),                        \
        .drop = admin_scene_drop,                                              \
    }

OF_A_SESSION(exported);
OF_A_SESSION(followed);

static const struct admin_row rows[] = {
    ADMIN_ROW("GET", "/exported", PUBLIC, exported),
    ADMIN_ROW("GET", "/followed", PUBLIC, followed),
    ADMIN_ROW("GET", "/few", PUBLIC, few),
    ADMIN_ROW("GET", "/events", PUBLIC, events),
    ADMIN_ROW("GET", "/endless", PUBLIC, endless),
    ADMIN_ROW("GET", "/search", PUBLIC, search),
    ADMIN_ROW("GET", "/broken", PUBLIC, broken),
};

static int open_scene(void **state)
{
    return admin_scene_open(state, rows, COUNT_OF(rows));
}

static void each_part_is_a_chunk(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, GET("/few"),
                    "\r\n\r\n1\r\n0\r\n1\r\n1\r\n1\r\n2\r\n0\r\n\r\n");
    wire_expect(&scene->client, "content-type: text/csv\r\n");
    assert_int_equal(scene->dropped, 1);
    admin_scene_ask(scene, GET("/few"), "2\r\n0\r\n\r\n");
    assert_int_equal(scene->dropped, 2);
}

/* However it is framed. */
static void what_is_told_of_it_are_its_bytes(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, GET("/few"), "2\r\n0\r\n\r\n");
    assert_int_equal(scene->dropped, 1);
    assert_int_equal(scene->bytes, 3);
    scene->bytes = 0;
    admin_scene_ask(scene, "GET /few HTTP/1.0\r\nHost: h\r\n\r\n", "012");
    admin_scene_until_dropped(scene, 2);
    assert_int_equal(scene->bytes, 3);
}

static void a_head_has_none(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, "HEAD /few HTTP/1.1\r\nHost: h\r\n\r\n" GET("/few"),
                    "2\r\n0\r\n\r\n");
    wire_expect_count(&scene->client, "HTTP/1.1 200 OK\r\n", 2);
    assert_int_equal(wire_count(&scene->client, "0\r\n\r\n"), 1);
    assert_int_equal(scene->dropped, 2);
}

static void an_old_client_gets_no_chunks(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, "GET /few HTTP/1.0\r\nHost: h\r\n\r\n",
                    "\r\n\r\n012");
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, "chunked"), 0);
}

static void events_come_when_they_happen(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, GET("/events"), "\r\n\r\n");
    admin_scene_until_held(scene);
    wire_check_calm(scene->loop);
    admin_wake(scene->held);
    wire_expect(&scene->client, "\r\n\r\n1\r\n1\r\n");
    admin_wake(scene->held);
    wire_expect(&scene->client, "1\r\n2\r\n");
    assert_int_equal(scene->dropped, 0);
    wire_reset(&scene->client);
    admin_scene_until_dropped(scene, 1);
}

/* What the kernel holds for a connection is bounded, and so is what we do. */
static void a_slow_reader_is_waited_for(void **state)
{
    struct admin_scene *scene = *state;
    const struct admin_scene_state *mine;
    unsigned before;

    wire_send(&scene->client, GET("/endless"));
    admin_scene_until_held(scene);
    mine = scene->held->state;
    do {
        before = mine->number;
        wire_turn_for(scene->loop, 50);
    } while (mine->number > before);
    wire_check_calm(scene->loop);
    wire_expect(&scene->client, "0123456789");
    wire_turn_for(scene->loop, 50);
    while (mine->number == before) {
        wire_read(&scene->client);
        wire_turn(scene->loop);
    }
    wire_reset(&scene->client);
    admin_scene_until_dropped(scene, 1);
}

/* However fast the client reads, and however little there is, others have their
   turn. */
static void one_answer_leaves_room_for_others(void **state)
{
    struct admin_scene *scene = *state;
    struct wire other = { .fd = -1 };

    wire_send(&scene->client, GET("/search"));
    admin_scene_until_held(scene);
    wire_connect(&other, scene->loop, server_port(scene->server));
    wire_send(&other, GET("/few"));
    wire_expect(&other, "2\r\n0\r\n\r\n");
    assert_int_equal(scene->dropped, 1);
    wire_close(&other);
}

static void what_breaks_looks_cut(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, GET("/broken"), "4\r\nhalf\r\n");
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, "0\r\n\r\n"), 0);
    admin_scene_reconnect(scene);
    wire_send(&scene->client, "GET /broken HTTP/1.0\r\nHost: h\r\n\r\n");
    wire_expect_end(&scene->client);
    assert_true(scene->client.reset);
    assert_int_equal(scene->dropped, 2);
}

/* Begun by a session, and a part of it sent. */
static void begin_with_session(struct admin_scene *scene, const char *ask)
{
    struct addr from;
    struct err err;

    assert_true(addr_parse("192.0.2.1", 1, &from, &err));
    scene->callers.sessions = sessions_new();
    sessions_begin(scene->callers.sessions, &from, sessions_now(), session);
    admin_scene_ask(scene, ask, "\r\n\r\n");
    admin_scene_until_held(scene);
    admin_wake(scene->held);
    wire_expect(&scene->client, "1\r\n1\r\n");
    assert_int_equal(scene->dropped, 0);
    (void)sessions_end_all(scene->callers.sessions, sessions_now());
    admin_wake(scene->held);
    admin_scene_until_dropped(scene, 1);
}

static void an_export_is_cut_with_its_session(void **state)
{
    struct admin_scene *scene = *state;

    begin_with_session(scene, GET("/exported"));
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, "1\r\n2\r\n"), 0);
    assert_int_equal(wire_count(&scene->client, "0\r\n\r\n"), 0);
    sessions_free(scene->callers.sessions);
}

static void what_has_no_end_ends_with_its_session(void **state)
{
    struct admin_scene *scene = *state;

    begin_with_session(scene, GET("/followed"));
    wire_expect(&scene->client, "0\r\n\r\n");
    assert_int_equal(wire_count(&scene->client, "1\r\n2\r\n"), 0);
    sessions_free(scene->callers.sessions);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, admin_scene_close)
    const struct CMUnitTest tests[] = {
        TEST(each_part_is_a_chunk),
        TEST(what_is_told_of_it_are_its_bytes),
        TEST(a_head_has_none),
        TEST(an_old_client_gets_no_chunks),
        TEST(events_come_when_they_happen),
        TEST(a_slow_reader_is_waited_for),
        TEST(one_answer_leaves_room_for_others),
        TEST(what_breaks_looks_cut),
        TEST(an_export_is_cut_with_its_session),
        TEST(what_has_no_end_ends_with_its_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
