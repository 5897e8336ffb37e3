// SPDX-License-Identifier: MIT
/* Which of two documents holds the later tokens. */
#include "store/grant.h"

#include "accounts.h"
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

/* Of the refresh tokens a, b, and of a document's list of what it replaced. */
#define A "ca978112ca1bbdca"
#define B "3e23e8160039594a"
#define REPLACED(names) "\"replaced\":[" names "]"

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
    /* What was replaced is spent, whatever the times. */
    { "{\"refresh_token\":\"a\"," AT("2") "}",
      "{\"refresh_token\":\"b\"," AT("1") "," REPLACED("1,\"00\",\"" A
                                                       "\"") "}",
      GRANT_LATER },
    { "{\"refresh_token\":\"b\"," AT("1") "," REPLACED("\"" A "\"") "}",
      "{\"refresh_token\":\"a\"," AT("2") "}", GRANT_SPENT },
    { "{\"refresh_token\":\"a\"}",
      "{\"refresh_token\":\"b\"," REPLACED("\"" A "\"") "}", GRANT_LATER },
    { "{\"access_token\":\"a\"," AT("2") "}",
      "{\"access_token\":\"b\"," AT("1") "," REPLACED("\"" A "\"") "}",
      GRANT_LATER },
    { "{\"access_token\":\"a\"," AT("2") "}",
      "{\"access_token\":\"b\"," AT("1") "}", GRANT_EARLIER },
    /* Nonsense, and a token that stayed when its answer brought no other. */
    { "{\"refresh_token\":\"a\"," AT("1") "," REPLACED("\"" B "\"") "}",
      "{\"refresh_token\":\"b\"," AT("2") "," REPLACED("\"" A "\"") "}",
      GRANT_LATER },
    { "{\"refresh_token\":\"a\"}",
      "{\"refresh_token\":\"a\"," REPLACED("\"" A "\"") "}", GRANT_SAME },
    { "{\"refresh_token\":\"a\"," AT("1") "}",
      "{\"refresh_token\":\"b\"," AT("2") ",\"replaced\":\"" A "\"}",
      GRANT_LATER },
};

static void what_was_given_later_is_found(void **state)
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

/* Else nothing that the refresh wrote would be found again. */
static void a_grant_is_named_as_accounts_name_it(void **state)
{
    static const char *const texts[] = {
        "{\"access_token\":\"t\",\"refresh_token\":\"a\"," AT("1") "}",
        "{\"access_token\":\"t\"," AT("1") "}",
    };
    char name[GRANT_NAME_LEN + 1];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct account *account =
            unit_account(&account_kind_oauth, "a", texts[i]);
        struct json_doc *doc = doc_of(texts[i]);

        grant_name(doc, name);
        assert_string_equal(name, account->grant);
        json_doc_free(doc);
        account_unref(account);
    }
}

static void a_document_without_tokens_has_no_grant(void **state)
{
    struct json_doc *doc = doc_of("{\"api_key\":\"k\"}");
    char name[GRANT_NAME_LEN + 1];

    (void)state;
    grant_name(doc, name);
    assert_string_equal(name, "");
    json_doc_free(doc);
}

static const struct {
    const char *doc;
    const char *other;
    const char *want;
} takes[] = {
    { "{\"access_token\":\"a1\",\"note\":\"n\",\"refresh_token\":\"a\","
      "\"login_required\":true}",
      "{\"refresh_token\":\"b\",\"access_token\":\"a2\"," AT(
          "2") ",\"scopes\":[\"x\"],\"note\":\"old\"}",
      "{\"access_token\":\"a2\",\"note\":\"n\","
      "\"refresh_token\":\"b\"," AT("2") ",\"scopes\":[\"x\"]," REPLACED(
          "\"" A "\"") "}" },
    /* Newest first; each once, and not the grant itself. */
    { "{\"refresh_token\":\"a\"," REPLACED("\"2\",\"" B "\",1,\"1\"") "}",
      "{\"refresh_token\":\"b\"," REPLACED("\"3\",\"" A "\",1,\"2\",\"1\"") "}",
      "{\"refresh_token\":\"b\"," REPLACED("\"3\",\"" A "\",\"2\",\"1\"") "}" },
    { "{\"refresh_token\":\"a\",\"replaced\":\"1\"}",
      "{\"refresh_token\":\"b\",\"replaced\":{\"x\":5}}",
      "{\"refresh_token\":\"b\"," REPLACED("\"" A "\"") "}" },
    { "{\"note\":1}", "{\"refresh_token\":\"b\"," REPLACED("\"1\"") "}",
      "{\"note\":1,\"refresh_token\":\"b\"," REPLACED("\"1\"") "}" },
};

static void tokens_are_taken_and_all_else_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(takes); i++) {
        struct json_doc *doc = doc_of(takes[i].doc);
        struct json_doc *other = doc_of(takes[i].other);

        grant_take(doc, other);
        json_doc_free(other);
        unit_assert_doc(doc, takes[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_given_later_is_found),
        cmocka_unit_test(a_grant_is_named_as_accounts_name_it),
        cmocka_unit_test(a_document_without_tokens_has_no_grant),
        cmocka_unit_test(tokens_are_taken_and_all_else_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
