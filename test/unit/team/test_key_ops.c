// SPDX-License-Identifier: MIT
/* What each operation on a key does: to what workers see, and to the database. */
#include <string.h>

#include "base/clock.h"
#include "team/key_text.h"
#include "team_scene.h"

/* The text of the last change, kept by the caller. */
static void keep_text(const struct team *team, char text[KEY_TEXT_LEN + 1])
{
    struct str shown = key_change_text(team->change);

    assert_int_equal(shown.len, KEY_TEXT_LEN);
    memcpy(text, shown.at, shown.len);
    text[KEY_TEXT_LEN] = '\0';
}

/* What workers say, and what they would say after a start. */
static void assert_verdict(struct team *team, const char *text,
                           enum key_verdict want)
{
    struct keyring *after = team_loaded(team);
    uint64_t now_ms = clock_wall_ms();

    assert_int_equal(team_verdict(team->ring, text, now_ms), want);
    assert_int_equal(team_verdict(after, text, now_ms), want);
    keyring_free(after);
}

static void a_created_key_works_at_once_and_after_a_start(void **state)
{
    struct team *team = *state;
    char text[KEY_TEXT_LEN + 1];
    struct keyring *after;
    struct key *key;

    team_create(team, "{\"name\":\"alice\",\"owner\":\"Bob\","
                      "\"limits\":{\"rpm\":60},\"tags\":[\"x\"]}");
    keep_text(team, text);
    assert_verdict(team, text, KEY_FINE);
    after = team_loaded(team);
    key = keyring_get(after, STR("alice"));
    assert_int_equal(key->limits.at[LIMIT_RPM], 60);
    assert_string_equal(key->folded, "alice\nbob\nx\n");
    assert_int_equal(key->id, key_change_key(team->change)->id);
    assert_int_equal(key->text_count, 1);
    assert_true(strncmp(key->texts[0].prefix, text, KEY_PREFIX_LEN) == 0);
    key_unref(key);
    keyring_free(after);
}

static const struct {
    enum key_op op;
    const char *of;
    const char *json;
    enum err_code code;
    const char *said;
} refusals[] = {
    { KEY_OP_CREATE, "", "{\"name\":\"x\",\"limits\":{\"rpm\":-1}}",
      ERR_BAD_REQUEST, "rpm" },
    { KEY_OP_CREATE, "", "{\"name\":\"x\",\"group\":\"nobody\"}",
      ERR_BAD_REQUEST,
      "there is no group nobody: `claude-relay key group list` shows" },
    { KEY_OP_CREATE, "", "{\"name\":\"x\",\"time_zone\":\"Mars\"}",
      ERR_BAD_REQUEST, "time_zone" },
    { KEY_OP_CHANGE, "alice", "{\"name\":null}", ERR_BAD_REQUEST, "name" },
    { KEY_OP_PURGE, "alice", NULL, ERR_CONFLICT, "is not revoked" },
};

static void a_refusal_changes_nothing(void **state)
{
    struct team *team = *state;
    char text[KEY_TEXT_LEN + 1];

    team_create(team, "{\"name\":\"alice\"}");
    keep_text(team, text);
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        assert_false(
            team_do(team, refusals[i].op, refusals[i].of, refusals[i].json));
        assert_int_equal(team->err.code, refusals[i].code);
        unit_assert_part(team->err.text, refusals[i].said);
        assert_int_equal(key_change_text(team->change).len, 0);
    }
    assert_int_equal(keyring_count(team->ring), 1);
    assert_verdict(team, text, KEY_FINE);
}

static void a_revoked_key_is_refused_until_it_is_restored(void **state)
{
    struct team *team = *state;
    char text[KEY_TEXT_LEN + 1];

    team_create(team, "{\"name\":\"alice\"}");
    keep_text(team, text);
    assert_true(team_do(team, KEY_OP_REVOKE, "alice", NULL));
    assert_verdict(team, text, KEY_REVOKED);
    assert_true(team_do(team, KEY_OP_REVOKE, "alice", NULL));
    assert_string_equal(key_state(key_change_key(team->change),
                                  clock_wall_ms()),
                        "revoked");
    /* What is edited meanwhile opens nothing. */
    assert_true(team_do(team, KEY_OP_CHANGE, "alice", "{\"enabled\":true}"));
    assert_verdict(team, text, KEY_REVOKED);
    assert_true(team_do(team, KEY_OP_RESTORE, "alice", NULL));
    assert_verdict(team, text, KEY_FINE);
    assert_true(team_do(team, KEY_OP_RESTORE, "alice", NULL));
}

static void a_purged_key_is_gone_and_its_name_free(void **state)
{
    struct team *team = *state;
    char text[KEY_TEXT_LEN + 1];
    uint64_t id;

    team_create(team, "{\"name\":\"alice\"}");
    keep_text(team, text);
    id = key_change_key(team->change)->id;
    assert_true(team_do(team, KEY_OP_REVOKE, "alice", NULL));
    assert_true(team_do(team, KEY_OP_PURGE, "alice", NULL));
    assert_string_equal(key_change_key(team->change)->name, "alice");
    assert_verdict(team, text, KEY_UNKNOWN);
    assert_int_equal(keyring_count(team->ring), 0);
    team_create(team, "{\"name\":\"alice\"}");
    /* What was counted for the old one is not the new one's. */
    assert_int_not_equal(key_change_key(team->change)->id, id);
}

static void a_disabled_key_is_refused(void **state)
{
    struct team *team = *state;
    char text[KEY_TEXT_LEN + 1];

    team_create(team, "{\"name\":\"alice\",\"enabled\":false}");
    keep_text(team, text);
    assert_verdict(team, text, KEY_DISABLED);
    assert_true(team_do(team, KEY_OP_CHANGE, "alice", "{\"enabled\":null}"));
    assert_verdict(team, text, KEY_FINE);
}

/* ---- changing ------------------------------------------------------------ */

static void only_what_is_named_changes(void **state)
{
    struct team *team = *state;
    const struct key *key;
    struct key *was;

    team_create(team, "{\"name\":\"alice\",\"owner\":\"Bob\","
                      "\"limits\":{\"rpm\":60,\"rpd\":5}}");
    was = keyring_get(team->ring, STR("alice"));
    atomic_store(&was->use->last_ms, 77);
    assert_true(team_do(team, KEY_OP_CHANGE, "alice",
                        "{\"limits\":{\"rpm\":null,\"cost_day\":\"1.5\"}}"));
    key = key_change_key(team->change);
    assert_true(key->limits.at[LIMIT_RPM] == LIMIT_NONE);
    assert_int_equal(key->limits.at[LIMIT_RPD], 5);
    assert_int_equal(key->limits.at[LIMIT_COST_DAY], 1500000);
    assert_string_equal(key->folded, "alice\nbob\n");
    assert_true(key->changed_ms > was->changed_ms);
    /* What is counted lives on. */
    assert_ptr_equal(key->counters, was->counters);
    assert_int_equal(atomic_load(&key->use->last_ms), 77);
    key_unref(was);
}

static void a_renamed_key_is_found_by_its_new_name(void **state)
{
    struct team *team = *state;
    struct keyring *after;

    team_create(team, "{\"name\":\"alice\"}");
    assert_true(team_do(team, KEY_OP_CHANGE, "1", "{\"name\":\"bob\"}"));
    assert_null(keyring_get(team->ring, STR("alice")));
    after = team_loaded(team);
    assert_null(keyring_get(after, STR("alice")));
    key_unref(keyring_get(after, STR("bob")));
    keyring_free(after);
    team_create(team, "{\"name\":\"alice\"}");
}

static void a_key_enters_and_leaves_a_group(void **state)
{
    struct team *team = *state;
    struct keyring *after;
    struct key_group *group;
    struct key *key;

    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "",
                        "{\"name\":\"students\",\"limits\":{\"rpm\":5}}"));
    team_create(team, "{\"name\":\"alice\",\"group\":\"students\"}");
    after = team_loaded(team);
    key = keyring_get(after, STR("alice"));
    group = key_group_of(key);
    assert_int_equal(group->limits.at[LIMIT_RPM], 5);
    key_group_unref(group);
    key_unref(key);
    keyring_free(after);
    /* A change of something else leaves it there. */
    assert_true(team_do(team, KEY_OP_CHANGE, "alice", "{\"note\":\"x\"}"));
    assert_non_null(key_change_key(team->change)->group);
    assert_true(team_do(team, KEY_OP_REVOKE, "alice", NULL));
    assert_non_null(key_change_key(team->change)->group);
    assert_true(team_do(team, KEY_OP_CHANGE, "alice", "{\"group\":null}"));
    assert_null(key_change_key(team->change)->group);
}

/* ---- rotating ------------------------------------------------------------ */

static bool rotate(struct team *team, uint64_t overlap_ms)
{
    key_change_free(team->change);
    team->woken = 0;
    team->change = team_start(team, KEY_OP_ROTATE, "alice", NULL, overlap_ms);
    return team_wait(team);
}

static void a_rotated_key_has_both_texts_until_the_overlap_ends(void **state)
{
    struct team *team = *state;
    char old[KEY_TEXT_LEN + 1];
    char fresh[KEY_TEXT_LEN + 1];
    struct keyring *after;
    uint64_t later_ms;

    team_create(team, "{\"name\":\"alice\"}");
    keep_text(team, old);
    assert_true(rotate(team, 3600000));
    keep_text(team, fresh);
    assert_string_not_equal(old, fresh);
    assert_verdict(team, old, KEY_FINE);
    assert_verdict(team, fresh, KEY_FINE);
    later_ms = clock_wall_ms() + 3600000;
    after = team_loaded(team);
    assert_int_equal(team_verdict(team->ring, old, later_ms), KEY_REPLACED);
    assert_int_equal(team_verdict(after, old, later_ms), KEY_REPLACED);
    assert_int_equal(team_verdict(after, fresh, later_ms), KEY_FINE);
    keyring_free(after);
}

static void without_overlap_all_former_texts_end_at_once(void **state)
{
    struct team *team = *state;
    char texts[3][KEY_TEXT_LEN + 1];

    team_create(team, "{\"name\":\"alice\"}");
    keep_text(team, texts[0]);
    assert_true(rotate(team, 3600000));
    keep_text(team, texts[1]);
    assert_true(rotate(team, 0));
    keep_text(team, texts[2]);
    assert_verdict(team, texts[0], KEY_REPLACED);
    assert_verdict(team, texts[1], KEY_REPLACED);
    assert_verdict(team, texts[2], KEY_FINE);
}

/* A later rotation makes none live longer. */
static void an_overlap_is_not_prolonged(void **state)
{
    struct team *team = *state;
    char old[KEY_TEXT_LEN + 1];

    team_create(team, "{\"name\":\"alice\"}");
    keep_text(team, old);
    assert_true(rotate(team, 3600000));
    assert_true(rotate(team, 7200000));
    assert_int_equal(team_verdict(team->ring, old, clock_wall_ms() + 3600000),
                     KEY_REPLACED);
}

static void so_many_texts_may_live_and_no_more(void **state)
{
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    for (size_t i = 1; i < KEY_TEXTS_MAX; i++)
        assert_true(rotate(team, 3600000));
    assert_false(rotate(team, 3600000));
    assert_int_equal(team->err.code, ERR_CONFLICT);
    unit_assert_part(team->err.text, "overlap of 0");
    /* None is told of a text that opens nothing. */
    assert_int_equal(key_change_text(team->change).len, 0);
    assert_true(rotate(team, 0));
    assert_true(rotate(team, 3600000));
}

static void a_revoked_key_is_not_rotated(void **state)
{
    struct team *team = *state;

    team_create(team, "{\"name\":\"alice\"}");
    assert_true(team_do(team, KEY_OP_REVOKE, "alice", NULL));
    assert_false(rotate(team, 0));
    assert_int_equal(team->err.code, ERR_CONFLICT);
    unit_assert_part(team->err.text, "restore it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEAM_TEST(a_created_key_works_at_once_and_after_a_start),
        TEAM_TEST(a_refusal_changes_nothing),
        TEAM_TEST(a_revoked_key_is_refused_until_it_is_restored),
        TEAM_TEST(a_purged_key_is_gone_and_its_name_free),
        TEAM_TEST(a_disabled_key_is_refused),
        TEAM_TEST(only_what_is_named_changes),
        TEAM_TEST(a_renamed_key_is_found_by_its_new_name),
        TEAM_TEST(a_key_enters_and_leaves_a_group),
        TEAM_TEST(a_rotated_key_has_both_texts_until_the_overlap_ends),
        TEAM_TEST(without_overlap_all_former_texts_end_at_once),
        TEAM_TEST(an_overlap_is_not_prolonged),
        TEAM_TEST(so_many_texts_may_live_and_no_more),
        TEAM_TEST(a_revoked_key_is_not_rotated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
