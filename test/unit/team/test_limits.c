// SPDX-License-Identifier: MIT
/* team/limits: the table, numbers as people write them, and refusals. */
#include "team/limits.h"

#include <string.h>

#include "base/macros.h"
#include "unit.h"

static void each_limit_has_its_name(void **state)
{
    static const char *const names[] = {
        "rpm",     "tpm_in",   "tpm_out",   "rpd",        "concurrency",
        "cost_5h", "cost_day", "cost_week", "cost_month", "cost_total"
    };
    enum limit limit;

    (void)state;
    assert_int_equal(COUNT_OF(names), LIMIT_COUNT);
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        assert_true(limit_find(str_of(names[i]), &limit));
        assert_int_equal(limit, i);
    }
    assert_false(limit_find(STR("RPM"), &limit));
    assert_false(limit_find(STR("cost"), &limit));
    assert_false(limit_find(STR(""), &limit));
}

static void numbers_are_converted_exactly(void **state)
{
    static const struct {
        enum limit limit;
        const char *text;
        uint64_t want; /* LIMIT_NONE: refused */
    } rows[] = {
        { LIMIT_RPM, "0", 0 },
        { LIMIT_RPM, "60", 60 },
        { LIMIT_TPM_IN, "1000000000000", LIMIT_COUNT_MAX },
        { LIMIT_TPM_IN, "1000000000001", LIMIT_NONE },
        { LIMIT_RPM, "1.0", LIMIT_NONE },
        { LIMIT_RPM, "-1", LIMIT_NONE },
        { LIMIT_RPM, "+1", LIMIT_NONE },
        { LIMIT_RPM, "1e3", LIMIT_NONE },
        { LIMIT_RPM, " 1", LIMIT_NONE },
        { LIMIT_RPM, "", LIMIT_NONE },
        { LIMIT_RPM, "18446744073709551616", LIMIT_NONE },
        { LIMIT_COST_DAY, "0", 0 },
        { LIMIT_COST_DAY, "10", 10000000 },
        { LIMIT_COST_DAY, "2.5", 2500000 },
        { LIMIT_COST_DAY, "2.50", 2500000 },
        { LIMIT_COST_DAY, "0.000001", 1 },
        { LIMIT_COST_DAY, "0.1", 100000 },
        { LIMIT_COST_DAY, "1000000000", LIMIT_MICROUSD_MAX },
        { LIMIT_COST_DAY, "1000000000.000001", LIMIT_NONE },
        { LIMIT_COST_DAY, "0.0000001", LIMIT_NONE },
        { LIMIT_COST_DAY, "1.", LIMIT_NONE },
        { LIMIT_COST_DAY, ".5", LIMIT_NONE },
        { LIMIT_COST_DAY, "1.2.3", LIMIT_NONE },
        { LIMIT_COST_DAY, "1.-2", LIMIT_NONE },
        { LIMIT_COST_DAY, "$1", LIMIT_NONE },
        { LIMIT_COST_DAY, "1,000", LIMIT_NONE },
        { LIMIT_COST_DAY, "nan", LIMIT_NONE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t value = LIMIT_NONE;
        struct err err = { .text = "" };
        bool ok =
            limit_parse(rows[i].limit, str_of(rows[i].text), &value, &err);

        if (ok != (rows[i].want != LIMIT_NONE) || (ok && value != rows[i].want))
            fail_msg("\"%s\": %llu", rows[i].text, (unsigned long long)value);
        if (!ok)
            unit_assert_part(err.text, limit_kinds[rows[i].limit].name);
    }
}

static void numbers_are_written_for_people_and_back(void **state)
{
    static const struct {
        enum limit limit;
        uint64_t value;
        const char *shown;
        const char *written;
    } rows[] = {
        { LIMIT_RPM, 0, "0", "0" },
        { LIMIT_RPM, 999, "999", "999" },
        { LIMIT_TPM_IN, 1200, "1,200", "1200" },
        { LIMIT_TPM_IN, 1234567, "1,234,567", "1234567" },
        { LIMIT_TPM_IN, UINT64_MAX, "18,446,744,073,709,551,615",
          "18446744073709551615" },
        { LIMIT_COST_DAY, 0, "$0.00", "0" },
        { LIMIT_COST_DAY, 3100000, "$3.10", "3.1" },
        { LIMIT_COST_DAY, 9999999, "$9.999999", "9.999999" },
        { LIMIT_COST_DAY, 1200000000, "$1,200.00", "1200" },
        { LIMIT_COST_DAY, 1, "$0.000001", "0.000001" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[LIMIT_TEXT_MAX];

        limit_format(rows[i].limit, rows[i].value, text);
        assert_string_equal(text, rows[i].shown);
        limit_write(rows[i].limit, rows[i].value, text);
        assert_string_equal(text, rows[i].written);
    }
}

static void documents_have_numbers(void **state)
{
    struct limits limits;
    struct json_doc *doc;
    struct buf text;

    (void)state;
    limits_init(&limits);
    limits.at[LIMIT_COST_TOTAL] = 999999999123456;
    limits.at[LIMIT_COST_DAY] = 3100000;
    limits.at[LIMIT_COST_5H] = 5000000;
    limits.at[LIMIT_RPM] = 60;
    limits.at[LIMIT_RPD] = 0;
    doc = limits_doc(&limits);
    buf_init(&text, 1000);
    assert_true(json_doc_write(doc, false, &text));
    assert_true(
        str_eq(buf_str(&text),
               STR("{\"rpm\":60,\"rpd\":0,\"cost_5h\":5,"
                   "\"cost_day\":3.1,\"cost_total\":999999999.123456}")));
    buf_done(&text);
    json_doc_free(doc);
}

static void no_limit_is_none(void **state)
{
    struct limits limits;

    (void)state;
    limits_init(&limits);
    assert_false(limits_any(&limits));
    limits.at[LIMIT_RPM] = 0;
    assert_true(limits_any(&limits));
    assert_false(limits_any_cost(&limits));
    limits.at[LIMIT_COST_WEEK] = 0;
    assert_true(limits_any_cost(&limits));
}

#define NOW 1796000000000 /* 2026-11-30 00:53:20 UTC */

static const struct {
    struct limit_refusal why;
    enum err_code code;
    unsigned retry_after_s;
    const char *text;
} refusals[] = {
    { { LIMIT_RPM, false, 10, 0, 1, 10, NOW, NOW + 22500, NULL },
      ERR_RATE,
      23,
      "the key alice has used 10 of 10 requests a minute (limit rpm): it "
      "opens again 2026-11-30 00:53:43 (UTC)" },
    /* Claude Code waits for a minute and no longer. */
    { { LIMIT_RPM, false, 10, 0, 1, 10, NOW, NOW + 60600, NULL },
      ERR_RATE,
      60,
      "the key alice has used 10 of 10 requests a minute (limit rpm): it "
      "opens again 2026-11-30 00:54:21 (UTC)" },
    { { LIMIT_TPM_IN, false, 900, 0, 300, 1000, NOW, NOW + 1000, NULL },
      ERR_RATE,
      1,
      "the key alice has used 900 of 1,000 input tokens a minute (limit "
      "tpm_in), and this request may use 300: it opens again 2026-11-30 "
      "00:53:21 (UTC)" },
    { { LIMIT_TPM_OUT, false, 0, 0, 3000, 1000, NOW, 0, NULL },
      ERR_QUOTA,
      0,
      "the key alice has used 0 of 1,000 output tokens a minute (limit "
      "tpm_out), and this request may use 3,000: that is more than the "
      "limit ever allows" },
    { { LIMIT_TPM_OUT, false, 10, 900, 300, 1000, NOW, 0, NULL },
      ERR_RATE,
      1,
      "the key alice has used 10 of 1,000 output tokens a minute (limit "
      "tpm_out), 900 more are held by requests under way, and this request "
      "may use 300: it opens again when requests under way have ended" },
    { { LIMIT_RPD, true, 99, 1, 1, 100, NOW, NOW + 7200000, NULL },
      ERR_QUOTA,
      0,
      "the group team has used 99 of 100 requests a day (limit rpd), 1 "
      "more is held by requests under way: it opens again 2026-11-30 10:53 "
      "(+08:00)" },
    { { LIMIT_CONCURRENCY, false, 3, 0, 1, 3, NOW, 0, NULL },
      ERR_RATE,
      1,
      "the key alice has used 3 of 3 requests at once (limit concurrency): "
      "try again when one of them has ended" },
    { { LIMIT_CONCURRENCY, false, 0, 0, 1, 0, NOW, 0, NULL },
      ERR_QUOTA,
      0,
      "the key alice has used 0 of 0 requests at once (limit concurrency): "
      "it allows nothing at all" },
    { { LIMIT_COST_DAY, false, 3100000, 6800000, 200000, 10000000, NOW,
        NOW + 1000, NULL },
      ERR_BUDGET,
      0,
      "the key alice has used $3.10 of $10.00 a day (limit cost_day), "
      "$6.80 more is held by requests under way, and this request may "
      "cost $0.20: it opens again 2026-11-30 08:53 (+08:00)" },
    { { LIMIT_COST_TOTAL, false, 10000000, 0, 200000, 10000000, NOW, 0, NULL },
      ERR_BUDGET,
      0,
      "the key alice has used $10.00 of $10.00 in total (limit "
      "cost_total), and this request may cost $0.20: it opens again when "
      "the limit is raised" },
    { { LIMIT_COST_MONTH, false, 0, 0, UINT64_MAX, 10000000, NOW, 0, NULL },
      ERR_BUDGET,
      0,
      "the key alice has used $0.00 of $10.00 a month (limit cost_month), "
      "and nothing bounds what this request may cost: that is more than "
      "the limit ever allows" },
};

static void a_refusal_says_all_there_is_to_know(void **state)
{
    struct zone *shanghai = zone_fixed(STR("+08:00"));

    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct limit_refusal why = refusals[i].why;
        struct err err;

        why.zone = strstr(refusals[i].text, "(+08:00)") ? shanghai : zone_utc();
        assert_false(limit_refuse(&why, "alice", "team", &err));
        assert_string_equal(err.text, refusals[i].text);
        assert_int_equal(err.code, refusals[i].code);
        assert_int_equal(err_retry_after_s(&err), refusals[i].retry_after_s);
        assert_int_equal(err.opens_ms, strstr(err.text, "it opens again 20")
                                           ? why.opens_ms
                                           : 0);
    }
    assert_int_equal(err_status(ERR_BUDGET), 402);
    assert_string_equal(err_type(ERR_BUDGET), "billing_error");
    assert_false(err_may_retry(ERR_BUDGET));
    assert_int_equal(err_status(ERR_RATE), 429);
    assert_int_equal(err_status(ERR_QUOTA), 429);
    assert_false(err_may_retry(ERR_QUOTA));
    zone_free(shanghai);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_has_its_name),
        cmocka_unit_test(numbers_are_converted_exactly),
        cmocka_unit_test(numbers_are_written_for_people_and_back),
        cmocka_unit_test(documents_have_numbers),
        cmocka_unit_test(no_limit_is_none),
        cmocka_unit_test(a_refusal_says_all_there_is_to_know),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
