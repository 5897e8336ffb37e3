// SPDX-License-Identifier: MIT
/* What an answer teaches about the account that gave it: rows, the first that fits. */
#include "account/lesson.h"

#include "base/macros.h"

/* Nothing is refused for longer: a week and a day. */
#define PAUSE_MAX_MS ((uint64_t)8 * 86400 * 1000)

/* ---- the table ----------------------------------------------------------- */

enum needs {
    NEEDS_NOTHING,
    NEEDS_RENEWAL, /* a better token can be had */
    NEEDS_GRANT,   /* they could, until now */
    NEEDS_RESET,   /* it says until when, by its fields or retry-after */
    NEEDS_EVENT,   /* an error event came inside of it */
};

/* `status` 0: no answer; LOW to HIGH. */
struct row {
    unsigned low;
    unsigned high;
    const char *part; /* of the error, in any case; NULL: any */
    enum needs needs;
    struct lesson lesson;
};

#define ANY(status) status, status
#define LESSON(kind_is, ...)                                                   \
    {                                                                          \
        .kind = kind_is, __VA_ARGS__                                           \
    }

/* The first that fits. */
static const struct row rows[] = {
    { ANY(401), NULL, NEEDS_RENEWAL,
      LESSON(LESSON_TOKEN, .cause = "its token was refused") },
    { ANY(401), NULL, NEEDS_GRANT,
      LESSON(LESSON_LOGIN, .elsewhere = true,
             .cause = "its credential was refused") },
    { ANY(401), NULL, NEEDS_NOTHING,
      LESSON(LESSON_LOGIN, .elsewhere = true, .soft = true,
             .cause = "its credential was refused") },
    { ANY(403), "not allowed for this organization", NEEDS_NOTHING,
      LESSON(LESSON_BLOCKED, .elsewhere = true,
             .cause = "its organization may not use the API like this") },
    { ANY(403), "organization has been disabled", NEEDS_NOTHING,
      LESSON(LESSON_BLOCKED, .elsewhere = true,
             .cause = "its organization is disabled") },
    { ANY(403), "request not allowed", NEEDS_NOTHING,
      LESSON(LESSON_EGRESS, .elsewhere = true,
             .cause = "the address or region that it is used from is refused: "
                      "look at its proxy") },
    { ANY(400), "credit balance is too low", NEEDS_NOTHING,
      LESSON(LESSON_BLOCKED, .elsewhere = true,
             .cause = "its credit balance is too low") },
    { ANY(400), "organization has been disabled", NEEDS_NOTHING,
      LESSON(LESSON_BLOCKED, .elsewhere = true,
             .cause = "its organization is disabled") },
    { ANY(402), NULL, NEEDS_NOTHING,
      LESSON(LESSON_BLOCKED, .elsewhere = true,
             .cause = "its billing is refused") },
    { ANY(429), "extra usage", NEEDS_NOTHING, LESSON(LESSON_NONE) },
    { ANY(429), "fast mode", NEEDS_NOTHING, LESSON(LESSON_NONE) },
    { ANY(429), "long context", NEEDS_NOTHING, LESSON(LESSON_NONE) },
    { ANY(429), "enforced_spend_limit_reached", NEEDS_NOTHING,
      LESSON(LESSON_NONE) },
    { ANY(429), NULL, NEEDS_RESET,
      LESSON(LESSON_PAUSE, .elsewhere = true, .cause = "a limit is used up") },
    { ANY(429), NULL, NEEDS_NOTHING,
      LESSON(LESSON_BACKOFF, .elsewhere = true,
             .cause = "there were too many requests") },
    /* By this relay (http/connection_read.c): it may have moved to another port. */
    { ANY(508), "came from the relay itself", NEEDS_NOTHING,
      LESSON(LESSON_EGRESS, .elsewhere = true,
             .cause = "it leads back to this relay: look at its base_url, or "
                      "at CLAUDE_API_URL") },
    { ANY(529), NULL, NEEDS_NOTHING,
      LESSON(LESSON_OVERLOADED, .elsewhere = true, .once = true,
             .cause = "the provider is overloaded") },
    { ANY(500), NULL, NEEDS_NOTHING,
      LESSON(LESSON_FAILED, .elsewhere = true,
             .cause = "the provider failed") },
    { 502, 504, NULL, NEEDS_NOTHING,
      LESSON(LESSON_FAILED, .elsewhere = true,
             .cause = "the provider failed") },
    { ANY(0), NULL, NEEDS_NOTHING,
      LESSON(LESSON_FAILED, .elsewhere = true,
             .cause = "the provider was not reached") },
    { 200, 299, NULL, NEEDS_EVENT,
      LESSON(LESSON_OVERLOADED, .cause = "an error came inside of an answer") },
    { 200, 299, NULL, NEEDS_NOTHING, LESSON(LESSON_WELL) },
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

static bool are_words(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char letter = (char)(text.at[i] | 0x20);

        if ((letter < 'a' || letter > 'z') && text.at[i] != ' ' &&
            text.at[i] != '\'')
            return false;
    }
    return true;
}

/* Messages quote what clients sent, so that one could have an account blocked by a field
   of those words.  What stops an account is the API's own sentence, with nothing but
   words in front. */
static bool says(struct str error, struct str part)
{
    struct str message = find(error, STR(": "));
    struct str rest;

    message = message.len > 0 ? str_from(message, 2) : error;
    rest = find(message, part);
    return rest.len > 0 &&
           are_words(str_sub(message, 0, message.len - rest.len));
}

/* Until when the answer says that it is refused. */
static void find_end(const struct lesson_facts *facts, struct lesson *lesson)
{
    lesson->until_ms = quotas_rejected_until(facts->windows, facts->now_ms,
                                             &lesson->of_family);
    if (lesson->until_ms == 0 && facts->retry_after_ms > 0)
        lesson->until_ms = facts->now_ms + facts->retry_after_ms;
    if (lesson->until_ms > facts->now_ms + PAUSE_MAX_MS)
        lesson->until_ms = facts->now_ms + PAUSE_MAX_MS;
}

static bool has_needs(enum needs needs, const struct lesson_facts *facts,
                      uint64_t until_ms)
{
    switch (needs) {
    case NEEDS_NOTHING:
        break;
    case NEEDS_RENEWAL:
        return facts->renews;
    case NEEDS_GRANT:
        return facts->renewable;
    case NEEDS_RESET:
        return until_ms > 0;
    case NEEDS_EVENT:
        return facts->error_event;
    }
    return true;
}

static bool fits(const struct row *row, const struct lesson_facts *facts,
                 uint64_t until_ms)
{
    if (facts->status < row->low || facts->status > row->high ||
        !has_needs(row->needs, facts, until_ms))
        return false;
    if (!row->part)
        return true;
    return row->lesson.kind == LESSON_NONE
               ? find(facts->error, str_of(row->part)).len > 0
               : says(facts->error, str_of(row->part));
}

struct lesson lesson_of(const struct lesson_facts *facts)
{
    struct lesson end = { .kind = LESSON_NONE };

    find_end(facts, &end);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lesson lesson = rows[i].lesson;

        if (!fits(&rows[i], facts, end.until_ms))
            continue;
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
