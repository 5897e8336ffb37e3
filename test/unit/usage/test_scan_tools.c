// SPDX-License-Identifier: MIT
/* Tools: by their exact types, told alike by the whole look and by any pieces. */
#include "usage/scan_facts.h"

#include "asked.h"
#include "base/macros.h"
#include "unit.h"

#define TOOL(text) "{\"tools\":[{" text "}]}"
#define TYPE(text) TOOL("\"type\":\"" text "\"")

static const struct {
    const char *body;
    uint64_t typed;
    enum scan_doubt doubt;
    const char *name;
    bool unbounded; /* a server tool without max_uses */
} cases[] = {
    { TOOL("\"name\":\"a\",\"input_schema\":{\"type\":\"x\"}"), 0, 0, "", 0 },
    { TOOL("\"type\":null"), 0, 0, "", 0 },
    { TYPE("custom"), 0, 0, "", 0 },
    { TYPE("bash_20241022"), 1, 0, "", 0 },
    { TYPE("text_editor_20250728\"},{\"type\":\"memory_20250818"), 2, 0, "",
      0 },
    { TYPE("c\\u006fmputer_20251124"), 1, 0, "", 0 },
    { TYPE("web_search_20250305\",\"max_uses\":5,\"a\":\""), 0, 0, "", 0 },
    { TYPE("web_fetch_20250910"), 0, 0, "", 1 },
    /* only these */
    { TYPE("bash_20990101"), 0, SCAN_DOUBT_TOOL, "bash_20990101", 0 },
    { TYPE("computer_use"), 0, SCAN_DOUBT_TOOL, "computer_use", 0 },
    { TYPE("memory_"), 0, SCAN_DOUBT_TOOL, "memory_", 0 },
    { TYPE("text_editor_20250728x"), 0, SCAN_DOUBT_TOOL,
      "text_editor_20250728x", 0 },
    { TYPE("Custom"), 0, SCAN_DOUBT_TOOL, "Custom", 1 },
    { TYPE("advisor_20260301\",\"max_uses\":1,\"model\":\"m"), 0,
      SCAN_DOUBT_TOOL, "advisor_20260301", 0 },
    { TYPE("web_search_20260209\",\"max_uses\":1,\"a\":\""), 0, SCAN_DOUBT_TOOL,
      "web_search_20260209", 0 },
    { TYPE("mcp_toolset"), 0, SCAN_DOUBT_TOOL, "mcp_toolset", 1 },
    { TOOL("\"type\":7"), 0, SCAN_DOUBT_TOOL, "", 1 },
    { TYPE("bash_\\u00e920250124"), 0, SCAN_DOUBT_TOOL, "", 1 },
    /* readers differ */
    { TOOL("\"type\":\"custom\",\"t\\u0079pe\":\"custom\""), 0,
      SCAN_DOUBT_TWICE, "type", 0 },
    { TOOL("\"type\":null,\"type\":\"custom\""), 0, SCAN_DOUBT_TWICE, "type",
      0 },
    { TYPE("web_search_20250305\",\"max_uses\":1,\"max_uses\":\"2"), 0,
      SCAN_DOUBT_TWICE, "max_uses", 1 },
    { "{\"tools\":[{\"type\":\"bash_20250124\"}],\"tools\":[]}", 0,
      SCAN_DOUBT_TWICE, "tools", 0 },
    { "{\"tools\":null,\"t\\u006fols\":null}", 0, SCAN_DOUBT_TWICE, "tools",
      0 },
    { "{\"tools\":{\"type\":\"custom\"}}", 0, SCAN_DOUBT_VALUE, "tools", 0 },
    { "{\"mcp_servers\":[{}],\"mcp_servers\":[]}", 0, SCAN_DOUBT_TWICE,
      "mcp_servers", 0 },
};

static void tools_are_known_by_their_exact_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scan_facts facts = asked_check(str_of(cases[i].body));

        if (facts.typed_tools != cases[i].typed ||
            facts.doubt != cases[i].doubt ||
            facts.tools_unbounded != cases[i].unbounded)
            fail_msg("%s: %llu typed, doubt %d, %d", cases[i].body,
                     (unsigned long long)facts.typed_tools, (int)facts.doubt,
                     facts.tools_unbounded);
        assert_string_equal(facts.doubt_name, cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tools_are_known_by_their_exact_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
