// SPDX-License-Identifier: MIT
/* The relay at a glance fits into terminals of any size, and whatever others call
   something moves nothing there. */
#include "app/top_screen.h"

#include <string.h>

#include "base/err.h"
#include "base/glyph.h"
#include "unit.h"

static struct json_doc *docs[5];
enum { FIGURES, RUNNING, ACCOUNTS, ATTENTION, ENDED };

static const char *const texts[] = {
    [FIGURES] = "{\"version\":\"0.1.0\",\"uptime_s\":93784,\"keys\":1,"
                "\"in_flight\":3,\"requests_minute\":21,"
                "\"tokens_minute\":612345,\"cost_today_microusd\":4120000,"
                "\"requests_today\":1328,\"failed_hour_ppm\":3951,"
                "\"first_byte_p50_ms\":412,\"first_byte_p95_ms\":2180}",
    [RUNNING] = "{\"requests\":[{\"id\":\"req_relay_1\",\"key\":\"alice\","
                "\"account\":\"main\",\"model\":\"claude-sonnet-4-5\","
                "\"step\":\"answering\",\"age_ms\":5000,\"bytes_out\":9,"
                "\"attempts\":1,\"client\":\"\\u001b[2J\"}],\"more\":2}",
    [ACCOUNTS] = "{\"accounts\":[{\"account\":\"main\",\"state\":\"ready\","
                 "\"why\":null,\"in_flight\":2,\"concurrency\":4,\"windows\":["
                 "{\"name\":\"5h\",\"used_ppm\":840000,"
                 "\"resets_at\":\"2026-11-30T02:12:00Z\"},"
                 "{\"name\":\"7d\",\"used_ppm\":null,\"resets_at\":null}]}]}",
    [ATTENTION] = "{\"items\":[{\"severity\":\"bad\",\"message\":"
                  "\"Account \\\"lin\\\" has to sign in again\"},"
                  "{\"severity\":\"warn\",\"message\":\"b\"},"
                  "{\"severity\":\"warn\",\"message\":\"c\"},"
                  "{\"severity\":\"warn\",\"message\":\"d\"},"
                  "{\"severity\":\"warn\",\"message\":\"e\"},"
                  "{\"severity\":\"warn\",\"message\":\"f\"}],\"more\":0}",
    [ENDED] =
        "{\"ended_at\":\"2026-11-30T00:00:01.000Z\",\"key\":\"bob\","
        "\"account\":\"main\",\"model\":\"claude-opus-4-1\","
        "\"status\":200,\"end\":\"complete\",\"output_tokens\":12345,"
        "\"cost_microusd\":900,\"first_byte_ms\":3,\"duration_ms\":61000}",
};

static int set_up(void **state)
{
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(docs); i++) {
        docs[i] = json_doc_parse(str_of(texts[i]), &err);
        assert_non_null(docs[i]);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(docs); i++)
        json_doc_free(docs[i]);
    return 0;
}

static struct top_view view_of(size_t width, size_t height,
                               const struct json_doc *const *ended)
{
    return (struct top_view){ .figures = docs[FIGURES],
                              .running = docs[RUNNING],
                              .accounts = docs[ACCOUNTS],
                              .attention = docs[ATTENTION],
                              .ended = ended,
                              .ended_count = 3,
                              .now_ms = 1795996800000,
                              .width = width,
                              .height = height };
}

static void draw(struct buf *out, size_t width, size_t height, bool coloured)
{
    const struct json_doc *const ended[] = { docs[ENDED], docs[ENDED],
                                             docs[ENDED] };
    struct top_view view = view_of(width, height, ended);

    view.coloured = coloured;
    buf_init(out, TOP_SCREEN_MAX);
    top_screen(out, &view);
}

static void what_there_is_at_80_by_24(void **state)
{
    struct buf out;

    (void)state;
    draw(&out, 80, 24, false);
    unit_assert_str(
        buf_str(&out),
        "claude-relay 0.1.0   up 1 d 2 h   1 key   q quits\n"
        "\n"
        "RUNNING  REQUESTS/MIN  TOKENS/MIN  COST TODAY  FAILED, 1 H  FIRST "
        "BYTE  95 % BY\n"
        "      3            21       612 k       $4.12        0.4 %      412 "
        "ms    2.1 s\n"
        "\n"
        "! Account \"lin\" has to sign in again\n"
        "* b\n"
        "* c\n"
        "* d\n"
        "  and 2 more need attention\n"
        "\n"
        "ACCOUNT  STATE  RUNNING  5 H, RESET                  7 D, RESET  WHY\n"
        "main     ready      2/4  [########..]  84 %, 2:12 h  -           -\n"
        "\n"
        "  AGE  STEP       KEY    ACCOUNT  MODEL              BYTES  TRIES  "
        "CLIENT\n"
        "5.0 s  answering  alice  main     claude-sonnet-4-5      9      1   "
        "[2J\n"
        "and 2 more\n"
        "\n"
        "ENDED (UTC)  KEY  ACCOUNT  MODEL            STATUS  END          COST "
        " TOOK\n"
        "00:00:01     bob  main     claude-opus-4-1     200  complete  $0.0009 "
        " 1:01\n"
        "00:00:01     bob  main     claude-opus-4-1     200  complete  $0.0009 "
        " 1:01\n"
        "00:00:01     bob  main     claude-opus-4-1     200  complete  $0.0009 "
        " 1:01\n");
    buf_done(&out);
}

static void it_fits_into_any_terminal(void **state)
{
    (void)state;
    for (size_t width = 1; width <= 220; width += 3) {
        for (size_t height = 1; height <= 60; height++) {
            size_t lines = 0;
            struct str rest;
            struct str line;
            struct buf out;

            draw(&out, width, height, false);
            for (rest = buf_str(&out); str_next(&rest, '\n', &line); lines++)
                assert_true(glyph_width(line) <= width);
            assert_true(lines <= height);
            buf_done(&out);
        }
    }
}

static void nothing_but_our_own_escapes(void **state)
{
    struct buf out;

    (void)state;
    draw(&out, 200, 50, false);
    assert_false(str_contains(buf_str(&out), STR("\033")));
    buf_done(&out);
    draw(&out, 200, 50, true);
    assert_false(str_contains(buf_str(&out), STR("\033[2J")));
    assert_true(str_contains(buf_str(&out), STR("\033[31m! Account")));
    buf_done(&out);
}

static void before_anything_is_told(void **state)
{
    struct top_view view = { .width = 80,
                             .height = 24,
                             .trouble = "The relay tells nothing now: gone" };
    struct buf out;

    (void)state;
    buf_init(&out, TOP_SCREEN_MAX);
    top_screen(&out, &view);
    unit_assert_has(buf_str(&out), "The relay tells nothing now: gone\n");
    buf_done(&out);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_there_is_at_80_by_24),
        TEST(it_fits_into_any_terminal),
        TEST(nothing_but_our_own_escapes),
        TEST(before_anything_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
