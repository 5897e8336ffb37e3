// SPDX-License-Identifier: MIT
/* A request to the management API: its body, its state, its answers. */
#include "admin/request.h"

#include "admin_scene.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static struct admin_scene_state *begin(struct admin_request *x)
{
    struct admin_scene_state *mine = x->state;

    assert_null(mine->scene); /* zeroed */
    mine->scene = admin_scene_of(x);
    return mine;
}

/* What the body and the query say comes back. */
static struct flow_next make(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct json_doc *doc = json_doc_copy(x->body);
    struct str colour;

    (void)begin(x);
    if (admin_query(x, "colour", &colour))
        json_doc_set_str(doc, "colour", colour);
    return admin_reply(x, doc);
}

static struct flow_next refuse(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    (void)begin(x);
    (void)err_set(&x->err, ERR_NOT_FOUND, "no tea");
    return admin_refuse(x);
}

static struct flow_next hold(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    (void)begin(x);
    admin_scene_of(x)->held = x;
    return flow_sleep_then(refuse);
}

static struct flow_next page(struct flow *flow)
{
    return admin_reply_static(admin_request_of(flow),
                              &(struct admin_file){
                                  .content_type = STR("text/css"),
                                  .bytes = STR("a{}"),
                                  .fields = STR("x-more: 1\r\n") });
}

static struct flow_next plain(struct flow *flow)
{
    return admin_reply_bytes(admin_request_of(flow),
                             &(struct admin_file){ .content_type =
                                                       STR("text/plain"),
                                                   .bytes = STR("tea") });
}

static const struct admin_member make_members[] = {
    { "cups", ADMIN_ANY, 0, "how many", NULL },
    ADMIN_END,
};
static const struct admin_member make_query[] = {
    { "colour", ADMIN_TEXT, 0, "of the tea", NULL },
    ADMIN_END,
};

#define STATEFUL(step)                                                         \
    {                                                                          \
        .first = step, .state_size = sizeof(struct admin_scene_state),         \
        .drop = admin_scene_drop, .body_max = 40                               \
    }
static const struct admin_endpoint make_endpoint = {
    .first = make,
    .status = 201,
    .state_size = sizeof(struct admin_scene_state),
    .drop = admin_scene_drop,
    .body_max = 40,
    .query = make_query,
    .body = make_members,
};
static const struct admin_endpoint refuse_endpoint = STATEFUL(refuse);
static const struct admin_endpoint hold_endpoint = STATEFUL(hold);
static const struct admin_endpoint page_endpoint = { .first = page };
static const struct admin_endpoint plain_endpoint = { .first = plain };
static const struct admin_row rows[] = {
    ADMIN_ROW("POST", "/admin/make", MANAGE, make_endpoint),
    ADMIN_ROW("GET", "/admin/refuse", MANAGE, refuse_endpoint),
    ADMIN_ROW("GET", "/admin/cups/:name", LOOK, refuse_endpoint),
    ADMIN_ROW("GET", "/refuse", MANAGE, refuse_endpoint),
    ADMIN_ROW("GET", "/admin/hold", MANAGE, hold_endpoint),
    ADMIN_ROW("GET", "/metrics", SCRAPE, refuse_endpoint),
    ADMIN_ROW("GET", "/page", PUBLIC, page_endpoint),
    ADMIN_ROW("GET", "/plain", PUBLIC, plain_endpoint),
};

static int open_scene(void **state)
{
    return admin_scene_open(state, rows, COUNT_OF(rows));
}

static const struct {
    const char *body;
    const char *status; /* and a part of the answer */
    const char *part;
} bodies[] = {
    { "", "201 Created", "{\"colour\":\"a b\"}\n" },
    { " \t", "201 Created", "{\"colour\":\"a b\"}\n" },
    { "{\"cups\":2}", "201 Created", "{\"cups\":2,\"colour\":\"a b\"}\n" },
    { "[]", "400 Bad Request", "the body is not a JSON object" },
    { "{", "400 Bad Request", "the body: not valid JSON (line 1" },
    { "{\"cups\":2,\"cups\":2}", "400 Bad Request", "the body: not valid" },
    { "{\"cups\":\"01234567890123456789012345678901\"}",
      "413 Content Too Large", "{\"error\":\"" },
    { "{\"mugs\":2}", "400 Bad Request",
      "the member \\\"mugs\\\" is not known here, which takes cups" },
};

static void a_body_is_an_object_or_nothing(void **state)
{
    struct admin_scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct arena *arena = arena_new();
        struct str bytes = arena_printf(
            arena,
            "POST /admin/make?colour=a%%20b HTTP/1.1\r\nHost: h\r\n"
            "Content-Length: %zu\r\n\r\n%s",
            strlen(bodies[i].body), bodies[i].body);

        admin_scene_reconnect(scene);
        admin_scene_ask(scene, bytes.at, bodies[i].status);
        wire_expect(&scene->client, bodies[i].part);
        arena_free(arena);
    }
}

#define ADMIN_TOKEN "token-0123456789"

static void what_holds_the_token_is_refused_to_whoever_has_it(void **state)
{
    static const char *const cases[][2] = {
        { GET("/admin/cups/my-" ADMIN_TOKEN), "the path holds the admin" },
        { "POST /admin/make?colour=%74oken-0123456789 HTTP/1.1\r\n"
          "Host: h\r\n\r\n",
          "the query holds the admin token" },
        { "POST /admin/make?" ADMIN_TOKEN "=1 HTTP/1.1\r\nHost: h\r\n\r\n",
          "the query holds the admin token" },
        { "POST /admin/make HTTP/1.1\r\nHost: h\r\n"
          "Content-Length: 27\r\n\r\n{\"cups\":\"" ADMIN_TOKEN "\"}",
          "the body holds the admin token" },
        { GET("/page?" ADMIN_TOKEN), "200 OK" },
    };
    struct admin_scene *scene = *state;

    scene->token.token = secret_new(STR(ADMIN_TOKEN));
    scene->who = "admin-token";
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        admin_scene_reconnect(scene);
        admin_scene_ask(scene, cases[i][0], cases[i][1]);
    }
}

/* Nothing tells them whether their guess is in what they sent. */
static void nobody_else_can_tell_the_token_from_other_texts(void **state)
{
    static const char *const cases[][2] = {
        { GET("/admin/cups/my-" ADMIN_TOKEN), "no tea" },
        { "POST /admin/make?colour=" ADMIN_TOKEN " HTTP/1.1\r\n"
          "Host: h\r\n\r\n",
          "{\"colour\":\"" ADMIN_TOKEN "\"}" },
        { "POST /admin/make?" ADMIN_TOKEN "=1 HTTP/1.1\r\nHost: h\r\n\r\n",
          "the parameter \\\"" ADMIN_TOKEN "\\\" is not known here" },
        { "POST /admin/make HTTP/1.1\r\nHost: h\r\n"
          "Content-Length: 27\r\n\r\n{\"cups\":\"" ADMIN_TOKEN "\"}",
          "{\"cups\":\"" ADMIN_TOKEN "\"" },
        { GET("/metrics?" ADMIN_TOKEN), "is not known here" },
        { GET("/page?" ADMIN_TOKEN), "200 OK" },
    };
    static const char *const who[] = { "metrics-token", "own-login", NULL };
    struct admin_scene *scene = *state;

    scene->token.token = secret_new(STR(ADMIN_TOKEN));
    for (size_t i = 0; i < COUNT_OF(who) * COUNT_OF(cases); i++) {
        scene->who = who[i / COUNT_OF(cases)];
        admin_scene_reconnect(scene);
        admin_scene_ask(scene, cases[i % COUNT_OF(cases)][0],
                        cases[i % COUNT_OF(cases)][1]);
    }
}

static void a_misspelt_parameter_is_not_left_out(void **state)
{
    admin_scene_ask(*state,
                    "POST /admin/make?color=a HTTP/1.1\r\nHost: h\r\n\r\n",
                    "the parameter \\\"color\\\" is not known here");
}

static void a_state_is_dropped_before_the_answer(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, "POST /admin/make HTTP/1.1\r\nHost: h\r\n\r\n",
                    "{}\n");
    assert_int_equal(scene->dropped, 1);
    admin_scene_ask(scene, GET("/admin/refuse"),
                    "{\"error\":\"no tea\",\"code\":\"not_found\"}\n");
    assert_int_equal(scene->dropped, 2);
    admin_scene_ask(scene, GET("/refuse"), "\"type\":\"not_found_error\"");
    assert_int_equal(scene->dropped, 3);
}

static void a_client_that_leaves_drops_it_too(void **state)
{
    struct admin_scene *scene = *state;

    wire_send(&scene->client, GET("/admin/hold"));
    admin_scene_until_held(scene);
    wire_reset(&scene->client);
    admin_scene_until_dropped(scene, 1);
}

static void a_server_that_ends_drops_it_too(void **state)
{
    struct admin_scene *scene = *state;

    wire_send(&scene->client, GET("/admin/hold"));
    admin_scene_until_held(scene);
    server_free(scene->server);
    scene->server = NULL;
    assert_int_equal(scene->dropped, 1);
}

/* "etag: "..."" of the answer. */
static struct str tag_in(const struct wire *wire, struct arena *arena)
{
    struct str got = buf_str(&wire->got);
    struct str line;

    while (str_next(&got, '\n', &line)) {
        if (str_starts(line, STR("etag: ")))
            return arena_printf(arena, STR_FMT,
                                STR_ARG(str_sub(line, 6, line.len - 7)));
    }
    fail_msg("no etag");
    return STR_EMPTY;
}

static void a_file_is_sent_once(void **state)
{
    struct admin_scene *scene = *state;
    struct arena *arena = arena_new();
    struct str tag;

    admin_scene_ask(scene, GET("/page"), "\r\n\r\na{}");
    wire_expect(&scene->client, "content-type: text/css\r\n");
    wire_expect(&scene->client, "x-more: 1\r\n");
    wire_expect(&scene->client, "cache-control: private, no-cache\r\n");
    tag = tag_in(&scene->client, arena);
    admin_scene_ask(scene,
                    arena_printf(arena,
                                 "GET /page HTTP/1.1\r\nHost: h\r\n"
                                 "If-None-Match: W/" STR_FMT
                                 "\r\n\r\n" GET("/plain"),
                                 STR_ARG(tag))
                        .at,
                    "\r\n\r\ntea");
    wire_expect(&scene->client, "HTTP/1.1 304 Not Modified\r\netag: ");
    assert_int_equal(wire_count(&scene->client, "content-length"), 1);
    assert_int_equal(wire_count(&scene->client, "a{}"), 0);
    admin_scene_ask(scene,
                    "GET /page HTTP/1.1\r\nHost: h\r\n"
                    "If-None-Match: \"other\"\r\n\r\n",
                    "\r\n\r\na{}");
    arena_free(arena);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, admin_scene_close)
    const struct CMUnitTest tests[] = {
        TEST(a_body_is_an_object_or_nothing),
        TEST(what_holds_the_token_is_refused_to_whoever_has_it),
        TEST(nobody_else_can_tell_the_token_from_other_texts),
        TEST(a_misspelt_parameter_is_not_left_out),
        TEST(a_state_is_dropped_before_the_answer),
        TEST(a_client_that_leaves_drops_it_too),
        TEST(a_server_that_ends_drops_it_too),
        TEST(a_file_is_sent_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
