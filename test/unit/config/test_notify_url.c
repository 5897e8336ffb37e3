// SPDX-License-Identifier: MIT
/* Where notices go: what may be said, and that nothing of it is repeated. */
#include "config/notify_url.h"

#include <string.h>

#include "unit.h"

#define BOT "https://api.telegram.org/bot1:CANARY/sendMessage"

static const struct {
    const char *text;
    enum notify_format format;
    const char *host; /* NULL: refused */
    uint16_t port;
    const char *target;
    const char *chat;
} urls[] = {
    { "https://hooks.example/a/CANARY", NOTIFY_SLACK, "hooks.example", 443,
      "/a/CANARY", "" },
    { "https://hooks.example/a/", NOTIFY_JSON, "hooks.example", 443, "/a/",
      "" },
    { "https://hooks.example", NOTIFY_JSON, "hooks.example", 443, "/", "" },
    { "https://hooks.example:8443?key=CANARY", NOTIFY_WECOM, "hooks.example",
      8443, "/?key=CANARY", "" },
    { "https://hooks.example/a?next=http://x/y?z", NOTIFY_JSON, "hooks.example",
      443, "/a?next=http://x/y?z", "" },
    { "http://127.0.0.1:9/x", NOTIFY_JSON, "127.0.0.1", 9, "/x", "" },
    { "http://[::1]:9/x", NOTIFY_NTFY, "::1", 9, "/x", "" },
    { BOT "?chat_id=-100200", NOTIFY_TELEGRAM, "api.telegram.org", 443,
      "/bot1:CANARY/sendMessage", "-100200" },
    { BOT "?chat_id=%40ops&message_thread_id=7", NOTIFY_TELEGRAM,
      "api.telegram.org", 443, "/bot1:CANARY/sendMessage?message_thread_id=7",
      "@ops" },
    { BOT "?a=1&chat_id=5&b=2", NOTIFY_TELEGRAM, "api.telegram.org", 443,
      "/bot1:CANARY/sendMessage?a=1&b=2", "5" },
    { BOT "?chat_id=5", NOTIFY_JSON, "api.telegram.org", 443,
      "/bot1:CANARY/sendMessage?chat_id=5", "" },
    { BOT, NOTIFY_TELEGRAM, NULL, 0, NULL, NULL },
    { BOT "?chat_id=", NOTIFY_TELEGRAM, NULL, 0, NULL, NULL },
    { BOT "?chat_id=%zz", NOTIFY_TELEGRAM, NULL, 0, NULL, NULL },
    { "http://hooks.example/CANARY", NOTIFY_JSON, NULL, 0, NULL, NULL },
    { "https://user:CANARY@hooks.example/", NOTIFY_JSON, NULL, 0, NULL, NULL },
    { "https://hooks.example/CANARY#x", NOTIFY_JSON, NULL, 0, NULL, NULL },
    { "https://hooks.example/CAN ARY", NOTIFY_JSON, NULL, 0, NULL, NULL },
    { "https://hooks.example/CANARY\r\nx: y", NOTIFY_JSON, NULL, 0, NULL,
      NULL },
    { "https://hooks.example/\xc3\xa9", NOTIFY_JSON, NULL, 0, NULL, NULL },
    { "https:///CANARY", NOTIFY_JSON, NULL, 0, NULL, NULL },
    { "hooks.example/CANARY", NOTIFY_JSON, NULL, 0, NULL, NULL },
    { "CANARY", NOTIFY_JSON, NULL, 0, NULL, NULL },
    { "ftp://hooks.example/", NOTIFY_JSON, NULL, 0, NULL, NULL },
};

static void urls_are_taken_apart_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct arena *arena = arena_new();
        struct notify_url url;
        struct err err = { .text = "" };
        bool ok = notify_url_parse(arena, str_of(urls[i].text), urls[i].format,
                                   &url, &err);

        assert_int_equal(ok, urls[i].host != NULL);
        if (ok) {
            unit_assert_str(url.url.host, urls[i].host);
            assert_int_equal(url.url.port, urls[i].port);
            unit_assert_str(url.target, urls[i].target);
            unit_assert_str(url.chat, urls[i].chat);
        } else {
            assert_int_equal(err.code, ERR_CONFIG);
            assert_null(strstr(err.text, "CANARY"));
            assert_null(strstr(err.text, "hooks"));
            unit_assert_part(err.text, "https://");
        }
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_taken_apart_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
