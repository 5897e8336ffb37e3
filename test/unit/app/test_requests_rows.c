// SPDX-License-Identifier: MIT
/* Requests for programs: pieces make one answer. */
#include "app/requests_rows.h"

#include "base/mem.h"
#include "unit.h"

#define ONE "{\"requests\":[{\"id\":\"=x\",\"partial\":true,\"failures\":[1]}]}"
#define TWO "{\"requests\":[{\"id\":\"y\",\"partial\":null,\"failures\":null}]}"
#define NONE "{\"requests\":[]}"

/* What two answers are written as, or one if the other is NULL. */
static void assert_written(const char *first, const char *second,
                           const char *want)
{
    const char *const texts[] = { first, second };
    struct requests_rows rows = { .count = 0 };
    struct unit_capture capture = unit_capture_begin(1);
    size_t count = second ? 2 : 1;
    char *text;

    for (size_t i = 0; i < count; i++) {
        struct err err;
        struct json_doc *answer = json_doc_parse(str_of(texts[i]), &err);

        requests_rows_write(&rows, answer, i + 1 == count);
        json_doc_free(answer);
    }
    text = unit_capture_end(&capture);
    assert_string_equal(text, want);
    mem_free(text);
}

static void json_is_one_document(void **state)
{
    (void)state;
    assert_written(ONE, TWO,
                   "{\"requests\":[\n"
                   "{\"id\":\"=x\",\"partial\":true,\"failures\":[1]},\n"
                   "{\"id\":\"y\",\"partial\":null,\"failures\":null}\n"
                   "]}\n");
    assert_written(NONE, ONE,
                   "{\"requests\":[\n"
                   "{\"id\":\"=x\",\"partial\":true,\"failures\":[1]}\n]}\n");
    assert_written(NONE, NULL, "{\"requests\":[\n]}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_one_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
