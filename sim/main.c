// SPDX-License-Identifier: MIT
/* claude-sim: command line and life.  See README.md. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "certificate.h"
#include "sim.h"

#define CONNECTIONS_MAX 200000

struct flags {
    const char *host;
    const char *port;
    const char *cert;
    const char *key;
    const char *write_ca;
    bool tls;
};

static bool parse(int argc, char **argv, struct flags *flags)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = { { "--host", &flags->host },
                  { "--port", &flags->port },
                  { "--cert", &flags->cert },
                  { "--key", &flags->key },
                  { "--write-ca", &flags->write_ca } };

    for (int i = 1; i < argc; i++) {
        bool found = strcmp(argv[i], "--tls") == 0;

        flags->tls |= found;
        for (size_t k = 0; !found && k < COUNT_OF(known); k++) {
            found = strcmp(argv[i], known[k].name) == 0 && i + 1 < argc;
            if (found)
                *known[k].value = argv[++i];
        }
        if (!found)
            return false;
    }
    return (flags->cert == NULL) == (flags->key == NULL);
}

/* A key that nobody else reads, gone once it is loaded. */
static struct tls *make_tls(const struct flags *flags, struct err *err)
{
    char key[] = "/tmp/claude-sim-key-XXXXXX";
    char cert[] = "/tmp/claude-sim-cert-XXXXXX";
    struct tls *tls = NULL;

    if (flags->cert)
        return tls_server_new(flags->cert, flags->key, err);
    (void)close(mkstemp(key));
    (void)close(mkstemp(cert));
    if (certificate_write(flags->write_ca ? flags->write_ca : cert, key, err))
        tls = tls_server_new(flags->write_ca ? flags->write_ca : cert, key,
                             err);
    (void)unlink(key);
    (void)unlink(cert);
    return tls;
}

static void stop(void *arg)
{
    struct sim *sim = arg;

    server_free(sim->server);
    sim->server = NULL;
    loop_stop(sim->loop);
}

static bool listen_on(struct sim *sim, const struct flags *flags,
                      struct tls *tls, struct err *err)
{
    uint64_t port = 0;
    struct server_options options = {
        .listen = { .host = flags->host },
        .tls = tls,
        .connections_max = CONNECTIONS_MAX,
        /* Longer than the relay keeps idle connections. */
        .idle_timeout_ms = 300000,
        .body_grace_ms = 60000,
    };

    if (!str_to_u64(str_of(flags->port), 65535, &port))
        return err_set(err, ERR_CONFIG, "--port must be 0 to 65535");
    options.listen.port = (uint16_t)port;
    sim->server = server_new(sim->loop, &options, sim_handle, sim, err);
    if (!sim->server)
        return false;
    (void)snprintf(sim->url, sizeof(sim->url), "%s://%s:%u",
                   flags->tls ? "https" : "http", flags->host,
                   server_port(sim->server));
    return true;
}

static void run(struct sim *sim)
{
    struct loop_signal *term = loop_signal_new(sim->loop, SIGTERM, stop, sim);
    struct loop_signal *intr = loop_signal_new(sim->loop, SIGINT, stop, sim);

    (void)printf("claude-sim listening on %s\n", sim->url);
    (void)fflush(stdout);
    loop_run(sim->loop);
    loop_signal_free(term);
    loop_signal_free(intr);
}

static void init(struct sim *sim)
{
    sim->loop = loop_new();
    sim->ledger = ledger_new();
    sim->tokens = mem_zalloc(sizeof(struct sim_token) * SIM_TOKENS_MAX);
    sim->files = mem_zalloc(sizeof(struct sim_object) * SIM_OBJECTS_MAX);
    sim->batches = mem_zalloc(sizeof(struct sim_object) * SIM_OBJECTS_MAX);
}

static void done(struct sim *sim)
{
    server_free(sim->server);
    loop_free(sim->loop);
    ledger_free(sim->ledger);
    for (size_t i = 0; i < sim->file_count; i++)
        mem_free(sim->files[i].content);
    for (size_t i = 0; i < sim->fault_count; i++)
        json_doc_free(sim->faults[i].doc);
    mem_free(sim->tokens);
    mem_free(sim->files);
    mem_free(sim->batches);
}

static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    struct flags flags = { .host = "127.0.0.1", .port = "0" };
    struct sim sim = { 0 };
    struct tls *tls = NULL;
    struct err err;
    bool ok;

    if (!parse(argc, argv, &flags)) {
        (void)fprintf(stderr,
                      "usage: claude-sim [--host ADDRESS] [--port N] [--tls "
                      "[--cert FILE --key FILE | --write-ca FILE]]\n");
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    raise_limit();
    init(&sim);
    tls = flags.tls ? make_tls(&flags, &err) : NULL;
    ok = (tls || !flags.tls) && listen_on(&sim, &flags, tls, &err);
    if (ok)
        run(&sim);
    else
        (void)fprintf(stderr, "claude-sim: %s\n", err.text);
    done(&sim);
    tls_free(tls);
    return ok ? 0 : 1;
}
