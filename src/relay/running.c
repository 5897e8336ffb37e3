// SPDX-License-Identifier: MIT
/* What is being relayed, on all workers. */
#include "relay/running.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "relay/detail.h"
#include "relay/running_view.h"
#include "relay/steps.h"

struct running_seat {
    struct list requests; /* by `link`: the oldest first */
    /* Those that ended last, each in memory that is used again; NULL: none. */
    struct kept {
        struct detail *detail;
        size_t room;
    } kept[RUNNING_ENDED];
    size_t ended; /* ever */
    size_t gone;  /* of those; the oldest that is kept comes next */
    size_t bytes; /* that the rest have */
    const struct running *running;
};

/* Complete before another thread knows it. */
struct running {
    struct round_place *places;
    size_t count;
};

struct running *running_new(void)
{
    return MEM_NEW(struct running);
}

static void free_seat(struct running_seat *seat)
{
    for (size_t i = 0; i < RUNNING_ENDED; i++)
        mem_free(seat->kept[i].detail);
    mem_free(seat);
}

void running_free(struct running *running)
{
    if (!running)
        return;
    for (size_t i = 0; i < running->count; i++)
        free_seat(running->places[i].what);
    mem_free(running->places);
    mem_free(running);
}

struct running_seat *running_join(struct running *running, struct loop *loop)
{
    struct running_seat *seat = MEM_NEW(struct running_seat);
    size_t size = (running->count + 1) * sizeof(*running->places);

    list_init(&seat->requests);
    seat->running = running;
    running->places = mem_realloc(running->places, size);
    running->places[running->count++] = (struct round_place){ loop, seat };
    return seat;
}

struct list *running_of(struct running_seat *seat)
{
    return &seat->requests;
}

static struct relayed *request_at(struct list *node)
{
    return LIST_ITEM(node, struct relayed, link);
}

/* ---- asking -------------------------------------------------------------- */

static int by_age(const void *a, const void *b)
{
    const struct running_view *left = a;
    const struct running_view *right = b;

    if (left->began_ms != right->began_ms)
        return left->began_ms < right->began_ms ? -1 : 1;
    return strcmp(left->id, right->id);
}

/* What all seats seen so far have. */
static void keep_oldest(struct running_list *list)
{
    qsort(list->at, list->count, sizeof(*list->at), by_age);
    if (list->count > list->max)
        list->count = list->max;
}

static void make_room(struct running_list *list, size_t more)
{
    size_t size = (list->count + more) * sizeof(*list->at);

    if (more > 0)
        list->at = mem_realloc(list->at, size);
}

static void look(void *state, void *what)
{
    struct running_list *list = state;
    struct list *requests = running_of(what);
    size_t here = 0;

    for (struct list *at = requests->next; at != requests; at = at->next)
        here++;
    list->all += here;
    here = here < list->max ? here : list->max;
    make_room(list, here);
    for (struct list *at = requests->next; here > 0; at = at->next, here--)
        running_view_fill(&list->at[list->count++], request_at(at));
    if (list->count > 0)
        keep_oldest(list);
}

static void drop_list(void *state)
{
    struct running_list *list = state;

    mem_free(list->at);
    mem_free(list);
}

struct round *running_ask(struct running *running, size_t max,
                          struct loop *loop, void (*wake)(void *arg), void *arg)
{
    struct running_list *list = MEM_NEW(struct running_list);

    list->max = max;
    return round_start(&(struct round_options){ .places = running->places,
                                                .count = running->count,
                                                .visit = look,
                                                .drop = drop_list,
                                                .state = list,
                                                .loop = loop,
                                                .wake = wake,
                                                .arg = arg });
}

const struct running_list *running_list(const struct round *round)
{
    return round_state(round);
}

/* One that only begins as an id does is nobody's. */
static void take_id(char id[REQUEST_ID_SIZE], struct str text)
{
    text_copy(id, REQUEST_ID_SIZE,
              text.len < REQUEST_ID_SIZE ? text : STR_EMPTY);
}

/* ---- cancelling ---------------------------------------------------------- */

struct cancelling {
    char id[REQUEST_ID_SIZE];
    bool found;
};

static void cancel(void *state, void *what)
{
    struct cancelling *cancelling = state;
    struct list *requests = running_of(what);

    for (struct list *at = requests->next; at != requests; at = at->next) {
        struct relayed *r = request_at(at);

        if (strcmp(r->req->id, cancelling->id) != 0)
            continue;
        cancelling->found = step_cancel(r);
        return;
    }
}

struct round *running_cancel(struct running *running, struct str id,
                             struct loop *loop, void (*wake)(void *arg),
                             void *arg)
{
    struct cancelling *cancelling = MEM_NEW(struct cancelling);

    take_id(cancelling->id, id);
    return round_start(&(struct round_options){ .places = running->places,
                                                .count = running->count,
                                                .visit = cancel,
                                                .drop = mem_free,
                                                .state = cancelling,
                                                .loop = loop,
                                                .wake = wake,
                                                .arg = arg });
}

bool running_was_found(const struct round *round)
{
    const struct cancelling *cancelling = round_state(round);

    return cancelling->found;
}

/* ---- those that ended ---------------------------------------------------- */

static void give_room(struct running_seat *seat, struct kept *kept, size_t room)
{
    seat->bytes = seat->bytes - kept->room + room;
    mem_free(kept->detail);
    kept->detail = room > 0 ? mem_alloc(room) : NULL;
    kept->room = room;
}

/* But the newest. */
static void forget_oldest(struct running_seat *seat)
{
    size_t share = RUNNING_ENDED_BYTES / seat->running->count;

    if (seat->ended - seat->gone > RUNNING_ENDED)
        seat->gone = seat->ended - RUNNING_ENDED;
    while (seat->bytes > share && seat->ended - seat->gone > 1)
        give_room(seat, &seat->kept[seat->gone++ % RUNNING_ENDED], 0);
}

/* In the memory of the one before, unless most of that would lie idle. */
void running_keep(struct running_seat *seat, const struct detail *detail)
{
    struct kept *kept = &seat->kept[seat->ended++ % RUNNING_ENDED];

    if (kept->room < detail->size || kept->room / 2 > detail->size)
        give_room(seat, kept, detail->size);
    memcpy(kept->detail, detail, detail->size);
    forget_oldest(seat);
}

struct asking {
    char id[REQUEST_ID_SIZE];
    struct detail *found;
};

static void find_detail(void *state, void *what)
{
    struct asking *asking = state;
    const struct running_seat *seat = what;

    for (size_t i = 0; i < RUNNING_ENDED && !asking->found; i++) {
        const struct detail *detail = seat->kept[i].detail;

        if (!detail || strcmp(detail->id, asking->id) != 0)
            continue;
        asking->found = mem_alloc(detail->size);
        memcpy(asking->found, detail, detail->size);
    }
}

static void drop_asking(void *state)
{
    struct asking *asking = state;

    mem_free(asking->found);
    mem_free(asking);
}

struct round *running_ask_detail(struct running *running, struct str id,
                                 struct loop *loop, void (*wake)(void *arg),
                                 void *arg)
{
    struct asking *asking = MEM_NEW(struct asking);

    take_id(asking->id, id);
    return round_start(&(struct round_options){ .places = running->places,
                                                .count = running->count,
                                                .visit = find_detail,
                                                .drop = drop_asking,
                                                .state = asking,
                                                .loop = loop,
                                                .wake = wake,
                                                .arg = arg });
}

const struct detail *running_detail(const struct round *round)
{
    const struct asking *asking = round_state(round);

    return asking->found;
}
