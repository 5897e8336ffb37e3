// SPDX-License-Identifier: MIT
/* The line of a request that the relay answers itself. */
#include "relay/request_log.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

#define ID "req_relay_0123456789abcdef012345"
#define KEY "cr_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
#define TIME_LEN 24 /* 2026-08-01T12:00:00.000Z */

struct scene {
    struct config config;
    struct admin_token token;
    struct caller_sources callers;
    struct request req;
    struct header fields[2];
    size_t field_count;
};

static void open_scene(struct scene *scene)
{
    struct err err;

    *scene = (struct scene){ .config = { .max_connections = 0 } };
    scene->callers.config = &scene->config;
    scene->callers.admin = &scene->token;
    scene->req = (struct request){ .arena = arena_new(),
                                   .method = STR("GET"),
                                   .path = STR("/health"),
                                   .query = STR("secret=tea"),
                                   .arrived_ns = clock_steady_ns(),
                                   .id = ID };
    assert_true(addr_parse("192.0.2.7", 80, &scene->req.peer, &err));
}

static void set_field(struct scene *scene, const char *name, const char *value)
{
    scene->fields[scene->field_count++] =
        (struct header){ str_of(name), str_of(value) };
}

/* The line from its level on, with N for how long it took: that is the machine's.  Freed
   with mem_free(). */
static char *line_of(const char *text)
{
    struct str line = str_from(str_of(text), TIME_LEN);
    struct buf out;
    char *copy;

    buf_init(&out, 4096);
    while (line.len > 0) {
        bool here = str_starts(line, STR(" ms="));

        buf_add(&out, here ? STR(" ms=N") : str_sub(line, 0, 1));
        line = str_from(line, here ? 4 : 1);
        while (here && line.len > 0 && line.at[0] >= '0' && line.at[0] <= '9')
            line = str_from(line, 1);
    }
    copy = mem_strndup(buf_str(&out).at, out.len);
    buf_done(&out);
    return copy;
}

/* Ends the scene. */
static void check(struct scene *scene, struct server_outcome outcome,
                  const char *want)
{
    struct unit_capture capture = unit_capture_begin(STDERR_FILENO);
    char *text;
    char *line;

    scene->req.headers = headers_of(scene->fields, scene->field_count);
    request_log(&scene->callers, &scene->req, &outcome);
    log_flush();
    text = unit_capture_end(&capture);
    line = line_of(text);
    assert_string_equal(line, want);
    mem_free(line);
    mem_free(text);
    arena_free(scene->req.arena);
}

/* ---- how it ended -------------------------------------------------------- */

#define BEGIN "request id=" ID " peer=192.0.2.7 method=GET path=/health "

static const struct {
    enum server_end end;
    unsigned status;
    const char *refused; /* or NULL */
    enum err_code code;
    const char *want;
} ends[] = {
    { SERVER_ANSWERED, 200, NULL, 0,
      " info  " BEGIN "status=200 end=complete ms=N bytes=9\n" },
    { SERVER_ANSWERED, 404, "nothing here", ERR_NOT_FOUND,
      " info  " BEGIN "status=404 end=refused ms=N bytes=9 "
      "error=\"nothing here\"\n" },
    { SERVER_ANSWERED, 503, "no place", ERR_BUSY,
      " warn  " BEGIN "status=503 end=refused ms=N bytes=9 "
      "retry_after=1 error=\"no place\"\n" },
    { SERVER_ANSWERED, 429, "too many", ERR_SLOWED,
      " warn  " BEGIN "status=429 end=refused ms=N bytes=9 "
      "error=\"too many\"\n" },
    { SERVER_ANSWERED, 503, NULL, 0,
      " warn  " BEGIN "status=503 end=complete ms=N bytes=9\n" },
    { SERVER_ANSWERED, 508, "a loop", ERR_LOOP,
      " error " BEGIN
      "status=508 end=refused ms=N bytes=9 error=\"a loop\"\n" },
    { SERVER_CUT, 200, "no disk", ERR_IO,
      " warn  " BEGIN "status=200 end=cut ms=N bytes=9 error=\"no disk\"\n" },
    { SERVER_CLIENT_LEFT, 0, NULL, 0,
      " info  " BEGIN "end=client_left ms=N bytes=9\n" },
    { SERVER_STOPPED, 0, NULL, 0,
      " info  " BEGIN "end=relay_stopped ms=N bytes=9\n" },
};

static void the_line_says_how_it_ended(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct scene scene;
        struct err err;

        open_scene(&scene);
        if (ends[i].refused) {
            (void)err_set(&err, ends[i].code, "%s", ends[i].refused);
            scene.req.notes.refusal = &err;
        }
        check(&scene,
              (struct server_outcome){
                  .end = ends[i].end, .status = ends[i].status, .bytes = 9 },
              ends[i].want);
    }
}

/* ---- who and what --------------------------------------------------------- */

static const struct server_outcome fine = { .end = SERVER_ANSWERED,
                                            .status = 200 };

static void what_is_not_known_is_left_out(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    scene.req.method = (struct str){ NULL, 0 };
    scene.req.path = (struct str){ NULL, 0 };
    check(&scene, fine,
          " info  request id=" ID
          " peer=192.0.2.7 status=200 end=complete ms=N bytes=0\n");
}

static void what_is_known_is_said(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    scene.req.notes.who = "this-machine";
    scene.req.notes.key = "my key";
    set_field(&scene, "x-request-id", "abc");
    check(&scene, fine,
          " info  request id=" ID " peer=192.0.2.7 who=this-machine "
          "key=\"my key\" client_id=abc method=GET path=/health status=200 "
          "end=complete ms=N bytes=0\n");
}

static void a_trusted_proxy_says_who_its_client_is(void **state)
{
    struct scene scene;
    struct err err;

    (void)state;
    open_scene(&scene);
    assert_true(cidr_list_parse(scene.req.arena, STR("192.0.2.0/24"),
                                &scene.config.trusted, &err));
    set_field(&scene, "x-forwarded-for", "198.51.100.9");
    check(&scene, fine,
          " info  request id=" ID " peer=198.51.100.9 method=GET path=/health "
          "status=200 end=complete ms=N bytes=0\n");
}

static void the_control_socket_is_named(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    scene.req.peer.sa.ss_family = AF_UNIX;
    check(&scene, fine,
          " info  request id=" ID " peer=control-socket method=GET "
          "path=/health status=200 end=complete ms=N bytes=0\n");
}

static void no_key_and_no_line_end_gets_in(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    scene.req.path = STR("/sk-ant-api03-x/\r\n\x01/" KEY);
    set_field(&scene, "x-request-id", KEY);
    check(&scene, fine,
          " info  request id=" ID " peer=192.0.2.7 "
          "method=GET path=\"/(not shown)/\\r\\n\\u0001/(not shown)\" "
          "status=200 end=complete ms=N bytes=0\n");
}

static void the_admin_token_is_not_in_it(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    scene.token.token = secret_new(STR("token-0123456789"));
    scene.req.path = STR("/admin/api/keys/token-0123456789");
    check(&scene, fine,
          " info  request id=" ID " peer=192.0.2.7 "
          "method=GET path=\"/admin/api/keys/(not shown)\" "
          "status=200 end=complete ms=N bytes=0\n");
    admin_token_done(&scene.token);
}

static void nothing_is_written_below_the_level(void **state)
{
    struct unit_capture capture;
    struct scene scene;
    char *text;

    (void)state;
    open_scene(&scene);
    capture = unit_capture_begin(STDERR_FILENO);
    (void)log_change_level(LOG_WARN);
    request_log(&scene.callers, &scene.req, &fine);
    log_flush();
    text = unit_capture_end(&capture);
    assert_null(strstr(text, "request"));
    mem_free(text);
    arena_free(scene.req.arena);
    (void)log_change_level(LOG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_says_how_it_ended),
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(what_is_known_is_said),
        cmocka_unit_test(a_trusted_proxy_says_who_its_client_is),
        cmocka_unit_test(the_control_socket_is_named),
        cmocka_unit_test(no_key_and_no_line_end_gets_in),
        cmocka_unit_test(the_admin_token_is_not_in_it),
        cmocka_unit_test(nothing_is_written_below_the_level),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
