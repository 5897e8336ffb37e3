// SPDX-License-Identifier: MIT
/* Links and request bodies of the sign-in. */
#include "account/oauth.h"

#include <string.h>

#include "base/base64.h"
#include "crypto/hash.h"
#include "unit.h"

static const struct oauth_client client = {
    .authorize_url = { "https://a.example/authorize", 27 },
    .redirect_uri = { "https://a.example/call back?x=1&y", 33 },
    .client_id = { "id-1", 4 },
    .scopes = { "user:profile user:inference", 27 },
};

static void a_challenge_is_the_hash_of_its_verifier(void **state)
{
    struct oauth_pkce pkce;
    unsigned char hash[HASH_SHA256_LEN];
    struct buf text;

    (void)state;
    oauth_pkce_new(&pkce);
    assert_int_equal(strlen(pkce.verifier), OAUTH_VERIFIER_LEN);
    hash_sha256(str_of(pkce.verifier), hash);
    buf_init(&text, 100);
    base64url_encode(&text, hash, sizeof(hash));
    unit_assert_str(buf_str(&text), pkce.challenge);
    assert_true(oauth_state_is_valid(str_of(pkce.state)));
    buf_done(&text);
}

static void no_two_logins_are_alike(void **state)
{
    struct oauth_pkce one;
    struct oauth_pkce two;

    (void)state;
    oauth_pkce_new(&one);
    oauth_pkce_new(&two);
    assert_string_not_equal(one.verifier, two.verifier);
    assert_string_not_equal(one.challenge, two.challenge);
    assert_string_not_equal(one.state, two.state);
}

#define HEX_60 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab"

static const struct {
    const char *text;
    bool fine;
} state_cases[] = {
    { HEX_60 "cdef", true },          { HEX_60 "cde", false },
    { HEX_60 "cdef0", false },        { HEX_60 "cdeF", false },
    { HEX_60 "cdeg", false },         { HEX_60 "cd/.", false },
    { HEX_60 "cde\n", false },        { "", false },
    { "../../../etc/passwd", false },
};

static void a_state_is_64_hex_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(state_cases); i++) {
        if (oauth_state_is_valid(str_of(state_cases[i].text)) !=
            state_cases[i].fine)
            fail_msg("%s", state_cases[i].text);
    }
}

#define REDIRECT "https%3A%2F%2Fa.example%2Fcall%20back%3Fx%3D1%26y"
#define LINK(base, scope)                                                      \
    base "code=true&client_id=id-1&response_type=code&redirect_uri=" REDIRECT  \
         "&scope=" scope "&code_challenge=CH-_&code_challenge_method=S256"     \
         "&state=st"

static const struct {
    const char *authorize_url;
    bool setup;
    const char *want;
} link_cases[] = {
    { "https://a.example/authorize", false,
      LINK("https://a.example/authorize?",
           "user%3Aprofile%20user%3Ainference") },
    { "https://a.example/authorize", true,
      LINK("https://a.example/authorize?", "user%3Ainference") },
    { "https://a.example/?org=1", false,
      LINK("https://a.example/?org=1&", "user%3Aprofile%20user%3Ainference") },
};

static void a_link_has_its_parameters_in_order(void **state)
{
    struct oauth_pkce pkce = { .challenge = "CH-_",
                               .state = "st",
                               .verifier = "V" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(link_cases); i++) {
        struct oauth_client other = client;
        struct buf out;

        other.authorize_url = str_of(link_cases[i].authorize_url);
        buf_init(&out, 4096);
        oauth_authorize_link(&other, &pkce, link_cases[i].setup, &out);
        unit_assert_str(buf_str(&out), link_cases[i].want);
        buf_done(&out);
    }
}

static void bodies_are_escaped_json(void **state)
{
    struct oauth_exchange exchange = { .code = STR("c\"1"),
                                       .state = STR("s\\"),
                                       .verifier = STR("v") };
    struct buf out;

    (void)state;
    buf_init_secret(&out, 4096);
    oauth_exchange_body(&client, &exchange, &out);
    unit_assert_str(
        buf_str(&out),
        "{\"grant_type\":\"authorization_code\",\"code\":\"c\\\"1\","
        "\"redirect_uri\":\"https://a.example/call back?x=1&y\","
        "\"client_id\":\"id-1\",\"code_verifier\":\"v\",\"state\":\"s\\\\\"}");
    buf_clear(&out);
    oauth_refresh_body(&client, STR("r\n"), &out);
    unit_assert_str(buf_str(&out), "{\"grant_type\":\"refresh_token\","
                                   "\"refresh_token\":\"r\\n\","
                                   "\"client_id\":\"id-1\"}");
    buf_done(&out);
}

static void a_setup_token_is_asked_for_a_year(void **state)
{
    struct oauth_exchange exchange = {
        .code = STR("c"), .state = STR("s"), .verifier = STR("v"), .setup = true
    };
    struct buf out;

    (void)state;
    buf_init_secret(&out, 4096);
    oauth_exchange_body(&client, &exchange, &out);
    assert_true(
        str_contains(buf_str(&out), STR("\"s\",\"expires_in\":31536000}")));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_challenge_is_the_hash_of_its_verifier),
        cmocka_unit_test(no_two_logins_are_alike),
        cmocka_unit_test(a_state_is_64_hex_digits),
        cmocka_unit_test(a_link_has_its_parameters_in_order),
        cmocka_unit_test(bodies_are_escaped_json),
        cmocka_unit_test(a_setup_token_is_asked_for_a_year),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
