// SPDX-License-Identifier: MIT
/* Members of others' documents as ours. */
#include "import/candidate.h"

#include "account/kinds.h"
#include "account/note.h"
#include "base/text.h"

#define SCOPES_MAX 100
#define SECONDS_MAX 100000000000u /* the year 5138; above: milliseconds */
#define YEAR_MS (365 * 86400000ull)
#define RANK_MAX 1000000000
#define NAMES_MAX 4096

static const struct json_doc *member_of(struct import_from from,
                                        const char *member)
{
    const struct json_doc *value = json_doc_get(from.doc, member);

    return value && !json_doc_is_null(value) ? value : NULL;
}

/* ---- texts --------------------------------------------------------------- */

bool import_text(struct import_candidate *candidate, struct import_from from,
                 const char *member, struct str *text)
{
    const struct json_doc *value = member_of(from, member);

    *text = STR_EMPTY;
    if (value && !json_doc_as_str(value, text))
        IMPORT_SAY(import_refuse, candidate, IMPORT_NOT_TEXT, from.place,
                   member);
    return text->len > 0;
}

void import_copy(struct import_candidate *candidate, struct import_from from,
                 const char *theirs, const char *ours)
{
    struct str text;

    if (import_text(candidate, from, theirs, &text))
        json_doc_set_str(candidate->doc, ours, text);
}

void import_scopes(struct import_candidate *candidate, struct import_from from,
                   const char *member)
{
    struct json_doc *scopes;
    struct str scope;
    struct str rest;

    if (!import_text(candidate, from, member, &rest))
        return;
    scopes = json_doc_new_array();
    while (json_doc_count(scopes) < SCOPES_MAX &&
           str_next(&rest, ' ', &scope)) {
        if (scope.len > 0)
            json_doc_add(scopes, json_doc_new_str(scope));
    }
    json_doc_set(candidate->doc, "scopes", scopes);
}

void import_note(struct import_candidate *candidate, struct import_from from,
                 const char *member)
{
    const char *problem;
    struct str text;

    if (!import_text(candidate, from, member, &text))
        return;
    problem = account_note_problem(text, ACCOUNT_NOTE_MAX, true);
    if (problem)
        IMPORT_SAY(import_hint, candidate, IMPORT_NOTE_LEFT, problem);
    else
        json_doc_set_str(candidate->doc, "note", text);
}

/* ---- numbers ------------------------------------------------------------- */

/* Also as digits.  False: absent, or refused. */
static bool take_number(struct import_candidate *candidate,
                        struct import_from from, const char *member,
                        double *number)
{
    const struct json_doc *value = member_of(from, member);
    uint64_t digits;
    struct str text;

    if (!value || (json_doc_as_str(value, &text) && text.len == 0))
        return false;
    if (json_doc_as_number(value, number))
        return true;
    if (json_doc_as_str(value, &text) && str_to_u64(text, INT64_MAX, &digits)) {
        *number = (double)digits;
        return true;
    }
    IMPORT_SAY(import_refuse, candidate, IMPORT_NOT_NUMBER, from.place, member);
    return false;
}

int64_t import_rank(struct import_candidate *candidate, struct import_from from,
                    const char *member, int64_t usual)
{
    double number;

    if (!take_number(candidate, from, member, &number))
        return usual;
    if (number > RANK_MAX || number < -RANK_MAX)
        return number > 0 ? RANK_MAX : -RANK_MAX;
    return (int64_t)number;
}

void import_concurrency(struct import_candidate *candidate,
                        struct import_from from, const char *member)
{
    double number;

    if (!take_number(candidate, from, member, &number) || number < 1)
        return;
    if (number > ACCOUNT_CONCURRENCY_MAX)
        number = ACCOUNT_CONCURRENCY_MAX;
    json_doc_set_u64(candidate->doc, "concurrency", (uint64_t)number);
}

void import_switch(struct import_candidate *candidate, struct import_from from,
                   const char *member, const char *said)
{
    const struct json_doc *value = member_of(from, member);
    bool on = true;

    if (value && !json_doc_as_bool(value, &on))
        IMPORT_SAY(import_refuse, candidate, IMPORT_NOT_BOOL, from.place,
                   member);
    if (on)
        return;
    json_doc_set_bool(candidate->doc, "enabled", false);
    IMPORT_SAY(import_hint, candidate, IMPORT_SWITCHED_OFF, said);
}

/* ---- what is left -------------------------------------------------------- */

static bool says_something(const struct json_doc *value)
{
    struct str text;
    double number;
    bool on;

    if (!value || json_doc_is_null(value))
        return false;
    if (json_doc_as_bool(value, &on))
        return on;
    if (json_doc_as_number(value, &number))
        return number != 0;
    return json_doc_as_str(value, &text) ? text.len > 0
                                         : json_doc_count(value) > 0;
}

void import_leave(struct import_candidate *candidate,
                  const struct json_doc *doc,
                  const struct import_member *members, size_t count)
{
    struct buf names;

    buf_init(&names, NAMES_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct import_member *member = &members[i];
        const struct json_doc *in =
            member->of ? json_doc_get(doc, member->of) : doc;

        if (says_something(json_doc_get(in, member->name)))
            buf_printf(&names, "%s%s%s%s", buf_str(&names).len > 0 ? ", " : "",
                       member->of ? member->of : "", member->of ? "." : "",
                       member->name);
    }
    if (buf_str(&names).len > 0)
        IMPORT_SAY(import_hint, candidate, IMPORT_MEMBERS_LEFT,
                   STR_ARG(buf_str(&names)));
    buf_done(&names);
}

/* ---- expiry -------------------------------------------------------------- */

static void set_expiry(struct import_candidate *candidate, uint64_t wall_ms)
{
    char text[TEXT_TIME_MAX];

    text_format_time(wall_ms, text);
    json_doc_set_str(candidate->doc, "expires_at", str_of(text));
}

void import_expiry(struct import_candidate *candidate, struct import_from from,
                   const char *member)
{
    const struct json_doc *value = member_of(from, member);
    uint64_t wall_ms;
    struct str text;
    double number;

    if (value && json_doc_as_str(value, &text) &&
        text_parse_time(text, &wall_ms)) {
        set_expiry(candidate, wall_ms);
        return;
    }
    if (!take_number(candidate, from, member, &number) || number <= 0)
        return;
    if (number < SECONDS_MAX)
        number *= 1000;
    if (number > (double)TEXT_TIME_LAST_MS)
        number = (double)TEXT_TIME_LAST_MS;
    set_expiry(candidate, (uint64_t)number);
}

void import_expiry_done(struct import_candidate *candidate, uint64_t now_ms)
{
    bool renewed = json_doc_get(candidate->doc, "refresh_token") != NULL;

    if (json_doc_get(candidate->doc, "expires_at"))
        return;
    set_expiry(candidate, renewed ? now_ms : now_ms + YEAR_MS);
    if (!renewed)
        IMPORT_SAY(import_hint, candidate, IMPORT_EXPIRY_ASSUMED);
}

void import_login(struct import_candidate *candidate, struct import_from from,
                  uint64_t now_ms)
{
    candidate->kind = &account_kind_oauth;
    import_copy(candidate, from, "access_token", "access_token");
    import_copy(candidate, from, "refresh_token", "refresh_token");
    import_expiry(candidate, from, "expires_at");
    import_expiry_done(candidate, now_ms);
    import_scopes(candidate, from, "scope");
}
