// SPDX-License-Identifier: MIT
/* Files that an answer says were made. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "unit.h"
#include "usage/meter.h"

#define TEXT(text)                                                             \
    "event: content_block_delta\n"                                             \
    "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":" \
    "\"text_delta\",\"text\":\"" text "\"}}\n\n"
#define MADE(id)                                                               \
    "{\"type\":\"bash_code_execution_tool_result\",\"tool_use_id\":\"t\","     \
    "\"content\":{\"type\":\"bash_code_execution_result\",\"content\":["       \
    "{\"type\":\"bash_code_execution_output\",\"file_id\":\"" id               \
    "\"}],\"stdout\":\"\"}}"
#define BLOCK(block)                                                               \
    "event: content_block_start\n"                                                 \
    "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":" block \
    "}\n\n"

static const struct {
    enum meter_kind kind;
    const char *text;
    const char *want; /* each behind a space */
} files[] = {
    { METER_JSON,
      "{\"content\":[{\"type\":\"text\",\"text\":\"\"}," MADE("one") "," MADE(
          "two") "],\"usage\":{}}",
      " one two" },
    { METER_STREAM, BLOCK("{\"type\":\"text\"}") TEXT("tea") BLOCK(MADE("one")),
      " one" },
    { METER_STREAM, "data: {\"content_block\":" MADE("one") "}\n\n", " one" },
    /* what somebody may have had written */
    { METER_JSON,
      "{\"file_id\":\"a\",\"content\":[{\"file_id\":\"b\",\"type\":"
      "\"tool_use\",\"input\":{\"file_id\":\"c\",\"content\":[{\"file_id\":"
      "\"d\"}]}},{\"content\":[{\"file_id\":\"e\"}]},{\"content\":{\"file_id\":"
      "\"f\",\"content\":{\"file_id\":\"g\"}}},{\"text\":\"{\\\"content\\\":"
      "{\\\"content\\\":[{\\\"file_id\\\":\\\"h\\\"}]}}\"}]}",
      "" },
    { METER_STREAM,
      TEXT("{\\\"content_block\\\":{\\\"content\\\":{\\\"content\\\":[{"
           "\\\"file_id\\\":\\\"a\\\"}]}}}"),
      "" },
};

static void add_file(void *arg, struct str id)
{
    char *text = arg;
    size_t len = strlen(text);

    (void)snprintf(text + len, 64 - len, " " STR_FMT, STR_ARG(id));
}

static void files_that_code_has_made_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char told[64] = "";
        struct meter meter;

        /* To nobody who does not ask. */
        meter_init(&meter, files[i].kind);
        meter_feed(&meter, str_of(files[i].text));
        meter_done(&meter);
        meter_init(&meter, files[i].kind);
        meter.file = add_file;
        meter.file_arg = told;
        for (const char *at = files[i].text; *at; at++)
            meter_feed(&meter, (struct str){ at, 1 });
        unit_assert_str(str_of(told), files[i].want);
        meter_done(&meter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_code_has_made_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
