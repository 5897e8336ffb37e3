// SPDX-License-Identifier: MIT
/* One try of a relayed request. */
#include "relay/attempt.h"

#include <assert.h>
#include <string.h>

#include "account/gateway.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "config/values.h"
#include "relay/models.h"
#include "relay/pass.h"
#include "relay/relayed.h"
#include "relay/rename.h"
#include "relay/way.h"

/* ---- starting ----------------------------------------------------------- */

/* What the kind of body means for the head, and for the call. */
static const struct {
    enum pass_length head;
    enum call_body call;
} bodies[] = {
    [RELAYED_BODY_NONE] = { PASS_LENGTH_NONE, CALL_BODY_WHOLE },
    [RELAYED_BODY_KEPT] = { PASS_LENGTH_KNOWN, CALL_BODY_WHOLE },
    [RELAYED_BODY_LENGTH] = { PASS_LENGTH_KNOWN, CALL_BODY_LENGTH },
    [RELAYED_BODY_CHUNKED] = { PASS_LENGTH_CHUNKED, CALL_BODY_CHUNKED },
};

/* All empty if the client's own login passes. */
static struct pass_credential credential_of(const struct account *account)
{
    struct account_field field;

    if (!account)
        return (struct pass_credential){ .beta = STR_EMPTY };
    field = account_field_of(account);
    return (struct pass_credential){ .header = field.name,
                                     .prefix = field.prefix,
                                     .token = secret_reveal(account->token),
                                     .beta = account->kind->beta };
}

/* The client's own, or with the model's name at the account in it.  A compressed body
   is never looked into. */
static void write_body(struct relayed *r)
{
    const struct account *account = r->attempt.account;

    if (!account || !account->gateway || r->body_is != RELAYED_BODY_KEPT ||
        r->packed ||
        !rename_model(r->body, account->gateway->models, &r->renamed))
        buf_done(&r->renamed);
}

static struct str body_of(const struct relayed *r)
{
    return r->renamed.len > 0 ? buf_str(&r->renamed) : r->body;
}

static void write_head(struct relayed *r, const struct destination *way)
{
    const struct config *config = r->relay->options.config;
    const struct account *account = r->attempt.account;
    struct pass_request pass = {
        .method = r->req->method,
        .target = pass_target(r->req->arena, way->api->prefix, r->path,
                              str_from(r->req->target, r->req->path.len)),
        .host = way->host,
        .headers = &r->req->headers,
        .own_login = !account,
        .credential = credential_of(account),
        .version = config->api_version,
        .beta = config->beta_header,
        .uncompressed = models_is_widened(r->req->path, r->path),
        .length_kind = bodies[r->body_is].head,
        .length = relayed_is_streamed(r) ? r->req->length : body_of(r).len,
    };

    buf_wipe(&r->head);
    pass_request(&pass, &r->head);
}

/* A reference. */
static struct origin *origin_of(const struct relay *relay,
                                const struct destination *way)
{
    const struct destination *home = &relay->home;

    if (way->api == home->api && way->tls == home->tls)
        return origin_ref(relay->origin);
    return upstream_origin(relay->upstream, way->api->host, way->api->port,
                           way->api->tls ? way->tls : NULL);
}

void attempt_start(struct relayed *r, void (*wake)(void *arg))
{
    struct attempt *attempt = &r->attempt;
    const struct config *config = r->relay->options.config;
    struct destination way = gateway_way(attempt->account, &r->relay->home);
    struct call_options options = {
        .id = r->req->id,
        .upstream = r->relay->upstream,
        .origin = origin_of(r->relay, &way),
        .proxy = way_proxy(r),
        .body_kind = bodies[r->body_is].call,
        .to_head = request_is_head(r->req),
        .fresh = attempt->tries > 0,
        .timed = r->relay->seat != NULL,
        .connect_ms = config->connect_ms,
        .first_byte_ms = config->first_byte_ms,
        .idle_ms = config->idle_ms,
    };

    if (attempt->tries++ == 0) {
        write_body(r);
        write_head(r, &way);
    }
    attempt->count++;
    attempt->status = 0;
    attempt->result = RECORD_ABANDONED; /* until something comes of it */
    attempt->took_ns = 0;
    attempt->began_ns = clock_steady_ns();
    options.head = buf_str(&r->head);
    options.body = body_of(r);
    attempt->call = call_start(&options, wake, r);
    origin_free(options.origin);
}

/* ---- judging ------------------------------------------------------------ */

static unsigned accounts_max(const struct relayed *r)
{
    return retry_accounts_max((unsigned)r->relay->options.config->max_attempts,
                              r->attempt.once);
}

static struct retry_facts facts_of(const struct relayed *r)
{
    const struct attempt *attempt = &r->attempt;
    struct call_facts facts = call_facts(attempt->call);
    /* An answer that broke off behind its head is one. */
    bool failed =
        call_state(attempt->call) == CALL_FAILED && attempt->status == 0;

    return (struct retry_facts){
        .status = failed ? 0 : call_head(attempt->call)->status,
        .replayable = !relayed_is_streamed(r),
        .makes = endpoints_makes(r->endpoint),
        .tries = attempt->tries,
        .reused = facts.reused,
        .connected = facts.connected,
        .sent = facts.sent,
        .answered = facts.answered,
        .timed_out = failed && call_error(attempt->call)->code == ERR_TIMEOUT,
        .unheard = facts.unheard,
        .since_sent_ms = facts.since_sent_ms,
        .token = attempt->token,
        .elsewhere = attempt->elsewhere,
        .accounts = attempt->accounts,
        .accounts_max = accounts_max(r),
    };
}

enum retry_verdict attempt_judge(struct relayed *r)
{
    struct attempt *attempt = &r->attempt;
    struct retry_facts facts = facts_of(r);

    attempt->status = facts.status;
    attempt->result = retry_result(&facts);
    attempt->took_ns = clock_steady_ns() - attempt->began_ns;
    return retry_decide(&facts);
}

enum retry_verdict attempt_judge_taught(struct relayed *r,
                                        const struct lesson *lesson)
{
    r->attempt.token = lesson->kind == LESSON_TOKEN;
    r->attempt.elsewhere = lesson->elsewhere;
    r->attempt.once |= lesson->once;
    return attempt_judge(r);
}

/* ---- another account ----------------------------------------------------- */

bool attempt_may_move(const struct relayed *r)
{
    return !relayed_is_streamed(r) && r->attempt.accounts < accounts_max(r);
}

/* An account, by its name: its snapshot may be replaced. */
struct attempt_taken {
    struct attempt_taken *next;
    struct str account;
};

static void note_taken(struct relayed *r, const struct account *account)
{
    struct arena *arena = r->req->arena;
    struct attempt_taken *taken = arena_alloc(arena, sizeof(*taken));

    *taken = (struct attempt_taken){ r->attempt.taken,
                                     arena_str(arena, str_of(account->name)) };
    r->attempt.taken = taken;
}

void attempt_take(struct relayed *r, struct account *account)
{
    struct attempt *attempt = &r->attempt;

    if (account)
        note_taken(r, account);
    attempt->account = account;
    attempt->seat =
        account && relayed_takes_place(r) ? vitals_ref(account->vitals) : NULL;
    attempt->accounts++;
}

void attempt_pass_over(struct relayed *r)
{
    assert(r->attempt.accounts > 0);
    r->attempt.accounts--;
}

/* Its snapshot may be a newer one by now; the place is the same. */
void attempt_leave(struct relayed *r)
{
    struct attempt *attempt = &r->attempt;

    if (attempt->seat)
        vitals_leave(attempt->seat);
    vitals_unref(attempt->seat);
    attempt->seat = NULL;
    account_unref(attempt->account);
    attempt->account = NULL;
}

void attempt_move(struct relayed *r, struct account *account)
{
    struct attempt *attempt = &r->attempt;

    if (attempt->call)
        attempt_end_early(r);
    attempt->lost += attempt->owed;
    attempt->owed = false;
    attempt_leave(r);
    attempt_take(r, account);
    attempt->tries = 0;
    attempt->renewed = false;
    attempt->token = false;
    attempt->elsewhere = false;
}

/* ---- ending ------------------------------------------------------------- */

/* Its head may be there, and nobody has looked at it. */
static unsigned answer_of(const struct attempt *attempt)
{
    switch (call_state(attempt->call)) {
    case CALL_READING:
    case CALL_DONE:
        return attempt->status > 0 ? attempt->status
                                   : call_head(attempt->call)->status;
    case CALL_DIALING:
    case CALL_SECURING:
    case CALL_SENDING:
    case CALL_WAITING:
    case CALL_FAILED:
        break;
    }
    return attempt->status;
}

/* Of one that was lost nobody knows, unless nothing of it arrived. */
void attempt_note(struct relayed *r)
{
    struct attempt *attempt = &r->attempt;
    struct call_facts facts;

    if (!attempt->call)
        return;
    facts = call_facts(attempt->call);
    attempt->status = answer_of(attempt);
    attempt->sent |= facts.begun;
    attempt->owed = facts.sent && !facts.unheard &&
                    (attempt->status == 0 ||
                     (attempt->status >= 200 && attempt->status < 300));
    if (attempt->took_ns == 0)
        attempt->took_ns = clock_steady_ns() - attempt->began_ns;
}

static struct record_attempt record_of(const struct relayed *r)
{
    const struct attempt *attempt = &r->attempt;
    const struct account *account = attempt->account;

    return (struct record_attempt){
        .account = account ? str_of(account->name) : STR_EMPTY,
        .result = attempt->result,
        .status = attempt->status,
        .after_ms = (attempt->began_ns - r->req->arrived_ns) / 1000000,
        .took_ms = attempt->took_ns / 1000000,
    };
}

void attempt_end(struct relayed *r)
{
    attempt_note(r);
    if (r->attempt.call)
        trail_note_call(r);
    call_free(r->attempt.call);
    r->attempt.call = NULL;
}

/* A connection that is stale and a fresh one, with each of two tokens. */
#define TRIES_EACH 4
static_assert(CONFIG_ATTEMPTS_MAX * TRIES_EACH <= RECORD_ATTEMPTS_MAX,
              "there is room for all");

/* The account may be another one afterwards. */
void attempt_end_early(struct relayed *r)
{
    struct attempt *attempt = &r->attempt;
    struct record_attempt ended;

    assert(attempt->ended < RECORD_ATTEMPTS_MAX);
    attempt_end(r);
    if (!attempt->past)
        attempt->past = arena_zalloc(r->req->arena, sizeof(*attempt->past) *
                                                        RECORD_ATTEMPTS_MAX);
    ended = record_of(r);
    ended.account = arena_str(r->req->arena, ended.account);
    trail_turn(r);
    attempt->past[attempt->ended++] = ended;
}

void attempt_give(struct attempt *attempt, size_t number)
{
    assert(number > 0 && number <= attempt->ended);
    attempt->given = number;
    if (attempt->result == RECORD_DELIVERED)
        attempt->result = RECORD_PASSED_OVER;
}

void attempt_lack_token(struct relayed *r)
{
    struct attempt *attempt = &r->attempt;

    /* What refused the one that it had is noted already. */
    if (attempt->tries > 0 || attempt->renewed)
        return;
    attempt->count++;
    attempt->status = 0;
    attempt->result = RECORD_NO_TOKEN;
    attempt->took_ns = clock_steady_ns() - attempt->began_ns;
    attempt_end_early(r);
}

bool attempt_has_tried(const struct attempt *attempt, struct str account)
{
    const struct attempt_taken *taken = attempt->taken;

    while (taken && !str_eq(taken->account, account))
        taken = taken->next;
    return taken;
}

/* The present one has not begun, perhaps. */
struct str attempt_account(const struct relayed *r)
{
    const struct attempt *attempt = &r->attempt;
    size_t number = attempt->given;

    if (number == 0 && attempt->ended == attempt->count)
        number = attempt->ended;
    if (number > 0)
        return attempt->past[number - 1].account;
    return attempt->account ? str_of(attempt->account->name) : STR_EMPTY;
}

struct record_attempt attempt_made(const struct relayed *r, size_t i)
{
    const struct attempt *attempt = &r->attempt;
    struct record_attempt made =
        i < attempt->ended ? attempt->past[i] : record_of(r);

    if (attempt->given == i + 1)
        made.result = RECORD_DELIVERED;
    return made;
}

static void put_last(struct record_attempt *list, size_t count, size_t at)
{
    struct record_attempt given = list[at];

    memmove(&list[at], &list[at + 1], (count - at - 1) * sizeof(*list));
    list[count - 1] = given;
    list[count - 1].result = RECORD_DELIVERED;
}

size_t attempt_list(const struct relayed *r,
                    struct record_attempt list[RECORD_ATTEMPTS_MAX])
{
    const struct attempt *attempt = &r->attempt;

    assert(attempt->count <= RECORD_ATTEMPTS_MAX);
    for (size_t i = 0; i < attempt->ended; i++)
        list[i] = attempt->past[i];
    if (attempt->count > attempt->ended)
        list[attempt->ended] = record_of(r);
    if (attempt->given > 0)
        put_last(list, attempt->count, attempt->given - 1);
    return attempt->count;
}
