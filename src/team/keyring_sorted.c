// SPDX-License-Identifier: MIT
/* Pages in an order of their own: the first ones behind a mark are kept while all keys
   are looked at, so that a page needs no more memory however many keys there are. */
#include <string.h>

#include "team/counters.h"
#include "team/keyring_internal.h"

/* ---- where a key stands --------------------------------------------------- */

static struct str line_of(const struct key *key, size_t number)
{
    struct str rest = str_of(key->folded);
    struct str line = STR_EMPTY;

    for (size_t i = 0; i <= number; i++) {
        line = str_sub(rest, 0, str_index(rest, '\n'));
        rest = str_from(rest, line.len + 1);
    }
    return line;
}

#define MILLION 1000000ull

/* In millionths; of a limit of 0 all is used. */
static uint64_t tightest(const struct counters_view *view)
{
    uint64_t most = 0;

    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const struct limit_view *one = &view->at[i];
        uint64_t share;

        if (one->limit == LIMIT_NONE)
            continue;
        share = one->limit == 0
                    ? MILLION
                    : (uint64_t)((double)one->used * 1e6 / (double)one->limit);
        most = share > most ? share : most;
    }
    return most;
}

/* A group's limits hold as its own do. */
static uint64_t tightest_of_group(const struct key *key,
                                  struct counters_now now)
{
    struct key_group *group = key_group_of(key);
    struct counters_view view;
    uint64_t most = 0;

    if (!group)
        return 0;
    if (limits_any(&group->limits)) {
        counters_view(group->counters, &group->limits, group->zone, now, &view);
        most = tightest(&view);
    }
    key_group_unref(group);
    return most;
}

static uint64_t counted(const struct key *key, enum keyring_order order,
                        struct counters_now now)
{
    struct counters_view view;
    uint64_t own;
    uint64_t of_group;

    counters_view(key->counters, &key->limits, key->zone, now, &view);
    if (order == KEYRING_BY_REQUESTS_TODAY)
        return view.today.requests;
    if (order == KEYRING_BY_COST_30D)
        return view.last_30d.cost_microusd;
    own = tightest(&view);
    of_group = tightest_of_group(key, now);
    return own > of_group ? own : of_group;
}

static struct keyring_mark mark_of(const struct key *key,
                                   const struct keyring_query *query,
                                   uint64_t now_wall_ms)
{
    const struct counters_now now = { query->steady_ms, now_wall_ms };
    struct keyring_mark mark = { .id = key->id };

    switch (query->order) {
    case KEYRING_BY_ID:
    case KEYRING_ORDERS:
        break;
    case KEYRING_BY_NAME:
        mark.text = line_of(key, 0);
        break;
    case KEYRING_BY_OWNER:
        mark.text = line_of(key, 1);
        break;
    case KEYRING_BY_LAST_USE:
        mark.number = atomic_load(&key->use->last_ms);
        break;
    case KEYRING_BY_REQUESTS_TODAY:
    case KEYRING_BY_COST_30D:
    case KEYRING_BY_TIGHTEST:
        mark.number = counted(key, query->order, now);
        break;
    }
    return mark;
}

/* ---- the order ------------------------------------------------------------ */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_texts(struct str a, struct str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.at, b.at, len) : 0;

    return order != 0 ? order : compare_numbers(a.len, b.len);
}

static bool is_before(const struct keyring_mark *a,
                      const struct keyring_mark *b, bool falling)
{
    int order = compare_texts(a->text, b->text);

    if (order == 0)
        order = compare_numbers(a->number, b->number);
    if (order == 0)
        order = compare_numbers(a->id, b->id);
    return falling ? order > 0 : order < 0;
}

static size_t place_in(const struct keyring_page *page,
                       const struct keyring_mark *mark, bool falling)
{
    size_t low = 0;
    size_t high = page->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (is_before(&page->marks[middle], mark, falling))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert(struct keyring_page *page, size_t at, struct key *key,
                   const struct keyring_mark *mark)
{
    size_t moved = page->count - at;

    memmove(&page->at[at + 1], &page->at[at], moved * sizeof(page->at[0]));
    memmove(&page->marks[at + 1], &page->marks[at],
            moved * sizeof(page->marks[0]));
    page->at[at] = key_ref(key);
    page->marks[at] = *mark;
    page->count++;
}

void keyring_sort_in(struct keyring_page *page, struct key *key,
                     const struct keyring_query *query, uint64_t now_wall_ms)
{
    size_t max = query->max < KEYRING_PAGE_MAX ? query->max : KEYRING_PAGE_MAX;
    struct keyring_mark mark = mark_of(key, query, now_wall_ms);
    size_t at;

    page->total++;
    if (query->behind.id != 0 &&
        !is_before(&query->behind, &mark, query->falling))
        return;
    at = place_in(page, &mark, query->falling);
    if (page->count == max) {
        page->next = 1;
        if (at == max)
            return;
        key_unref(page->at[--page->count]);
    }
    insert(page, at, key, &mark);
}
