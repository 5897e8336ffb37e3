// SPDX-License-Identifier: MIT
/* Proxies of others as ours. */
#include "import/proxies.h"

#include <string.h>

#include "unit.h"

#define SOCKS "{\"type\":\"socks5\",\"host\":\"h\",\"port\":1}"

static const struct {
    const char *theirs;
    const char *ours;    /* NULL: none */
    const char *why_not; /* a part; NULL: it can be used */
} rows[] = {
    { "null", NULL, NULL },
    { "false", NULL, NULL },
    { "\"\"", NULL, NULL },
    { "\"direct\"", NULL, NULL },
    { "{\"protocol\":\"socks5\",\"host\":\"h\",\"port\":1}", SOCKS, NULL },
    { "{\"type\":\"socks5h\",\"host\":\"h\",\"port\":\"1\"}", SOCKS, NULL },
    { "{\"scheme\":\"SOCKS5H\",\"host\":\"h\",\"port\":1,\"username\":\"\","
      "\"password\":\"\"}",
      SOCKS, NULL },
    { "\"socks5h://h:1\"", SOCKS, NULL },
    { "\"https://u:CANARY%2F@h:8\"",
      "{\"type\":\"https\",\"host\":\"h\",\"port\":8,\"username\":\"u\","
      "\"password\":\"CANARY/\"}",
      NULL },
    { "{\"type\":\"http\",\"host\":\"h\",\"port\":8,\"username\":\"u\","
      "\"password\":\"CANARY@#:\"}",
      "{\"type\":\"http\",\"host\":\"h\",\"port\":8,\"username\":\"u\","
      "\"password\":\"CANARY@#:\"}",
      NULL },
    { "{\"type\":\"socks4\",\"host\":\"h\",\"port\":1}", NULL, "type" },
    { "{\"type\":\"http\",\"host\":\"\",\"port\":1}", NULL, "host" },
    { "{\"type\":\"http\",\"host\":\"h\",\"port\":0}", NULL, "port" },
    { "{\"type\":\"http\",\"host\":\"h\",\"port\":65536}", NULL, "port" },
    { "{\"type\":\"http\",\"host\":\"h\",\"port\":1e30}", NULL, "port" },
    { "{\"type\":\"http\",\"host\":\"h\",\"port\":1,\"username\":\"u\"}", NULL,
      "password" },
    { "{\"type\":\"http\",\"host\":\"h\",\"port\":1,\"username\":\"u\","
      "\"password\":5}",
      NULL, "proxy.password is not a text" },
    { "{}", NULL, "proxy: " },
    { "true", NULL, "neither an object nor a URL" },
    { "[]", NULL, "neither an object nor a URL" },
    { "\"h:1:u:CANARY\"", NULL, "proxy: " },
};

static struct json_doc *parse(const char *json)
{
    struct err err;

    return json ? json_doc_parse(str_of(json), &err) : NULL;
}

static void proxies_become_ours_or_refuse_the_account(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_doc *theirs = parse(rows[i].theirs);
        struct json_doc *ours = parse(rows[i].ours);
        struct import_list list;
        struct import_candidate *candidate;

        import_list_init(&list);
        candidate = import_list_add(&list, STR("a"));
        import_proxy(candidate, theirs);
        if (rows[i].why_not)
            unit_assert_part(candidate->why_not.text, rows[i].why_not);
        else
            assert_true(
                json_doc_is_same(json_doc_get(candidate->doc, "proxy_config"),
                                 ours));
        assert_int_equal(!candidate->why_not.text[0], !rows[i].why_not);
        assert_null(strstr(candidate->why_not.text, "CANARY"));
        import_list_done(&list);
        json_doc_free(theirs);
        json_doc_free(ours);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proxies_become_ours_or_refuse_the_account),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
