// SPDX-License-Identifier: MIT
/* The pool: who gets an idle connection again, and who does not. */
#include "upstream/origin.h"

#include "base/mem.h"
#include "scene.h"

static struct proxy *some_proxy(const char *host)
{
    struct err err;

    return proxy_new(&(struct proxy_parts){ .type = STR("http"),
                                            .host = str_of(host),
                                            .port = 80 },
                     &err);
}

/* An idle connection whose other end the test holds. */
static struct stream *keep(struct scene *scene, struct origin *origin,
                           const struct proxy *proxy, struct wire *peer)
{
    int ends[2];
    struct stream *stream;

    wire_pair(ends);
    wire_adopt(peer, scene->loop, ends[0]);
    stream = stream_new(scene->loop, ends[1], NULL, NULL);
    upstream_keep(link_new(scene->upstream, stream, origin, proxy));
    return stream;
}

static void origin_and_proxy_must_fit(void **state)
{
    struct scene *scene = *state;
    struct origin *other = origin_new(STR("other"), 80, NULL);
    struct proxy *proxy = some_proxy("a");
    struct proxy *same = some_proxy("a");
    struct proxy *elsewhere = some_proxy("b");
    struct wire peers[2];
    struct link *link;

    (void)keep(scene, scene->origin, NULL, &peers[0]);
    (void)keep(scene, scene->origin, proxy, &peers[1]);
    assert_null(upstream_take(scene->upstream, other, NULL, true));
    assert_null(upstream_take(scene->upstream, other, proxy, true));
    assert_null(upstream_take(scene->upstream, scene->origin, elsewhere, true));
    link = upstream_take(scene->upstream, scene->origin, same, true);
    assert_non_null(link);
    assert_ptr_equal(link->proxy, proxy);
    link_free(link);
    assert_null(upstream_take(scene->upstream, scene->origin, proxy, true));
    assert_int_equal(scene_idle(scene), 1);
    link = upstream_take(scene->upstream, scene->origin, NULL, true);
    assert_non_null(link);
    link_free(link);
    proxy_unref(proxy);
    proxy_unref(same);
    proxy_unref(elsewhere);
    origin_free(other);
    wire_close(&peers[0]);
    wire_close(&peers[1]);
}

static void the_newest_is_taken_first(void **state)
{
    struct scene *scene = *state;
    struct wire peers[3];
    struct stream *streams[3];

    for (size_t i = 0; i < 3; i++)
        streams[i] = keep(scene, scene->origin, NULL, &peers[i]);
    for (size_t i = 3; i-- > 0;) {
        struct link *link =
            upstream_take(scene->upstream, scene->origin, NULL, true);

        assert_ptr_equal(link->stream, streams[i]);
        link_free(link);
    }
    for (size_t i = 0; i < 3; i++)
        wire_close(&peers[i]);
}

/* What the loop has not told of: a turn of it would take them out of the pool. */
static void dead_ones_are_passed_by(void **state)
{
    struct scene *scene = *state;
    struct wire peers[3];
    struct stream *oldest = keep(scene, scene->origin, NULL, &peers[0]);
    struct link *link;

    (void)keep(scene, scene->origin, NULL, &peers[1]);
    (void)keep(scene, scene->origin, NULL, &peers[2]);
    wire_half_close(&peers[1]);
    wire_send(&peers[2], "HTTP/1.1 408 Bye\r\n\r\n");
    link = upstream_take(scene->upstream, scene->origin, NULL, true);
    assert_non_null(link);
    assert_ptr_equal(link->stream, oldest);
    link_free(link);
    assert_int_equal(scene_idle(scene), 0);
    for (size_t i = 0; i < 3; i++)
        wire_close(&peers[i]);
}

/* It says nothing of those to elsewhere, or of younger ones. */
static void silent_ones_go_with_a_dead_one(void **state)
{
    struct scene *scene = *state;
    struct proxy *proxy = some_proxy("a");
    struct wire peers[3];
    struct link *link;

    (void)keep(scene, scene->origin, NULL, &peers[0]);
    (void)keep(scene, scene->origin, proxy, &peers[1]);
    (void)keep(scene, scene->origin, NULL, &peers[2]);
    link = LIST_ITEM(scene->upstream->idle.next, struct link, node);
    link->idle_since_ms -= 15000;
    LIST_ITEM(link->node.next, struct link, node)->idle_since_ms -= 15000;
    upstream_drop_silent(scene->upstream, scene->origin, NULL, 15001);
    assert_int_equal(scene_idle(scene), 3);
    upstream_drop_silent(scene->upstream, scene->origin, NULL, 15000);
    assert_int_equal(scene_idle(scene), 2);
    assert_int_equal(scene->upstream->idle_count, 2);
    wire_expect_end(&peers[0]);
    proxy_unref(proxy);
    for (size_t i = 0; i < 3; i++)
        wire_close(&peers[i]);
}

/* One for each connection of a burst would be far too many. */
static void the_pool_has_a_ceiling(void **state)
{
    struct scene *scene = *state;
    struct wire *peers =
        mem_zalloc((UPSTREAM_IDLE_MAX + 1) * sizeof(struct wire));
    struct link *link;

    for (size_t i = 0; i <= UPSTREAM_IDLE_MAX; i++) {
        assert_int_equal(scene_idle(scene), i);
        assert_int_equal(scene->upstream->idle_count, i);
        (void)keep(scene, scene->origin, NULL, &peers[i]);
    }
    assert_int_equal(scene_idle(scene), UPSTREAM_IDLE_MAX);
    wire_expect_end(&peers[0]); /* the oldest */
    link = upstream_take(scene->upstream, scene->origin, NULL, true);
    upstream_keep(link);
    assert_int_equal(scene->upstream->idle_count, UPSTREAM_IDLE_MAX);
    for (size_t i = 0; i <= UPSTREAM_IDLE_MAX; i++)
        wire_close(&peers[i]);
    wire_turn_for(scene->loop, 3);
    assert_int_equal(scene->upstream->idle_count, 0);
    mem_free(peers);
}

static void freeing_the_upstream_closes_the_idle(void **state)
{
    struct scene *scene = *state;
    struct wire peer;

    (void)keep(scene, scene->origin, NULL, &peer);
    upstream_free(scene->upstream);
    scene->upstream = upstream_new(scene->loop, NULL);
    wire_expect_end(&peer);
    wire_close(&peer);
}

static void a_name_keeps_its_own_copy(void **state)
{
    char host[] = "example.com";
    struct origin *origin = origin_new(str_of(host), 443, NULL);

    (void)state;
    host[0] = 'X';
    assert_string_equal(origin->host, "example.com");
    assert_int_equal(origin->port, 443);
    origin_free(origin);
    origin_free(NULL);
}

/* Whoever comes to know of one finds the connections that others made to it, and no
   others'. */
static void one_origin_is_one_as_long_as_it_is_used(void **state)
{
    struct scene *scene = *state;
    struct upstream *upstream = scene->upstream;
    struct origin *first = upstream_origin(upstream, STR("a"), 80, NULL);
    struct origin *same = upstream_origin(upstream, STR("a"), 80, NULL);
    struct origin *port = upstream_origin(upstream, STR("a"), 81, NULL);
    struct origin *host = upstream_origin(upstream, STR("b"), 80, NULL);
    struct wire peer;
    struct link *link;

    assert_ptr_equal(first, same);
    assert_ptr_not_equal(first, port);
    assert_ptr_not_equal(first, host);
    (void)keep(scene, first, NULL, &peer);
    origin_free(first);
    origin_free(same);
    assert_null(upstream_take(upstream, port, NULL, true));
    assert_null(upstream_take(upstream, host, NULL, true));
    origin_free(port);
    origin_free(host);
    same = upstream_origin(upstream, STR("a"), 80, NULL);
    link = upstream_take(upstream, same, NULL, true);
    assert_non_null(link);
    link_free(link);
    origin_free(same);
    assert_true(list_is_empty(&upstream->origins));
    wire_close(&peer);
}

/* Its answer may have been more than one read: what follows it is not seen by
   the loop before the next request has left. */
static void what_was_kept_in_this_turn_is_asked(void **state)
{
    struct scene *scene = *state;
    struct wire peer;

    wire_turn_for(scene->loop, 3);
    assert_true(loop_is_calm(scene->loop));
    (void)keep(scene, scene->origin, NULL, &peer);
    wire_send(&peer, "HTTP/1.1 200 OK\r\n\r\n");
    assert_null(upstream_take(scene->upstream, scene->origin, NULL, false));
    wire_close(&peer);
}

/* An idle connection costs a descriptor that a needed one may lack. */
static void idle_connections_make_room(void **state)
{
    struct scene *scene = *state;
    struct wire peers[2];

    (void)keep(scene, scene->origin, NULL, &peers[0]);
    (void)keep(scene, scene->origin, NULL, &peers[1]);
    upstream_keep_back(scene->upstream, 1);
    scene->options.fresh = true;
    scene_start(scene);
    scene_until(scene, CALL_FAILED);
    assert_int_equal(scene_idle(scene), 0);
    wire_expect_end(&peers[0]);
    wire_expect_end(&peers[1]);
    wire_close(&peers[0]);
    wire_close(&peers[1]);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(idle_connections_make_room),
        ROW(origin_and_proxy_must_fit),
        ROW(one_origin_is_one_as_long_as_it_is_used),
        ROW(the_newest_is_taken_first),
        ROW(dead_ones_are_passed_by),
        ROW(what_was_kept_in_this_turn_is_asked),
        ROW(silent_ones_go_with_a_dead_one),
        ROW(the_pool_has_a_ceiling),
        ROW(freeing_the_upstream_closes_the_idle),
        cmocka_unit_test(a_name_keeps_its_own_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
