// SPDX-License-Identifier: MIT
/* Both text forms, to the letter. */
#include "admin/metrics_form.h"

#include "fields.h"
#include "unit.h"

static const struct {
    const char *fields;
    enum metrics_form form;
} accepted[] = {
    { "", METRICS_TEXT },
    { "Accept: */*\n", METRICS_TEXT },
    { "Accept: text/html\n", METRICS_TEXT },
    { "Accept: application/openmetrics-text\n", METRICS_OPEN },
    { "Accept: Application/OpenMetrics-Text; Version=1.0.0\n", METRICS_OPEN },
    { "Accept: application/openmetrics-text;version=\"1.0.0\"\n",
      METRICS_OPEN },
    { "Accept: application/openmetrics-text;version=0.0.1\n", METRICS_TEXT },
    { "Accept: application/openmetrics-text;version=2.0.0\n", METRICS_TEXT },
    { "Accept: application/openmetrics-text;q=0\n", METRICS_TEXT },
    { "Accept: application/openmetrics-text;q=0.000\n", METRICS_TEXT },
    /* Prometheus 2.42 */
    { "Accept: application/openmetrics-text;version=1.0.0,application/"
      "openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,"
      "*/*;q=0.1\n",
      METRICS_OPEN },
    { "Accept: application/openmetrics-text;q=0.5,text/plain;q=0.6\n",
      METRICS_TEXT },
    { "Accept: application/openmetrics-text;q=0.6,text/plain;q=0.6\n",
      METRICS_OPEN },
    { "Accept: text/plain;q=0.01, application/openmetrics-text;q=0.02\n",
      METRICS_OPEN },
    { "Accept: text/plain;version=1.0.0,application/openmetrics-text;q=0.1\n",
      METRICS_OPEN },
    { "Accept: text/plain;q=0.5\nAccept: application/openmetrics-text\n",
      METRICS_OPEN },
    { "Accept: ;,=;=,;q=,application/openmetrics-text;q=x\n", METRICS_TEXT },
};

static void the_client_chooses(void **state)
{
    struct fields fields;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(accepted); i++) {
        if (metrics_form_of(fields_read(&fields, accepted[i].fields)) !=
            accepted[i].form)
            fail_msg("%s", accepted[i].fields);
    }
}

static void assert_text(struct buf *out, const char *text)
{
    buf_add(out, (struct str){ "", 1 });
    assert_string_equal(buf_str(out).at, text);
    buf_done(out);
}

static void a_family_has_a_head(void **state)
{
    static const struct metrics_family families[] = {
        { "tea_cups_total", METRICS_COUNTER, "Cups." },
        { "tea_steep_seconds", METRICS_HISTOGRAM, "How long." },
        { "tea_info", METRICS_INFO, "Which." },
        { "tea_cost_dollars_total", METRICS_COUNTER, "How much." },
        { "tea_seconds_ago", METRICS_GAUGE, "When." },
    };
    struct buf text;
    struct buf open;

    (void)state;
    buf_init(&text, 4096);
    buf_init(&open, 4096);
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        metrics_form_head(&text, METRICS_TEXT, &families[i]);
        metrics_form_head(&open, METRICS_OPEN, &families[i]);
    }
    metrics_form_end(&text, METRICS_TEXT);
    metrics_form_end(&open, METRICS_OPEN);
    assert_text(&text, "# HELP tea_cups_total Cups.\n"
                       "# TYPE tea_cups_total counter\n"
                       "# HELP tea_steep_seconds How long.\n"
                       "# TYPE tea_steep_seconds histogram\n"
                       "# HELP tea_info Which.\n"
                       "# TYPE tea_info gauge\n"
                       "# HELP tea_cost_dollars_total How much.\n"
                       "# TYPE tea_cost_dollars_total counter\n"
                       "# HELP tea_seconds_ago When.\n"
                       "# TYPE tea_seconds_ago gauge\n");
    assert_text(&open, "# HELP tea_cups Cups.\n"
                       "# TYPE tea_cups counter\n"
                       "# HELP tea_steep_seconds How long.\n"
                       "# TYPE tea_steep_seconds histogram\n"
                       "# UNIT tea_steep_seconds seconds\n"
                       "# HELP tea Which.\n"
                       "# TYPE tea info\n"
                       "# HELP tea_cost_dollars How much.\n"
                       "# TYPE tea_cost_dollars counter\n"
                       "# UNIT tea_cost_dollars dollars\n"
                       "# HELP tea_seconds_ago When.\n"
                       "# TYPE tea_seconds_ago gauge\n"
                       "# EOF\n");
}

/* Whatever a name holds, it ends no label and no line. */
static const struct {
    const char *value;
    const char *line;
} values[] = {
    { "plain", "tea{cup=\"plain\"} 1\n" },
    { "", "tea{cup=\"\"} 1\n" },
    { "\"><img src=x onerror=alert(1)>\n",
      "tea{cup=\"\\\"><img src=x onerror=alert(1)>\\n\"} 1\n" },
    { "back\\slash\\\"", "tea{cup=\"back\\\\slash\\\\\\\"\"} 1\n" },
    { "a\r\tb", "tea{cup=\"a\r\tb\"} 1\n" },
    { "\xe8\x8c\xb6 \xf0\x9f\x8d\xb5",
      "tea{cup=\"\xe8\x8c\xb6 \xf0\x9f\x8d\xb5\"} 1\n" },
    { "cut \xe8\x8c", "tea{cup=\"cut \xef\xbf\xbd\xef\xbf\xbd\"} 1\n" },
    { "} 7\nother 8\n#", "tea{cup=\"} 7\\nother 8\\n#\"} 1\n" },
};

static void values_of_labels_are_escaped(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct metrics_label label = { "cup", str_of(values[i].value) };
        struct buf out;

        buf_init(&out, 4096);
        metrics_form_sample(&out, &(struct metrics_sample){
                                      "tea", "", &label, 1, { 1, 0 } });
        assert_text(&out, values[i].line);
    }
}

static void values_have_decimals(void **state)
{
    const struct metrics_label labels[] = { { "a", STR("1") },
                                            { "le", STR("0.5") } };
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    metrics_form_sample(&out, &(struct metrics_sample){
                                  "t", "_sum", NULL, 0, { 12000034, 6 } });
    metrics_form_sample(&out, &(struct metrics_sample){
                                  "t", "_bucket", labels, 2, { 45, 3 } });
    metrics_form_sample(&out, &(struct metrics_sample){
                                  "t", "", NULL, 0, { UINT64_MAX, 0 } });
    assert_text(&out, "t_sum 12.000034\n"
                      "t_bucket{a=\"1\",le=\"0.5\"} 0.045\n"
                      "t 18446744073709551615\n");
}

static void bounds_are_short(void **state)
{
    static const struct {
        uint64_t millionths;
        const char *text;
    } bounds[] = {
        { 50, "0.00005" },  { 100000, "0.1" },        { 1000000, "1.0" },
        { 1500000, "1.5" }, { 10000000, "10.0" },     { 0, "0.0" },
        { 250000, "0.25" }, { 3600000000, "3600.0" },
    };
    char text[METRICS_BOUND_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        metrics_form_bound(bounds[i].millionths, text);
        assert_string_equal(text, bounds[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_chooses),
        cmocka_unit_test(a_family_has_a_head),
        cmocka_unit_test(values_of_labels_are_escaped),
        cmocka_unit_test(values_have_decimals),
        cmocka_unit_test(bounds_are_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
