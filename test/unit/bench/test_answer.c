// SPDX-License-Identifier: MIT
/* The framing of answers, at any split. */
#include "bench/answer.h"

#include "base/buf.h"
#include "unit.h"

#define OK "HTTP/1.1 200 OK\r\n"

/* Read the text in pieces of `step` bytes; what is left over is an error too. */
static enum answer_state read_in_steps(struct answer *answer, struct str text,
                                       size_t step, struct buf *out)
{
    answer_init(answer);
    buf_clear(out);
    while (text.len > 0) {
        struct str piece = str_sub(text, 0, step);
        struct str body;
        size_t taken = answer_read(answer, piece, &body);

        buf_add(out, body);
        if (taken == 0)
            return ANSWER_BAD;
        text = str_from(text, taken);
    }
    return answer->state;
}

static void answers_are_read_whole_and_cut_ones_are_seen(void **state)
{
    static const struct {
        const char *text;
        enum answer_state want;
        const char *body;
    } cases[] = {
        { OK "content-length: 3\r\n\r\nabc", ANSWER_DONE, "abc" },
        { OK "content-length: 0\r\n\r\n", ANSWER_DONE, "" },
        { OK "content-length: 3\r\n\r\nab", ANSWER_LENGTH, "ab" },
        { OK "content-length: 3\r\n\r\nabcd", ANSWER_BAD, "abc" },
        { OK "content-length: x\r\n\r\n", ANSWER_BAD, "" },
        { OK "content-length: 3\n\r\nabc", ANSWER_BAD, "" },
        { OK "transfer-encoding: chunked\r\n\r\n3\r\nab\r\n", ANSWER_BAD,
          "ab\r" },
        { OK "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
          ANSWER_DONE, "abc" },
        { OK "transfer-encoding: chunked\r\n\r\n2\r\nab\r\n", ANSWER_SIZE,
          "ab" },
        { OK "transfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n",
          ANSWER_TRAILER, "ab" },
        { OK "transfer-encoding: chunked\r\n\r\n2\r\nabc\r\n", ANSWER_BAD,
          "ab" },
        { OK "transfer-encoding: chunked\r\n\r\nxx\r\n", ANSWER_BAD, "" },
        { OK "\r\nuntil the end", ANSWER_BAD, "" },
        { "HTTP/1.1 100 Continue\r\n\r\n" OK "content-length: 1\r\n\r\na",
          ANSWER_DONE, "a" },
        { "garbage\r\n", ANSWER_BAD, "" },
    };
    struct answer answer;
    struct buf body;

    (void)state;
    buf_init(&body, 4096);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str text = str_of(cases[i].text);

        for (size_t step = 1; step <= text.len; step++) {
            assert_int_equal(read_in_steps(&answer, text, step, &body),
                             cases[i].want);
            unit_assert_str(buf_str(&body), cases[i].body);
        }
    }
    buf_done(&body);
}

static void the_status_and_the_end_of_the_connection_are_known(void **state)
{
    struct answer answer;
    struct buf body;

    (void)state;
    buf_init(&body, 4096);
    (void)read_in_steps(&answer,
                        STR("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n"
                            "content-length: 1\r\n\r\nx"),
                        7, &body);
    assert_int_equal(answer.status, 502);
    assert_true(answer.close);
    buf_done(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_read_whole_and_cut_ones_are_seen),
        cmocka_unit_test(the_status_and_the_end_of_the_connection_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
