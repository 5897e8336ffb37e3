// SPDX-License-Identifier: MIT
/* What is read of a batch's results. */
#include "usage/batch_results.h"

#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "told.h"
#include "unit.h"

#define USAGE(in, out)                                                         \
    "\"usage\":{\"input_tokens\":" #in ",\"output_tokens\":" #out "}"
#define RESULT(name, id, usage)                                                \
    "{\"custom_id\":\"" name "\",\"result\":{\"type\":\"succeeded\","          \
    "\"message\":{\"id\":\"" id "\",\"type\":\"message\",\"role\":"            \
    "\"assistant\",\"model\":\"claude-m\",\"content\":[{\"type\":\"text\","    \
    "\"text\":\"}]}\\n{\\\"usage\\\":{\\\"input_tokens\\\":99}}\"}],"          \
    "\"stop_reason\":\"end_turn\"," usage "}}}"

static void note(void *arg, const struct batch_result *result)
{
    buf_printf(arg, "%s %s %s;", result->custom_id, result->message_id,
               told_text(&result->usage));
}

/* In blocks of their own; how many lines were odd. */
static uint64_t read_all(struct str text, size_t size, struct buf *out)
{
    struct batch_results results;
    uint64_t odd;

    batch_results_init(&results, note, out);
    for (; text.len > 0; text = str_from(text, size)) {
        struct str part = str_sub(text, 0, size);
        char *mem = mem_strndup(part.at, part.len);

        batch_results_feed(&results, (struct str){ mem, part.len });
        mem_free(mem);
    }
    batch_results_end(&results);
    odd = results.odd;
    batch_results_done(&results);
    return odd;
}

static const struct {
    const char *name;
    const char *text;
    const char *want;
    uint64_t odd;
} cases[] = {
    { "nothing", "", "", 0 },
    { "two lines",
      RESULT("a", "m1", USAGE(1, 2)) "\n" RESULT("b", "m2", USAGE(3, 4)) "\n",
      "a m1 in=1 out=2 model=claude-m tier=batch final;"
      "b m2 in=3 out=4 model=claude-m tier=batch final;",
      0 },
    { "the last line without an end, the first ends with CR LF",
      RESULT("a", "m1", USAGE(1, 2)) "\r\n\n \n" RESULT("b", "m2", USAGE(3, 4)),
      "a m1 in=1 out=2 model=claude-m tier=batch final;"
      "b m2 in=3 out=4 model=claude-m tier=batch final;",
      0 },
    { "what the line says of its tier does not count",
      RESULT(
          "a", "m1",
          "\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"service_tier\":"
          "\"standard\"}") "\n",
      "a m1 in=1 out=2 model=claude-m tier=batch final;", 0 },
    { "one that does not tell all that it used is not booked as if it did",
      RESULT("a", "m1", "\"usage\":{}") "\n" RESULT(
          "b", "m2",
          "\"usage\":{\"output_tokens\":2}") "\n" RESULT("c", "m3",
                                                         "\"usage\":{"
                                                         "\"input_"
                                                         "tokens\":1}"),
      "", 3 },
    { "members in another order",
      "{\"result\":{\"message\":{" USAGE(
          5, 6) ",\"model\":\"m\"},\"type\":"
                "\"succeeded\"},\"custom_id\":\"z\"}\n",
      "z  in=5 out=6 model=m tier=batch final;", 0 },
    { "what did not succeed costs nothing",
      "{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}\n"
      "{\"custom_id\":\"b\",\"result\":{\"type\":\"expired\"}}\n"
      "{\"custom_id\":\"c\",\"result\":{\"type\":\"errored\",\"error\":{"
      "\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\"}}}}\n",
      "", 0 },
    { "one does not lend the next what it has",
      RESULT(
          "a", "m1",
          USAGE(
              1,
              2)) "\n{\"custom_id\":\"b\",\"result\":{"
                  "\"type\":\"succeeded\",\"message\":{}}}\n{\"result\":{\"type\":"
                  "\"succeeded\",\"message\":{" USAGE(1, 1) "}}}\n",
      "a m1 in=1 out=2 model=claude-m tier=batch final;", 2 },
    { "a line that is cut off",
      RESULT("a", "m1",
             USAGE(1, 2)) "\n{\"custom_id\":\"b\",\"result\":{"
                          "\"type\":\"succeeded\",\"message\":{" USAGE(3,
                                                                       4) "}}",
      "a m1 in=1 out=2 model=claude-m tier=batch final;", 1 },
    { "rubbish, and on with the next line",
      "rubbish\n[]\n{\"custom_id\":\"x\"}}\n" RESULT("a", "m1",
                                                     USAGE(1, 2)) "\n",
      "a m1 in=1 out=2 model=claude-m tier=batch final;", 3 },
    { "what comes twice counts as it came last",
      "{\"custom_id\":\"a\",\"custom_id\":\"b\",\"result\":{\"type\":"
      "\"succeeded\",\"type\":null,\"type\":\"succeeded\",\"message\":{" USAGE(
          3, 4) "}}}\n{\"custom_id\":\"a\",\"custom_id\":7,\"result\":{"
                "\"type\":\"succeeded\",\"message\":{" USAGE(3, 4) "}}}\n",
      "b  in=3 out=4 tier=batch final;", 1 },
    { "iterations, with a cache in the deepest",
      RESULT(
          "a", "m1",
          "\"usage\":{\"input_tokens\":0,\"output_tokens\":2,\"iterations\":[{\"type\":"
          "\"message\",\"output_tokens\":2},{\"type\":\"compaction\","
          "\"input_tokens\":7,\"cache_creation\":{"
          "\"ephemeral_1h_input_tokens\":5}}]}") "\n" RESULT("b", "m2",
                                                             USAGE(3, 4)) "\n",
      "a m1 in=7 out=2 model=claude-m tier=batch [ in=7 out=2 cw=5 1h=5] final;"
      "b m2 in=3 out=4 model=claude-m tier=batch final;",
      0 },
};

static void results_are_found_however_they_are_cut(void **state)
{
    static const size_t sizes[] = { 1, 2, 3, 7, 50, 100000 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(sizes); i++) {
        size_t size = sizes[i % COUNT_OF(sizes)];
        struct buf out;
        uint64_t odd;

        buf_init(&out, 10000);
        odd = read_all(str_of(cases[i / COUNT_OF(sizes)].text), size, &out);
        if (!str_eq(buf_str(&out), str_of(cases[i / COUNT_OF(sizes)].want)) ||
            odd != cases[i / COUNT_OF(sizes)].odd)
            fail_msg("%s, in pieces of %zu: %llu odd, " STR_FMT,
                     cases[i / COUNT_OF(sizes)].name, size,
                     (unsigned long long)odd, STR_ARG(buf_str(&out)));
        buf_done(&out);
    }
}

static void a_result_has_one_id(void **state)
{
    /* printf 'msgbatch_1\nmy-first' | sha256sum */
    static const uint8_t want[BATCH_RESULT_ID_LEN] = { 0x2d, 0x88, 0x31, 0xa2,
                                                       0x68, 0x05, 0x9f, 0x66,
                                                       0x55, 0xfc, 0x76, 0x8f,
                                                       0xaf, 0xcc, 0xb0, 0x7f };
    uint8_t other[BATCH_RESULT_ID_LEN];
    uint8_t id[BATCH_RESULT_ID_LEN];

    (void)state;
    batch_results_id(STR_EMPTY, STR("msgbatch_1"), "my-first", id);
    assert_memory_equal(id, want, sizeof(id));
    batch_results_id(STR_EMPTY, STR("msgbatch_2"), "my-first", id);
    assert_memory_not_equal(id, want, sizeof(id));
    batch_results_id(STR("https://g.example"), STR("msgbatch_1"), "my-first",
                     id);
    assert_memory_not_equal(id, want, sizeof(id));
    batch_results_id(STR("https://h.example"), STR("msgbatch_1"), "my-first",
                     other);
    assert_memory_not_equal(id, other, sizeof(id));
}

static void it_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct batch_results) < 2048);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_found_however_they_are_cut),
        cmocka_unit_test(a_result_has_one_id),
        cmocka_unit_test(it_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
