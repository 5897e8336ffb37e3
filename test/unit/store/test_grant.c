// SPDX-License-Identifier: MIT
/* Which of two documents holds the later tokens. */
#include "store/grant.h"

#include "base/macros.h"
#include "unit.h"

static struct json_doc *doc_of(const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);

    assert_non_null(doc);
    return doc;
}

#define AT(hour) "\"expires_at\":\"2026-01-02T0" hour ":00:00Z\""

static const struct {
    const char *doc;
    const char *other;
    enum grant_order want;
} rows[] = {
    { "{\"refresh_token\":\"a\"," AT("1") "}",
      "{\"refresh_token\":\"b\"," AT("2") "}", GRANT_LATER },
    { "{\"refresh_token\":\"a\"," AT("2") "}",
      "{\"refresh_token\":\"b\"," AT("1") "}", GRANT_EARLIER },
    { "{\"refresh_token\":\"a\"," AT("1") "}",
      "{\"refresh_token\":\"b\"," AT("1") "}", GRANT_UNLIKE },
    { "{\"refresh_token\":\"a\"}", "{\"refresh_token\":\"b\"," AT("1") "}",
      GRANT_UNLIKE },
    { "{\"refresh_token\":\"a\"," AT("1") "}",
      "{\"refresh_token\":\"b\",\"expires_at\":\"soon\"}", GRANT_UNLIKE },
    { "{\"refresh_token\":\"a\"," AT("1") "}",
      "{\"refresh_token\":\"a\"," AT("2") "}", GRANT_SAME },
    { "{\"api_key\":\"a\"}", "{\"api_key\":\"b\"}", GRANT_SAME },
    { "{" AT("1") "}", "{\"refresh_token\":\"b\"," AT("2") "}", GRANT_LATER },
};

static void what_expires_later_was_given_later(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_doc *doc = doc_of(rows[i].doc);
        struct json_doc *other = doc_of(rows[i].other);

        if (grant_compare(doc, other) != rows[i].want)
            fail_msg("row %zu", i);
        json_doc_free(doc);
        json_doc_free(other);
    }
}

static void tokens_are_taken_and_all_else_stays(void **state)
{
    struct json_doc *doc = doc_of("{\"access_token\":\"a1\",\"note\":\"n\","
                                  "\"refresh_token\":\"r1\","
                                  "\"login_required\":true}");
    struct json_doc *other =
        doc_of("{\"refresh_token\":\"r2\",\"access_token\":\"a2\"," AT(
            "2") ",\"scopes\":[\"x\"],\"note\":\"old\"}");
    struct buf out;

    (void)state;
    grant_take(doc, other);
    buf_init(&out, 1000);
    assert_true(json_doc_write(doc, false, &out));
    unit_assert_str(buf_str(&out),
                    "{\"access_token\":\"a2\",\"note\":\"n\","
                    "\"refresh_token\":\"r2\"," AT("2") ",\"scopes\":[\"x\"]}");
    buf_done(&out);
    json_doc_free(doc);
    json_doc_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_expires_later_was_given_later),
        cmocka_unit_test(tokens_are_taken_and_all_else_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
