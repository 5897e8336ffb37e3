// SPDX-License-Identifier: MIT
/* Where the time of an ended request went. */
#include "relay/detail.h"

#include <assert.h>
#include <string.h>

#define NAME_LEN_MAX 80
#define PROXY_LEN_MAX 120
#define WHY_LEN_MAX 480

enum text { TEXT_ACCOUNT, TEXT_PROXY, TEXT_WHY, TEXTS };

/* An attempt without its texts, which follow in their order behind all attempts. */
struct packed {
    uint32_t start_us;
    uint32_t us;
    uint16_t lens[TEXTS];
    uint16_t status;
    uint8_t result;
    uint8_t fresh;
};

static_assert(sizeof(struct detail) +
                      DETAIL_STEPS_MAX * sizeof(struct detail_step) +
                      RECORD_ATTEMPTS_MAX *
                          (sizeof(struct packed) + NAME_LEN_MAX +
                           PROXY_LEN_MAX + WHY_LEN_MAX) <=
                  DETAIL_SIZE_MAX,
              "the largest one fits");

static const char *const words[DETAIL_KINDS] = {
    [DETAIL_RECEIVE] = "receive", [DETAIL_QUEUE] = "queue",
    [DETAIL_CHOOSE] = "choose",   [DETAIL_TOKEN] = "token",
    [DETAIL_DIAL] = "dial",       [DETAIL_CONNECT] = "connect",
    [DETAIL_TLS] = "tls",         [DETAIL_SEND] = "send",
    [DETAIL_WAIT] = "wait",       [DETAIL_ANSWER] = "answer",
};

const char *detail_kind_word(enum detail_kind kind)
{
    return words[kind];
}

/* ---- packing ------------------------------------------------------------- */

static void add(struct detail *detail, const void *bytes, size_t len)
{
    if (len > 0)
        memcpy((char *)detail + detail->size, bytes, len);
    detail->size += (uint32_t)len;
}

static uint16_t len_of(struct str text, size_t max)
{
    return (uint16_t)(text.len < max ? text.len : max);
}

static struct packed pack(const struct detail_attempt *attempt)
{
    return (struct packed){
        .start_us = attempt->start_us,
        .us = attempt->us,
        .lens = { [TEXT_ACCOUNT] = len_of(attempt->account, NAME_LEN_MAX),
                  [TEXT_PROXY] = len_of(attempt->proxy, PROXY_LEN_MAX),
                  [TEXT_WHY] = len_of(attempt->why, WHY_LEN_MAX) },
        .status = attempt->status,
        .result = (uint8_t)attempt->result,
        .fresh = attempt->fresh,
    };
}

static void add_texts(struct detail *detail,
                      const struct detail_attempt *attempt)
{
    struct packed packed = pack(attempt);

    add(detail, attempt->account.at, packed.lens[TEXT_ACCOUNT]);
    add(detail, attempt->proxy.at, packed.lens[TEXT_PROXY]);
    add(detail, attempt->why.at, packed.lens[TEXT_WHY]);
}

void detail_pack(struct detail *detail, const struct detail_parts *parts)
{
    assert(parts->step_count <= DETAIL_STEPS_MAX &&
           parts->attempt_count <= RECORD_ATTEMPTS_MAX);
    memset(detail->id, 0, sizeof(detail->id));
    memcpy(detail->id, parts->id.at, len_of(parts->id, REQUEST_ID_LEN));
    detail->size = sizeof(*detail);
    detail->step_count = (uint16_t)parts->step_count;
    detail->attempt_count = (uint16_t)parts->attempt_count;
    add(detail, parts->steps, parts->step_count * sizeof(*parts->steps));
    for (size_t i = 0; i < parts->attempt_count; i++) {
        struct packed packed = pack(&parts->attempts[i]);

        add(detail, &packed, sizeof(packed));
    }
    for (size_t i = 0; i < parts->attempt_count; i++)
        add_texts(detail, &parts->attempts[i]);
}

/* ---- looking ------------------------------------------------------------- */

static const char *steps_of(const struct detail *detail)
{
    return (const char *)detail + sizeof(*detail);
}

static const char *attempts_of(const struct detail *detail)
{
    return steps_of(detail) + detail->step_count * sizeof(struct detail_step);
}

struct detail_step detail_step_at(const struct detail *detail, size_t i)
{
    struct detail_step step;

    assert(i < detail->step_count);
    memcpy(&step, steps_of(detail) + i * sizeof(step), sizeof(step));
    return step;
}

static struct packed packed_at(const struct detail *detail, size_t i)
{
    struct packed packed;

    memcpy(&packed, attempts_of(detail) + i * sizeof(packed), sizeof(packed));
    return packed;
}

static size_t texts_len(const struct packed *packed)
{
    return (size_t)packed->lens[TEXT_ACCOUNT] + packed->lens[TEXT_PROXY] +
           packed->lens[TEXT_WHY];
}

static struct str take(const char **at, uint16_t len)
{
    struct str text = { *at, len };

    *at += len;
    return text;
}

struct detail_attempt detail_attempt_at(const struct detail *detail, size_t i)
{
    const char *at =
        attempts_of(detail) + detail->attempt_count * sizeof(struct packed);
    struct packed packed;
    struct detail_attempt attempt;

    assert(i < detail->attempt_count);
    for (size_t k = 0; k < i; k++) {
        packed = packed_at(detail, k);
        at += texts_len(&packed);
    }
    packed = packed_at(detail, i);
    attempt = (struct detail_attempt){
        .start_us = packed.start_us,
        .us = packed.us,
        .status = packed.status,
        .result = (enum record_result)packed.result,
        .fresh = packed.fresh,
    };
    attempt.account = take(&at, packed.lens[TEXT_ACCOUNT]);
    attempt.proxy = take(&at, packed.lens[TEXT_PROXY]);
    attempt.why = take(&at, packed.lens[TEXT_WHY]);
    return attempt;
}
