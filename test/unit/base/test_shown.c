// SPDX-License-Identifier: MIT
/* Values in messages. */
#include "base/shown.h"

#include <string.h>

#include "base/macros.h"
#include "unit.h"

#define HIDDEN "(not shown)"
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static const struct {
    const char *text;
    const char *any;  /* NULL: as it is */
    const char *host; /* where a host belongs; NULL: as `any` */
} cases[] = {
    { "", NULL, NULL },
    { "80x", NULL, NULL },
    { "99999999999999999999", NULL, NULL },
    { "user:profile, user:inference", NULL, HIDDEN },
    { "2023-06-01", NULL, NULL },
    { "a-word-of-many-parts-without-digits", NULL, NULL },
    { "/var/lib/claude-relay", NULL, NULL },
    { "ftp://x", NULL, NULL },
    { "https://host:70000/", NULL, NULL },
    { "https://host:-1/v1/9d1c250ae61b44d988ed5944d1962f5e", NULL, NULL },
    { "https://h/t?token=canary#canary", "https://h/t?...", NULL },
    { "http://[::1]:80/", NULL, NULL },
    { "[::1]", NULL, NULL },
    { "fe80::1:2", NULL, NULL },
    { "proxy.example:1080", NULL, NULL },
    { "http://proxy.example:1080", NULL, NULL },
    { "http://u:canary@h:1", HIDDEN, NULL },
    { "u:canary@h", HIDDEN, NULL },
    { "canary@h", HIDDEN, NULL },
    { "http://u:canary", HIDDEN, NULL },
    { "http://[::1]:canary", HIDDEN, NULL },
    { "192.0.2.1:1080:user:canary", NULL, HIDDEN },
    { "proxy:1080:canary", NULL, HIDDEN },
    { "::1:canary!", NULL, HIDDEN },
    { "sk-ant-canary", HIDDEN, NULL },
    { KEY, HIDDEN, NULL },
    { "secret " KEY " of mine", HIDDEN, NULL },
};

static void passwords_and_keys_are_not_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *any = cases[i].any ? cases[i].any : cases[i].text;
        const char *host = cases[i].host ? cases[i].host : any;
        char out[SHOWN_MAX];

        assert_string_equal(shown(str_of(cases[i].text), out), any);
        assert_string_equal(shown_host(str_of(cases[i].text), out), host);
    }
}

static void a_long_text_is_cut(void **state)
{
    char text[1000];
    char out[SHOWN_MAX];

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_int_equal(strlen(shown((struct str){ text, sizeof(text) }, out)),
                     153);
    unit_assert_part(out, "xxx...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_and_keys_are_not_shown),
        cmocka_unit_test(a_long_text_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
