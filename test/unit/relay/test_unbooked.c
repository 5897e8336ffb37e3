// SPDX-License-Identifier: MIT
/* Who may create what is booked much later. */
#include "relay/unbooked.h"

#include "admit_scene.h"

#define ALL "\"accounts\":[\"main\"],\"allow\":[\"messages\",\"batches\"]"

static const struct {
    const char *key;
    const char *method;
    const char *path;
    const char *status; /* NULL: it goes upstream */
    const char *text;
} cases[] = {
    { "{" ALL "}", "POST", "/v1/messages/batches", NULL, NULL },
    { "{" ALL ",\"limits\":{\"cost_day\":0.01,\"rpm\":10}}", "POST",
      "/v1/messages/batches", NULL, NULL },
    { "{" ALL ",\"reserve\":\"strict\"}", "POST", "/v1/messages/batches", "403",
      "the key alice reserves the most" },
    { "{" ALL ",\"reserve\":\"strict\"}", "PUT", "/v1/messages/batches/b/x",
      "403", "the key alice reserves the most" },
    { "{" ALL ",\"limits\":{\"cost_day\":0}}", "POST", "/v1/messages/batches",
      "402", "limit cost_day is 0" },
    { "{" ALL ",\"limits\":{\"cost_total\":0}}", "POST",
      "/api/v1/messages/batches", "402", "limit cost_total is 0" },
    /* what there is may be looked at and ended */
    { "{" ALL ",\"reserve\":\"strict\"}", "POST",
      "/v1/messages/batches/b/cancel", NULL, NULL },
    { "{" ALL ",\"limits\":{\"cost_day\":0}}", "GET",
      "/v1/messages/batches/b/results", NULL, NULL },
};

static void send_case(size_t at)
{
    char text[512];

    (void)snprintf(text, sizeof(text),
                   "%s %s HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: " STR_FMT
                   "\r\nContent-Length: 2\r\n\r\n{}",
                   cases[at].method, cases[at].path,
                   STR_ARG(secret_reveal(keys.secret)));
    wire_send(&scene->client, text);
}

static void a_batch_is_for_those_who_may_spend(void **state)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        use_key(cases[i].key);
        send_case(i);
        if (cases[i].status) {
            wire_expect(&scene->client, cases[i].status);
            wire_expect(&scene->client, cases[i].text);
            assert_int_equal(scene->peer_count, 0);
        } else {
            wire_expect(relay_scene_accept(scene), "HTTP/1.1");
        }
        (void)tear_down(state);
        (void)set_up(state);
    }
}

static void a_batch_is_not_for_a_limit_that_is_used_up(void **state)
{
    static const struct use cent = { .cost_microusd = 10000 };
    uint64_t now_s = clock_wall_ms() / 1000;
    struct use_quarter quarter = { now_s / QUARTER_S * QUARTER_S, cent };
    struct key *key;

    (void)state;
    use_key(cases[1].key);
    key = keyring_get(scene->callers.keyring, STR("alice"));
    counters_add_saved(key->counters, &quarter);
    key_unref(key);
    send_case(1);
    wire_expect(&scene->client, "402");
    wire_expect(&scene->client, "has used $0.01 of $0.01 a day");
    assert_int_equal(scene->peer_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_batch_is_for_those_who_may_spend,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_batch_is_not_for_a_limit_that_is_used_up, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
