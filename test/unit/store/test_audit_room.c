// SPDX-License-Identifier: MIT
/* Room for entries of the audit log while the database takes none. */
#include "base/log.h"
#include "records_scene.h"
#include "store/audit.h"
#include "store/audit_list.h"

static struct audit *begin(struct audit_log *log)
{
    return audit_begin(log, &(struct audit_act){ .who = AUDIT_BY_SESSION,
                                                 .peer = STR("10.0.0.8"),
                                                 .action = "log.level",
                                                 .target = STR_EMPTY });
}

static void end(struct scene *scene, struct audit_log *log)
{
    records_stop(scene->records);
    audit_log_free(log);
}

static bool read_all(struct sql *sql, void *arg, struct err *err)
{
    return audit_list_read(sql, &(struct audit_query){ .max = 100 }, arg, err);
}

#define CHANGES_MAX 512
#define REFUSALS_MAX 256

static void refuse_some(struct audit_log *log, size_t count)
{
    struct err err;

    err_set(&err, ERR_BAD_REQUEST, "no tea");
    for (size_t i = 0; i < count; i++)
        audit_refused(begin(log), &err);
}

/* Those that are kept, of what waited. */
static size_t kept_of(struct scene *scene, bool done)
{
    struct json_doc *list = json_doc_new_array();
    struct err err;
    size_t count = 0;
    bool is;

    assert_true(records_do(scene->records,
                           &(struct records_work){
                               .run = read_all, .arg = list, .reads = true },
                           &err));
    for (size_t i = 0; i < json_doc_count(list); i++)
        count +=
            json_doc_get_bool(json_doc_at(list, i), "done", &is) && is == done;
    json_doc_free(list);
    return count;
}

static void a_crowd_of_refusals_pushes_out_no_change(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct unit_capture capture;
    char *text;

    script_sql_hold(true);
    log_setup(LOG_WARN, LOG_TEXT);
    capture = unit_capture_begin(2);
    refuse_some(log, REFUSALS_MAX + 7);
    audit_done(begin(log));
    script_sql_hold(false);
    records_stop(scene->records);
    text = unit_capture_end(&capture);
    log_setup(LOG_INFO, LOG_TEXT);
    unit_assert_part(text, "no entries of 7 requests that were refused");
    assert_null(strstr(text, "has no entry of"));
    mem_free(text);
    assert_int_equal(audit_lost(log), 7);
    assert_int_equal(kept_of(scene, true), 1);
    end(scene, log);
}

static void what_is_changed_has_its_room_first(void **state)
{
    static struct audit *held[CHANGES_MAX];
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct audit *late = begin(log);
    struct err err;

    log_setup(LOG_ERROR, LOG_TEXT);
    for (size_t i = 0; i < CHANGES_MAX; i++) {
        held[i] = begin(log);
        assert_true(audit_reserve(held[i], &err));
        assert_true(audit_reserve(held[i], &err)); /* it has it */
    }
    assert_false(audit_reserve(late, &err));
    assert_int_equal(err.code, ERR_BUSY);
    unit_assert_part(err.text, "512 changes wait for their entries");
    audit_refused(held[0], &err); /* it needs it no more */
    assert_true(audit_reserve(late, &err));
    audit_done(late);
    for (size_t i = 1; i < CHANGES_MAX; i++)
        audit_done(held[i]);
    records_stop(scene->records);
    log_setup(LOG_INFO, LOG_TEXT);
    assert_int_equal(audit_lost(log), 0);
    end(scene, log);
}

static void more_than_fit_are_not_kept(void **state)
{
    struct scene *scene = *state;
    struct audit_log *log = audit_log_new(scene->records);
    struct unit_capture capture;
    char *text;

    script_sql_hold(true);
    log_setup(LOG_ERROR, LOG_TEXT);
    capture = unit_capture_begin(2);
    for (size_t i = 0; i < CHANGES_MAX + 1; i++)
        audit_done(begin(log));
    text = unit_capture_end(&capture);
    log_setup(LOG_INFO, LOG_TEXT);
    unit_assert_part(text, "too many wait for the database");
    mem_free(text);
    script_sql_hold(false);
    records_stop(scene->records);
    end(scene, log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_crowd_of_refusals_pushes_out_no_change),
        TEST(what_is_changed_has_its_room_first),
        TEST(more_than_fit_are_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
