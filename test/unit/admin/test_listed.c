// SPDX-License-Identifier: MIT
/* Lists of any length. */
#include "admin/listed.h"

#include <string.h>

#include "admin_scene.h"
#include "base/mem.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define END "0\r\n\r\n"
/* More together than is answered at once. */
#define MANY 100
#define LONG (800u * 1024)

struct state {
    struct listed listed;
    unsigned left;
    size_t len; /* of the text in each */
};

static void drop(void *arg)
{
    struct state *state = arg;

    listed_done(&state->listed);
}

static struct json_doc *next_row(struct admin_request *x)
{
    struct state *state = x->state;
    struct json_doc *doc;
    char *text;

    if (state->left == 0)
        return NULL;
    text = mem_alloc(state->len + 1);
    memset(text, 'x', state->len);
    doc = json_doc_new_object();
    json_doc_set_u64(doc, "row", state->left--);
    json_doc_set_str(doc, "text", (struct str){ text, state->len });
    mem_free(text);
    return doc;
}

static void add_end(struct admin_request *x, struct buf *out)
{
    (void)x;
    buf_add(out, STR(",\"more\":null"));
}

static struct flow_next begin(struct admin_request *x, unsigned rows,
                              size_t len)
{
    struct state *state = x->state;

    state->left = rows;
    state->len = len;
    state->listed =
        (struct listed){ .member = "rows", .next = next_row, .end = add_end };
    return listed_reply(x, &state->listed);
}

#define KIND(name, rows, len)                                                  \
    static struct flow_next start_##name(struct flow *flow)                    \
    {                                                                          \
        return begin(admin_request_of(flow), rows, len);                       \
    }                                                                          \
    static const struct admin_endpoint name = {                                \
        .first = start_##name,                                                 \
        .state_size = sizeof(struct state),                                    \
        .drop = drop,                                                          \
    }

KIND(none, 0, 0);
KIND(few, 2, 1);
KIND(many, MANY, LONG);
KIND(too_long, 1, 2 * 1024 * 1024);

static const struct admin_row rows[] = {
    ADMIN_ROW("GET", "/none", PUBLIC, none),
    ADMIN_ROW("GET", "/few", PUBLIC, few),
    ADMIN_ROW("GET", "/many", PUBLIC, many),
    ADMIN_ROW("GET", "/long", PUBLIC, too_long),
};

static int open_scene(void **state)
{
    return admin_scene_open(state, rows, COUNT_OF(rows));
}

static void it_is_a_document(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, GET("/none"), END);
    wire_expect(&scene->client, "{\"rows\":[],\"more\":null}");
    admin_scene_ask(scene, GET("/few"), END);
    wire_expect(&scene->client, "{\"rows\":[{\"row\":2,\"text\":\"x\"},"
                                "{\"row\":1,\"text\":\"x\"}],\"more\":null}");
}

#define LEN(text) (sizeof(text) - 1)

/* Taken as it comes, for the test's buffer has an end.  What is kept is shorter than
   what is counted. */
static void read_all(struct admin_scene *scene, size_t *count)
{
    while (wire_count(&scene->client, END) == 0) {
        wire_turn(scene->loop);
        wire_read(&scene->client);
        *count += wire_count(&scene->client, "\"row\":");
        if (scene->client.got.len > LEN(END))
            buf_consume(&scene->client.got, scene->client.got.len - LEN(END));
    }
}

static void it_may_be_longer_than_any_buffer(void **state)
{
    struct admin_scene *scene = *state;
    size_t count = 0;

    admin_scene_ask(scene, GET("/many"), "200 OK");
    read_all(scene, &count);
    assert_int_equal(count, MANY);
}

static void a_row_that_is_too_long_cuts_it(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, GET("/long"), "200 OK");
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, END), 0);
}

static void whoever_leaves_ends_it(void **state)
{
    struct admin_scene *scene = *state;

    admin_scene_ask(scene, GET("/many"), "200 OK");
    admin_scene_reconnect(scene);
    admin_scene_ask(scene, GET("/few"), END);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, admin_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_a_document),
        TEST(it_may_be_longer_than_any_buffer),
        TEST(a_row_that_is_too_long_cuts_it),
        TEST(whoever_leaves_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
