// SPDX-License-Identifier: MIT
/* The kinds of options. */
#include "config/values.h"

#include "base/macros.h"
#include "unit.h"

static const struct {
    enum config_kind kind;
    const char *text;
    bool fine;
    uint64_t value;
} number_cases[] = {
    { CONFIG_PORT_NUMBER, "1", true, 1 },
    { CONFIG_PORT_NUMBER, "", false, 0 },
    { CONFIG_PORT_OR_NONE, "", true, 0 },
    { CONFIG_PORT_OR_NONE, "0", false, 0 },
    { CONFIG_FLAG, "1", true, 1 },
    { CONFIG_FLAG, "0", true, 0 },
    { CONFIG_FLAG, "t", true, 1 },
    { CONFIG_FLAG, "F", true, 0 },
    { CONFIG_FLAG, "TRUE", true, 1 },
    { CONFIG_FLAG, "False", true, 0 },
    { CONFIG_FLAG, "tRUE", false, 0 },
    { CONFIG_FLAG, "on", false, 0 },
    { CONFIG_FLAG, "2", false, 0 },
    { CONFIG_LEVEL, "error", true, 0 },
    { CONFIG_LEVEL, "debug", true, 3 },
    { CONFIG_LEVEL, "trace", false, 0 },
    { CONFIG_FORMAT, "json", true, 1 },
    { CONFIG_DURATION, "1ms", true, 1 },
    { CONFIG_DURATION, "0", false, 0 },
    { CONFIG_RETENTION, "400d", true, 34560000000 },
    { CONFIG_RETENTION, "1d", true, 86400000 },
    { CONFIG_RETENTION, "36500d", true, 3153600000000 },
    { CONFIG_RETENTION, "off", true, 0 },
    { CONFIG_RETENTION, "0", true, 0 },
    { CONFIG_RETENTION, "0d", false, 0 },
    { CONFIG_RETENTION, "36501d", false, 0 },
    { CONFIG_RETENTION, "400", false, 0 },
    { CONFIG_RETENTION, "d", false, 0 },
    { CONFIG_RETENTION, "1.5d", false, 0 },
    { CONFIG_RETENTION, "24h", false, 0 },
    { CONFIG_SWITCH, "off", true, 0 },
    { CONFIG_SWITCH, "on", true, 1 },
    { CONFIG_SWITCH, "ON", false, 0 },
    { CONFIG_SWITCH, "true", false, 0 },
    { CONFIG_SWITCH, "", false, 0 },
    { CONFIG_CLIENT_LOGIN, "refuse", true, 0 },
    { CONFIG_CLIENT_LOGIN, "pass", true, 1 },
    { CONFIG_CLIENT_LOGIN, "Pass", false, 0 },
    { CONFIG_CLIENT_LOGIN, "on", false, 0 },
    { CONFIG_NOTIFY_FORMAT, "json", true, 0 },
    { CONFIG_NOTIFY_FORMAT, "ntfy", true, 6 },
    { CONFIG_NOTIFY_FORMAT, "JSON", false, 0 },
    { CONFIG_NOTIFY_FORMAT, "", false, 0 },
    { CONFIG_TEXT, "x", false, 0 }, /* not a number kind */
};

static void numbers_are_parsed_by_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(number_cases); i++) {
        uint64_t value = 0;
        bool fine = config_parse_number(number_cases[i].kind,
                                        str_of(number_cases[i].text), &value);

        if (fine != number_cases[i].fine ||
            (fine && value != number_cases[i].value))
            fail_msg("case %zu: \"%s\"", i, number_cases[i].text);
    }
}

static const struct {
    enum config_kind kind;
    const char *text;
    bool fine;
} text_cases[] = {
    { CONFIG_TEXT, "any \n thing", true },
    { CONFIG_SECRET, "p@ss", true },
    { CONFIG_ADDRESS, "127.0.0.1", true },
    { CONFIG_ADDRESS, "::", true },
    { CONFIG_ADDRESS, "localhost", true },
    { CONFIG_ADDRESS, "LOCALhost", true },
    { CONFIG_ADDRESS, "[::1]", true },
    { CONFIG_ADDRESS, "[127.0.0.1]", false },
    { CONFIG_ADDRESS, "[::1", false },
    { CONFIG_ADDRESS, "[::1]:80", false },
    { CONFIG_ADDRESS, "[]", false },
    { CONFIG_ADDRESS, "[", false },
    { CONFIG_ADDRESS, "", false },
    { CONFIG_ADDRESS, "127.0.0.1:80", false },
    { CONFIG_HOST_NAME, "", true },
    { CONFIG_HOST_NAME, "a.example", true },
    { CONFIG_HOST_NAME, "a b", false },
    { CONFIG_PROXY_TYPE, "", true },
    { CONFIG_PROXY_TYPE, "socks5", true },
    { CONFIG_PROXY_TYPE, "http", true },
    { CONFIG_PROXY_TYPE, "https", true },
    { CONFIG_PROXY_TYPE, "SOCKS5", false },
    { CONFIG_TOKEN, "2023-06-01", true },
    { CONFIG_TOKEN, "a b", false },
    { CONFIG_TOKEN_LIST, "a, b_c", true },
    { CONFIG_TOKEN_LIST, "a\r\nb", false },
    { CONFIG_SCOPES, "user:profile user:inference", true },
    { CONFIG_SCOPES, "a_b-c.d:e9", true },
    { CONFIG_SCOPES, "a  b", false },
    { CONFIG_SCOPES, " a", false },
    { CONFIG_SCOPES, "a ", false },
    { CONFIG_SCOPES, "a,b", false },
    { CONFIG_SCOPES, "a\tb", false },
    { CONFIG_SCOPES, "a&b=c", false },
    { CONFIG_LINK, "https://a.example/x", true },
    { CONFIG_LINK, "https://a.example/x?code=1&b=%20", true },
    { CONFIG_LINK, "http://localhost:9/x", true },
    { CONFIG_LINK, "http://127.0.0.1/x?y", true },
    { CONFIG_LINK, "http://a.example/x", false },
    { CONFIG_LINK, "http://a.example/?x=https://localhost", false },
    { CONFIG_LINK, "https://u:p@a.example/x", false },
    { CONFIG_LINK, "https://a.example/x#y", false },
    { CONFIG_LINK, "https://a.example/x?y#z", false },
    { CONFIG_LINK, "https://a.example/?x y", false },
    { CONFIG_LINK, "https://a.example/?x\r\ny", false },
    { CONFIG_LINK, "ftp://a.example/x", false },
    { CONFIG_LINK, "javascript:alert(1)", false },
    { CONFIG_LINK, "", false },
    { CONFIG_PORT_NUMBER, "80", false }, /* not a text kind */
};

static void texts_fit_by_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(text_cases); i++) {
        if (config_text_fits(text_cases[i].kind, str_of(text_cases[i].text)) !=
            text_cases[i].fine)
            fail_msg("case %zu: \"%s\"", i, text_cases[i].text);
    }
}

static void each_kind_is_a_text_or_a_number(void **state)
{
    (void)state;
    assert_false(config_kind_is_text(CONFIG_PORT_NUMBER));
    assert_false(config_kind_is_text(CONFIG_FORMAT));
    assert_true(config_kind_is_text(CONFIG_TEXT));
    assert_true(config_kind_is_text(CONFIG_SECRET));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_parsed_by_kind),
        cmocka_unit_test(texts_fit_by_kind),
        cmocka_unit_test(each_kind_is_a_text_or_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
