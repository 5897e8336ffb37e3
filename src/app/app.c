// SPDX-License-Identifier: MIT
/* The running program. */
#include "app/app.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/worker.h"
#include "base/mem.h"
#include "store/jsonfile.h"

/* Descriptors beside the two of each connection. */
#define SPARE_DESCRIPTORS 256
/* Several files often change together: read the folder once, a moment later. */
#define RELOAD_DELAY_MS 50

struct app {
    const struct config *config;
    struct loop *loop;
    struct loop_signal *terminate;
    struct loop_signal *interrupt;
    struct loop_watch *watch;
    struct loop_timer *reload;
    struct accounts *accounts;
    struct tls *tls;
    struct proxy *proxy;
    struct worker **workers;
    size_t worker_count;
};

/* ---- the data folder ---------------------------------------------------- */

static void reload(void *arg)
{
    struct app *app = arg;
    struct err err;

    if (accounts_load(app->accounts, &err))
        log_line(LOG_INFO, "accounts read: %zu", accounts_count(app->accounts));
    else
        log_line(LOG_ERROR, "accounts not read again: %s", err.text);
}

static void folder_changed(void *arg)
{
    struct app *app = arg;

    loop_timer_set(app->reload, RELOAD_DELAY_MS);
}

static bool open_accounts(struct app *app, struct err *err)
{
    const char *folder = app->config->data_dir.at;

    app->accounts = accounts_new(folder);
    if (!jsonfile_make_folder(folder, err) ||
        !accounts_load(app->accounts, err))
        return err_wrap(err, "DATA_DIR=\"%s\"", folder);
    app->reload = loop_timer_new(app->loop, reload, app);
    app->watch = loop_watch_new(app->loop, folder, folder_changed, app, err);
    return app->watch != NULL;
}

/* ---- the way out -------------------------------------------------------- */

static bool make_proxy(struct app *app, struct err *err)
{
    const struct config *config = app->config;

    if (!config->proxy_enabled)
        return true;
    app->proxy =
        proxy_new(&(struct proxy_parts){ .type = config->proxy_type,
                                         .host = config->proxy_host,
                                         .port = config->proxy_port,
                                         .username = config->proxy_username,
                                         .password = config->proxy_password },
                  err);
    return app->proxy || err_wrap(err, "GLOBAL_PROXY_*");
}

static bool make_tls(struct app *app, struct err *err)
{
    const struct config *config = app->config;

    if (!config->api.tls)
        return true;
    app->tls =
        tls_client_new(config->ca_file.len > 0 ? config->ca_file.at : NULL,
                       err);
    return app->tls != NULL;
}

/* ---- workers ------------------------------------------------------------ */

static size_t count_workers(const struct config *config)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    if (config->workers > 0)
        return config->workers;
    return cpus > 0 ? (size_t)cpus : 1;
}

/* Each connection may need one descriptor to the client and one upstream. */
static void raise_descriptor_limit(const struct config *config)
{
    struct rlimit limit;
    rlim_t need = config->max_connections * 2 + SPARE_DESCRIPTORS;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = need < limit.rlim_max ? need : limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < need)
        log_line(LOG_WARN,
                 "the system allows %llu open files; MAX_CONNECTIONS=%llu "
                 "needs %llu: raise the limit (ulimit -n, LimitNOFILE=)",
                 (unsigned long long)limit.rlim_cur,
                 (unsigned long long)config->max_connections,
                 (unsigned long long)need);
}

static bool add_worker(struct app *app, uint16_t port, bool first,
                       struct err *err)
{
    const struct config *config = app->config;
    size_t count = count_workers(config);
    struct server_options server = {
        .listen = { .host = config->host.at, .port = port, .shared = !first },
        .connections_max = (config->max_connections + count - 1) / count,
    };
    struct relay_options relay = { .config = config,
                                   .accounts = app->accounts,
                                   .tls = app->tls,
                                   .proxy = app->proxy };
    struct worker *worker = worker_new(&server, &relay, err);

    if (!worker)
        return false;
    app->workers[app->worker_count++] = worker;
    return true;
}

static bool add_workers(struct app *app, uint16_t port, struct err *err)
{
    size_t count = count_workers(app->config);

    app->workers = mem_zalloc(count * sizeof(struct worker *));
    if (!add_worker(app, port, true, err))
        return false;
    for (size_t i = 1; i < count; i++) {
        if (!add_worker(app, worker_port(app->workers[0]), false, err))
            return false;
    }
    return true;
}

/* ---- running ------------------------------------------------------------ */

static void stop(void *arg)
{
    struct app *app = arg;

    loop_stop(app->loop);
}

/* The seed's banner, and what to do next. */
static void print_banner(const struct app *app)
{
    const char *host = app->config->host.at;
    bool anywhere = str_eq(app->config->host, STR("0.0.0.0")) ||
                    str_eq(app->config->host, STR("::"));
    const char *local = anywhere ? "127.0.0.1" : host;
    unsigned port = worker_port(app->workers[0]);

    (void)printf("claude-relay %s\n"
                 "  Service address:   http://%s:%u\n"
                 "  Relay endpoint:    http://%s:%u/v1/messages\n"
                 "  OAuth management:  http://%s:%u/oauth/accounts (comes with "
                 "a later version)\n"
                 "claude-relay listening on http://%s:%u\n",
                 RELAY_VERSION, local, port, local, port, local, port, host,
                 port);
    if (accounts_count(app->accounts) == 0)
        (void)printf("Next: add an account in another terminal:\n"
                     "  claude-relay account add main --api-key -\n");
    else
        (void)printf("Next: point Claude Code here:\n"
                     "  export ANTHROPIC_BASE_URL=http://%s:%u "
                     "ANTHROPIC_AUTH_TOKEN=any-text\n",
                     local, port);
    (void)fflush(stdout);
}

static bool prepare(struct app *app, uint16_t port, struct err *err)
{
    app->loop = loop_new();
    app->terminate = loop_signal_new(app->loop, SIGTERM, stop, app);
    app->interrupt = loop_signal_new(app->loop, SIGINT, stop, app);
    (void)signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit(app->config);
    return make_proxy(app, err) && make_tls(app, err) &&
           open_accounts(app, err) && add_workers(app, port, err);
}

static void run(struct app *app)
{
    for (size_t i = 0; i < app->worker_count; i++)
        worker_start(app->workers[i]);
    print_banner(app);
    loop_run(app->loop);
    log_line(LOG_INFO, "stopping");
    for (size_t i = 0; i < app->worker_count; i++)
        worker_stop(app->workers[i]);
}

static void release(struct app *app)
{
    for (size_t i = 0; i < app->worker_count; i++)
        worker_free(app->workers[i]);
    mem_free(app->workers);
    accounts_free(app->accounts);
    tls_free(app->tls);
    proxy_unref(app->proxy);
    loop_watch_free(app->watch);
    loop_timer_free(app->reload);
    loop_signal_free(app->terminate);
    loop_signal_free(app->interrupt);
    loop_free(app->loop);
}

bool app_serve(const struct config *config, uint16_t port, struct err *err)
{
    struct app app = { .config = config };
    bool ok = prepare(&app, port, err);

    if (ok)
        run(&app);
    release(&app);
    return ok;
}
