// SPDX-License-Identifier: MIT
/* One attempt to hand over a notice. */
#include "notify/post.h"

#include "base/clock.h"
#include "base/mem.h"
#include "http/date.h"

/* Nobody is left alone for longer because a header says so. */
#define AFTER_MAX_MS 600000u

struct post_way {
    struct post_way_options options;
    struct upstream *upstream;
    struct origin *origin;
    struct arena *arena;
    struct str host;
};

struct post {
    struct post_way *way;
    struct fetch *fetch;
};

struct post_way *post_way_new(const struct post_way_options *options)
{
    struct post_way *way = MEM_NEW(struct post_way);
    const struct url *url = &options->target->to.url;

    way->options = *options;
    notify_target_ref(options->target);
    way->upstream = upstream_new(options->loop, options->config->ca_file.at);
    upstream_make_known(way->upstream, options->outgoing);
    way->origin =
        origin_new(url->host, url->port, url->tls ? options->tls : NULL);
    way->arena = arena_new();
    way->host = url_authority(way->arena, url);
    return way;
}

void post_way_free(struct post_way *way)
{
    if (!way)
        return;
    upstream_free(way->upstream);
    origin_free(way->origin);
    arena_free(way->arena);
    notify_target_unref(way->options.target);
    mem_free(way);
}

struct post *post_start(struct post_way *way, struct str fields,
                        struct str body, void (*wake)(void *arg), void *arg)
{
    struct post *post = MEM_NEW(struct post);
    const struct config *config = way->options.config;

    post->way = way;
    post->fetch = fetch_start(
        &(struct fetch_options){
            .upstream = way->upstream,
            .origin = way->origin,
            .proxy = proxy_choose(way->options.proxy, NULL, NULL),
            .method = STR("POST"),
            .host = way->host,
            .target = way->options.target->to.target,
            .fields = fields,
            .body = body,
            .connect_ms = config->connect_ms,
            .answer_ms = POST_ANSWER_MS },
        wake, arg);
    return post;
}

void post_free(struct post *post)
{
    if (!post)
        return;
    fetch_free(post->fetch);
    mem_free(post);
}

bool post_is_busy(const struct post *post)
{
    return fetch_state(post->fetch) == FETCH_BUSY;
}

/* The URL is wrong, or the body is: neither becomes better by waiting. */
static bool is_hopeless(unsigned status)
{
    return (status >= 400 && status < 500 && status != 408 && status != 425 &&
            status != 429) ||
           (status >= 300 && status < 400);
}

static uint64_t after_of(const struct post *post)
{
    const struct str *field =
        headers_get(fetch_headers(post->fetch), STR("retry-after"));
    uint64_t after_ms = field ? date_wait_ms(*field, clock_wall_ms()) : 0;

    return after_ms < AFTER_MAX_MS ? after_ms : AFTER_MAX_MS;
}

static void judge(const struct post *post, struct post_result *result)
{
    const struct notify_target *target = post->way->options.target;

    result->status = fetch_status(post->fetch);
    result->taken = format_judge(target->format, &target->to, result->status,
                                 fetch_body(post->fetch), &result->err);
    result->hopeless = !result->taken && is_hopeless(result->status);
    result->after_ms = result->taken ? 0 : after_of(post);
}

void post_result(const struct post *post, struct post_result *result)
{
    *result = (struct post_result){ .taken = false };
    if (fetch_state(post->fetch) == FETCH_ANSWERED)
        judge(post, result);
    else
        result->err = *fetch_error(post->fetch);
}
