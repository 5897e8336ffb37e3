// SPDX-License-Identifier: MIT
/* Where the time of a request went, as JSON. */
#include "admin/detail_text.h"

#include "unit.h"

static void steps_and_attempts_are_told(void **state)
{
    static _Alignas(struct detail) char mem[DETAIL_SIZE_MAX];
    const struct detail_step step = { 41, 18, DETAIL_TLS };
    const struct detail_attempt attempts[] = {
        { .account = STR("main"),
          .why = STR("\"no\""),
          .us = 3,
          .result = RECORD_UNREACHABLE,
          .fresh = true },
        { .status = 200, .start_us = 5, .result = RECORD_DELIVERED },
    };
    struct buf out;

    (void)state;
    detail_pack((struct detail *)mem,
                &(struct detail_parts){ STR("x"), &step, 1, attempts, 2 });
    buf_init(&out, DETAIL_TEXT_MAX);
    detail_text_add(&out, (const struct detail *)mem);
    unit_assert_str(
        buf_str(&out),
        "{\"steps\":[{\"step\":\"tls\",\"start_us\":41,\"us\":18}],"
        "\"attempts\":[{\"account\":\"main\",\"proxy\":null,\"status\":null,"
        "\"result\":\"unreachable\",\"why\":\"\\\"no\\\"\",\"start_us\":0,"
        "\"us\":3,\"fresh\":true},{\"account\":null,\"proxy\":null,"
        "\"status\":200,\"result\":\"delivered\",\"why\":null,\"start_us\":5,"
        "\"us\":0,\"fresh\":false}]}");
    buf_done(&out);
}

static void what_is_not_known_is_null(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, DETAIL_TEXT_MAX);
    detail_text_add(&out, NULL);
    unit_assert_str(buf_str(&out), "null");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_and_attempts_are_told),
        cmocka_unit_test(what_is_not_known_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
