// SPDX-License-Identifier: MIT
/* What people read, and what programs do. */
#include "notify/event.h"

#include <string.h>

#include "unit.h"

#define AT_MS 1795900000000u /* 2026-11-28T21:06:40Z */

static const struct {
    struct event event;
    const char *begun;
    const char *next;
    const char *over;
} texts[] = {
    { { .kind = EVENT_LOGIN_REQUIRED,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .why = "invalid_grant" },
      "Account \"main\" has to sign in again: invalid_grant.",
      "Run `claude-relay login main`.",
      "Account \"main\" no longer has to sign in." },
    { { .kind = EVENT_LOGIN_REQUIRED,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "console",
        .has_key = true },
      "Account \"console\" needs another API key.",
      "Run `claude-relay account set console --api-key -`, and enter another "
      "key.",
      "Account \"console\" no longer needs another API key." },
    { { .kind = EVENT_BLOCKED,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .why = "the credit is used up" },
      "The provider refuses account \"main\": the credit is used up.",
      "Look after it at the provider, then run `claude-relay account clear "
      "main`.",
      "Account \"main\" is no longer blocked." },
    { { .kind = EVENT_UNUSABLE,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .why = "no JSON" },
      "Account \"main\" cannot serve: no JSON.",
      "Run `claude-relay account list` to see why.",
      "Account \"main\" can be used again." },
    { { .kind = EVENT_WINDOW_80,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .part = "5h",
        .used_ppm = 839999,
        .until_ms = AT_MS },
      "Account \"main\" has used 83 % of its window 5h; it begins anew at "
      "2026-11-28T21:06:40.000Z.",
      "",
      "The window 5h of account \"main\" has room again." },
    { { .kind = EVENT_WINDOW_EXHAUSTED,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .part = "7d" },
      "Account \"main\" has used up its window 7d.",
      "",
      "The window 7d of account \"main\" has room again." },
    { { .kind = EVENT_ACCOUNTS_PAUSED,
        .about = EVENT_ABOUT_ACCOUNTS,
        .subject = "all",
        .until_ms = AT_MS },
      "No account can serve: requests are refused; the first one is back at "
      "2026-11-28T21:06:40.000Z.",
      "Run `claude-relay account list` to see why.",
      "An account can serve again." },
    { { .kind = EVENT_ACCOUNTS_PAUSED,
        .about = EVENT_ABOUT_ACCOUNTS,
        .subject = "pool" },
      "No account of the pool can serve: requests are refused.",
      "Run `claude-relay account list` to see why.",
      "An account of the pool can serve again." },
    { { .kind = EVENT_BUDGET_80,
        .about = EVENT_ABOUT_KEY,
        .subject = "alice",
        .number = 12,
        .part = "cost_day",
        .used_ppm = 812000,
        .used = 8120000,
        .limit = 10000000,
        .until_ms = AT_MS },
      "Key \"alice\" has used $8.12 of $10.00 a day (cost_day, 81 %); "
      "something is free again at 2026-11-28T21:06:40.000Z.",
      "To allow more, run `claude-relay key edit 12 --limit cost_day=...`.",
      "The budget cost_day of key \"alice\" has room again." },
    { { .kind = EVENT_BUDGET_100,
        .about = EVENT_ABOUT_GROUP,
        .subject = "interns",
        .number = 3,
        .part = "rpd",
        .used_ppm = 1000000,
        .used = 1200,
        .limit = 1200 },
      "Group \"interns\" has used 1,200 of 1,200 requests a day (rpd, 100 %): "
      "requests are refused.",
      "To allow more, run `claude-relay key group edit 3 --limit rpd=...`.",
      "The budget rpd of group \"interns\" has room again." },
    { { .kind = EVENT_TOKEN_UNSAVED,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .why = "no space left on device" },
      "The new tokens of account \"main\" are in use but cannot be saved: no "
      "space left on device.",
      "Look at the disk that the data folder is on, and do not stop the relay "
      "before it is over.",
      "The new tokens of account \"main\" are saved." },
    { { .kind = EVENT_BOOKINGS_UNSAVED, .about = EVENT_ABOUT_RELAY, .used = 7 },
      "7 bookings wait to be saved, and cannot be.",
      "Look at the disk that the data folder is on, and do not stop the relay "
      "before it is over.",
      "Bookings are saved again." },
    { { .kind = EVENT_TEST, .about = EVENT_ABOUT_RELAY },
      "This is a test: notices arrive.",
      "",
      "." },
};

static void check(void (*say)(const struct event *event, enum event_end end,
                              struct buf *out),
                  const struct event *event, enum event_end end,
                  const char *want)
{
    struct buf text;

    buf_init(&text, EVENT_TEXT_MAX);
    say(event, end, &text);
    unit_assert_str(buf_str(&text), want);
    buf_done(&text);
}

static void people_read_what_is_and_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        check(event_say, &texts[i].event, EVENT_HOLDS, texts[i].begun);
        check(event_say_next, &texts[i].event, EVENT_HOLDS, texts[i].next);
        check(event_say, &texts[i].event, EVENT_MENDED, texts[i].over);
        check(event_say_next, &texts[i].event, EVENT_MENDED, "");
    }
}

static const struct {
    struct event event;
    enum event_end end;
    const char *text;
} gone[] = {
    { { .kind = EVENT_BLOCKED,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main" },
      EVENT_SWITCHED_OFF,
      "Account \"main\" was switched off; no longer watched: Account is "
      "blocked." },
    { { .kind = EVENT_WINDOW_80,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .part = "5h" },
      EVENT_REMOVED,
      "Account \"main\" was removed; no longer watched: Window is 80 % used "
      "(5h)." },
    { { .kind = EVENT_ACCOUNTS_PAUSED,
        .about = EVENT_ABOUT_ACCOUNTS,
        .subject = "all" },
      EVENT_SWITCHED_OFF,
      "Every account is switched off: none can serve." },
    { { .kind = EVENT_ACCOUNTS_PAUSED,
        .about = EVENT_ABOUT_ACCOUNTS,
        .subject = "pool" },
      EVENT_REMOVED,
      "There is no account in the pool any more: none can serve." },
    { { .kind = EVENT_BUDGET_100,
        .about = EVENT_ABOUT_KEY,
        .subject = "alice",
        .part = "rpd" },
      EVENT_EXPIRED,
      "Key \"alice\" has expired; no longer watched: Budget is used up "
      "(rpd)." },
    { { .kind = EVENT_BUDGET_80,
        .about = EVENT_ABOUT_GROUP,
        .subject = "interns",
        .part = "rpd" },
      EVENT_REMOVED,
      "Group \"interns\" was removed; no longer watched: Budget is 80 % used "
      "(rpd)." },
};

static void nobody_reads_that_what_is_not_looked_at_is_mended(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(gone); i++) {
        check(event_say, &gone[i].event, gone[i].end, gone[i].text);
        check(event_say_next, &gone[i].event, gone[i].end, "");
    }
}

/* The longest names and reasons still leave a sentence. */
static void long_ones_fit(void **state)
{
    struct event event = { .kind = EVENT_TOKEN_UNSAVED,
                           .about = EVENT_ABOUT_ACCOUNT };
    struct buf text;

    (void)state;
    memset(event.subject, 's', EVENT_SUBJECT_MAX);
    memset(event.why, 'w', EVENT_WHY_MAX - 1);
    buf_init(&text, EVENT_TEXT_MAX);
    event_say(&event, EVENT_HOLDS, &text);
    assert_true(str_contains(buf_str(&text), str_of(event.why)));
    buf_done(&text);
}

static const struct {
    struct event event;
    enum event_end end;
    const char *doc;
} docs[] = {
    { { .kind = EVENT_WINDOW_80,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .part = "5h",
        .used_ppm = 830000,
        .since_ms = AT_MS,
        .until_ms = AT_MS + 1000 },
      EVENT_HOLDS,
      "{\"event\":\"window_80\",\"id\":\"window:main:5h\",\"state\":\"begun\","
      "\"account\":\"main\",\"window\":\"5h\",\"used_ppm\":830000,\"since\":"
      "\"2026-11-28T21:06:40.000Z\",\"until\":\"2026-11-28T21:06:41.000Z\","
      "\"message\":\"Account \\\"main\\\" has used 83 % of its window 5h; it "
      "begins anew at 2026-11-28T21:06:41.000Z.\",\"at\":"
      "\"2026-11-28T21:06:42.000Z\",\"node\":\"n1\",\"version\":"
      "\"" RELAY_VERSION "\"}" },
    { { .kind = EVENT_BUDGET_100,
        .about = EVENT_ABOUT_KEY,
        .subject = "alice",
        .number = 12,
        .part = "cost_day",
        .used_ppm = 1020000,
        .used = 10200000,
        .limit = 10000000,
        .since_ms = AT_MS,
        .until_ms = AT_MS },
      EVENT_SWITCHED_OFF,
      "{\"event\":\"budget_100\",\"id\":\"budget:key:12:cost_day\",\"state\":"
      "\"over\",\"reason\":\"switched_off\",\"key\":\"alice\",\"number\":12,\"limit_name\":\"cost_day\","
      "\"used_ppm\":1020000,\"used\":10.2,\"limit\":10,\"since\":"
      "\"2026-11-28T21:06:40.000Z\",\"message\":\"Key \\\"alice\\\" was "
      "switched off; no longer watched: Budget is used up (cost_day).\",\"at\":\"2026-11-28T21:06:42.000Z\","
      "\"node\":\"n1\",\"version\":\"" RELAY_VERSION "\"}" },
    { { .kind = EVENT_TEST, .about = EVENT_ABOUT_RELAY },
      EVENT_HOLDS,
      "{\"event\":\"test\",\"id\":\"test\",\"state\":\"begun\",\"message\":"
      "\"This is a test: notices arrive.\",\"at\":\"2026-11-28T21:06:42.000Z\","
      "\"node\":\"n1\",\"version\":\"" RELAY_VERSION "\"}" },
};

static void programs_read_members(void **state)
{
    const struct event_moment moment = { AT_MS + 2000, "n1" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(docs); i++) {
        struct json_doc *doc = event_doc(&docs[i].event, docs[i].end, &moment);
        struct buf text;

        buf_init(&text, 4096);
        assert_true(json_doc_write(doc, false, &text));
        unit_assert_str(buf_str(&text), docs[i].doc);
        buf_done(&text);
        json_doc_free(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_read_what_is_and_what_to_do),
        cmocka_unit_test(nobody_reads_that_what_is_not_looked_at_is_mended),
        cmocka_unit_test(long_ones_fit),
        cmocka_unit_test(programs_read_members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
