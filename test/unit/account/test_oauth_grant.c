// SPDX-License-Identifier: MIT
/* Tokens in answers, in good ones and in damaged ones. */
#include "account/oauth_grant.h"

#include <stdio.h>

#include "account/kinds.h"
#include "account/oauth.h"
#include "unit.h"

#define NOW_MS 784111777000u /* Sun, 06 Nov 1994 08:49:37 GMT */
#define HOUR_MS (3600u * 1000)
#define DAY_MS (24u * HOUR_MS)
/* With its length, NULs and all. */
#define STR_INIT(text)                                                         \
    {                                                                          \
        (text), sizeof(text) - 1                                               \
    }

#define A "\"access_token\":\"sk-ant-oat01-A\""
#define PATCH_A "{" A ",\"expires_at\":"
#define AT_8H "\"1994-11-06T16:49:37.000Z\""
#define AT_1H "\"1994-11-06T09:49:37.000Z\""
#define AT_1M "\"1994-11-06T08:50:37.000Z\""
#define AT_366D "\"1995-11-07T08:49:37.000Z\""

static const struct {
    const char *body;
    const char *patch;
    uint64_t lifetime_ms;
} grants[] = {
    { "{" A "}", PATCH_A AT_8H "}", 8 * HOUR_MS },
    { "{" A ",\"expires_in\":3600}", PATCH_A AT_1H "}", HOUR_MS },
    { "{" A ",\"expires_in\":0}", PATCH_A AT_1M "}", 60000 },
    { "{" A ",\"expires_in\":60}", PATCH_A AT_1M "}", 60000 },
    /* a number is one however it is written */
    { "{" A ",\"expires_in\":3.6e3}", PATCH_A AT_1H "}", HOUR_MS },
    { "{" A ",\"expires_in\":36E+2}", PATCH_A AT_1H "}", HOUR_MS },
    { "{" A ",\"expires_in\":3600000e-3}", PATCH_A AT_1H "}", HOUR_MS },
    { "{" A ",\"expires_in\":0.0036e6}", PATCH_A AT_1H "}", HOUR_MS },
    { "{" A ",\"expires_in\":3600.999}", PATCH_A AT_1H "}", HOUR_MS },
    { "{" A ",\"expires_in\":3600.0e0}", PATCH_A AT_1H "}", HOUR_MS },
    { "{" A ",\"expires_in\":\"3.6e3\"}", PATCH_A AT_1H "}", HOUR_MS },
    { "{" A ",\"expires_in\":1e-999999999999999999999}", PATCH_A AT_1M "}",
      60000 },
    { "{" A ",\"expires_in\":1e999999999999999999999}", PATCH_A AT_366D "}",
      366ull * DAY_MS },
    { "{" A ",\"expires_in\":0e999999999999999999999}", PATCH_A AT_1M "}",
      60000 },
    { "{" A ",\"expires_in\":-3600}", PATCH_A AT_8H "}", 8 * HOUR_MS },
    { "{" A ",\"expires_in\":3.6e}", PATCH_A AT_8H "}", 8 * HOUR_MS },
    { "{" A ",\"expires_in\":1 hour}", PATCH_A AT_1M "}", 60000 },
    { "{" A ",\"expires_in\":e3}", PATCH_A AT_8H "}", 8 * HOUR_MS },
    { "{" A ",\"expires_in\":99999999999}", PATCH_A AT_366D "}",
      366ull * DAY_MS },
    /* new tokens are never thrown away for what stands beside them */
    { "{" A ",\"expires_in\":\"3600\"}", PATCH_A AT_1H "}", HOUR_MS },
    { "{" A ",\"expires_in\":null}", PATCH_A AT_8H "}", 8 * HOUR_MS },
    { "{" A ",\"refresh_token\":null,\"scope\":7}", PATCH_A AT_8H "}",
      8 * HOUR_MS },
    { "{" A ",\"refresh_token\":\"\",\"scope\":\"\"}", PATCH_A AT_8H "}",
      8 * HOUR_MS },
    { "{" A ",\"refresh_token\":\"a b\"}", PATCH_A AT_8H "}", 8 * HOUR_MS },
    { "{\"token_type\":\"Bearer\"," A
      ",\"refresh_token\":\"R\",\"scope\":\"a  b:c\",\"organization\":{}}",
      "{" A ",\"refresh_token\":\"R\",\"expires_at\":" AT_8H
      ",\"scopes\":[\"a\",\"b:c\"]}",
      8 * HOUR_MS },
};

static void new_tokens_become_a_patch(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(grants); i++) {
        uint64_t lifetime_ms;
        struct json_doc *patch =
            oauth_grant(200, str_of(grants[i].body), NOW_MS, &lifetime_ms);
        struct buf out;

        if (!patch)
            fail_msg("%s", grants[i].body);
        buf_init(&out, 4096);
        assert_true(json_doc_write(patch, false, &out));
        unit_assert_str(buf_str(&out), grants[i].patch);
        assert_int_equal(lifetime_ms, grants[i].lifetime_ms);
        buf_done(&out);
        json_doc_free(patch);
    }
}

#define AT_NOW "\"1994-11-06T08:49:37.000Z\""
#define R "\"refresh_token\":\"sk-ant-ort01-R\""
#define BOTH A "," R
#define WHOLE "{" BOTH ",\"expires_at\":" AT_8H "}"

/* Whatever else is in it, or happened to it. */
static const struct {
    unsigned status;
    struct str body;
    const char *patch;
} odd[] = {
    /* beside the tokens */
    { 200, STR_INIT("{" BOTH ",\"x\":\"\\ud800\"}"), WHOLE },
    { 200, STR_INIT("{\"x\":\"\\udc00 \"," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\"x\":\"\\u0000\"," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\"x\":\"\0\"," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\0" BOTH "}\0"), WHOLE },
    { 200, STR_INIT("{\"x\":\"\xff\xc0\xaf\"," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\"\xff\":1," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\"x\":1e99999," BOTH ",\"y\":-}"), WHOLE },
    { 200, STR_INIT("{\"x\":99999999999999999999999999," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\"x\":1,\"x\":2," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\"x\":\"5\" tall\"," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\"x\":\"a \\q\"," BOTH ",}"), WHOLE },
    { 200, STR_INIT("{\"x\":NaN," BOTH ",\"y\":undefined}"), WHOLE },
    { 200, STR_INIT("{\"x\":\"\t\n\"," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\"error\":null," BOTH "}"), WHOLE },
    { 200, STR_INIT("{\"error\":\"x\"," BOTH "}"), WHOLE },
    /* around them */
    { 200, STR_INIT("\xef\xbb\xbf{" BOTH "}"), WHOLE },
    { 200, STR_INIT(" \r\n\t{" BOTH "}\n\n"), WHOLE },
    { 200, STR_INIT("{" BOTH "}{\"access_token\":\"other\"}"), WHOLE },
    { 200, STR_INIT("{" BOTH "}<!-- served by x -->"), WHOLE },
    { 200, STR_INIT(")]}',\n{" BOTH "}"), WHOLE },
    { 200, STR_INIT("{}\n{" BOTH "}"), WHOLE },
    { 200, STR_INIT("[{" BOTH "}]"), WHOLE },
    { 200, STR_INIT("{\"data\":{\"a\":{" BOTH "}}}"), WHOLE },
    { 200, STR_INIT("\"access_token\" \n:\t\"sk-ant-oat01-A\"," R), WHOLE },
    /* of several the outermost, then the last that can be one */
    { 200, STR_INIT("{\"old\":{\"access_token\":\"B\"}," BOTH "}"), WHOLE },
    { 200, STR_INIT("{" BOTH ",\"old\":{\"access_token\":\"B\"}}"), WHOLE },
    { 200, STR_INIT("{\"access_token\":\"B\"," BOTH "}"), WHOLE },
    { 200, STR_INIT("{" BOTH ",\"access_token\":null}"), WHOLE },
    { 200, STR_INIT("{" BOTH ",\"refresh_token\":\"\"}"), WHOLE },
    { 200,
      STR_INIT("{\"x\":\"access_token\",\"y\":\"\\\"access_token\\\":"
               "\\\"B\\\"\"," BOTH "}"),
      WHOLE },
    /* cut off */
    { 200, STR_INIT("{" BOTH), WHOLE },
    { 200, STR_INIT("{" BOTH ",\"scope\":\"user:in"), WHOLE },
    { 200, STR_INIT("{" A ",\"refresh_token\":\"sk-ant-o"),
      "{" A ",\"expires_at\":" AT_8H "}" },
    { 200, STR_INIT("{" BOTH ",\"expires_in\":3600"),
      "{" BOTH ",\"expires_at\":" AT_1H "}" },
    /* another status */
    { 201, STR_INIT("{" BOTH "}"), WHOLE },
    { 203, STR_INIT("{" BOTH "}"), WHOLE },
    { 299, STR_INIT("{" A "}"), "{" A ",\"expires_at\":" AT_8H "}" },
    { 302, STR_INIT("{" BOTH "}"), WHOLE },
    { 500, STR_INIT("{" BOTH "}"), WHOLE },
    { 500, STR_INIT("{\"error\":\"server_error\"," BOTH "}"), WHOLE },
    { 400, STR_INIT("{\"error\":{\"type\":\"x\"}," BOTH "}"), WHOLE },
    { 0, STR_INIT("{" BOTH "}"), WHOLE },
    { 0, STR_INIT("{" A "}"), "{" A ",\"expires_at\":" AT_8H "}" },
    /* white space is no part of a token */
    { 200, STR_INIT("{" A ",\"refresh_token\":\" sk-ant-ort01-R\"}"), WHOLE },
    { 200,
      STR_INIT("{\"access_token\":\"\\tsk-ant-oat01-A\\r\\n\","
               "\"refresh_token\":\"sk-ant-ort01-R\n \"}"),
      WHOLE },
    /* written in another way */
    { 200,
      STR_INIT("{\"access\\u005ftoken\":\"sk-ant-oat01-A\","
               "\"refresh\\u005Ftoken\":\"sk-ant-ort01-R\"}"),
      WHOLE },
    { 200, STR_INIT("{" A ",\"\\u0072efresh_toke\\u006e\":\"sk-ant-ort01-R\"}"),
      WHOLE },
    { 200,
      STR_INIT("{\"x\":\"access\\u005ftoken\",\"access\\u0020token\":\"B\","
               "\"access\\u005ftoken\\u0000\":\"B\"," BOTH "}"),
      WHOLE },
    { 200,
      STR_INIT("{\"body\":\"{\\\"access\\\\u005ftoken\\\":\\\"sk-ant-oat01-A"
               "\\\",\\\"refresh\\\\u005ftoken\\\":\\\"sk-ant-ort01-R\\\"}\"}"),
      WHOLE },
    { 200,
      STR_INIT("{\"body\":\"{\\\"access_token\\\":\\\"sk-ant-oat01-A"
               "\\\",\\\"refresh_token\\\":\\\"sk-ant-ort01-R\\\"}\"}"),
      WHOLE },
    { 200,
      STR_INIT("\xff\xfe{\0\"\0a\0c\0c\0e\0s\0s\0_\0t\0o\0k\0e\0n\0\"\0:\0\""
               "\0A\0\"\0}\0"),
      "{\"access_token\":\"A\",\"expires_at\":" AT_8H "}" },
    /* escapes, and all that can be sent */
    { 200, STR_INIT("{\"access_token\":\"sk\\u002dant\\u002Doat01-A\"," R "}"),
      WHOLE },
    { 200,
      STR_INIT("{\"access_token\":\"a\\/b/c\",\"refresh_token\":"
               "\"!#$%&'()*+,-.:;<=>?@[]^_`{|}~\\\\\\\"\"}"),
      "{\"access_token\":\"a/b/c\",\"refresh_token\":"
      "\"!#$%&'()*+,-.:;<=>?@[]^_`{|}~\\\\\\\"\",\"expires_at\":" AT_8H "}" },
    /* how long, and what for: as far as it can be read */
    { 200, STR_INIT("{" BOTH ",\"expires_in\":3600.9}"),
      "{" BOTH ",\"expires_at\":" AT_1H "}" },
    { 200, STR_INIT("{" BOTH ",\"expires_in\":\"3600.0\"}"),
      "{" BOTH ",\"expires_at\":" AT_1H "}" },
    { 200, STR_INIT("{" BOTH ",\"expires_in\":\"\"}"), WHOLE },
    { 200, STR_INIT("{" BOTH ",\"expires_in\":\"soon\"}"), WHOLE },
    { 200, STR_INIT("{" BOTH ",\"expires_in\":-5}"), WHOLE },
    { 200, STR_INIT("{" BOTH ",\"expires_in\":1e9}"),
      "{" BOTH ",\"expires_at\":" AT_366D "}" },
    { 200, STR_INIT("{" BOTH ",\"expires_in\":{}}"), WHOLE },
    { 200, STR_INIT("{" BOTH ",\"expires_in\":99999999999999999999999999}"),
      "{" BOTH ",\"expires_at\":" AT_366D "}" },
    { 200, STR_INIT("{" BOTH ",\"scope\":\"a \xff b\\ud800 c\\u0000 d\"}"),
      "{" BOTH ",\"expires_at\":" AT_8H ",\"scopes\":[\"a\",\"d\"]}" },
    { 200, STR_INIT("{" BOTH ",\"scope\":\"\xff\"}"), WHOLE },
    { 200, STR_INIT("{" BOTH ",\"scope\":[\"a\"]}"), WHOLE },
    /* the refresh token alone is the more precious one */
    { 200, STR_INIT("{" R "}"),
      "{" R ",\"access_token\":\"none-came\",\"expires_at\":" AT_NOW "}" },
    { 200, STR_INIT("{\"access_token\":\"a b\"," R "}"),
      "{" R ",\"access_token\":\"none-came\",\"expires_at\":" AT_NOW "}" },
};

static void tokens_are_never_thrown_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        uint64_t lifetime_ms;
        struct json_doc *patch =
            oauth_grant(odd[i].status, odd[i].body, NOW_MS, &lifetime_ms);
        struct buf out;

        if (!patch)
            fail_msg("%zu: " STR_FMT, i, STR_ARG(odd[i].body));
        buf_init(&out, 4096);
        assert_true(json_doc_write(patch, false, &out));
        unit_assert_str(buf_str(&out), odd[i].patch);
        buf_done(&out);
        json_doc_free(patch);
    }
}

static const struct {
    unsigned status;
    const char *body;
} barren[] = {
    { 200, "{" },
    { 200, "{\"access_token\":\"\\u00e9\"}" },
    { 200, "{\"access_token\":\"\\ud83d\\ude00\"}" },
    { 200, "{\"access_token\":\"a\\u0000\"}" },
    { 200, "{\"access_token\":\"a\xff\"}" },
    { 200, "{\"x\":\"\\\"access_token\\\":\\\"B\\\"\"}" },
    { 200, "{\"error\":\"x\"," R "}" },
    { 500, "{\"error\":\"x\"," A "}" },
    { 400, "{\"error\":{\"type\":\"x\"}," R "}" },
    { 0, "{\"error\":\"x\"," R "}" },
    { 400, "{\"grant_type\":\"refresh_token\"," R "}" },
    { 500, "{" A "}" },
};

static void what_holds_none_grants_nothing(void **state)
{
    uint64_t lifetime_ms;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(barren); i++) {
        if (oauth_grant(barren[i].status, str_of(barren[i].body), NOW_MS,
                        &lifetime_ms))
            fail_msg("%s", barren[i].body);
    }
}

/* One of 32 KB fits into a head, a longer one does not. */
static void tokens_have_a_ceiling(void **state)
{
    static char body[2 * KIND_OAUTH_TOKEN_MAX];
    uint64_t lifetime_ms;
    struct json_doc *patch;

    (void)state;
    for (int over = 0; over <= 1; over++) {
        (void)snprintf(body, sizeof(body), "{\"access_token\":\"%0*d\"}",
                       KIND_OAUTH_TOKEN_MAX + over, 7);
        patch = oauth_grant(200, str_of(body), NOW_MS, &lifetime_ms);
        assert_int_equal(patch != NULL, over == 0);
        json_doc_free(patch);
    }
}

static const struct {
    const char *body;
    enum fetch_worth worth;
} looks[] = {
    { "", FETCH_WORTHLESS },
    { "{\"access_token\":\"sk-ant-oat", FETCH_WORTHLESS },
    { "{" A, FETCH_PRECIOUS },
    { "{" A ",\"refresh_token\":\"sk-ant-o", FETCH_PRECIOUS },
    { "{" R, FETCH_PRECIOUS },
    { "{" BOTH, FETCH_ENOUGH },
    { "{" BOTH "}", FETCH_ENOUGH },
};

static void half_an_answer_is_judged_by_what_it_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(looks); i++)
        assert_int_equal(oauth_look(200, str_of(looks[i].body)),
                         looks[i].worth);
}

static const struct {
    const char *body;
    bool spoilt;
} spoilt[] = {
    { "{" BOTH "}", false },
    { "{" A "}", false },
    { "{" A ",\"refresh_token\":null}", false },
    { "{" A ",\"refresh_token\":\"\"}", false },
    { "{" A ",\"refresh_token\":\"a b\"}", true },
    { "{" A ",\"refresh_token\":\"\\u00e9\"}", true },
};

static void a_refresh_token_that_is_none_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(spoilt); i++) {
        struct str body = str_of(spoilt[i].body);
        uint64_t lifetime_ms;
        struct json_doc *patch = oauth_grant(200, body, NOW_MS, &lifetime_ms);

        assert_non_null(patch);
        assert_int_equal(oauth_grant_spoils(patch, body), spoilt[i].spoilt);
        json_doc_free(patch);
    }
}

static const struct {
    unsigned status;
    const char *body;
    bool doubt;
} doubts[] = {
    { 200, "", true },
    { 204, " \r\n", true },
    { 304, "", true },
    { 0, "", true },
    { 200, "{\"access_tok", true },
    { 200, "{" A ",\"refresh", true },
    { 500, "{\"error\":", true },
    { 200, "{}", false },
    { 200, "{" A "}\n", false },
    { 200, "<html>", false },
    { 400, "", false },
    { 400, "{\"error\":\"invalid_grant\"}", false },
    { 502, "Bad Gateway", false },
};

static void what_looks_cut_is_doubted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(doubts); i++) {
        if (oauth_doubt(doubts[i].status, str_of(doubts[i].body)) !=
            doubts[i].doubt)
            fail_msg("%u %s", doubts[i].status, doubts[i].body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_tokens_become_a_patch),
        cmocka_unit_test(tokens_are_never_thrown_away),
        cmocka_unit_test(what_holds_none_grants_nothing),
        cmocka_unit_test(tokens_have_a_ceiling),
        cmocka_unit_test(a_refresh_token_that_is_none_is_told),
        cmocka_unit_test(what_looks_cut_is_doubted),
        cmocka_unit_test(half_an_answer_is_judged_by_what_it_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
