// SPDX-License-Identifier: MIT
/* What a body must not have where the most that it may cost is proven. */
#include "usage/scan_facts.h"

#include "asked.h"
#include "base/macros.h"
#include "unit.h"

#define EDITS(text) "{\"context_management\":{\"edits\":[" text "]}}"
#define LONG16 "0123456789abcdef"
#define LONG128 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16

/* What an ordinary client sends: Claude Code and the SDKs. */
static const char *const free_of_doubt[] = {
    "{}",
    "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\","
    "\"content\":\"hello\",\"anything\":1}],\"system\":[],\"stream\":true,"
    "\"stop_sequences\":[\"x\"],\"temperature\":1,\"top_p\":1,\"top_k\":1,"
    "\"metadata\":{\"user_id\":\"u\"},\"tool_choice\":{\"type\":\"auto\"},"
    "\"tools\":[{\"name\":\"a\",\"description\":\"\",\"input_schema\":{"
    "\"type\":\"object\"}}],\"thinking\":{\"type\":\"adaptive\"},"
    "\"output_config\":{\"effort\":\"high\"},\"output_format\":null,"
    "\"cache_control\":{\"type\":\"ephemeral\"},\"diagnostics\":{"
    "\"previous_message_id\":\"m\"},\"service_tier\":\"auto\","
    "\"context_management\":{\"edits\":[{\"type\":\"clear_thinking_20251015\","
    "\"keep\":\"all\"}]}}",
    "{\"model\":\"m\",\"prompt\":\"x\",\"max_tokens_to_sample\":5}",
    "{\"proxy_config\":null}",
    "{\"service_tier\":\"standard_only\",\"speed\":\"st\\u0061ndard\","
    "\"inference_geo\":\"global\"}",
    "{\"service_tier\":null,\"speed\":null,\"inference_geo\":null}",
    "{\"fallbacks\":null,\"container\" : null,\"thread\":null}",
    "{\"context_management\":null,\"context_management\":{},"
    "\"context_management\":{\"edits\":null}}",
    EDITS(""),
    EDITS("{\"type\":\"clear_tool_uses_20250919\",\"trigger\":{\"type\":"
          "\"input_tokens\",\"value\":1}},{\"a\":1,\"t\\u0079pe\":"
          "\"clear_thinking_20251015\"}"),
};

static void an_ordinary_body_is_free_of_doubt(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(free_of_doubt); i++) {
        struct scan_facts facts = asked_check(str_of(free_of_doubt[i]));

        if (facts.doubt != SCAN_DOUBT_NONE || scan_facts_unbounded(&facts))
            fail_msg("%s: %d %s", free_of_doubt[i], (int)facts.doubt,
                     facts.doubt_name);
    }
}

static const struct {
    const char *body;
    enum scan_doubt doubt;
    const char *name;
} cases[] = {
    { "{\"fallbacks\":[{\"model\":\"m\"}]}", SCAN_DOUBT_MEMBER, "fallbacks" },
    { "{\"f\\u0061llbacks\":\"default\"}", SCAN_DOUBT_MEMBER, "fallbacks" },
    { "{\"oracle\":true,\"tea\":1}", SCAN_DOUBT_MEMBER, "oracle" },
    { "{\"oracle\":null,\"tea\":1,\"x\":null}", SCAN_DOUBT_MEMBER, "tea" },
    { "{\"Model\":\"m\"}", SCAN_DOUBT_MEMBER, "Model" },
    { "{\"\":1}", SCAN_DOUBT_MEMBER, "" },
    { "{\"\\u00e9\":1}", SCAN_DOUBT_MEMBER, "" },
    { "{\"" LONG128 "x\":1}", SCAN_DOUBT_MEMBER, "" },
    { "{\"" LONG128 "\":1}", SCAN_DOUBT_MEMBER,
      LONG16 LONG16 LONG16 "0123456789abcde" },
    /* their names are looked for elsewhere */
    { "{\"type\":\"text\"}", SCAN_DOUBT_MEMBER, "type" },
    { "{\"ttl\":\"5m\"}", SCAN_DOUBT_MEMBER, "ttl" },
    { "{\"speed\":\"fast\"}", SCAN_DOUBT_VALUE, "speed" },
    { "{\"speed\":\"fast\",\"service_tier\":\"auto\",\"speed\":\"standard\","
      "\"x\":null,\"\\u00e9\":null}",
      SCAN_DOUBT_VALUE, "speed" },
    { "{\"speed\":\"standard\",\"speed\":\"fast\"}", SCAN_DOUBT_VALUE,
      "speed" },
    { "{\"speed\":\"\\u00e9\",\"x\":null}", SCAN_DOUBT_VALUE, "speed" },
    { "{\"service_tier\":\"flex\"}", SCAN_DOUBT_VALUE, "service_tier" },
    { "{\"service_tier\":{\"a\":\"auto\"}}", SCAN_DOUBT_VALUE, "service_tier" },
    { "{\"inference_geo\":\"us\"}", SCAN_DOUBT_VALUE, "inference_geo" },
    { "{\"context_management\":[]}", SCAN_DOUBT_VALUE, "context_management" },
    { "{\"context_management\":{\"edits\":{}}}", SCAN_DOUBT_VALUE,
      "context_management" },
    { "{\"context_management\":{\"tea\":1}}", SCAN_DOUBT_VALUE,
      "context_management" },
    { EDITS("{\"type\":\"compact_20260112\"}"), SCAN_DOUBT_EDIT,
      "compact_20260112" },
    { EDITS("{\"type\":\"clear_thinking_20251015\"},{\"type\":\"oracle\"}"),
      SCAN_DOUBT_EDIT, "oracle" },
    { EDITS("{}"), SCAN_DOUBT_EDIT, "" },
    { EDITS("{\"type\":null}"), SCAN_DOUBT_EDIT, "" },
    { EDITS("{\"type\":\"clear_\\u00e9\"}"), SCAN_DOUBT_EDIT, "" },
    { EDITS("{\"type\":\"clear_thinking_20251015\",\"type\":"
            "\"clear_thinking_20251015\"}"),
      SCAN_DOUBT_TWICE, "type" },
    { "{\"context_management\":{\"edits\":[{\"type\":\"compact_1\"}]},"
      "\"context_management\":null}",
      SCAN_DOUBT_EDIT, "compact_1" },
    { "{\"messages\":[{\"content\":[{\"type\":\"tool_addition\"}]}]}",
      SCAN_DOUBT_CONTENT, "tool_addition" },
    { "{\"messages\":[{\"content\":[{\"type\":\"container_upload\"}]}]}",
      SCAN_DOUBT_CONTENT, "container_upload" },
    { "{\"max_tokens\":1,\"max_tokens\":64000}", SCAN_DOUBT_TWICE,
      "max_tokens" },
    { "{\"max_tokens\":1,\"max\\u005ftokens\":null}", SCAN_DOUBT_TWICE,
      "max_tokens" },
    { "{\"model\":\"a\",\"mod\\u0065l\":\"a\"}", SCAN_DOUBT_TWICE, "model" },
};

static void what_nobody_can_price_is_in_doubt(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scan_facts facts = asked_check(str_of(cases[i].body));

        if (facts.doubt != cases[i].doubt)
            fail_msg("%s: %d %s", cases[i].body, (int)facts.doubt,
                     facts.doubt_name);
        assert_string_equal(facts.doubt_name, cases[i].name);
        assert_true(scan_facts_unbounded(&facts));
        scan_facts_bound(&facts);
        assert_false(scan_facts_unbounded(&facts));
    }
}

/* For what has a price of its own. */
static void another_speed_or_region_is_noted(void **state)
{
    static const struct {
        const char *body;
        bool speed;
        bool geo;
    } asked[] = {
        { "{}", false, false },
        { "{\"speed\":\"standard\",\"inference_geo\":\"global\"}", false,
          false },
        { "{\"speed\":null,\"inference_geo\":null}", false, false },
        { "{\"speed\":\"fast\"}", true, false },
        { "{\"inference_geo\":\"us\"}", false, true },
        { "{\"speed\":7,\"inference_geo\":{}}", true, true },
        { "{\"speed\":\"fast\",\"speed\":\"standard\"}", false, false },
        { "{\"messages\":[{\"speed\":\"fast\"}]}", false, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        struct scan_facts facts = asked_check(str_of(asked[i].body));

        if (facts.asks_speed != asked[i].speed ||
            facts.asks_geo != asked[i].geo)
            fail_msg("%s", asked[i].body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_body_is_free_of_doubt),
        cmocka_unit_test(another_speed_or_region_is_noted),
        cmocka_unit_test(what_nobody_can_price_is_in_doubt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
