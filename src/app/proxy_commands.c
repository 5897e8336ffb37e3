// SPDX-License-Identifier: MIT
/* `claude-relay proxy test`: the way out that a request would take, step by step. */
#include "app/proxy_commands.h"

#include <stdio.h>
#include <string.h>

#include "app/invocation.h"
#include "app/place.h"
#include "app/terminal.h"
#include "app/trial.h"
#include "base/mem.h"
#include "base/shown.h"
#include "upstream/proxy_url.h"

static int usage(const char *problem)
{
    (void)fprintf(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, STR(PROXY_COMMANDS_USAGE));
    (void)fprintf(
        stderr,
        "URL is socks5://, socks5h://, http:// or https:// and "
        "[USER:PASSWORD@]HOST:PORT.\n"
        "Others on this machine can see a URL on the command line: with --url "
        "- it is\nasked for, or read from standard input.\n");
    return 2;
}

/* ---- whose proxy -------------------------------------------------------- */

static bool of_account(const struct config *config, const char *name,
                       struct proxy **proxy, struct err *err)
{
    struct place place;
    struct account *account = NULL;
    char value[SHOWN_MAX];
    bool ok = place_open(&place, config, err);

    if (ok)
        account = accounts_get(place.accounts, str_of(name));
    if (account)
        *proxy = proxy_ref(account->proxy);
    else if (ok)
        ok = err_set(err, ERR_NOT_FOUND,
                     "there is no account \"%s\"; `claude-relay account list` "
                     "shows those there are",
                     shown(str_of(name), value));
    account_unref(account);
    (void)place_close(&place, 0);
    return ok;
}

static bool of_url(const char *url, struct proxy **proxy, struct err *err)
{
    char line[TERMINAL_LINE_MAX] = "";
    struct str text = str_of(url);
    bool ok = true;

    if (strcmp(url, "-") == 0)
        ok = terminal_ask("proxy URL (not shown): ", true, line, &text) ||
             err_set(
                 err, ERR_CONFIG,
                 "no URL was entered: type it, or pipe it into standard input");
    if (ok)
        *proxy = proxy_url_parse(text, err);
    mem_wipe(line, sizeof(line));
    return *proxy != NULL;
}

/* ---- the result --------------------------------------------------------- */

static void print_steps(const struct probe_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct probe_step *step = &result->steps[i];

        (void)printf("  %-13s %8.1f ms  %s%s\n", step->name,
                     (double)step->us / 1000, step->ok ? "ok" : "failed: ",
                     step->ok ? "" : result->err.text);
    }
    if (result->ok)
        (void)printf("Reached: HTTP %u after %.1f ms.\n", result->status,
                     (double)result->total_us / 1000);
    else
        (void)printf("Not reached: the step \"%s\" failed.\n",
                     result->failed_step);
}

static int test_way(const struct config *config, const struct proxy *proxy)
{
    struct arena *arena = arena_new();
    struct str way = trial_way(arena, proxy);
    struct trial trial;
    struct err err;
    int status;

    (void)printf("To " STR_FMT ":%u " STR_FMT ":\n", STR_ARG(config->api.host),
                 config->api.port, STR_ARG(way));
    (void)fflush(stdout);
    if (trial_run(&trial, config, proxy, &err)) {
        const struct probe_result *result = probe_result(trial.probe);

        print_steps(result);
        status = result->ok ? 0 : 1;
    } else {
        status = terminal_fail(&err);
    }
    trial_done(&trial);
    arena_free(arena);
    return status;
}

/* ---- choosing ----------------------------------------------------------- */

struct request {
    const char *account; /* NULL: not given */
    const char *url;
};

/* What the relay would choose. */
static int test_chosen(const struct config *config,
                       const struct request *request, struct proxy *global)
{
    struct proxy *own = NULL;
    struct err err;
    int status;

    if ((request->account &&
         !of_account(config, request->account, &own, &err)) ||
        (request->url && !of_url(request->url, &own, &err)))
        return terminal_fail(&err);
    if (global && (request->account || request->url))
        (void)printf("GLOBAL_PROXY_ENABLED is true: everything takes the "
                     "global proxy.\n");
    else if (request->account && !own)
        (void)printf("The account has no proxy of its own.\n");
    status = test_way(config, proxy_choose(global, own, NULL));
    proxy_unref(own);
    return status;
}

static int test(const struct config *config, const struct request *request)
{
    struct proxy *global = NULL;
    struct err err;
    int status;

    if (!proxy_from_config(config, &global, &err))
        return terminal_fail(&err);
    status = test_chosen(config, request, global);
    proxy_unref(global);
    return status;
}

int proxy_commands_run(int argc, char **argv, const struct config *config)
{
    struct request request = { .account = NULL };

    if (argc < 1 || strcmp(argv[0], "test") != 0)
        return usage("proxy needs test");
    if (argc == 3 && strcmp(argv[1], "--account") == 0)
        request.account = argv[2];
    else if (argc == 3 && strcmp(argv[1], "--url") == 0)
        request.url = argv[2];
    else if (argc != 1)
        return usage("proxy test takes --account NAME or --url URL");
    return test(config, &request);
}
