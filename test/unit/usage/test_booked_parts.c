// SPDX-License-Identifier: MIT
/* What a booking keeps to be priced again. */
#include "usage/booked_parts.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "unit.h"
#include "usage/price.h"

#define NOW 1790000000000ull /* in 2026 */

struct scene {
    struct prices *prices;
    struct meter meter;
    struct buf json;
};

static void read_usage(struct scene *scene, const char *usage)
{
    scene->prices = prices_default();
    meter_init(&scene->meter, METER_JSON);
    scene->meter.usage.came_ms = NOW;
    scene->meter.usage.borders = prices_borders(scene->prices);
    meter_feed(&scene->meter,
               STR("{\"model\":\"claude-haiku-5-5\",\"usage\":{"));
    meter_feed(&scene->meter, str_of(usage));
    meter_feed(&scene->meter, STR("}}"));
    buf_init(&scene->json, 4096);
    booked_parts_write(&scene->meter.usage, &scene->json);
}

static void end(struct scene *scene)
{
    buf_done(&scene->json);
    meter_done(&scene->meter);
    prices_unref(scene->prices);
}

/* The sums, as columns of a booking have them, and the parts. */
static uint64_t price_again(const struct scene *scene)
{
    const uint64_t *told = scene->meter.usage.counts;
    struct meter_usage usage = { .came_ms = NOW };
    uint64_t cost;

    memcpy(usage.counts, told, sizeof(usage.counts));
    usage.counts[METER_CACHE_WRITE] = meter_cache_writes(told);
    usage.counts[METER_CACHE_WRITE_5M] =
        usage.counts[METER_CACHE_WRITE] - told[METER_CACHE_WRITE_1H];
    text_copy(usage.model, sizeof(usage.model), STR("claude-haiku-5-5"));
    text_copy(usage.service_tier, sizeof(usage.service_tier),
              str_of(scene->meter.usage.service_tier));
    if (scene->json.len > 0)
        assert_true(booked_parts_read(buf_str(&scene->json), &usage));
    (void)prices_cost(scene->prices, STR("claude-haiku-5-5"), &usage, &cost);
    booked_parts_done(&usage);
    return cost;
}

#define TOP "\"input_tokens\":60000,\"output_tokens\":10"
#define OWN "{\"type\":\"message\",\"input_tokens\":60000,\"output_tokens\":10}"

static const struct {
    const char *usage;
    const char *json;
} cases[] = {
    { TOP, "" },
    { TOP ",\"speed\":\"standard\",\"inference_geo\":\"global\"", "" },
    { TOP ",\"inference_geo\":\"not_available\"", "" },
    { TOP ",\"iterations\":[" OWN "]", "" },
    { TOP ",\"speed\":\"fast\"", "[{\"speed\":\"fast\"}]" },
    { TOP
      ",\"speed\":\"fast\",\"inference_geo\":\"us\",\"service_tier\":\"batch\"",
      "[{\"speed\":\"fast\",\"inference_geo\":\"us\"}]" },
    { TOP ",\"inference_geo\":\"a\\\"b\"", "[{\"inference_geo\":\"a\\\"b\"}]" },
    { TOP
      ",\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":90000}," OWN
      "]",
      "[{\"prompt\":90000,\"input_tokens\":150000,\"output_tokens\":10}]" },
    { TOP
      ",\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":110000}," OWN
      ",{\"type\":\"advisor_message\",\"model\":\"claude-opus-5\","
      "\"input_tokens\":5,\"cache_read_input_tokens\":7,"
      "\"cache_creation_input_tokens\":9,\"cache_creation\":{"
      "\"ephemeral_1h_input_tokens\":4},\"output_tokens\":6}],"
      "\"inference_geo\":\"us\"",
      "[{\"prompt\":110000,\"input_tokens\":110000},"
      "{\"prompt\":60000,\"input_tokens\":60000,\"output_tokens\":10},"
      "{\"model\":\"claude-opus-5\",\"prompt\":21,\"input_tokens\":5,"
      "\"output_tokens\":6,\"cache_read_input_tokens\":7,"
      "\"cache_write_5m_tokens\":5,\"cache_write_1h_tokens\":4},"
      "{\"inference_geo\":\"us\"}]" },
    /* beside what the iterations account for */
    { "\"input_tokens\":70000,\"cache_creation_input_tokens\":5,"
      "\"output_tokens\":10,\"iterations\":[" OWN
      ",{\"model\":\"oracle\",\"output_tokens\":1}]",
      "[{\"prompt\":60000,\"input_tokens\":60000,\"output_tokens\":10},"
      "{\"model\":\"oracle\",\"prompt\":0,\"output_tokens\":1}]" },
};

static void a_booking_can_be_priced_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene;
        uint64_t cost, again;

        read_usage(&scene, cases[i].usage);
        unit_assert_str(buf_str(&scene.json), cases[i].json);
        (void)prices_cost(scene.prices, STR("claude-haiku-5-5"),
                          &scene.meter.usage, &cost);
        again = price_again(&scene);
        if (cost != again)
            fail_msg("case %zu: %llu, again %llu", i, (unsigned long long)cost,
                     (unsigned long long)again);
        end(&scene);
    }
}

static void what_is_no_array_of_parts_is_refused(void **state)
{
    static const char *const odd[] = { "", "{}", "[1]", "[{}",
                                       "[{},{},{},{},{},{},{}]" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        struct meter_usage usage = { .speed = "x" };

        assert_false(booked_parts_read(str_of(odd[i]), &usage));
        assert_null(usage.parts);
        assert_string_equal(usage.speed, "x");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_booking_can_be_priced_again),
        cmocka_unit_test(what_is_no_array_of_parts_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
