// SPDX-License-Identifier: MIT
/* Entries of the audit log, over a database that fails when the test says so. */
#include "store/audit.h"

#include "base/log.h"
#include "records_scene.h"
#include "store/audit_list.h"

#define KEY_TEXT "cr_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

static struct json_doc *doc_of(const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);

    assert_non_null(doc);
    return doc;
}

static struct audit *begin(struct audit_log *log)
{
    return audit_begin(log, &(struct audit_act){ .who = AUDIT_BY_TOKEN,
                                                 .peer = STR("10.0.0.7"),
                                                 .action = "key.change",
                                                 .target = STR("ci") });
}

/* Nothing of it is under way any more. */
static void end(struct scene *scene, struct audit_log *log)
{
    records_stop(scene->records);
    audit_log_free(log);
}

/* ---- what is in the table ------------------------------------------------ */

static bool read_all(struct sql *sql, void *arg, struct err *err)
{
    return audit_list_read(sql, &(struct audit_query){ .max = 100 }, arg, err);
}

static struct json_doc *entries(struct scene *scene)
{
    struct json_doc *list = json_doc_new_array();
    struct err err;

    assert_true(records_do(scene->records,
                           &(struct records_work){
                               .run = read_all, .arg = list, .reads = true },
                           &err));
    return list;
}

static bool one_is_there(void *arg)
{
    struct json_doc *list = entries(arg);
    size_t count = json_doc_count(list);

    json_doc_free(list);
    return count == 1;
}

/* Of the first entry, as compact JSON. */
static void assert_member(struct json_doc *list, const char *member,
                          const char *want)
{
    struct buf out;

    buf_init(&out, 100000);
    assert_true(json_doc_write(json_doc_get(json_doc_at(list, 0), member),
                               false, &out));
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
}

static void what_was_done_is_written(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct audit *audit = begin(log);
    struct json_doc *list;

    audit_before(audit, doc_of("{\"note\":\"a\",\"owner\":\"x\"}"));
    audit_after(audit, doc_of("{\"note\":\"b\",\"owner\":\"x\"}"));
    audit_done(audit);
    wire_until(scene->loop, one_is_there, scene);
    list = entries(scene);
    assert_member(list, "id", "1");
    assert_member(list, "who", "\"admin-token\"");
    assert_member(list, "peer", "\"10.0.0.7\"");
    assert_member(list, "action", "\"key.change\"");
    assert_member(list, "target", "\"ci\"");
    assert_member(list, "before", "{\"note\":\"a\"}");
    assert_member(list, "after", "{\"note\":\"b\"}");
    assert_member(list, "done", "true");
    assert_member(list, "error", "null");
    assert_member(list, "code", "null");
    assert_member(list, "params", "null");
    json_doc_free(list);
    end(scene, log);
}

static void a_refusal_says_why_and_no_members(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct audit *audit = begin(log);
    struct json_doc *list;
    struct err err;

    audit_after(audit, doc_of("{\"note\":\"b\"}"));
    err_set(&err, ERR_EXISTS, "there is one already: %s", "ci");
    audit_refused(audit, &err);
    wire_until(scene->loop, one_is_there, scene);
    list = entries(scene);
    assert_member(list, "after", "{}");
    assert_member(list, "done", "false");
    assert_member(list, "error", "\"there is one already: ci\"");
    assert_member(list, "code", "\"exists\"");
    assert_member(list, "params", "{}");
    json_doc_free(list);
    end(scene, log);
}

static void one_that_nobody_waited_for_is_there_too(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct json_doc *list;

    audit_left(begin(log));
    wire_until(scene->loop, one_is_there, scene);
    list = entries(scene);
    assert_member(list, "done", "false");
    assert_member(list, "error",
                  "\"its connection ended before it was answered\"");
    json_doc_free(list);
    end(scene, log);
}

/* ---- with the change ----------------------------------------------------- */

struct change {
    struct audit *audit;
    bool fails;
};

static bool change(struct sql *sql, void *arg, struct err *err)
{
    struct change *change = arg;

    audit_after_id(change->audit, 42);
    if (!audit_add(change->audit, sql, err))
        return false;
    return !change->fails || err_set(err, ERR_CONFLICT, "others were faster");
}

static void a_row_goes_in_with_the_change(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct change work = { .audit = begin(log) };
    struct json_doc *list;
    struct err err;

    audit_after(work.audit, doc_of("{\"name\":\"ci\"}"));
    assert_true(
        records_do(scene->records,
                   &(struct records_work){ .run = change, .arg = &work },
                   &err));
    audit_done(work.audit);
    records_stop(scene->records);
    script_sql_hold(false);
    list = entries(scene);
    assert_int_equal(json_doc_count(list), 1);
    assert_member(list, "after", "{\"name\":\"ci\",\"id\":42}");
    json_doc_free(list);
    end(scene, log);
}

static void one_of_a_change_that_failed_says_so(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct change work = { .audit = begin(log), .fails = true };
    struct json_doc *list;
    struct err err;

    audit_after(work.audit, doc_of("{\"name\":\"ci\"}"));
    assert_false(
        records_do(scene->records,
                   &(struct records_work){ .run = change, .arg = &work },
                   &err));
    audit_refused(work.audit, &err);
    wire_until(scene->loop, one_is_there, scene);
    list = entries(scene);
    assert_member(list, "done", "false");
    assert_member(list, "error", "\"others were faster\"");
    json_doc_free(list);
    end(scene, log);
}

/* The change is none any more: somebody else made the same. */
static void one_that_was_undone_is_written_at_the_end(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct change work = { .audit = begin(log), .fails = true };
    struct err err;

    assert_false(
        records_do(scene->records,
                   &(struct records_work){ .run = change, .arg = &work },
                   &err));
    audit_undone(work.audit);
    audit_done(work.audit);
    wire_until(scene->loop, one_is_there, scene);
    audit_undone(NULL);
    end(scene, log);
}

/* ---- a database that does not work -------------------------------------- */

static bool has_failed(void *arg)
{
    (void)arg;
    return script_sql_count(SCRIPT_SQL_COMMIT) >= 3;
}

static void a_row_waits_for_a_full_disk(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, SCRIPT_SQL_ALWAYS);
    audit_done(begin(log));
    wire_until(scene->loop, has_failed, scene);
    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, 0);
    wire_until(scene->loop, one_is_there, scene);
    end(scene, log);
}

/* In its statement, or, as with a full disk, by the commit. */
static void expect_lost(struct scene *scene, enum script_sql_at at)
{
    struct audit_log *log = audit_log_new(scene->records);
    struct unit_capture capture = unit_capture_begin(2);
    char *text;

    assert_int_equal(audit_lost(log), 0);
    script_sql_fail(at, ERR_BROKEN, 1);
    audit_done(begin(log));
    records_stop(scene->records);
    assert_int_equal(audit_lost(log), 1);
    text = unit_capture_end(&capture);
    unit_assert_part(text, "the audit log has no entry of key.change by "
                           "admin-token");
    mem_free(text);
    end(scene, log);
}

static void what_cannot_be_written_is_said(void **state)
{
    expect_lost(*state, SCRIPT_SQL_STATEMENT);
}

static void what_was_written_and_undone_is_said(void **state)
{
    expect_lost(*state, SCRIPT_SQL_COMMIT);
}

static void a_log_that_was_stopped_starts_nothing(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct unit_capture capture;
    char *text;

    audit_log_stop(log);
    records_stop(scene->records);
    capture = unit_capture_begin(2);
    audit_done(begin(log));
    text = unit_capture_end(&capture);
    unit_assert_part(text, "the relay is stopping");
    mem_free(text);
    end(scene, log);
}

/* ---- how many are kept --------------------------------------------------- */

static bool pretend(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    return sql_run(sql,
                   "INSERT INTO audit(id, at_ms, who, peer, action, target, "
                   "before, after, result) VALUES($1, 1, '', '', '', '', "
                   "'{}', '{}', '')",
                   SQL_VALUES(sql_number(AUDIT_ROWS_MAX)), err);
}

static bool newest_alone(void *arg)
{
    struct json_doc *list = entries(arg);
    uint64_t first = 0;
    uint64_t last = 0;
    size_t count = json_doc_count(list);

    (void)json_doc_get_u64(json_doc_at(list, 0), "id", &first);
    (void)json_doc_get_u64(json_doc_at(list, count - 1), "id", &last);
    json_doc_free(list);
    return count == 2 && first == AUDIT_ROWS_MAX + 1 && last == AUDIT_ROWS_MAX;
}

static void the_oldest_go(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct err err;

    audit_done(begin(log));
    wire_until(scene->loop, one_is_there, scene);
    assert_true(records_do(scene->records,
                           &(struct records_work){ .run = pretend }, &err));
    audit_done(begin(log));
    wire_until(scene->loop, newest_alone, scene);
    end(scene, log);
}

/* ---- the log ------------------------------------------------------------- */

static void a_line_says_who_did_what(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    struct audit *audit = begin(NULL);
    char *text;

    (void)state;
    audit_before(audit, doc_of("{\"note\":\"a\",\"owner\":\"x\"}"));
    audit_after(audit, doc_of("{\"note\":\"\\u202e\",\"owner\":\"x\","
                              "\"token\":\"" KEY_TEXT "\"}"));
    audit_done(audit);
    text = unit_capture_end(&capture);
    unit_assert_part(text, "audit who=admin-token peer=10.0.0.7 "
                           "action=key.change target=ci "
                           "changed=\"note, token\" "
                           "before=\"{\\\"note\\\":\\\"a\\\"}\" "
                           "after=\"{\\\"note\\\":\\\"\\\\u202e\\\","
                           "\\\"token\\\":\\\"(not shown)\\\"}\"\n");
    mem_free(text);
}

/* Whoever changes something may change the level, too. */
static void a_relay_says_it_whatever_the_level_is(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct unit_capture capture = unit_capture_begin(2);
    char *text;

    log_setup(LOG_ERROR, LOG_TEXT);
    audit_done(begin(log));
    audit_log_tell(log);
    audit_left(begin(log));
    log_setup(LOG_INFO, LOG_TEXT);
    text = unit_capture_end(&capture);
    unit_assert_part(text, " info  audit who=admin-token peer=10.0.0.7 "
                           "action=key.change target=ci refused=");
    assert_null(strstr(text, "target=ci\n"));
    mem_free(text);
    end(scene, log);
}

static void what_was_named_is_no_secret(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    struct audit *audit = begin(NULL);
    struct err err;
    char *text;

    (void)state;
    audit_target(audit, STR(KEY_TEXT));
    err_set(&err, ERR_BAD_REQUEST, "there is no %s", KEY_TEXT);
    audit_refused(audit, &err);
    text = unit_capture_end(&capture);
    assert_null(strstr(text, "cr_0123"));
    unit_assert_part(text, "(not shown)");
    mem_free(text);
}

static void nothing_happens_to_no_entry(void **state)
{
    (void)state;
    audit_before(NULL, json_doc_new_object());
    audit_after(NULL, json_doc_new_object());
    audit_after_id(NULL, 1);
    audit_action(NULL, "x");
    audit_target(NULL, STR("x"));
    assert_true(audit_add(NULL, NULL, NULL));
    audit_done(NULL);
    audit_refused(NULL, NULL);
    audit_left(NULL);
    audit_stopped(NULL);
    assert_true(audit_reserve(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_done_is_written),
        TEST(a_refusal_says_why_and_no_members),
        TEST(one_that_nobody_waited_for_is_there_too),
        TEST(a_row_goes_in_with_the_change),
        TEST(one_of_a_change_that_failed_says_so),
        TEST(one_that_was_undone_is_written_at_the_end),
        TEST(a_row_waits_for_a_full_disk),
        TEST(what_cannot_be_written_is_said),
        TEST(what_was_written_and_undone_is_said),
        TEST(a_log_that_was_stopped_starts_nothing),
        TEST(the_oldest_go),
        cmocka_unit_test(a_line_says_who_did_what),
        TEST(a_relay_says_it_whatever_the_level_is),
        cmocka_unit_test(what_was_named_is_no_secret),
        cmocka_unit_test(nothing_happens_to_no_entry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
