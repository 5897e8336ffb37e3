// SPDX-License-Identifier: MIT
/* Models without a price: each is told once. */
#include "relay/unpriced.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
    static const char *const models[] = { KEY, ("x" KEY), "sk-ant-oat01-x",
                                          "a\nb", "a b\x1b[1m" };
    char *text = told(models, COUNT_OF(models));

    (void)state;
    assert_int_equal(count_of(text, "\n"), COUNT_OF(models));
    assert_int_equal(count_of(text, "(not shown)"), COUNT_OF(models));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_model_is_told_once),
        cmocka_unit_test(a_name_may_be_anything),
        cmocka_unit_test(there_is_an_end_to_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
