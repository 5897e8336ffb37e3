// SPDX-License-Identifier: MIT
/* claude-bench: load for one target, and what it felt like from outside.  Looks at
   nothing of the target itself. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "bench/load.h"
#include "bench/report.h"

#define REPORT_MAX 65536

static bool bench(const struct options *options, struct arena *arena,
                  struct err *err)
{
    struct tally tally = { 0 };
    struct target target;
    struct load load;
    struct buf report;
    bool ok = target_init(&target, options, arena, err) &&
              load_run(&load, options, &target, &tally, err);

    buf_init(&report, REPORT_MAX);
    if (ok) {
        report_write(&load, &tally, &report);
        (void)fwrite(buf_str(&report).at, 1, report.len, stdout);
    }
    buf_done(&report);
    tally_done(&tally);
    target_done(&target);
    return ok;
}

int main(int argc, char **argv)
{
    struct options options;
    struct arena *arena;
    struct err err;
    bool ok;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        options_print_usage(stdout);
        return 0;
    }
    if (!options_parse(argc, argv, &options)) {
        (void)fputs("claude-bench --help lists the options\n", stderr);
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    /* Requests are due to the microsecond. */
    (void)prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    arena = arena_new();
    ok = bench(&options, arena, &err);
    arena_free(arena);
    if (!ok)
        (void)fprintf(stderr, "claude-bench: %s\n", err.text);
    return ok ? 0 : 1;
}
