// SPDX-License-Identifier: MIT
/* What is said of a body that has no bound. */
#include "relay/boundless.h"

#include "unit.h"

static void each_reason_has_its_text(void **state)
{
    struct scan_facts facts = { .tools_unbounded = true };

    (void)state;
    unit_assert_part(boundless_text(true, NULL), "compressed");
    unit_assert_part(boundless_text(false, NULL), "not a JSON object");
    unit_assert_part(boundless_text(false, &facts), "max_uses");
    facts.has_servers = true;
    unit_assert_part(boundless_text(false, &facts), "mcp_servers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_has_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
