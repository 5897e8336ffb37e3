// SPDX-License-Identifier: MIT
/* What the keeper knows of one account name. */
#include "account/kept.h"

#include <stdio.h>
#include <string.h>

#include "account/older.h"
#include "account/refresh_rules.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/random.h"

struct kept_account *kept_find(struct keeper *keeper, const char *name)
{
    struct kept_account *kept;

    for (struct list *node = keeper->kept.next; node != &keeper->kept;
         node = node->next) {
        kept = LIST_ITEM(node, struct kept_account, node);
        if (strcmp(kept->name, name) == 0)
            return kept;
    }
    kept = MEM_NEW(struct kept_account);
    kept->keeper = keeper;
    (void)snprintf(kept->name, sizeof(kept->name), "%s", name);
    list_init(&kept->waits);
    kept->jitter_ms = random_below(REFRESH_JITTER_MS);
    list_push(&keeper->kept, &kept->node);
    return kept;
}

void kept_free(struct kept_account *kept)
{
    list_remove(&kept->node);
    json_doc_free(kept->doc);
    mem_free(kept);
}

void kept_answer(struct kept_account *kept, const struct err *err)
{
    while (!list_is_empty(&kept->waits)) {
        struct keeper_wait *wait =
            LIST_ITEM(kept->waits.next, struct keeper_wait, node);

        list_remove(&wait->node);
        keeper_wait_end(wait, err);
    }
}

static bool is_stale(const struct keeper_wait *wait, const struct secret *token)
{
    return wait->stale &&
           secret_eq(secret_reveal(wait->stale), secret_reveal(token));
}

void kept_answer_but(struct kept_account *kept, const struct secret *token)
{
    struct list *node = kept->waits.next;

    while (node != &kept->waits) {
        struct keeper_wait *wait = LIST_ITEM(node, struct keeper_wait, node);

        node = node->next;
        if (is_stale(wait, token))
            continue;
        list_remove(&wait->node);
        keeper_wait_end(wait, NULL);
    }
}

/* ---- tokens ------------------------------------------------------------- */

bool kept_is_spent(const struct kept_account *kept, const char *grant)
{
    for (size_t i = 0; grant[0] && i < KEPT_SPENT_MAX; i++) {
        if (strcmp(kept->spent[i], grant) == 0)
            return true;
    }
    return false;
}

void kept_remember(struct kept_account *kept, const struct json_doc *doc,
                   const struct account *account, const char *grant)
{
    unsigned at = kept->spent_count % KEPT_SPENT_MAX;

    json_doc_free(kept->doc);
    kept->doc = json_doc_copy(doc);
    if (!grant[0] || strcmp(grant, account->grant) == 0 ||
        kept_is_spent(kept, grant))
        return;
    (void)snprintf(kept->spent[at], sizeof(kept->spent[at]), "%s", grant);
    kept->spent_count++;
}

void kept_forget(struct kept_account *kept)
{
    json_doc_free(kept->doc);
    kept->doc = NULL;
    memset(kept->spent, 0, sizeof(kept->spent));
}

static struct account *known(const struct kept_account *kept)
{
    return accounts_get(kept->keeper->options.accounts, str_of(kept->name));
}

/* A grant that was refused is no better than any other. */
bool kept_is_older(const struct kept_account *kept, const struct account *read)
{
    struct account *ours = known(kept);
    bool other = ours && ours->kind == read->kind && ours->refresh &&
                 !ours->login_required && strcmp(ours->grant, read->grant) != 0;
    bool older = other && (kept_is_spent(kept, read->grant) ||
                           older_is(read, ours, clock_wall_ms()));

    account_unref(ours);
    return older;
}

static void set_time(struct json_doc *doc, const char *member, uint64_t at_ms)
{
    char text[TEXT_TIME_MAX];

    text_format_time(at_ms, text);
    json_doc_set_str(doc, member, str_of(text));
}

/* From the snapshot: this process has exchanged nothing yet. */
static struct json_doc *tokens_of(const struct account *account)
{
    struct json_doc *tokens = json_doc_new_object();

    json_doc_set_str(tokens, "access_token", secret_reveal(account->token));
    json_doc_set_str(tokens, "refresh_token", secret_reveal(account->refresh));
    set_time(tokens, "expires_at", account->expires_at_ms);
    if (account->signed_in_ms > 0)
        set_time(tokens, "signed_in_at", account->signed_in_ms);
    if (account->replaced)
        json_doc_set(tokens, "replaced", json_doc_copy(account->replaced));
    if (account->scopes)
        json_doc_set(tokens, "scopes", json_doc_copy(account->scopes));
    json_doc_set(tokens, "login_required", json_doc_new_null());
    return tokens;
}

static struct json_doc *tokens_in(const struct json_doc *doc)
{
    static const char *const members[] = { "access_token",  "refresh_token",
                                           "expires_at",    "replaced",
                                           "scopes",        "signed_in_at",
                                           "login_required" };
    struct json_doc *tokens = json_doc_new_object();

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct json_doc *value = json_doc_get(doc, members[i]);

        json_doc_set(tokens, members[i],
                     value ? json_doc_copy(value) : json_doc_new_null());
    }
    return tokens;
}

/* What was got here was the newest, until another process renewed it, or somebody signed
   in there: then all see other tokens, which nothing here has spent. */
static bool was_overtaken(const struct kept_account *kept,
                          const struct account *ours)
{
    struct account *got =
        account_from_doc(ours->kind, str_of(kept->name), kept->doc);
    bool other = strcmp(got->grant, ours->grant) != 0 &&
                 !kept_is_spent(kept, ours->grant);

    account_unref(got);
    return other;
}

struct json_doc *kept_tokens(const struct kept_account *kept)
{
    struct account *ours = known(kept);
    bool shown = ours && ours->refresh && ours->token;
    struct json_doc *tokens = NULL;

    if (kept->doc && !(shown && was_overtaken(kept, ours)))
        tokens = tokens_in(kept->doc);
    else if (shown)
        tokens = tokens_of(ours);
    account_unref(ours);
    return tokens;
}

/* ---- back-off ----------------------------------------------------------- */

uint64_t kept_postpone(struct kept_account *kept, uint64_t retry_after_ms)
{
    uint64_t wait_ms =
        refresh_rules_backoff_ms(++kept->failures, retry_after_ms);

    kept->not_before_ms = clock_steady_ms() + wait_ms;
    kept->spared = false;
    return wait_ms;
}

void kept_tell_token(const struct kept_account *kept, uint64_t wait_ms,
                     const char *why)
{
    struct account *account = known(kept);
    uint64_t now_ms = clock_wall_ms();

    if (account && account->vitals)
        vitals_note_token(account->vitals, wait_ms ? now_ms + wait_ms : 0,
                          str_of(why), now_ms);
    account_unref(account);
}

uint64_t kept_backs_off_ms(const struct kept_account *kept)
{
    uint64_t now_ms = clock_steady_ms();

    return now_ms < kept->not_before_ms ? kept->not_before_ms - now_ms : 0;
}
