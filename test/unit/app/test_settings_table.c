// SPDX-License-Identifier: MIT
/* Options for people. */
#include "app/settings_table.h"

#include "unit.h"

#define ANSWER                                                                 \
    "{\"options\":[{\"name\":\"WORKERS\",\"meaning\":\"threads\","             \
    "\"value\":\"4\",\"is_secret\":false,\"is_set\":true,\"default\":\"0\","   \
    "\"origin\":\"file\",\"file\":\".env\",\"line\":9,"                        \
    "\"allowed\":\"0 to 256\",\"command\":\"change line 9 of /x/.env\"},"      \
    "{\"name\":\"ADMIN_TOKEN\",\"value\":null,\"is_secret\":true,"             \
    "\"is_set\":true,\"length\":43,\"origin\":\"environment\"},"               \
    "{\"name\":\"PORT\",\"value\":\"3001\",\"is_set\":true,"                   \
    "\"origin\":\"argument\"},"                                                \
    "{\"name\":\"UPSTREAM_CA_FILE\",\"value\":null,\"is_set\":false,"          \
    "\"origin\":\"default\"}]}"

static struct json_doc *answer(void)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(STR(ANSWER), &err);

    assert_non_null(doc);
    return doc;
}

static void each_is_a_line(void **state)
{
    struct json_doc *doc = answer();
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    settings_table_add(&out, 0, doc);
    unit_assert_str(buf_str(&out),
                    "OPTION            VALUE               FROM\n"
                    "WORKERS           4                   .env, line 9\n"
                    "ADMIN_TOKEN       set, 43 characters  environment\n"
                    "PORT              3001                command line\n"
                    "UPSTREAM_CA_FILE  -                   default\n");
    buf_done(&out);
    json_doc_free(doc);
}

static void one_has_all_that_is_known_of_it(void **state)
{
    struct json_doc *doc = answer();
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    assert_true(settings_table_add_one(&out, doc, STR("workers")));
    unit_assert_str(buf_str(&out), "WORKERS: threads\n"
                                   "  value    4\n"
                                   "  from     .env, line 9\n"
                                   "  default  0\n"
                                   "  allowed  0 to 256\n"
                                   "  change   change line 9 of /x/.env\n");
    assert_false(settings_table_add_one(&out, doc, STR("worker")));
    buf_done(&out);
    json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_a_line),
        cmocka_unit_test(one_has_all_that_is_known_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
