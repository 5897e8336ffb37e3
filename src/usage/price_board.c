// SPDX-License-Identifier: MIT
/* The table of prices that is in force. */
#include "usage/price_board.h"

#include <pthread.h>

#include "base/mem.h"
#include "base/text.h"

struct price_board {
    pthread_mutex_t lock;
    struct prices *prices;
    char complaint[PRICE_COMPLAINT_MAX];
};

struct price_board *price_board_new(void)
{
    struct price_board *board = MEM_NEW(struct price_board);

    (void)pthread_mutex_init(&board->lock, NULL);
    board->prices = prices_default();
    return board;
}

void price_board_free(struct price_board *board)
{
    if (!board)
        return;
    prices_unref(board->prices);
    (void)pthread_mutex_destroy(&board->lock);
    mem_free(board);
}

struct prices *price_board_take(struct price_board *board)
{
    struct prices *prices;

    pthread_mutex_lock(&board->lock);
    prices = prices_ref(board->prices);
    pthread_mutex_unlock(&board->lock);
    return prices;
}

void price_board_show(struct price_board *board, struct prices *prices)
{
    struct prices *before;

    pthread_mutex_lock(&board->lock);
    before = board->prices;
    board->prices = prices;
    board->complaint[0] = '\0';
    pthread_mutex_unlock(&board->lock);
    prices_unref(before);
}

void price_board_complain(struct price_board *board, const char *text)
{
    pthread_mutex_lock(&board->lock);
    text_copy(board->complaint, sizeof(board->complaint), str_of(text));
    pthread_mutex_unlock(&board->lock);
}

bool price_board_complaint(struct price_board *board,
                           char out[PRICE_COMPLAINT_MAX])
{
    pthread_mutex_lock(&board->lock);
    text_copy(out, PRICE_COMPLAINT_MAX, str_of(board->complaint));
    pthread_mutex_unlock(&board->lock);
    return out[0] != '\0';
}
