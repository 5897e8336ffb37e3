// SPDX-License-Identifier: MIT
/* What claude-bench is told on its command line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct options {
    const char *url;
    const char *ca;
    const char *key;
    uint64_t sessions;
    uint64_t connections;
    uint64_t open_rate;
    uint64_t rate;
    bool once;
    bool stream;
    uint64_t body;
    uint64_t events;
    uint64_t event_size;
    uint64_t gap_ms;
    uint64_t leave_percent;
    uint64_t read_rate;
    uint64_t warm_ms;
    uint64_t measure_ms;
    uint64_t drain_ms;
};

/* False, after a line on standard error, if something is unknown, incomplete or out
   of bounds.  Texts are borrowed from `argv`. */
bool options_parse(int argc, char **argv, struct options *options);
void options_print_usage(FILE *out);
