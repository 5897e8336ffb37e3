// SPDX-License-Identifier: MIT
/* Two processes on one database: what one of them changes, the other one shows, and
   changes to what was changed there are made to what is there now. */
#include "team/key_reload.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "others_scene.h"
#include "team/use_store.h"

static const char *state_of(struct keyring *ring, const char *name)
{
    struct key *key = keyring_get(ring, str_of(name));
    const char *text = key ? key_state(key, clock_wall_ms()) : "unknown";

    key_unref(key);
    return text;
}

/* Any change looks first: this one is about nothing. */
static void look(struct team *team)
{
    assert_false(team_do(team, KEY_OP_REVOKE, "nobody", NULL));
    assert_int_equal(team->err.code, ERR_NOT_FOUND);
}

static void what_another_process_revoked_is_refused(void **state)
{
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    team_create(team, "{\"name\":\"bob\"}");
    others_do(team, KEY_OP_REVOKE, "alice", NULL);
    assert_string_equal(state_of(team->ring, "alice"), "active");
    look(team);
    assert_string_equal(state_of(team->ring, "alice"), "revoked");
    assert_string_equal(state_of(team->ring, "bob"), "active");
    others_do(team, KEY_OP_RESTORE, "alice", NULL);
    look(team);
    assert_string_equal(state_of(team->ring, "alice"), "active");
}

static void what_it_changed_is_changed_further(void **state)
{
    static const enum key_op ops[] = { KEY_OP_CHANGE, KEY_OP_ROTATE,
                                       KEY_OP_REVOKE };
    struct team *team = *state;
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    for (size_t i = 0; i < COUNT_OF(ops); i++) {
        others_do(team, KEY_OP_CHANGE, "alice",
                  i % 2 ? "{\"owner\":\"b\"}" : "{\"owner\":\"c\"}");
        if (!team_do(team, ops[i], "alice", "{\"note\":\"x\"}"))
            fail_msg("%zu: %s", i, team->err.text);
    }
    key = keyring_get(team->ring, STR("alice"));
    assert_string_equal(key->doc, "{\"owner\":\"c\",\"note\":\"x\"}");
    assert_int_equal(key->text_count, 2);
    key_unref(key);
    look(team);
    assert_string_equal(state_of(team->ring, "alice"), "revoked");
}

static bool save_use(struct sql *sql, void *arg, struct err *err)
{
    const struct counters_unsaved *use = arg;

    return use_store_save(sql, use, err);
}

static uint64_t total_of(const struct key *key)
{
    struct counters_view view;

    counters_view(key->counters, &key->limits, zone_utc(),
                  (struct counters_now){ 0 }, &view);
    return view.total.requests;
}

/* What is counted for it already, too. */
static void what_it_made_is_known(void **state)
{
    struct counters_unsaved use = { .subject = SUBJECT_OF_KEY(1),
                                    .total = { .requests = 7 } };
    struct team *team = *state;
    char text[KEY_TEXT_LEN + 1] = "";
    struct key *key;

    others_do(team, KEY_OP_CREATE, "", "{\"name\":\"alice\"}");
    memcpy(text, key_change_text(team->change).at, KEY_TEXT_LEN);
    assert_true(
        records_do(others_of()->records,
                   &(struct records_work){ .run = save_use, .arg = &use },
                   &team->err));
    assert_int_equal(team_verdict(team->ring, text, 1), KEY_UNKNOWN);
    look(team);
    assert_int_equal(team_verdict(team->ring, text, 1), KEY_FINE);
    key = keyring_get(team->ring, STR("alice"));
    assert_int_equal(total_of(key), 7);
    key_unref(key);
    others_do(team, KEY_OP_ROTATE, "alice", NULL);
    look(team);
    key = keyring_get(team->ring, STR("alice"));
    assert_int_equal(key->text_count, 2);
    assert_true(key->texts[0].expires_ms == KEY_NEVER);
    key_unref(key);
    assert_int_equal(team_verdict(team->ring, text, 1), KEY_FINE);
}

static bool note_use(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    return sql_run(sql, "UPDATE key SET first_used_ms = 5, last_used_ms = 9",
                   SQL_NO_VALUES, err);
}

/* Limits go on from where they are; only when it was used is learned. */
static void what_is_counted_is_kept(void **state)
{
    struct team *team = *state;
    struct counters *counters;
    struct key_use *used;
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    key = keyring_get(team->ring, STR("alice"));
    counters = key->counters;
    used = key->use;
    key_unref(key);
    others_do(team, KEY_OP_CHANGE, "alice", "{\"limits\":{\"rpm\":1}}");
    assert_true(records_do(others_of()->records,
                           &(struct records_work){ .run = note_use },
                           &team->err));
    look(team);
    key = keyring_get(team->ring, STR("alice"));
    assert_int_equal(key->limits.at[LIMIT_RPM], 1);
    assert_ptr_equal(key->counters, counters);
    assert_ptr_equal(key->use, used);
    assert_int_equal(atomic_load(&used->first_ms), 5);
    assert_int_equal(atomic_load(&used->last_ms), 9);
    key_unref(key);
}

/* The name of one that is gone may be another one's by now. */
static void what_it_removed_is_gone(void **state)
{
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    team_create(team, "{\"name\":\"bob\"}");
    team_create(team, "{\"name\":\"zoe\"}");
    for (size_t i = 0; i < 2; i++) {
        const char *name = i ? "zoe" : "alice";

        others_do(team, KEY_OP_REVOKE, name, NULL);
        others_do(team, KEY_OP_PURGE, name, NULL);
    }
    others_do(team, KEY_OP_CHANGE, "bob", "{\"name\":\"alice\"}");
    look(team);
    assert_int_equal(keyring_count(team->ring), 1);
    assert_string_equal(state_of(team->ring, "alice"), "active");
    assert_string_equal(state_of(team->ring, "bob"), "unknown");
    assert_string_equal(state_of(team->ring, "zoe"), "unknown");
}

static uint64_t rpm_of_group(struct team *team, const char *key_name)
{
    struct key *key = keyring_get(team->ring, str_of(key_name));
    struct key_group *group = key_group_of(key);
    uint64_t rpm = group ? group->limits.at[LIMIT_RPM] : 0;

    key_group_unref(group);
    key_unref(key);
    return rpm;
}

static void groups_come_change_and_go(void **state)
{
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    others_do(team, KEY_OP_GROUP_CREATE, "",
              "{\"name\":\"g\",\"limits\":{\"rpm\":3}}");
    others_do(team, KEY_OP_CHANGE, "alice", "{\"group\":\"g\"}");
    look(team);
    assert_int_equal(rpm_of_group(team, "alice"), 3);
    others_do(team, KEY_OP_GROUP_CHANGE, "g", "{\"limits\":{\"rpm\":4}}");
    look(team);
    assert_int_equal(rpm_of_group(team, "alice"), 4);
    assert_true(
        team_do(team, KEY_OP_GROUP_CHANGE, "g", "{\"limits\":{\"rpm\":5}}"));
    others_do(team, KEY_OP_CHANGE, "alice", "{\"group\":null}");
    others_do(team, KEY_OP_GROUP_REMOVE, "g", NULL);
    look(team);
    assert_int_equal(keyring_group_count(team->ring), 0);
    assert_int_equal(rpm_of_group(team, "alice"), 0);
}

/* The name is taken, or free, as it is there. */
static void names_are_judged_by_what_is_there(void **state)
{
    struct team *team = *state;

    others_do(team, KEY_OP_CREATE, "", "{\"name\":\"alice\"}");
    assert_false(team_do(team, KEY_OP_CREATE, "", "{\"name\":\"alice\"}"));
    assert_int_equal(team->err.code, ERR_EXISTS);
    others_do(team, KEY_OP_REVOKE, "alice", NULL);
    others_do(team, KEY_OP_PURGE, "alice", NULL);
    team_create(team, "{\"name\":\"alice\"}");
}

/* ---- at the same moment ------------------------------------------------------ */

/* Others write after the look, and before what was prepared is written. */
static void whoever_is_slower_looks_again(void **state)
{
    struct team *team = *state;
    struct key_change *ours;
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    script_sql_hold(true);
    ours = team_start(team, KEY_OP_CHANGE, "alice", "{\"note\":\"x\"}", 0);
    while (!script_sql_is_holding())
        wire_turn(team->loop);
    others_do(team, KEY_OP_CHANGE, "alice", "{\"owner\":\"b\"}");
    team->woken = 0;
    script_sql_hold(false);
    wire_until(team->loop, team_is_woken, team);
    if (key_change_error(ours))
        fail_msg("%s", key_change_error(ours)->text);
    key_change_free(ours);
    key = keyring_get(team->ring, STR("alice"));
    assert_string_equal(key->doc, "{\"owner\":\"b\",\"note\":\"x\"}");
    key_unref(key);
}

static void one_that_was_purged_meanwhile_is_not_there(void **state)
{
    struct team *team = *state;
    struct key_change *ours;

    team_create(team, "{\"name\":\"alice\"}");
    script_sql_hold(true);
    ours = team_start(team, KEY_OP_REVOKE, "alice", NULL, 0);
    while (!script_sql_is_holding())
        wire_turn(team->loop);
    others_do(team, KEY_OP_REVOKE, "alice", NULL);
    others_do(team, KEY_OP_PURGE, "alice", NULL);
    team->woken = 0;
    script_sql_hold(false);
    wire_until(team->loop, team_is_woken, team);
    assert_int_equal(key_change_error(ours)->code, ERR_NOT_FOUND);
    key_change_free(ours);
}

/* ---- nobody asks ------------------------------------------------------------- */

static bool is_revoked(void *arg)
{
    const struct team *team = arg;

    return strcmp(state_of(team->ring, "alice"), "revoked") == 0;
}

static void it_is_seen_without_being_asked(void **state)
{
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    others_of()->watching = others_changes(team, team->records, team->ring, 5);
    others_do(team, KEY_OP_REVOKE, "alice", NULL);
    wire_until(team->loop, is_revoked, team);
    /* A database that cannot be read for a while is looked into again. */
    script_sql_fail(SCRIPT_SQL_STATEMENT, ERR_BROKEN, 20);
    others_do(team, KEY_OP_RESTORE, "alice", NULL);
    others_do(team, KEY_OP_REVOKE, "alice", NULL);
    wire_until(team->loop, is_revoked, team);
}

/* ---- what is asked of the records meanwhile ------------------------------- */

struct questions {
    struct team *team;
    atomic_bool may_end;
    const char *state; /* of alice, when the second one was asked */
};

static bool ask_for_long(struct sql *sql, void *arg, struct err *err)
{
    const struct questions *questions = arg;

    (void)sql;
    (void)err;
    while (!atomic_load(&questions->may_end))
        (void)usleep(1000);
    return true;
}

static bool ask_next(struct sql *sql, void *arg, struct err *err)
{
    struct questions *questions = arg;

    (void)sql;
    (void)err;
    questions->state = state_of(questions->team->ring, "alice");
    return true;
}

static void be_told(void *arg)
{
    (void)arg;
}

static struct records_job *start_question(struct questions *questions,
                                          bool (*run)(struct sql *sql,
                                                      void *arg,
                                                      struct err *err))
{
    return records_start(questions->team->records, questions->team->loop,
                         &(struct records_work){
                             .run = run, .arg = questions, .reads = true },
                         be_told, NULL);
}

static size_t waiting_in(struct lane *lane)
{
    size_t count = 0;

    (void)pthread_mutex_lock(&lane->lock);
    for (const struct list *at = lane->jobs.next; at != &lane->jobs;
         at = at->next)
        count++;
    (void)pthread_mutex_unlock(&lane->lock);
    return count;
}

/* Only what is being carried out is waited for. */
static void no_question_that_waits_delays_it(void **state)
{
    struct team *team = *state;
    struct questions questions = { .team = team };
    struct records_job *first;
    struct records_job *second;

    team_create(team, "{\"name\":\"alice\"}");
    others_do(team, KEY_OP_REVOKE, "alice", NULL);
    first = start_question(&questions, ask_for_long);
    second = start_question(&questions, ask_next);
    key_change_free(team->change);
    team->woken = 0;
    team->change = team_start(team, KEY_OP_REVOKE, "nobody", NULL, 0);
    while (waiting_in(first->lane) < 3)
        wire_turn(team->loop);
    atomic_store(&questions.may_end, true);
    assert_false(team_wait(team));
    while (!records_job_is_done(second))
        wire_turn(team->loop);
    assert_string_equal(questions.state, "revoked");
    records_job_free(first);
    records_job_free(second);
}

/* What waits is told so, and the look is not waited for. */
static void it_may_stop_while_it_looks(void **state)
{
    struct team *team = *state;
    struct key_changes *own = team->changes;

    others_of()->watching =
        others_changes(team, team->records, team->ring, 1000);
    others_do(team, KEY_OP_CREATE, "", "{\"name\":\"alice\"}");
    key_change_free(team->change);
    team->woken = 0;
    team->changes = others_of()->watching;
    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, SCRIPT_SQL_ALWAYS);
    team->change = team_start(team, KEY_OP_REVOKE, "alice", NULL, 0);
    wire_turn(team->loop);
    key_changes_stop(team->changes);
    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, 0);
    team->changes = own;
    assert_false(team_wait(team));
    unit_assert_part(team->err.text, "stopping");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OTHERS_TEST(what_another_process_revoked_is_refused),
        OTHERS_TEST(what_it_changed_is_changed_further),
        OTHERS_TEST(what_it_made_is_known),
        OTHERS_TEST(what_is_counted_is_kept),
        OTHERS_TEST(what_it_removed_is_gone),
        OTHERS_TEST(groups_come_change_and_go),
        OTHERS_TEST(names_are_judged_by_what_is_there),
        OTHERS_TEST(whoever_is_slower_looks_again),
        OTHERS_TEST(one_that_was_purged_meanwhile_is_not_there),
        OTHERS_TEST(it_is_seen_without_being_asked),
        OTHERS_TEST(no_question_that_waits_delays_it),
        OTHERS_TEST(it_may_stop_while_it_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
