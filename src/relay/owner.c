// SPDX-License-Identifier: MIT
/* Ids, and whose they are. */
#include "relay/owner.h"

#include "account/accounts.h"
#include "account/gateway.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "http/request.h"
#include "http/url.h"
#include "relay/metering.h"
#include "relay/owned_id.h"
#include "team/key.h"
#include "usage/sift.h"

/* ---- whose it is --------------------------------------------------------- */

static bool is_for(const struct key *key, const struct account *account)
{
    struct err ignored;

    return !key ||
           key_allows_account(key, str_of(account->name), account, &ignored);
}

/* Is it there, and the key's to use? */
static bool may_use(struct accounts *accounts, const struct key *key,
                    uint64_t account)
{
    struct account_list *list = accounts_list(accounts);
    bool may = false;

    for (size_t i = 0; i < list->count && !may; i++)
        may = list->at[i]->number == account && is_for(key, list->at[i]);
    account_list_unref(list);
    return may;
}

/* What is known to all, and to one key. */
static struct bindings *bindings_of(struct accounts *accounts, bool for_all)
{
    return for_all ? accounts_owned(accounts) : accounts_told(accounts);
}

static uint64_t account_of(struct accounts *accounts, bool for_all,
                           const struct key *key, uint64_t number)
{
    uint64_t account =
        bindings_find(bindings_of(accounts, for_all), number, clock_wall_ms());

    return account && may_use(accounts, key, account) ? account : 0;
}

/* For that key, and for no other. */
static uint64_t number_for(const struct key *key, uint64_t id)
{
    const uint64_t both[] = { key ? key->id : 0, id };

    return hash_number((struct str){ (const char *)both, sizeof(both) });
}

uint64_t owner_by_id(struct accounts *accounts, const struct key *key,
                     uint64_t id)
{
    uint64_t account = account_of(accounts, true, key, id);

    return account ? account
                   : account_of(accounts, false, key, number_for(key, id));
}

/* ---- requests ------------------------------------------------------------ */

static uint64_t find(const struct relayed *r, uint64_t id)
{
    return owner_by_id(r->relay->options.accounts, r->caller.key, id);
}

static uint64_t find_id(const struct relayed *r, struct str id)
{
    return owned_id_is(id) ? find(r, hash_number(id)) : 0;
}

/* An id that is spelt otherwise is no other. */
static uint64_t find_segment(const struct relayed *r, struct str segment)
{
    struct buf plain;
    uint64_t account = 0;

    buf_init(&plain, segment.len + 1);
    if (text_percent_decode(&plain, segment))
        account = find_id(r, buf_str(&plain));
    buf_done(&plain);
    return account;
}

static uint64_t find_in_path(const struct relayed *r)
{
    struct str rest = r->path;
    struct str segment;
    uint64_t account = 0;

    while (account == 0 && str_next(&rest, '/', &segment))
        account = segment.len > 0 ? find_segment(r, segment) : 0;
    return account;
}

/* A list goes on behind one of its entries; what is made new belongs to nobody. */
static uint64_t find_in_query(const struct relayed *r)
{
    static const struct str names[] = { { "after_id", 8 }, { "before_id", 9 } };
    bool makes = str_eq(r->endpoint->route.method, STR("POST"));
    struct str id;

    for (size_t i = 0; i < COUNT_OF(names) && !makes; i++) {
        if (url_query_get(r->req->arena, r->req->query, names[i], &id))
            return find_id(r, id);
    }
    return 0;
}

void owner_note_asked(struct relayed *r, const struct scan_facts *facts)
{
    for (size_t i = 0; i < facts->file_count && r->owner == 0; i++)
        r->owner = find(r, facts->files[i]);
}

uint64_t owner_find(const struct relayed *r)
{
    uint64_t account = 0;

    if (endpoints_owns(r->endpoint))
        account = find_in_path(r);
    if (endpoints_owns(r->endpoint) && account == 0)
        account = find_in_query(r);
    return account ? account : r->owner;
}

/* ---- answers ------------------------------------------------------------- */

/* No answer teaches more: a page of a list, and the files of a message. */
#define LIST_MAX 1000
#define FILES_MAX 100

struct owner {
    const struct relayed *r;
    unsigned count; /* that it taught */
    struct sift sift;
    struct unpack *unpack; /* NULL: it comes plain */
};

enum item { ITEM_ID, ITEM_OTHER };

#define ID                                                                     \
    {                                                                          \
        { "id", 2 }, SIFT_TEXT, ITEM_ID, NULL, 0                               \
    }
static const struct sift_node entry[] = { ID };
static const struct sift_node members[] = {
    ID,
    { { "data", 4 }, SIFT_ARRAY, ITEM_OTHER, entry, COUNT_OF(entry) },
};
static const struct sift_node root = {
    { "", 0 }, SIFT_OBJECT, ITEM_OTHER, members, COUNT_OF(members)
};

/* A gateway says what it likes, ids that Anthropic made included; and what an account has
   that the key may not use, another of its organization, which it may use, knows too. */
static bool holds_for_all(const struct relayed *r, uint64_t id)
{
    struct accounts *accounts = r->relay->options.accounts;

    return !gateway_is_elsewhere(r->attempt.account) &&
           (account_of(accounts, true, NULL, id) == 0 ||
            account_of(accounts, true, r->caller.key, id) != 0);
}

/* One that was removed while it answered has nothing any more, and the next of its name is
   another one. */
static bool is_gone(struct accounts *accounts, const struct account *account)
{
    struct account *now = accounts_get(accounts, str_of(account->name));
    bool gone = !now || now->vitals != account->vitals;

    account_unref(now);
    return gone;
}

/* Accounts of one organization know the same: it stays with the first that told it. */
static void claim(const struct relayed *r, struct str text)
{
    struct accounts *accounts = r->relay->options.accounts;
    const struct account *account = r->attempt.account;
    uint64_t id = hash_number(text);
    bool for_all = holds_for_all(r, id);
    uint64_t number = for_all ? id : number_for(r->caller.key, id);
    uint64_t has = account_of(accounts, for_all, r->caller.key, number);

    if ((has != 0 && has != account->number) || is_gone(accounts, account))
        return;
    bindings_put(bindings_of(accounts, for_all), number, account->number,
                 clock_wall_ms());
    if (has == 0)
        accounts_hurry(accounts);
}

static void take_id(void *arg, const struct sift_found *found)
{
    struct owner *owner = arg;

    if (found->id == ITEM_ID && owned_id_is_of(owner->r->path, found->text) &&
        owner->count++ < LIST_MAX)
        claim(owner->r, found->text);
}

void owner_note_file(void *arg, struct str id)
{
    struct relayed *r = arg;

    if (owned_id_is_file(id) && r->files_taught++ < FILES_MAX)
        claim(r, id);
}

static bool is_json(const struct parser_head *head)
{
    const struct str *type = headers_get(&head->headers, STR("content-type"));

    return type && str_ieq(str_trim(str_sub(*type, 0, str_index(*type, ';'))),
                           STR("application/json"));
}

/* What somebody put into a file says nothing. */
static bool is_content(struct str path)
{
    struct str end = STR("/content");

    return path.len > end.len &&
           str_eq(str_from(path, path.len - end.len), end);
}

struct owner *owner_learn(const struct relayed *r,
                          const struct parser_head *head)
{
    struct owner *owner;
    struct unpack *unpack;
    bool unknown;

    if (!r->attempt.account || !endpoints_owns(r->endpoint) ||
        head->status < 200 || head->status > 299 || !is_json(head) ||
        is_content(r->path))
        return NULL;
    unpack = metering_unpack(&head->headers, &r->relay->unpacking, &unknown);
    if (unknown)
        return NULL;
    owner = MEM_NEW(struct owner);
    owner->unpack = unpack;
    owner->r = r;
    sift_init(&owner->sift, &root, take_id, owner);
    return owner;
}

static void take_plain(void *arg, struct str bytes)
{
    sift_feed(arg, bytes);
}

void owner_feed(struct owner *owner, struct str bytes)
{
    if (owner && owner->unpack)
        (void)unpack_feed(owner->unpack, bytes, take_plain, &owner->sift);
    else if (owner)
        sift_feed(&owner->sift, bytes);
}

void owner_free(struct owner *owner)
{
    if (!owner)
        return;
    unpack_free(owner->unpack);
    mem_free(owner);
}
