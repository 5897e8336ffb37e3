// SPDX-License-Identifier: MIT
/* An intrusive doubly-linked list: put a struct list into the element. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

struct list {
    struct list *prev;
    struct list *next;
};

/* An empty head, or an element that is in no list. */
static inline void list_init(struct list *node)
{
    node->prev = node;
    node->next = node;
}

static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

static inline void list_push(struct list *head, struct list *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

/* Removing an element that is in no list is fine. */
static inline void list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

#define LIST_ITEM(node, type, member) CONTAINER_OF(node, type, member)
