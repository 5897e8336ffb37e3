// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#include "relay/pick.h"

#include <string.h>

#include "account/accounts.h"
#include "accounts.h"
#include "fields.h"

#define KEY "{\"api_key\":\"sk-ant-api03-x\"}"
#define BROKEN "{}"
#define MESSAGES "/v1/messages"
#define LOGIN "Bearer sk-ant-oat01-CANARY"

/* The accounts are a, b, c, ...: each is given its document. */
static struct accounts *accounts_of(const char *const *docs)
{
    struct accounts *accounts = accounts_new();

    for (char name[] = "a"; *docs; docs++, name[0]++)
        accounts_put(accounts, unit_account(&account_kind_apikey, name, *docs),
                     false);
    return accounts;
}

static const struct {
    const char *docs[4];
    const char *login; /* the client's own */
    const char *query;
    const char *path;
    const char *want;  /* NULL: none */
    const char *cause; /* part of the refusal; NULL: not refused */
} cases[] = {
    { { KEY }, "", "", MESSAGES, "a", NULL },
    { { KEY, KEY }, "", "account=b", MESSAGES, "b", NULL },
    { { KEY, KEY }, "", "", MESSAGES, NULL, "choose one" },
    { { KEY }, "", "account=x", MESSAGES, NULL, "no account \"x\"" },
    { { KEY }, "", "account=../x", MESSAGES, NULL, "letters, digits" },
    { { BROKEN }, "", "", MESSAGES, NULL, "api_key" },
    { { NULL }, "", "", MESSAGES, NULL, "no account is set up" },
    /* models: the first that can be used */
    { { KEY, KEY }, "", "", "/v1/models", "a", NULL },
    { { KEY, KEY }, "", "", "/v1/models/m", "a", NULL },
    { { BROKEN, KEY, KEY }, "", "", "/v1/models", "b", NULL },
    { { KEY, KEY }, "", "account=b", "/v1/models", "b", NULL },
    { { BROKEN, KEY }, "", "account=a", "/v1/models", NULL, "api_key" },
    { { BROKEN, BROKEN }, "", "", "/v1/models", NULL, "choose one" },
    { { BROKEN }, "", "", "/v1/models", NULL, "api_key" },
    { { NULL }, "", "", "/v1/models", NULL, "no account is set up" },
    { { KEY, KEY }, LOGIN, "", "/v1/models", NULL, NULL },
    /* the client's own login takes no account */
    { { NULL }, LOGIN, "", MESSAGES, NULL, NULL },
    { { KEY }, LOGIN, "beta=true", MESSAGES, NULL, NULL },
    { { KEY }, LOGIN, "account=a", MESSAGES, NULL, "one of the two" },
    { { KEY }, LOGIN, "account=../x", MESSAGES, NULL, "letters, digits" },
};

static void the_named_or_only_account_is_picked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct accounts *accounts = accounts_of(cases[i].docs);
        struct relay relay = { .options = { .accounts = accounts } };
        struct request req = { .arena = arena_new(),
                               .query = str_of(cases[i].query) };
        struct relayed r = { .relay = &relay,
                             .req = &req,
                             .path = str_of(cases[i].path),
                             .caller.login = str_of(cases[i].login) };
        bool picked = pick_account(&r);

        if (picked != (cases[i].cause == NULL))
            fail_msg("case %zu: %s", i, r.err.text);
        if (!picked) {
            unit_assert_part(r.err.text, cases[i].cause);
            assert_null(strstr(r.err.text, "CANARY"));
        }
        if (cases[i].want)
            assert_string_equal(r.account->name, cases[i].want);
        else
            assert_null(r.account);
        account_unref(r.account);
        arena_free(req.arena);
        accounts_free(accounts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_named_or_only_account_is_picked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
