// SPDX-License-Identifier: MIT
/* Ids, and whose they are. */
#include "relay/owner.h"

#include "account/accounts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "http/url.h"
#include "relay/metering.h"
#include "usage/sift.h"

/* ---- whose it is --------------------------------------------------------- */

static bool is_there(struct accounts *accounts, uint64_t account)
{
    struct account_list *list = accounts_list(accounts);
    bool there = false;

    for (size_t i = 0; i < list->count && !there; i++)
        there = list->at[i]->number == account;
    account_list_unref(list);
    return there;
}

uint64_t owner_by_id(struct accounts *accounts, uint64_t id)
{
    uint64_t account =
        bindings_find(accounts_owned(accounts), id, clock_wall_ms());

    return account && is_there(accounts, account) ? account : 0;
}

/* ---- requests ------------------------------------------------------------ */

static uint64_t find(const struct relayed *r, uint64_t id)
{
    return owner_by_id(r->relay->options.accounts, id);
}

/* An id that is spelt otherwise is no other. */
static uint64_t find_segment(const struct relayed *r, struct str segment)
{
    struct buf plain;
    uint64_t account = 0;

    buf_init(&plain, segment.len + 1);
    if (text_percent_decode(&plain, segment))
        account = find(r, hash_number(buf_str(&plain)));
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

/* A list goes on behind one of its entries. */
static uint64_t find_in_query(const struct relayed *r)
{
    static const struct str names[] = { { "after_id", 8 }, { "before_id", 9 } };
    struct str id;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (url_query_get(r->req->arena, r->req->query, names[i], &id))
            return find(r, hash_number(id));
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

struct owner {
    struct accounts *accounts;
    uint64_t account;
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

/* Accounts of one organization know the same: it stays with the first that told it. */
static void take_id(void *arg, const struct sift_found *found)
{
    const struct owner *owner = arg;
    uint64_t id = found->id == ITEM_ID ? hash_number(found->text) : 0;
    uint64_t account = id ? owner_by_id(owner->accounts, id) : 0;

    if (id && (account == 0 || account == owner->account))
        bindings_put(accounts_owned(owner->accounts), id, owner->account,
                     clock_wall_ms());
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
    owner->accounts = r->relay->options.accounts;
    owner->account = r->attempt.account->number;
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
