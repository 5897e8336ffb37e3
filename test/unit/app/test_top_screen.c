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
        "ACCOUNT  STATE  RUNNING  5 H, RESET                  7 D, RESET\n"
        "main     ready      2/4  [########..]  84 %, 2:12 h  -\n"
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

#define TWO_WINDOWS                                                            \
    "\"windows\":[{\"name\":\"5h\",\"used_ppm\":840000,"                       \
    "\"resets_at\":\"2026-11-30T02:12:00Z\"},{\"name\":\"7d\","                \
    "\"used_ppm\":60000,\"resets_at\":\"2026-12-06T02:12:00Z\"}]"

static void draw_accounts(struct buf *out, size_t width, const char *list)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(list), &err);
    struct top_view view = { .accounts = doc,
                             .now_ms = 1795996800000,
                             .width = width };

    assert_non_null(doc);
    buf_init(out, TOP_SCREEN_MAX);
    top_screen(out, &view);
    json_doc_free(doc);
}

static void bars_go_before_why_does(void **state)
{
    struct buf out;

    (void)state;
    draw_accounts(&out, 80,
                  "{\"accounts\":[{\"account\":\"main\",\"state\":\"ready\","
                  "\"why\":null,\"in_flight\":2," TWO_WINDOWS
                  "},{\"account\":\"lin\",\"state\":\"paused\","
                  "\"until\":\"2026-11-30T00:57:00Z\",\"in_flight\":0,"
                  "\"why\":\"the provider says that its limit of five hours "
                  "is used up\"," TWO_WINDOWS "}]}");
    unit_assert_has(
        buf_str(&out),
        "ACCOUNT  STATE           RUNNING  5 H, RESET    7 D, RESET  WHY\n"
        "main     ready                 2  84 %, 2:12 h  6 %, 6 d    -\n"
        "lin      paused, 57 min        0  84 %, 2:12 h  6 %, 6 d    the "
        "provider says t…\n");
    buf_done(&out);
}

static void there_is_no_why_where_none_has_one(void **state)
{
    struct buf out;

    (void)state;
    draw_accounts(&out, 80,
                  "{\"accounts\":[{\"account\":\"main\",\"state\":\"ready\","
                  "\"why\":null,\"in_flight\":2," TWO_WINDOWS "}]}");
    unit_assert_has(buf_str(&out),
                    "main     ready        2  [########..]  84 %, 2:12 h  "
                    "[#.........]   6 %, 6 d\n");
    buf_done(&out);
}

static void windows_that_none_has_take_no_room(void **state)
{
    struct buf out;

    (void)state;
    draw_accounts(&out, 64,
                  "{\"accounts\":[{\"account\":\"main\",\"state\":\"paused\","
                  "\"why\":\"it is needed for something else today\","
                  "\"in_flight\":0,\"windows\":[]}]}");
    unit_assert_has(
        buf_str(&out),
        "ACCOUNT  STATE   RUNNING  WHY\n"
        "main     paused        0  it is needed for something else today\n");
    buf_done(&out);
}

static void accounts_that_are_not_shown_are_counted(void **state)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(
        STR("{\"accounts\":[{\"account\":\"a\"},{\"account\":\"b\"},"
            "{\"account\":\"c\"}]}"),
        &err);
    struct top_view view = { .accounts = doc, .width = 40, .height = 10 };
    struct buf out;

    (void)state;
    buf_init(&out, TOP_SCREEN_MAX);
    top_screen(&out, &view);
    unit_assert_has(buf_str(&out), "a        -            0\nand 2 more\n");
    buf_done(&out);
    json_doc_free(doc);
}

#define LONG_MESSAGE                                                           \
    "{\"items\":[{\"severity\":\"bad\",\"since\":\"2026-11-29T23:02:00Z\","    \
    "\"message\":\"Account \\\"lin\\\" has to sign in again: the token "       \
    "endpoint refused the refresh token, and has said so for a long time\"},"  \
    "{\"severity\":\"warn\",\"since\":\"2026-11-30T00:00:00Z\","               \
    "\"message\":\"The window 5h has no room; it begins anew at "              \
    "2026-11-30T00:57:00.000Z.\"}]}"

static void draw_attention(struct buf *out, size_t width, size_t height)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(STR(LONG_MESSAGE), &err);
    struct top_view view = { .attention = doc,
                             .now_ms = 1795996800000,
                             .width = width,
                             .height = height };

    assert_non_null(doc);
    buf_init(out, TOP_SCREEN_MAX);
    top_screen(out, &view);
    json_doc_free(doc);
}

static void what_needs_attention_is_not_cut(void **state)
{
    struct buf out;

    (void)state;
    draw_attention(&out, 80, 24);
    unit_assert_has(
        buf_str(&out),
        "! Account \"lin\" has to sign in again: the token endpoint refused the "
        "refresh\n"
        "  token, and has said so for a long time (since 2026-11-29 23:02 "
        "UTC)\n"
        "* The window 5h has no room; it begins anew in 57 min (since 00:00 "
        "UTC)\n");
    buf_done(&out);
}

/* There is one line more than one for each. */
static void or_is_seen_to_be(void **state)
{
    struct buf out;

    (void)state;
    draw_attention(&out, 40, 10);
    unit_assert_has(buf_str(&out),
                    "! Account \"lin\" has to sign in again:\n"
                    "  the token endpoint refused the refres…\n"
                    "* The window 5h has no room; it begins …\n");
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
        TEST(bars_go_before_why_does),
        TEST(windows_that_none_has_take_no_room),
        TEST(accounts_that_are_not_shown_are_counted),
        TEST(there_is_no_why_where_none_has_one),
        TEST(what_needs_attention_is_not_cut),
        TEST(or_is_seen_to_be),
        TEST(it_fits_into_any_terminal),
        TEST(nothing_but_our_own_escapes),
        TEST(before_anything_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
