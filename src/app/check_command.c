// SPDX-License-Identifier: MIT
/* `claude-relay check`: the way out and the accounts; the machine itself is in
   check_machine.c. */
#include "app/check_command.h"

#include <string.h>
#include <unistd.h>

#include "account/gateway.h"
#include "app/banner.h"
#include "app/check_report.h"
#include "app/commands.h"
#include "app/folder_look.h"
#include "app/place.h"
#include "app/running.h"
#include "app/self_call.h"
#include "app/trial.h"
#include "base/clock.h"
#include "base/text.h"

/* ---- the way out -------------------------------------------------------- */

/* Whose fault a failed step is. */
static const char *heading(const char *step, bool proxied)
{
    if (strcmp(step, "resolve") == 0)
        return "names";
    if (strcmp(step, "proxy TLS") == 0 || strcmp(step, "authenticate") == 0 ||
        (proxied && strcmp(step, "connect") == 0))
        return "proxy";
    return "upstream";
}

static void say_result(struct check_report *report, const struct proxy *proxy,
                       const struct probe *probe)
{
    struct arena *arena = arena_new();
    const struct probe_result *result = probe_result(probe);
    struct str target = probe_target(probe);
    struct str way = trial_way(arena, proxy);

    if (result->ok)
        check_say(report, CHECK_OK, "upstream",
                  STR_FMT " answers " STR_FMT ", in %llu ms", STR_ARG(target),
                  STR_ARG(way), (unsigned long long)(result->total_us / 1000));
    else
        check_say(report, CHECK_FAIL,
                  heading(result->failed_step, proxy != NULL), "%s; %s",
                  result->err.text,
                  report->disagrees
                      ? "the relay's own settings may lead elsewhere"
                      : "`claude-relay proxy test` shows each step");
    if (result->ok)
        check_clock(report, probe_headers(probe), clock_wall_ms());
    arena_free(arena);
}

static void try_way(struct check_report *report, const struct proxy *proxy)
{
    struct trial trial;
    struct err err;

    if (trial_run(&trial, report->config, NULL, proxy, &err))
        say_result(report, proxy, trial.probe);
    else
        check_say(report, CHECK_FAIL, "TLS", "%s", err.text);
    trial_done(&trial);
}

static void check_way(struct check_report *report)
{
    struct proxy *proxy = NULL;
    struct err err;

    if (!proxy_from_config(report->config, &proxy, &err)) {
        check_say(report, CHECK_FAIL, "proxy", "%s", err.text);
        return;
    }
    try_way(report, proxy);
    proxy_unref(proxy);
}

/* ---- accounts ----------------------------------------------------------- */

/* One that goes elsewhere: is it reached?  False: it was told why not. */
static bool try_its_way(struct check_report *report,
                        const struct account *account,
                        const struct proxy *proxy)
{
    struct trial trial;
    struct err err;
    bool ok = trial_run(&trial, report->config, account,
                        proxy_choose(proxy, NULL, account->proxy), &err);

    if (ok && !probe_result(trial.probe)->ok) {
        err = probe_result(trial.probe)->err;
        ok = false;
    }
    if (!ok)
        check_say(report, CHECK_WARN, "account",
                  "%s: %s; `claude-relay proxy test --account %s` shows each "
                  "step",
                  account->name, err.text, account->name);
    trial_done(&trial);
    return ok;
}

/* What is wrong with the proxy for all was told. */
static bool is_reached(struct check_report *report,
                       const struct account *account)
{
    struct proxy *proxy = NULL;
    struct err ignored;
    bool reached = true;

    if (gateway_is_elsewhere(account) &&
        proxy_from_config(report->config, &proxy, &ignored))
        reached = try_its_way(report, account, proxy);
    proxy_unref(proxy);
    return reached;
}

static void check_account(void *arg, const struct account *account)
{
    struct check_report *report = arg;
    uint64_t now_ms = clock_wall_ms();
    char until[TEXT_TIME_MAX] = "";
    struct err err;

    if (account->expires_at_ms != ACCOUNT_NEVER_EXPIRES)
        text_format_time(account->expires_at_ms, until);
    if (!account_is_usable(account, now_ms, &err))
        check_say(report, CHECK_WARN, "account", "%s: %s", account->name,
                  err.text);
    else if (account_needs_refresh(account, now_ms))
        check_say(report, CHECK_OK, "account",
                  "%s: expired %s, and is refreshed when it is needed",
                  account->name, until);
    else if (is_reached(report, account))
        check_say(report, CHECK_OK, "account", "%s: good%s%s", account->name,
                  until[0] ? " until " : "", until);
}

static void say_none(struct check_report *report)
{
    check_say(report, CHECK_WARN, "accounts",
              "there are none yet; add one with `claude-relay login main`, "
              "or with `claude-relay account add main --api-key -`");
}

/* A complaint of theirs stops nothing, but costs are not what was meant. */
static void check_prices(struct check_report *report, struct price_board *board)
{
    struct prices *prices = price_board_take(board);
    char complaint[PRICE_COMPLAINT_MAX];

    if (price_board_complaint(board, complaint))
        check_say(report, CHECK_FAIL, "prices", "%s", complaint);
    else
        check_say(report, CHECK_OK, "prices", "%s", prices_version(prices));
    prices_unref(prices);
}

static void check_accounts(struct check_report *report)
{
    struct place place;
    struct err err;

    /* Else looking would begin a folder of a relay's there. */
    if (!folder_look(report->config, &err)) {
        say_none(report);
        return;
    }
    if (!place_open(&place, report->config, PLACE_LOOKS, &err)) {
        check_say(report, CHECK_FAIL, "accounts", "%s", err.text);
    } else {
        if (accounts_count(place.accounts) == 0)
            say_none(report);
        accounts_each(place.accounts, check_account, report);
        check_prices(report, place.prices);
    }
    (void)place_close(&place, 0);
}

/* ---- a relay that runs here --------------------------------------------- */

static void check_running(struct check_report *report)
{
    struct json_doc *running = running_find(report->config);
    struct str host = report->config->host;
    uint64_t port = 0;
    struct err err;

    (void)json_doc_get_str(running, "host", &host);
    if (!banner_host_is_usable(host.at))
        check_say(report, CHECK_FAIL, "address",
                  "HOST is %s: " BANNER_USELESS_HOST, host.at);
    (void)json_doc_get_u64(running, "port", &port);
    if (!running)
        check_say(report, CHECK_OK, "relay", "none is running on this folder");
    else if (running_agrees(report->config, &err))
        check_say(report, CHECK_OK, "relay",
                  "running on port %u, with the same settings", (unsigned)port);
    else {
        report->disagrees = true;
        check_say(report, CHECK_FAIL, "relay", "%s", err.text);
    }
    json_doc_free(running);
}

/* For that it would refuse to start. */
static void check_circle(struct check_report *report)
{
    const struct config *config = report->config;
    struct err err;

    if (!self_call_check(config, (uint16_t)config->port, &err))
        check_say(report, CHECK_FAIL, "address", "%s", err.text);
}

static void check_other_ends(struct check_report *report)
{
    struct peers *peers = peers_new(NULL);

    check_peers(report, peers);
    peers_free(peers);
}

int check_command_run(int argc, char **argv, const struct config *config)
{
    struct check_report report = { .config = config };

    if (argc > 0)
        return commands_usage_error("unknown argument", argv[0]);
    check_machine(&report);
    check_running(&report);
    check_circle(&report);
    check_control(&report);
    check_other_ends(&report);
    check_way(&report);
    /* Opening the folder would make it. */
    if (access(config->data_dir.at, F_OK) == 0)
        check_accounts(&report);
    else
        say_none(&report);
    return report.failed ? 1 : 0;
}
