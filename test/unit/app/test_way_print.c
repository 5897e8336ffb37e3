// SPDX-License-Identifier: MIT
/* A way that was tried step by step, as people read it. */
#include "app/way_print.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "unit.h"

#define STEPS                                                                  \
    "\"steps\":[{\"step\":\"resolve\",\"ok\":true,\"ms\":1,\"us\":1234},{"     \
    "\"step\":\"connect\",\"ok\":false,\"ms\":20,\"us\":20000}]"

static const struct {
    const char *report;
    const char *want;
} rows[] = {
    { "{\"target\":\"api:443\",\"proxy\":null," STEPS
      ",\"error\":\"connection refused\"}",
      "To api:443 directly:\n"
      "  resolve            1.2 ms  ok\n"
      "  connect           20.0 ms  failed: connection refused\n" },
    { "{\"target\":\"api:443\",\"proxy\":{\"type\":\"socks5\",\"host\":\"h\","
      "\"port\":1080}," STEPS "}",
      "To api:443 through the socks5 proxy h:1080:\n"
      "  resolve            1.2 ms  ok\n"
      "  connect           20.0 ms  failed\n" },
};

static void each_step_has_a_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err;
        struct json_doc *report = json_doc_parse(str_of(rows[i].report), &err);
        struct unit_capture capture = unit_capture_begin(1);
        char *text;

        way_print(report);
        (void)fflush(stdout);
        text = unit_capture_end(&capture);
        assert_string_equal(text, rows[i].want);
        mem_free(text);
        json_doc_free(report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_has_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
