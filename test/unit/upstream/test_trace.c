// SPDX-License-Identifier: MIT
/* What the log says, at level debug, of outgoing connections. */
#include "upstream/trace.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "scene.h"
#include "stage.h"

static struct unit_capture capture;

static void begin_reading(enum log_level level)
{
    capture = unit_capture_begin(STDERR_FILENO);
    log_setup(level, LOG_TEXT); /* it looks at what standard error is */
}

/* What was written, without times; freed with mem_free(). */
static char *end_reading(void)
{
    char *text;

    log_flush();
    text = unit_capture_end(&capture);
    log_setup(LOG_INFO, LOG_TEXT);
    return text;
}

/* Each in a line behind the one before it. */
static void expect(const char *const *parts, size_t count)
{
    char *text = end_reading();
    const char *at = text;

    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(at, parts[i]);

        if (!found)
            fail_msg("no \"%s\" in\n%s", parts[i], at);
        at = found + strlen(parts[i]);
    }
    assert_null(strstr(text, PASSWORD));
    assert_null(strstr(text, "ss/w"));
    mem_free(text);
}

#define EXPECT(...)                                                            \
    expect((const char *const[]){ __VA_ARGS__ },                               \
           COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

/* ---- dialling ------------------------------------------------------------- */

static void a_direct_way_is_told(void **state)
{
    struct stage *stage = *state;

    begin_reading(LOG_DEBUG);
    stage_begin(stage, "localhost", stage->port, WIRE_WAIT_MS);
    (void)close(stage_take(stage));
    EXPECT("debug dialling host=localhost:", "debug trying an address ",
           " address=127.0.0.1 ms=", "debug connected host=localhost:",
           " resolve_us=", " connect_us=");
}

static void a_way_through_a_proxy_is_told_without_its_credential(void **state)
{
    struct stage *stage = *state;

    begin_reading(LOG_DEBUG);
    stage_use_proxy(stage, "http", PASSWORD);
    stage_begin(stage, "example.com", 443, WIRE_WAIT_MS);
    wire_expect(&stage->peer, BASIC);
    wire_expect(&stage->peer, "\r\n\r\n");
    wire_send(&stage->peer, "HTTP/1.1 200 OK\r\n\r\n");
    (void)close(stage_take(stage));
    EXPECT("debug dialling host=example.com:443 proxy=127.0.0.1:",
           "debug trying an address host=example.com:443 proxy=127.0.0.1:",
           "debug connected host=example.com:443 proxy=127.0.0.1:",
           " proxy_us=");
}

static void a_way_that_fails_is_told(void **state)
{
    struct stage *stage = *state;

    begin_reading(LOG_DEBUG);
    stage_use_proxy(stage, "http", PASSWORD);
    stage_begin(stage, "example.com", 443, WIRE_WAIT_MS);
    wire_expect(&stage->peer, "\r\n\r\n");
    wire_send(&stage->peer, "HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n");
    stage_finish(stage);
    EXPECT("debug not connected host=example.com:443 proxy=127.0.0.1:",
           " error=\"proxy authenticate failed");
}

/* ---- the pool ------------------------------------------------------------- */

#define OK "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

static void ask(struct scene *scene)
{
    scene_request(scene);
    scene_answer(scene, OK);
    scene_finish(scene);
}

static bool is_empty(void *arg)
{
    return scene_idle(arg) == 0;
}

static void the_pool_is_told(void **state)
{
    struct scene *scene = *state;

    scene->options.id = "req_1";
    begin_reading(LOG_DEBUG);
    ask(scene);
    scene_start(scene);
    wire_expect_count(&scene->peer, "\r\n\r\n", 2);
    scene_answer(scene, OK);
    scene_finish(scene);
    wire_close(&scene->peer);
    wire_until(scene->loop, is_empty, scene);
    EXPECT("debug dialling id=req_1 host=127.0.0.1:",
           "debug connected id=req_1 host=127.0.0.1:",
           "debug connection kept in the pool host=127.0.0.1:", " pooled=1\n",
           "debug connection taken from the pool id=req_1 host=127.0.0.1:",
           " idle_ms=", "debug connection kept in the pool",
           "debug pooled connection dropped",
           " why=\"the other side ended it\"");
}

static void what_is_not_kept_is_told(void **state)
{
    struct scene *scene = *state;

    begin_reading(LOG_DEBUG);
    scene_request(scene);
    scene_answer(scene, "HTTP/1.1 200 OK\r\nconnection: close\r\n"
                        "content-length: 2\r\n\r\nok");
    scene_finish(scene);
    EXPECT("debug upstream connection closed host=127.0.0.1:",
           " why=\"it is not to be used again\"");
}

static void what_is_given_up_is_told(void **state)
{
    struct scene *scene = *state;

    begin_reading(LOG_DEBUG);
    scene_request(scene);
    call_free(scene->call);
    scene->call = NULL;
    EXPECT("debug upstream connection closed host=127.0.0.1:",
           " why=\"the request was given up\"");
}

static void at_other_levels_nothing_is_told(void **state)
{
    struct scene *scene = *state;
    char *text;

    begin_reading(LOG_INFO);
    ask(scene);
    text = end_reading();
    assert_string_equal(text, "");
    mem_free(text);
}

#define STAGE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, stage_open, stage_close)
#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE(a_direct_way_is_told),
        STAGE(a_way_through_a_proxy_is_told_without_its_credential),
        STAGE(a_way_that_fails_is_told),
        SCENE(the_pool_is_told),
        SCENE(what_is_not_kept_is_told),
        SCENE(what_is_given_up_is_told),
        SCENE(at_other_levels_nothing_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
