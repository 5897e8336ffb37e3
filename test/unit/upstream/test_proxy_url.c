// SPDX-License-Identifier: MIT
/* Proxies as people write them on a command line. */
#include "upstream/proxy_url.h"

#include <string.h>

#include "unit.h"

static const struct {
    const char *url;
    enum proxy_type type;
    const char *host;
    unsigned port;
    const char *username; /* NULL: none */
    const char *password;
} good[] = {
    { "socks5://a:1080", PROXY_SOCKS5, "a", 1080, NULL, NULL },
    { "socks5h://a:1080/", PROXY_SOCKS5, "a", 1080, NULL, NULL },
    { "HTTP://a.b-c:80", PROXY_HTTP, "a.b-c", 80, NULL, NULL },
    { "https://10.0.0.1:65535", PROXY_HTTPS, "10.0.0.1", 65535, NULL, NULL },
    { "http://[::1]:8080", PROXY_HTTP, "::1", 8080, NULL, NULL },
    { "http://u:p@[2001:db8::1]:1", PROXY_HTTP, "2001:db8::1", 1, "u", "p" },
    { "socks5://user:p%40ss%2Fw%23rd%3A%2520@a:1", PROXY_SOCKS5, "a", 1, "user",
      "p@ss/w#rd:%20" },
    { "socks5://us%3Aer:a+b@a:1", PROXY_SOCKS5, "a", 1, "us:er", "a+b" },
    { "http://u:p:q@a:1", PROXY_HTTP, "a", 1, "u", "p:q" },
    { "http://u:p@q@a:1", PROXY_HTTP, "a", 1, "u", "p@q" },
    { "http://@a:1", PROXY_HTTP, "a", 1, NULL, NULL },
};

static void urls_become_proxies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct err err = { .text = "" };
        struct proxy *proxy = proxy_url_parse(str_of(good[i].url), &err);

        if (!proxy)
            fail_msg("%s: %s", good[i].url, err.text);
        assert_int_equal(proxy_type(proxy), good[i].type);
        assert_string_equal(proxy_host(proxy), good[i].host);
        assert_int_equal(proxy_port(proxy), good[i].port);
        unit_assert_str(str_of(proxy_username(proxy)),
                        good[i].username ? good[i].username : "");
        unit_assert_str(str_of(proxy_password(proxy)),
                        good[i].password ? good[i].password : "");
        proxy_unref(proxy);
    }
}

static const struct {
    const char *url;
    const char *why;
} bad[] = {
    { "", "begins with socks5://" },
    { "a:1080", "begins with" },
    { "socks4://a:1", "begins with" },
    { "http//a:1", "begins with" },
    { "http://", "no valid host" },
    { "http://:80", "no valid host" },
    { "http://u:secret@", "no valid host" },
    { "http://a b:80", "no valid host" },
    { "http://::1:80", "no valid host" },
    { "http://[::1", "no valid host" },
    { "http://a", "needs a port" },
    { "http://a:", "needs a port" },
    { "http://a:x", "needs a port" },
    { "http://a:99999", "needs a port" },
    { "http://a:0", "1 to 65535" },
    { "http://a:1/x", "ends with its port" },
    { "http://a:1?secret", "ends with its port" },
    { "http://u:secret/x@a:1", "percent-encode" },
    { "http://u:secret#@a:1", "percent-encode" },
    { "http://u:secret%@a:1", "%25" },
    { "http://u:secret%zz@a:1", "%25" },
    { "http://u@a:1", "password is missing" },
    { "http://u:@a:1", "password is missing" },
    { "http://:secret@a:1", "username is missing" },
    { "http://u%3Av:secret@a:1", "holds a ':'" },
    { "socks5://u:secret%00@a:1", "NUL" },
};

static void what_is_no_proxy_url_is_refused_without_quoting_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct err err = { .text = "" };
        struct proxy *proxy = proxy_url_parse(str_of(bad[i].url), &err);

        if (proxy)
            fail_msg("%s was taken", bad[i].url);
        if (!strstr(err.text, bad[i].why))
            fail_msg("%s: %s", bad[i].url, err.text);
        assert_null(strstr(err.text, "secret"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_become_proxies),
        cmocka_unit_test(what_is_no_proxy_url_is_refused_without_quoting_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
