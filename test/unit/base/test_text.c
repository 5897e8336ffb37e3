// SPDX-License-Identifier: MIT
/* Text forms of values. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

/* ---- times -------------------------------------------------------------- */

static const struct {
    const char *text;
    bool fine;
    uint64_t ms;
} time_cases[] = {
    { "1970-01-01T00:00:00Z", true, 0 },
    { "2026-08-01T12:00:00Z", true, 1785585600000 },
    { "2026-08-01T12:00:00.5Z", true, 1785585600500 },
    { "2026-08-01T12:00:00.123Z", true, 1785585600123 },
    /* Go's time.Time in JSON: nanoseconds, local offset */
    { "2026-08-01T20:00:00.123456789+08:00", true, 1785585600123 },
    { "2026-08-01T07:00:00.1234567-05:00", true, 1785585600123 },
    { "2026-08-01T17:30:00+05:30", true, 1785585600000 },
    { "2026-08-01t12:00:00z", true, 1785585600000 },
    { "2026-08-01 12:00:00Z", true, 1785585600000 },
    { "2024-02-29T00:00:00Z", true, 1709164800000 },
    { "2000-02-29T00:00:00Z", true, 951782400000 },
    { "2016-12-31T23:59:60Z", true, 1483228800000 },
    { "9999-12-31T23:59:59.999Z", true, 253402300799999 },
    { "9999-12-31T23:59:59-00:01", false, 0 },
    { "9999-12-31T23:59:60Z", false, 0 },
    { "2023-02-29T00:00:00Z", false, 0 },
    { "2100-02-29T00:00:00Z", false, 0 },
    { "2026-04-31T00:00:00Z", false, 0 },
    { "2026-13-01T00:00:00Z", false, 0 },
    { "2026-00-01T00:00:00Z", false, 0 },
    { "2026-01-00T00:00:00Z", false, 0 },
    { "2026-01-01T24:00:00Z", false, 0 },
    { "2026-01-01T00:60:00Z", false, 0 },
    { "2026-01-01T00:00:61Z", false, 0 },
    { "0001-01-01T00:00:00Z", false, 0 }, /* Go's zero time */
    { "1969-12-31T23:59:59Z", false, 0 },
    { "1970-01-01T00:00:00+01:00", false, 0 },
    { "2026-08-01T12:00:00", false, 0 },
    { "2026-08-01T12:00:00.Z", false, 0 },
    { "2026-08-01T12:00:00+0800", false, 0 },
    { "2026-08-01T12:00:00+24:00", false, 0 },
    { "2026-08-01T12:00:00+08:60", false, 0 },
    { "2026-08-01T12:00:00Zx", false, 0 },
    { "2026-08-01", false, 0 },
    { "2026-8-1T12:00:00Z", false, 0 },
    { "+026-08-01T12:00:00Z", false, 0 },
    { "1785585600", false, 0 },
    { "", false, 0 },
};

static void rfc_3339_times_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(time_cases); i++) {
        uint64_t ms = 0;
        bool fine = text_parse_time(str_of(time_cases[i].text), &ms);

        if (fine != time_cases[i].fine || (fine && ms != time_cases[i].ms))
            fail_msg("\"%s\" gave %llu", time_cases[i].text,
                     (unsigned long long)ms);
    }
}

static void times_are_written_as_they_are_read(void **state)
{
    static const uint64_t times[] = {
        0, 1, 999, 1785585600123, 951782400000, 253402300799999
    };
    char text[TEXT_TIME_MAX];
    uint64_t back;

    (void)state;
    text_format_time(1785585600007, text);
    assert_string_equal(text, "2026-08-01T12:00:00.007Z");
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        text_format_time(times[i], text);
        assert_true(text_parse_time(str_of(text), &back));
        assert_int_equal(back, times[i]);
    }
    text_format_time(253402300800000, text); /* the year 10000 */
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    text_format_time(UINT64_MAX, text); /* stays inside its array */
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

/* ---- durations ---------------------------------------------------------- */

static const struct {
    const char *text;
    bool fine;
    uint64_t ms;
} duration_cases[] = {
    { "0", true, 0 },
    { "0s", true, 0 },
    { "300ms", true, 300 },
    { "30s", true, 30000 },
    { "5m", true, 300000 },
    { "1h30m", true, 5400000 },
    { "1.5h", true, 5400000 },
    { ".5s", true, 500 },
    { "1.s", true, 1000 },
    { "1m1s1ms", true, 61001 },
    { "1.001s", true, 1001 },
    { "1.1s", true, 1100 },
    { "0.29s", true, 290 },
    { "2.3m", true, 138000 },
    { "1.9ms", true, 1 },
    { "1s1s", true, 2000 },
    { "30", false, 0 },
    { "", false, 0 },
    { "s", false, 0 },
    { ".s", false, 0 },
    { "-1s", false, 0 },
    { "+1s", false, 0 },
    { "1 s", false, 0 },
    { "1s ", false, 0 },
    { "1d", false, 0 },
    { "1S", false, 0 },
    { "1us", false, 0 },
    { "1..5s", false, 0 },
    { "1.5.5s", false, 0 },
    { "1e3s", false, 0 },
    { "5m30", false, 0 },
    { "1h-1m", false, 0 },
    { "99999999999999h", false, 0 },
    { "9999999999999999s", false, 0 },
};

static void go_durations_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(duration_cases); i++) {
        uint64_t ms = 0;
        bool fine = text_parse_duration(str_of(duration_cases[i].text), &ms);

        if (fine != duration_cases[i].fine ||
            (fine && ms != duration_cases[i].ms))
            fail_msg("\"%s\" gave %llu", duration_cases[i].text,
                     (unsigned long long)ms);
    }
}

static void every_millisecond_of_a_second_is_exact(void **state)
{
    (void)state;
    for (unsigned ms = 0; ms < 5000; ms++) {
        char text[16];
        uint64_t got;

        (void)snprintf(text, sizeof(text), "%u.%03us", ms / 1000, ms % 1000);
        assert_true(text_parse_duration(str_of(text), &got));
        assert_int_equal(got, ms);
    }
}

/* ---- UTF-8 and escapes --------------------------------------------------- */

static const struct {
    const char *text;
    size_t len;
} utf8_cases[] = {
    { "a", 1 },
    { "\x7f", 1 },
    { "\xc3\xa9", 2 },
    { "\xe2\x82\xac", 3 },
    { "\xf0\x9f\x98\x80", 4 },
    { "\xf4\x8f\xbf\xbf", 4 },
    { "\xed\x9f\xbf", 3 },
    { "", 0 },
    { "\x80", 0 },
    { "\xc0\xaf", 0 }, /* overlong */
    { "\xc1\xbf", 0 },
    { "\xe0\x80\xaf", 0 },
    { "\xf0\x80\x80\xaf", 0 },
    { "\xed\xa0\x80", 0 },     /* surrogate */
    { "\xf4\x90\x80\x80", 0 }, /* above U+10FFFF */
    { "\xf5\x80\x80\x80", 0 },
    { "\xff", 0 },
    { "\xc3", 0 }, /* cut */
    { "\xe2\x82", 0 },
    { "\xf0\x9f\x98", 0 },
    { "\xe2\x28\xa1", 0 },
};

static void utf8_sequences_are_measured(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(utf8_cases); i++) {
        if (text_utf8_len(str_of(utf8_cases[i].text)) != utf8_cases[i].len)
            fail_msg("case %zu", i);
    }
}

static void json_escapes_make_any_bytes_valid(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    text_json_escape(&out, STR("a\"\\/\b\f\n\r\t\x01\x1f\x7f\0z"));
    unit_assert_str(buf_str(&out), "a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f"
                                   "\\u007f\\u0000z");
    buf_clear(&out);
    text_json_escape(&out, STR("\xc3\xa9\xff\xe2\x82\xc3"));
    unit_assert_str(buf_str(&out), "\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd"
                                   "\xef\xbf\xbd\xef\xbf\xbd");
    buf_done(&out);
}

static const struct {
    const char *text;
    const char *escaped; /* NULL: it is seen */
} unseen_cases[] = {
    { "a", NULL },
    { "\xc3\xa9", NULL },
    { "\xe2\x82\xac", NULL },      /* the euro sign */
    { "\xe6\xb1\x89", NULL },      /* Chinese */
    { "\xf0\x9f\x98\x80", NULL },  /* a smiling face */
    { "\xc2\xa0", NULL },          /* a space, if a wide one */
    { "\x1b", "\\u001b" },         /* begins what terminals obey */
    { "\x7f", "\\u007f" },         /* DEL */
    { "\xc2\x9b", "\\u009b" },     /* likewise, in one */
    { "\xc2\xad", "\\u00ad" },     /* a hyphen that is not seen */
    { "\xd8\x9c", "\\u061c" },     /* Arabic letter mark */
    { "\xcd\x8f", "\\u034f" },     /* a joiner */
    { "\xe1\x9e\xb5", "\\u17b5" }, /* a vowel that is not seen */
    { "\xe1\xa0\x8b", "\\u180b" }, /* a selector */
    { "\xe1\xa0\x8e", "\\u180e" }, /* a separator */
    { "\xe2\xa0\x80", "\\u2800" }, /* a pattern without a dot */
    { "\xe2\xa0\x81", NULL },      /* one with a dot */
    { "\xe3\x80\x80", NULL },      /* a space of two columns */
    { "\xe2\x80\x8b", "\\u200b" }, /* a space without width */
    { "\xe2\x80\x8f", "\\u200f" }, /* right-to-left mark */
    { "\xe2\x80\xa8", "\\u2028" }, /* the end of a line */
    { "\xe2\x80\xae", "\\u202e" }, /* from right to left, from here */
    { "\xe2\x81\xa6", "\\u2066" }, /* isolates */
    { "\xef\xbb\xbf", "\\ufeff" }, /* a byte order mark */
    { "\xe3\x85\xa4", "\\u3164" }, /* a letter that is not seen */
    { "\xf3\xa0\x84\x80", "\\udb40\\udd00" }, /* a selector */
    { "\xf3\xa0\x81\x81", "\\udb40\\udc41" }, /* a tag, "A" */
};

static void what_is_not_seen_is_escaped(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    for (size_t i = 0; i < COUNT_OF(unseen_cases); i++) {
        const char *text = unseen_cases[i].text;
        const char *want = unseen_cases[i].escaped;

        assert_int_equal(text_is_control(str_of(text)), want != NULL);
        buf_clear(&out);
        text_json_escape(&out, str_of(text));
        unit_assert_str(buf_str(&out), want ? want : text);
    }
    assert_true(text_is_control(STR("\xff")));
    buf_done(&out);
}

static void json_stays_json_where_that_is_shown(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    text_json_show(&out,
                   STR("{\"a\":\"\\\"\\n\xe2\x80\xae\xc2\x9b\xc3\xa9\"}"));
    unit_assert_str(buf_str(&out), "{\"a\":\"\\\"\\n\\u202e\\u009b\xc3\xa9\"}");
    buf_done(&out);
}

static void html_escapes_what_could_end_text_or_attribute(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    text_html_escape(&out, STR("<a href=\"x\">'&\xc3\xa9"));
    unit_assert_str(buf_str(&out),
                    "&#60;a href=&#34;x&#34;&#62;&#39;&#38;\xc3\xa9");
    buf_done(&out);
}

static void plain_words_need_no_quotes(void **state)
{
    (void)state;
    assert_true(text_is_plain_word(STR("/v1/messages?beta=true")));
    assert_true(text_is_plain_word(STR("max_5x@team.example:443")));
    assert_false(text_is_plain_word(STR_EMPTY));
    assert_false(text_is_plain_word(STR("a b")));
    assert_false(text_is_plain_word(STR("a\"b")));
    assert_false(text_is_plain_word(STR("a\nb")));
    assert_false(text_is_plain_word(STR("a\0b")));
    assert_false(text_is_plain_word(STR("\xc3\xa9")));
}

/* ---- percent, hex ------------------------------------------------------- */

static const struct {
    const char *text;
    const char *want; /* NULL: refused */
} url_cases[] = {
    { "plain", "plain" },
    { "a+b", "a b" },
    { "a%20b%2Bc", "a b+c" },
    { "%e4%BD%A0", "\xe4\xbd\xa0" },
    { "", "" },
    { "%", NULL },
    { "%2", NULL },
    { "a%2", NULL },
    { "%zz", NULL },
    { "%2x", NULL },
    { "%%20", NULL },
};

static void query_values_are_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(url_cases); i++) {
        struct buf out;
        bool fine;

        buf_init(&out, 100);
        fine = text_url_decode(&out, str_of(url_cases[i].text));
        if (fine != (url_cases[i].want != NULL))
            fail_msg("\"%s\"", url_cases[i].text);
        if (fine)
            unit_assert_str(buf_str(&out), url_cases[i].want);
        buf_done(&out);
    }
}

static void decoding_stops_at_the_ceiling(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 2);
    assert_true(text_url_decode(&out, STR("%41b")));
    buf_clear(&out);
    assert_false(text_url_decode(&out, STR("abc")));
    buf_done(&out);
}

static void a_plus_is_a_plus_outside_of_queries(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 10);
    assert_true(text_percent_decode(&out, STR("a+%2B%20")));
    unit_assert_str(buf_str(&out), "a++ ");
    assert_false(text_percent_decode(&out, STR("%4")));
    buf_done(&out);
}

static void hex_is_lower_case(void **state)
{
    char out[9];

    (void)state;
    text_hex((const unsigned char *)"\x00\x7f\xab\xff", 4, out);
    assert_string_equal(out, "007fabff");
    text_hex(NULL, 0, out);
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_3339_times_are_read),
        cmocka_unit_test(times_are_written_as_they_are_read),
        cmocka_unit_test(go_durations_are_read),
        cmocka_unit_test(every_millisecond_of_a_second_is_exact),
        cmocka_unit_test(utf8_sequences_are_measured),
        cmocka_unit_test(json_escapes_make_any_bytes_valid),
        cmocka_unit_test(what_is_not_seen_is_escaped),
        cmocka_unit_test(json_stays_json_where_that_is_shown),
        cmocka_unit_test(html_escapes_what_could_end_text_or_attribute),
        cmocka_unit_test(plain_words_need_no_quotes),
        cmocka_unit_test(query_values_are_decoded),
        cmocka_unit_test(decoding_stops_at_the_ceiling),
        cmocka_unit_test(a_plus_is_a_plus_outside_of_queries),
        cmocka_unit_test(hex_is_lower_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
