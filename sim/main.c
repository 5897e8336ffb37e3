// SPDX-License-Identifier: MIT
/* claude-sim: a simulated Claude upstream.  Command line, certificate, signals. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sim/certificate.h"
#include "sim/sim.h"

struct options {
    const char *host;
    uint64_t port;
    bool tls;
    const char *cert;
    const char *key;
    const char *write_ca;
    uint64_t idle_ms;
};

static const char usage[] =
    "usage: claude-sim [--host ADDRESS] [--port N] [--idle-ms N]\n"
    "                  [--tls [--cert FILE --key FILE | --write-ca FILE]]\n"
    "A simulated Claude upstream; sim/README.md says what it understands.\n";

/* ---- options ------------------------------------------------------------ */

static bool set_option(struct options *options, const char *name,
                       const char *value)
{
    const struct {
        const char *name;
        const char **text;
        uint64_t *number;
        uint64_t max;
    } known[] = {
        { "--host", &options->host, NULL, 0 },
        { "--port", NULL, &options->port, 65535 },
        { "--cert", &options->cert, NULL, 0 },
        { "--key", &options->key, NULL, 0 },
        { "--write-ca", &options->write_ca, NULL, 0 },
        { "--idle-ms", NULL, &options->idle_ms, 86400000 },
    };

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(known[i].name, name) != 0)
            continue;
        if (known[i].number)
            return str_to_u64(str_of(value), known[i].max, known[i].number);
        *known[i].text = value;
        return true;
    }
    return false;
}

static bool parse(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--tls") == 0)
            options->tls = true;
        else if (i + 1 >= argc || !set_option(options, argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    return (options->cert != NULL) == (options->key != NULL) &&
           (options->tls || (!options->cert && !options->write_ca)) &&
           !(options->cert && options->write_ca);
}

/* ---- TLS ---------------------------------------------------------------- */

static bool make_file(char *path)
{
    int fd = mkstemp(path);

    return fd >= 0 && close(fd) == 0;
}

/* A fresh certificate; the key is in a file only until it has been loaded. */
static struct tls *make_own_tls(const char *write_ca, struct err *err)
{
    char key[] = "/tmp/claude-sim-key-XXXXXX";
    char cert[] = "/tmp/claude-sim-cert-XXXXXX";
    const char *cert_file = write_ca ? write_ca : cert;
    struct tls *tls = NULL;

    if (!make_file(key)) {
        err_errno(err, "make a temporary file");
        return NULL;
    }
    if (!make_file(cert))
        err_errno(err, "make a temporary file");
    else if (certificate_write(cert_file, key, err))
        tls = tls_server_new(cert_file, key, err);
    (void)unlink(key);
    (void)unlink(cert);
    return tls;
}

static struct tls *make_tls(const struct options *options, struct err *err)
{
    if (options->cert)
        return tls_server_new(options->cert, options->key, err);
    return make_own_tls(options->write_ca, err);
}

/* ---- running ------------------------------------------------------------ */

static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void announce(const struct options *options, uint16_t port)
{
    bool brackets = strchr(options->host, ':') != NULL;

    (void)printf("claude-sim listening on %s://%s%s%s:%u\n",
                 options->tls ? "https" : "http", brackets ? "[" : "",
                 options->host, brackets ? "]" : "", port);
    (void)fflush(stdout);
}

static void stop(void *arg)
{
    loop_stop(arg);
}

static bool run(const struct options *options, struct loop *loop,
                struct tls *tls, struct err *err)
{
    struct sim_options sim_options = {
        .listen = { .host = options->host, .port = (uint16_t)options->port },
        .tls = tls,
        .idle_timeout_ms = options->idle_ms,
    };
    struct sim *sim = sim_new(loop, &sim_options, err);
    struct loop_signal *term;
    struct loop_signal *interrupt;

    if (!sim)
        return false;
    term = loop_signal_new(loop, SIGTERM, stop, loop);
    interrupt = loop_signal_new(loop, SIGINT, stop, loop);
    announce(options, sim_port(sim));
    loop_run(loop);
    loop_signal_free(term);
    loop_signal_free(interrupt);
    sim_free(sim);
    return true;
}

int main(int argc, char **argv)
{
    struct options options = { .host = "127.0.0.1", .idle_ms = 300000 };
    struct loop *loop;
    struct tls *tls = NULL;
    struct err err;
    bool ok;

    if (!parse(argc, argv, &options)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    raise_limit();
    loop = loop_new();
    if (options.tls)
        tls = make_tls(&options, &err);
    ok = (tls || !options.tls) && run(&options, loop, tls, &err);
    if (!ok)
        (void)fprintf(stderr, "claude-sim: %s\n", err.text);
    loop_free(loop);
    tls_free(tls);
    return ok ? 0 : 1;
}
