// SPDX-License-Identifier: MIT
/* One connection and the exchange on it. */
#include "bench/client.h"

#include <assert.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "bench/message.h"

#define WRONG "the answer is not what it should be"
#define BODY_MAX (1024u * 1024)

void client_init(struct client *client, struct clients *all, size_t number)
{
    const struct target *target = all->target;

    *client = (struct client){
        .all = all,
        .wire = { .fd = -1 },
        .request = target->requests[number % target->request_count],
    };
    client->allowance = all->options->read_rate ? 0 : SIZE_MAX;
    events_init(&client->events);
    buf_init(&client->body, BODY_MAX);
}

void client_done(struct client *client)
{
    wire_close(&client->wire);
    events_done(&client->events);
    buf_done(&client->body);
}

static void watch(struct client *client)
{
    /* Errors are told anyway; naming them keeps 0 for "not added yet". */
    uint32_t interest = EPOLLERR;
    int change = client->interest ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    struct epoll_event event = { .data.ptr = client };

    if (client->wire.wants_write)
        interest |= EPOLLOUT;
    if (client->allowance > 0)
        interest |= EPOLLIN;
    if (client->wire.fd < 0 || interest == client->interest)
        return;
    client->interest = interest;
    event.events = interest;
    (void)epoll_ctl(client->all->epoll, change, client->wire.fd, &event);
}

static void disconnect(struct client *client)
{
    wire_close(&client->wire);
    client->interest = 0;
}

/* ---- the end of an exchange --------------------------------------------- */

static void end(struct client *client)
{
    assert(client->state == CLIENT_BUSY);
    client->state = CLIENT_IDLE;
    client->all->busy--;
    if (client->answer.received == 0)
        client->all->waiting--;
    client->all->ended(client->all->arg, client);
}

static void end_broken(struct client *client, const char *why)
{
    tally_break(client->all->tally, why, client->answer.status);
    disconnect(client);
    end(client);
}

static void end_left(struct client *client)
{
    struct tally *tally = client->all->tally;

    if (client->events.wrong) {
        end_broken(client, WRONG);
        return;
    }
    tally->abandoned++;
    if (tally->running)
        tally->left++;
    disconnect(client);
    end(client);
}

static bool is_right(const struct client *client)
{
    if (client->answer.status != 200)
        return false;
    if (client->all->options->stream)
        return events_complete(&client->events);
    return !client->events.wrong &&
           message_complete(buf_str(&client->body), &client->all->target->plan);
}

static void end_complete(struct client *client, uint64_t now_ns)
{
    struct tally *tally = client->all->tally;

    if (!is_right(client)) {
        end_broken(client, WRONG);
        return;
    }
    if (tally->running)
        tally->requests++;
    if (tally_is_within(tally, client->intended_ns))
        samples_add(&tally->latency_ns, now_ns - client->intended_ns);
    if (client->answer.close)
        disconnect(client);
    end(client);
}

/* ---- reading ------------------------------------------------------------ */

static void read_body(struct client *client, struct str body, uint64_t now_ns)
{
    struct tally *tally = client->all->tally;
    uint64_t before = client->events.count;

    if (!client->all->options->stream) {
        client->events.wrong |= !buf_append(&client->body, body);
        return;
    }
    events_read(&client->events, body, now_ns, tally);
    if (tally->running)
        tally->events += client->events.count - before;
}

static void note_first_byte(struct client *client, uint64_t now_ns)
{
    struct tally *tally = client->all->tally;

    client->all->waiting--;
    if (tally_is_within(tally, client->intended_ns))
        samples_add(&tally->first_ns, now_ns - client->intended_ns);
}

static void digest(struct client *client, struct str bytes)
{
    uint64_t now_ns = clock_steady_ns();
    struct str body;
    size_t taken;

    if (client->answer.received == 0)
        note_first_byte(client, now_ns);
    do {
        taken = answer_read(&client->answer, bytes, &body);
        bytes = str_from(bytes, taken);
        read_body(client, body, now_ns);
    } while (taken > 0 && bytes.len > 0);
    if (client->answer.state == ANSWER_BAD || bytes.len > 0)
        end_broken(client, "the answer is not framed as it should be");
    else if (client->answer.state == ANSWER_DONE)
        end_complete(client, now_ns);
    else if (client->leaves &&
             client->events.deltas >= client->all->options->events / 2)
        end_left(client);
}

static void take_end(struct client *client)
{
    if (client->state == CLIENT_BUSY)
        end_broken(client, client->answer.received > 0
                               ? "the answer was cut"
                               : "the connection ended before the answer");
    else
        disconnect(client);
}

/* True if there may be more. */
static bool read_some(struct client *client)
{
    struct clients *all = client->all;
    size_t cap = client->allowance < all->buffer_size ? client->allowance
                                                      : all->buffer_size;
    ssize_t got =
        cap > 0 ? wire_read(&client->wire, all->buffer, cap) : WIRE_LATER;

    if (got == WIRE_LATER)
        return false;
    if (got == WIRE_END || client->state == CLIENT_IDLE) {
        if (got != WIRE_END)
            tally_break(all->tally, "bytes came behind the answer", 0);
        take_end(client);
        return false;
    }
    if (client->allowance != SIZE_MAX)
        client->allowance -= (size_t)got;
    digest(client, (struct str){ all->buffer, (size_t)got });
    /* A plain connection that gave less than it was asked for is empty; TLS may
       hold more. */
    return client->wire.ssl || (size_t)got == cap;
}

/* ---- sending ------------------------------------------------------------ */

static void send_some(struct client *client)
{
    struct str rest = str_from(client->request, client->sent);
    ssize_t done = 1;

    while (rest.len > 0 && done > 0) {
        done = wire_write(&client->wire, rest);
        if (done > 0) {
            client->sent += (size_t)done;
            rest = str_from(rest, (size_t)done);
        }
    }
    if (done == WIRE_END)
        end_broken(client, "the connection ended while sending");
}

/* Exactly so many percent, evenly spread. */
static bool is_to_leave(struct clients *all)
{
    uint64_t percent = all->options->leave_percent;

    return all->started++ * percent % 100 + percent >= 100;
}

static bool connect_anew(struct client *client)
{
    struct err err;

    if (client->wire.fd >= 0)
        return true;
    if (!wire_open(&client->wire, &client->all->target->wire, &err))
        return false;
    client->interest = 0;
    return true;
}

void client_start(struct client *client, uint64_t intended_ns)
{
    assert(client->state == CLIENT_IDLE);
    client->state = CLIENT_BUSY;
    client->all->busy++;
    client->all->waiting++;
    client->intended_ns = intended_ns;
    client->sent = 0;
    client->leaves = is_to_leave(client->all);
    answer_init(&client->answer);
    events_begin(&client->events, &client->all->target->plan);
    buf_clear(&client->body);
    if (!connect_anew(client)) {
        end_broken(client, "no connection");
        return;
    }
    send_some(client);
    watch(client);
}

void client_step(struct client *client)
{
    if (client->state == CLIENT_BUSY && client->sent < client->request.len)
        send_some(client);
    while (client->wire.fd >= 0 && read_some(client))
        ;
    watch(client);
}

void client_allow(struct client *client, size_t bytes)
{
    client->allowance = bytes;
    if (client->wire.fd >= 0)
        client_step(client);
}
