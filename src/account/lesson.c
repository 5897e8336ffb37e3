// SPDX-License-Identifier: MIT
/* What an answer teaches about the account that gave it: rows, the first that fits. */
#include "account/lesson.h"

#include "base/chars.h"
#include "base/macros.h"

/* ---- the table ----------------------------------------------------------- */

enum needs {
    NEEDS_NOTHING,
    NEEDS_RENEWAL,     /* a better token can be had */
    NEEDS_OLD_TOKEN,   /* likewise, and it would be the first for a while */
    NEEDS_GRANT,       /* they could, until now */
    NEEDS_OTHER_WORDS, /* it speaks, but not of the credential */
    NEEDS_RESET,       /* it says until when, by its fields or retry-after */
    NEEDS_EVENT,       /* an error event came inside of it */
    NEEDS_GARBLED,     /* what came is none */
};

/* Endpoints. */
enum {
    MESSAGES = 1u << LESSON_FROM_MESSAGES,
    COUNT = 1u << LESSON_FROM_COUNT,
    MODELS = 1u << LESSON_FROM_MODELS,
    ANYWHERE = UINT16_MAX,
    /* Any key, or token, may ask them. */
    PLAIN = MESSAGES | COUNT | MODELS,
    /* They spend, or speak for the account. */
    PAID = MESSAGES | COUNT | 1u << LESSON_FROM_BATCHES,
};

/* `status` 0: no answer; LOW to HIGH. */
struct row {
    unsigned low;
    unsigned high;
    unsigned from;
    const char *part; /* of the error, in any case; NULL: any */
    enum needs needs;
    struct lesson lesson;
};

#define ANY(status) status, status
/* Its kind, and what else there is to say of it. */
#define LESSON(...)                                                            \
    {                                                                          \
        .kind = __VA_ARGS__                                                    \
    }

#define ORGANIZATION_DISABLED                                                  \
    LESSON(LESSON_BLOCKED, .elsewhere = true,                                  \
           .cause = "its organization is disabled")

/* The first that fits. */
static const struct row rows[] = {
    { ANY(401), ANYWHERE, "token has expired", NEEDS_RENEWAL,
      LESSON(LESSON_TOKEN, .cause = "its token was refused") },
    { ANY(401), ANYWHERE, "token_expired", NEEDS_RENEWAL,
      LESSON(LESSON_TOKEN, .cause = "its token was refused") },
    { ANY(401), ANYWHERE, NULL, NEEDS_OTHER_WORDS, LESSON(LESSON_NONE) },
    { ANY(401), PLAIN, NULL, NEEDS_RENEWAL,
      LESSON(LESSON_TOKEN, .cause = "its token was refused") },
    /* Another endpoint does not speak for the account: one that refuses all tokens would
       have it renewed by every request. */
    { ANY(401), ANYWHERE, NULL, NEEDS_OLD_TOKEN,
      LESSON(LESSON_TOKEN, .cause = "its token was refused") },
    { ANY(401), ANYWHERE & ~PLAIN, NULL, NEEDS_NOTHING,
      LESSON(LESSON_NONE, .elsewhere = true) },
    { ANY(401), ANYWHERE, NULL, NEEDS_GRANT,
      LESSON(LESSON_LOGIN, .elsewhere = true,
             .cause = "its credential was refused") },
    { ANY(401), ANYWHERE, NULL, NEEDS_NOTHING,
      LESSON(LESSON_LOGIN, .elsewhere = true, .soft = true,
             .cause = "its credential was refused") },
    { ANY(403), PLAIN, "token has been revoked", NEEDS_RENEWAL,
      LESSON(LESSON_TOKEN, .cause = "its token was refused") },
    { ANY(403), PLAIN, "token has been revoked", NEEDS_NOTHING,
      LESSON(LESSON_LOGIN, .elsewhere = true,
             .cause = "its credential was revoked") },
    { ANY(403), PAID, "not allowed for this organization", NEEDS_NOTHING,
      LESSON(LESSON_BLOCKED, .elsewhere = true,
             .cause = "its organization may not use the API like this") },
    { ANY(403), PAID, "organization has been disabled", NEEDS_NOTHING,
      ORGANIZATION_DISABLED },
    { ANY(403), PAID, "organization is disabled", NEEDS_NOTHING,
      ORGANIZATION_DISABLED },
    { ANY(403), PAID, "organization disabled", NEEDS_NOTHING,
      ORGANIZATION_DISABLED },
    { ANY(403), PAID | MODELS, "request not allowed", NEEDS_NOTHING,
      LESSON(LESSON_EGRESS, .elsewhere = true,
             .cause = "the address or region that it is used from is refused: "
                      "look at its proxy") },
    { ANY(400), PAID, "credit balance is too low", NEEDS_NOTHING,
      LESSON(LESSON_BLOCKED, .elsewhere = true,
             .cause = "its credit balance is too low") },
    { ANY(400), PAID, "organization has been disabled", NEEDS_NOTHING,
      ORGANIZATION_DISABLED },
    { ANY(400), PAID, "organization is disabled", NEEDS_NOTHING,
      ORGANIZATION_DISABLED },
    { ANY(400), PAID, "organization disabled", NEEDS_NOTHING,
      ORGANIZATION_DISABLED },
    { ANY(402), PAID, NULL, NEEDS_NOTHING,
      LESSON(LESSON_BLOCKED, .elsewhere = true,
             .cause = "its billing is refused") },
    { ANY(429), ANYWHERE, "extra usage", NEEDS_NOTHING, LESSON(LESSON_NONE) },
    { ANY(429), ANYWHERE, "fast mode", NEEDS_NOTHING, LESSON(LESSON_NONE) },
    { ANY(429), ANYWHERE, "long context", NEEDS_NOTHING, LESSON(LESSON_NONE) },
    { ANY(429), ANYWHERE, "enforced_spend_limit_reached", NEEDS_NOTHING,
      LESSON(LESSON_NONE) },
    /* its limit is another one than that of messages */
    { ANY(429), COUNT, NULL, NEEDS_NOTHING,
      LESSON(LESSON_NONE, .elsewhere = true) },
    { ANY(429), ANYWHERE & ~MESSAGES, NULL, NEEDS_NOTHING,
      LESSON(LESSON_NONE) },
    { ANY(429), ANYWHERE, NULL, NEEDS_RESET,
      LESSON(LESSON_PAUSE, .elsewhere = true, .cause = "a limit is used up") },
    { ANY(429), ANYWHERE, NULL, NEEDS_NOTHING,
      LESSON(LESSON_BACKOFF, .elsewhere = true,
             .cause = "there were too many requests") },
    /* By this relay (http/connection_read.c): it may have moved to another port. */
    { ANY(508), ANYWHERE, "came from the relay itself", NEEDS_NOTHING,
      LESSON(LESSON_EGRESS, .elsewhere = true,
             .cause = "it leads back to this relay: look at its base_url, or "
                      "at CLAUDE_API_URL") },
    { ANY(529), ANYWHERE, NULL, NEEDS_NOTHING,
      LESSON(LESSON_OVERLOADED, .elsewhere = true, .once = true,
             .cause = "the provider is overloaded") },
    { ANY(500), ANYWHERE, NULL, NEEDS_NOTHING,
      LESSON(LESSON_FAILED, .elsewhere = true,
             .cause = "the provider failed") },
    { 502, 504, ANYWHERE, NULL, NEEDS_NOTHING,
      LESSON(LESSON_FAILED, .elsewhere = true,
             .cause = "the provider failed") },
    { ANY(0), ANYWHERE, NULL, NEEDS_GARBLED,
      LESSON(LESSON_FAILED, .elsewhere = true,
             .cause = "its answer could not be understood") },
    { ANY(0), ANYWHERE, NULL, NEEDS_NOTHING,
      LESSON(LESSON_FAILED, .elsewhere = true,
             .cause = "the provider was not reached") },
    { 200, 299, ANYWHERE, NULL, NEEDS_EVENT,
      LESSON(LESSON_OVERLOADED, .cause = "an error came inside of an answer") },
    { 200, 299, ANYWHERE, NULL, NEEDS_NOTHING, LESSON(LESSON_WELL) },
};

/* ---- reading it ---------------------------------------------------------- */

/* The text from the part on; empty if it is not in there. */
static struct str find(struct str text, struct str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (str_ieq(str_sub(text, i, part.len), part))
            return str_from(text, i);
    }
    return STR_EMPTY;
}

static bool ends_with(struct str text, char last)
{
    return text.len > 0 && text.at[text.len - 1] == last;
}

/* Of "type: message (code)", or behind that a full stop. */
static struct str message_of(struct str error)
{
    struct str message = find(error, STR(": "));
    size_t code;

    message = message.len > 0 ? str_from(message, 2) : error;
    code = str_index(message, '(');
    if (code > 0 && (ends_with(message, ')') ||
                     ends_with(str_sub(message, 0, message.len - 1), ')')))
        message = str_sub(message, 0, code);
    return message;
}

/* Messages quote what clients sent, so that one could have an account blocked by a field
   of those words.  What stops an account is the API's own sentence, and nothing but
   words: what is quoted stands behind a colon or between marks. */
static bool are_words(struct str message)
{
    static const struct chars marks = { { [' '] = true,
                                          ['.'] = true,
                                          [','] = true,
                                          ['\''] = true,
                                          ['&'] = true,
                                          ['-'] = true,
                                          ['/'] = true } };

    for (size_t i = 0; i < message.len; i++) {
        char letter = (char)(message.at[i] | 0x20);

        if ((letter < 'a' || letter > 'z') && !chars_has(&marks, message.at[i]))
            return false;
    }
    return true;
}

/* Other gateways quote models as they are. */
static bool is_a_name(struct str model)
{
    return str_index(model, ' ') == model.len &&
           str_index(model, '\\') == model.len;
}

/* Of this kind ("CORS requests are not allowed for this organization"), or for a model. */
static bool is_about_requests(struct str message)
{
    return find(message, STR("requests are")).len > 0 ||
           find(message, STR("model")).len > 0;
}

static bool says(const struct lesson_facts *facts, struct str part)
{
    struct str message = message_of(facts->error);
    struct str first = str_sub(message, 0, str_index(message, '.'));

    return find(first, part).len > 0 && are_words(message) &&
           !is_about_requests(message) && is_a_name(facts->model);
}

static bool has_any(struct str text, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (find(text, str_of(parts[i])).len > 0)
            return true;
    }
    return false;
}

/* Does a 401 say that it is about something else than the credential? */
static bool has_other_words(struct str error)
{
    static const char *const other[] = { "not supported", "not allowed",
                                         "only authorized", "is required",
                                         "must set" };

    return has_any(message_of(error), other, COUNT_OF(other));
}

/* Of another family's window: it says until when that one is refused. */
static bool is_of_another(const struct lesson_facts *facts, uint64_t until_ms)
{
    return facts->retry_after_ms > (until_ms - facts->now_ms) / 2;
}

/* Until when the answer says that it is refused. */
static void find_end(const struct lesson_facts *facts, struct lesson *lesson)
{
    struct quota_rejection found =
        quotas_rejection(facts->windows, facts->now_ms, facts->family);

    lesson->of_family = found.of_family;
    lesson->until_ms = found.until_ms;
    if (lesson->until_ms == 0 && facts->retry_after_ms == 0)
        lesson->until_ms = found.spent_ms;
    else if (lesson->until_ms == 0 &&
             (found.beside_ms == 0 || !is_of_another(facts, found.beside_ms)))
        lesson->until_ms = facts->now_ms + facts->retry_after_ms;
    if (lesson->until_ms > facts->now_ms + LESSON_PAUSE_MAX_MS)
        lesson->until_ms = facts->now_ms + LESSON_PAUSE_MAX_MS;
}

static bool has_needs(enum needs needs, const struct lesson_facts *facts,
                      uint64_t until_ms)
{
    switch (needs) {
    case NEEDS_NOTHING:
        break;
    case NEEDS_RENEWAL:
        return facts->renews;
    case NEEDS_OLD_TOKEN:
        return facts->renews && !facts->young;
    case NEEDS_GRANT:
        return facts->renewable;
    case NEEDS_OTHER_WORDS:
        return !facts->foreign && has_other_words(facts->error);
    case NEEDS_RESET:
        return until_ms > 0;
    case NEEDS_EVENT:
        return facts->error_event;
    case NEEDS_GARBLED:
        return facts->garbled;
    }
    return true;
}

/* A 400 or a 403 may be the client's own affair, and quote it. */
static bool may_quote(const struct row *row)
{
    return row->low == 400 || row->low == 403;
}

static bool fits(const struct row *row, const struct lesson_facts *facts,
                 uint64_t until_ms)
{
    if (facts->status < row->low || facts->status > row->high ||
        !(row->from & 1u << facts->from) ||
        !has_needs(row->needs, facts, until_ms))
        return false;
    if (!row->part)
        return true;
    return may_quote(row) ? says(facts, str_of(row->part))
                          : find(facts->error, str_of(row->part)).len > 0;
}

/* Other providers may quote a request in words that are no different from their own, and
   want more money for a large one: they are asked again if no other is left.  And how a
   request's own proxy fares is not the account's doing. */
static struct lesson blame(const struct lesson_facts *facts,
                           const struct row *row)
{
    struct lesson lesson = row->lesson;

    if (facts->foreign && (row->low == 402 || (row->part && may_quote(row))))
        lesson.soft = true;
    if (facts->detour &&
        (lesson.kind == LESSON_FAILED || lesson.kind == LESSON_EGRESS))
        lesson = (struct lesson){ .kind = LESSON_NONE };
    return lesson;
}

struct lesson lesson_of(const struct lesson_facts *facts)
{
    struct lesson end = { .kind = LESSON_NONE };

    find_end(facts, &end);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lesson lesson;

        if (!fits(&rows[i], facts, end.until_ms))
            continue;
        lesson = blame(facts, &rows[i]);
        if (lesson.kind == LESSON_PAUSE) {
            lesson.until_ms = end.until_ms;
            lesson.of_family = end.of_family;
        }
        return lesson;
    }
    return (struct lesson){ .kind = LESSON_NONE };
}

const char *lesson_word(enum lesson_kind kind)
{
    static const char *const words[LESSON_KINDS] = {
        [LESSON_NONE] = "none",       [LESSON_WELL] = "well",
        [LESSON_TOKEN] = "token",     [LESSON_LOGIN] = "login",
        [LESSON_BLOCKED] = "blocked", [LESSON_EGRESS] = "egress",
        [LESSON_PAUSE] = "pause",     [LESSON_BACKOFF] = "backoff",
        [LESSON_FAILED] = "failed",   [LESSON_OVERLOADED] = "overloaded",
    };

    return words[kind];
}

bool lesson_stops(enum lesson_kind kind)
{
    return kind == LESSON_LOGIN || kind == LESSON_BLOCKED ||
           kind == LESSON_EGRESS || kind == LESSON_PAUSE ||
           kind == LESSON_BACKOFF;
}
