// SPDX-License-Identifier: MIT
/* `claude-relay top`: listens to the relay (docs/api.md, live events) and draws what it
   tells.

       LISTENING -(the stream ends)-> LOST -(a second)-> LISTENING | LOST ...
       any -(q, Ctrl-C, a signal)-> ended

   Whatever ends it, the terminal is put back first. */
#include "app/top_command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/remote.h"
#include "app/socket_call.h"
#include "app/status_command.h"
#include "app/stop_signals.h"
#include "app/terminal.h"
#include "app/top_events.h"
#include "app/top_screen.h"
#include "app/top_terminal.h"
#include "base/clock.h"

#define AGAIN_MS 1000
/* Ages go on between two events. */
#define REDRAW_MS 1000
#define WIDTH_WITHOUT 120

enum told { FIGURES, RUNNING, ACCOUNTS, ATTENTION, TOLD };
static const char *const names[TOLD] = {
    [FIGURES] = "figures",
    [RUNNING] = "running",
    [ACCOUNTS] = "accounts",
    [ATTENTION] = "attention",
};

struct top {
    struct remote *remote;
    struct loop *loop;
    struct socket_call *call;
    struct top_events events;
    struct json_doc *told[TOLD];
    struct json_doc *ended[TOP_ENDED_MAX]; /* the newest first */
    size_t ended_count;
    bool once;  /* there is no terminal: one look */
    int signal; /* that ends it; 0: none */
    struct top_terminal terminal;
    struct loop_timer *again;
    struct loop_timer *redraw;
    struct err trouble; /* why nothing is told; empty: it is */
    struct err refused; /* `once`: it could not be asked at all */
};

/* ---- drawing ------------------------------------------------------------- */

static void look(const struct top *top, struct top_view *view)
{
    *view = (struct top_view){
        .figures = top->told[FIGURES],
        .running = top->told[RUNNING],
        .accounts = top->told[ACCOUNTS],
        .attention = top->told[ATTENTION],
        .ended = (const struct json_doc *const *)top->ended,
        .ended_count = top->ended_count,
        .trouble = top->trouble.text[0] ? top->trouble.text : NULL,
        .now_ms = clock_wall_ms(),
        .coloured = terminal_has_colours(),
        .width = WIDTH_WITHOUT,
    };
    if (!top->once)
        top_terminal_size(&view->width, &view->height);
}

static void draw(struct top *top)
{
    struct top_view view;
    struct buf lines;

    look(top, &view);
    buf_init(&lines, TOP_SCREEN_MAX);
    top_screen(&lines, &view);
    if (top->once)
        (void)printf(STR_FMT, STR_ARG(buf_str(&lines)));
    else
        top_terminal_draw(buf_str(&lines));
    buf_done(&lines);
}

static void redraw(void *arg)
{
    struct top *top = arg;

    draw(top);
    loop_timer_set(top->redraw, REDRAW_MS);
}

/* ---- what is told -------------------------------------------------------- */

static void add_ended(struct top *top, const struct json_doc *row)
{
    if (top->ended_count == TOP_ENDED_MAX)
        json_doc_free(top->ended[--top->ended_count]);
    memmove(&top->ended[1], &top->ended[0],
            top->ended_count * sizeof(top->ended[0]));
    top->ended[0] = json_doc_copy(row);
    top->ended_count++;
}

static void take_ended(struct top *top, const struct json_doc *doc)
{
    const struct json_doc *rows = json_doc_get(doc, "requests");

    for (size_t i = 0; i < json_doc_count(rows); i++)
        add_ended(top, json_doc_at(rows, i));
}

/* Those that ended before we listened. */
static void take_last(struct top *top)
{
    struct remote_call call = { .method = "GET",
                                .path = STR("/admin/api/requests?limit=50") };
    struct err ignored;
    const struct json_doc *rows;

    if (remote_call(top->remote, &call, &ignored)) {
        rows = json_doc_get(call.answer, "requests");
        for (size_t i = json_doc_count(rows); i > 0; i--)
            add_ended(top, json_doc_at(rows, i - 1));
    }
    json_doc_free(call.answer);
}

/* True if the document is kept. */
static bool keep(struct top *top, struct str name, struct json_doc *doc)
{
    for (size_t i = 0; i < TOLD; i++) {
        if (!str_eq(name, str_of(names[i])))
            continue;
        json_doc_free(top->told[i]);
        top->told[i] = doc;
        return true;
    }
    return false;
}

/* What comes at once ends with what needs attention: then there is enough to draw. */
static void told(void *arg, struct str name, struct str data)
{
    struct top *top = arg;
    struct err ignored;
    struct json_doc *doc = json_doc_parse(data, &ignored);
    bool last = str_eq(name, str_of(names[ATTENTION]));

    if (!doc)
        return;
    top->trouble.text[0] = '\0';
    if (str_eq(name, STR("ended")))
        take_ended(top, doc);
    if (!keep(top, name, doc))
        json_doc_free(doc);
    if (top->once && last)
        loop_stop(top->loop);
    if (!top->once && top->told[ATTENTION])
        redraw(top);
}

static void take_bytes(void *arg, struct str bytes)
{
    struct top *top = arg;

    top_events_feed(&top->events, bytes);
}

/* ---- the stream ---------------------------------------------------------- */

static void listen_again(void *arg);

static void lose(struct top *top, const struct err *err)
{
    socket_call_free(top->call);
    top->call = NULL;
    err_set(&top->trouble, err->code, "The relay tells nothing now: %.300s",
            err->text);
    if (top->once) {
        top->refused = *err;
        loop_stop(top->loop);
        return;
    }
    redraw(top);
    loop_timer_set(top->again, AGAIN_MS);
}

/* It has no end, so that this is none that was meant. */
static void ended(void *arg)
{
    struct top *top = arg;
    struct err err;

    if (socket_call_state(top->call) == SOCKET_CALL_FAILED)
        err = *socket_call_error(top->call);
    else
        err_set(&err, ERR_IO, "it answered %u: " STR_FMT,
                socket_call_status(top->call),
                STR_ARG(str_sub(socket_call_body(top->call), 0, 200)));
    /* Not inside its own wake. */
    top->trouble = err;
    loop_timer_set(top->again, 0);
}

static void listen_again(void *arg)
{
    struct top *top = arg;
    struct err err;
    int fd;

    if (top->call) {
        err = top->trouble;
        lose(top, &err);
        return;
    }
    fd = remote_connect(top->remote, &err);
    if (fd < 0) {
        lose(top, &err);
        return;
    }
    top_events_done(&top->events);
    top_events_init(&top->events, told, top);
    top->call =
        socket_call_start(&(struct socket_call_options){ .loop = top->loop,
                                                         .fd = fd,
                                                         .method = STR("GET"),
                                                         .path = STR(
                                                             "/admin/api/live"),
                                                         .sink = take_bytes,
                                                         .sink_arg = top },
                          ended, top);
}

/* ---- keys and signals ---------------------------------------------------- */

static void typed(void *arg, unsigned events)
{
    struct top *top = arg;
    char keys[64];
    ssize_t len = read(STDIN_FILENO, keys, sizeof(keys));

    (void)events;
    if (len <= 0) {
        loop_stop(top->loop);
        return;
    }
    for (ssize_t i = 0; i < len; i++) {
        if (keys[i] == 'q' || keys[i] == 'Q')
            loop_stop(top->loop);
    }
}

static void caught(void *arg, int number)
{
    struct top *top = arg;

    top->signal = number;
    loop_stop(top->loop);
}

static void resized(void *arg)
{
    redraw(arg);
}

/* Ctrl-Z: the shell gets its terminal back, and so do we afterwards. */
static void stopped(void *arg)
{
    struct top *top = arg;

    top_terminal_end(&top->terminal);
    (void)kill(getpid(), SIGSTOP);
    top_terminal_begin(&top->terminal);
    redraw(top);
}

/* ---- the command --------------------------------------------------------- */

static void run_once(struct top *top)
{
    loop_run(top->loop);
    if (!top->refused.text[0])
        draw(top);
}

static void run_drawn(struct top *top)
{
    struct stop_signals *signals = stop_signals_new(top->loop, caught, top);
    struct loop_signal *size =
        loop_signal_new(top->loop, SIGWINCH, resized, top);
    struct loop_signal *stop =
        loop_signal_new(top->loop, SIGTSTP, stopped, top);
    struct loop_poll *keys =
        terminal_is_there() ? loop_poll_new(top->loop, STDIN_FILENO, typed, top)
                            : NULL;

    if (keys)
        loop_poll_want(keys, LOOP_READ);
    top_terminal_begin(&top->terminal);
    loop_run(top->loop);
    top_terminal_end(&top->terminal);
    if (keys)
        loop_poll_free(keys);
    loop_signal_free(stop);
    loop_signal_free(size);
    stop_signals_free(signals);
}

static void run(struct top *top)
{
    top->loop = loop_new();
    top->again = loop_timer_new(top->loop, listen_again, top);
    top->redraw = loop_timer_new(top->loop, redraw, top);
    top_events_init(&top->events, told, top);
    take_last(top);
    loop_timer_set(top->again, 0);
    if (top->once)
        run_once(top);
    else
        run_drawn(top);
    socket_call_free(top->call);
    loop_timer_free(top->redraw);
    loop_timer_free(top->again);
    loop_free(top->loop);
    top_events_done(&top->events);
    for (size_t i = 0; i < TOLD; i++)
        json_doc_free(top->told[i]);
    while (top->ended_count > 0)
        json_doc_free(top->ended[--top->ended_count]);
}

int top_command_run(int argc, char **argv, const struct config *config)
{
    struct top top = { .once = terminal_width() == 0 };
    struct err err;
    int status = 0;

    if (argc > 0)
        return commands_usage_error("top takes no arguments, not", argv[0]);
    top.remote = remote_find(config, &err);
    if (!top.remote)
        return err.code == ERR_NOT_FOUND ? status_command_say_none(config)
                                         : terminal_fail(&err);
    run(&top);
    if (top.refused.text[0])
        status = terminal_fail(&top.refused);
    status = remote_close(top.remote, status);
    if (top.signal && top.signal != SIGINT)
        stop_signals_die(top.signal);
    return status;
}
