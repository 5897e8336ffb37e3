// SPDX-License-Identifier: MIT
/* The framing of an HTTP/1.1 answer. */
#include "bench/answer.h"

#include <string.h>

#include "base/chars.h"

void answer_init(struct answer *answer)
{
    *answer = (struct answer){ .state = ANSWER_STATUS };
}

/* ---- lines -------------------------------------------------------------- */

static void read_status(struct answer *answer, struct str line)
{
    uint64_t status;

    answer->state = ANSWER_BAD;
    if (!str_starts(line, STR("HTTP/1.1 ")) ||
        !str_to_u64(str_sub(line, 9, 3), 599, &status))
        return;
    answer->status = (unsigned)status;
    answer->state = ANSWER_FIELDS;
}

static void end_fields(struct answer *answer)
{
    if (answer->status < 200)
        answer->state = ANSWER_STATUS;
    else if (answer->chunked)
        answer->state = ANSWER_SIZE;
    else if (answer->left == UINT64_MAX)
        answer->state = ANSWER_BAD;
    else
        answer->state = answer->left > 0 ? ANSWER_LENGTH : ANSWER_DONE;
}

static void read_field(struct answer *answer, struct str line)
{
    size_t colon = str_index(line, ':');
    struct str name = str_sub(line, 0, colon);
    struct str value = str_trim(str_from(line, colon + 1));

    if (line.len == 0)
        end_fields(answer);
    else if (str_ieq(name, STR("content-length")) &&
             !str_to_u64(value, UINT64_MAX - 1, &answer->left))
        answer->state = ANSWER_BAD;
    else if (str_ieq(name, STR("transfer-encoding")))
        answer->chunked = str_ieq(value, STR("chunked"));
    else if (str_ieq(name, STR("connection")))
        answer->close = str_ieq(value, STR("close"));
}

static void read_size(struct answer *answer, struct str line)
{
    uint64_t size = 0;

    answer->state = ANSWER_BAD;
    if (line.len == 0 || line.len > 8)
        return;
    for (size_t i = 0; i < line.len; i++) {
        int digit = chars_hex_value(line.at[i]);

        if (digit < 0)
            return;
        size = size * 16 + (uint64_t)digit;
    }
    answer->left = size;
    answer->state = size > 0 ? ANSWER_CHUNK : ANSWER_TRAILER;
}

static void read_line(struct answer *answer, struct str line)
{
    if (answer->state == ANSWER_STATUS) {
        answer->left = UINT64_MAX; /* no length yet */
        read_status(answer, line);
    } else if (answer->state == ANSWER_FIELDS) {
        read_field(answer, line);
    } else if (answer->state == ANSWER_SIZE) {
        read_size(answer, line);
    } else if (answer->state == ANSWER_CHUNK_END) {
        answer->state = line.len == 0 ? ANSWER_SIZE : ANSWER_BAD;
    } else if (line.len == 0) {
        answer->state = ANSWER_DONE;
    }
}

/* What does not fit of a long line is of no interest here. */
static void keep(struct answer *answer, struct str part)
{
    struct str fits = str_sub(part, 0, ANSWER_LINE_MAX - answer->line_len);

    memcpy(answer->line + answer->line_len, fits.at, fits.len);
    answer->line_len += fits.len;
}

static size_t take_line(struct answer *answer, struct str bytes)
{
    size_t end = str_index(bytes, '\n');
    struct str line = str_sub(bytes, 0, end);

    if (end == bytes.len || answer->line_len > 0) {
        keep(answer, line);
        line = (struct str){ answer->line, answer->line_len };
    }
    if (end == bytes.len)
        return bytes.len;
    answer->line_len = 0;
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    else if (line.len < ANSWER_LINE_MAX) /* not one without its end */
        answer->state = ANSWER_BAD;
    if (answer->state != ANSWER_BAD)
        read_line(answer, line);
    return end + 1;
}

/* ---- the body ----------------------------------------------------------- */

static size_t take_body(struct answer *answer, struct str bytes,
                        struct str *body)
{
    *body = answer->left < bytes.len ? str_sub(bytes, 0, (size_t)answer->left)
                                     : bytes;
    answer->left -= body->len;
    if (answer->left == 0)
        answer->state =
            answer->state == ANSWER_CHUNK ? ANSWER_CHUNK_END : ANSWER_DONE;
    return body->len;
}

size_t answer_read(struct answer *answer, struct str bytes, struct str *body)
{
    size_t taken = 0;

    *body = STR_EMPTY;
    if (answer->state == ANSWER_DONE || answer->state == ANSWER_BAD)
        return 0;
    if (answer->state == ANSWER_LENGTH || answer->state == ANSWER_CHUNK)
        taken = take_body(answer, bytes, body);
    else
        taken = take_line(answer, bytes);
    answer->received += taken;
    return taken;
}
