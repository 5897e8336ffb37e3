// SPDX-License-Identifier: MIT
/* Members of others' documents as ours. */
#include "import/candidate.h"

#include <string.h>

#include "unit.h"

static const struct {
    const char *json;       /* of the member "x" */
    const char *expires_at; /* NULL: none */
    const char *why_not;    /* a part */
} expiries[] = {
    { "\"2026-02-01T08:00:00Z\"", "2026-02-01T08:00:00.000Z", "" },
    { "\"2026-02-01T16:00:00.5+08:00\"", "2026-02-01T08:00:00.500Z", "" },
    { "1769932800", "2026-02-01T08:00:00.000Z", "" },
    { "1769932800.0", "2026-02-01T08:00:00.000Z", "" },
    { "1.7699328e9", "2026-02-01T08:00:00.000Z", "" },
    { "\"1769932800\"", "2026-02-01T08:00:00.000Z", "" },
    { "1769932800000", "2026-02-01T08:00:00.000Z", "" },
    { "\"1769932800000\"", "2026-02-01T08:00:00.000Z", "" },
    { "1e300", "9999-12-31T23:59:59.999Z", "" },
    { "0", NULL, "" },
    { "-1", NULL, "" },
    { "null", NULL, "" },
    { "\"\"", NULL, "" },
    { "\"tomorrow\"", NULL, "c.x is not a number" },
    { "true", NULL, "c.x is not a number" },
    { "[]", NULL, "c.x is not a number" },
};

static struct json_doc *member(const char *json)
{
    struct buf text;
    struct json_doc *doc;
    struct err err;

    buf_init(&text, 4096);
    buf_printf(&text, "{\"x\":%s}", json);
    doc = json_doc_parse(buf_str(&text), &err);
    buf_done(&text);
    assert_non_null(doc);
    return doc;
}

static void an_expiry_is_a_time_or_a_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(expiries); i++) {
        struct json_doc *doc = member(expiries[i].json);
        struct import_list list;
        struct import_candidate *candidate;
        struct str text = STR_EMPTY;

        import_list_init(&list);
        candidate = import_list_add(&list, STR("a"));
        import_expiry(candidate, (struct import_from){ doc, "c." }, "x");
        (void)json_doc_get_str(candidate->doc, "expires_at", &text);
        unit_assert_str(text,
                        expiries[i].expires_at ? expiries[i].expires_at : "");
        assert_string_equal(candidate->why_not.text, expiries[i].why_not);
        import_list_done(&list);
        json_doc_free(doc);
    }
}

static void a_rank_has_bounds(void **state)
{
    static const struct {
        const char *json;
        int64_t want;
    } rows[] = { { "5", 5 },
                 { "-3", -3 },
                 { "\"7\"", 7 },
                 { "null", 50 },
                 { "\"\"", 50 },
                 { "1e300", 1000000000 },
                 { "-1e300", -1000000000 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_doc *doc = member(rows[i].json);
        struct import_candidate candidate = { .rank = 0 };

        assert_true(import_rank(&candidate, (struct import_from){ doc, "" },
                                "x", 50) == rows[i].want);
        json_doc_free(doc);
    }
}

static void what_says_something_is_named(void **state)
{
    static const struct import_member members[] = {
        { NULL, "a" }, { NULL, "b" }, { "in", "c" }, { "none", "d" }
    };
    static const struct {
        const char *json;
        const char *names;
    } leaves[] = {
        { "{}", "" },
        { "[]", "" },
        { "{\"a\":null,\"b\":false,\"in\":{\"c\":0}}", "" },
        { "{\"a\":\"\",\"b\":[],\"in\":{\"c\":{}}}", "" },
        { "{\"a\":1.5,\"b\":\"CANARY\",\"in\":{\"c\":true}}", "a, b, in.c" },
        { "{\"a\":[0],\"b\":{\"x\":0},\"in\":{\"c\":-1}}", "a, b, in.c" },
        { "{\"c\":1,\"d\":1,\"in\":{\"a\":1,\"c\":2},\"none\":[1]}", "in.c" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(leaves); i++) {
        struct err err;
        struct json_doc *doc = json_doc_parse(str_of(leaves[i].json), &err);
        struct import_list list;
        struct import_candidate *candidate;
        const char *names;

        import_list_init(&list);
        candidate = import_list_add(&list, STR("a"));
        import_leave(candidate, doc, members, COUNT_OF(members));
        names = strstr(candidate->hints, "like it here: ");
        assert_int_equal(candidate->hints[0] != 0, names != NULL);
        assert_string_equal(names ? names + 14 : "", leaves[i].names);
        import_list_done(&list);
        json_doc_free(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expiry_is_a_time_or_a_number),
        cmocka_unit_test(a_rank_has_bounds),
        cmocka_unit_test(what_says_something_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
