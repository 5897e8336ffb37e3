// SPDX-License-Identifier: MIT
/* Each row of the table of docs/accounts.md, and those that look like one. */
#include "account/lesson.h"

#include <stdio.h>

#include "unit.h"

#define NOW_MS 1795900000000u
#define HOUR_MS 3600000u

static const struct {
    unsigned status;
    enum lesson_from from;
    const char *error;
    const char *model;
    bool renews;
    bool renewable;
    bool young;
    bool foreign;
    bool detour;
    uint64_t reset_ms; /* of a rejected window; 0: none */
    uint64_t retry_after_ms;
    enum lesson_kind kind;
    bool elsewhere;
    bool soft;
    uint64_t until_ms;
} rows[] = {
    { .status = 200, .kind = LESSON_WELL },
    { .status = 204, .kind = LESSON_WELL },

    { .status = 401,
      .error = "authentication_error: OAuth token has expired",
      .renews = true,
      .renewable = true,
      .kind = LESSON_TOKEN },
    { .status = 401,
      .error = "authentication_error: Invalid bearer token",
      .renewable = true,
      .kind = LESSON_LOGIN,
      .elsewhere = true },
    { .status = 401,
      .error = "authentication_error: invalid x-api-key",
      .kind = LESSON_LOGIN,
      .elsewhere = true,
      .soft = true },

    /* another provider's words may be a client's */
    { .status = 400,
      .error = "invalid_request_error: your credit balance is too low",
      .foreign = true,
      .kind = LESSON_BLOCKED,
      .soft = true,
      .elsewhere = true },
    { .status = 403,
      .error = "permission_error: organization has been disabled",
      .foreign = true,
      .kind = LESSON_BLOCKED,
      .soft = true,
      .elsewhere = true },
    { .status = 402,
      .foreign = true,
      .kind = LESSON_BLOCKED,
      .soft = true,
      .elsewhere = true },
    { .status = 401,
      .error = "authentication_error: a valid API key is required",
      .foreign = true,
      .kind = LESSON_LOGIN,
      .elsewhere = true,
      .soft = true },
    { .status = 400,
      .error = "invalid_request_error: tea",
      .foreign = true,
      .kind = LESSON_NONE },

    /* in other words */
    { .status = 403,
      .error = "permission_error: This account is not allowed for this "
               "organization",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 403,
      .error = "permission_error: This model is not allowed for this "
               "organization",
      .kind = LESSON_NONE },
    { .status = 403,
      .error = "permission_error: Your organization is disabled",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 403,
      .error = "permission_error: Your organization has been disabled. Contact "
               "support (ref #12).",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 403,
      .error = "permission_error: organization has been disabled: Extra inputs "
               "are not permitted",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: Organization disabled",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },

    /* the request's own proxy */
    { .status = 0, .detour = true, .kind = LESSON_NONE },
    { .status = 502, .detour = true, .kind = LESSON_NONE },
    { .status = 403,
      .error = "forbidden: Request not allowed",
      .detour = true,
      .kind = LESSON_NONE },
    { .status = 529,
      .detour = true,
      .kind = LESSON_OVERLOADED,
      .elsewhere = true },

    /* nobody can read what it is about */
    { .status = 401, .kind = LESSON_LOGIN, .elsewhere = true, .soft = true },
    { .status = 401, .renews = true, .renewable = true, .kind = LESSON_TOKEN },
    { .status = 401,
      .renews = true,
      .renewable = true,
      .young = true,
      .kind = LESSON_TOKEN },
    { .status = 401,
      .from = LESSON_FROM_OTHER,
      .renews = true,
      .renewable = true,
      .kind = LESSON_TOKEN },
    { .status = 401,
      .from = LESSON_FROM_OTHER,
      .renews = true,
      .renewable = true,
      .young = true,
      .kind = LESSON_NONE,
      .elsewhere = true },
    { .status = 401,
      .from = LESSON_FROM_OTHER,
      .error = "authentication_error: OAuth token has expired",
      .renews = true,
      .renewable = true,
      .young = true,
      .kind = LESSON_TOKEN },
    { .status = 401,
      .error = ": \xe6\x97\xa0\xe6\x95\x88\xe7\x9a\x84\xe4\xbb\xa4",
      .kind = LESSON_LOGIN,
      .elsewhere = true,
      .soft = true },
    { .status = 401,
      .from = LESSON_FROM_COUNT,
      .error = "authentication_error: Invalid authentication credentials",
      .kind = LESSON_LOGIN,
      .elsewhere = true,
      .soft = true },
    { .status = 401,
      .from = LESSON_FROM_MODELS,
      .error = "authentication_error: OAuth token has been revoked",
      .renewable = true,
      .kind = LESSON_LOGIN,
      .elsewhere = true },
    /* it is about something else */
    { .status = 401,
      .error = "authentication_error: OAuth authentication is currently not "
               "supported.",
      .renews = true,
      .renewable = true,
      .kind = LESSON_NONE },
    { .status = 401,
      .error = "authentication_error: This token is not allowed here",
      .renewable = true,
      .kind = LESSON_NONE },
    { .status = 401,
      .error = "authentication_error: CORS requests must set "
               "'anthropic-dangerous-direct-browser-access' header",
      .kind = LESSON_NONE },
    /* another endpoint does not speak for the account; a better token is tried */
    { .status = 401,
      .from = LESSON_FROM_OTHER,
      .error = "authentication_error: invalid x-api-key",
      .kind = LESSON_NONE,
      .elsewhere = true },
    { .status = 401,
      .from = LESSON_FROM_OTHER,
      .renews = true,
      .renewable = true,
      .kind = LESSON_TOKEN },
    { .status = 401,
      .from = LESSON_FROM_BATCHES,
      .error = "authentication_error: Invalid bearer token",
      .renewable = true,
      .kind = LESSON_NONE,
      .elsewhere = true },
    { .status = 401,
      .from = LESSON_FROM_OTHER,
      .error = "authentication_error: OAuth token has expired. Please obtain "
               "a new token.",
      .renews = true,
      .renewable = true,
      .kind = LESSON_TOKEN },
    { .status = 401,
      .from = LESSON_FROM_OTHER,
      .error = "authentication_error: OAuth token has expired. Please obtain "
               "a new token.",
      .renewable = true,
      .kind = LESSON_NONE,
      .elsewhere = true },

    { .status = 403,
      .error =
          "permission_error: OAuth authentication is currently not allowed "
          "for this organization.",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 403,
      .error = "permission_error: This organization has been disabled.",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 403,
      .error = "forbidden: Request not allowed",
      .kind = LESSON_EGRESS,
      .elsewhere = true },
    { .status = 403,
      .error = "permission_error: OAuth token has been revoked. Please obtain "
               "a new token.",
      .renews = true,
      .renewable = true,
      .kind = LESSON_TOKEN },
    { .status = 403,
      .error = "permission_error: OAuth token has been revoked. Please obtain "
               "a new token.",
      .renewable = true,
      .kind = LESSON_LOGIN,
      .elsewhere = true },
    { .status = 403,
      .error = "permission_error: x: OAuth token has been revoked",
      .renews = true,
      .renewable = true,
      .kind = LESSON_NONE },
    { .status = 403,
      .from = LESSON_FROM_OTHER,
      .error = "permission_error: OAuth token has been revoked",
      .renews = true,
      .renewable = true,
      .kind = LESSON_NONE },
    { .status = 403,
      .error = "permission_error: Your key cannot use this model",
      .kind = LESSON_NONE },
    { .status = 403,
      .error = "permission_error: CORS requests are not allowed for this "
               "organization",
      .kind = LESSON_NONE },
    { .status = 403,
      .from = LESSON_FROM_OTHER,
      .error = "permission_error: This organization has been disabled.",
      .kind = LESSON_NONE },
    { .status = 403,
      .from = LESSON_FROM_OTHER,
      .error = "forbidden: Request not allowed",
      .kind = LESSON_NONE },

    { .status = 400,
      .error =
          "invalid_request_error: Your credit balance is too low to access "
          "the Anthropic API.",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 400,
      .error = "invalid_request_error: This organization has been disabled.",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 402,
      .error = "billing_error: There's an issue with your billing",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 402, .from = LESSON_FROM_OTHER, .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: Your credit balance is too low to "
               "access the Anthropic API. Please go to Plans & Billing to "
               "upgrade or purchase credits. (credit_balance_too_low)",
      .model = "claude-opus-4-1",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 400,
      .from = LESSON_FROM_BATCHES,
      .error = "invalid_request_error: Your credit balance is too low",
      .kind = LESSON_BLOCKED,
      .elsewhere = true },
    { .status = 400,
      .from = LESSON_FROM_OTHER,
      .error = "invalid_request_error: Your credit balance is too low",
      .kind = LESSON_NONE },
    { .status = 400,
      .from = LESSON_FROM_MODELS,
      .error = "invalid_request_error: Your credit balance is too low",
      .kind = LESSON_NONE },
    /* what the client sent is quoted */
    { .status = 400,
      .error = "invalid_request_error: Your credit balance is too low to "
               "access the Anthropic API: Extra inputs are not permitted",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: This organization has been disabled: "
               "Extra inputs are not permitted",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "Your credit balance is too low: Extra inputs",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: Unknown tool. Your credit balance is "
               "too low",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: Your credit balance is too low is not "
               "a valid model ID",
      .model = "Your credit balance is too low",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: Your credit balance is too low is not "
               "a valid model ID",
      .model = "Your\\u0020credit\\u0020balance",
      .kind = LESSON_NONE },
    { .status = 403,
      .error = "forbidden: Request not allowed: Extra inputs",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: Unexpected value(s) `credit balance is "
               "too low` for the `anthropic-beta` header",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: metadata: This organization has been "
               "disabled",
      .kind = LESSON_NONE },
    { .status = 403,
      .error = "permission_error: the model \"request not allowed\" is not for "
               "you",
      .kind = LESSON_NONE },
    { .status = 403,
      .error = "permission_error: Computer use is disabled",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: messages.1.content.0: Invalid "
               "`signature` in `thinking` block",
      .kind = LESSON_NONE },
    { .status = 400,
      .error = "invalid_request_error: This credential is only authorized for "
               "use with Claude Code",
      .kind = LESSON_NONE },
    { .status = 404,
      .error = "not_found_error: model: x",
      .kind = LESSON_NONE },
    { .status = 413, .error = "request_too_large", .kind = LESSON_NONE },
    { .status = 508,
      .error = "api_error: this request came from the relay itself: its "
               "CLAUDE_API_URL leads back to it",
      .kind = LESSON_EGRESS,
      .elsewhere = true },
    { .status = 508, .error = "api_error: a loop", .kind = LESSON_NONE },
    { .status = 302, .kind = LESSON_NONE },
    { .status = 501, .kind = LESSON_NONE },

    { .status = 429,
      .error = "rate_limit_error: This request would exceed the limit",
      .reset_ms = NOW_MS + HOUR_MS,
      .kind = LESSON_PAUSE,
      .elsewhere = true,
      .until_ms = NOW_MS + HOUR_MS },
    { .status = 429,
      .retry_after_ms = 30000,
      .kind = LESSON_PAUSE,
      .elsewhere = true,
      .until_ms = NOW_MS + 30000 },
    { .status = 429,
      .reset_ms = NOW_MS + HOUR_MS,
      .retry_after_ms = 30000,
      .kind = LESSON_PAUSE,
      .elsewhere = true,
      .until_ms = NOW_MS + HOUR_MS },
    { .status = 429,
      .reset_ms = NOW_MS + (uint64_t)1000 * 24 * HOUR_MS,
      .kind = LESSON_PAUSE,
      .elsewhere = true,
      .until_ms = NOW_MS + (uint64_t)8 * 24 * HOUR_MS },
    { .status = 429, .kind = LESSON_BACKOFF, .elsewhere = true },
    { .status = 429,
      .reset_ms = NOW_MS,
      .kind = LESSON_BACKOFF,
      .elsewhere = true },
    { .status = 429,
      .error = "rate_limit_error: Extra usage is required for long context "
               "requests",
      .reset_ms = NOW_MS + HOUR_MS,
      .kind = LESSON_NONE },
    { .status = 429,
      .error = "rate_limit_error: Fast mode is limited",
      .retry_after_ms = 1000,
      .kind = LESSON_NONE },
    { .status = 429,
      .error = "rate_limit_error: Long context beta is not for you",
      .kind = LESSON_NONE },
    { .status = 429,
      .error = "rate_limit_error: You have reached your API usage limits "
               "(enforced_spend_limit_reached)",
      .reset_ms = NOW_MS + HOUR_MS,
      .kind = LESSON_NONE },

    /* its limit is not that of messages */
    { .status = 429,
      .from = LESSON_FROM_COUNT,
      .retry_after_ms = 60000,
      .kind = LESSON_NONE,
      .elsewhere = true },
    { .status = 429,
      .from = LESSON_FROM_BATCHES,
      .retry_after_ms = 60000,
      .reset_ms = NOW_MS + HOUR_MS,
      .kind = LESSON_NONE },
    { .status = 429, .from = LESSON_FROM_MODELS, .kind = LESSON_NONE },
    { .status = 429,
      .from = LESSON_FROM_OTHER,
      .retry_after_ms = 60000,
      .kind = LESSON_NONE },

    { .status = 529,
      .error = "overloaded_error: Overloaded",
      .retry_after_ms = 30000,
      .kind = LESSON_OVERLOADED,
      .elsewhere = true },
    { .status = 500, .kind = LESSON_FAILED, .elsewhere = true },
    { .status = 502, .kind = LESSON_FAILED, .elsewhere = true },
    { .status = 503, .kind = LESSON_FAILED, .elsewhere = true },
    { .status = 504, .kind = LESSON_FAILED, .elsewhere = true },
    { .status = 0, .kind = LESSON_FAILED, .elsewhere = true },
};

static struct quotas quotas_with(uint64_t reset_ms)
{
    struct quotas windows = { .count = reset_ms > 0, .seen_ms = NOW_MS };

    windows.at[0] = (struct quota){ .status = QUOTA_REJECTED,
                                    .reset_ms = reset_ms,
                                    .seen_ms = NOW_MS };
    (void)snprintf(windows.at[0].name, sizeof(windows.at[0].name), "5h");
    return windows;
}

static void each_answer_teaches_one_thing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct quotas windows = quotas_with(rows[i].reset_ms);
        struct lesson lesson = lesson_of(&(struct lesson_facts){
            .status = rows[i].status,
            .from = rows[i].from,
            .model = rows[i].model ? str_of(rows[i].model) : STR_EMPTY,
            .error = rows[i].error ? str_of(rows[i].error) : STR_EMPTY,
            .renews = rows[i].renews,
            .renewable = rows[i].renewable,
            .young = rows[i].young,
            .foreign = rows[i].foreign,
            .detour = rows[i].detour,
            .windows = &windows,
            .retry_after_ms = rows[i].retry_after_ms,
            .now_ms = NOW_MS });

        if (lesson.kind != rows[i].kind ||
            lesson.elsewhere != rows[i].elsewhere ||
            lesson.soft != rows[i].soft || lesson.until_ms != rows[i].until_ms)
            fail_msg("row %zu: %u %s: %s", i, rows[i].status,
                     rows[i].error ? rows[i].error : "",
                     lesson_word(lesson.kind));
        assert_int_equal(lesson.once, lesson.kind == LESSON_OVERLOADED);
        assert_true(lesson.cause || lesson.kind == LESSON_NONE ||
                    lesson.kind == LESSON_WELL);
    }
}

/* As the provider's 529, but the client has the answer already. */
static void an_error_inside_of_an_answer_pauses_nobody(void **state)
{
    const struct quotas windows = { .count = 0 };
    struct lesson lesson =
        lesson_of(&(struct lesson_facts){ .status = 200,
                                          .error_event = true,
                                          .windows = &windows,
                                          .now_ms = NOW_MS });

    (void)state;
    assert_int_equal(lesson.kind, LESSON_OVERLOADED);
    assert_false(lesson.elsewhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_teaches_one_thing),
        cmocka_unit_test(an_error_inside_of_an_answer_pauses_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
