// SPDX-License-Identifier: MIT
/* Which proxy an attempt goes through, and which credentials may go with it. */
#include "relay/way.h"

#include "accounts.h"
#include "base/macros.h"
#include "unit.h"

#define HERE "{\"type\":\"http\",\"host\":\"127.0.0.1\",\"port\":8080}"
#define AWAY "{\"type\":\"socks5\",\"host\":\"192.0.2.1\",\"port\":1080}"
#define AT(url) "{\"api_key\":\"k\",\"base_url\":\"" url "\"}"
#define CLEAR AT("http://127.0.0.1:9")
#define SEALED AT("https://g.example")
#define OURS "{\"api_key\":\"sk-ant-api03-k\"}"

static struct proxy *proxy_of(const char *text)
{
    struct err err;
    struct json_doc *doc = text ? json_doc_parse(str_of(text), &err) : NULL;
    struct proxy *proxy = doc ? proxy_from_json(doc, &err) : NULL;

    json_doc_free(doc);
    return proxy;
}

static const struct {
    const char *account;
    const char *global; /* NULL: none; likewise */
    const char *named;  /* by the request */
    bool detour;
    bool safe;
    enum err_code code;
} rows[] = {
    { CLEAR, NULL, NULL, false, true, 0 },
    { CLEAR, HERE, NULL, false, true, 0 },
    { CLEAR, AWAY, NULL, false, false, ERR_PROXY },
    { CLEAR, NULL, HERE, true, false, ERR_BAD_REQUEST },
    { CLEAR, NULL, AWAY, true, false, ERR_BAD_REQUEST },
    { CLEAR, HERE, AWAY, false, true, 0 },
    { SEALED, AWAY, NULL, false, true, 0 },
    { SEALED, NULL, AWAY, true, true, 0 },
    { OURS, NULL, AWAY, true, true, 0 },
    { OURS, AWAY, NULL, false, true, 0 },
    { NULL, NULL, AWAY, true, true, 0 },
};

static void a_key_in_clear_text_stays_on_this_machine(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct relay relay = { .options.proxy = proxy_of(rows[i].global) };
        struct relayed r = {
            .relay = &relay,
            .proxy = proxy_of(rows[i].named),
            .attempt.account =
                rows[i].account
                    ? unit_account(&account_kind_apikey, "gw", rows[i].account)
                    : NULL,
        };
        struct err err = { .code = 0 };

        if (way_is_detour(&r) != rows[i].detour ||
            way_is_safe(&r, &err) != rows[i].safe)
            fail_msg("row %zu", i);
        assert_true(rows[i].safe || err.code == rows[i].code);
        account_unref(r.attempt.account);
        proxy_unref(r.proxy);
        proxy_unref((struct proxy *)(uintptr_t)relay.options.proxy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_in_clear_text_stays_on_this_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
