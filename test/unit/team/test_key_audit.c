// SPDX-License-Identifier: MIT
/* What the audit log has of changes to keys and groups: with the change, or not at
   all. */
#include "store/audit.h"

#include "store/audit_list.h"
#include "team_scene.h"

struct audited {
    struct team *team;
    struct audit_log *log;
};

static int begin(void **state)
{
    struct audited *audited = MEM_NEW(struct audited);
    void *team;

    if (team_begin(&team) != 0)
        return 1;
    audited->team = team;
    audited->log = audit_log_new(audited->team->records);
    *state = audited;
    return 0;
}

static int end(void **state)
{
    struct audited *audited = *state;
    struct audit_log *log = audited->log;
    void *team = audited->team;
    int status;

    audit_log_stop(log);
    status = team_end(&team);
    audit_log_free(log);
    mem_free(audited);
    return status;
}

/* As an administrator asks for it. */
static bool change(struct audited *audited, const char *action,
                   struct key_ask ask, const char *json)
{
    struct team *team = audited->team;
    struct json_doc *doc =
        json ? json_doc_parse(str_of(json), &team->err) : NULL;

    ask.change = doc;
    ask.audit =
        audit_begin(audited->log, &(struct audit_act){ .who = AUDIT_BY_TOKEN,
                                                       .peer = STR("10.0.0.7"),
                                                       .action = action,
                                                       .target = ask.of });
    key_change_free(team->change);
    team->woken = 0;
    team->change =
        key_change_start(team->changes, team->loop, &ask, team_wake, team);
    json_doc_free(doc);
    return team_wait(team);
}

/* ---- what is in the table ------------------------------------------------ */

static bool read_all(struct sql *sql, void *arg, struct err *err)
{
    return audit_list_read(sql, &(struct audit_query){ .max = 100 }, arg, err);
}

/* "TARGET before after error", of the newest; freed with mem_free(). */
static char *newest(struct audited *audited, size_t *count)
{
    struct json_doc *list = json_doc_new_array();
    static const char *const members[] = { "target", "before", "after",
                                           "error" };
    struct buf out;
    struct err err;
    char *text;

    buf_init(&out, 100000);
    assert_true(records_do(audited->team->records,
                           &(struct records_work){
                               .run = read_all, .arg = list, .reads = true },
                           &err));
    *count = json_doc_count(list);
    for (size_t i = 0; i < COUNT_OF(members) && *count > 0; i++) {
        assert_true(
            json_doc_write(json_doc_get(json_doc_at(list, 0), members[i]),
                           false, &out));
        buf_add(&out, STR(" "));
    }
    json_doc_free(list);
    text = mem_strndup(buf_str(&out).at, buf_str(&out).len);
    buf_done(&out);
    return text;
}

static void assert_newest(struct audited *audited, size_t count,
                          const char *part)
{
    size_t there;
    char *text = newest(audited, &there);

    unit_assert_part(text, part);
    assert_int_equal(there, count);
    assert_null(strstr(text, "\"id\":0"));
    mem_free(text);
}

struct waited {
    struct audited *audited;
    size_t count;
};

static bool are_there(void *arg)
{
    const struct waited *waited = arg;
    size_t count;

    mem_free(newest(waited->audited, &count));
    return count == waited->count;
}

/* ---- the tests ----------------------------------------------------------- */

static void each_change_is_there_as_soon_as_it_is_answered(void **state)
{
    static const struct {
        const char *action;
        struct key_ask ask;
        const char *json;
        const char *want;
    } rows[] = {
        { "group.create",
          { .op = KEY_OP_GROUP_CREATE },
          "{\"name\":\"g\"}",
          "\"g\" {} {\"name\":\"g\"" },
        { "group.change",
          { .op = KEY_OP_GROUP_CHANGE, .of = { "g", 1 } },
          "{\"limits\":{\"rpm\":5}}",
          "\"g\" {} {\"limits\":{\"rpm\":5}} null" },
        { "key.create",
          { .op = KEY_OP_CREATE },
          "{\"name\":\"ci\",\"note\":\"a\",\"limits\":{\"rpm\":5,\"rpd\":9}}",
          "\"ci\" {} {\"name\":\"ci\"" },
        { "key.change",
          { .op = KEY_OP_CHANGE, .of = { "1", 1 } },
          "{\"note\":\"b\",\"limits\":{\"rpm\":6}}",
          "\"ci\" {\"note\":\"a\",\"limits\":{\"rpm\":5}} "
          "{\"note\":\"b\",\"limits\":{\"rpm\":6}} null" },
        { "key.change",
          { .op = KEY_OP_CHANGE, .of = { "ci", 2 } },
          "{\"name\":\"cd\",\"group\":\"g\"}",
          "\"ci\" {\"name\":\"ci\"} {\"name\":\"cd\",\"group\":\"g\"} null" },
        { "key.rotate",
          { .op = KEY_OP_ROTATE, .of = { "cd", 2 } },
          NULL,
          "\"cd\" {\"prefix\":\"cr_" },
        { "key.revoke",
          { .op = KEY_OP_REVOKE, .of = { "cd", 2 } },
          NULL,
          "\"cd\" {\"state\":\"active\"} {\"state\":\"revoked\"," },
        { "key.restore",
          { .op = KEY_OP_RESTORE, .of = { "cd", 2 } },
          NULL,
          "\"cd\" {\"state\":\"revoked\"," },
        { "key.revoke",
          { .op = KEY_OP_REVOKE, .of = { "cd", 2 } },
          NULL,
          "\"cd\" {\"state\":\"active\"} {\"state\":\"revoked\"," },
        { "key.purge",
          { .op = KEY_OP_PURGE, .of = { "cd", 2 } },
          NULL,
          "\"cd\" {\"id\":1,\"name\":\"cd\"" },
        { "group.remove",
          { .op = KEY_OP_GROUP_REMOVE, .of = { "g", 1 } },
          NULL,
          "\"g\" {\"id\":1,\"name\":\"g\"" },
    };
    struct audited *audited = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].action);
        assert_true(change(audited, rows[i].action, rows[i].ask, rows[i].json));
        assert_newest(audited, i + 1, rows[i].want);
    }
}

static void a_new_key_has_its_id_and_no_text(void **state)
{
    struct audited *audited = *state;
    struct str text;
    size_t count;
    char *entry;

    assert_true(change(audited, "key.create",
                       (struct key_ask){ .op = KEY_OP_CREATE },
                       "{\"name\":\"ci\"}"));
    entry = newest(audited, &count);
    text = key_change_text(audited->team->change);
    unit_assert_part(entry, "\"id\":1");
    assert_false(str_contains(str_of(entry), str_sub(text, 0, 10)));
    mem_free(entry);
}

static void a_change_that_is_refused_says_why(void **state)
{
    struct audited *audited = *state;

    assert_false(
        change(audited, "key.revoke",
               (struct key_ask){ .op = KEY_OP_REVOKE, .of = STR("nobody") },
               NULL));
    wire_until(audited->team->loop, are_there, &(struct waited){ audited, 1 });
    assert_newest(audited, 1, "\"nobody\" {} {} \"there is no relay key");
}

static void what_is_so_already_changed_nothing(void **state)
{
    struct audited *audited = *state;
    const struct key_ask ask = { .op = KEY_OP_RESTORE, .of = STR("1") };

    team_create(audited->team, "{\"name\":\"ci\"}");
    assert_true(change(audited, "key.restore", ask, NULL));
    wire_until(audited->team->loop, are_there, &(struct waited){ audited, 1 });
    assert_newest(audited, 1, "\"ci\" {} {} null");
}

/* Neither without the other. */
static void a_change_without_its_entry_is_not_made(void **state)
{
    struct audited *audited = *state;
    const struct key_ask ask = { .op = KEY_OP_CHANGE, .of = STR("ci") };
    struct key *key;

    team_create(audited->team, "{\"name\":\"ci\",\"note\":\"a\"}");
    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BROKEN, 1);
    assert_false(change(audited, "key.change", ask, "{\"note\":\"b\"}"));
    wire_until(audited->team->loop, are_there, &(struct waited){ audited, 1 });
    assert_newest(audited, 1, "\"ci\" {} {} \"");
    key = keyring_get(audited->team->ring, STR("ci"));
    unit_assert_part(key->doc, "\"a\"");
    key_unref(key);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(each_change_is_there_as_soon_as_it_is_answered),
        TEST(a_new_key_has_its_id_and_no_text),
        TEST(a_change_that_is_refused_says_why),
        TEST(what_is_so_already_changed_nothing),
        TEST(a_change_without_its_entry_is_not_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
