// SPDX-License-Identifier: MIT
/* URLs of APIs: what stands in front of /v1 counts, and nothing goes unsealed through a
   network. */
#include "config/api_url.h"

#include "unit.h"

static const struct {
    const char *text;
    const char *prefix; /* NULL: refused */
    const char *why;
} cases[] = {
    { "https://h", "", NULL },
    { "https://h/", "", NULL },
    { "https://h/v1", "", NULL },
    { "https://h/v1/messages/", "", NULL },
    { "https://h/base", "/base", NULL },
    { "https://h/base/v1", "/base", NULL },
    { "https://h/base//v1/messages", "/base", NULL },
    { "https://h/v1/base", "/v1/base", NULL },
    { "https://h/xv1", "/xv1", NULL },
    { "http://127.0.0.1:9/base", "/base", NULL },
    { "http://[::1]:9", "", NULL },
    { "http://gateway.example", NULL, "must be https://" },
    { "http://10.0.0.1", NULL, "http:// is for loopback only" },
    { "https://user:secret@h", NULL, "without user, query or fragment" },
    { "https://h?key=secret", NULL, "without user, query or fragment" },
    { "h", NULL, "must be http" },
    { "", NULL, "must be http" },
};

static void only_what_stands_in_front_counts(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct url url;
        struct err err;
        bool fine = api_url_parse(arena, str_of(cases[i].text), &url, &err);

        if (fine != (cases[i].prefix != NULL))
            fail_msg("\"%s\"", cases[i].text);
        if (fine) {
            unit_assert_str(url.prefix, cases[i].prefix);
        } else {
            unit_assert_part(err.text, cases[i].why);
            assert_null(strstr(err.text, "secret"));
        }
    }
    arena_free(arena);
}

static void a_checked_one_keeps_its_path(void **state)
{
    struct arena *arena = arena_new();
    struct url url;
    struct err err;

    (void)state;
    assert_true(
        api_url_check(arena, STR("https://h/v1/oauth/token"), &url, &err));
    unit_assert_str(url.prefix, "/v1/oauth/token");
    assert_false(api_url_check(arena, STR("http://h/v1"), &url, &err));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_stands_in_front_counts),
        cmocka_unit_test(a_checked_one_keeps_its_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
