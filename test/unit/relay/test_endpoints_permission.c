// SPDX-License-Identifier: MIT
/* What a key must allow for a path, by any method and under any base URL. */
#include "base/macros.h"
#include "relay/endpoints.h"
#include "unit.h"

static const char *const methods[] = { "GET", "HEAD",  "POST",
                                       "PUT", "PATCH", "DELETE" };
static const char *const bases[] = { "", "/", "/api", "/v1", "/api//v1//" };

static void each_path_has_its_permission(void **state)
{
    static const struct {
        const char *method;
        const char *path;
        enum key_call call;
    } rows[] = {
        { "POST", "/v1/messages", KEY_MESSAGES },
        { "POST", "/v1/messages/count_tokens", KEY_MESSAGES },
        { "POST", "/v1/complete", KEY_MESSAGES },
        { "GET", "/v1/models", KEY_MESSAGES },
        { "GET", "/v1/models/claude-x", KEY_MESSAGES },
        { "POST", "/v1/messages/batches", KEY_BATCHES },
        { "GET", "/v1/messages/batches", KEY_BATCHES },
        { "GET", "/v1/messages/batches/b1", KEY_BATCHES },
        { "DELETE", "/v1/messages/batches/b1", KEY_BATCHES },
        { "POST", "/v1/messages/batches/b1/cancel", KEY_BATCHES },
        { "GET", "/v1/messages/batches/b1/results", KEY_BATCHES },
        { "POST", "/v1/files", KEY_FILES },
        { "GET", "/v1/files/f", KEY_FILES },
        { "GET", "/v1/files/f/content", KEY_FILES },
        { "DELETE", "/v1/files/f", KEY_FILES },
        { "POST", "/v1/messages/other", KEY_OTHER },
        { "GET", "/v1/models/claude-x/y", KEY_OTHER },
        { "GET", "/v1/modelsx", KEY_OTHER },
        { "GET", "/v1/filesystem", KEY_OTHER },
        { "POST", "/v1/messages/batchesx", KEY_OTHER },
        { "POST", "/v1/skills", KEY_OTHER },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str method = str_of(rows[i].method);
        struct str path = str_of(rows[i].path);
        const struct endpoint *endpoint = endpoints_find(method, path);

        if (!endpoint)
            endpoint = endpoints_open(method, path);
        assert_non_null(endpoint);
        if (endpoint->call != rows[i].call)
            fail_msg("%s %s: %u", rows[i].method, rows[i].path, endpoint->call);
    }
}

static const struct endpoint *any_row(struct arena *arena, const char *method,
                                      struct str asked)
{
    struct str path = endpoints_upstream_path(arena, asked);
    const struct endpoint *row = endpoints_find(str_of(method), path);

    return row ? row : endpoints_open(str_of(method), path);
}

/* A method that no row has must not open by another permission what its path is
   for. */
static void the_permission_follows_the_path(void **state)
{
    static const struct {
        const char *path;
        enum key_call call;
    } rows[] = {
        { "/v1/messages", KEY_MESSAGES },
        { "/v1/messages/count_tokens", KEY_MESSAGES },
        { "/v1/complete", KEY_MESSAGES },
        { "/v1/models", KEY_MESSAGES },
        { "/v1/models/claude-x", KEY_MESSAGES },
        { "/v1/messages/batches", KEY_BATCHES },
        { "/v1/messages/batches/b", KEY_BATCHES },
        { "/v1/messages/batches/b/cancel", KEY_BATCHES },
        { "/v1/messages/batches/b/results", KEY_BATCHES },
        { "/v1/messages/batches/b/other/x", KEY_BATCHES },
        { "/v1/files", KEY_FILES },
        { "/v1/files/f", KEY_FILES },
        { "/v1/files/f/content", KEY_FILES },
        { "/v1/files/f/copies/c", KEY_FILES },
        { "/v1/skills/files", KEY_OTHER },
        { "/v1/skills/s/messages/batches", KEY_OTHER },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows) * COUNT_OF(bases); i++) {
        struct arena *arena = arena_new();
        struct str asked =
            arena_printf(arena, "%s%s", bases[i / COUNT_OF(rows)],
                         rows[i % COUNT_OF(rows)].path);

        for (size_t j = 0; j < COUNT_OF(methods); j++) {
            const struct endpoint *row = any_row(arena, methods[j], asked);

            assert_non_null(row);
            if (row->call != rows[i % COUNT_OF(rows)].call)
                fail_msg("%s " STR_FMT ": %u", methods[j], STR_ARG(asked),
                         row->call);
        }
        arena_free(arena);
    }
}

/* Rules about models: whoever may send a batch in pieces, may send a batch. */
static void models_are_looked_for_by_the_path(void **state)
{
    static const struct {
        const char *method;
        const char *path;
        enum endpoint_model model;
    } rows[] = {
        { "PUT", "/v1/messages/batches", ENDPOINT_MODEL_EACH },
        { "PATCH", "/v1/messages/batches/b", ENDPOINT_MODEL_EACH },
        { "POST", "/v1/messages/batches/b/requests", ENDPOINT_MODEL_EACH },
        { "HEAD", "/v1/messages/batches/b", ENDPOINT_MODEL_NONE },
        { "GET", "/v1/messages/batches/b/other", ENDPOINT_MODEL_NONE },
        { "PUT", "/v1/files/f", ENDPOINT_MODEL_NONE },
        { "PUT", "/v1/messages", ENDPOINT_MODEL_PERHAPS },
        { "POST", "/v1/skills", ENDPOINT_MODEL_PERHAPS },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();

        assert_int_equal(
            any_row(arena, rows[i].method, str_of(rows[i].path))->model,
            rows[i].model);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_has_its_permission),
        cmocka_unit_test(the_permission_follows_the_path),
        cmocka_unit_test(models_are_looked_for_by_the_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
