// SPDX-License-Identifier: MIT
/* Server-sent events, cut anywhere. */
#include "app/top_events.h"

#include <string.h>

#include "base/mem.h"
#include "unit.h"

static struct top_events events;
static struct buf got;

static void note(void *arg, struct str name, struct str data)
{
    (void)arg;
    buf_printf(&got, "[" STR_FMT "|" STR_FMT "]", STR_ARG(name), STR_ARG(data));
}

static int set_up(void **state)
{
    (void)state;
    buf_init(&got, 65536);
    top_events_init(&events, note, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    top_events_done(&events);
    buf_done(&got);
    return 0;
}

#define STREAM                                                                 \
    "retry: 2000\n\nevent: figures\ndata: {\"a\":1}\n\n"                       \
    ": listening\n\nevent:running\ndata:[]\r\n\r\nevent: x\n\n"                \
    "data: nameless\n\nevent: late\ndata: 1"
#define WANT "[figures|{\"a\":1}][running|[]]"

static void events_are_told_when_they_are_complete(void **state)
{
    (void)state;
    top_events_feed(&events, STR(STREAM));
    unit_assert_str(buf_str(&got), WANT);
    top_events_feed(&events, STR("2\n\n"));
    unit_assert_str(buf_str(&got), WANT "[late|12]");
}

static void they_may_be_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(STREAM) - 1; i++)
        top_events_feed(&events, (struct str){ &STREAM[i], 1 });
    unit_assert_str(buf_str(&got), WANT);
}

static void one_that_is_too_long_is_left_out(void **state)
{
    char *much = mem_alloc(TOP_EVENT_MAX);

    (void)state;
    memset(much, 'x', TOP_EVENT_MAX);
    top_events_feed(&events, STR("event: a\ndata: "));
    top_events_feed(&events, (struct str){ much, TOP_EVENT_MAX });
    top_events_feed(&events, STR("\n\nevent: b\ndata: 1\n\n"));
    unit_assert_str(buf_str(&got), "[b|1]");
    mem_free(much);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(events_are_told_when_they_are_complete),
        TEST(they_may_be_cut_anywhere),
        TEST(one_that_is_too_long_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
