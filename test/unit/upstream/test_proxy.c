// SPDX-License-Identifier: MIT
/* Proxies as people configure them. */
#include "upstream/proxy.h"

#include <string.h>

#include "unit.h"

static const struct {
    const char *name;
    const char *json;
    const char *why; /* NULL: fine */
} rows[] = {
    { "socks5", "{\"type\":\"socks5\",\"host\":\"a\",\"port\":1080}", NULL },
    { "http", "{\"type\":\"http\",\"host\":\"10.0.0.1\",\"port\":8080}", NULL },
    { "a port in quotes", "{\"type\":\"http\",\"host\":\"a\",\"port\":\"80\"}",
      NULL },
    { "an IPv6 host", "{\"type\":\"http\",\"host\":\"::1\",\"port\":80}",
      NULL },
    { "credentials",
      "{\"type\":\"socks5\",\"host\":\"a\",\"port\":1,\"username\":\"u\","
      "\"password\":\"p@ss/w#rd:%20\"}",
      NULL },
    { "https", "{\"type\":\"https\",\"host\":\"a\",\"port\":1}", NULL },
    { "an unknown type", "{\"type\":\"socks4\",\"host\":\"a\",\"port\":1}",
      "type is unknown; use socks5" },
    { "a URL as its type",
      "{\"type\":\"http://u:canary@h:1\",\"host\":\"a\",\"port\":1}",
      "type is unknown" },
    { "no type", "{\"host\":\"a\",\"port\":1}", "unknown" },
    { "no host", "{\"type\":\"http\",\"port\":1}", "host" },
    { "an empty host", "{\"type\":\"http\",\"host\":\"\",\"port\":1}", "host" },
    { "a URL for a host",
      "{\"type\":\"http\",\"host\":\"http://a\",\"port\":1}", "host" },
    { "a host and a port", "{\"type\":\"http\",\"host\":\"a:80\",\"port\":1}",
      "host" },
    { "a host with a user", "{\"type\":\"http\",\"host\":\"u@a\",\"port\":1}",
      "host" },
    { "a host in brackets", "{\"type\":\"http\",\"host\":\"[::1]\",\"port\":1}",
      "host" },
    { "a host with a space", "{\"type\":\"http\",\"host\":\"a b\",\"port\":1}",
      "host" },
    { "no port", "{\"type\":\"http\",\"host\":\"a\"}", "1 to 65535" },
    { "port 0", "{\"type\":\"http\",\"host\":\"a\",\"port\":0}", "1 to 65535" },
    { "a large port", "{\"type\":\"http\",\"host\":\"a\",\"port\":65536}",
      "1 to 65535" },
    { "a word for a port", "{\"type\":\"http\",\"host\":\"a\",\"port\":\"x\"}",
      "1 to 65535" },
    { "half of the credentials",
      "{\"type\":\"http\",\"host\":\"a\",\"port\":1,\"username\":\"u\"}",
      "password is missing" },
    { "the other half",
      "{\"type\":\"http\",\"host\":\"a\",\"port\":1,\"password\":\"secret\"}",
      "username is missing" },
    { "a colon in the name, socks5",
      "{\"type\":\"socks5\",\"host\":\"a\",\"port\":1,\"username\":\"u:v\","
      "\"password\":\"secret\"}",
      NULL },
    { "a colon in the name, http",
      "{\"type\":\"http\",\"host\":\"a\",\"port\":1,\"username\":\"u:v\","
      "\"password\":\"secret\"}",
      "username holds a ':', which http proxies" },
    { "a colon in the name, https",
      "{\"type\":\"https\",\"host\":\"a\",\"port\":1,\"username\":\"u:v\","
      "\"password\":\"secret\"}",
      "username holds a ':', which https proxies" },
    { "a NUL in the password",
      "{\"type\":\"http\",\"host\":\"a\",\"port\":1,\"username\":\"u\","
      "\"password\":\"secret\\u0000\"}",
      "" },
    { "a number for a host", "{\"type\":\"http\",\"host\":1,\"port\":1}",
      "host is not a string" },
};

static void configurations_are_checked_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = { .text = "" };
        struct json_doc *doc = json_doc_parse(str_of(rows[i].json), &err);
        struct proxy *proxy = proxy_from_json(doc, &err);

        if ((proxy != NULL) != !rows[i].why ||
            (rows[i].why && !strstr(err.text, rows[i].why)))
            fail_msg("%s: %d %s", rows[i].name, proxy != NULL, err.text);
        assert_null(strstr(err.text, "secret"));
        proxy_unref(proxy);
        json_doc_free(doc);
    }
}

static struct proxy *make(const char *host, const char *username,
                          const char *password)
{
    struct err err;
    struct proxy *proxy =
        proxy_new(&(struct proxy_parts){ .type = STR("http"),
                                         .host = str_of(host),
                                         .port = 80,
                                         .username = str_of(username),
                                         .password = str_of(password) },
                  &err);

    assert_non_null(proxy);
    return proxy;
}

static void parts_are_kept_as_they_are(void **state)
{
    struct proxy *proxy = make("a", "u\xc3\xa9", "p@ss/w#rd:%20");

    (void)state;
    assert_int_equal(proxy_type(proxy), PROXY_HTTP);
    assert_int_equal(proxy_port(proxy), 80);
    assert_string_equal(proxy_host(proxy), "a");
    assert_string_equal(proxy_username(proxy), "u\xc3\xa9");
    assert_string_equal(proxy_password(proxy), "p@ss/w#rd:%20");
    proxy_unref(proxy);
}

static void a_document_of_it_has_no_credentials(void **state)
{
    struct proxy *proxy = make("a", "user", "secret");
    struct json_doc *docs[] = { proxy_to_json(proxy), proxy_to_json(NULL) };
    static const char *const want[] = {
        "{\"type\":\"http\",\"host\":\"a\",\"port\":80}", "null"
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(docs); i++) {
        struct buf text;

        buf_init(&text, 200);
        assert_true(json_doc_write(docs[i], false, &text));
        unit_assert_str(buf_str(&text), want[i]);
        buf_done(&text);
        json_doc_free(docs[i]);
    }
    proxy_unref(proxy);
}

static void a_configuration_of_it_makes_it_again(void **state)
{
    struct proxy *proxies[] = { make("a", "user", "p@ss"),
                                make("a", NULL, NULL) };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(proxies); i++) {
        struct json_doc *config = proxy_to_config(proxies[i]);
        struct err err;
        struct proxy *same = proxy_from_json(config, &err);

        assert_true(proxy_check_config(config, &err));
        assert_true(proxy_eq(proxies[i], same));
        json_doc_free(config);
        proxy_unref(same);
        proxy_unref(proxies[i]);
    }
}

/* RFC 1929 has one byte for each length. */
static void socks5_carries_255_bytes(void **state)
{
    static const struct {
        const char *type;
        size_t username;
        size_t password;
        const char *why; /* NULL: fine */
    } sizes[] = {
        { "socks5", 255, 255, NULL },
        { "socks5", 256, 1, "username is longer than the 255 bytes" },
        { "socks5", 1, 256, "password is longer than the 255 bytes" },
        { "http", 2000, 2000, NULL },
        { "https", 2000, 2000, NULL },
    };
    char text[2000];

    (void)state;
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct proxy_parts parts = { .type = str_of(sizes[i].type),
                                     .host = STR("a"),
                                     .port = 1,
                                     .username = { text, sizes[i].username },
                                     .password = { text, sizes[i].password } };
        struct err err;
        struct proxy *proxy = proxy_new(&parts, &err);

        assert_int_equal(proxy != NULL, sizes[i].why == NULL);
        if (sizes[i].why)
            unit_assert_part(err.text, sizes[i].why);
        else
            unit_assert_str(proxy_type_name(proxy), sizes[i].type);
        proxy_unref(proxy);
    }
}

/* A pooled connection goes back only to whom it belongs: every part counts. */
static void equality_looks_at_every_part(void **state)
{
    struct proxy *one = make("a", "u", "p");
    struct proxy *same = make("a", "u", "p");
    struct proxy *others[] = { make("b", "u", "p"), make("a", "v", "p"),
                               make("a", "u", "q"), make("a", "u", "pp"),
                               make("a", NULL, NULL) };
    struct proxy *bare = make("a", NULL, NULL);

    (void)state;
    assert_true(proxy_eq(one, same));
    assert_true(proxy_eq(NULL, NULL));
    assert_false(proxy_eq(one, NULL));
    assert_false(proxy_eq(NULL, one));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_false(proxy_eq(one, others[i]));
    assert_true(proxy_eq(others[4], bare));
    assert_null(proxy_password(bare));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        proxy_unref(others[i]);
    proxy_unref(one);
    proxy_unref(same);
    proxy_unref(bare);
}

static void the_global_one_comes_first(void **state)
{
    struct proxy *global = make("g", NULL, NULL);
    struct proxy *request = make("r", NULL, NULL);
    struct proxy *account = make("a", NULL, NULL);

    (void)state;
    assert_ptr_equal(proxy_choose(global, request, account), global);
    assert_ptr_equal(proxy_choose(NULL, request, account), request);
    assert_ptr_equal(proxy_choose(NULL, NULL, account), account);
    assert_null(proxy_choose(NULL, NULL, NULL));
    proxy_unref(global);
    proxy_unref(request);
    proxy_unref(account);
}

static void the_last_reference_frees(void **state)
{
    struct proxy *proxy = make("a", "u", "p");

    (void)state;
    assert_ptr_equal(proxy_ref(proxy), proxy);
    proxy_unref(proxy);
    assert_string_equal(proxy_host(proxy), "a");
    proxy_unref(proxy);
    proxy_unref(NULL);
    assert_null(proxy_ref(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configurations_are_checked_whole),
        cmocka_unit_test(parts_are_kept_as_they_are),
        cmocka_unit_test(a_document_of_it_has_no_credentials),
        cmocka_unit_test(a_configuration_of_it_makes_it_again),
        cmocka_unit_test(socks5_carries_255_bytes),
        cmocka_unit_test(equality_looks_at_every_part),
        cmocka_unit_test(the_global_one_comes_first),
        cmocka_unit_test(the_last_reference_frees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
