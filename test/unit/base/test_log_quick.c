// SPDX-License-Identifier: MIT
/* Lines that need no care are written as all others are; the rest is left to those who
   take care. */
#include "base/log_quick.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

#define TEXT_HEAD                                                              \
    {                                                                          \
        { "", 0 }, { "WHEN", 4 },                                              \
        {                                                                      \
            " info  ", 7                                                       \
        }                                                                      \
    }
#define JSON_HEAD                                                              \
    {                                                                          \
        { "{\"time\":\"", 9 }, { "WHEN", 4 },                                  \
        {                                                                      \
            "\",\"level\":\"info\",\"event\":", 25                             \
        }                                                                      \
    }

static const struct log_field fields[] = {
    { .name = { "id", 2 }, .text = { "req_1", 5 } },
    { .name = { "n", 1 }, .number = 0 },
    { .name = { "max", 3 }, .number = UINT64_MAX },
    { .name = { "path", 4 }, .text = { "/v1/a?b=c", 9 } },
};

static void a_plain_line_is_written(void **state)
{
    char out[LOG_QUICK_MAX];
    struct log_quick line = { .format = LOG_TEXT,
                              .head = TEXT_HEAD,
                              .event = STR("request"),
                              .fields = fields,
                              .count = COUNT_OF(fields) };
    size_t len = log_quick_write(&line, out);

    (void)state;
    unit_assert_str((struct str){ out, len },
                    "WHEN info  request id=req_1 n=0 "
                    "max=18446744073709551615 path=/v1/a?b=c\n");
    line = (struct log_quick){ .format = LOG_JSON,
                               .head = JSON_HEAD,
                               .event = STR("request"),
                               .fields = fields,
                               .count = COUNT_OF(fields) };
    len = log_quick_write(&line, out);
    unit_assert_str(
        (struct str){ out, len },
        "{\"time\":\"WHEN\",\"level\":\"info\",\"event\":\"request\""
        ",\"id\":\"req_1\",\"n\":0,\"max\":18446744073709551615,"
        "\"path\":\"/v1/a?b=c\"}\n");
}

/* Values of which one makes a line that needs care. */
static const char *const careful[] = { "",    " ",  "a b",   "\"",
                                       "\\",  "\n", "\x01",  "\xff",
                                       "`a`", "{",  "(none)" };

static void others_are_left_alone(void **state)
{
    char out[LOG_QUICK_MAX];

    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(careful); i++) {
        struct log_field field = { .name = STR("a"),
                                   .text = str_of(careful[i / 2]) };
        struct log_quick line = { .format = i % 2 ? LOG_JSON : LOG_TEXT,
                                  .head = TEXT_HEAD,
                                  .event = STR("request"),
                                  .fields = &field,
                                  .count = 1 };

        assert_int_equal(log_quick_write(&line, out), 0);
        line.count = 0;
        line.event = str_of(careful[i / 2]);
        assert_int_equal(log_quick_write(&line, out), 0);
    }
}

/* As many and as long ones as there may be: none is written over the end. */
static void it_knows_its_end(void **state)
{
    static char filler[LOG_QUICK_MAX];
    struct log_field many[40];
    char *out = mem_alloc(LOG_QUICK_MAX); /* a sanitizer looks behind it */

    (void)state;
    memset(filler, 'x', sizeof(filler));
    for (size_t count = 0; count <= COUNT_OF(many); count++) {
        for (size_t len = 1; len <= LOG_VALUE_MAX + 1; len += 17) {
            struct log_quick line = { .format = LOG_JSON,
                                      .head = JSON_HEAD,
                                      .event = STR("request"),
                                      .fields = many,
                                      .count = count };
            size_t written;

            for (size_t i = 0; i < count; i++)
                many[i] = (struct log_field){ .name = STR("name"),
                                              .text = { filler, len } };
            written = log_quick_write(&line, out);
            assert_true(written <= LOG_QUICK_MAX);
            assert_true(written > 0 || len > LOG_VALUE_MAX ||
                        count * (len + 40) + 100 > LOG_QUICK_MAX);
            assert_true(len <= LOG_VALUE_MAX || count == 0 || written == 0);
        }
    }
    mem_free(out);
}

/* The same fields with one behind them that needs care: but for that, the same line. */
static void both_ways_write_the_same(void **state)
{
    struct log_field all[COUNT_OF(fields) + 1];

    (void)state;
    memcpy(all, fields, sizeof(fields));
    all[COUNT_OF(fields)] = LOG_STR("z", STR("a b"));
    for (int json = 0; json < 2; json++) {
        struct unit_capture capture = unit_capture_begin(STDERR_FILENO);
        char *text;
        char *slow;
        size_t from = json ? strlen("{\"time\":\"") : 0;
        size_t same;

        log_setup(LOG_INFO, json ? LOG_JSON : LOG_TEXT);
        log_event(LOG_INFO, "request", all, COUNT_OF(fields));
        log_event(LOG_INFO, "request", all, COUNT_OF(all));
        log_flush();
        text = unit_capture_end(&capture);
        log_setup(LOG_INFO, LOG_TEXT);
        slow = strchr(text, '\n') + 1;
        same = (size_t)(slow - text) - (json ? 2 : 1) - from - 24;
        assert_memory_equal(text + from + 24, slow + from + 24, same);
        unit_assert_part(slow, json ? ",\"z\":\"a b\"}\n" : " z=\"a b\"\n");
        mem_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_line_is_written),
        cmocka_unit_test(others_are_left_alone),
        cmocka_unit_test(it_knows_its_end),
        cmocka_unit_test(both_ways_write_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
