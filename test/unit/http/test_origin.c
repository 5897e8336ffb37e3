// SPDX-License-Identifier: MIT
/* What a browser says of the page that a request comes from. */
#include "http/origin.h"

#include "fields.h"

#define HOST "Host: relay.example:8443\n"
#define ORIGIN(text) "Origin: " text "\n"
#define SITE(text) "Sec-Fetch-Site: " text "\n"

static const struct {
    const char *fields;
    const char *scheme;
    bool own;
} cases[] = {
    { HOST, "http", true },
    { HOST ORIGIN("http://relay.example:8443"), "http", true },
    { HOST ORIGIN("HTTP://Relay.Example:8443"), "http", true },
    { HOST ORIGIN("https://relay.example:8443"), "https", true },
    { HOST SITE("same-origin"), "https", true },
    { HOST ORIGIN("https://relay.example:8443") SITE("same-origin"), "https",
      true },
    { "Host: [::1]:80\n" ORIGIN("http://[::1]:80"), "http", true },
    /* another scheme, port, host */
    { HOST ORIGIN("https://relay.example:8443"), "http", false },
    { HOST ORIGIN("http://relay.example:8443"), "https", false },
    { HOST ORIGIN("http://relay.example:844"), "http", false },
    { HOST ORIGIN("http://relay.example"), "http", false },
    { HOST ORIGIN("http://evil.example"), "http", false },
    { HOST ORIGIN("http://relay.example:8443.evil.example"), "http", false },
    { HOST ORIGIN("http://relay.example:8443/"), "http", false },
    { HOST ORIGIN("http://u@relay.example:8443"), "http", false },
    { HOST ORIGIN("httprelay.example:8443"), "http", false },
    { HOST ORIGIN("http:/relay.example:8443"), "http", false },
    { HOST ORIGIN("null"), "http", false },
    { HOST ORIGIN(""), "http", false },
    { HOST ORIGIN("relay.example:8443"), "http", false },
    /* a page of another place of the same host, or of the same site */
    { HOST SITE("same-site"), "http", false },
    { HOST SITE("cross-site"), "http", false },
    { HOST SITE("none"), "http", false },
    { HOST SITE(""), "http", false },
    { HOST ORIGIN("http://relay.example:8443") SITE("same-site"), "http",
      false },
    { HOST ORIGIN("http://evil.example") SITE("same-origin"), "http", false },
    /* twice, or not at all */
    { HOST ORIGIN("http://relay.example:8443")
          ORIGIN("http://relay.example:8443"),
      "http", false },
    { HOST SITE("same-origin") SITE("same-origin"), "http", false },
    { HOST HOST, "http", false },
    { "", "http", false },
    { ORIGIN("http://relay.example"), "http", false },
};

static void only_pages_of_the_place_itself_are_its_own(void **state)
{
    static struct fields fields;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct headers *headers = fields_read(&fields, cases[i].fields);

        if (origin_is_own(headers, str_of(cases[i].scheme)) != cases[i].own)
            fail_msg("%s by %s", cases[i].fields, cases[i].scheme);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_pages_of_the_place_itself_are_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
