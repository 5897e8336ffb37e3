// SPDX-License-Identifier: MIT
/* What GET /metrics says, to the letter. */
#include "admin/metrics.h"

#include <string.h>

#include "unit.h"

#define ALL (1u << 20)

static struct buf written(const struct metrics *metrics, enum metrics_form form)
{
    struct metrics_writing writing = { .metrics = metrics, .form = form };
    struct buf out;

    buf_init(&out, ALL);
    assert_false(metrics_write(&writing, &out, ALL));
    buf_add(&out, (struct str){ "", 1 });
    return out;
}

static void assert_lines(const struct metrics *metrics,
                         const char *const *lines, size_t count)
{
    struct buf out = written(metrics, METRICS_TEXT);

    for (size_t i = 0; i < count; i++)
        unit_assert_part(buf_str(&out).at, lines[i]);
    buf_done(&out);
}

#define ASSERT_LINES(metrics, lines)                                           \
    assert_lines(metrics, lines, COUNT_OF(lines))

#define BUILD "\nclaude_relay_build_info{version=\"" RELAY_VERSION "\"} 1\n"
#define STOPPED                                                                \
    "\nclaude_relay_requests_total{end=\"relay_stopped\",status=\"none\"} 0\n"

#define REFUSED                                                                \
    "\nclaude_relay_limits_refused_total{limit=\"cost_day\",scope=\"group\"} 15\n"

static const struct tally counted = { .cost_microusd = 12000034,
                                      .results = 6,
                                      .booked = 10,
                                      .unpriced = 9,
                                      .overloaded = 13,
                                      .requests[RECORD_COMPLETE][2] = 4,
                                      .attempts[RECORD_STALE] = 5,
                                      .counts[BOOKING_CACHE_WRITE_1H] = 7,
                                      .counts[BOOKING_SEARCHES] = 8 };

static void each_figure_has_its_line(void **state)
{
    static const char *const lines[] = {
        "# HELP claude_relay_build_info The running program; always 1.\n",
        "\n# TYPE claude_relay_build_info gauge\n",
        BUILD,
        "\nclaude_relay_problems 2\n",
        "\nclaude_relay_requests_in_flight 3\n",
        "\nclaude_relay_streams_open 14\n",
        "\n# TYPE claude_relay_requests_total counter\n",
        "\nclaude_relay_requests_total{end=\"complete\",status=\"2xx\"} 4\n",
        STOPPED,
        "\nclaude_relay_attempts_total{result=\"stale\"} 5\n",
        "\nclaude_relay_overloaded_total 13\n",
        REFUSED,
        "\nclaude_relay_batch_results_total 6\n",
        "\nclaude_relay_tokens_total{kind=\"cache_write_1h\"} 7\n",
        "\nclaude_relay_web_search_requests_total 8\n",
        "\nclaude_relay_cost_dollars_total 12.000034\n",
        "\nclaude_relay_unpriced_total 9\n",
        "\nclaude_relay_keys 16\n",
        "\nclaude_relay_wrong_credentials_total 34\n",
        "\nclaude_relay_accounts{state=\"unusable\"} 17\n",
        "\nclaude_relay_token_refreshes_total{result=\"refused\"} 18\n",
        "\nclaude_relay_bookings_total 10\n",
        "\nclaude_relay_bookings_waiting 11\n",
        "\nclaude_relay_bookings_waiting_seconds 0.045\n",
        "\nclaude_relay_bookings_unsynced_seconds 1.002\n",
        "\nclaude_relay_bookings_lost_total 12\n",
        "\nclaude_relay_store_jobs_waiting{store=\"documents\"} 19\n",
        "\nclaude_relay_store_oldest_job_seconds{store=\"records\"} 0.020\n",
        "\nclaude_relay_store_failing{store=\"records\"} 1\n",
        "\nclaude_relay_audit_entries_lost_total 21\n",
        "\nclaude_relay_log_lines_lost_total 22\n",
        "\nclaude_relay_connections 23\n",
        "\nclaude_relay_connections_max 24\n",
        "\nclaude_relay_connections_accepted_total 25\n",
        "\nclaude_relay_connections_refused_total 26\n",
        "\nprocess_cpu_seconds_total 0.000027\n",
        "\nprocess_resident_memory_bytes 28\n",
        "\nprocess_virtual_memory_bytes 29\n",
        "\nprocess_threads 30\n",
        "\nprocess_open_fds 31\n",
        "\nprocess_max_fds 32\n",
        "\nprocess_start_time_seconds 1.033\n",
    };
    const struct metrics metrics = {
        .problems = 2,
        .in_flight = 3,
        .tally = &counted,
        .share = { .streams = 14,
                   .refused[LIMIT_COST_DAY][TALLY_OF_GROUP] = 15 },
        .keys = 16,
        .wrong_credentials = 34,
        .in_state = { [HEALTH_STATES] = 17 },
        .refreshes = { [KEEPER_REFRESH_REFUSED] = 18 },
        .bookings = { .waiting = 11,
                      .waiting_ms = 45,
                      .unsynced_ms = 1002,
                      .lost = 12 },
        .stores = { { .waiting = 19 }, { .oldest_ms = 20, .failing = true } },
        .audit_lost = 21,
        .log_lines_lost = 22,
        .connections = 23,
        .connections_max = 24,
        .connections_accepted = 25,
        .connections_refused = 26,
        .process = { 27, 28, 29, 30, 31, 32 },
        .started_wall_ms = 1033,
    };

    (void)state;
    ASSERT_LINES(&metrics, lines);
}

static const struct tally nothing;

#define BUCKET "\nclaude_relay_added_seconds_bucket{stream=\"true\",le="

static void a_bucket_holds_what_those_below_it_do(void **state)
{
    static const char *const lines[] = {
        "\n# TYPE claude_relay_added_seconds histogram\n",
        BUCKET "\"0.00005\"} 1\n",
        BUCKET "\"0.0001\"} 3\n",
        BUCKET "\"0.00025\"} 3\n",
        BUCKET "\"120.0\"} 3\n",
        BUCKET "\"+Inf\"} 4\n",
        "\nclaude_relay_added_seconds_sum{stream=\"true\"} 130.000005\n",
        "\nclaude_relay_added_seconds_count{stream=\"true\"} 4\n",
        "\nclaude_relay_added_seconds_count{stream=\"false\"} 0\n",
    };
    struct metrics metrics = { .tally = &nothing };
    struct tally_histogram *added = &metrics.share.times[TALLY_ADDED][1];

    (void)state;
    added->buckets[0] = 1;
    added->buckets[1] = 2;
    added->buckets[TALLY_BOUNDS] = 1;
    added->sum_us = 130000005;
    ASSERT_LINES(&metrics, lines);
}

/* ---- keys, models, accounts ---------------------------------------------- */

#define EVIL "\"><img src=x onerror=alert(1)>\n"
#define EVIL_SAID "\\\"><img src=x onerror=alert(1)>\\n"
#define KEY_LINE "\nclaude_relay_key_"
#define ACCOUNT_LINE "\nclaude_relay_account_"

#define GROUP_LIMIT                                                            \
    "\nclaude_relay_group_limit_used_ratio{group=\"students\","                \
    "limit=\"rpm\"} 1.500000\n"

static void each_key_has_its_lines_whatever_it_is_called(void **state)
{
    static const char *const lines[] = {
        KEY_LINE "requests_total{key=\"" EVIL_SAID "\"} 3\n",
        KEY_LINE "requests_total{key=\"other\"} 4\n",
        KEY_LINE "requests_total{key=\"none\"} 5\n",
        KEY_LINE "failed_requests_total{key=\"" EVIL_SAID "\"} 1\n",
        KEY_LINE "tokens_total{key=\"" EVIL_SAID "\",kind=\"output\"} 6\n",
        KEY_LINE "cost_dollars_total{key=\"" EVIL_SAID "\"} 0.000007\n",
        KEY_LINE "limit_used_ratio{key=\"" EVIL_SAID
                 "\",limit=\"cost_day\"} 0.950000\n",
        GROUP_LIMIT,
    };
    struct breakdown_row row = { .name = EVIL,
                                 .sums = {
                                     .requests = 3,
                                     .failed = 1,
                                     .counts = { [BOOKING_TOKENS_OUT] = 6 },
                                     .cost_microusd = 7 } };
    struct metrics_limits limits[] = { { .name = EVIL },
                                       { .name = "students" } };
    struct metrics metrics = {
        .tally = &nothing,
        .by = { [BREAKDOWN_KEY] = { &row,
                                    1,
                                    { .requests = 5 },
                                    { .requests = 4 } } },
        .limits = limits,
        .limits_of_keys = 1,
        .limits_of_groups = 1
    };

    (void)state;
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        limits[0].used_ppm[i] = METRICS_NO_LIMIT;
        limits[1].used_ppm[i] = METRICS_NO_LIMIT;
    }
    limits[0].used_ppm[LIMIT_COST_DAY] = 950000;
    limits[1].used_ppm[LIMIT_RPM] = 1500000;
    ASSERT_LINES(&metrics, lines);
}

static void each_account_has_one_state(void **state)
{
    static const char *const lines[] = {
        ACCOUNT_LINE "info{account=\"main\",kind=\"oauth\"} 1\n",
        ACCOUNT_LINE "state{account=\"main\",state=\"ready\"} 0\n",
        ACCOUNT_LINE "state{account=\"main\",state=\"paused\"} 1\n",
        ACCOUNT_LINE "state{account=\"main\",state=\"unusable\"} 0\n",
        ACCOUNT_LINE "requests_in_flight{account=\"main\"} 2\n",
        ACCOUNT_LINE "unsaved_tokens{account=\"main\"} 1\n",
        ACCOUNT_LINE
        "token_expires_timestamp_seconds{account=\"main\"} 1000.000\n",
        ACCOUNT_LINE
        "window_used_ratio{account=\"main\",window=\"5h\"} 0.250000\n",
        ACCOUNT_LINE "window_resets_timestamp_seconds{account=\"main\",window="
                     "\"5h\"} 2.000\n",
        ACCOUNT_LINE "window_runs_out_timestamp_seconds{account=\"main\","
                     "window=\"5h\"} 1.500\n",
        ACCOUNT_LINE "attempts_total{account=\"main\",result=\"lost\"} 3\n",
        "\n# TYPE claude_relay_account_first_byte_seconds summary\n",
        ACCOUNT_LINE "first_byte_seconds_sum{account=\"main\"} 0.000009\n",
        ACCOUNT_LINE "first_byte_seconds_count{account=\"main\"} 4\n",
    };
    struct breakdown_row row = {
        .name = "main",
        .sums = { .attempts = { [RECORD_LOST] = 3 },
                  .answers = 4,
                  .first_byte_us = 9 },
    };
    struct metrics_account account = {
        .name = "main",
        .kind = "oauth",
        .state = HEALTH_PAUSED,
        .in_flight = 2,
        .unsaved = true,
        .expires_ms = 1000000,
        .windows = { { "5h", 250000, 2000, 1500 }, { "7d", -1, 0, 0 } },
        .window_count = 2,
    };
    struct metrics metrics = { .tally = &nothing,
                               .by = { [BREAKDOWN_ACCOUNT] = { .rows = &row,
                                                               .count = 1 } },
                               .accounts = &account,
                               .account_count = 1 };
    struct buf out;

    (void)state;
    ASSERT_LINES(&metrics, lines);
    out = written(&metrics, METRICS_TEXT);
    assert_null(strstr(buf_str(&out).at, "window=\"7d\""));
    buf_done(&out);
}

/* ---- all of it ----------------------------------------------------------- */

static size_t lines_in(const struct buf *out)
{
    size_t lines = 0;

    for (const char *at = buf_str(out).at; *at; at++)
        lines += *at == '\n';
    return lines;
}

/* The same lines, whatever is counted. */
static void their_number_stays(void **state)
{
    struct tally much = { .results = 0 };
    struct buf none =
        written(&(struct metrics){ .tally = &nothing }, METRICS_TEXT);
    struct buf some;

    (void)state;
    memset(&much, 0x11, sizeof(much));
    some = written(&(struct metrics){ .tally = &much, .problems = 7 },
                   METRICS_TEXT);
    assert_int_equal(lines_in(&none), lines_in(&some));
    assert_null(strstr(buf_str(&none).at, "end=\"running\""));
    buf_done(&none);
    buf_done(&some);
}

/* However small, parts come to the same; each is little more than it was to be. */
static void parts_are_all_of_it(void **state)
{
    const struct metrics metrics = { .tally = &nothing };

    (void)state;
    for (int form = METRICS_TEXT; form <= METRICS_OPEN; form++) {
        struct metrics_writing writing = { .metrics = &metrics,
                                           .form = (enum metrics_form)form };
        struct buf whole = written(&metrics, (enum metrics_form)form);
        struct buf parts;
        bool more = true;

        buf_init(&parts, ALL);
        while (more) {
            size_t before = parts.len;

            more = metrics_write(&writing, &parts, parts.len + 100);
            assert_true(parts.len - before <= 100 + METRICS_MORE_MAX);
        }
        assert_false(metrics_write(&writing, &parts, ALL));
        assert_int_equal(parts.len + 1, whole.len);
        assert_memory_equal(buf_str(&parts).at, buf_str(&whole).at, parts.len);
        buf_done(&whole);
        buf_done(&parts);
    }
}

/* Rules of OpenMetrics that its readers insist on. */
static void the_open_form_ends_with_its_mark(void **state)
{
    struct buf out =
        written(&(struct metrics){ .tally = &nothing }, METRICS_OPEN);
    const char *text = buf_str(&out).at;

    (void)state;
    assert_null(strstr(text, "_total counter\n"));
    unit_assert_part(text, "\n# TYPE claude_relay_requests counter\n");
    unit_assert_part(text, "# TYPE claude_relay_build info\n");
    unit_assert_part(text, "\n# UNIT process_cpu_seconds seconds\n");
    assert_string_equal(text + strlen(text) - 7, "\n# EOF\n");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_figure_has_its_line),
        cmocka_unit_test(a_bucket_holds_what_those_below_it_do),
        cmocka_unit_test(each_key_has_its_lines_whatever_it_is_called),
        cmocka_unit_test(each_account_has_one_state),
        cmocka_unit_test(their_number_stays),
        cmocka_unit_test(parts_are_all_of_it),
        cmocka_unit_test(the_open_form_ends_with_its_mark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
