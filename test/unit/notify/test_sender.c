// SPDX-License-Identifier: MIT
/* Notices on their way: in order, again and again, never too many. */
#include "notify/sender.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "place.h"

static const uint64_t soon_ms[SENDER_TRIES - 1] = { 1, 1, 1, 1, 1 };
static const uint64_t late_ms[SENDER_TRIES - 1] = { 3600000, 3600000, 3600000,
                                                    3600000, 3600000 };

struct scene {
    struct place place;
    struct sender *sender;
    struct sender_state want; /* for until() */
};

static void begin(struct scene *scene, const uint64_t *waits_ms)
{
    log_setup(LOG_ERROR, LOG_TEXT);
    place_begin(&scene->place, NOTIFY_JSON);
    scene->sender =
        sender_new(&(struct sender_options){ .loop = scene->place.loop,
                                             .format = NOTIFY_JSON,
                                             .way = scene->place.way,
                                             .waits_ms = waits_ms,
                                             .hasty = true });
}

static void end(struct scene *scene)
{
    sender_free(scene->sender);
    place_end(&scene->place);
}

static void add_ranked(struct scene *scene, unsigned number,
                       enum event_rank rank)
{
    char id[16];
    char body[16];

    (void)snprintf(id, sizeof(id), "n:%u", number);
    (void)snprintf(body, sizeof(body), "<%u>", number);
    sender_add(scene->sender,
               &(struct sender_notice){ .id = id,
                                        .rank = rank,
                                        .fields = STR("a: b\r\n"),
                                        .body = str_of(body) });
}

static void add(struct scene *scene, unsigned number)
{
    add_ranked(scene, number, EVENT_PASSES);
}

static bool is_waiting(void *arg)
{
    const struct scene *scene = arg;
    struct sender_state state;

    sender_state(scene->sender, &state);
    return state.waiting == scene->want.waiting &&
           state.sent == scene->want.sent &&
           state.given_up == scene->want.given_up;
}

static void until(struct scene *scene, size_t waiting, uint64_t sent,
                  uint64_t given_up)
{
    scene->want = (struct sender_state){ .waiting = waiting,
                                         .sent = sent,
                                         .given_up = given_up };
    wire_until(scene->place.loop, is_waiting, scene);
}

static void they_are_sent_in_order_one_at_a_time(void **state)
{
    struct scene scene;
    struct sender_state told;

    (void)state;
    begin(&scene, soon_ms);
    for (unsigned i = 0; i < 3; i++)
        add(&scene, i);
    for (unsigned i = 0; i < 3; i++) {
        char body[16];

        (void)snprintf(body, sizeof(body), "<%u>", i);
        place_expect(&scene.place, body);
        place_answer(&scene.place, "200 OK", "");
        until(&scene, 2 - i, i + 1, 0);
    }
    sender_state(scene.sender, &told);
    assert_true(told.taken);
    assert_int_equal(told.status, 200);
    assert_string_equal(told.error, "");
    assert_true(told.at_ms > 0);
    end(&scene);
}

static void what_failed_is_sent_again_and_then_the_others(void **state)
{
    struct scene scene;
    struct sender_state told;

    (void)state;
    begin(&scene, soon_ms);
    add(&scene, 1);
    add(&scene, 2);
    for (unsigned i = 0; i < 3; i++) {
        place_expect(&scene.place, "<1>");
        place_answer(&scene.place, "503 No", "");
    }
    place_expect(&scene.place, "<1>");
    sender_state(scene.sender, &told);
    assert_false(told.taken);
    assert_int_equal(told.status, 503);
    assert_string_equal(told.error, "it was answered 503");
    place_answer(&scene.place, "200 OK", "");
    place_expect(&scene.place, "<2>");
    place_answer(&scene.place, "200 OK", "");
    until(&scene, 0, 2, 0);
    end(&scene);
}

static void after_the_last_attempt_one_is_given_up(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, soon_ms);
    add(&scene, 1);
    add(&scene, 2);
    for (unsigned i = 0; i < SENDER_TRIES; i++) {
        place_expect(&scene.place, "<1>");
        place_answer(&scene.place, "500 No", "");
    }
    until(&scene, 1, 0, 1);
    place_expect(&scene.place, "<2>");
    place_answer(&scene.place, "200 OK", "");
    until(&scene, 0, 1, 1);
    end(&scene);
}

static void what_will_not_be_taken_is_given_up_at_once(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, late_ms);
    add(&scene, 1);
    place_expect(&scene.place, "<1>");
    place_answer(&scene.place, "404 No", "");
    until(&scene, 0, 0, 1);
    end(&scene);
}

static void of_too_many_the_oldest_are_dropped(void **state)
{
    struct scene scene;
    struct sender_state told;

    (void)state;
    begin(&scene, soon_ms);
    for (unsigned i = 0; i < SENDER_QUEUE_MAX + 10; i++)
        add(&scene, i);
    sender_state(scene.sender, &told);
    assert_int_equal(told.waiting, SENDER_QUEUE_MAX);
    assert_int_equal(told.dropped, 10);
    /* The one in hand is not lost; of the others the newest are there. */
    place_expect(&scene.place, "<0>");
    place_answer(&scene.place, "200 OK", "");
    place_expect(&scene.place, "<11>");
    place_answer(&scene.place, "200 OK", "");
    until(&scene, SENDER_QUEUE_MAX - 2, 2, 0);
    end(&scene);
}

/* An account that is blocked, among windows that come and go. */
static void what_needs_somebody_is_not_dropped(void **state)
{
    struct scene scene;
    struct sender_state told;

    (void)state;
    begin(&scene, soon_ms);
    add(&scene, 0);
    add_ranked(&scene, 1, EVENT_STAYS);
    add_ranked(&scene, 2, EVENT_MATTERS);
    for (unsigned i = 3; i < 2 * SENDER_QUEUE_MAX; i++)
        add(&scene, i);
    sender_state(scene.sender, &told);
    assert_int_equal(told.waiting, SENDER_QUEUE_MAX);
    /* Windows go first, then what matters; what stays has room beyond that. */
    for (unsigned i = 0; i < SENDER_QUEUE_MAX; i++)
        add_ranked(&scene, 1000 + i, EVENT_STAYS);
    sender_state(scene.sender, &told);
    assert_int_equal(told.waiting, SENDER_QUEUE_MAX + 2);
    /* A window finds none. */
    add(&scene, 9999);
    sender_state(scene.sender, &told);
    assert_int_equal(told.waiting, SENDER_QUEUE_MAX + 2);
    place_expect(&scene.place, "<0>");
    place_answer(&scene.place, "200 OK", "");
    place_expect(&scene.place, "<1>");
    place_answer(&scene.place, "200 OK", "");
    place_expect(&scene.place, "<1000>");
    for (unsigned i = 0; i < SENDER_STAYS_MAX; i++)
        add_ranked(&scene, 3000 + i, EVENT_STAYS);
    sender_state(scene.sender, &told);
    assert_int_equal(told.waiting, SENDER_STAYS_MAX);
    end(&scene);
}

static void an_end_waits_for_nothing(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, late_ms);
    add(&scene, 1);
    place_expect(&scene.place, "<1>");
    sender_free(scene.sender);
    wire_expect_end(&scene.place.peer);
    sender_free(NULL);
    place_end(&scene.place);
}

/* While one waits to be sent again, nothing else is sent. */
static void a_wait_holds_all(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, late_ms);
    add(&scene, 1);
    place_expect(&scene.place, "<1>");
    place_answer(&scene.place, "500 No", "");
    wire_expect_end(&scene.place.peer);
    add(&scene, 2);
    wire_turn_for(scene.place.loop, 20);
    until(&scene, 2, 0, 0);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_sent_in_order_one_at_a_time),
        cmocka_unit_test(what_failed_is_sent_again_and_then_the_others),
        cmocka_unit_test(after_the_last_attempt_one_is_given_up),
        cmocka_unit_test(what_will_not_be_taken_is_given_up_at_once),
        cmocka_unit_test(of_too_many_the_oldest_are_dropped),
        cmocka_unit_test(what_needs_somebody_is_not_dropped),
        cmocka_unit_test(an_end_waits_for_nothing),
        cmocka_unit_test(a_wait_holds_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
