// SPDX-License-Identifier: MIT
/* What a request body asks for: told alike by the whole look and by any pieces. */
#include "usage/scan_facts.h"

#include <string.h>

#include "asked.h"
#include "base/macros.h"
#include "unit.h"

#define LONG16 "0123456789abcdef"
#define LONG128 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16
#define KEY "cr_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
#define TOOL(text) "{\"tools\":[{" text "}]}"
#define IN(text) "{\"messages\":[{\"content\":[{" text "}]}]}"

static const struct {
    const char *body;
    const char *want;
} cases[] = {
    { "", "" },
    { "{}", "" },
    { "{\"model\":\"m\",\"max_tokens\":5,\"stream\":true}",
      "model=m max=5 stream" },
    { " { \"max_tokens\" :\t5 ,\n\"model\" : \"m\" } ", "model=m max=5" },
    /* escaped */
    { "{\"\\u006dodel\":\"cl\\u0061ude\\u002dx\",\"max\\u005ftokens\":5}",
      "model=claude-x max=5" },
    { "{\"model\":\"a\\/b\\\"c\"}", "model=a/b\"c" },
    { "{\"mo\\del\":\"m\",\"\\\\u006dodel\":\"m\"}", "" },
    /* the session, however long what stands in front of it */
    { "{\"metadata\":{\"user_id\":\"user_" LONG128
      "_account__session_a-1_B\"}}",
      "session=a-1_B" },
    { "{\"metadata\":{\"user_id\":\"{\\\"device_id\\\":\\\"" LONG128 LONG16
      "\\\",\\\"session_id\\\":\\\"" LONG16 LONG16 "\\\"}\"}}",
      "session=" LONG16 LONG16 },
    { "{\"metadata\":{\"a\":{},\"user_id\":\"x_session_\\u0061b\"},\"model\":"
      "\"m\"}",
      "model=m session=ab" },
    { "{\"metadata\":{\"user_id\":\"_session_a\",\"user_id\":\"b\"}}", "" },
    { "{\"metadata\":{\"user_id\":[\"_session_a\"]}}", "" },
    { "{\"metadata\":[{\"user_id\":\"_session_a\"}]}", "" },
    { "{\"metadata\":{\"user_id\":\"_session_" KEY "\"}}", "" },
    { "{\"metadata\":{\"user_id\":\"_session_a\\u0000\"}}", "" },
    { "{\"metadata\":{\"user_id\":\"\\u00e9_session_a\"}}", "" },
    { "{\"user_id\":\"_session_a\",\"a\":{\"metadata\":{\"user_id\":\"_"
      "session_a\"}}}",
      "" },
    /* odd */
    { "{\"model\":null,\"max_tokens\":null}", "model? max?" },
    { "{\"model\":5,\"max_tokens\":\"5\"}", "model? max?" },
    { "{\"model\":\"\",\"max_tokens\":-1}", "model? max?" },
    { "{\"model\":[\"m\"],\"max_tokens\":5.0}", "max=5 model?" },
    { "{\"model\":{\"a\":1},\"max_tokens\":1e-3}", "model? max?" },
    { "{\"model\":\"\\u00e9\",\"max_tokens\":[5]}", "model? max?" },
    { "{\"model\":\"m\\u0000\",\"max_tokens\":99999999999999999999}",
      "model? max?" },
    { "{\"model\":\"" LONG128 "\"}", "model=" LONG128 },
    { "{\"model\":\"" LONG128 "x\"}", "model?" },
    { "{\"model\":\"claude-opus-5\\u0000x\"}", "model?" },
    { "{\"model\":\"claude-opus-5\\u0000\"}", "model?" },
    { "{\"model\":\"\\u0000claude-opus-5\"}", "model?" },
    { "{\"model\":\"claude-opus-5\\ud800\"}", "model?" },
    { "{\"model\":\"claude-opus-5\\ud83d\\ude00\"}", "model?" },
    { "{\"model\":\"claude-opus-5\\u200b\"}", "model?" },
    { "{\"model\":\"claude\\uff0dopus-5\"}", "model?" },
    { "{\"model\":\"claude\\u002Dopus-5\"}", "model=claude-opus-5" },
    { "{\"model\":\"" LONG16 "\\u0000" LONG128 "\"}", "model?" },
    { "{\"model\":\"x" KEY "\"}", "model?" },
    { "{\"model\":\"sk-ant-oat01-x\"}", "model?" },
    /* the last one counts */
    { "{\"model\":\"a\",\"model\":\"b\",\"max_tokens\":1,\"max_tokens\":2}",
      "model=b max=2 again" },
    { "{\"model\":\"a\",\"mod\\u0065l\":\"a\"}", "model=a again" },
    { "{\"model\":\"a\",\"model\":1,\"max_tokens\":1,\"max_tokens\":\"x\"}",
      "model? max? again" },
    { "{\"model\":1,\"model\":\"b\",\"max_tokens\":{},\"max_tokens\":2}",
      "model=b max=2 again" },
    { "{\"mod\\u0065l\":\"a\",\"\\u006D\\u006fdel\":\"b\\u0000\"}",
      "model? again" },
    { "{\"model\":\"a\",\"model\\u0000\":\"b\",\"Model\":\"b\"}", "model=a" },
    { "{\"model\":\"a\",\"x\":{\"model\":\"b\"},\"y\":[{\"model\":\"c\"}]}",
      "model=a" },
    { "{\"stream\":true,\"stream\":null}", "" },
    { "{\"stream\":false,\"str\\u0065am\":true}", "stream" },
    { "{\"stream\":\"true\"}", "" },
    /* further down is not the top */
    { "{\"a\":{\"model\":\"m\",\"max_tokens\":5,\"stream\":true,\"tools\":"
      "[{\"type\":\"web_search_1\"}]}}",
      "" },
    { "{\"a\":\"{\\\"model\\\":\\\"m\\\"}\"}", "" },
    /* caches, anywhere */
    { "{\"cache_control\":{\"type\":\"ephemeral\"}}", "cache" },
    { "{\"cache_control\":null}", "" },
    { IN("\"cache_control\":{\"type\":\"ephemeral\"}"), "cache" },
    { IN("\"cache_control\" : null"), "" },
    { IN("\"cache_control\":{\"ttl\":\"1h\"}"), "cache 1h" },
    { IN("\"cache_control\" : { \"ttl\" \n:\t\"1h\" }"), "cache 1h" },
    { IN("\"cache_control\":{\"ttl\":\"5m\"}"), "cache" },
    { IN("\"cache\\u005fcontrol\":{\"t\\u0074l\":\"\\u0031h\"}"), "cache 1h" },
    { IN("\"\\u0063\\u0061\\u0063\\u0068\\u0065\\u005f\\u0063\\u006f\\u006e"
         "\\u0074\\u0072\\u006f\\u006c\":{\"\\u0074\\u0074\\u006c\":"
         "\"\\u0031\\u0068\"}"),
      "cache 1h" },
    { "{\"system\":[{\"type\":\"text\",\"text\":\"x\",\"cache_control\":"
      "{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}]}",
      "cache 1h" },
    { TOOL("\"name\":\"a\",\"cache_control\":{\"ttl\":\"1h\"}"), "cache 1h" },
    { "{\"cache_control\":{\"ttl\":\"1h\"}}", "cache 1h" },
    { "{\"ttl\":\"1h\"}", "1h" },
    { "{\"a\":[[[[[[{\"ttl\":\"1h\"}]]]]]]}", "1h" },
    /* what only looks like it */
    { IN("\"ttl\":\"1h \",\"tt\":\"1h\",\"ttll\":\"1h\",\"TTL\":\"1h\""), "" },
    { IN("\"a\":[\"ttl\",\"1h\"],\"b\":\"ttl\",\"c\":\"1h\""), "" },
    { IN("\"text\":\"\\\"ttl\\\":\\\"1h\\\"\""), "" },
    { IN("\"text\":\"\\\\\",\"ttl\":\"1h\""), "1h" },
    { IN("\"ttl\":{\"ttl\":[\"1h\"]}"), "" },
    { IN("\"ttl\":[\"1h\"],\"ttl\":null,\"ttl\":1"), "" },
    { IN("\"ttl\":\"\",\"x\":\"1h\""), "" },
    { IN("\"t\\tl\":\"1h\",\"\\ttl\":\"1h\",\"t\\u0074\":\"1h\""), "" },
    { IN("\"ttl\":\"1\\u00e9h\",\"ttl\":\"\\ud83d1h\""), "" },
    { IN("\"ttl\":\"" LONG128 "\",\"a\":\"1h\""), "" },
    { IN("\"" LONG128 "ttl\":\"1h\""), "" },
    { IN("\"ttl\" \"1h\""), "" },
    { IN("\"ttl\",\"1h\""), "" },
    /* it comes later in the same object */
    { IN("\"a\\u0062\":\"c\\u0064\",\"text\":\"" LONG128 LONG128
         "\\\"\",\"ttl\":\"1h\""),
      "1h" },
    /* content that is not measured by its bytes */
    { IN("\"type\":\"image\",\"source\":{\"type\":\"base64\"}"), "images=1" },
    { IN("\"type\" : \"im\\u0061ge\"},{\"type\":\"image\""), "images=2" },
    { IN("\"type\":\"tool_result\",\"content\":[{\"type\":\"image\"}]"),
      "images=1" },
    { IN("\"type\":\"document\""), "unmeasured" },
    { IN("\"type\":\"tool_reference\""), "unmeasured" },
    { IN("\"type\":\"text\",\"text\":\"image\""), "" },
    { "{\"type\":\"image\"}", "images=1" },
    /* files, anywhere */
    { IN("\"source\":{\"type\":\"file\",\"file_id\":\"file_1\"}"), "files=1" },
    { IN("\"file\\u005fid\":\"a\",\"x\":[{\"file_id\":\"b\"}]"), "files=2" },
    { IN("\"file_id\":null,\"file_ids\":\"a\",\"text\":\"file_id\""), "" },
    { "{\"requests\":[{\"params\":{\"messages\":[{\"file_id\":\"a\"}]}}]}",
      "files=1" },
    /* tools */
    { "{\"tools\":[]}", "" },
    { "{\"tools\":null}", "" },
    { "{\"tools\":[1,\"x\",[{\"type\":\"web_search_1\"}],null]}", "" },
    { TOOL("\"name\":\"a\",\"input_schema\":{\"type\":\"object\"}"), "" },
    { TOOL("\"type\":\"custom\",\"name\":\"a\""), "" },
    { TOOL("\"type\":null,\"name\":\"a\""), "" },
    { TOOL("\"type\":\"bash_20250124\""), "" },
    { TOOL("\"type\":\"text_editor_20250728\"},{\"type\":\"memory_20250818\""),
      "" },
    { TOOL("\"type\":\"computer_20250124\""), "" },
    { TOOL("\"type\":\"web_search_20250305\",\"name\":\"web_search\""),
      "unbounded" },
    { TOOL("\"type\":\"web_search_20250305\",\"max_uses\":5"), "uses=5" },
    { TOOL("\"max_uses\":5,\"type\":\"web_fetch_20250910\""), "uses=5" },
    { TOOL("\"max_u\\u0073es\":5,\"t\\u0079pe\":\"web_se\\u0061rch_1\""),
      "uses=5" },
    { TOOL("\"type\":\"web_search_1\",\"max_uses\":5},{\"type\":"
           "\"web_fetch_1\",\"max_uses\":2"),
      "uses=7" },
    { TOOL("\"type\":\"web_search_1\",\"max_uses\":5},{\"type\":"
           "\"code_execution_20250825\""),
      "uses=5 unbounded" },
    { TOOL("\"type\":\"web_search_1\",\"max_uses\":null"), "unbounded" },
    { TOOL("\"type\":\"web_search_1\",\"max_uses\":\"5\""), "unbounded" },
    { TOOL("\"type\":\"web_search_1\",\"max_uses\":5,\"max_uses\":null"),
      "unbounded" },
    { TOOL("\"type\":\"custom\",\"max_uses\":5"), "" },
    { TOOL("\"type\":\"custom\",\"type\":\"web_search_1\""), "unbounded" },
    { TOOL("\"type\":\"web_search_1\",\"type\":\"custom\""), "" },
    { TOOL("\"type\":\"web_search_1\",\"x\":{\"max_uses\":5}"), "unbounded" },
    { TOOL("\"type\":\"web_search_1\",\"max_uses\":9223372036854775807},"
           "{\"type\":\"web_search_1\",\"max_uses\":9223372036854775807},"
           "{\"type\":\"web_search_1\",\"max_uses\":9223372036854775807"),
      "uses=18446744073709551615" },
    /* one that nobody here knows, or that cannot be read */
    { TOOL("\"type\":\"oracle_20270101\""), "unbounded" },
    { TOOL("\"type\":\"web_s\\u00e9arch\""), "unbounded" },
    { TOOL("\"type\":\"\""), "unbounded" },
    { TOOL("\"type\":5"), "unbounded" },
    { TOOL("\"type\":\"bash\""), "unbounded" },
    /* the last tools count */
    { "{\"tools\":[{\"type\":\"web_search_1\"}],\"tools\":[]}", "" },
    { "{\"tools\":[],\"tools\":[{\"type\":\"web_search_1\"}]}", "unbounded" },
    { "{\"tools\":[{\"type\":\"web_search_1\",\"max_uses\":5}],"
      "\"tools\":[{\"type\":\"web_search_1\",\"max_uses\":2}]}",
      "uses=2" },
    { "{\"mcp_servers\":[]}", "" },
    { "{\"mcp_servers\":[{\"url\":\"x\",\"type\":\"url\"}]}", "servers" },
    { "{\"mcp_servers\":[{}],\"mcp_servers\":null}", "" },
    /* behind a byte order mark, which some readers pass over */
    { "\xef\xbb\xbf{\"model\":\"m\"}", "model=m" },
    /* broken: what was seen before the fault */
    { "[{\"model\":\"m\"}]", "" },
    { "{\"model\":\"m\"", "model=m" },
    { "{\"model\":\"m", "model?" },
    { "{\"max_tokens\":5", "max?" },
    { "{\"max_tokens\":5}", "max=5" },
    { "{\"model\":\"m\"}{\"model\":\"n\"}", "model=m" },
    { "{\"a\":[},\"model\":\"m\"}", "" },
    { "{\"tools\":[{\"type\":\"web_search_1\"", "" },
    { "{\"tools\":[,{}],\"model\":\"m\"}", "" },
    { "{\"tools\":[{}}", "" },
    { "{\"tools\":{]}", "" },
};

static void a_body_tells_what_it_asks_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scan_facts facts = asked_check(str_of(cases[i].body));

        if (strcmp(asked_text(&facts), cases[i].want) != 0)
            fail_msg("%s\ngot  %s\nwant %s", cases[i].body, asked_text(&facts),
                     cases[i].want);
    }
}

/* A NUL is no value, and not the end of a text. */
static void a_nul_is_no_value(void **state)
{
    static const char *const bodies[] = { "{\"model\":@}",
                                          "{\"max_tokens\":@}",
                                          "{\"tools\":[{\"type\":@",
                                          "{\"mcp_servers\":@",
                                          "{\"model\":\"claude-opus-5@x\"}",
                                          "{\"model\":\"claude-opus-5@\"}",
                                          "{\"model\":\"@claude-opus-5\"}",
                                          "{\"model\":\"claude@\\u002d5\"}",
                                          "{\"model@\":\"claude-opus-5\"}" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        char body[64] = "";
        struct str text = { body, strlen(bodies[i]) };
        struct scan_facts facts;

        memcpy(body, bodies[i], text.len);
        *strchr(body, '@') = '\0';
        facts = asked_check(text);
        assert_true(facts.model_is != SCAN_TOLD);
        assert_string_equal(facts.model, "");
        assert_true(facts.max_tokens_is != SCAN_TOLD);
        assert_false(facts.has_servers);
    }
}

/* Whatever byte stands wherever, pieces tell what the whole tells. */
static void any_byte_in_any_place(void **state)
{
    char text[] = "{\"m\\u006fdel\":\"m\",\"tools\":[{\"type\":\"web_f\","
                  "\"max_uses\":2}],\"a\":[{\"t\\u0074l\" : \"1h\",\"type\":"
                  "\"image\",\"cache_control\":{\"b\":\"\\\\\"}}]}";
    struct str body = STR(text);

    (void)state;
    for (size_t at = 0; at < body.len; at++) {
        static const char bytes[] = "\"\\{}[]:,u0 1nat\x01\xff";
        char kept = text[at];

        for (size_t i = 0; i < sizeof(bytes); i++) {
            text[at] = bytes[i];
            (void)asked_check(body);
        }
        text[at] = kept;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_tells_what_it_asks_for),
        cmocka_unit_test(a_nul_is_no_value),
        cmocka_unit_test(any_byte_in_any_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
