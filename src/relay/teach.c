// SPDX-License-Identifier: MIT
/* What came of an attempt teaches its account. */
#include "relay/teach.h"

#include <stdio.h>

#include "account/accounts.h"
#include "account/gateway.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "base/json.h"
#include "http/date.h"
#include "relay/authorise.h"
#include "relay/gather.h"
#include "relay/metering.h"
#include "relay/way.h"

/* ---- the error ------------------------------------------------------------ */

bool teach_reads_body(unsigned status)
{
    return status == 400 || status == 401 || status == 403 || status == 429 ||
           status == 508;
}

static struct str member(const struct json_doc *doc, const char *name)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(doc, name, &text);
    return text;
}

struct str teach_error_of(struct str body, char out[TEACH_TEXT_MAX])
{
    struct err ignored;
    struct json_doc *doc = json_doc_parse(body, &ignored);
    const struct json_doc *error = json_doc_get(doc, "error");
    struct str type = member(error, "type");
    struct str message = member(error, "message");
    struct str code = member(json_doc_get(error, "details"), "error_code");

    (void)snprintf(out, TEACH_TEXT_MAX, STR_FMT ": " STR_FMT "%s" STR_FMT "%s",
                   STR_ARG(type), STR_ARG(message), code.len > 0 ? " (" : "",
                   STR_ARG(code), code.len > 0 ? ")" : "");
    json_doc_free(doc);
    return type.len + message.len > 0 ? str_of(out) : STR_EMPTY;
}

/* As much as there is room for: an error that is longer is none that anybody wrote. */
static void take_plain(void *arg, struct str bytes)
{
    struct buf *plain = arg;

    buf_add(plain, str_sub(bytes, 0, plain->max - plain->len));
}

/* As it came, or unpacked. */
static void unpack(struct relayed *r, struct buf *plain)
{
    struct str body = gather_came(r->gather, true);
    bool unknown;
    struct unpack *unpack =
        metering_unpack(&call_head(r->attempt.call)->headers,
                        &r->relay->unpacking, &unknown);

    if (unpack)
        (void)unpack_feed(unpack, body, take_plain, plain);
    else if (!unknown)
        take_plain(plain, body);
    unpack_free(unpack);
}

/* ---- teaching ------------------------------------------------------------- */

enum lesson_from teach_from(const struct relayed *r)
{
    static const struct {
        const char *path;
        enum lesson_from from;
    } below[] = {
        { "/v1/messages/count_tokens", LESSON_FROM_COUNT },
        { "/v1/messages/batches", LESSON_FROM_BATCHES },
        { "/v1/models", LESSON_FROM_MODELS },
    };

    if (r->endpoint && r->endpoint->metered &&
        str_eq(r->path, STR("/v1/messages")))
        return LESSON_FROM_MESSAGES;
    for (size_t i = 0; i < COUNT_OF(below); i++) {
        struct str path = str_of(below[i].path);

        if (str_starts(r->path, path) &&
            (r->path.len == path.len || r->path.at[path.len] == '/'))
            return below[i].from;
    }
    return LESSON_FROM_OTHER;
}

static struct lesson teach(const struct relayed *r,
                           struct vitals_answer *answer)
{
    const struct account *account = r->attempt.account;
    struct lesson lesson;

    if (!account || !account->vitals)
        return (struct lesson){ .kind = LESSON_NONE };
    answer->from = teach_from(r);
    answer->foreign = gateway_is_elsewhere(account);
    answer->detour = way_is_detour(r);
    answer->model = r->told.model;
    answer->now_ms = clock_wall_ms();
    lesson = vitals_learn(account->vitals, answer);
    if (lesson_stops(lesson.kind))
        accounts_hurry(r->relay->options.accounts);
    return lesson;
}

static uint64_t retry_after_ms(const struct headers *headers)
{
    const struct str *after = headers_get(headers, STR("retry-after"));

    return after ? date_wait_ms(*after, clock_wall_ms()) : 0;
}

struct lesson teach_answer(struct relayed *r)
{
    const struct parser_head *head = call_head(r->attempt.call);
    struct vitals_answer answer = {
        .status = head->status,
        .headers = &head->headers,
        .renews = authorise_refreshes(r) && !r->attempt.renewed,
        .renewable = authorise_refreshes(r),
        .young = authorise_is_young(r),
        .retry_after_ms = retry_after_ms(&head->headers),
    };
    char text[TEACH_TEXT_MAX];
    struct lesson lesson;
    struct buf plain;

    buf_init(&plain, 2 * TEACH_ERROR_MAX);
    if (r->gather && teach_reads_body(head->status)) {
        unpack(r, &plain);
        answer.error = teach_error_of(buf_str(&plain), text);
    }
    lesson = teach(r, &answer);
    buf_done(&plain);
    return lesson;
}

/* It stood still in the middle of its body, and the other side gave up waiting. */
static bool is_the_clients(const struct relayed *r)
{
    return relayed_is_streamed(r) && r->passed > 0 && !r->upload_ended;
}

/* It was reached, and what it said is no HTTP, or more than is taken. */
static bool is_garbled(const struct call *call)
{
    return call && call_state(call) == CALL_FAILED &&
           call_error(call)->code == ERR_BAD_RESPONSE;
}

struct lesson teach_failure(struct relayed *r)
{
    struct vitals_answer answer = { .garbled = is_garbled(r->attempt.call) };

    if (is_the_clients(r))
        return (struct lesson){ .kind = LESSON_NONE };
    return teach(r, &answer);
}

void teach_error_event(const struct relayed *r)
{
    struct vitals_answer answer = { .status = 200, .error_event = true };

    (void)teach(r, &answer);
}
