// SPDX-License-Identifier: MIT
/* Usage for programs: pieces make one answer. */
#include "app/usage_rows.h"

#include "base/mem.h"
#include "unit.h"

#define ONE                                                                    \
    "{\"rows\":[{\"key\":\"=a\",\"key_id\":1,\"requests\":2}],"                \
    "\"total\":{\"requests\":5}}"
#define TWO                                                                    \
    "{\"rows\":[{\"key\":null,\"key_id\":null,\"requests\":3}],"               \
    "\"total\":{\"requests\":5}}"
#define NONE "{\"rows\":[],\"total\":{\"requests\":0}}"
#define REQUESTS                                                               \
    "{\"requests\":[{\"id\":\"x\",\"partial\":true,\"failures\":[1]}]}"

/* What two answers are written as, or one if the other is NULL. */
static void assert_written(struct usage_rows rows, const char *first,
                           const char *second, const char *want)
{
    const char *const texts[] = { first, second };
    size_t count = second ? 2 : 1;
    struct unit_capture capture = unit_capture_begin(1);
    char *text;

    for (size_t i = 0; i < count; i++) {
        struct err err;
        struct json_doc *answer = json_doc_parse(str_of(texts[i]), &err);

        usage_rows_write(&rows, answer, i + 1 == count);
        json_doc_free(answer);
    }
    text = unit_capture_end(&capture);
    assert_string_equal(text, want);
    mem_free(text);
}

static void json_is_one_document(void **state)
{
    const struct usage_rows rows = { .list = "rows", .by = STR("key") };

    (void)state;
    assert_written(rows, ONE, TWO,
                   "{\"rows\":[\n"
                   "{\"key\":\"=a\",\"key_id\":1,\"requests\":2},\n"
                   "{\"key\":null,\"key_id\":null,\"requests\":3}\n"
                   "],\"total\":{\"requests\":5}}\n");
    assert_written(rows, NONE, NULL,
                   "{\"rows\":[\n],\"total\":{\"requests\":0}}\n");
    assert_written((struct usage_rows){ .list = "requests" }, REQUESTS, NULL,
                   "{\"requests\":[\n"
                   "{\"id\":\"x\",\"partial\":true,\"failures\":[1]}\n]}\n");
}

static void csv_has_one_head(void **state)
{
    const struct usage_rows rows = { .csv = true,
                                     .list = "rows",
                                     .by = STR("key") };

    (void)state;
    assert_written(rows, ONE, TWO, "key,key_id,requests\r\n'=a,1,2\r\n,,3\r\n");
    assert_written(rows, NONE, NULL, "key,key_id,requests\r\n");
    assert_written((struct usage_rows){ .csv = true, .list = "requests" },
                   REQUESTS, NULL, "id,partial,failures\r\nx,true,[1]\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_one_document),
        cmocka_unit_test(csv_has_one_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
