// SPDX-License-Identifier: MIT
/* One booking, with the texts that its numbers stand for. */
#include "usage/ask_booking.h"

#include "ask_scene.h"

static const struct ask_booked booked[] = {
    { .ended = "2026-11-05T07:10:00Z",
      .key_id = 1,
      .key = "alice",
      .owner = "ann",
      .group_id = 3,
      .group = "staff",
      .model = "opus",
      .session = "s1",
      .duration_ms = 1500,
      .tail = 42,
      .tokens_in = 9,
      .failures = "[{\"status\":401}]" },
    { .ended = "2026-11-05T07:10:01Z", .unpriced = true },
};

struct reading {
    struct arena *arena;
    struct ask_booking booking;
    bool found;
};

static bool run_read(struct sql *sql, void *arg, struct err *err)
{
    struct reading *reading = arg;

    return ask_booking_read(sql, &reading->booking, reading->arena,
                            &reading->found, err);
}

static void read_one(struct ask_scene *scene, struct reading *reading,
                     int64_t number)
{
    reading->booking.number = number;
    if (!ask_scene_read(scene, run_read, reading))
        fail_msg("%s", scene->err.text);
}

static void numbers_become_texts(void **state)
{
    struct ask_scene *scene = *state;
    struct reading reading = { .arena = arena_new() };
    const struct sql_value *at = reading.booking.at;
    static const struct {
        enum ask_column column;
        const char *text;
    } texts[] = {
        { ASK_COLUMN_key, "alice" },
        { ASK_COLUMN_owner, "ann" },
        { ASK_COLUMN_group, "staff" },
        { ASK_COLUMN_account, "main" },
        { ASK_COLUMN_model, "opus" },
        { ASK_COLUMN_model_asked, "opus" },
        { ASK_COLUMN_session, "s1" },
        { ASK_COLUMN_endpoint, "/v1/messages" },
        { ASK_COLUMN_failures, "[{\"status\":401}]" },
    };

    ask_scene_book(scene, booked, COUNT_OF(booked));
    read_one(scene, &reading, 1);
    assert_true(reading.found);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        unit_assert_str(at[texts[i].column].bytes, texts[i].text);
    assert_int_equal(at[ASK_COLUMN_ended_at].number -
                         at[ASK_COLUMN_began_at].number,
                     1500);
    assert_int_equal(at[ASK_COLUMN_id].number, 42);
    assert_int_equal(at[ASK_COLUMN_input_tokens].number, 9);
    arena_free(reading.arena);
}

static void what_is_not_known_is_null_and_what_is_nothing_is_0(void **state)
{
    struct ask_scene *scene = *state;
    struct reading reading = { .arena = arena_new() };
    const struct sql_value *at = reading.booking.at;
    static const enum ask_column unknown[] = {
        ASK_COLUMN_key,      ASK_COLUMN_key_id,
        ASK_COLUMN_group,    ASK_COLUMN_owner,
        ASK_COLUMN_model,    ASK_COLUMN_cost_microusd,
        ASK_COLUMN_session,  ASK_COLUMN_client_id,
        ASK_COLUMN_failures, ASK_COLUMN_price_version,
    };

    ask_scene_book(scene, booked, COUNT_OF(booked));
    read_one(scene, &reading, 2);
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        assert_int_equal(at[unknown[i]].type, SQL_NULL);
    assert_int_equal(at[ASK_COLUMN_output_tokens].type, SQL_NUMBER);
    assert_int_equal(at[ASK_COLUMN_output_tokens].number, 0);
    read_one(scene, &reading, 3);
    assert_false(reading.found);
    arena_free(reading.arena);
}

static void columns_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(ask_column(ASK_COLUMN_cost_microusd)->name,
                        "cost_microusd");
    assert_int_equal(ask_column(ASK_COLUMN_end)->form, ASK_FORM_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(numbers_become_texts),
        ASK_TEST(what_is_not_known_is_null_and_what_is_nothing_is_0),
        cmocka_unit_test(columns_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
