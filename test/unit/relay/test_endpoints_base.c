// SPDX-License-Identifier: MIT
/* Base URLs: what is left of them in a path, and what is asked of them alone. */
#include "relay/endpoints.h"

#include "base/macros.h"
#include "unit.h"

/* How a client's path may begin, by how its base URL ends. */
static const char *const bases[] = {
    "",    "/",    "//",     "/api",    "/api/",    "//api//",
    "/v1", "/v1/", "//v1//", "/api/v1", "/api/v1/", "/api//v1//",
};

/* Those that end in slashes behind the /v1, which the client leaves out. */
static const char *const v1_bases[] = {
    "/v1", "/v1/", "/v1//", "//v1/", "/api/v1/", "/v1//v1/", "/api//v1///",
};

static void slashes_behind_v1_count_as_one(void **state)
{
    static const char *const paths[] = { "/v1/messages", "/v1/skills/x",
                                         "/v1/models/a", "/v1/me" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(v1_bases) * COUNT_OF(paths); i++) {
        const char *path = paths[i / COUNT_OF(v1_bases)];
        struct arena *arena = arena_new();
        struct str asked =
            arena_printf(arena, "%s%s", v1_bases[i % COUNT_OF(v1_bases)],
                         path + 3);

        unit_assert_str(endpoints_upstream_path(arena, asked), path);
        arena_free(arena);
    }
}

static void a_base_url_is_probed_by_head_and_hello_by_get_too(void **state)
{
    static const char *const none[] = {
        "/hello",      "/v1/hello",      "/api/v1/hello",
        "/api/hello/", "/api/hello/x",   "/api/hellox",
        "/x",          "/health",        "/v1/messages",
        "/v1/models",  "/apix",          "/api/x",
        "/api/Hello",  "/api//hello/..", "/./api/hello",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bases); i++) {
        struct arena *arena = arena_new();
        struct str base = arena_printf(arena, "%s", bases[i]);
        struct str hello = arena_printf(arena, "%s/api/hello", bases[i]);

        assert_true(base.len == 0 || endpoints_is_probe(STR("HEAD"), base));
        assert_true(endpoints_is_probe(STR("HEAD"), hello));
        assert_true(endpoints_is_probe(STR("GET"), hello));
        assert_false(endpoints_is_probe(STR("GET"), base));
        assert_false(endpoints_is_probe(STR("head"), hello));
        assert_false(endpoints_is_probe(STR("POST"), hello));
        arena_free(arena);
    }
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        if (endpoints_is_probe(STR("HEAD"), str_of(none[i])) ||
            endpoints_is_probe(STR("GET"), str_of(none[i])))
            fail_msg("%s", none[i]);
    }
}

static void telemetry_is_recognised_under_every_base(void **state)
{
    static const char *const none[] = {
        "/event_logging/batch",        "/v1/event_logging/batch",
        "/api/v1/event_logging/batch", "/api/event_logging",
        "/api/event_logging/batch/",   "/api/event_logging/batches",
        "/api/event_logging/batch/x",  "/api",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bases); i++) {
        struct arena *arena = arena_new();
        struct str path =
            arena_printf(arena, "%s/api/event_logging/batch", bases[i]);

        assert_true(endpoints_is_telemetry(STR("POST"), path));
        assert_false(endpoints_is_telemetry(STR("GET"), path));
        assert_false(endpoints_is_telemetry(STR("HEAD"), path));
        arena_free(arena);
    }
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        if (endpoints_is_telemetry(STR("POST"), str_of(none[i])))
            fail_msg("%s", none[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slashes_behind_v1_count_as_one),
        cmocka_unit_test(a_base_url_is_probed_by_head_and_hello_by_get_too),
        cmocka_unit_test(telemetry_is_recognised_under_every_base),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
