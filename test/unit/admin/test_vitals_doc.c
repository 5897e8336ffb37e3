// SPDX-License-Identifier: MIT
/* What is said of how an account is. */
#include "admin/vitals_doc.h"

#include <string.h>

#include "account/vitals.h"
#include "accounts.h"
#include "unit.h"

#define NOW_MS 1785585600000u /* 2026-08-01T12:00:00Z */
#define KEY "{\"api_key\":\"sk-ant-api03-x\"}"
#define OFF "{\"api_key\":\"sk-ant-api03-x\",\"enabled\":false}"
#define EXPIRED                                                                \
    "{\"access_token\":\"x\",\"expires_at\":\"2020-01-01T00:00:00Z\"}"
#define RENEWABLE(expires)                                                      \
    "{\"access_token\":\"x\",\"refresh_token\":\"y\",\"expires_at\":\"" expires \
    "\"}"

/* With what is learned of it, as in a list of accounts. */
static struct account *make(const struct account_kind *kind, const char *doc)
{
    struct account *account = unit_account(kind, "one", doc);

    account->vitals = vitals_new();
    return account;
}

static void learn(struct account *account, unsigned status, const char *model)
{
    struct header fields[] = {
        { STR("anthropic-ratelimit-unified-5h-status"), STR("rejected") },
        { STR("anthropic-ratelimit-unified-5h-reset"), STR("1785589200") },
        { STR("anthropic-ratelimit-unified-5h-utilization"), STR("0.75") },
    };
    struct headers headers = headers_of(fields, COUNT_OF(fields));
    struct vitals_answer answer = { .status = status,
                                    .headers = status == 429 ? &headers : NULL,
                                    .model = str_of(model),
                                    .now_ms = NOW_MS };

    (void)vitals_learn(account->vitals, &answer);
}

static void nothing(struct account *account)
{
    (void)account;
}

static void limit(struct account *account)
{
    learn(account, 429, "");
}

static void refusal(struct account *account)
{
    learn(account, 401, "");
}

static void overload(struct account *account)
{
    learn(account, 529, "");
}

static void hold(struct account *account)
{
    vitals_hold(account->vitals, NOW_MS + 60000, STR("tea time"), NOW_MS);
}

static void lack_token(struct account *account)
{
    vitals_note_token(account->vitals, NOW_MS + 60000, STR("a 503"), NOW_MS);
}

static void read_file(struct account *account)
{
    const struct health_file file = { .disabled = account->disabled };

    vitals_note_file(account->vitals, &file, NOW_MS);
}

static void enter(struct account *account)
{
    assert_true(vitals_enter(account->vitals, 0));
}

static const struct {
    const struct account_kind *kind;
    const char *doc;
    void (*what)(struct account *account);
    const char *state;
    const char *parts[4];
} cases[] = {
    { &account_kind_apikey,
      KEY,
      nothing,
      "ready",
      { "\"state\":\"ready\",\"since\":null,\"until\":null,\"why\":null,"
        "\"held\":false",
        "\"families\":[],\"windows\":[],\"last_error\":null,\"in_flight\":0" } },
    { &account_kind_apikey,
      KEY,
      limit,
      "paused",
      { "\"state\":\"paused\",\"since\":\"2026-08-01T12:00:00.000Z\","
        "\"until\":\"2026-08-01T13:00:00.000Z\",\"why\":\"a limit is used up\"",
        "{\"name\":\"5h\",\"status\":\"rejected\",\"used_ppm\":750000,"
        "\"resets_at\":\"2026-08-01T13:00:00.000Z\","
        "\"seen_at\":\"2026-08-01T12:00:00.000Z\",\"runs_out_at\":null,"
        "\"at_reset_ppm\":null",
        "\"last_error\":{\"at\":\"2026-08-01T12:00:00.000Z\",\"text\":" } },
    { &account_kind_apikey,
      KEY,
      refusal,
      "login_required",
      { "\"state\":\"login_required\",\"since\":\"2026-08-01T12:00:00.000Z\","
        "\"until\":null,\"why\":\"its credential was refused\"" } },
    { &account_kind_apikey,
      KEY,
      overload,
      "ready",
      { "\"state\":\"ready\"", "\"text\":\"the provider is overloaded\"" } },
    { &account_kind_apikey,
      KEY,
      hold,
      "paused",
      { "\"until\":\"2026-08-01T12:01:00.000Z\",\"why\":\"tea time\""
        ",\"held\":true" } },
    { &account_kind_apikey, KEY, enter, "ready", { "\"in_flight\":1" } },
    { &account_kind_apikey,
      OFF,
      limit,
      "disabled",
      { "\"state\":\"disabled\",\"since\":null,\"until\":null" } },
    { &account_kind_apikey,
      OFF,
      read_file,
      "disabled",
      { "\"state\":\"disabled\",\"since\":\"2026-08-01T12:00:00.000Z\"",
        "\"since_found\":true" } },
    /* what its file lacks */
    { &account_kind_apikey, "{}", nothing, "unusable", { "\"why\":null" } },
    { &account_kind_oauth, EXPIRED, nothing, "unusable", { NULL } },
    /* as long as its token serves, nobody misses another one */
    { &account_kind_oauth,
      RENEWABLE("2020-01-01T00:00:00Z"),
      lack_token,
      "paused",
      { "\"state\":\"paused\",\"since\":\"2026-08-01T12:00:00.000Z\","
        "\"until\":\"2026-08-01T12:01:00.000Z\",\"why\":\"a 503\"" } },
    { &account_kind_oauth,
      RENEWABLE("2099-01-01T00:00:00Z"),
      lack_token,
      "ready",
      { "\"why\":null" } },
};

static struct json_doc *doc_of(const struct account *account,
                               void (*set)(struct json_doc *doc,
                                           const struct account *account,
                                           uint64_t now_wall_ms))
{
    struct json_doc *doc = json_doc_new_object();

    set(doc, account, NOW_MS);
    return doc;
}

static void check(const struct account *account, size_t i)
{
    struct json_doc *doc = doc_of(account, vitals_doc_set);
    struct buf text;

    buf_init(&text, 65536);
    assert_true(json_doc_write(doc, false, &text));
    buf_add(&text, (struct str){ "", 1 });
    for (size_t k = 0; k < 4 && cases[i].parts[k]; k++)
        unit_assert_part(buf_str(&text).at, cases[i].parts[k]);
    buf_done(&text);
    json_doc_free(doc);
    assert_string_equal(vitals_doc_state(account, NOW_MS), cases[i].state);
}

static void the_worst_is_the_state_and_all_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct account *account = make(cases[i].kind, cases[i].doc);

        cases[i].what(account);
        check(account, i);
        if (vitals_in_flight(account->vitals) > 0)
            vitals_leave(account->vitals);
        account_unref(account);
    }
}

/* A window that began anew since it was heard of. */
static void nothing_is_told_of_a_window_that_is_over(void **state)
{
    struct account *account = make(&account_kind_apikey, KEY);
    struct json_doc *doc = json_doc_new_object();
    struct buf text;

    (void)state;
    limit(account);
    vitals_doc_set(doc, account, NOW_MS + 3600000);
    buf_init(&text, 65536);
    assert_true(json_doc_write(doc, false, &text));
    buf_add(&text, (struct str){ "", 1 });
    unit_assert_part(buf_str(&text).at,
                     "{\"name\":\"5h\",\"status\":\"unknown\",\"used_ppm\":"
                     "null,\"resets_at\":null,\"seen_at\":\"2026-08-01T12:00:"
                     "00.000Z\",\"runs_out_at\":null,\"at_reset_ppm\":null,"
                     "\"samples\":[]}");
    buf_done(&text);
    json_doc_free(doc);
    account_unref(account);
}

/* The audit log has the state without what changes with every answer. */
static void the_audit_log_has_the_state_alone(void **state)
{
    struct account *account = make(&account_kind_apikey, KEY);
    struct json_doc *doc;

    (void)state;
    limit(account);
    doc = doc_of(account, vitals_doc_set_state);
    assert_int_equal(json_doc_count(doc), 4);
    assert_non_null(json_doc_get(doc, "why"));
    json_doc_free(doc);
    account_unref(account);
}

/* Of a family of models alone: the account itself is ready. */
static void a_family_is_told_apart(void **state)
{
    struct account *account = make(&account_kind_apikey, KEY);
    struct header fields[] = {
        { STR("anthropic-ratelimit-unified-7d_opus-status"), STR("rejected") },
        { STR("anthropic-ratelimit-unified-7d_opus-reset"), STR("1785589200") },
    };
    struct headers headers = headers_of(fields, COUNT_OF(fields));
    struct vitals_answer answer = { .status = 429,
                                    .headers = &headers,
                                    .model = STR("claude-opus-5"),
                                    .now_ms = NOW_MS };
    struct json_doc *doc;
    const struct json_doc *families;
    struct str name;

    (void)state;
    (void)vitals_learn(account->vitals, &answer);
    doc = doc_of(account, vitals_doc_set);
    families = json_doc_get(doc, "families");
    assert_int_equal(json_doc_count(families), 1);
    assert_true(json_doc_get_str(json_doc_at(families, 0), "family", &name));
    unit_assert_str(name, "opus");
    assert_string_equal(vitals_doc_state(account, NOW_MS), "ready");
    json_doc_free(doc);
    /* It is over by itself. */
    doc = json_doc_new_object();
    vitals_doc_set(doc, account, 1785589200000u);
    assert_int_equal(json_doc_count(json_doc_get(doc, "families")), 0);
    json_doc_free(doc);
    account_unref(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_is_the_state_and_all_is_told),
        cmocka_unit_test(nothing_is_told_of_a_window_that_is_over),
        cmocka_unit_test(the_audit_log_has_the_state_alone),
        cmocka_unit_test(a_family_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
