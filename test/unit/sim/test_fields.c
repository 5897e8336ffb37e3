// SPDX-License-Identifier: MIT
/* Header fields of answers. */
#include "sim/fields.h"

#include <string.h>

#include "unit.h"

#define NOW_MS 1785542400000u /* 2026-08-01T00:00:00Z */

static const char *write(struct buf *out, const struct directives *directives,
                         enum credential_kind kind)
{
    static struct fields_cache cache;
    struct fields fields = {
        .cache = &cache,
        .now_ms = NOW_MS,
        .kind = kind,
        .request_id = "req_1",
        .type = STR("application/json"),
        .encoding = STR_EMPTY,
        .has_length = true,
        .length = 12,
    };

    buf_clear(out);
    fields_write(&fields, directives, out);
    buf_add(out, (struct str){ "", 1 });
    return buf_str(out).at;
}

static void each_credential_has_its_limits(void **state)
{
    struct directives none;
    struct buf out;
    const char *text;

    (void)state;
    buf_init(&out, 65536);
    directives_init(&none);
    text = write(&out, &none, CREDENTIAL_OAUTH);
    unit_assert_part(text, "date: Sat, 01 Aug 2026 00:00:00 GMT\r\n");
    unit_assert_part(text, "content-length: 12\r\n");
    unit_assert_part(text, "request-id: req_1\r\n");
    unit_assert_part(text, "anthropic-ratelimit-unified-status: allowed\r\n");
    assert_null(strstr(text, "ratelimit-tokens"));
    text = write(&out, &none, CREDENTIAL_API_KEY);
    unit_assert_part(text, "anthropic-ratelimit-tokens-reset: 2026-08-01T00:01:"
                           "00.000Z\r\n");
    assert_null(strstr(text, "unified"));
    text = write(&out, &none, CREDENTIAL_NONE);
    assert_null(strstr(text, "ratelimit"));
    buf_done(&out);
}

static void a_directive_takes_the_place_of_the_usual_field(void **state)
{
    struct directives directives;
    struct buf out;
    const char *text;

    (void)state;
    buf_init(&out, 65536);
    directives_init(&directives);
    directives.fields_count = 2;
    directives.fields[0] = (struct header){ STR("Content-Length"), STR("99") };
    directives.fields[1] = (struct header){ STR("retry-after"), STR("3") };
    text = write(&out, &directives, CREDENTIAL_API_KEY);
    assert_null(strstr(text, "content-length: 12"));
    unit_assert_part(text, "Content-Length: 99\r\n");
    unit_assert_part(text, "retry-after: 3\r\n");
    unit_assert_part(text, "request-id: req_1\r\n");
    assert_null(strstr(text, "\r\n\r\n"));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_credential_has_its_limits),
        cmocka_unit_test(a_directive_takes_the_place_of_the_usual_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
