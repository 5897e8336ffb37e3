// SPDX-License-Identifier: MIT
/* `claude-relay proxy test`: the way out that a request would take, step by step. */
#include "app/proxy_commands.h"

#include <stdio.h>
#include <string.h>

#include "account/account.h"
#include "app/folder_look.h"
#include "app/gateway_arguments.h"
#include "app/invocation.h"
#include "app/remote.h"
#include "app/terminal.h"
#include "app/way_print.h"
#include "upstream/proxy_url.h"

#define PATH_LEN_MAX 1024

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

/* ---- what to test ------------------------------------------------------- */

struct request {
    const char *account; /* NULL: not given */
    const char *url;
};

static struct proxy *proxy_of(const char *url, struct err *err)
{
    return strcmp(url, "-") == 0 ? gateway_arguments_ask_proxy(err)
                                 : proxy_url_parse(str_of(url), err);
}

/* ---- the result --------------------------------------------------------- */

/* Why it is not the way that was asked for. */
static void print_route(const struct json_doc *report,
                        const struct request *request)
{
    struct str route = STR_EMPTY;

    (void)json_doc_get_str(report, "route", &route);
    if (str_eq(route, STR("global")) && (request->account || request->url))
        (void)printf("GLOBAL_PROXY_ENABLED is true: everything takes the "
                     "global proxy.\n");
    if (str_eq(route, STR("direct")) && request->account)
        (void)printf("The account has no proxy of its own.\n");
}

static int print_report(const struct json_doc *report,
                        const struct request *request)
{
    struct str failed = STR_EMPTY;
    uint64_t status = 0;
    uint64_t total_ms = 0;

    print_route(report, request);
    way_print(report);
    (void)json_doc_get_u64(report, "total_ms", &total_ms);
    if (json_doc_get_u64(report, "status", &status)) {
        (void)printf("Reached: HTTP %u after %llu ms.\n", (unsigned)status,
                     (unsigned long long)total_ms);
        return 0;
    }
    (void)json_doc_get_str(report, "failed_step", &failed);
    (void)printf("Not reached: the step \"" STR_FMT "\" failed.\n",
                 STR_ARG(failed));
    return 1;
}

/* ---- asking ------------------------------------------------------------- */

static void write_path(struct buf *path, const struct request *request)
{
    if (!request->account) {
        buf_add(path, STR("/admin/api/proxy-test"));
        return;
    }
    remote_path(path, "/oauth/accounts/", str_of(request->account));
    buf_add(path, STR("/proxy-test"));
}

/* What is no name is sent nowhere: it may be a secret. */
static bool call_test(struct remote *remote, const struct request *request,
                      struct remote_call *call, struct err *err)
{
    struct str account =
        request->account ? str_of(request->account) : STR_EMPTY;
    struct buf path;
    bool ok;

    if (request->account && !account_name_is_valid(account))
        return account_missing(account, ERR_NOT_FOUND, err);
    buf_init(&path, PATH_LEN_MAX);
    write_path(&path, request);
    call->path = buf_str(&path);
    ok = remote_call(remote, call, err);
    buf_done(&path);
    if (!ok && request->account && call->status == 404)
        return account_missing(account, ERR_NOT_FOUND, err);
    return ok;
}

static int test_over(struct remote *remote, const struct request *request,
                     const struct json_doc *body)
{
    struct remote_call call = { .method = "POST", .body = body };
    struct err err;
    int status;

    if (call_test(remote, request, &call, &err))
        status = print_report(call.answer, request);
    else
        status = terminal_fail(&err);
    json_doc_free(call.answer);
    return status;
}

static int test(const struct config *config, const struct request *request,
                const struct json_doc *body)
{
    struct err err;
    struct remote *remote;

    if (request->account && !folder_look(config, &err))
        return terminal_fail(&err);
    remote = remote_open(config, &err);
    if (!remote)
        return terminal_fail(&err);
    remote_say_where(remote);
    return remote_close(remote, test_over(remote, request, body));
}

static int test_asked(const struct config *config,
                      const struct request *request)
{
    struct json_doc *body = json_doc_new_object();
    struct proxy *proxy = NULL;
    struct err err;
    int status;

    if (request->url)
        proxy = proxy_of(request->url, &err);
    if (proxy)
        json_doc_set(body, "proxy_config", proxy_to_config(proxy));
    status = request->url && !proxy ? terminal_fail(&err)
                                    : test(config, request, body);
    proxy_unref(proxy);
    json_doc_free(body);
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
    return test_asked(config, &request);
}
