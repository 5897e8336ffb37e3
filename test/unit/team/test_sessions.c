// SPDX-License-Identifier: MIT
/* Sessions of browsers. */
#include "team/sessions.h"

#include <string.h>

#include "unit.h"

#define STEADY 5000u
#define WALL 1795996800000ull

static struct sessions_now later(uint64_t ms)
{
    return (struct sessions_now){ STEADY + ms, WALL + ms };
}

static void begin(struct sessions *sessions, uint64_t ms,
                  char text[SESSION_TEXT_SIZE])
{
    struct addr from;
    struct err err;

    assert_true(addr_parse("192.0.2.7", 1, &from, &err));
    sessions_begin(sessions, &from, later(ms), text);
}

static bool is_there(struct sessions *sessions, const char *text, uint64_t ms)
{
    return sessions_find(sessions, str_of(text), later(ms), NULL);
}

static void a_session_is_found_by_its_text_alone(void **state)
{
    struct sessions *sessions = sessions_new();
    char text[SESSION_TEXT_SIZE];
    char other[SESSION_TEXT_SIZE];
    struct session session;

    (void)state;
    begin(sessions, 0, text);
    begin(sessions, 1, other);
    assert_int_equal(strlen(text), 43);
    assert_string_not_equal(text, other);
    assert_true(sessions_find(sessions, str_of(text), later(5), &session));
    assert_int_equal(session.began_ms, WALL);
    assert_int_equal(session.ends_ms, WALL + SESSIONS_MS);
    assert_string_equal(session.from, "192.0.2.7");
    text[20] ^= 1;
    assert_false(is_there(sessions, text, 5));
    assert_false(is_there(sessions, "", 5));
    assert_false(
        sessions_find(sessions, str_sub(str_of(other), 0, 42), later(5), NULL));
    sessions_free(sessions);
}

static void it_ends_by_either_clock(void **state)
{
    struct sessions *sessions = sessions_new();
    char text[SESSION_TEXT_SIZE];
    struct sessions_now now = later(SESSIONS_MS - 1);

    (void)state;
    begin(sessions, 0, text);
    assert_true(is_there(sessions, text, SESSIONS_MS - 1));
    assert_false(is_there(sessions, text, SESSIONS_MS));
    now.wall_ms++; /* it was suspended, or its clock was set */
    assert_false(sessions_find(sessions, str_of(text), now, NULL));
    now = later(SESSIONS_MS);
    now.wall_ms = WALL;
    assert_false(sessions_find(sessions, str_of(text), now, NULL));
    sessions_free(sessions);
}

static void it_can_be_ended_alone_or_with_all_others(void **state)
{
    struct sessions *sessions = sessions_new();
    char text[3][SESSION_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(text); i++)
        begin(sessions, i, text[i]);
    assert_true(sessions_end(sessions, str_of(text[0])));
    assert_false(sessions_end(sessions, str_of(text[0])));
    assert_false(is_there(sessions, text[0], 5));
    assert_true(is_there(sessions, text[1], 5));
    assert_int_equal(sessions_count(sessions, later(5)), 2);
    assert_int_equal(sessions_count(sessions, later(SESSIONS_MS + 1)), 1);
    assert_int_equal(sessions_end_all(sessions, later(5)), 2);
    assert_int_equal(sessions_count(sessions, later(5)), 0);
    assert_int_equal(sessions_end_all(sessions, later(5)), 0);
    assert_false(is_there(sessions, text[1], 5));
    sessions_free(sessions);
    assert_int_equal(sessions_end_all(NULL, later(5)), 0);
    assert_int_equal(sessions_count(NULL, later(5)), 0);
    sessions_free(NULL);
}

static void too_many_push_out_the_oldest(void **state)
{
    struct sessions *sessions = sessions_new();
    static char text[SESSIONS_MAX + 1][SESSION_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        begin(sessions, i, text[i]);
    assert_true(is_there(sessions, text[0], SESSIONS_MAX));
    begin(sessions, SESSIONS_MAX, text[SESSIONS_MAX]);
    assert_false(is_there(sessions, text[0], SESSIONS_MAX));
    for (size_t i = 1; i <= SESSIONS_MAX; i++)
        assert_true(is_there(sessions, text[i], SESSIONS_MAX));
    sessions_free(sessions);
}

static void take(void *arg, const struct session *session)
{
    uint64_t *began_ms = arg;

    assert_true(session->began_ms > *began_ms);
    *began_ms = session->began_ms;
}

static void they_are_listed_the_oldest_first(void **state)
{
    struct sessions *sessions = sessions_new();
    char text[SESSION_TEXT_SIZE];
    uint64_t began_ms = 0;

    (void)state;
    for (unsigned i = 0; i < 5; i++)
        begin(sessions, i, text);
    sessions_each(sessions, later(SESSIONS_MS + 2), take, &began_ms);
    assert_int_equal(began_ms, WALL + 4);
    sessions_each(sessions, later(SESSIONS_MS + 9), take, NULL); /* none */
    sessions_each(NULL, later(0), take, NULL);
    sessions_free(sessions);
}

static unsigned note(struct sessions *sessions, uint64_t ms, unsigned count)
{
    unsigned noted = 0;

    while (count-- > 0)
        noted += sessions_may_note(sessions, ms);
    return noted;
}

static void strangers_do_not_fill_the_audit_log(void **state)
{
    struct sessions *sessions = sessions_new();

    (void)state;
    assert_int_equal(note(sessions, STEADY, 1000), SESSIONS_NOTED_AT_ONCE);
    assert_int_equal(note(sessions, STEADY + SESSIONS_NOTED_MS - 1, 10), 0);
    assert_int_equal(note(sessions, STEADY + SESSIONS_NOTED_MS, 10), 1);
    assert_int_equal(note(sessions, STEADY + 10 * SESSIONS_NOTED_MS, 100), 9);
    assert_int_equal(note(sessions, STEADY + 1000 * SESSIONS_NOTED_MS, 1000),
                     SESSIONS_NOTED_AT_ONCE);
    sessions_free(sessions);
}

static void what_confirms_a_change_belongs_to_the_session(void **state)
{
    char csrf[SESSION_TEXT_SIZE];
    char other[SESSION_TEXT_SIZE];

    (void)state;
    session_csrf(STR("CANARY-a"), csrf);
    assert_int_equal(strlen(csrf), 43);
    session_csrf(STR("CANARY-a"), other);
    assert_string_equal(csrf, other);
    session_csrf(STR("CANARY-b"), other);
    assert_string_not_equal(csrf, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_found_by_its_text_alone),
        cmocka_unit_test(it_ends_by_either_clock),
        cmocka_unit_test(it_can_be_ended_alone_or_with_all_others),
        cmocka_unit_test(too_many_push_out_the_oldest),
        cmocka_unit_test(they_are_listed_the_oldest_first),
        cmocka_unit_test(strangers_do_not_fill_the_audit_log),
        cmocka_unit_test(what_confirms_a_change_belongs_to_the_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
