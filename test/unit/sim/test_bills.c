// SPDX-License-Identifier: MIT
/* The ledger. */
#include "sim/bills.h"

#include "base/json.h"
#include "unit.h"

static struct json_doc *rows_of(const struct bills *bills, const char *name,
                                uint64_t limit)
{
    struct json_doc *doc;
    struct buf out;
    struct err err;

    buf_init(&out, 64u << 20);
    bills_write_rows(bills, str_of(name), limit, &out);
    doc = json_doc_parse(buf_str(&out), &err);
    assert_non_null(doc);
    buf_done(&out);
    return doc;
}

static uint64_t id_at(const struct json_doc *rows, size_t index)
{
    uint64_t id = 0;

    assert_true(json_doc_get_u64(json_doc_at(rows, index), "id", &id));
    return id;
}

static void totals_count_rows_when_they_close(void **state)
{
    struct bills *bills = bills_new();
    struct bills_row *row = bills_open(bills);
    uint64_t id = row->id;

    (void)state;
    row->usage = (struct usage){ .input = 3, .output = 4 };
    assert_int_equal(bills_totals(bills)->requests, 1);
    assert_int_equal(bills_totals(bills)->input_tokens, 0);
    bills_close(bills, id, BILLS_ABORTED, 99);
    assert_int_equal(bills_totals(bills)->input_tokens, 3);
    assert_int_equal(bills_totals(bills)->output_tokens, 4);
    assert_int_equal(bills_totals(bills)->aborted, 1);
    assert_int_equal(bills_totals(bills)->complete, 0);
    assert_int_equal(bills_row(bills, id)->ended_ns, 99);
    bills_free(bills);
}

static void the_newest_rows_are_kept(void **state)
{
    struct bills *bills = bills_new();
    struct json_doc *rows;

    (void)state;
    for (int i = 0; i < BILLS_ROWS_MAX + 10; i++)
        (void)bills_open(bills);
    assert_null(bills_row(bills, 10));
    assert_non_null(bills_row(bills, 11));
    assert_non_null(bills_row(bills, BILLS_ROWS_MAX + 10));
    assert_null(bills_row(bills, BILLS_ROWS_MAX + 11));
    rows = rows_of(bills, "", 0);
    assert_int_equal(json_doc_count(rows), BILLS_ROWS_MAX);
    assert_int_equal(id_at(rows, 0), 11);
    json_doc_free(rows);
    bills_free(bills);
}

static void a_row_that_was_cleared_changes_nothing(void **state)
{
    struct bills *bills = bills_new();
    uint64_t id = bills_open(bills)->id;

    (void)state;
    bills_clear(bills);
    assert_null(bills_row(bills, id));
    bills_close(bills, id, BILLS_COMPLETE, 1);
    bills_close(bills, 0, BILLS_COMPLETE, 1);
    assert_int_equal(bills_totals(bills)->complete, 0);
    assert_int_equal(bills_open(bills)->id, id + 1);
    bills_free(bills);
}

static void rows_are_found_by_name_and_number(void **state)
{
    struct bills *bills = bills_new();
    struct json_doc *rows;

    (void)state;
    for (int i = 0; i < 10; i++) {
        struct bills_row *row = bills_open(bills);

        bills_set_text(row->name, sizeof(row->name),
                       i % 2 ? STR("odd") : STR("even"));
    }
    rows = rows_of(bills, "odd", 2);
    assert_int_equal(json_doc_count(rows), 2);
    assert_int_equal(id_at(rows, 0), 8);
    assert_int_equal(id_at(rows, 1), 10);
    json_doc_free(rows);
    rows = rows_of(bills, "neither", 0);
    assert_int_equal(json_doc_count(rows), 0);
    json_doc_free(rows);
    rows = rows_of(bills, "", 3);
    assert_int_equal(id_at(rows, 0), 8);
    json_doc_free(rows);
    bills_free(bills);
}

static void texts_are_cut_and_escaped(void **state)
{
    struct bills *bills = bills_new();
    struct bills_row *row = bills_open(bills);
    struct json_doc *rows;
    struct str text;

    (void)state;
    bills_set_text(row->last4, sizeof(row->last4), STR("abcdefgh"));
    bills_set_text(row->target, sizeof(row->target), STR("/a\"b?c\\d"));
    bills_set_text(row->model, sizeof(row->model), (struct str){ NULL, 0 });
    rows = rows_of(bills, "", 0);
    assert_true(
        json_doc_get_str(json_doc_get(json_doc_at(rows, 0), "credential"),
                         "last4", &text));
    unit_assert_str(text, "abcd");
    assert_true(json_doc_get_str(json_doc_at(rows, 0), "path", &text));
    unit_assert_str(text, "/a\"b");
    assert_true(json_doc_get_str(json_doc_at(rows, 0), "outcome", &text));
    unit_assert_str(text, "running");
    json_doc_free(rows);
    bills_free(bills);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_count_rows_when_they_close),
        cmocka_unit_test(the_newest_rows_are_kept),
        cmocka_unit_test(a_row_that_was_cleared_changes_nothing),
        cmocka_unit_test(rows_are_found_by_name_and_number),
        cmocka_unit_test(texts_are_cut_and_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
