// SPDX-License-Identifier: MIT
/* Files of this relay's own. */
#include "brought.h"
#include "unit.h"

#define WHOLE                                                                  \
    "{\"access_token\":\"" BROUGHT_ACCESS                                      \
    "\",\"expires_at\":\"2026-02-01T08:00:00Z\",\"extra\":1}"
#define CHOSEN                                                                                  \
    "{\"access_token\":\"" BROUGHT_ACCESS                                                       \
    "\",\"pool\":true,\"tags\":[\"team\"],\"expires_at\":\"2026-02-01T08:00:00Z\",\"extra\":1," \
    "\"priority\":7}"

static const struct brought cases[] = {
    { "as it is",
      "oauth_a.b.json",
      WHOLE,
      NULL,
      { { "a.b", "oauth", WHOLE, NULL, NULL, 0, false } } },
    { "a person's, which serves nobody else and nobody first",
      "oauth_a.json",
      CHOSEN,
      NULL,
      { { "a", "oauth", WHOLE, NULL,
          "its priority, 7, counts only among those imported; in the pool "
          "there: not here; its tags are left out",
          7, false } } },
    { "a key, whose pool and tags stay",
      "apikey_k.json",
      "{\"api_key\":\"x\",\"pool\":true,\"tags\":[\"a\"],\"priority\":-1}",
      NULL,
      { { "k", "api-key", "{\"api_key\":\"x\",\"pool\":true,\"tags\":[\"a\"]}",
          NULL, "its priority, -1, counts", -1, false } } },
    { "a note that can be shown",
      "apikey_k.json",
      "{\"api_key\":\"x\",\"note\":\"mine\"}",
      NULL,
      { { "k", "api-key", "{\"api_key\":\"x\",\"note\":\"mine\"}", NULL, NULL,
          0, false } } },
    { "one that cannot",
      "apikey_k.json",
      "{\"api_key\":\"x\",\"note\":\"a\\u001b[2J\"}",
      NULL,
      { { "k", "api-key", "{\"api_key\":\"x\"}", NULL,
          "its note is left out: it holds characters", 0, false } } },
    { "a key",
      "apikey_k.json",
      "{\"api_key\":\"x\"}",
      NULL,
      { { "k", "api-key", "{\"api_key\":\"x\"}", NULL, NULL, 0, false } } },
    { "of another name: told by its members",
      "mine.json",
      "{\"api_key\":\"x\"}",
      NULL,
      { { "mine.json", "api-key", "{\"api_key\":\"x\"}", NULL, NULL, 0,
          false } } },
    { "of none",
      "",
      WHOLE,
      NULL,
      { { "", "oauth", WHOLE, NULL, NULL, 0, false } } },
    { "sealed",
      "oauth_a.json",
      "{\"access_token\":\"sealed:v1:00000000:AAAA\"}",
      NULL,
      { { "a", "oauth", NULL, "sealed with a RELAY_SECRET", NULL, 0,
          false } } },
    { "no object", "oauth_a.json", "[]", "not a JSON object", { { 0 } } },
};

static void own_files_are_taken_as_they_are(void **state)
{
    (void)state;
    brought_check(&import_seed, cases, COUNT_OF(cases));
}

static void only_accounts_are_files_of_it(void **state)
{
    static const struct {
        const char *file;
        bool takes;
    } rows[] = {
        { "oauth_a.json", true },         { "apikey_a.json", true },
        { "pkce_a.json", false },         { "oauth_.json", false },
        { "oauth_a.json.broken", false }, { ".json", false },
        { "oauth_..json", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(import_seed.takes(str_of(rows[i].file)),
                         rows[i].takes);
}

static void nothing_hurts(void **state)
{
    (void)state;
    brought_bend(&import_seed, "oauth_a.json", CHOSEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_files_are_taken_as_they_are),
        cmocka_unit_test(only_accounts_are_files_of_it),
        cmocka_unit_test(nothing_hurts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
