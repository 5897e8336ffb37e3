// SPDX-License-Identifier: MIT
/* One attempt: what leaves, what came of it, and that nothing tells the URL. */
#include "notify/post.h"

#include <stdio.h>
#include <string.h>

#include "place.h"

struct scene {
    struct place place;
    struct post *post;
    unsigned wakes;
    struct post_result result;
};

static void woken(void *arg)
{
    struct scene *scene = arg;

    scene->wakes++;
    post_result(scene->post, &scene->result);
    post_free(scene->post);
    scene->post = NULL;
}

static bool is_over(void *arg)
{
    const struct scene *scene = arg;

    return scene->wakes > 0;
}

static void start(struct scene *scene)
{
    scene->wakes = 0;
    scene->post = post_start(scene->place.way, STR("x-a: b\r\n"), STR("{}"),
                             woken, scene);
    assert_int_equal(scene->wakes, 0);
    assert_true(post_is_busy(scene->post));
}

static void finish(struct scene *scene)
{
    wire_until(scene->place.loop, is_over, scene);
    assert_int_equal(scene->wakes, 1);
    assert_null(strstr(scene->result.err.text, "CANARY"));
}

static void a_post_is_one_request(void **state)
{
    struct scene scene = { .wakes = 0 };
    char head[256];

    (void)state;
    place_begin(&scene.place, NOTIFY_JSON);
    start(&scene);
    place_expect(&scene.place, "{}");
    (void)snprintf(head, sizeof(head),
                   "POST " PLACE_TARGET " HTTP/1.1\r\nhost: 127.0.0.1:%u\r\n"
                   "content-length: 2\r\naccept-encoding: identity\r\n"
                   "x-a: b\r\n\r\n{}",
                   scene.place.port);
    unit_assert_str(buf_str(&scene.place.peer.got), head);
    place_answer(&scene.place, "200 OK", "");
    finish(&scene);
    assert_true(scene.result.taken);
    assert_int_equal(scene.result.status, 200);
    place_end(&scene.place);
}

static const struct {
    enum notify_format format;
    const char *head;
    const char *body;
    unsigned status;
    bool taken;
    bool hopeless;
    uint64_t after_ms;
} answers[] = {
    { NOTIFY_JSON, "204 No", "", 204, true, false, 0 },
    { NOTIFY_JSON, "500 No", "", 500, false, false, 0 },
    { NOTIFY_JSON, "502 No", "", 502, false, false, 0 },
    { NOTIFY_JSON, "429 No\r\nretry-after: 7", "", 429, false, false, 7000 },
    { NOTIFY_JSON, "429 No\r\nretry-after: 70000", "", 429, false, false,
      600000 },
    { NOTIFY_JSON, "429 No\r\nretry-after: Fri, 31 Dec 2100 23:59:59 GMT", "",
      429, false, false, 600000 },
    { NOTIFY_JSON, "429 No\r\nretry-after: soon", "", 429, false, false, 0 },
    { NOTIFY_JSON, "408 No", "", 408, false, false, 0 },
    { NOTIFY_JSON, "404 No", "", 404, false, true, 0 },
    { NOTIFY_JSON, "401 No", "", 401, false, true, 0 },
    { NOTIFY_JSON, "302 No\r\nlocation: http://127.0.0.1:1/", "", 302, false,
      true, 0 },
    { NOTIFY_WECOM, "200 OK", "{\"errcode\":0}", 200, true, false, 0 },
    { NOTIFY_WECOM, "200 OK", "{\"errcode\":45009,\"errmsg\":\"CANARYKEY\"}",
      200, false, false, 0 },
};

static void answers_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct scene scene = { .wakes = 0 };

        place_begin(&scene.place, answers[i].format);
        start(&scene);
        place_expect(&scene.place, "{}");
        place_answer(&scene.place, answers[i].head, answers[i].body);
        finish(&scene);
        assert_int_equal(scene.result.status, answers[i].status);
        assert_int_equal(scene.result.taken, answers[i].taken);
        assert_int_equal(scene.result.hopeless, answers[i].hopeless);
        assert_int_equal(scene.result.after_ms, answers[i].after_ms);
        place_end(&scene.place);
    }
}

static void where_nobody_listens_it_may_be_tried_again(void **state)
{
    struct scene scene = { .wakes = 0 };

    (void)state;
    place_begin(&scene.place, NOTIFY_JSON);
    (void)close(scene.place.listening);
    scene.place.listening = -1;
    start(&scene);
    finish(&scene);
    assert_false(scene.result.taken);
    assert_false(scene.result.hopeless);
    assert_int_equal(scene.result.status, 0);
    unit_assert_part(scene.result.err.text, "127.0.0.1");
    place_end(&scene.place);
}

static void freeing_cancels(void **state)
{
    struct scene scene = { .wakes = 0 };

    (void)state;
    place_begin(&scene.place, NOTIFY_JSON);
    start(&scene);
    place_expect(&scene.place, "{}");
    post_free(scene.post);
    wire_expect_end(&scene.place.peer);
    assert_int_equal(scene.wakes, 0);
    post_free(NULL);
    post_way_free(NULL);
    place_end(&scene.place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_post_is_one_request),
        cmocka_unit_test(answers_are_judged),
        cmocka_unit_test(where_nobody_listens_it_may_be_tried_again),
        cmocka_unit_test(freeing_cancels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
