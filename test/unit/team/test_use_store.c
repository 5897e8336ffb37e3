// SPDX-License-Identifier: MIT
/* What was counted, in the database. */
#include "team/use_store.h"

#include <string.h>

#include "base/text.h"
#include "team_scene.h"

#define MONDAY 1795996800000ull

struct saving {
    struct counters_unsaved use;
    uint64_t trim_ms;
};

static bool run_save(struct sql *sql, void *arg, struct err *err)
{
    const struct saving *saving = arg;

    return saving->trim_ms ? use_store_trim(sql, saving->trim_ms, err)
                           : use_store_save(sql, &saving->use, err);
}

static void save(struct team *team, struct saving *saving)
{
    if (!records_do(team->records,
                    &(struct records_work){ .run = run_save, .arg = saving },
                    &team->err))
        fail_msg("%s", team->err.text);
}

static struct use use_of(uint64_t requests)
{
    return (struct use){ requests, 10 * requests, 100 * requests,
                         1000 * requests };
}

/* So many requests at that moment. */
static struct saving one(int64_t subject, uint64_t start_s, uint64_t requests)
{
    struct saving saving = { .use = { .subject = subject,
                                      .quarter_count = 1,
                                      .total = use_of(requests) } };

    saving.use.quarters[0] =
        (struct use_quarter){ .start_s = start_s, .use = use_of(requests) };
    return saving;
}

static struct counters_view view_of(struct keyring *ring, const char *name,
                                    uint64_t wall_ms)
{
    struct key *key = keyring_get(ring, str_of(name));
    struct counters_view view;

    counters_view(key->counters, &key->limits, zone_utc(),
                  (struct counters_now){ 1, wall_ms }, &view);
    key_unref(key);
    return view;
}

static void differences_are_added_up(void **state)
{
    struct team *team = *state;
    struct saving saving = one(SUBJECT_OF_KEY(1), MONDAY / 1000, 2);
    struct counters_view view;
    struct keyring *ring;

    team_create(team, "{\"name\":\"alice\"}");
    save(team, &saving);
    save(team, &saving);
    saving = one(SUBJECT_OF_KEY(1), MONDAY / 1000 + 900, 1);
    save(team, &saving);
    ring = team_loaded(team);
    view = view_of(ring, "alice", MONDAY + 3600000);
    assert_int_equal(view.total.requests, 5);
    assert_int_equal(view.total.tokens_in, 50);
    assert_int_equal(view.total.tokens_out, 500);
    assert_int_equal(view.total.cost_microusd, 5000);
    assert_int_equal(view.at[LIMIT_COST_DAY].used, 5000);
    assert_int_equal(view.at[LIMIT_RPD].used, 5);
    /* The day before has seen nothing of it, and a later one not either. */
    view = view_of(ring, "alice", MONDAY + 2 * 86400000ull);
    assert_int_equal(view.at[LIMIT_COST_DAY].used, 0);
    assert_int_equal(view.at[LIMIT_COST_WEEK].used, 5000);
    keyring_free(ring);
}

static void what_is_nobodys_is_passed_over(void **state)
{
    struct team *team = *state;
    struct saving saving;
    struct keyring *ring;

    team_create(team, "{\"name\":\"alice\"}");
    for (int64_t subject = 0; subject < 8; subject++) {
        saving = one(subject, MONDAY / 1000, (uint64_t)subject + 1);
        save(team, &saving);
    }
    ring = team_loaded(team);
    assert_int_equal(view_of(ring, "alice", MONDAY).total.requests, 3);
    keyring_free(ring);
}

static void histories_come_back_as_they_were(void **state)
{
    struct team *team = *state;
    struct counters *all = counters_new(NULL, SUBJECT_ALL);
    struct saving saving = { .use = { .subject = SUBJECT_ALL,
                                      .history_count = 1 } };
    struct history *history = &saving.use.histories[0];
    struct key_load load;
    struct history got;
    struct keyring *ring = keyring_new();

    text_copy(history->model, sizeof(history->model), STR("claude-\"x\""));
    history->requests = 17;
    for (size_t i = 0; i < HISTORY_SPREADS; i++)
        history->of[i] =
            (struct spread){ 1.0 / (double)(i + 3), 1e-300 * (double)i };
    save(team, &saving);
    history->requests = 18;
    save(team, &saving);
    load = team_load_of(team, ring);
    load.all = all;
    assert_true(records_do(team->records,
                           &(struct records_work){ .run = team_run_load,
                                                   .arg = &load,
                                                   .reads = true },
                           &team->err));
    assert_true(counters_history(all, STR("claude-\"x\""), &got));
    assert_int_equal(got.requests, 18);
    assert_memory_equal(got.of, history->of, sizeof(got.of));
    keyring_free(ring);
    counters_unref(all);
}

static bool run_text(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    return sql_run(sql,
                   "INSERT INTO estimate VALUES(2, 'a', 1, '[1,2]'),"
                   " (2, 'b', 1, 'x'), (2, 'c', 1, '[]'),"
                   " (2, 'd', 1, '[1,2,3,4,5,6,7,8,9,10,11,12,13]'),"
                   " (2, 'old', 7, '[1,2,3,4,5,6,7,8,9,10,11,12]')",
                   SQL_NO_VALUES, err);
}

static void a_damaged_history_is_none(void **state)
{
    struct team *team = *state;
    struct keyring *ring;
    struct history got;
    struct key *key;

    team_create(team, "{\"name\":\"alice\"}");
    assert_true(records_do(team->records,
                           &(struct records_work){ .run = run_text },
                           &team->err));
    ring = team_loaded(team);
    key = keyring_get(ring, STR("alice"));
    assert_false(counters_history(key->counters, STR("a"), &got));
    assert_false(counters_history(key->counters, STR("b"), &got));
    assert_false(counters_history(key->counters, STR("c"), &got));
    assert_false(counters_history(key->counters, STR("d"), &got));
    /* Saved before more was learned. */
    assert_true(counters_history(key->counters, STR("old"), &got));
    assert_int_equal(got.requests, 7);
    assert_true(got.of[HISTORY_BYTE_COST].variance == 12);
    assert_true(got.of[HISTORY_FIRST].mean == 0);
    assert_true(got.of[HISTORY_OVER_COST].mean == 0);
    key_unref(key);
    keyring_free(ring);
}

#define DAY_MS 86400000ull

/* Use in each quarter hour of the day that begins then. */
static void save_a_day(struct team *team, uint64_t from_ms)
{
    for (uint64_t i = 0; i < QUARTERS_DOUBTED; i++) {
        struct saving saving =
            one(SUBJECT_OF_KEY(1), from_ms / 1000 + i * QUARTER_S, 1);

        save(team, &saving);
    }
}

/* What a relay that starts now knows of Monday. */
static uint64_t on_monday(struct team *team)
{
    struct keyring *ring = team_loaded(team);
    uint64_t used = view_of(ring, "alice", MONDAY).at[LIMIT_RPD].used;

    keyring_free(ring);
    return used;
}

static void trim(struct team *team, uint64_t now_ms)
{
    save(team, &(struct saving){ .trim_ms = now_ms });
}

static void what_no_window_reaches_is_removed(void **state)
{
    struct team *team = *state;
    struct saving saving;
    struct keyring *ring;

    team_create(team, "{\"name\":\"alice\"}");
    saving = one(SUBJECT_OF_KEY(1), MONDAY / 1000, 1);
    save(team, &saving);
    saving = one(SUBJECT_OF_KEY(1), MONDAY / 1000 + USE_KEPT_S, 1);
    save(team, &saving);
    save_a_day(team, MONDAY + USE_KEPT_S * 1000 + DAY_MS);
    trim(team, MONDAY + 50 * DAY_MS);
    assert_int_equal(on_monday(team), 1);
    saving = one(SUBJECT_OF_KEY(1), MONDAY / 1000 + USE_KEPT_S + QUARTER_S, 1);
    save(team, &saving);
    trim(team, MONDAY + 40 * DAY_MS);
    assert_int_equal(on_monday(team), 1);
    trim(team, MONDAY + 50 * DAY_MS);
    assert_int_equal(on_monday(team), 0);
    ring = team_loaded(team);
    assert_int_equal(view_of(ring, "alice", MONDAY).total.requests,
                     QUARTERS_DOUBTED + 3);
    keyring_free(ring);
    trim(team, 1);
}

/* A year ahead, and requests come all day: what was used in the right time is needed
   when the clock is put back. */
static void a_clock_that_is_ahead_removes_nothing(void **state)
{
    struct team *team = *state;
    struct saving saving = one(SUBJECT_OF_KEY(1), MONDAY / 1000, 1);

    team_create(team, "{\"name\":\"alice\"}");
    save(team, &saving);
    trim(team, MONDAY + 365 * DAY_MS);
    save_a_day(team, MONDAY + 365 * DAY_MS);
    trim(team, MONDAY + 366 * DAY_MS);
    assert_int_equal(on_monday(team), 1);
}

/* ---- subjects that are gone ---------------------------------------------- */

static bool take_number(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg += sql_row_number(row, 0);
    return true;
}

/* Rows of a subject in all tables. */
static bool run_count(struct sql *sql, void *arg, struct err *err)
{
    static const char *const texts[] = {
        "SELECT COUNT(*) FROM use_quarter WHERE subject = $1",
        "SELECT COUNT(*) FROM use_total WHERE subject = $1",
        "SELECT COUNT(*) FROM estimate WHERE subject = $1"
    };
    int64_t *number = arg;
    const struct sql_value subject = sql_number(*number);

    *number = 0;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (!sql_query(sql,
                       &(struct sql_ask){ texts[i], &subject, 1, take_number,
                                          number },
                       err))
            return false;
    }
    return true;
}

static int64_t rows_of(struct team *team, int64_t subject)
{
    assert_true(records_do(team->records,
                           &(struct records_work){ .run = run_count,
                                                   .arg = &subject,
                                                   .reads = true },
                           &team->err));
    return subject;
}

/* Of all that there is to save of it. */
static void save_with_history(struct team *team, int64_t subject)
{
    struct saving saving = one(subject, MONDAY / 1000, 1);

    saving.use.history_count = 1;
    text_copy(saving.use.histories[0].model, HISTORY_MODEL_MAX, STR("m"));
    save(team, &saving);
}

/* A request that ends after its key was purged, its group removed. */
static void what_is_gone_gets_no_row(void **state)
{
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "", "{\"name\":\"g\"}"));
    save_with_history(team, SUBJECT_ALL);
    save_with_history(team, SUBJECT_OF_KEY(1));
    save_with_history(team, SUBJECT_OF_GROUP(1));
    assert_int_equal(rows_of(team, SUBJECT_OF_KEY(1)), 3);
    assert_int_equal(rows_of(team, SUBJECT_OF_GROUP(1)), 3);
    assert_true(team_do(team, KEY_OP_REVOKE, "alice", NULL));
    assert_true(team_do(team, KEY_OP_PURGE, "alice", NULL));
    assert_true(team_do(team, KEY_OP_GROUP_REMOVE, "g", NULL));
    save_with_history(team, SUBJECT_OF_KEY(1));
    save_with_history(team, SUBJECT_OF_GROUP(1));
    assert_int_equal(rows_of(team, SUBJECT_OF_KEY(1)), 0);
    assert_int_equal(rows_of(team, SUBJECT_OF_GROUP(1)), 0);
    assert_int_equal(rows_of(team, SUBJECT_ALL), 3);
}

static bool run_left_behind(struct sql *sql, void *arg, struct err *err)
{
    static const char *const texts[] = {
        ("INSERT INTO use_quarter VALUES(8, 900, 1, 1, 1, 1),"
         " (9, 900, 1, 1, 1, 1)"),
        "INSERT INTO use_total VALUES(8, 1, 1, 1, 1), (9, 1, 1, 1, 1)",
        "INSERT INTO estimate VALUES(8, 'm', 1, '[]'), (9, 'm', 1, '[]')"
    };

    (void)arg;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (!sql_run(sql, texts[i], SQL_NO_VALUES, err))
            return false;
    }
    return true;
}

static void rows_of_what_is_gone_are_swept(void **state)
{
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "", "{\"name\":\"g\"}"));
    save_with_history(team, SUBJECT_ALL);
    save_with_history(team, SUBJECT_OF_KEY(1));
    save_with_history(team, SUBJECT_OF_GROUP(1));
    assert_true(records_do(team->records,
                           &(struct records_work){ .run = run_left_behind },
                           &team->err));
    trim(team, MONDAY);
    assert_int_equal(rows_of(team, 8), 0);
    assert_int_equal(rows_of(team, 9), 0);
    assert_int_equal(rows_of(team, SUBJECT_ALL), 3);
    assert_int_equal(rows_of(team, SUBJECT_OF_KEY(1)), 3);
    assert_int_equal(rows_of(team, SUBJECT_OF_GROUP(1)), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEAM_TEST(differences_are_added_up),
        TEAM_TEST(what_is_nobodys_is_passed_over),
        TEAM_TEST(histories_come_back_as_they_were),
        TEAM_TEST(a_damaged_history_is_none),
        TEAM_TEST(what_no_window_reaches_is_removed),
        TEAM_TEST(a_clock_that_is_ahead_removes_nothing),
        TEAM_TEST(what_is_gone_gets_no_row),
        TEAM_TEST(rows_of_what_is_gone_are_swept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
