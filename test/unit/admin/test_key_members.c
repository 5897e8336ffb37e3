// SPDX-License-Identifier: MIT
/* What the API says of keys and groups is what team/key_check takes: neither has a
   member that the other lacks. */
#include "admin/key_members.h"

#include <string.h>

#include "base/macros.h"
#include "team/key.h"
#include "unit.h"

struct pair {
    const struct admin_member *said;
    bool (*check)(const struct json_doc *change, struct err *err);
};

static const struct pair pairs[] = {
    { key_members_create, key_check_doc },
    { key_members_change, key_check_doc },
    { group_members_create, key_group_check_doc },
    { group_members_change, key_group_check_doc },
};

static bool takes(const struct pair *pair, const char *member,
                  struct json_doc *value, struct err *err)
{
    struct json_doc *doc = json_doc_new_object();
    bool fine;

    json_doc_set(doc, member, value);
    fine = pair->check(doc, err);
    json_doc_free(doc);
    return fine;
}

/* Null takes a member away, but for the name. */
static void what_is_said_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        for (const struct admin_member *m = pairs[i].said; m->text; m++) {
            struct err err;
            bool or_null = m->traits & ADMIN_OR_NULL;
            bool taken = takes(&pairs[i], m->name, json_doc_new_null(), &err);

            if (taken != or_null)
                fail_msg("%s: %s", m->name, taken ? "is taken" : err.text);
            assert_int_equal(or_null, strcmp(m->name, "name") != 0);
        }
    }
}

static bool is_said(const struct admin_member *members, struct str name)
{
    for (const struct admin_member *m = members; m->text; m++) {
        if (str_eq(name, str_of(m->name)))
            return true;
    }
    return false;
}

/* "unknown member tea: there are name, owner, ..." */
static void what_is_taken_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct err err;
        struct str rest;
        struct str name;
        size_t count = 0;

        assert_false(takes(&pairs[i], "tea", json_doc_new_null(), &err));
        unit_assert_part(err.text, "unknown member tea: there are name, ");
        rest = str_of(strstr(err.text, "there are ") + 10);
        while (str_next(&rest, ',', &name)) {
            if (!is_said(pairs[i].said, str_trim(name)))
                fail_msg(STR_FMT, STR_ARG(name));
            count++;
        }
        for (const struct admin_member *m = pairs[i].said; m->text; m++)
            count--;
        assert_int_equal(count, 0);
    }
}

/* All that can be given is shown, in every answer. */
static void what_is_given_is_shown(void **state)
{
    static const struct admin_member *const shown[] = { key_members_shown,
                                                        key_members_made };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        for (const struct admin_member *m = key_members_create; m->text; m++)
            assert_true(is_said(shown[i], str_of(m->name)));
    }
    for (const struct admin_member *m = group_members_create; m->text; m++)
        assert_true(is_said(group_members_shown, str_of(m->name)));
    assert_true(is_said(key_members_made, STR("key")));
    assert_false(is_said(key_members_shown, STR("key")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_taken),
        cmocka_unit_test(what_is_taken_is_said),
        cmocka_unit_test(what_is_given_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
