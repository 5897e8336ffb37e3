// SPDX-License-Identifier: MIT
/* A loop, a dialer and one dial. */
#include "stage.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"

int stage_open(void **state)
{
    struct stage *stage = MEM_NEW(struct stage);

    stage->loop = loop_new();
    stage->dialer = dialer_new(stage->loop, NULL);
    stage->listening = wire_listen(&stage->port);
    stage->peer.fd = -1;
    *state = stage;
    return 0;
}

int stage_close(void **state)
{
    struct stage *stage = *state;

    dial_free(stage->dial);
    wire_close(&stage->peer);
    (void)close(stage->listening);
    dialer_free(stage->dialer);
    proxy_unref(stage->proxy);
    loop_free(stage->loop);
    mem_free(stage);
    return 0;
}

static void woken(void *arg)
{
    struct stage *stage = arg;

    stage->wakes++;
}

void stage_start(struct stage *stage, const char *host, uint16_t port,
                 uint64_t timeout_ms)
{
    struct dial_target target = { .host = host,
                                  .port = port,
                                  .proxy = stage->proxy,
                                  .timeout_ms = timeout_ms };

    dial_free(stage->dial);
    stage->wakes = 0;
    stage->dial = dial_start(stage->dialer, &target, woken, stage);
    assert_int_equal(stage->wakes, 0);
    assert_int_equal(dial_state(stage->dial), DIAL_BUSY);
}

void stage_begin(struct stage *stage, const char *host, uint16_t port,
                 uint64_t timeout_ms)
{
    stage_start(stage, host, port, timeout_ms);
    wire_close(&stage->peer);
    wire_accept(&stage->peer, stage->loop, stage->listening);
}

void stage_use_proxy(struct stage *stage, const char *type,
                     const char *password)
{
    struct err err;

    proxy_unref(stage->proxy);
    stage->proxy =
        proxy_new(&(struct proxy_parts){ .type = str_of(type),
                                         .host = STR("127.0.0.1"),
                                         .port = stage->port,
                                         .username =
                                             password ? STR("user") : STR_EMPTY,
                                         .password = str_of(password) },
                  &err);
    assert_non_null(stage->proxy);
}

static bool is_over(void *arg)
{
    const struct stage *stage = arg;

    return dial_state(stage->dial) != DIAL_BUSY;
}

void stage_finish(struct stage *stage)
{
    wire_until(stage->loop, is_over, stage);
    wire_turn_for(stage->loop, 3);
    assert_int_equal(stage->wakes, 1);
}

void stage_check_failure(struct stage *stage, enum err_code code,
                         const char *part)
{
    stage_finish(stage);
    assert_int_equal(dial_state(stage->dial), DIAL_FAILED);
    unit_assert_part(dial_error(stage->dial)->text, part);
    assert_int_equal(dial_error(stage->dial)->code, code);
    assert_null(strstr(dial_error(stage->dial)->text, PASSWORD));
}

int stage_take(struct stage *stage)
{
    stage_finish(stage);
    if (dial_state(stage->dial) != DIAL_DONE)
        fail_msg("%s", dial_error(stage->dial)->text);
    return dial_take(stage->dial);
}
