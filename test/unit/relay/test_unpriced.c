// SPDX-License-Identifier: MIT
/* Models without a price: each is told once. */
#include "relay/unpriced.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

#define KEY "cr_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

static char *told(const char *const *models, size_t count)
{
    struct unpriced *unpriced = unpriced_new();
    struct unit_capture capture = unit_capture_begin(STDERR_FILENO);

    for (size_t i = 0; i < count; i++)
        unpriced_note(unpriced, str_of(models[i]), true);
    log_flush();
    unpriced_free(unpriced);
    return unit_capture_end(&capture);
}

static void each_model_is_told_once(void **state)
{
    static const char *const models[] = { "claude-new", "claude-new", "",
                                          "claude-newer-7-20270101",
                                          "claude-new" };
    char *text = told(models, COUNT_OF(models));

    (void)state;
    assert_int_equal(count_of(text, "\n"), 2);
    assert_int_equal(count_of(text, "does not know the model claude-new:"), 1);
    assert_int_equal(
        count_of(text, "does not know the model claude-newer-7-20270101:"), 1);
    assert_int_equal(count_of(text, "highest price"), 2);
    mem_free(text);
}

static void a_name_may_be_anything(void **state)
{
    static const char *const models[] = {
        KEY,          ("x" KEY), "sk-ant-oat01-x",     "a\nb",
        "a b\x1b[1m", "?",       "claude-sonnet-9[1m]"
    };
    char *text = told(models, COUNT_OF(models));

    (void)state;
    assert_int_equal(count_of(text, "\n"), COUNT_OF(models));
    assert_int_equal(count_of(text, "(not shown)"), 3);
    assert_non_null(strstr(text, "the model a?b:"));
    assert_non_null(strstr(text, "the model a b?[1m:"));
    assert_non_null(strstr(text, "the model (a name that cannot be shown):"));
    assert_non_null(strstr(text, "the model claude-sonnet-9[1m]:"));
    assert_null(strstr(text, "cr_"));
    mem_free(text);
}

/* Those that only clients name leave places for those of answers. */
static void there_is_an_end_to_it(void **state)
{
    struct unpriced *unpriced = unpriced_new();
    struct unit_capture capture = unit_capture_begin(STDERR_FILENO);
    char *text;

    (void)state;
    for (int i = 0; i < 3 * UNPRICED_MAX; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "model-%d", i);
        unpriced_note(unpriced, str_of(name), i >= UNPRICED_MAX);
    }
    unpriced_note(NULL, STR("model"), true);
    log_flush();
    unpriced_free(unpriced);
    text = unit_capture_end(&capture);
    assert_int_equal(count_of(text, "does not know"), UNPRICED_MAX);
    assert_non_null(strstr(text, "model-49:"));
    assert_null(strstr(text, "model-50:"));
    assert_non_null(strstr(text, "model-149:"));
    assert_int_equal(count_of(text, "further ones are not"), 1);
    mem_free(text);
}

/* ---- records ------------------------------------------------------------- */

static void add_name(void *arg, struct str model)
{
    buf_printf(arg, STR_FMT " ", STR_ARG(model));
}

static void expect_each(struct unpriced *unpriced, const struct prices *prices,
                        const char *want)
{
    struct buf names;

    buf_init(&names, 10000);
    unpriced_each(unpriced, prices, add_name, &names);
    unit_assert_str(buf_str(&names), want);
    buf_done(&names);
}

/* Of a key or not: what was booked without a cost. */
static void what_a_record_used_without_a_price_is_noted(void **state)
{
    struct meter_parts parts = {
        .count = 4,
        .at = { { .model = "claude-sonnet-5" },
                { .model = "oracle" },
                { .model = "" },
                { .model = "claude-new" } },
    };
    struct meter_usage usage = { .came_ms = 1790000000000, .parts = &parts };
    struct record record = { .usage = &usage,
                             .model_asked = STR("claude-new") };
    struct unpriced *unpriced = unpriced_new();
    struct prices *prices = prices_default();
    struct prices *more;
    struct err err;

    (void)state;
    record.cost_known = true;
    unpriced_note_record(unpriced, &record, prices);
    expect_each(unpriced, prices, "");
    record.cost_known = false;
    unpriced_note_record(unpriced, &record, prices);
    unpriced_note_record(NULL, &record, prices);
    expect_each(unpriced, prices, "claude-new oracle ");
    record.usage = NULL;
    record.model = STR("claude-other");
    unpriced_note_record(unpriced, &record, prices);
    more = prices_read(STR("{\"models\":[{\"model\":\"claude-new\",\"input\":1,"
                           "\"output\":1}]}"),
                       &err);
    expect_each(unpriced, more, "oracle ");
    expect_each(NULL, more, "");
    prices_unref(more);
    prices_unref(prices);
    unpriced_free(unpriced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_model_is_told_once),
        cmocka_unit_test(a_name_may_be_anything),
        cmocka_unit_test(there_is_an_end_to_it),
        cmocka_unit_test(what_a_record_used_without_a_price_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
