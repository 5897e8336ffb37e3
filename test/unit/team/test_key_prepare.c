// SPDX-License-Identifier: MIT
/* What every operation looks at first, alike for keys and groups. */
#include "team_scene.h"

#define SECRET "sk-ant-api03-CANARY"
#define NAME(name) "{\"name\":\"" name "\"}"

/* There are the keys alice and bob, the groups students and others. */
static const struct {
    enum key_op op;
    const char *of;
    const char *json;
    enum err_code code;
    const char *said; /* NULL: it is carried out */
} cases[] = {
    { KEY_OP_CREATE, "", "{}", ERR_BAD_REQUEST,
      "a key needs a name: {\"name\":\"alice\"}" },
    { KEY_OP_GROUP_CREATE, "", "{}", ERR_BAD_REQUEST,
      "a group needs a name: {\"name\":\"students\"}" },
    /* Names are given once, among keys and among groups. */
    { KEY_OP_CREATE, "", NAME("alice"), ERR_EXISTS,
      "there is a key named \"alice\" already: choose another name" },
    { KEY_OP_GROUP_CREATE, "", NAME("students"), ERR_EXISTS,
      "there is a group named \"students\" already: choose another name" },
    { KEY_OP_CHANGE, "bob", NAME("alice"), ERR_EXISTS, "\"alice\" already" },
    { KEY_OP_GROUP_CHANGE, "others", NAME("students"), ERR_EXISTS,
      "\"students\" already" },
    { KEY_OP_CHANGE, "bob", NAME("bob"), 0, NULL },
    { KEY_OP_GROUP_CHANGE, "others", NAME("others"), 0, NULL },
    { KEY_OP_CREATE, "", NAME("students"), 0, NULL },
    { KEY_OP_GROUP_CREATE, "", NAME("alice"), 0, NULL },
    /* None is new that a command would take for an option. */
    { KEY_OP_CREATE, "", NAME("-x"), ERR_BAD_REQUEST,
      "name must be 1 to 64 bytes of visible text" },
    { KEY_OP_GROUP_CREATE, "", NAME("--json"), ERR_BAD_REQUEST, "begin with" },
    { KEY_OP_CHANGE, "bob", NAME("-b"), ERR_BAD_REQUEST, "not \"-b\"" },
    { KEY_OP_GROUP_CHANGE, "others", NAME("-"), ERR_BAD_REQUEST, "a dot, -" },
    /* What is not there is not changed. */
    { KEY_OP_CHANGE, "carol", "{}", ERR_NOT_FOUND,
      "there is no relay key carol: `claude-relay key list` shows" },
    { KEY_OP_REVOKE, "99", NULL, ERR_NOT_FOUND, "there is no relay key 99" },
    { KEY_OP_RESTORE, "carol", NULL, ERR_NOT_FOUND, "carol" },
    { KEY_OP_ROTATE, "carol", NULL, ERR_NOT_FOUND, "carol" },
    { KEY_OP_PURGE, "carol", NULL, ERR_NOT_FOUND, "carol" },
    { KEY_OP_GROUP_CHANGE, "carol", "{}", ERR_NOT_FOUND,
      "there is no group carol: `claude-relay key group list` shows" },
    { KEY_OP_GROUP_REMOVE, "99", NULL, ERR_NOT_FOUND, "no group 99" },
    /* Documents are checked, and must say something. */
    { KEY_OP_CREATE, "", "{\"name\":\"x\",\"nmae\":1}", ERR_BAD_REQUEST,
      "unknown member nmae" },
    { KEY_OP_CHANGE, "alice", "{\"nmae\":\"x\"}", ERR_BAD_REQUEST,
      "unknown member nmae" },
    { KEY_OP_CHANGE, "alice", "{}", ERR_BAD_REQUEST, "nothing to change" },
    { KEY_OP_GROUP_CREATE, "", "{\"name\":\"x\",\"owner\":\"y\"}",
      ERR_BAD_REQUEST, "unknown member owner" },
    { KEY_OP_GROUP_CHANGE, "others", "{\"owner\":\"y\"}", ERR_BAD_REQUEST,
      "unknown member owner" },
    { KEY_OP_GROUP_CHANGE, "others", "{}", ERR_BAD_REQUEST,
      "nothing to change" },
    { KEY_OP_CREATE, "", "{\"name\":\"x\",\"owner\":\"" SECRET "\"}",
      ERR_BAD_REQUEST, "owner holds a key or token" },
    { KEY_OP_GROUP_CHANGE, "others", "{\"note\":\"" SECRET "\"}",
      ERR_BAD_REQUEST, "note holds a key or token" },
};

static void keys_and_groups_are_looked_at_alike(void **state)
{
    struct team *team = *state;

    team_create(team, NAME("alice"));
    team_create(team, NAME("bob"));
    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "", NAME("students")));
    assert_true(team_do(team, KEY_OP_GROUP_CREATE, "", NAME("others")));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool done = team_do(team, cases[i].op, cases[i].of, cases[i].json);

        if (done != (!cases[i].said))
            fail_msg("%zu: %s", i, done ? "it was done" : team->err.text);
        if (done)
            continue;
        assert_int_equal(team->err.code, cases[i].code);
        unit_assert_part(team->err.text, cases[i].said);
    }
    assert_int_equal(keyring_count(team->ring), 3);
    assert_int_equal(keyring_group_count(team->ring), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEAM_TEST(keys_and_groups_are_looked_at_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
