// SPDX-License-Identifier: MIT
/* A table of prices in the data folder. */
#include "usage/price_file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "unit.h"

#define ONE_ROW                                                                \
    "{\"version\":\"mine\",\"models\":[{\"model\":\"claude-opus-5\","          \
    "\"input\":7,\"output\":1}]}"

struct scene {
    char *folder;
    struct price_board *board;
};

static int set_up(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->board = price_board_new();
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    price_board_free(scene->board);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

/* Loads it, and says what is in force. */
static void check(const struct scene *scene, const char *version)
{
    struct prices *prices;

    price_file_load(scene->board, scene->folder);
    prices = price_board_take(scene->board);
    unit_assert_part(prices_version(prices), version);
    prices_unref(prices);
}

static void without_a_file_the_programs_own_is_in_force(void **state)
{
    const struct scene *scene = *state;
    struct prices *own = prices_default();
    char text[PRICE_COMPLAINT_MAX];

    check(scene, prices_version(own));
    assert_false(price_board_complaint(scene->board, text));
    prices_unref(own);
}

static void one_row_is_enough(void **state)
{
    const struct scene *scene = *state;
    struct prices *prices;

    unit_write(scene->folder, "prices.json", ONE_ROW);
    check(scene, "mine:");
    prices = price_board_take(scene->board);
    assert_int_equal(price_tokens_microusd(prices_find(prices,
                                                       STR("claude-opus-5"), 0),
                                           PRICE_INPUT, 1000000),
                     7);
    assert_non_null(prices_find(prices, STR("claude-fable-5"), 0));
    prices_unref(prices);
}

static const struct {
    const char *file;
    const char *says;
} bad[] = {
    { "", "prices.json: not valid JSON" },
    { "{\"models\":[{\"model\":\"a\",\"input\":1,", "not valid JSON" },
    { "{\"models\":[{\"model\":\"a\",\"input\":1}]}",
      "prices.json: models[0]: output is missing" },
    { "{\"models\":[{\"model\":\"a\",\"input\":\"1\",\"output\":1}]}",
      "prices.json: models[0]: input must be a whole number" },
};

static void a_bad_file_changes_nothing_and_says_why(void **state)
{
    const struct scene *scene = *state;
    char text[PRICE_COMPLAINT_MAX];

    unit_write(scene->folder, "prices.json", ONE_ROW);
    check(scene, "mine:");
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        unit_write(scene->folder, "prices.json", bad[i].file);
        check(scene, "mine:");
        assert_true(price_board_complaint(scene->board, text));
        unit_assert_part(text, "the prices of mine:");
        unit_assert_part(text, bad[i].says);
    }
    unit_write(scene->folder, "prices.json", ONE_ROW);
    check(scene, "mine:");
    assert_false(price_board_complaint(scene->board, text));
}

static void it_goes_with_the_file(void **state)
{
    const struct scene *scene = *state;
    struct prices *own = prices_default();

    unit_write(scene->folder, "prices.json", ONE_ROW);
    check(scene, "mine:");
    assert_int_equal(unlink(unit_path(scene->folder, "prices.json")), 0);
    check(scene, prices_version(own));
    prices_unref(own);
}

/* Of a fault that stays one line in the log. */
static void a_fault_is_logged_once(void **state)
{
    const struct scene *scene = *state;
    struct unit_capture capture;
    char *log, *first;

    unit_write(scene->folder, "prices.json", "{}");
    capture = unit_capture_begin(2);
    price_file_load(scene->board, scene->folder);
    price_file_load(scene->board, scene->folder);
    log_flush();
    log = unit_capture_end(&capture);
    first = strstr(log, "models must be an array");
    assert_non_null(first);
    assert_null(strstr(first + 1, "models must be an array"));
    mem_free(log);
}

static void a_folder_can_be_away(void **state)
{
    const struct scene *scene = *state;

    assert_false(price_file_is_away(scene->folder));
    assert_true(price_file_is_away(unit_path(scene->folder, "away")));
}

static void the_complaint_names_what_stays_in_force(void **state)
{
    const struct scene *scene = *state;
    struct err err;
    char text[PRICE_COMPLAINT_MAX];

    unit_write(scene->folder, "prices.json", ONE_ROW);
    check(scene, "mine:");
    assert_false(err_set(&err, ERR_CONFIG, "it is broken"));
    price_file_complaint(scene->board, &err, text);
    unit_assert_part(text, "the prices of mine:");
    unit_assert_part(text, "it is broken");
    assert_false(price_board_complaint(scene->board, text));
}

/* A FIFO, or a folder, in its place stops nothing. */
static void what_is_no_file_is_complained_of(void **state)
{
    const struct scene *scene = *state;
    char text[PRICE_COMPLAINT_MAX];

    assert_int_equal(mkfifo(unit_path(scene->folder, "prices.json"), 0600), 0);
    price_file_load(scene->board, scene->folder);
    assert_true(price_board_complaint(scene->board, text));
    unit_assert_part(text, "prices.json");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_file_the_programs_own_is_in_force),
        TEST(one_row_is_enough),
        TEST(a_bad_file_changes_nothing_and_says_why),
        TEST(it_goes_with_the_file),
        TEST(a_fault_is_logged_once),
        TEST(a_folder_can_be_away),
        TEST(the_complaint_names_what_stays_in_force),
        TEST(what_is_no_file_is_complained_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
