// SPDX-License-Identifier: MIT
/* The lines of `claude-relay check`. */
#pragma once

#include "base/macros.h"
#include "config/config.h"
#include "http/headers.h"
#include "net/peers.h"

enum check_level { CHECK_OK, CHECK_WARN, CHECK_FAIL };

struct check_report {
    const struct config *config;
    bool failed;
    bool disagrees; /* with the relay that runs: then `proxy test` refuses */
};

/* Print "ok    clock         the same as the upstream's". */
void check_say(struct check_report *report, enum check_level level,
               const char *what, const char *format, ...) PRINTF_LIKE(4, 5);

/* What this machine offers: .env, the data folder and the modes of its files, disk
   space, open files. */
void check_machine(struct check_report *report);

/* Where commands reach the relay. */
void check_control(struct check_report *report);

/* How local clients are told from proxies. */
void check_peers(struct check_report *report, const struct peers *peers);

/* The clock against the `date` of the upstream's answer. */
void check_clock(struct check_report *report, const struct headers *answer,
                 uint64_t now_wall_ms);
