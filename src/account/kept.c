// SPDX-License-Identifier: MIT
/* What the keeper knows of one account name. */
#include "account/kept.h"

#include <stdio.h>
#include <string.h>

#include "account/refresh_rules.h"
#include "base/clock.h"
#include "base/mem.h"
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

struct json_doc *kept_tokens(const struct kept_account *kept)
{
    static const char *const members[] = { "access_token", "refresh_token",
                                           "expires_at", "scopes",
                                           "login_required" };
    struct json_doc *tokens = json_doc_new_object();

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct json_doc *value = json_doc_get(kept->doc, members[i]);

        json_doc_set(tokens, members[i],
                     value ? json_doc_copy(value) : json_doc_new_null());
    }
    return tokens;
}

/* ---- back-off ----------------------------------------------------------- */

uint64_t kept_postpone(struct kept_account *kept, uint64_t retry_after_ms)
{
    uint64_t wait_ms =
        refresh_rules_backoff_ms(++kept->failures, retry_after_ms);

    kept->not_before_ms = clock_steady_ms() + wait_ms;
    return wait_ms;
}

uint64_t kept_backs_off_ms(const struct kept_account *kept)
{
    uint64_t now_ms = clock_steady_ms();

    return now_ms < kept->not_before_ms ? kept->not_before_ms - now_ms : 0;
}
