// SPDX-License-Identifier: MIT
/* Names, duplicates and priorities.  Sets are JSON objects: a member is a hash away, and
   with thousands of accounts of one name each still finds its own. */
#include "import/plan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/gateway.h"
#include "account/refresh_rules.h"
#include "base/chars.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/shown.h"
#include "base/text.h"
#include "base/token.h"
#include "crypto/hash.h"
#include "import/keys.h"

#define SUFFIX_MAX 8 /* "-10000" */
#define STEM_MAX (ACCOUNT_NAME_MAX - SUFFIX_MAX)

struct plan {
    struct import_list *list;
    const struct import_ask *ask;
    struct import_row *rows;
    struct json_doc *known;    /* names here -> is its sign-in or key known? */
    struct json_doc *taken;    /* names of this import -> true */
    struct json_doc *grants;   /* id_of() -> the name that has it */
    struct json_doc *suffixes; /* names -> the last number behind it */
};

/* ---- what there is -------------------------------------------------------- */

#define ID_LEN 32

/* A sign-in or key, and where it is one: two gateways may have given out the same. */
static void id_of(const char *fingerprint, struct str base_url,
                  char out[ID_LEN + 1])
{
    struct arena *arena = arena_new();
    struct str place = import_place(arena, base_url);
    unsigned char hash[HASH_SHA256_LEN];

    hash_sha256(arena_printf(arena, "%s " STR_FMT, fingerprint, STR_ARG(place)),
                hash);
    text_hex(hash, ID_LEN / 2, out);
    arena_free(arena);
}

static void know(struct plan *plan, const struct json_doc *account)
{
    const struct json_doc *grants = json_doc_get(account, "fingerprints");
    char name[ACCOUNT_NAME_MAX + 1];
    struct str base_url = STR_EMPTY;
    struct str text;

    if (!json_doc_get_str(account, "account", &text))
        return;
    (void)json_doc_get_str(account, "base_url", &base_url);
    text_copy(name, sizeof(name), text);
    json_doc_set_bool(plan->known, name, json_doc_count(grants) > 0);
    for (size_t i = 0; i < json_doc_count(grants); i++) {
        char grant[ACCOUNT_GRANT_LEN + 1];
        char id[ID_LEN + 1];
        struct str hash;

        if (json_doc_as_str(json_doc_at(grants, i), &hash)) {
            text_copy(grant, sizeof(grant), hash);
            id_of(grant, base_url, id);
            json_doc_set_str(plan->grants, id, str_of(name));
        }
    }
}

static void know_all(struct plan *plan)
{
    const struct json_doc *all = plan->ask->accounts;

    plan->known = json_doc_new_object();
    plan->taken = json_doc_new_object();
    plan->grants = json_doc_new_object();
    plan->suffixes = json_doc_new_object();
    for (size_t i = 0; i < json_doc_count(all); i++)
        know(plan, json_doc_at(all, i));
}

/* ---- names ---------------------------------------------------------------- */

/* Runs of what no name has become one '-'; none in front and behind. */
static size_t spell(struct str theirs, char *out, size_t max)
{
    static const struct chars usual = {
        { CHARS_ALNUM, ['.'] = true, ['_'] = true, ['@'] = true, ['-'] = true }
    };
    size_t len = 0;

    for (size_t i = 0; i < theirs.len && len < max; i++) {
        char c = chars_has(&usual, theirs.at[i]) ? theirs.at[i] : '-';

        if ((c == '-' || c == '.') && len == 0)
            continue;
        if (c == '-' && out[len - 1] == '-')
            continue;
        out[len++] = c;
    }
    while (len > 0 && out[len - 1] == '-')
        len--;
    out[len] = 0;
    return len;
}

/* One of whose name nothing is left has the same name in the next import. */
static void stand_in(const struct plan *plan, struct str theirs, char *out)
{
    unsigned char hash[HASH_SHA256_LEN];
    char digits[9];

    hash_sha256(theirs, hash);
    text_hex(hash, 4, digits);
    (void)snprintf(out, STEM_MAX + 1, "%.16s%.16s%s%s", plan->ask->prefix,
                   plan->ask->unnamed, theirs.len > 0 ? "-" : "",
                   theirs.len > 0 ? digits : "");
}

static void stem_of(const struct plan *plan, struct str theirs,
                    char out[ACCOUNT_NAME_MAX + 1])
{
    size_t len = 0;

    if (plan->ask->name) {
        text_copy(out, ACCOUNT_NAME_MAX + 1, str_of(plan->ask->name));
        return;
    }
    len = strlen(plan->ask->prefix);
    len = len < STEM_MAX / 2 ? len : STEM_MAX / 2;
    (void)memcpy(out, plan->ask->prefix, len);
    out[len] = 0;
    if (token_is_in(theirs) || spell(theirs, out + len, STEM_MAX - len) == 0 ||
        !account_name_may_be_made(str_of(out)))
        stand_in(plan, theirs, out);
}

/* With a number behind it until nobody has it. */
static void make_unique(struct plan *plan, const char *stem,
                        char out[ACCOUNT_NAME_MAX + 1])
{
    uint64_t number = 1;

    text_copy(out, ACCOUNT_NAME_MAX + 1, str_of(stem));
    (void)json_doc_get_u64(plan->suffixes, stem, &number);
    while (json_doc_get(plan->known, out) || json_doc_get(plan->taken, out))
        (void)snprintf(out, ACCOUNT_NAME_MAX + 1, "%.*s-%llu", STEM_MAX, stem,
                       (unsigned long long)++number);
    json_doc_set_u64(plan->suffixes, stem, number);
    json_doc_set_bool(plan->taken, out, true);
}

/* ---- one ------------------------------------------------------------------ */

#define DECIDE(row, what, ...)                                                 \
    do {                                                                       \
        (row)->outcome = (what);                                               \
        (void)REASON_SET(&(row)->why, __VA_ARGS__);                            \
    } while (0)

/* False: it is here, or was in this import already. */
static bool is_new(const struct plan *plan, struct import_row *row,
                   const char *id)
{
    struct str other;

    if (!json_doc_get_str(plan->grants, id, &other))
        return true;
    text_copy(row->name, sizeof(row->name), other);
    if (json_doc_get(plan->known, row->name))
        DECIDE(row, IMPORT_EXISTS, IMPORT_HERE);
    else
        DECIDE(row, IMPORT_EXISTS, IMPORT_TWICE);
    return false;
}

/* Another account that has the name is no reason, but one that may be this very one is,
   and one whose name somebody chose. */
static bool may_be_called(const struct plan *plan, struct import_row *row,
                          const char *stem)
{
    bool known = true;

    if (!json_doc_get_bool(plan->known, stem, &known))
        return true;
    if (!known)
        DECIDE(row, IMPORT_REFUSED, IMPORT_NAME_UNREADABLE);
    else if (plan->ask->name)
        DECIDE(row, IMPORT_REFUSED, IMPORT_NAME_TAKEN);
    return !row->why.text[0];
}

/* The last of these stays for good (account/refresh_states.c): by it what was imported
   is known again, however often it has been renewed. */
static void pin(struct import_candidate *candidate, const char *grant)
{
    struct json_doc *replaced = json_doc_get(candidate->doc, "replaced");

    if (json_doc_is_array(replaced) && json_doc_count(replaced) > 0)
        json_doc_add(replaced, json_doc_new_str(str_of(grant)));
}

static void accept(struct plan *plan, struct import_row *row,
                   struct import_candidate *candidate,
                   const struct account *account)
{
    char stem[ACCOUNT_NAME_MAX + 1];
    char grant[ACCOUNT_GRANT_LEN + 1];
    char id[ID_LEN + 1];

    stem_of(plan, str_of(candidate->there), stem);
    account_fingerprint(account, grant);
    id_of(grant, account->gateway ? account->gateway->base_url : STR_EMPTY, id);
    if (!is_new(plan, row, id) || !may_be_called(plan, row, stem))
        return;
    make_unique(plan, stem, row->name);
    json_doc_set_str(plan->grants, id, str_of(row->name));
    pin(candidate, grant);
    row->outcome = IMPORT_TAKE;
    row->renewable = account->can_refresh;
    row->rests = account->disabled;
    row->due_ms = account->expires_at_ms - REFRESH_AHEAD_MS;
    if (account->expires_at_ms < REFRESH_AHEAD_MS)
        row->due_ms = 0;
    if (account->file_problem[0])
        IMPORT_SAY(import_hint, candidate, IMPORT_REFRESH_TOKEN_ODD);
}

static void consider(struct plan *plan, size_t index)
{
    struct import_candidate *candidate = &plan->list->at[index];
    struct import_row *row = &plan->rows[index];
    struct account *account;

    if (candidate->why_not.text[0]) {
        row->outcome = candidate->foreign ? IMPORT_FOREIGN : IMPORT_REFUSED;
        row->why = candidate->why_not;
        return;
    }
    account =
        account_from_doc(candidate->kind, STR("imported"), candidate->doc);
    if (account->problem[0])
        DECIDE(row, IMPORT_REFUSED, IMPORT_ACCOUNT_INVALID, account->problem);
    else
        accept(plan, row, candidate, account);
    account_unref(account);
}

/* ---- priorities ----------------------------------------------------------- */

/* Nothing that is imported serves before what is here. */
static uint64_t highest(const struct plan *plan)
{
    const struct json_doc *all = plan->ask->accounts;
    uint64_t highest = ACCOUNT_PRIORITY_MAX;

    for (size_t i = 0; i < json_doc_count(all); i++) {
        uint64_t priority = 0;

        (void)json_doc_get_u64(json_doc_at(all, i), "priority", &priority);
        highest = priority < highest ? priority : highest;
    }
    return highest;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* Each once, the lowest first, of those that are taken over. */
static size_t list_ranks(const struct plan *plan, int64_t *ranks)
{
    size_t count = 0;
    size_t kept = 0;

    for (size_t i = 0; i < plan->list->count; i++) {
        if (plan->rows[i].outcome == IMPORT_TAKE)
            ranks[count++] = plan->list->at[i].rank;
    }
    qsort(ranks, count, sizeof(ranks[0]), compare);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || ranks[i] != ranks[kept - 1])
            ranks[kept++] = ranks[i];
    }
    return kept;
}

static void set_priority(struct import_candidate *candidate, uint64_t place,
                         uint64_t most)
{
    if (place > most)
        IMPORT_SAY(import_hint, candidate, IMPORT_PRIORITY_MOST,
                   (unsigned long long)most, (unsigned long long)place);
    if (place > 0 && most > 0)
        json_doc_set_u64(candidate->doc, "priority",
                         place < most ? place : most);
}

static void rank(struct plan *plan)
{
    size_t room = plan->list->count > 0 ? plan->list->count : 1;
    int64_t *ranks = mem_zalloc(room * sizeof(ranks[0]));
    size_t count = list_ranks(plan, ranks);
    uint64_t most = highest(plan);

    for (size_t i = 0; i < plan->list->count; i++) {
        struct import_candidate *candidate = &plan->list->at[i];
        const int64_t *place;

        if (plan->rows[i].outcome != IMPORT_TAKE)
            continue;
        place =
            bsearch(&candidate->rank, ranks, count, sizeof(ranks[0]), compare);
        assert(place);
        set_priority(candidate, (uint64_t)(place - ranks), most);
    }
    mem_free(ranks);
}

bool import_ask_check(const struct import_ask *ask, struct err *err)
{
    char text[SHOWN_MAX];

    if (ask->name && !account_name_may_be_made(str_of(ask->name)))
        return REASON_SET(err, IMPORT_NAME_INVALID,
                          shown(str_of(ask->name), text), ACCOUNT_NAME_NEW);
    if (!ask->prefix[0])
        return true;
    return (account_name_is_valid(str_of(ask->prefix)) &&
            ask->prefix[0] != '-' &&
            strlen(ask->prefix) <= IMPORT_PREFIX_MAX) ||
           REASON_SET(err, IMPORT_PREFIX_INVALID,
                      shown(str_of(ask->prefix), text), IMPORT_PREFIX_MAX);
}

struct import_row *import_plan(struct import_list *list,
                               const struct import_ask *ask, struct err *err)
{
    struct plan plan = { .list = list, .ask = ask };

    if (ask->name && list->count > 1) {
        REASON_SET(err, IMPORT_NAME_FOR_ONE, list->count);
        return NULL;
    }
    plan.rows =
        mem_zalloc((list->count > 0 ? list->count : 1) * sizeof(plan.rows[0]));
    know_all(&plan);
    for (size_t i = 0; i < list->count; i++)
        consider(&plan, i);
    rank(&plan);
    json_doc_free(plan.known);
    json_doc_free(plan.taken);
    json_doc_free(plan.grants);
    json_doc_free(plan.suffixes);
    return plan.rows;
}
