// SPDX-License-Identifier: MIT
/* A real database that fails when the test says so, records of requests, and what
   stands in tables as text. */
#pragma once

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "script_sql.h"
#include "unit.h"
#include "usage/booking.h"

struct ledger_scene {
    char *folder;
    struct records *records;
};

static inline int ledger_scene_begin(void **state)
{
    struct ledger_scene *scene = MEM_NEW(struct ledger_scene);

    scene->folder = unit_folder_new();
    scene->records = script_sql_records(scene->folder);
    *state = scene;
    return 0;
}

static inline int ledger_scene_end(void **state)
{
    struct ledger_scene *scene = *state;

    records_free(scene->records);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

#define LEDGER_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, ledger_scene_begin, ledger_scene_end)

/* In one transaction. */
static inline void ledger_scene_do(struct ledger_scene *scene,
                                   bool (*run)(struct sql *sql, void *arg,
                                               struct err *err),
                                   void *arg)
{
    struct err err = { 0 };

    if (!records_do(scene->records,
                    &(struct records_work){ .run = run, .arg = arg }, &err))
        fail_msg("%s", err.text);
}

static inline bool ledger_scene_run(struct sql *sql, void *arg, struct err *err)
{
    return sql_run(sql, arg, SQL_NO_VALUES, err);
}

/* One statement. */
static inline void ledger_scene_change(struct ledger_scene *scene,
                                       const char *text)
{
    char copy[1024];

    (void)snprintf(copy, sizeof(copy), "%s", text);
    ledger_scene_do(scene, ledger_scene_run, copy);
}

/* ---- what is in the database --------------------------------------------- */

struct ledger_question {
    const char *text;
    struct buf answer;
};

static inline void ledger_scene_write(struct buf *out,
                                      const struct sql_row *row, size_t at)
{
    switch (row->values[at].type) {
    case SQL_NULL:
        buf_add(out, STR("-"));
        break;
    case SQL_NUMBER:
        (void)buf_printf(out, "%" PRId64, row->values[at].number);
        break;
    case SQL_TEXT:
    case SQL_BYTES:
        buf_add(out, row->values[at].bytes);
        break;
    }
}

static inline bool ledger_scene_take(void *arg, const struct sql_row *row)
{
    struct ledger_question *question = arg;

    for (size_t i = 0; i < row->count; i++) {
        if (i > 0)
            buf_add(&question->answer, STR(" "));
        ledger_scene_write(&question->answer, row, i);
    }
    buf_add(&question->answer, STR("\n"));
    return true;
}

static inline bool ledger_scene_ask(struct sql *sql, void *arg, struct err *err)
{
    struct ledger_question *question = arg;

    buf_clear(&question->answer);
    return sql_query(sql,
                     &(struct sql_ask){ .text = question->text,
                                        .row = ledger_scene_take,
                                        .arg = question },
                     err);
}

/* Rows as lines, values with spaces between them, "-" for NULL. */
static inline void ledger_scene_expect(struct ledger_scene *scene,
                                       const char *text, const char *want)
{
    struct ledger_question question = { .text = text };

    buf_init(&question.answer, 1 << 20);
    ledger_scene_do(scene, ledger_scene_ask, &question);
    unit_assert_str(buf_str(&question.answer), want);
    buf_done(&question.answer);
}

/* ---- records ------------------------------------------------------------- */

/* 2026-03-01T10:00:00Z */
#define LEDGER_SCENE_MS 1772359200000u

/* A short answer of alice's. */
static inline struct record ledger_scene_record(void)
{
    return (struct record){
        .id = STR("req_relay_19cab8a2e00abc0000002a"),
        .upstream_id = STR("req_011"),
        .session = STR("s-1"),
        .endpoint = STR("/v1/messages"),
        .key_id = 7,
        .key = STR("alice"),
        .owner = STR("alice@example.com"),
        .group_id = 2,
        .group = STR("team"),
        .account = STR("main"),
        .model_asked = STR("claude-a"),
        .model = STR("claude-a-20260101"),
        .service_tier = STR("standard"),
        .began_ms = LEDGER_SCENE_MS,
        .first_byte_us = 300001,
        .duration_us = 1500999,
        .end = RECORD_COMPLETE,
        .status = 200,
        .bytes_in = 100,
        .bytes_out = 200,
        .sent = true,
        .attempt_count = 1,
        .cost_known = true,
        .cost_microusd = 1234,
        .price_version = STR("v1"),
    };
}

/* A booking, freed with mem_free(). */
static inline struct booking *ledger_scene_booking(const struct record *record)
{
    struct booking *booking = mem_alloc(BOOKING_SIZE_MAX);

    booking_pack(booking, record);
    return booking;
}
