// SPDX-License-Identifier: MIT
/* What is said of a body that has no bound. */
#include "relay/boundless.h"

#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

static const struct {
    bool packed;
    bool none;
    struct scan_facts facts;
    const char *want;
} cases[] = {
    { .packed = true, .none = true, .want = "is compressed: send it as it is" },
    { .none = true, .want = "is not a JSON object" },
    { .facts = { .tools_unbounded = true }, .want = "max_uses: set it" },
    { .facts = { .tools_unbounded = true, .has_servers = true },
      .want = "mcp_servers: leave" },
    { .facts = { .doubt = SCAN_DOUBT_MEMBER, .doubt_name = "fallbacks" },
      .want = "has the member fallbacks (another model may answer, at its own "
              "price): leave it out" },
    { .facts = { .doubt = SCAN_DOUBT_MEMBER, .doubt_name = "tea" },
      .want = "has the member tea (nobody here knows what it costs): leave" },
    { .facts = { .doubt = SCAN_DOUBT_MEMBER },
      .want = "has the member that nobody can read (" },
    { .facts = { .doubt = SCAN_DOUBT_MEMBER,
                 .doubt_name = "sk-ant-oat01-secret" },
      .want = "has the member (not shown) (" },
    { .facts = { .doubt = SCAN_DOUBT_VALUE, .doubt_name = "speed" },
      .want = "has a value of speed (fast answers have a price" },
    { .facts = { .doubt = SCAN_DOUBT_TWICE, .doubt_name = "max_tokens" },
      .want = "has twice the member max_tokens (readers differ in which one "
              "counts): name it once" },
    { .facts = { .doubt = SCAN_DOUBT_TOOL, .doubt_name = "advisor_20260301" },
      .want = "has a tool of the type advisor_20260301 (each use is a call" },
    { .facts = { .doubt = SCAN_DOUBT_EDIT, .doubt_name = "compact_20260112" },
      .want = "has a context edit of the type compact_20260112 (a summary" },
    { .facts = { .doubt = SCAN_DOUBT_MODEL, .doubt_name = "claude-new" },
      .want = "has the model claude-new (its price is not known here): name" },
    { .facts = { .doubt = SCAN_DOUBT_CONTENT, .doubt_name = "tool_addition" },
      .want = "has content of the type tool_addition (it brings tools" },
};

static void each_reason_has_its_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *text = boundless_text(cases[i].packed,
                                    cases[i].none ? NULL : &cases[i].facts);

        unit_assert_part(text, cases[i].want);
        mem_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_has_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
