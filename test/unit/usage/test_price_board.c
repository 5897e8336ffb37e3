// SPDX-License-Identifier: MIT
/* The table of prices that is in force. */
#include "usage/price_board.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "unit.h"

static struct prices *table(const char *output)
{
    char text[200];
    struct err err;
    struct prices *prices;

    (void)snprintf(text, sizeof(text),
                   "{\"version\":\"v%s\",\"embedded\":false,\"models\":["
                   "{\"model\":\"a\",\"input\":0,\"output\":%s}]}",
                   output, output);
    prices = prices_read(str_of(text), &err);
    if (!prices)
        fail_msg("%s", err.text);
    return prices;
}

static uint64_t output_of(const struct prices *prices)
{
    return price_tokens_microusd(prices_find(prices, STR("a"), 0), PRICE_OUTPUT,
                                 1000000);
}

static void it_begins_with_the_programs_own(void **state)
{
    struct price_board *board = price_board_new();
    struct prices *prices = price_board_take(board);
    char text[PRICE_COMPLAINT_MAX];

    (void)state;
    assert_non_null(prices_find(prices, STR("claude-opus-5"), 0));
    assert_false(price_board_complaint(board, text));
    prices_unref(prices);
    price_board_free(board);
}

/* What was taken outlives the board's own. */
static void whoever_took_a_table_keeps_it(void **state)
{
    struct price_board *board = price_board_new();
    struct prices *before, *after;

    (void)state;
    price_board_show(board, table("1"));
    before = price_board_take(board);
    price_board_show(board, table("2"));
    after = price_board_take(board);
    price_board_free(board);
    assert_int_equal(output_of(before), 1);
    assert_int_equal(output_of(after), 2);
    prices_unref(after);
    prices_unref(before);
}

static void a_good_table_ends_the_complaint(void **state)
{
    struct price_board *board = price_board_new();
    char text[PRICE_COMPLAINT_MAX];

    (void)state;
    price_board_complain(board, "bad");
    assert_true(price_board_complaint(board, text));
    assert_string_equal(text, "bad");
    price_board_show(board, table("1"));
    assert_false(price_board_complaint(board, text));
    price_board_free(board);
}

struct taking {
    struct price_board *board;
    atomic_bool over;
    atomic_size_t taken;
};

static void *take_on(void *arg)
{
    struct taking *taking = arg;

    while (!atomic_load(&taking->over)) {
        struct prices *prices = price_board_take(taking->board);
        uint64_t output = output_of(prices);

        if (strncmp(prices_version(prices), output == 1 ? "v1:" : "v2:", 3) !=
            0)
            return taking;
        prices_unref(prices);
        atomic_fetch_add(&taking->taken, 1);
    }
    return NULL;
}

static void tables_change_while_they_are_used(void **state)
{
    struct taking taking = { .board = price_board_new() };
    pthread_t threads[2];
    void *wrong = NULL;

    (void)state;
    price_board_show(taking.board, table("1"));
    for (size_t i = 0; i < 2; i++)
        (void)pthread_create(&threads[i], NULL, take_on, &taking);
    for (size_t i = 0; i < 300 || atomic_load(&taking.taken) < 1000; i++)
        price_board_show(taking.board, table(i % 2 == 0 ? "2" : "1"));
    atomic_store(&taking.over, true);
    for (size_t i = 0; i < 2; i++) {
        void *one;

        (void)pthread_join(threads[i], &one);
        wrong = one ? one : wrong;
    }
    assert_null(wrong);
    price_board_free(taking.board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_with_the_programs_own),
        cmocka_unit_test(whoever_took_a_table_keeps_it),
        cmocka_unit_test(a_good_table_ends_the_complaint),
        cmocka_unit_test(tables_change_while_they_are_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
