// SPDX-License-Identifier: MIT
/* The accounts that are known, and what is read of them. */
#include "account/folder.h"

#include <stdio.h>
#include <string.h>

#include "account/vitals.h"
#include "accounts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "unit.h"

#define OAUTH(token)                                                           \
    "{\"access_token\":\"" token "\",\"expires_at\":\"2099-01-01T00:00:00Z\"}"
#define SPOILT                                                                 \
    "{\"access_token\":\"old\",\"refresh_token\":5,\"expires_at\":"            \
    "\"2099-01-01T00:00:00Z\"}"
#define APIKEY "{\"api_key\":\"sk-ant-api03-key\"}"

struct scene {
    struct folder folder;
    char *log; /* of the last event */
};

static int open_scene(void **state)
{
    *state = MEM_NEW(struct scene);
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    folder_done(&scene->folder);
    mem_free(scene->log);
    mem_free(scene);
    return 0;
}

/* `text`: what was read, if anything. */
static void apply(struct scene *scene, const struct account_kind *kind,
                  enum reading_state how, const char *text)
{
    struct reading reading = { .kind = kind, .name = "a", .state = how };
    struct unit_capture log;

    if (text && text[0] == '!')
        reading.account = account_broken(kind, STR("a"), text + 1);
    else if (text)
        reading.account = unit_account(kind, "a", text);
    mem_free(scene->log);
    log = unit_capture_begin(2);
    folder_apply(&scene->folder, &reading);
    scene->log = unit_capture_end(&log);
    account_unref(reading.account);
}

static void put(struct scene *scene, const char *token, bool held)
{
    char text[200];

    (void)snprintf(text, sizeof(text), OAUTH("%s"), token);
    folder_put(&scene->folder, unit_account(&account_kind_oauth, "a", text),
               held);
}

/* ---- what was learned ---------------------------------------------------- */

static enum health_state state_of(const struct scene *scene)
{
    const struct health_file fine = { .disabled = false };

    return vitals_view(scene->folder.at[0].account->vitals, &fine, STR_EMPTY, 1)
        .state;
}

static void learn(const struct scene *scene, unsigned status)
{
    (void)vitals_learn(scene->folder.at[0].account->vitals,
                       &(struct vitals_answer){ .status = status,
                                                .retry_after_ms = 1000,
                                                .now_ms = 1 });
}

/* Another snapshot is the same account; another credential is none of the old one's. */
static void what_was_learned_goes_on(void **state)
{
    struct scene *scene = *state;

    apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("one"));
    learn(scene, 401);
    apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("one"));
    assert_int_equal(state_of(scene), HEALTH_LOGIN_REQUIRED);
    apply(scene, &account_kind_oauth, READING_FOUND, "!broken");
    assert_int_equal(state_of(scene), HEALTH_LOGIN_REQUIRED);
    put(scene, "two", true);
    assert_int_equal(state_of(scene), HEALTH_READY);
    learn(scene, 429);
    put(scene, "three", false);
    assert_int_equal(state_of(scene), HEALTH_PAUSED);
    apply(scene, &account_kind_oauth, READING_REMOVED, NULL);
    apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("three"));
    assert_int_equal(state_of(scene), HEALTH_READY);
}

static void it_is_known_when_a_credential_took_anothers_place(void **state)
{
    struct scene *scene = *state;
    uint64_t renewed_ms;

    put(scene, "one", false);
    assert_int_equal(scene->folder.at[0].account->renewed_ms, 0);
    put(scene, "two", false);
    renewed_ms = scene->folder.at[0].account->renewed_ms;
    assert_true(renewed_ms > 0 && renewed_ms <= clock_steady_ms());
    apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("two"));
    assert_int_equal(scene->folder.at[0].account->renewed_ms, renewed_ms);
}

#define RENEWED(token, replaced)                                               \
    "{\"access_token\":\"" token "\",\"expires_at\":\"2099-01-01T00:00:00Z\"," \
    "\"signed_in_at\":\"" replaced "\"}"

/* That the provider refuses it, or an address, is not said of its token. */
static void a_new_token_takes_back_what_was_held_against_the_old_one(
    void **state)
{
    static const struct {
        unsigned status;
        const char *signed_in;
        enum health_state want;
    } rows_of[] = {
        { 402, "2026-01-01T00:00:00Z", HEALTH_BLOCKED },
        { 402, "2026-01-02T00:00:00Z", HEALTH_READY },
        { 401, "2026-01-01T00:00:00Z", HEALTH_READY },
        { 401, "2026-01-02T00:00:00Z", HEALTH_READY },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(rows_of); i++) {
        char text[200];

        apply(scene, &account_kind_oauth, READING_FOUND,
              RENEWED("one", "2026-01-01T00:00:00Z"));
        learn(scene, rows_of[i].status);
        assert_int_not_equal(state_of(scene), HEALTH_READY);
        (void)snprintf(text, sizeof(text), RENEWED("two", "%s"),
                       rows_of[i].signed_in);
        apply(scene, &account_kind_oauth, READING_FOUND, text);
        assert_int_equal(state_of(scene), rows_of[i].want);
        apply(scene, &account_kind_oauth, READING_REMOVED, NULL);
    }
}

/* ---- every event in every state ----------------------------------------- */

enum before { NOTHING, GOOD, BROKEN, HELD, COMPLAINED };

/* What is there afterwards: its token ("" for none), "what is wrong with the
   account|what is wrong with its file", NULL if it is gone. */
static const struct {
    enum before before;
    enum reading_state state;
    const char *text;
    const char *token;
    const char *problems;
    const char *log; /* a part, or "" for silence */
} rows[] = {
    { NOTHING, READING_FOUND, OAUTH("new"), "new", "|", "" },
    { NOTHING, READING_FOUND, "!torn", "", "torn|", "cannot be used: torn" },
    { NOTHING, READING_REMOVED, NULL, NULL, "", "" },
    { NOTHING, READING_AWAY, NULL, NULL, "", "" },
    { GOOD, READING_FOUND, OAUTH("new"), "new", "|", "" },
    { GOOD, READING_FOUND, "!torn", "old",
      "|its last good version stays in use, for its file cannot be used: torn",
      "last good version stays in use" },
    { GOOD, READING_REMOVED, NULL, NULL, "", "a was removed" },
    { GOOD, READING_AWAY, NULL, "old",
      "|its file is gone: put it back, or remove the account with "
      "`claude-relay account remove a`",
      "its file is gone" },
    { GOOD, READING_OLDER, OAUTH("older"), "old",
      "|its file was replaced by an older one, whose tokens are spent: the newer "
      "ones, in memory, stay in use and are written back",
      "replaced by an older one" },
    { BROKEN, READING_FOUND, OAUTH("new"), "new", "|", "fine again" },
    { BROKEN, READING_FOUND, "!torn", "", "torn|", "cannot be used: torn" },
    { BROKEN, READING_FOUND, "!first", "", "first|", "" },
    { BROKEN, READING_REMOVED, NULL, NULL, "", "a was removed" },
    { BROKEN, READING_AWAY, NULL, NULL, "", "" },
    { HELD, READING_FOUND, OAUTH("new"), "held", "|", "" },
    { HELD, READING_FOUND, "!torn", "held",
      "|its last good version stays in use, for its file cannot be used: torn",
      "last good version" },
    { HELD, READING_REMOVED, NULL, NULL, "", "a was removed" },
    { HELD, READING_AWAY, NULL, "held",
      "|its file is gone: put it back, or remove the account with "
      "`claude-relay account remove a`",
      "its file is gone" },
    { HELD, READING_OLDER, OAUTH("older"), "held",
      "|its file was replaced by an older one, whose tokens are spent: the newer "
      "ones, in memory, stay in use and are written back",
      "replaced by an older one" },
    { COMPLAINED, READING_FOUND, OAUTH("new"), "new", "|", "fine again" },
    { COMPLAINED, READING_FOUND, "!torn", "old",
      "|its last good version stays in use, for its file cannot be used: torn",
      "last good version" },
    /* Said once. */
    { COMPLAINED, READING_AWAY, NULL, "old",
      "|its file is gone: put it back, or remove the account with "
      "`claude-relay account remove a`",
      "" },
    { COMPLAINED, READING_REMOVED, NULL, NULL, "", "a was removed" },
};

static void prepare(struct scene *scene, enum before before)
{
    folder_done(&scene->folder);
    if (before == GOOD || before == COMPLAINED)
        apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("old"));
    if (before == COMPLAINED)
        apply(scene, &account_kind_oauth, READING_AWAY, NULL);
    if (before == BROKEN)
        apply(scene, &account_kind_oauth, READING_FOUND, "!first");
    if (before == HELD)
        put(scene, "held", true);
}

static void assert_row(const struct scene *scene, size_t i)
{
    const struct account *account;
    char problems[1000];

    if (scene->folder.count != (rows[i].token != NULL))
        fail_msg("row %zu: %zu accounts", i, scene->folder.count);
    unit_assert_part(scene->log, rows[i].log);
    if (rows[i].log[0] == '\0')
        assert_string_equal(scene->log, "");
    if (!rows[i].token)
        return;
    account = scene->folder.at[0].account;
    unit_assert_str(account->token ? secret_reveal(account->token) : STR_EMPTY,
                    rows[i].token);
    (void)snprintf(problems, sizeof(problems), "%s|%s", account->problem,
                   account->file_problem);
    assert_string_equal(problems, rows[i].problems);
}

static void a_good_snapshot_is_given_up_for_a_better_one_or_a_removal(
    void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        prepare(scene, rows[i].before);
        apply(scene, &account_kind_oauth, rows[i].state, rows[i].text);
        assert_row(scene, i);
    }
}

/* ---- what the operator says ---------------------------------------------- */

#define WORDS                                                                  \
    "\"enabled\":false,\"pool\":true,\"tags\":[\"x\"],\"priority\":7,"         \
    "\"weight\":3,\"concurrency\":2,\"note\":\"mine\""
#define OTHER_WORDS "\"enabled\":true,\"priority\":8"

static void assert_words(const struct scene *scene, uint64_t priority)
{
    const struct account *account = scene->folder.at[0].account;

    unit_assert_str(secret_reveal(account->token), "old");
    assert_int_equal(account->priority, priority);
    assert_int_equal(account->disabled, priority == 7);
    assert_int_equal(account->pooled_by_hand, priority == 7);
    assert_int_equal(account->weight, priority == 7 ? 3 : ACCOUNT_WEIGHT);
    assert_int_equal(account->concurrency, priority == 7 ? 2 : 0);
    assert_int_equal(account->tags != NULL, priority == 7);
    assert_int_equal(account->note != NULL, priority == 7);
}

static void what_the_operator_says_holds_whatever_the_rest_is(void **state)
{
    struct scene *scene = *state;
    const struct {
        enum before before;
        enum reading_state state;
        const char *words;
        const char *other_words;
    } said[] = {
        { GOOD, READING_FOUND, "{" WORDS "}", "{" OTHER_WORDS "}" },
        { GOOD, READING_FOUND, "{\"proxy_config\":5," WORDS "}",
          "{\"proxy_config\":5," OTHER_WORDS "}" },
        { GOOD, READING_OLDER, "{\"access_token\":\"spent\"," WORDS "}",
          "{\"access_token\":\"spent\"," OTHER_WORDS "}" },
        { HELD, READING_FOUND, "{\"access_token\":\"spent\"," WORDS "}",
          "{\"access_token\":\"spent\"," OTHER_WORDS "}" },
    };

    for (size_t i = 0; i < COUNT_OF(said); i++) {
        prepare(scene, GOOD);
        if (said[i].before == HELD)
            put(scene, "old", true);
        apply(scene, &account_kind_oauth, said[i].state, said[i].words);
        assert_words(scene, 7);
        apply(scene, &account_kind_oauth, said[i].state, said[i].other_words);
        assert_words(scene, 8);
    }
}

/* Its other words are as they were. */
static void one_is_switched_off_whatever_else_is_said(void **state)
{
    struct scene *scene = *state;

    prepare(scene, GOOD);
    apply(scene, &account_kind_oauth, READING_FOUND, "{" OTHER_WORDS "}");
    apply(scene, &account_kind_oauth, READING_FOUND,
          "{\"enabled\":false,\"weight\":2,\"priority\":\"high\"}");
    assert_true(scene->folder.at[0].account->disabled);
    assert_int_equal(scene->folder.at[0].account->weight, ACCOUNT_WEIGHT);
    assert_int_equal(scene->folder.at[0].account->priority, 8);
    apply(scene, &account_kind_oauth, READING_FOUND, "{\"enabled\":\"yes\"}");
    assert_true(scene->folder.at[0].account->disabled);
}

/* A second reading shows the old tokens of the file, and the third too. */
static void what_is_held_survives_every_reading(void **state)
{
    struct scene *scene = *state;

    put(scene, "held", true);
    for (int i = 0; i < 3; i++) {
        apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("spent"));
        unit_assert_str(secret_reveal(scene->folder.at[0].account->token),
                        "held");
    }
    put(scene, "held", false);
    apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("new"));
    unit_assert_str(secret_reveal(scene->folder.at[0].account->token), "new");
}

/* Once, and until it is mended. */
static void what_is_wrong_with_a_file_that_can_be_used_is_said(void **state)
{
    struct scene *scene = *state;

    for (int i = 0; i < 2; i++) {
        apply(scene, &account_kind_oauth, READING_FOUND, SPOILT);
        unit_assert_part(scene->folder.at[0].account->file_problem,
                         "refresh_token is no token");
        if (i == 0)
            unit_assert_part(scene->log, "account a: its refresh_token is no");
        else
            assert_string_equal(scene->log, "");
        assert_string_not_equal(scene->folder.at[0].complaint, "");
    }
    apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("new"));
    unit_assert_part(scene->log, "fine again");
    assert_string_equal(scene->folder.at[0].account->file_problem, "");
}

/* A refresh that failed, say: the file is still looked at again. */
static void what_is_put_keeps_its_complaint(void **state)
{
    struct scene *scene = *state;

    prepare(scene, COMPLAINED);
    folder_put(&scene->folder,
               account_with_refresh_problem(scene->folder.at[0].account, "no"),
               false);
    assert_string_not_equal(scene->folder.at[0].complaint, "");
    apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("old"));
    unit_assert_part(scene->log, "fine again");
}

static void what_is_put_has_no_complaint_about_its_file(void **state)
{
    struct scene *scene = *state;

    prepare(scene, COMPLAINED);
    put(scene, "saved", false);
    assert_string_equal(scene->folder.at[0].account->file_problem, "");
    assert_string_equal(scene->folder.at[0].complaint, "");
}

/* Until other tokens are there: that the file can be read says nothing of its
   lock. */
static void what_keeps_a_refresh_back_survives_readings(void **state)
{
    struct scene *scene = *state;
    struct account *account;

    put(scene, "old", false);
    account = account_with_refresh_problem(scene->folder.at[0].account, "no");
    folder_put(&scene->folder, account, false);
    apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("old"));
    assert_string_equal(account_trouble(scene->folder.at[0].account), "no");
    apply(scene, &account_kind_oauth, READING_FOUND, OAUTH("new"));
    assert_string_equal(account_trouble(scene->folder.at[0].account), "");
}

/* ---- several ------------------------------------------------------------ */

static void accounts_are_sorted(void **state)
{
    static const char *const names[] = { "b", "C", "a@x.y", "aa" };
    struct scene *scene = *state;
    struct folder *folder = &scene->folder;

    for (size_t i = 0; i < COUNT_OF(names); i++)
        folder_put(folder,
                   unit_account(&account_kind_oauth, names[i], OAUTH("t")),
                   false);
    assert_string_equal(folder->at[0].account->name, "C");
    assert_string_equal(folder->at[1].account->name, "a@x.y");
    assert_string_equal(folder->at[2].account->name, "aa");
    assert_string_equal(folder->at[3].account->name, "b");
    folder_remove(folder, folder->at[2].account);
    assert_string_equal(folder->at[2].account->name, "b");
    assert_int_equal(folder->count, 3);
}

static void of_two_kinds_with_one_name_the_first_counts(void **state)
{
    struct scene *scene = *state;
    struct folder *folder = &scene->folder;

    apply(scene, account_kinds[1], READING_FOUND,
          account_kinds[1] == &account_kind_apikey ? APIKEY : OAUTH("t"));
    assert_true(folder_counts(folder, 0));
    apply(scene, account_kinds[0], READING_FOUND,
          account_kinds[0] == &account_kind_apikey ? APIKEY : OAUTH("t"));
    unit_assert_part(scene->log, "two files are called a");
    assert_ptr_equal(folder->at[0].account->kind, account_kinds[0]);
    assert_true(folder_counts(folder, 0));
    assert_false(folder_counts(folder, 1));
    /* The other one counts again without being read. */
    apply(scene, account_kinds[0], READING_REMOVED, NULL);
    assert_ptr_equal(folder->at[0].account->kind, account_kinds[1]);
    assert_true(folder_counts(folder, 0));
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_good_snapshot_is_given_up_for_a_better_one_or_a_removal),
        SCENE(what_is_held_survives_every_reading),
        SCENE(what_the_operator_says_holds_whatever_the_rest_is),
        SCENE(one_is_switched_off_whatever_else_is_said),
        SCENE(what_is_wrong_with_a_file_that_can_be_used_is_said),
        SCENE(what_was_learned_goes_on),
        SCENE(a_new_token_takes_back_what_was_held_against_the_old_one),
        SCENE(it_is_known_when_a_credential_took_anothers_place),
        SCENE(what_is_put_keeps_its_complaint),
        SCENE(what_is_put_has_no_complaint_about_its_file),
        SCENE(what_keeps_a_refresh_back_survives_readings),
        SCENE(accounts_are_sorted),
        SCENE(of_two_kinds_with_one_name_the_first_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
