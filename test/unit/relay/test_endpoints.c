// SPDX-License-Identifier: MIT
/* The endpoint table and its paths. */
#include "relay/endpoints.h"

#include "base/macros.h"
#include "unit.h"

#define MB (1024ull * 1024)
#define WHOLE ENDPOINT_BODY_WHOLE
#define STREAMED ENDPOINT_BODY_STREAMED

/* Anthropic's endpoints with their limits: what a client may use. */
static const struct {
    const char *method;
    const char *path;
    uint64_t body_max;
    enum endpoint_body body;
} endpoint_cases[] = {
    { "POST", "/v1/messages", 32 * MB, WHOLE },
    { "POST", "/v1/messages/count_tokens", 32 * MB, WHOLE },
    { "POST", "/v1/complete", 32 * MB, WHOLE },
    { "POST", "/v1/messages/batches", 256 * MB, ENDPOINT_BODY_SIZED },
    { "GET", "/v1/messages/batches", 32 * MB, WHOLE },
    { "GET", "/v1/messages/batches/msgbatch_01", 32 * MB, WHOLE },
    { "DELETE", "/v1/messages/batches/msgbatch_01", MB, WHOLE },
    { "POST", "/v1/messages/batches/msgbatch_01/cancel", MB, WHOLE },
    { "GET", "/v1/messages/batches/msgbatch_01/results", 32 * MB, WHOLE },
    { "POST", "/v1/files", 500 * MB, STREAMED },
    { "GET", "/v1/files", 32 * MB, WHOLE },
    { "GET", "/v1/files/file_01", 32 * MB, WHOLE },
    { "GET", "/v1/files/file_01/content", 32 * MB, WHOLE },
    { "DELETE", "/v1/files/file_01", MB, WHOLE },
    { "GET", "/v1/models", 32 * MB, WHOLE },
    { "GET", "/v1/models/claude-opus-4-1-20250805", 32 * MB, WHOLE },
};

/* How a client's path may begin, by how its base URL ends. */
static const char *const bases[] = {
    "",    "/",    "//",     "/api",    "/api/",    "//api//",
    "/v1", "/v1/", "//v1//", "/api/v1", "/api/v1/", "/api//v1//",
};

static const struct endpoint *find(struct arena *arena, const char *method,
                                   const char *base, const char *path)
{
    struct str asked = arena_printf(arena, "%s%s", base, path);
    struct str upstream = endpoints_upstream_path(arena, asked);
    const struct endpoint *row = endpoints_find(str_of(method), upstream);

    if (row)
        unit_assert_str(upstream, path);
    return row;
}

static void every_endpoint_is_found_under_every_base(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(endpoint_cases); i++) {
        for (size_t j = 0; j < COUNT_OF(bases); j++) {
            struct arena *arena = arena_new();
            const struct endpoint *row = find(arena, endpoint_cases[i].method,
                                              bases[j], endpoint_cases[i].path);

            if (!row)
                fail_msg("%s%s", bases[j], endpoint_cases[i].path);
            assert_int_equal(row->body_max, endpoint_cases[i].body_max);
            assert_int_equal(row->body, endpoint_cases[i].body);
            arena_free(arena);
        }
    }
}

static void answers_of_models_are_metered(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(endpoint_cases); i++) {
        struct str path = str_of(endpoint_cases[i].path);
        bool want = str_eq(path, STR("/v1/messages")) ||
                    str_eq(path, STR("/v1/complete"));

        assert_int_equal(
            endpoints_find(str_of(endpoint_cases[i].method), path)->metered,
            want);
    }
}

/* An id leads nowhere else, and passes as it was sent. */
static const struct {
    const char *id;
    bool fine;
} ids[] = {
    { "a", true },
    { "...", true },
    { ".a", true },
    { "a..b", true },
    { "claude-3.5@x:y;z", true },
    { "%41%20%25", true },
    { "%252f", true },
    { "%2", true },
    { "%", true },
    { "\xe4\xb8\xad", true },
    { "count_tokens", true },
    { "", false },
    { ".", false },
    { "..", false },
    { "a/b", false },
    { "a/", false },
    { "/a", false },
    { "%2f", false },
    { "a%2Fb", false },
    { "%2e", false },
    { "%2E%2e", false },
    { ".%2e", false },
    { "%2e.", false },
    { "..%2fmessages", false },
    { "%5c", false },
    { "a%5Cb", false },
    { "a\\b", false },
    { "../../v1/messages", false },
};

static void an_id_is_one_plain_segment(void **state)
{
    static const char *const before_after[][2] = {
        { "/v1/models/", "" },
        { "/v1/files/", "" },
        { "/v1/files/", "/content" },
        { "/v1/messages/batches/", "/results" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ids) * COUNT_OF(before_after); i++) {
        const char *const *around = before_after[i % COUNT_OF(before_after)];
        struct arena *arena = arena_new();
        struct str path =
            arena_printf(arena, "%s%s%s", around[0],
                         ids[i / COUNT_OF(before_after)].id, around[1]);

        if ((find(arena, "GET", "", path.at) != NULL) !=
            ids[i / COUNT_OF(before_after)].fine)
            fail_msg("%s", path.at);
        arena_free(arena);
    }
}

/* What does not pass, whatever the method. */
static const char *const refused[] = {
    "/",
    "//",
    "/v1",
    "/v1/",
    "/api",
    "/api/",
    "/health",
    "/oauth",
    "/oauth/token",
    "/api/oauth/accounts",
    "/messages/",
    "/messagesx",
    "/Messages",
    "/%6dessages",
    "/messages;x",
    "/skills",
    "/x/messages",
    "/v2/messages",
    "/v1/messages/",
    "/v1/models/",
    "/v1/models//",
    "/v1/messages/batches/",
    "/v1/messages/batches/x/",
    "/v1/messages/batches/x/cancel/",
    "/v1/skills/",
    "/v1//",
    "/v1//skills//x",
    "/v1//messages/",
    "/v1//../messages",
    "/v1//%6dessages",
    "/v1/messages//count_tokens",
    "/v1x/messages",
    "/xv1/messages",
    "/V1/messages",
    "/API/v1/messages",
    "/apiv1/messages",
    "/api/api/v1/messages",
    "/v1/./messages",
    "/v1/../v1/messages",
    "/v1/x/../messages",
    "/v1/skills/..",
    "/v1/skills/../messages",
    "/v1/skills/%2e%2e/messages",
    "/v1/skills/a%2Fb",
    "/v1/skills/a%5cb",
    "/v1/skills/a\\b",
    "/v1/..",
    "/./v1/messages",
    "/v1/%6dessages",
    "/v1/%6dessages/batches",
    "/v1%2fmessages",
    "/%761/messages",
    "/v1/messages%2fcount_tokens",
    "/v1/messages;x",
    /* marks around a name, and what ends one for some servers */
    "/v1/skills;x",
    "/v1/messages:",
    "/v1/messages+",
    "/v1/(messages)",
    "/v1/~messages",
    "/v1/.messages",
    "/v1/'Files'",
    "/v1/@v1",
    "/v1/messages/batches,",
    "/v1/messages/=batches",
    "/v1/messages/*BATCHES*/x",
    "/v1/files/x/content!",
    "/v1/a&b",
    "/v1/a%3Ab",
    /* names of rows in other spellings */
    "/v1/Messages",
    "/v1/FILES/x/copies",
    "/v1/messages.",
    "/v1/Messages/batches",
    "/v1/messages/%62atches",
    "/v1/messages/batche%73",
    "/v1/messages/%62atches/x",
    "/v1/messages/Batches",
    "/v1/messages/batches.",
    "/v1/messages/batches;x",
    "/v1/messages/batches%3Bx",
    "/v1/messages/batches%20",
    "/v1/messages/batches%00",
    "/v1/messages/%2562atches",
    "/v1/messages/count%5ftokens",
    "/v1/messages/count%5Ftokens",
    "/v1/messages/Count_Tokens",
    "/v1/messages/count_tokens/",
    "/v1/messages/count_tokens;x",
    "/v1/messages/count_tokens%",
    "/v1/messages//batches",
    "/v1/files/x/%63ontent",
    "/v1/files/x/Content",
    "/v1/messages/batches/x/%72esults",
    "/v1/%66iles",
    "/v1/%66iles/x",
    "/v1/%2566iles/x",
    "/v1/file%73/x/content",
    "/v1/files%2Fx",
    "/v1/files%00/x",
    "/v1/files;x/y",
    "/v1/files%20/x",
    "/v1/Files",
    "/v1/FILES/x",
    "/v1/files./x",
    "/v1/files/..",
    "/v1/files/x/..",
    "/v1/files/%2e%2e/skills",
    "/v1/fi\xef\xac\x81les",
    "/v1/messages/batches%2Fx",
    "/v1/messages/BATCHES/x/results",
    "/v1/messages%2Fbatches",
    "/v1/MESSAGES/batches/x",
    "/v1/x/../files",
    "/v1/skills/%2E%2E/files",
    "/%66iles",
    "/Files/x",
    "/api/v1/Files/x",
    "/v1/v1/%66iles/x",
    "/v1/v1/v1/messages",
    "/v1/v1/V1/messages/batches",
    "/messages/%62atches",
    "/api/v1/messages/%62atches",
    "/v1/v1/messages/%62atches",
    "/v1/messages\\",
    "\\v1\\messages",
    "v1/messages",
};

static const char *const known_methods[] = { "GET", "HEAD",  "POST",
                                             "PUT", "PATCH", "DELETE" };

static void other_paths_do_not_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct arena *arena = arena_new();
        struct str path = endpoints_upstream_path(arena, str_of(refused[i]));

        for (size_t j = 0; j < COUNT_OF(known_methods); j++) {
            struct str method = str_of(known_methods[j]);

            if (endpoints_find(method, path) || endpoints_open(method, path))
                fail_msg("%s %s", known_methods[j], refused[i]);
        }
        unit_assert_str(endpoints_allow(arena, path), "");
        arena_free(arena);
    }
}

static const char *const open_paths[] = {
    "/v1/skills",
    "/v1/skills/skill_01/versions/1759178010641129",
    "/v1/agents/a%20b/sessions/x:y;z",
    "/v1/organizations/usage_report/messages",
    "/v1/environments/\xe4\xb8\xad",
    "/v1/beta-things/1.5",
    "/v1/messages/other",
    "/v1/messages/batches/x/other",
    "/v1/messages/batches/x/results/y",
    "/v1/files/x/copies",
    "/v1/messagesx",
    "/v1/skills/%62atches",
    "/v1/skills:search",
    "/v1/agents@2",
    "/v1/~x",
    "/v1/a!$'()*+,=b",
    "/v1/~",
    "/v1/messages:x",
    "/v1/messages/a:b@c",
    "/v1/messages/batches:x",
    "/v1/files/x/copies:merge",
    "/v1/x",
};

/* The API is an open list: what comes next works on the day it appears. */
static void everything_below_v1_passes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(open_paths) * COUNT_OF(bases); i++) {
        const char *path = open_paths[i / COUNT_OF(bases)];
        struct arena *arena = arena_new();
        struct str asked =
            arena_printf(arena, "%s%s", bases[i % COUNT_OF(bases)], path);
        struct str upstream = endpoints_upstream_path(arena, asked);

        unit_assert_str(upstream, path);
        for (size_t j = 0; j < COUNT_OF(known_methods); j++) {
            struct str method = str_of(known_methods[j]);
            const struct endpoint *row = endpoints_open(method, upstream);

            assert_null(endpoints_find(method, upstream));
            assert_non_null(row);
            assert_int_equal(row->body_max, 500 * MB);
            assert_int_equal(row->body, ENDPOINT_BODY_OPEN);
            assert_false(row->metered);
        }
        arena_free(arena);
    }
}

static const struct {
    const char *method;
    const char *path;
    bool nothing;
    bool makes;
} costs[] = {
    { "GET", "/v1/models", true, false },
    { "HEAD", "/v1/models", true, false },
    { "GET", "/v1/models/claude-sonnet-5", true, false },
    { "HEAD", "/v1/models/claude-sonnet-5", true, false },
    { "HEAD", "/v1/files/file_1/content", true, false },
    { "HEAD", "/v1/messages/batches/b_1", true, false },
    { "POST", "/v1/messages/count_tokens", true, false },
    { "POST", "/v1/messages", false, false },
    /* nobody knows */
    { "GET", "/v1/messages", false, false },
    { "HEAD", "/v1/messages", false, false },
    { "HEAD", "/v1/messages/count_tokens", false, false },
    { "HEAD", "/v1/files/file_1/other", false, false },
    { "HEAD", "/v1/skills", false, false },
    { "POST", "/v1/models", false, false },
    { "POST", "/v1/complete", false, false },
    { "POST", "/v1/messages/batches", true, true },
    { "POST", "/v1/messages/batches/b_1/cancel", true, true },
    { "POST", "/v1/files", true, true },
    { "DELETE", "/v1/files/file_1", true, false },
    { "POST", "/v1/skills", false, true },
    { "PUT", "/v1/skills/s_1", false, false },
};

static void some_are_known_to_cost_nothing_or_make_something(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(costs); i++) {
        struct str method = str_of(costs[i].method);
        struct str path = str_of(costs[i].path);
        const struct endpoint *row = endpoints_find(method, path);

        row = row ? row : endpoints_open(method, path);
        assert_non_null(row);
        if (endpoints_cost_nothing(row, path) != costs[i].nothing ||
            endpoints_makes(row) != costs[i].makes)
            fail_msg("%s %s", costs[i].method, costs[i].path);
    }
}

/* An endpoint of the table may get methods, too. */
static void every_method_of_the_api_passes(void **state)
{
    static const char *const wrong[] = { "OPTIONS", "TRACE", "post",
                                         "Get",     "",      "POSTX" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(endpoint_cases); i++) {
        struct arena *arena = arena_new();
        struct str path = str_of(endpoint_cases[i].path);

        for (size_t j = 0; j < COUNT_OF(known_methods); j++)
            assert_non_null(endpoints_open(str_of(known_methods[j]), path));
        for (size_t j = 0; j < COUNT_OF(wrong); j++) {
            assert_null(endpoints_find(str_of(wrong[j]), path));
            assert_null(endpoints_open(str_of(wrong[j]), path));
        }
        unit_assert_str(endpoints_allow(arena, path),
                        "GET, HEAD, POST, PUT, PATCH, DELETE");
        arena_free(arena);
    }
}

static void v1_may_be_missing_before_a_known_name(void **state)
{
    static const char *const fronts[] = { "", "/", "/api", "//api/" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(endpoint_cases) * COUNT_OF(fronts); i++) {
        const char *path = endpoint_cases[i / COUNT_OF(fronts)].path;
        struct arena *arena = arena_new();
        struct str asked =
            arena_printf(arena, "%s%s", fronts[i % COUNT_OF(fronts)], path + 3);

        unit_assert_str(endpoints_upstream_path(arena, asked), path);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_endpoint_is_found_under_every_base),
        cmocka_unit_test(answers_of_models_are_metered),
        cmocka_unit_test(an_id_is_one_plain_segment),
        cmocka_unit_test(other_paths_do_not_pass),
        cmocka_unit_test(everything_below_v1_passes),
        cmocka_unit_test(every_method_of_the_api_passes),
        cmocka_unit_test(some_are_known_to_cost_nothing_or_make_something),
        cmocka_unit_test(v1_may_be_missing_before_a_known_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
