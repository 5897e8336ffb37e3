// SPDX-License-Identifier: MIT
/* All accounts of one moment. */
#include "account/list.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

static bool is_sorted(const struct account_list *list)
{
    for (size_t i = 1; i < list->count; i++) {
        if (strcmp(list->at[i - 1]->name, list->at[i]->name) >= 0)
            return false;
    }
    return true;
}

struct account_list *account_list_new(struct account *const *at, size_t count)
{
    struct account_list *list =
        mem_alloc(sizeof(*list) + count * sizeof(list->at[0]));

    atomic_init(&list->refs, 1);
    list->count = count;
    for (size_t i = 0; i < count; i++)
        list->at[i] = at[i];
    assert(is_sorted(list));
    return list;
}

struct account_list *account_list_ref(struct account_list *list)
{
    atomic_fetch_add(&list->refs, 1);
    return list;
}

void account_list_unref(struct account_list *list)
{
    if (!list || atomic_fetch_sub(&list->refs, 1) != 1)
        return;
    for (size_t i = 0; i < list->count; i++)
        account_unref(list->at[i]);
    mem_free(list);
}

static int compare(const char *name, struct str wanted)
{
    size_t len = strlen(name);
    int order = memcmp(name, wanted.at, len < wanted.len ? len : wanted.len);

    return order != 0 ? order : (len > wanted.len) - (len < wanted.len);
}

struct account *account_list_find(const struct account_list *list,
                                  struct str name)
{
    size_t low = 0;
    size_t high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(list->at[middle]->name, name);

        if (order == 0)
            return list->at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
