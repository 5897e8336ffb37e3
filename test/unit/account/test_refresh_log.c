// SPDX-License-Identifier: MIT
/* What the log says of refreshes. */
#include "account/refresh_log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/keeper_internal.h"
#include "base/log.h"
#include "base/mem.h"
#include "desk.h"

static struct unit_capture capture;

static void begin_reading(void)
{
    log_flush();
    capture = unit_capture_begin(STDERR_FILENO);
}

/* One line of the event, with all of this in it, and no token. */
static void expect_line(const char *event, const char *const *parts,
                        size_t count)
{
    char *text;
    char *line;

    log_flush();
    text = unit_capture_end(&capture);
    line = strstr(text, event);
    if (!line || strstr(line + 1, event))
        fail_msg("not one line of \"%s\":\n%s", event, text);
    line = mem_strndup(line, strcspn(line, "\n"));
    for (size_t i = 0; i < count; i++)
        unit_assert_part(line, parts[i]);
    assert_null(strstr(text, "-access"));
    assert_null(strstr(text, "-refresh"));
    mem_free(line);
    mem_free(text);
}

#define EXPECT_LINE(event, ...)                                                \
    expect_line(event, (const char *const[]){ __VA_ARGS__ },                   \
                COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

static void renew(struct desk *desk, struct keeper_wait *wait)
{
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), -1);
}

static void one_that_expired(void **state)
{
    struct desk *desk = *state;

    begin_reading();
    renew(desk, desk_ask(desk, KEEPER_REFRESH, NULL));
    EXPECT_LINE("new tokens saved", " account=main ", " why=expired ",
                " ms=", " valid_until=2");
}

static void one_that_was_refused(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    begin_reading();
    renew(desk, desk_tell_refused(desk, KEEPER_REFRESH, "new-access"));
    EXPECT_LINE("new tokens saved", " account=main ", " why=refused_401 ");
}

static void wake(void *arg)
{
    (void)arg;
}

static void one_that_a_person_asked_for(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    begin_reading();
    renew(desk, keeper_ask(desk->keeper, desk->loop,
                           &(struct keeper_question){ .op = KEEPER_REFRESH,
                                                      .name = STR("main"),
                                                      .by_hand = true },
                           wake, NULL));
    EXPECT_LINE("new tokens saved", " account=main ", " why=asked ");
}

static void one_that_nobody_waits_for(void **state)
{
    struct desk *desk = *state;

    begin_reading();
    keeper_look(desk->keeper);
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    desk_until_count(desk, SCRIPT_WRITE, 1);
    (void)desk_answer(desk,
                      desk_tell_refused(desk, KEEPER_REFRESH, "old-access"));
    EXPECT_LINE("new tokens saved", " account=main ", " why=expired ");
}

static void one_that_has_to_wait(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    begin_reading();
    desk_token_call(desk);
    desk_reply(desk, "429 Too Many Requests\r\nretry-after: 60", "{}");
    assert_int_equal(desk_answer(desk, wait), ERR_OAUTH);
    EXPECT_LINE("the token could not be refreshed", " account=main ",
                " why=expired ", " next_try_s=60 ", " error=\"");
}

static void one_that_is_refused_for_good(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    begin_reading();
    desk_token_call(desk);
    desk_reply(desk, "400 Bad Request", "{\"error\":\"invalid_grant\"}");
    assert_int_equal(desk_answer(desk, wait), ERR_LOGIN_REQUIRED);
    EXPECT_LINE("the token was refused for good", " account=main ",
                " why=expired ", "claude-relay login main");
}

/* At level debug alone. */
static void its_steps_are_for_debugging(void **state)
{
    static const char *const steps[] = { "locking", "reading", "reserving",
                                         "asking", "saving" };
    struct desk *desk = *state;
    char *text;

    begin_reading();
    (void)log_change_level(LOG_DEBUG);
    renew(desk, desk_ask(desk, KEEPER_REFRESH, NULL));
    (void)log_change_level(LOG_INFO);
    log_flush();
    text = unit_capture_end(&capture);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        char part[40];

        (void)snprintf(part, sizeof(part), " step=%s\n", steps[i]);
        unit_assert_part(text, part);
    }
    assert_null(strstr(text, "-access"));
    mem_free(text);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(one_that_expired),
        ROW(one_that_was_refused),
        ROW(one_that_a_person_asked_for),
        ROW(one_that_nobody_waits_for),
        ROW(one_that_has_to_wait),
        ROW(one_that_is_refused_for_good),
        ROW(its_steps_are_for_debugging),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
