// SPDX-License-Identifier: MIT
/* Requests that run, as JSON. */
#include "admin/running_text.h"

#include "unit.h"

static struct running_view view_of(const char *id)
{
    struct running_view view = { .endpoint = STR("/v1/messages"),
                                 .key = "alice",
                                 .client = "\"><img src=x>",
                                 .step = RUNNING_QUEUED,
                                 .began_ms = 1796000000123,
                                 .age_ms = 17 };

    for (size_t i = 0; id[i]; i++)
        view.id[i] = id[i];
    return view;
}

static void what_is_not_known_is_null(void **state)
{
    struct running_view view = view_of("a");
    struct buf out;

    (void)state;
    buf_init(&out, RUNNING_ROW_MAX);
    running_text_add(&out, &view);
    unit_assert_str(
        buf_str(&out),
        "{\"id\":\"a\",\"key\":\"alice\",\"account\":null,\"model\":null,"
        "\"endpoint\":\"/v1/messages\",\"stream\":false,"
        "\"started_at\":\"2026-11-30T00:53:20.123Z\",\"age_ms\":17,"
        "\"step\":\"queued\",\"first_byte_ms\":null,\"output_tokens\":null,"
        "\"bytes_out\":0,\"attempts\":0,\"client\":\"\\\"><img src=x>\"}");
    buf_done(&out);
}

static void an_answer_that_comes_has_its_numbers(void **state)
{
    struct running_view view = view_of("a");
    struct buf out;

    (void)state;
    view.step = RUNNING_ANSWERING;
    view.first_byte_ms = 9;
    view.told = true;
    view.output_tokens = 3;
    buf_init(&out, RUNNING_ROW_MAX);
    running_text_add(&out, &view);
    unit_assert_has(buf_str(&out), "\"step\":\"answering\",\"first_byte_ms\":9,"
                                   "\"output_tokens\":3,");
    buf_done(&out);
}

static void a_list_is_written_in_parts(void **state)
{
    struct running_view views[] = { view_of("a"), view_of("b"), view_of("c") };
    struct running_list list = { .count = 3, .all = 3, .at = views };
    size_t next = 0;
    struct buf out;

    (void)state;
    buf_init(&out, 3 * RUNNING_ROW_MAX);
    running_text_some(&out, &list, &next, 1);
    assert_int_equal(next, 1);
    running_text_some(&out, &list, &next, 3 * RUNNING_ROW_MAX);
    assert_int_equal(next, 3);
    unit_assert_has(buf_str(&out), "},{\"id\":\"b\"");
    unit_assert_has(buf_str(&out), "},{\"id\":\"c\"");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_known_is_null),
        cmocka_unit_test(an_answer_that_comes_has_its_numbers),
        cmocka_unit_test(a_list_is_written_in_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
