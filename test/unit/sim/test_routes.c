// SPDX-License-Identifier: MIT
/* Finding endpoints. */
#include "sim/routes.h"

#include "base/macros.h"
#include "unit.h"

static const struct {
    const char *method;
    const char *path;
    const char *route; /* NULL: none */
    const char *param;
} cases[] = {
    { "POST", "/v1/messages", "/v1/messages", "" },
    { "GET", "/v1/messages", NULL, "" },
    { "POST", "/v1/messages/", NULL, "" },
    { "POST", "/v1/messages/batches", "/v1/messages/batches", "" },
    { "GET", "/v1/messages/batches/b1", "/v1/messages/batches/:", "b1" },
    { "GET", "/v1/messages/batches/b1/results",
      "/v1/messages/batches/:/results", "b1" },
    { "GET", "/v1/messages/batches/b1/nothing", NULL, "" },
    { "GET", "/v1/models/claude-x", "/v1/models/:", "claude-x" },
    { "HEAD", "/v1/models", "/v1/models", "" },
    { "HEAD", "/", "/", "" },
    { "POST", "/", NULL, "" },
    { "GET", "/v1", NULL, "" },
    { "DELETE", "/sim/faults", "/sim/faults", "" },
};

static void endpoints_are_found_by_method_and_path(void **state)
{
    struct str param;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct route *route =
            route_find(str_of(cases[i].method), str_of(cases[i].path), &param);

        if ((route != NULL) != (cases[i].route != NULL))
            fail_msg("%s %s", cases[i].method, cases[i].path);
        if (!route)
            continue;
        unit_assert_str(route->row.pattern, cases[i].route);
        unit_assert_str(param, cases[i].param);
    }
}

static void a_path_is_known_whatever_the_method(void **state)
{
    (void)state;
    assert_true(route_has_path(STR("/v1/messages")));
    assert_true(route_has_path(STR("/v1/files/x/content")));
    assert_false(route_has_path(STR("/v1/nothing")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endpoints_are_found_by_method_and_path),
        cmocka_unit_test(a_path_is_known_whatever_the_method),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
