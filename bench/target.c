// SPDX-License-Identifier: MIT
/* Where the load goes, and the request. */
#include "bench/target.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <string.h>

#include "base/url.h"

#define REQUEST_MAX (64u * 1024 * 1024)
#define SLOW_RECEIVE_BUFFER 65536
#define USER STR("\"messages\":[{\"role\":\"user\",\"content\":\"")
#define USER_END STR("\"}]}")

/* ---- where -------------------------------------------------------------- */

static bool set_address(struct wire_target *wire, const struct url *url,
                        struct err *err)
{
    struct sockaddr_in *address = (void *)&wire->address;

    address->sin_family = AF_INET;
    address->sin_port = htons(url->port);
    wire->address_len = sizeof(*address);
    return inet_pton(AF_INET, url->host.at, &address->sin_addr) == 1 ||
           err_set(err, ERR_CONFIG, "--url needs a numeric IPv4 address");
}

static bool set_tls(struct wire_target *wire, const char *ca, struct err *err)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

    wire->tls = tls;
    if (!tls)
        return err_set(err, ERR_TLS, "make a TLS context");
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    (void)SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                    SSL_MODE_RELEASE_BUFFERS);
    return !ca || SSL_CTX_load_verify_file(tls, ca) == 1 ||
           err_set(err, ERR_TLS, "load the certificates of %s", ca);
}

/* ---- what --------------------------------------------------------------- */

/* Exactly as long as the options say. */
static void write_body(struct buf *out, const struct options *options)
{
    struct buf body;

    buf_init(&body, REQUEST_MAX);
    buf_printf(&body,
               "{\"model\":\"" FORM_MODEL "\",\"max_tokens\":1024,"
               "\"stream\":%s,",
               options->stream ? "true" : "false");
    buf_add(&body, USER);
    while (body.len + USER_END.len < options->body)
        buf_add(&body, str_sub(STR("lorem ipsum dolor sit amet "), 0,
                               options->body - USER_END.len - body.len));
    buf_add(&body, USER_END);
    buf_add(out, buf_str(&body));
    buf_done(&body);
}

/* The fields that an SDK sends, and the directives for claude-sim. */
static void write_head(struct buf *out, const struct options *options,
                       struct str authority, size_t session)
{
    buf_printf(out,
               "POST /v1/messages HTTP/1.1\r\n"
               "host: " STR_FMT "\r\n"
               "accept: application/json\r\n"
               "content-type: application/json\r\n"
               "user-agent: Anthropic/JS 0.60.0\r\n"
               "x-stainless-arch: x64\r\n"
               "x-stainless-lang: js\r\n"
               "x-stainless-os: Linux\r\n"
               "x-stainless-package-version: 0.60.0\r\n"
               "x-stainless-retry-count: 0\r\n"
               "x-stainless-runtime: node\r\n"
               "x-stainless-runtime-version: v22.0.0\r\n"
               "x-stainless-timeout: 600\r\n"
               "anthropic-version: 2023-06-01\r\n",
               STR_ARG(authority));
    if (options->key)
        buf_printf(out, "x-api-key: %s\r\n", options->key);
    if (options->sessions)
        buf_printf(out, "x-claude-code-session-id: bench-%zu\r\n", session);
    if (options->stream)
        buf_printf(out, "x-sim-stamp: 1\r\nx-sim-gap-ms: %llu\r\n",
                   (unsigned long long)options->gap_ms);
    buf_printf(out,
               "x-sim-events: %llu\r\nx-sim-event-size: %llu\r\n"
               "content-length: %llu\r\n\r\n",
               (unsigned long long)options->events,
               (unsigned long long)options->event_size,
               (unsigned long long)options->body);
}

static struct str make_request(const struct options *options,
                               struct arena *arena, const struct url *url,
                               size_t session)
{
    struct buf out;
    struct str request;

    buf_init(&out, REQUEST_MAX);
    write_head(&out, options, url_authority(arena, url), session);
    write_body(&out, options);
    request = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return request;
}

static void make_requests(struct target *target, const struct options *options,
                          struct arena *arena, const struct url *url)
{
    target->request_count = options->sessions ? options->sessions : 1;
    target->requests =
        arena_alloc(arena, target->request_count * sizeof(target->requests[0]));
    for (size_t i = 0; i < target->request_count; i++)
        target->requests[i] = make_request(options, arena, url, i);
}

bool target_init(struct target *target, const struct options *options,
                 struct arena *arena, struct err *err)
{
    struct url url;

    *target = (struct target){ 0 };
    if (!url_parse(arena, str_of(options->url), &url, err))
        return err_wrap(err, "--url");
    if (!set_address(&target->wire, &url, err) ||
        (url.tls && !set_tls(&target->wire, options->ca, err)))
        return false;
    target->wire.receive_buffer = options->read_rate ? SLOW_RECEIVE_BUFFER : 0;
    make_requests(target, options, arena, &url);
    /* claude-sim counts a token for four bytes of the body, and one more; and one for
       four of a delta's text. */
    target->plan = (struct events_plan){
        .deltas = options->events,
        .delta_bytes = options->event_size,
    };
    forms_init(&target->plan.forms, options->body / 4 + 1,
               options->events * (options->event_size / 4));
    return true;
}

void target_done(struct target *target)
{
    SSL_CTX_free(target->wire.tls);
}
