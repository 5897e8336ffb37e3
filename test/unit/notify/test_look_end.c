// SPDX-License-Identifier: MIT
/* What is seen no more is mended, or nobody looks. */
#include "notify/look_end.h"

#include <stdio.h>

#include "account/kinds.h"
#include "team.h"

#define NOW_MS 1795900000000u

/* ---- accounts ------------------------------------------------------------ */

static struct account *account_of(const char *doc)
{
    struct err err;
    struct json_doc *parsed = json_doc_parse(str_of(doc), &err);
    struct account *account =
        account_from_doc(&account_kind_oauth, STR("main"), parsed);

    json_doc_free(parsed);
    return account;
}

#define FILE_OF(more)                                                           \
    "{\"access_token\":\"sk-ant-oat01-a\",\"refresh_token\":\"sk-ant-ort01-a\"" \
    ",\"expires_at\":\"2099-01-01T00:00:00Z\"" more "}"
#define POOLED ",\"pool\":true"

static void check_end(const struct event *event, struct account *const *at,
                      size_t count, enum event_end want)
{
    struct account_list *list = account_list_new(at, count);

    assert_int_equal(look_end(event, list, NULL, NOW_MS), want);
    account_list_unref(list);
}

#define OFF ",\"enabled\":false"

/* Each event of accounts, and what has become of the account. */
static void what_is_seen_no_more_has_a_reason(void **state)
{
    static const struct {
        enum event_kind kind;
        const char *subject;
        const char *doc; /* NULL: there is no account any more */
        enum event_end want;
    } rows[] = {
        { EVENT_BLOCKED, "main", FILE_OF(""), EVENT_MENDED },
        { EVENT_BLOCKED, "main", FILE_OF(OFF), EVENT_SWITCHED_OFF },
        { EVENT_BLOCKED, "main", NULL, EVENT_REMOVED },
        { EVENT_BLOCKED, "other", FILE_OF(""), EVENT_REMOVED },
        { EVENT_WINDOW_80, "main", FILE_OF(OFF), EVENT_SWITCHED_OFF },
        { EVENT_ACCOUNTS_PAUSED, "all", FILE_OF(""), EVENT_MENDED },
        { EVENT_ACCOUNTS_PAUSED, "all", FILE_OF(OFF), EVENT_SWITCHED_OFF },
        { EVENT_ACCOUNTS_PAUSED, "all", NULL, EVENT_REMOVED },
        { EVENT_ACCOUNTS_PAUSED, "pool", FILE_OF(POOLED), EVENT_MENDED },
        { EVENT_ACCOUNTS_PAUSED, "pool", FILE_OF(POOLED OFF),
          EVENT_SWITCHED_OFF },
        { EVENT_ACCOUNTS_PAUSED, "pool", FILE_OF(""), EVENT_REMOVED },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct event event = { .kind = rows[i].kind,
                               .about = event_rows[rows[i].kind].about };
        struct account *at[1] = { NULL };

        (void)snprintf(event.subject, sizeof(event.subject), "%s",
                       rows[i].subject);
        if (rows[i].doc)
            at[0] = account_of(rows[i].doc);
        check_end(&event, at, rows[i].doc ? 1 : 0, rows[i].want);
    }
}

/* ---- keys and groups ----------------------------------------------------- */

static void check_team_end(struct team *team, enum event_about about,
                           uint64_t id, enum event_end want)
{
    const struct event event = { .kind = EVENT_BUDGET_80,
                                 .about = about,
                                 .number = id };

    assert_int_equal(look_end(&event, NULL, team->ring, NOW_MS), want);
}

static void of_keys_and_groups_too(void **state)
{
    struct team *team = *state;
    struct key *off = scene_key(&team->keys, 2, "off", "{}");

    put(team, 1, "on", "{}");
    off->enabled = false;
    keyring_put(team->ring, off);
    put(team, 3, "old", "{\"expires\":\"2020-01-01T00:00:00Z\"}");
    put(team, 5, "later", "{}");
    keyring_put_group(team->ring, scene_group(&team->keys, 7, "g", "{}"));
    check_team_end(team, EVENT_ABOUT_KEY, 1, EVENT_MENDED);
    check_team_end(team, EVENT_ABOUT_KEY, 2, EVENT_SWITCHED_OFF);
    check_team_end(team, EVENT_ABOUT_KEY, 3, EVENT_EXPIRED);
    check_team_end(team, EVENT_ABOUT_KEY, 4, EVENT_REMOVED);
    check_team_end(team, EVENT_ABOUT_GROUP, 7, EVENT_MENDED);
    check_team_end(team, EVENT_ABOUT_GROUP, 8, EVENT_REMOVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_seen_no_more_has_a_reason),
        cmocka_unit_test_setup_teardown(of_keys_and_groups_too, team_begin,
                                        team_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
