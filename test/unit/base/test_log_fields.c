// SPDX-License-Identifier: MIT
/* Lines that say only what there is to say. */
#include "base/log_fields.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

static void what_is_not_known_is_left_out(void **state)
{
    struct unit_capture capture = unit_capture_begin(STDERR_FILENO);
    struct log_fields fields;
    char *text;

    (void)state;
    fields.count = 0;
    log_fields_add(&fields, LOG_STR("a", STR("tea")));
    log_fields_add(&fields, LOG_STR("b", STR_EMPTY));
    log_fields_add(&fields, LOG_NUM("c", 0));
    log_fields_add_known(&fields, LOG_STR("d", STR("cup")));
    log_fields_add_known(&fields, LOG_STR("e", STR_EMPTY));
    log_fields_add_known(&fields, LOG_STR("f", ((struct str){ NULL, 0 })));
    log_fields_add_known(&fields, LOG_NUM("g", 0));
    log_fields_add_known(&fields, LOG_NUM("h", 7));
    log_fields_write(&fields, LOG_INFO, "tea time");
    log_flush();
    text = unit_capture_end(&capture);
    assert_string_equal(strstr(text, " info"),
                        " info  tea time a=tea b=\"\" c=0 d=cup h=7\n");
    mem_free(text);
}

static void there_is_room_for_as_many_as_said(void **state)
{
    struct log_fields fields;

    (void)state;
    fields.count = 0;
    for (unsigned i = 0; i < LOG_FIELDS_MAX; i++)
        log_fields_add(&fields, LOG_NUM("n", i));
    assert_int_equal(fields.count, LOG_FIELDS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(there_is_room_for_as_many_as_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
