// SPDX-License-Identifier: MIT
/* The audit log's entries of commands. */
#include "app/command_audit.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/audit_list.h"
#include "store/records.h"
#include "unit.h"

static bool read_all(struct sql *sql, void *arg, struct err *err)
{
    return audit_list_read(sql, &(struct audit_query){ .max = 100 }, arg, err);
}

static void act(const char *folder, enum log_level level)
{
    struct config config = { .data_dir = str_of(folder), .log_level = level };
    struct json_doc *is = json_doc_new_object();

    json_doc_set_u64(is, "documents", 3);
    command_audit(&config, &(struct command_act){ .action = "secret.rotate",
                                                  .target = STR_EMPTY,
                                                  .is = is });
    log_setup(LOG_INFO, LOG_TEXT);
}

static void what_a_command_did_is_there_when_it_ends(void **state)
{
    char *folder = unit_folder_new();
    struct json_doc *list = json_doc_new_array();
    struct records *records;
    struct buf out;
    struct err err;

    (void)state;
    records_free(records_open(folder, &err));
    act(folder, LOG_INFO);
    records = records_open(folder, &err);
    assert_true(records_do(records,
                           &(struct records_work){
                               .run = read_all, .arg = list, .reads = true },
                           &err));
    records_free(records);
    buf_init(&out, 10000);
    assert_true(json_doc_write(list, false, &out));
    assert_int_equal(json_doc_count(list), 1);
    assert_true(str_contains(buf_str(&out), STR("\"who\":\"command\"")));
    assert_true(
        str_contains(buf_str(&out), STR("\"action\":\"secret.rotate\"")));
    assert_true(
        str_contains(buf_str(&out), STR("\"after\":{\"documents\":3}")));
    buf_done(&out);
    json_doc_free(list);
    unit_folder_free(folder);
}

static void a_folder_without_a_database_gets_none(void **state)
{
    char *folder = unit_folder_new();

    (void)state;
    act(folder, LOG_INFO);
    assert_int_equal(unit_file_count(folder), 0);
    unit_folder_free(folder);
}

static void one_that_cannot_be_written_is_a_warning(void **state)
{
    char *folder = unit_folder_new();
    struct unit_capture capture;
    struct err err;
    char *text;

    (void)state;
    records_free(records_open(folder, &err));
    unit_write(folder, "db/relay.db", "this is no database at all");
    capture = unit_capture_begin(2);
    act(folder, LOG_INFO);
    text = unit_capture_end(&capture);
    unit_assert_part(text, "warn");
    unit_assert_part(text, "the audit log has no entry of secret.rotate");
    mem_free(text);
    unit_folder_free(folder);
}

static void the_line_is_for_those_who_ask_for_more(void **state)
{
    static const struct {
        enum log_level level;
        bool said;
    } rows[] = { { LOG_INFO, false }, { LOG_DEBUG, true } };
    char *folder = unit_folder_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct unit_capture capture;
        char *text;

        log_setup(rows[i].level, LOG_TEXT);
        capture = unit_capture_begin(2);
        act(folder, rows[i].level);
        text = unit_capture_end(&capture);
        assert_true((strstr(text, "audit who=command") != NULL) ==
                    rows[i].said);
        mem_free(text);
    }
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_command_did_is_there_when_it_ends),
        cmocka_unit_test(a_folder_without_a_database_gets_none),
        cmocka_unit_test(one_that_cannot_be_written_is_a_warning),
        cmocka_unit_test(the_line_is_for_those_who_ask_for_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
