// SPDX-License-Identifier: MIT
/* Numbers for texts: the same for the same, and none that an undone transaction gave. */
#include "usage/ledger_names.h"

#include "ledger_scene.h"

struct word_errand {
    struct ledger_names *names;
    enum ledger_word kind;
    const char *text;
    int64_t id;
    bool fails;
};

static bool run_word(struct sql *sql, void *arg, struct err *err)
{
    struct word_errand *errand = arg;

    ledger_names_begin(errand->names);
    return ledger_names_word(errand->names, sql,
                             &(struct ledger_text){ errand->kind,
                                                    str_of(errand->text) },
                             &errand->id, err) &&
           (!errand->fails || err_set(err, ERR_CONFLICT, "undone"));
}

static int64_t word(struct ledger_scene *scene, struct ledger_names *names,
                    enum ledger_word kind, const char *text)
{
    struct word_errand errand = { names, kind, text, 0, false };

    ledger_scene_do(scene, run_word, &errand);
    ledger_names_keep(names);
    assert_int_not_equal(errand.id, 0);
    return errand.id;
}

static void a_text_has_one_number(void **state)
{
    struct ledger_scene *scene = *state;
    struct ledger_names *names = ledger_names_new(100);
    int64_t a = word(scene, names, LEDGER_MODEL, "a");

    assert_int_equal(word(scene, names, LEDGER_MODEL, "a"), a);
    assert_int_not_equal(word(scene, names, LEDGER_MODEL, "b"), a);
    assert_int_not_equal(word(scene, names, LEDGER_ACCOUNT, "a"), a);
    (void)word(scene, names, LEDGER_ACCOUNT, "");
    assert_int_equal(ledger_names_known(names), 4);
    ledger_scene_expect(scene, "SELECT kind, text FROM word ORDER BY id",
                        "2 a\n2 b\n1 a\n1 \n");
    ledger_names_free(names);
}

static void what_another_process_added_is_found(void **state)
{
    struct ledger_scene *scene = *state;
    struct ledger_names *ours = ledger_names_new(100);
    struct ledger_names *theirs = ledger_names_new(100);
    int64_t id = word(scene, theirs, LEDGER_TIER, "standard");

    assert_int_equal(word(scene, ours, LEDGER_TIER, "standard"), id);
    ledger_names_free(theirs);
    ledger_names_free(ours);
}

/* Its number is another text's afterwards. */
static void what_was_undone_is_forgotten(void **state)
{
    struct ledger_scene *scene = *state;
    struct ledger_names *names = ledger_names_new(100);
    struct ledger_names *theirs = ledger_names_new(100);
    struct word_errand errand = { names, LEDGER_MODEL, "a", 0, true };
    struct err err;

    assert_false(
        records_do(scene->records,
                   &(struct records_work){ .run = run_word, .arg = &errand },
                   &err));
    assert_int_equal(word(scene, theirs, LEDGER_MODEL, "b"), errand.id);
    assert_int_not_equal(word(scene, names, LEDGER_MODEL, "a"), errand.id);
    ledger_names_free(theirs);
    ledger_names_free(names);
}

static void it_remembers_no_more_than_it_may(void **state)
{
    struct ledger_scene *scene = *state;
    struct ledger_names *names = ledger_names_new(10);
    int64_t ids[40];
    char text[16];

    for (int i = 0; i < 40; i++) {
        (void)snprintf(text, sizeof(text), "m-%d", i);
        ids[i] = word(scene, names, LEDGER_MODEL, text);
        assert_true(ledger_names_known(names) <= 10);
    }
    for (int i = 0; i < 40; i++) {
        (void)snprintf(text, sizeof(text), "m-%d", i);
        assert_int_equal(word(scene, names, LEDGER_MODEL, text), ids[i]);
    }
    ledger_names_free(names);
}

/* ---- holders and sessions ------------------------------------------------ */

struct holder_errand {
    struct ledger_names *names;
    struct ledger_holder holder;
    struct ledger_session session;
    int64_t holder_id;
    int64_t session_id;
};

static bool run_holder(struct sql *sql, void *arg, struct err *err)
{
    struct holder_errand *errand = arg;

    ledger_names_begin(errand->names);
    return ledger_names_holder(errand->names, sql, &errand->holder,
                               &errand->holder_id, err) &&
           ledger_names_session(errand->names, sql, &errand->session,
                                &errand->session_id, err);
}

static int64_t holder(struct ledger_scene *scene, struct ledger_names *names,
                      struct ledger_holder holder)
{
    struct holder_errand errand = {
        names, holder, { holder.key_id, STR("s") }, 0, 0
    };

    ledger_scene_do(scene, run_holder, &errand);
    ledger_names_keep(names);
    return errand.holder_id * 1000 + errand.session_id;
}

static void who_asked_is_told_apart_by_all_that_was_known(void **state)
{
    const struct ledger_holder rows[] = {
        { 1, 2, STR("a"), STR("o"), STR("g") },
        { 1, 2, STR("a"), STR("og"), STR("") },
        { 1, 2, STR("ao"), STR(""), STR("g") },
        { 1, 3, STR("a"), STR("o"), STR("g") },
        { 2, 2, STR("a"), STR("o"), STR("g") },
        { 0, 0, STR(""), STR(""), STR("") },
    };
    struct ledger_scene *scene = *state;
    struct ledger_names *names = ledger_names_new(100);

    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < COUNT_OF(rows); i++)
            assert_int_equal(holder(scene, names, rows[i]) / 1000, i + 1);
    }
    ledger_scene_expect(scene,
                        "SELECT key_id, name FROM session ORDER BY key_id",
                        "0 s\n1 s\n2 s\n");
    ledger_names_free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(a_text_has_one_number),
        LEDGER_TEST(what_another_process_added_is_found),
        LEDGER_TEST(what_was_undone_is_forgotten),
        LEDGER_TEST(it_remembers_no_more_than_it_may),
        LEDGER_TEST(who_asked_is_told_apart_by_all_that_was_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
