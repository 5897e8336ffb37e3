// SPDX-License-Identifier: MIT
/* A backup over HTTP: as `claude-relay backup` makes it, passed on as fast as the client
   reads. */
#include "admin/backup_routes.h"

#include "admin/parts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/backup_stream.h"

#define PART_SIZE (32u * 1024)
/* Each holds what it has not read yet. */
#define AT_ONCE_MAX 4
#define RETRY_MS 10000
#define BYTES_A_MS 16u

/* A row's state. */
struct state {
    struct admin *admin;          /* where it is counted; NULL: nowhere */
    struct backup_stream *stream; /* NULL: it is given up */
    uint64_t since_ms;            /* the first part came; 0: it did not */
    struct loop_poll *poll;
    struct loop_timer *stalled;
    char *part;
    size_t len;
};

static void give_up(struct state *state)
{
    loop_poll_free(state->poll);
    backup_stream_free(state->stream);
    state->poll = NULL;
    state->stream = NULL;
}

static void drop(void *arg)
{
    struct state *state = arg;

    give_up(state);
    if (state->admin)
        state->admin->backups--;
    state->admin = NULL;
    loop_timer_free(state->stalled);
    if (state->part)
        mem_wipe(state->part, PART_SIZE);
    mem_free(state->part);
}

static void ready(void *arg, unsigned events)
{
    struct admin_request *x = arg;
    const struct state *state = x->state;

    (void)events;
    loop_poll_want(state->poll, 0);
    admin_wake(x);
}

static void stalled(void *arg)
{
    struct admin_request *x = arg;

    give_up(x->state);
    admin_wake(x);
}

uint64_t backup_routes_wait_ms(uint64_t patience_ms, uint64_t elapsed_ms,
                               uint64_t bytes)
{
    uint64_t until_ms = patience_ms + bytes / BYTES_A_MS;
    uint64_t left_ms = until_ms > elapsed_ms ? until_ms - elapsed_ms : 0;

    return left_ms < patience_ms ? left_ms : patience_ms;
}

/* ---- reading ------------------------------------------------------------- */

/* What waits for its client may be all that it will ever read. */
static bool is_given_up(struct admin_request *x)
{
    const struct state *state = x->state;

    return !state->stream &&
           !err_set(&x->err, ERR_TIMEOUT,
                    "the client read the backup too slowly: it stood still "
                    "for two minutes, or took less than 16 KB/s");
}

static void limit_time(const struct admin *admin, struct state *state)
{
    uint64_t now_ms = clock_steady_ms();

    if (state->since_ms == 0)
        state->since_ms = now_ms;
    loop_timer_set(state->stalled,
                   backup_routes_wait_ms(admin->backup_ms,
                                         now_ms - state->since_ms,
                                         backup_stream_bytes(state->stream)));
}

static enum backup_stream_got read_part(struct admin_request *x)
{
    struct state *state = x->state;
    enum backup_stream_got got;

    if (is_given_up(x))
        return BACKUP_STREAM_FAILED;
    got = backup_stream_read(state->stream, state->part, PART_SIZE, &state->len,
                             &x->err);
    if (got == BACKUP_STREAM_NOTHING_YET)
        loop_poll_want(state->poll, LOOP_READ);
    else
        limit_time(x->admin, state);
    return got;
}

static void note(struct admin_request *x)
{
    const struct state *state = x->state;
    struct json_doc *is = json_doc_new_object();

    json_doc_set_u64(is, "files", backup_stream_files(state->stream));
    json_doc_set_u64(is, "bytes", backup_stream_bytes(state->stream));
    audit_after(x->audit, is);
}

static void take_part(struct state *state, struct buf *out)
{
    buf_add(out, (struct str){ state->part, state->len });
    state->len = 0;
}

static enum admin_part write_part(struct admin_request *x, struct buf *out)
{
    struct state *state = x->state;

    if (state->len == 0) {
        switch (read_part(x)) {
        case BACKUP_STREAM_SOME:
            break;
        case BACKUP_STREAM_NOTHING_YET:
            return ADMIN_PART_WAIT;
        case BACKUP_STREAM_END:
            note(x);
            return ADMIN_PART_LAST;
        case BACKUP_STREAM_FAILED:
            return ADMIN_PART_BROKEN;
        }
    }
    take_part(state, out);
    return ADMIN_PART_MORE;
}

/* ---- the steps ----------------------------------------------------------- */

/* claude-relay-20261130-012200.tar */
static struct str name_fields(struct arena *arena)
{
    char time[TEXT_TIME_MAX];

    text_format_time(clock_wall_ms(), time);
    return arena_printf(arena,
                        "content-disposition: attachment; filename=\""
                        "claude-relay-%.4s%.2s%.2s-%.2s%.2s%.2s.tar\"\r\n",
                        time, time + 5, time + 8, time + 11, time + 14,
                        time + 17);
}

static struct flow_next reply(struct admin_request *x)
{
    static const struct admin_parts tar = {
        { "application/x-tar", sizeof("application/x-tar") - 1 }, write_part
    };

    x->is_over = is_given_up;
    return admin_reply_secret_parts(x, &tar, name_fields(x->req->arena));
}

/* The first bytes come when nothing is in the way: until then it can be refused. */
static struct flow_next begun(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    switch (read_part(x)) {
    case BACKUP_STREAM_SOME:
        return reply(x);
    case BACKUP_STREAM_NOTHING_YET:
        return flow_sleep_then(begun);
    case BACKUP_STREAM_END:
    case BACKUP_STREAM_FAILED:
        break;
    }
    return admin_refuse(x);
}

/* A session ends; whoever could take it along would have what makes new ones. */
static bool may_have_token(const struct admin_request *x)
{
    return x->session.len == 0;
}

static bool enter(struct admin_request *x)
{
    struct state *state = x->state;

    if (x->admin->backups >= AT_ONCE_MAX) {
        (void)err_set(&x->err, ERR_BUSY,
                      "%d backups are being read already: try again when one "
                      "of them is",
                      AT_ONCE_MAX);
        return err_retry_after(&x->err, RETRY_MS);
    }
    state->admin = x->admin;
    state->admin->backups++;
    return true;
}

static struct flow_next post(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct admin_options *options = &x->admin->options;
    struct state *state = x->state;

    if (!enter(x))
        return admin_refuse(x);
    state->stream = backup_stream_start(options->config->data_dir.at,
                                        may_have_token(x), &x->err);
    if (!state->stream)
        return admin_refuse(x);
    state->part = mem_alloc(PART_SIZE);
    state->stalled = loop_timer_new(options->loop, stalled, x);
    state->poll =
        loop_poll_new(options->loop, backup_stream_fd(state->stream), ready, x);
    return flow_go(begun);
}

const struct admin_endpoint backup_routes_post = {
    .first = post,
    .state_size = sizeof(struct state),
    .drop = drop,
    .tag = "relay",
    .summary = "A backup of everything, as a tar file",
    .body_max = ADMIN_BODY,
    .content_type = "application/x-tar",
    .action = "backup.make",
    .ends_with_client = true,
};
