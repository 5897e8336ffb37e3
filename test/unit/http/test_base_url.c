// SPDX-License-Identifier: MIT
/* Paths under any base URL. */
#include "http/base_url.h"

#include "base/macros.h"
#include "unit.h"

static const struct {
    const char *path;
    const char *rest;
} paths[] = {
    { "/v1/me", "/v1/me" },
    { "/api/v1/me", "/v1/me" },
    { "/v1/v1/me", "/v1/me" },
    { "/api/v1/v1/me", "/v1/me" },
    { "//api//v1//v1/me", "/v1/me" },
    { "//v1/me", "/v1/me" },
    { "/me", "/me" },
    { "/v1", "/v1" },
    { "/v1/v1", "/v1/v1" },
    { "/v1/v1me", "/v1/v1me" },
    { "/apiary/v1/me", "/apiary/v1/me" },
    { "/api", "" },
    { "/", "/" },
    { "", "" },
};

static void a_path_is_the_same_under_any_base_url(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        unit_assert_str(base_url_rest(str_of(paths[i].path)), paths[i].rest);
}

static void only_a_whole_segment_is_dropped(void **state)
{
    struct str path = STR("/api//x");

    (void)state;
    assert_false(base_url_drop(&path, STR("/ap")));
    unit_assert_str(path, "/api//x");
    assert_true(base_url_drop(&path, STR("/api")));
    unit_assert_str(path, "/x");
    unit_assert_str(base_url_single_slash(STR("///x")), "/x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_the_same_under_any_base_url),
        cmocka_unit_test(only_a_whole_segment_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
