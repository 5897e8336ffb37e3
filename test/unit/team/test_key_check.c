// SPDX-License-Identifier: MIT
/* Documents that make or change keys: every bad member is named. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "team/key.h"
#include "unit.h"

#define WHOLE_KEY "cr_0123456789012345678901234567890123456789012"

static const struct {
    const char *doc;
    const char *said; /* NULL: fine */
} keys[] = {
    { "{}", NULL },
    { "[]", "must be a JSON object" },
    { "\"name\"", "must be a JSON object" },
    { "null", "must be a JSON object" },
    { "{\"name\":\"alice\"}", NULL },
    { "{\"name\":\"Alice Smith <a@b.c>\"}", NULL },
    { "{\"name\":\"\xe5\xb0\x8f\xe6\x98\x8e\"}", NULL },
    { "{\"name\":\"\"}", "name must be" },
    { "{\"name\":null}", "name must be" },
    { "{\"name\":7}", "name must be" },
    { "{\"name\":\"7\"}", "name must be" },
    { "{\"name\":\"007\"}", "name must be" },
    { "{\"name\":\"7a\"}", NULL },
    { "{\"name\":\"..\"}", "name must be" },
    { "{\"name\":\".x\"}", "name must be" },
    { "{\"name\":\"a/b\"}", "name must be" },
    { "{\"name\":\"a\\\\b\"}", "name must be" },
    { "{\"name\":\" a\"}", "name must be" },
    { "{\"name\":\"a \"}", "name must be" },
    { "{\"name\":\"a\\nb\"}", "name must be" },
    { "{\"name\":\"a\\u0085b\"}", "name must be" },
    { "{\"name\":\"a\\u200bb\"}", "name must be" },
    { "{\"name\":\"a\\u202eb\"}", "name must be" },
    { "{\"name\":\"a\\u2066b\"}", "name must be" },
    { "{\"name\":\"\\ufeffa\"}", "name must be" },
    { "{\"name\":\"a\\udb40\\udc41\"}", "name must be" },
    { "{\"name\":\"cr_abc\"}", "name must be" },
    { "{\"name\":\"x-sk-ant-api03-abc\"}", "name must be" },
    { "{\"owner\":\"\"}", NULL },
    { "{\"owner\":\"a\\u2800\"}", NULL }, /* stored when that was fine */
    { "{\"owner\":[]}", "owner must be one line" },
    /* what is stored and shown as it is */
    { "{\"name\":\"a " WHOLE_KEY "\"}", "name must be" },
    { "{\"note\":\"a\\nb\\tc\"}", NULL },
    { "{\"note\":\"\\u2764\\ufe0f\"}", NULL },
    { "{\"tags\":[]}", NULL },
    { "{\"tags\":[\"a\",\"b c\"]}", NULL },
    { "{\"tags\":\"a\"}", "tags must be an array" },
    { "{\"tags\":[\"a\",2]}", "tags[1] must be" },
    { "{\"tags\":[\"a,b\"]}", "tags[0] must be" },
    { "{\"tags\":[\"\"]}", "tags[0] must be" },
    { "{\"group\":\"students\"}", NULL },
    { "{\"group\":\"12\"}", NULL },
    { "{\"group\":null}", NULL },
    { "{\"group\":12}", "group must be" },
    { "{\"group\":\"\"}", "group must be" },
    { "{\"limits\":{}}", NULL },
    { "{\"limits\":null}", NULL },
    { "{\"limits\":{\"rpm\":60,\"tpm_in\":1,\"tpm_out\":2,\"rpd\":3,"
      "\"concurrency\":4,\"cost_5h\":0.000001,\"cost_day\":\"3.10\","
      "\"cost_week\":3.1,\"cost_month\":10,\"cost_total\":null}}",
      NULL },
    { "{\"limits\":{\"rpm\":0}}", NULL },
    { "{\"limits\":{\"rpm\":60.0}}", NULL },
    { "{\"limits\":{\"rpm\":\"60\"}}", NULL },
    { "{\"limits\":[]}", "limits must be an object" },
    { "{\"limits\":60}", "limits must be an object" },
    { "{\"limits\":{\"rps\":1}}", "unknown limit rps: there are rpm, tpm_in" },
    { "{\"limits\":{\"rpm\":-1}}", "rpm must be at least 0" },
    { "{\"limits\":{\"rpm\":1.5}}", "rpm" },
    { "{\"limits\":{\"rpm\":true}}", "rpm must be a number" },
    { "{\"limits\":{\"rpm\":\"many\"}}", "rpm" },
    { "{\"limits\":{\"rpm\":1e300}}", "rpm must be" },
    { "{\"limits\":{\"cost_day\":0.0000001}}", "at most six decimals" },
    { "{\"limits\":{\"cost_day\":\"0.0000001\"}}", "cost_day" },
    { "{\"limits\":{\"cost_day\":-0.5}}", "cost_day must be at least 0" },
    { "{\"limits\":{\"cost_day\":\"$5\"}}", "cost_day" },
    { "{\"limits\":{\"cost_day\":\"1e3\"}}", "cost_day" },
    { "{\"limits\":{\"cost_day\":[5]}}", "cost_day must be a number" },
    { "{\"accounts\":\"pool\"}", NULL },
    { "{\"accounts\":[\"main\",\"b@c.d\"]}", NULL },
    { "{\"accounts\":[\"tag:a\",\"main\",\"tag:Team A\"]}", NULL },
    { "{\"accounts\":[\"tag:\"]}", "accounts[0] must be the name" },
    { "{\"accounts\":[\"tag:a,b\"]}", "or tag:NAME" },
    { "{\"accounts\":[\"tags:a\"]}", "or tag:NAME" },
    { "{\"accounts\":\"main\"}", "accounts must be \"pool\" or an array" },
    { "{\"accounts\":[]}", "accounts must be" },
    { "{\"accounts\":[\"../x\"]}", "accounts[0] must be the name" },
    { "{\"accounts\":[\"a\",null]}", "accounts[1] must be the name" },
    { "{\"models\":[\"claude-*\"]}", NULL },
    { "{\"models\":\"claude-*\"}", "models must be an array" },
    { "{\"deny_models\":[3]}", "deny_models[0] must be" },
    { "{\"clients\":[]}", "clients must be an array" },
    { "{\"addresses\":[\"10.0.0.0/8\",\"2001:db8::1\"]}", NULL },
    { "{\"addresses\":[\"10.0.0.1/8\"]}", "addresses[0]" },
    { "{\"addresses\":[\"::/0\",\"host\"]}", "addresses[1]" },
    { "{\"addresses\":[8]}", "addresses[0]" },
    { "{\"addresses\":\"10.0.0.0/8\"}", "addresses must be an array" },
    { "{\"allow\":[\"messages\",\"batches\",\"files\",\"other\"]}", NULL },
    { "{\"allow\":[\"message\"]}", "allow must be an array of some of" },
    { "{\"allow\":[]}", "allow must be" },
    { "{\"allow\":\"messages\"}", "allow must be" },
    { "{\"reserve\":\"strict\"}", NULL },
    { "{\"reserve\":\"expected\"}", NULL },
    { "{\"reserve\":\"Strict\"}", "reserve must be" },
    { "{\"reserve\":true}", "reserve must be" },
    { "{\"time_zone\":\"Asia/Shanghai\"}", NULL },
    { "{\"time_zone\":\"\"}", "time_zone must be" },
    { "{\"time_zone\":8}", "time_zone must be" },
    { "{\"queue_wait\":\"30s\"}", NULL },
    { "{\"queue_wait\":\"0s\"}", NULL },
    { "{\"queue_wait\":\"11m\"}", "queue_wait must be" },
    { "{\"queue_wait\":30}", "queue_wait must be" },
    { "{\"queue_wait\":\"soon\"}", "queue_wait must be" },
    { "{\"expires\":\"2026-12-31\"}", NULL },
    { "{\"expires\":\"2028-02-29\"}", NULL },
    { "{\"expires\":\"2026-02-29\"}", "expires must be" },
    { "{\"expires\":\"2026-13-01\"}", "expires must be" },
    { "{\"expires\":\"2026-12-31T18:00:00Z\"}", NULL },
    { "{\"expires\":\"2026-12-31T18:00:00+08:00\"}", NULL },
    { "{\"expires\":\"30d after first use\"}", NULL },
    { "{\"expires\":\"30d\"}", NULL },
    { "{\"expires\":\"0d\"}", "expires must be" },
    { "{\"expires\":\"d\"}", "expires must be" },
    { "{\"expires\":\"-1d\"}", "expires must be" },
    { "{\"expires\":\"99999999d\"}", "expires must be" },
    { "{\"expires\":\"30 days\"}", "expires must be" },
    { "{\"expires\":1798675200}", "expires must be" },
    { "{\"expires\":null}", NULL },
    { "{\"enabled\":false}", NULL },
    { "{\"enabled\":\"no\"}", "enabled must be true or false" },
    { "{\"proxy\":1}", "proxy must be true or false" },
    { "{\"show_limit\":\"true\"}", "show_limit must be true or false" },
    { "{\"ownr\":\"x\"}", "unknown member ownr: there are name, owner, note" },
    { "{\"id\":3}", "unknown member id" },
    { "{\"key\":\"cr_x\"}", "unknown member key" },
};

static void every_bad_member_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct err err = { 0 };
        struct json_doc *doc = json_doc_parse(str_of(keys[i].doc), &err);

        assert_non_null(doc);
        if (key_check_doc(doc, &err) != !keys[i].said)
            fail_msg("%s: %s", keys[i].doc, err.text);
        if (keys[i].said) {
            assert_int_equal(err.code, ERR_BAD_REQUEST);
            unit_assert_part(err.text, keys[i].said);
        }
        json_doc_free(doc);
    }
}

static const struct {
    const char *doc;
    const char *said;
} groups[] = {
    { "{\"name\":\"students\",\"note\":\"x\",\"time_zone\":\"UTC\","
      "\"limits\":{\"rpm\":5}}",
      NULL },
    { "{\"owner\":\"x\"}", "unknown member owner: there are name, note, "
                           "limits, time_zone" },
    { "{\"group\":\"x\"}", "unknown member group" },
    { "{\"name\":\"12\"}", "name must be" },
    { "{\"limits\":{\"rpm\":\"x\"}}", "rpm" },
};

static void a_group_has_fewer_members(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        struct err err = { 0 };
        struct json_doc *doc = json_doc_parse(str_of(groups[i].doc), &err);

        assert_int_equal(key_group_check_doc(doc, &err), !groups[i].said);
        if (groups[i].said)
            unit_assert_part(err.text, groups[i].said);
        json_doc_free(doc);
    }
}

/* A key or a token that was pasted into the wrong place is not repeated. */
static void what_may_be_a_secret_is_not_repeated(void **state)
{
    static const char secret[] = "sk-ant-oat01-SECRETSECRETSECRETSECRET";
    static const char *const members[] = {
        "name", "group", "reserve", "expires", "queue_wait", "accounts"
    };
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        struct json_doc *doc = json_doc_new_object();

        json_doc_set_str(doc, members[i], str_of(secret));
        assert_false(key_check_doc(doc, &err));
        assert_null(strstr(err.text, "SECRET"));
        json_doc_free(doc);
    }
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, secret, STR("x"));
    assert_false(key_check_doc(doc, &err));
    assert_null(strstr(err.text, "SECRET"));
    json_doc_free(doc);
}

static void long_texts_are_refused(void **state)
{
    static char text[3000];
    static const struct {
        const char *member;
        size_t max;
    } bounds[] = { { "name", 64 }, { "owner", 200 }, { "note", 2000 } };
    struct err err;

    (void)state;
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        struct json_doc *doc = json_doc_new_object();

        json_doc_set_str(doc, bounds[i].member,
                         (struct str){ text, bounds[i].max });
        assert_true(key_check_doc(doc, &err));
        json_doc_set_str(doc, bounds[i].member,
                         (struct str){ text, bounds[i].max + 1 });
        assert_false(key_check_doc(doc, &err));
        json_doc_free(doc);
    }
}

#define HOLDS " holds a key or token"

static const struct {
    const char *doc;
    const char *problem; /* a part of it; NULL: none */
} texts[] = {
    { "{\"owner\":\"bob\",\"note\":\"cr_short\",\"tags\":[\"a\",\"sk-b\"]}",
      NULL },
    { "{\"owner\":null,\"tags\":[]}", NULL },
    { "{\"note\":\"a\\nb\\tc\\u3000d\"}", NULL },
    { "{\"owner\":\"" WHOLE_KEY "\"}", "owner" HOLDS },
    { "{\"owner\":\"his sk-ant-api03-abc\"}", "owner" HOLDS },
    { "{\"note\":\"it is\\n" WHOLE_KEY ".\"}", "note" HOLDS },
    { "{\"tags\":[\"a\",\"x" WHOLE_KEY "\"]}", "tags" HOLDS },
    { "{\"owner\":\"a\\nb\"}", "owner must be one line of visible text" },
    { "{\"owner\":\"\\u3000\"}", "owner must be one line" },
    { "{\"owner\":\"a\\u2800\"}", "owner must be one line" },
    { "{\"note\":\"a\\rb\"}", "note must be lines of visible text" },
    { "{\"note\":\"a\\u034fb\"}", "note must be lines" },
    { "{\"tags\":[\"a\",\"b\\u202e\"]}", "tags must be a list of visible" },
};

static void texts_that_come_in_are_visible_and_no_secrets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct err err = { .text = "" };
        struct json_doc *doc = json_doc_parse(str_of(texts[i].doc), &err);

        assert_non_null(doc);
        assert_true(key_check_doc(doc, &err));
        if (key_check_texts(doc, &err) != !texts[i].problem)
            fail_msg("%s", texts[i].doc);
        if (texts[i].problem) {
            unit_assert_part(err.text, texts[i].problem);
            assert_null(strstr(err.text, "cr_0"));
        }
        json_doc_free(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_come_in_are_visible_and_no_secrets),
        cmocka_unit_test(every_bad_member_is_named),
        cmocka_unit_test(a_group_has_fewer_members),
        cmocka_unit_test(what_may_be_a_secret_is_not_repeated),
        cmocka_unit_test(long_texts_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
