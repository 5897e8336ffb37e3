// SPDX-License-Identifier: MIT
/* Who comes in. */
#include "http/entrance.h"

#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "http/connection.h"

/* Waits to be identified. */
struct applicant {
    struct list link; /* in server->applicants */
    struct server *server;
    struct addr peer;
    struct peer_process process;
    struct peer_job *job;
};

static enum seat seat_for(const struct server *server, bool near)
{
    return seats_decide(&server->options.seats, server->options.shared, near);
}

/* It is told why and lingers for a moment, so that it can read that. */
static void turn_away(struct server *server, const struct peer_process *process)
{
    struct err err;

    err_set(&err, ERR_BUSY,
            "the relay serves as many connections as MAX_CONNECTIONS allows");
    connection_refuse(connection_new(server, process, SEAT_TURN_AWAY), &err);
}

static void close_unserved(const struct peer_process *process)
{
    char host[ADDR_TEXT_MAX];

    addr_format(process->client, host);
    LOG_EVENT(LOG_DEBUG, "client connection closed",
              LOG_STR("peer", str_of(host)),
              LOG_STR("why", STR("there is no place for it")));
    (void)close(process->fd);
}

static void count(struct seats *seats, enum seat seat)
{
    atomic_fetch_add_explicit(seat == SEAT_SERVE ? &seats->served_ever
                                                 : &seats->refused_ever,
                              1, memory_order_relaxed);
}

static void seat(struct server *server, const struct peer_process *process,
                 enum seat seat)
{
    count(server->options.shared, seat);
    if (seat == SEAT_SERVE)
        (void)connection_new(server, process, seat);
    else if (seat == SEAT_TURN_AWAY && !server->options.tls)
        turn_away(server, process);
    else
        close_unserved(process);
}

static void seat_known(struct server *server, struct peer_process *process)
{
    bool near = peer_process_look(process) == PEER_OURS;

    seat(server, process, seat_for(server, near));
}

/* ---- those who wait ----------------------------------------------------- */

static void applicant_free(struct applicant *applicant)
{
    peer_job_free(applicant->job);
    list_remove(&applicant->link);
    atomic_fetch_sub(&applicant->server->options.shared->applying, 1);
    mem_free(applicant);
}

static void identified(void *arg)
{
    struct applicant *applicant = arg;

    seat_known(applicant->server, &applicant->process);
    applicant_free(applicant);
}

static bool has_room_to_wait(const struct server *server)
{
    return atomic_load(&server->options.shared->applying) <
           server->options.seats.applying_max;
}

static void apply(struct server *server, const struct peer_process *process)
{
    struct applicant *applicant = MEM_NEW(struct applicant);

    applicant->server = server;
    applicant->peer = *process->client;
    applicant->process = *process;
    applicant->process.client = &applicant->peer;
    list_push(&server->applicants, &applicant->link);
    atomic_fetch_add(&server->options.shared->applying, 1);
    applicant->job = peer_job_start(&applicant->process, identified, applicant);
    if (!applicant->job)
        identified(applicant);
}

void entrance_close(struct server *server)
{
    while (!list_is_empty(&server->applicants)) {
        struct applicant *applicant =
            LIST_ITEM(server->applicants.next, struct applicant, link);

        (void)close(applicant->process.fd);
        applicant_free(applicant);
    }
}

/* ---- coming ------------------------------------------------------------- */

static void admit_near(struct server *server, struct peer_process *process)
{
    if (!peer_process_takes_time(process))
        seat_known(server, process);
    else if (has_room_to_wait(server))
        apply(server, process);
    else
        seat(server, process, seat_for(server, false));
}

void entrance_admit(struct server *server, int fd, const struct addr *peer)
{
    struct peer_process process = { .asker = server->options.asker,
                                    .client = peer,
                                    .fd = fd };
    enum seat open_to_all = seat_for(server, false);

    if (open_to_all != SEAT_SERVE && addr_is_loopback(peer) &&
        seat_for(server, true) == SEAT_SERVE)
        admit_near(server, &process);
    else
        seat(server, &process, open_to_all);
}
