// SPDX-License-Identifier: MIT
/* What was measured, as one line of JSON. */
#include "bench/report.h"

#include "base/text.h"

static void add_number(struct buf *out, const char *name, uint64_t value)
{
    buf_printf(out, "\"%s\":%llu,", name, (unsigned long long)value);
}

static void add_percentiles(struct buf *out, const char *name,
                            struct samples *samples)
{
    samples_sort(samples);
    buf_printf(out,
               "\"%s\":{\"count\":%zu,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,"
               "\"max\":%.1f},",
               name, samples->count,
               (double)samples_percentile(samples, 50) / 1e3,
               (double)samples_percentile(samples, 90) / 1e3,
               (double)samples_percentile(samples, 99) / 1e3,
               (double)samples_percentile(samples, 100) / 1e3);
}

void report_write(const struct load *load, struct tally *tally, struct buf *out)
{
    /* Nothing was measured if too much broke before. */
    double seconds = tally->start_ns > 0
                         ? (double)(tally->end_ns - tally->start_ns) / 1e9
                         : 0;

    buf_add(out, STR("{"));
    add_number(out, "requests", tally->requests);
    add_number(out, "left", tally->left);
    add_number(out, "abandoned", tally->abandoned);
    add_number(out, "events", tally->events);
    add_number(out, "broken", tally->broken);
    add_number(out, "lost", tally->lost);
    add_number(out, "started", load->clients.started);
    add_number(out, "open_at_start", load->open_at_start);
    add_number(out, "open_at_end", load->open_at_end);
    add_percentiles(out, "latency_us", &tally->latency_ns);
    add_percentiles(out, "first_us", &tally->first_ns);
    add_percentiles(out, "delay_us", &tally->delay_ns);
    buf_printf(out, "\"seconds\":%.6f,\"cpu_share\":%.3f,\"fault\":\"", seconds,
               load->cpu_share);
    text_json_escape(out, str_of(tally->fault));
    buf_add(out, STR("\"}\n"));
}
