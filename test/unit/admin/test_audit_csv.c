// SPDX-License-Identifier: MIT
/* Entries of the audit log as CSV. */
#include "admin/audit_csv.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static void expect(const char *json, const char *want)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(json), &err);
    struct buf out;

    assert_non_null(doc);
    buf_init(&out, AUDIT_CSV_ROW_MAX);
    audit_csv_add(&out, doc);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    json_doc_free(doc);
}

static void an_entry_is_a_row(void **state)
{
    (void)state;
    expect("{\"id\":4,\"at\":\"2026-08-01T12:00:00.000Z\",\"who\":\"relay\","
           "\"peer\":null,\"action\":\"account.refused\",\"target\":\"main\","
           "\"before\":{\"a\":1},\"after\":{},\"done\":true,\"error\":null}",
           "4,2026-08-01T12:00:00.000Z,relay,,account.refused,main,"
           "\"{\"\"a\"\":1}\",{},,\r\n");
}

static void no_cell_is_a_formula(void **state)
{
    (void)state;
    expect("{\"id\":1,\"target\":\"=1+1\",\"error\":\"@x\\ny\"}",
           "1,,,,,'=1+1,,,\"'@x\ny\",\r\n");
}

static void there_are_titles(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, AUDIT_CSV_ROW_MAX);
    audit_csv_add_titles(&out);
    unit_assert_str(buf_str(&out), "id,at,who,peer,action,target,before,after,"
                                   "error,code\r\n");
    buf_done(&out);
}

/* As large as the audit log lets it be, and every letter doubled. */
static void the_largest_entry_fits(void **state)
{
    static char json[64 * 1024];
    static char text[8192 - 16];
    struct json_doc *doc;
    struct buf out;
    struct err err;

    (void)state;
    for (size_t i = 0; i + 1 < sizeof(text); i++)
        text[i] = '"';
    (void)snprintf(json, sizeof(json),
                   "{\"id\":1,\"target\":\"%01024d\",\"peer\":\"%0128d\","
                   "\"error\":\"%01024d\"}",
                   0, 0, 0);
    doc = json_doc_parse(str_of(json), &err);
    assert_non_null(doc);
    json_doc_set_str(doc, "before", (struct str){ text, sizeof(text) - 1 });
    json_doc_set_str(doc, "after", (struct str){ text, sizeof(text) - 1 });
    buf_init(&out, AUDIT_CSV_ROW_MAX);
    audit_csv_add(&out, doc);
    assert_true(out.len > 4 * (sizeof(text) - 2));
    buf_done(&out);
    json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_a_row),
        cmocka_unit_test(no_cell_is_a_formula),
        cmocka_unit_test(there_are_titles),
        cmocka_unit_test(the_largest_entry_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
