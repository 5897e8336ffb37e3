// SPDX-License-Identifier: MIT
/* Reading the audit log. */
#include "store/audit_list.h"

#include "records_scene.h"

static const struct {
    int64_t at_ms;
    const char *who;
    const char *peer;
    const char *action;
    const char *target;
    const char *result;
} kept[] = {
    { 1000, "admin-token", "10.0.0.7", "key.create", "ci", "" },
    { 2000, "control-socket", "root (uid 0)", "key.revoke", "ci", "" },
    { 3000, "command", "root (uid 0)", "account.remove", "main", "no" },
    { 4000, "relay", "", "account.refused", "main", "" },
    { 5000, "admin-token", "10.0.0.8", "keys.odd", "ci", "" },
};

static bool write_all(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        if (!sql_run(sql,
                     "INSERT INTO audit(at_ms, who, peer, action, target, "
                     "before, after, result) VALUES($1, $2, $3, $4, $5, "
                     "'{}', '{\"a\":1}', $6)",
                     SQL_VALUES(sql_number(kept[i].at_ms),
                                sql_text(str_of(kept[i].who)),
                                sql_text(str_of(kept[i].peer)),
                                sql_text(str_of(kept[i].action)),
                                sql_text(str_of(kept[i].target)),
                                sql_text(str_of(kept[i].result))),
                     err))
            return false;
    }
    return true;
}

struct reading {
    const struct audit_query *query;
    struct json_doc *list;
};

static bool read_list(struct sql *sql, void *arg, struct err *err)
{
    struct reading *reading = arg;

    return audit_list_read(sql, reading->query, reading->list, err);
}

static void each_filter_finds_its_own(void **state)
{
    static const struct {
        const char *name;
        struct audit_query query;
        const char *ids;
    } rows[] = {
        { "all, newest first", { .max = 10 }, "54321" },
        { "so many", { .max = 2 }, "54" },
        { "the next", { .max = 2, .cursor = 4 }, "32" },
        { "since, itself too", { .max = 10, .since_ms = 3000 }, "543" },
        { "until, itself not", { .max = 10, .until_ms = 3000 }, "21" },
        { "who", { .max = 10, .who = { "admin-token", 11 } }, "51" },
        { "a peer", { .max = 10, .who = { "root (uid 0)", 12 } }, "32" },
        { "an action", { .max = 10, .action = { "key.revoke", 10 } }, "2" },
        { "a kind of them", { .max = 10, .action = { "key", 3 } }, "21" },
        { "not a part", { .max = 10, .action = { "key.re", 6 } }, "" },
        { "target", { .max = 10, .target = { "main", 4 } }, "43" },
        { "both",
          { .max = 10, .target = { "ci", 2 }, .since_ms = 2000 },
          "52" },
    };
    struct scene *scene = *state;
    struct err err;

    assert_true(records_do(scene->records,
                           &(struct records_work){ .run = write_all }, &err));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct reading reading = { &rows[i].query, json_doc_new_array() };
        char ids[16] = "";

        print_message("%s\n", rows[i].name);
        assert_true(records_do(scene->records,
                               &(struct records_work){ .run = read_list,
                                                       .arg = &reading,
                                                       .reads = true },
                               &err));
        for (size_t k = 0; k < json_doc_count(reading.list); k++) {
            uint64_t id = 0;

            (void)json_doc_get_u64(json_doc_at(reading.list, k), "id", &id);
            ids[k] = (char)('0' + (int)id);
        }
        assert_string_equal(ids, rows[i].ids);
        json_doc_free(reading.list);
    }
}

static void an_entry_has_all_that_is_known(void **state)
{
    struct scene *scene = *state;
    struct reading reading = { &(struct audit_query){ .max = 1, .cursor = 5 },
                               json_doc_new_array() };
    struct buf out;
    struct err err;

    assert_true(records_do(scene->records,
                           &(struct records_work){ .run = write_all }, &err));
    assert_true(records_do(scene->records,
                           &(struct records_work){ .run = read_list,
                                                   .arg = &reading,
                                                   .reads = true },
                           &err));
    buf_init(&out, 10000);
    assert_true(json_doc_write(reading.list, false, &out));
    unit_assert_str(buf_str(&out),
                    "[{\"id\":4,\"at\":\"1970-01-01T00:00:04.000Z\","
                    "\"who\":\"relay\",\"peer\":null,"
                    "\"action\":\"account.refused\",\"target\":\"main\","
                    "\"before\":{},\"after\":{\"a\":1},\"done\":true,"
                    "\"error\":null,\"code\":null,\"params\":null}]");
    buf_done(&out);
    json_doc_free(reading.list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_filter_finds_its_own),
        TEST(an_entry_has_all_that_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
