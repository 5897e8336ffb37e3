// SPDX-License-Identifier: MIT
/* What GET /metrics says, to the letter. */
#include "admin/metrics.h"

#include "unit.h"

static struct buf written(const struct metrics *metrics)
{
    struct buf out;

    buf_init(&out, METRICS_MAX);
    metrics_write(metrics, &out);
    buf_add(&out, (struct str){ "", 1 });
    return out;
}

#define BUILD "\nclaude_relay_build_info{version=\"" RELAY_VERSION "\"} 1\n"
#define STOPPED                                                                \
    "\nclaude_relay_requests_total{end=\"relay_stopped\",status=\"none\"} 0\n"

static void each_figure_has_its_line(void **state)
{
    static const char *const lines[] = {
        "# HELP claude_relay_build_info The running program; always 1.\n",
        "\n# TYPE claude_relay_build_info gauge\n",
        BUILD,
        "\nclaude_relay_problems 2\n",
        "\nclaude_relay_requests_in_flight 3\n",
        "\n# TYPE claude_relay_requests_total counter\n",
        "\nclaude_relay_requests_total{end=\"complete\",status=\"2xx\"} 4\n",
        STOPPED,
        "\nclaude_relay_attempts_total{result=\"stale\"} 5\n",
        "\nclaude_relay_overloaded_total 13\n",
        "\nclaude_relay_batch_results_total 6\n",
        "\nclaude_relay_tokens_total{kind=\"cache_write_1h\"} 7\n",
        "\nclaude_relay_web_search_requests_total 8\n",
        "\nclaude_relay_cost_dollars_total 12.000034\n",
        "\nclaude_relay_unpriced_total 9\n",
        "\nclaude_relay_bookings_total 10\n",
        "\nclaude_relay_bookings_waiting 11\n",
        "\nclaude_relay_bookings_waiting_seconds 0.045\n",
        "\nclaude_relay_bookings_unsynced_seconds 1.002\n",
        "\nclaude_relay_bookings_lost_total 12\n",
    };
    struct tally tally = {
        .cost_microusd = 12000034, .results = 6, .booked = 10, .unpriced = 9
    };
    const struct metrics metrics = { .problems = 2,
                                     .in_flight = 3,
                                     .tally = &tally,
                                     .bookings = { .waiting = 11,
                                                   .waiting_ms = 45,
                                                   .unsynced_ms = 1002,
                                                   .lost = 12 } };
    struct buf out;

    (void)state;
    tally.requests[RECORD_COMPLETE][2] = 4;
    tally.attempts[RECORD_STALE] = 5;
    tally.overloaded = 13;
    tally.counts[BOOKING_CACHE_WRITE_1H] = 7;
    tally.counts[BOOKING_SEARCHES] = 8;
    out = written(&metrics);
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        unit_assert_part(buf_str(&out).at, lines[i]);
    assert_null(strstr(buf_str(&out).at, "end=\"running\""));
    buf_done(&out);
}

/* The same lines, whatever is counted. */
static void their_number_stays(void **state)
{
    static const struct tally nothing;
    struct buf out = written(&(struct metrics){ .tally = &nothing });
    size_t lines = 0;

    (void)state;
    for (const char *at = buf_str(&out).at; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 2 * 16 + (RECORD_ENDS - 1) * TALLY_CLASSES +
                                RECORD_RESULTS + 5 + 13);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_figure_has_its_line),
        cmocka_unit_test(their_number_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
