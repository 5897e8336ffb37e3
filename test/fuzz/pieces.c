// SPDX-License-Identifier: MIT
/* What the fuzz targets share. */
#include "pieces.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

static uint32_t hash(struct str bytes)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < bytes.len; i++)
        h = (h ^ (unsigned char)bytes.at[i]) * 16777619u;
    return h;
}

/* Small pieces are the interesting ones; 255 stands for a large one. */
static size_t size_from(uint8_t byte)
{
    return byte == 255 ? 4096 : (size_t)byte + 1;
}

static void cut_as_told(struct pieces *pieces)
{
    const uint8_t *bytes = (const uint8_t *)pieces->left.at;

    pieces->count = bytes[0];
    pieces->choice = bytes[1];
    for (size_t i = 0; i < pieces->count; i++)
        pieces->sizes[i] = size_from(bytes[2 + i]);
    pieces->left = str_from(pieces->left, 2 + pieces->count);
}

static void cut_by_hash(struct pieces *pieces)
{
    uint32_t h = hash(pieces->left);

    pieces->choice = (uint8_t)(h >> 24);
    pieces->count = 3;
    for (size_t i = 0; i < pieces->count; i++)
        pieces->sizes[i] = size_from((uint8_t)(h >> (8 * i)) & 31u);
}

void pieces_init(struct pieces *pieces, const uint8_t *data, size_t size)
{
    *pieces = (struct pieces){ .left = { (const char *)data, size } };
    if (size > 0 && data[0] >= 1 && data[0] <= PIECES_CUTS_MAX &&
        size >= 2 + (size_t)data[0])
        cut_as_told(pieces);
    else
        cut_by_hash(pieces);
}

void pieces_join(struct pieces *pieces)
{
    pieces->count = 1;
    pieces->sizes[0] = SIZE_MAX;
    pieces->at = 0;
}

bool pieces_next(struct pieces *pieces, struct str *piece)
{
    if (pieces->left.len == 0)
        return false;
    *piece = str_sub(pieces->left, 0, pieces->sizes[pieces->at]);
    pieces->at = (pieces->at + 1) % pieces->count;
    pieces->left = str_from(pieces->left, piece->len);
    return true;
}

/* The wake-up of the stop is ready before the loop looks, so it looks once. */
void pieces_turn(struct loop *loop)
{
    loop_stop(loop);
    loop_run(loop);
}

void pieces_connect(int ends[2])
{
    int size = 1 << 20;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   ends) != 0)
        abort();
    (void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

bool pieces_send(int fd, struct str piece)
{
    while (piece.len > 0) {
        ssize_t sent = send(fd, piece.at, piece.len, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false;
        piece = str_from(piece, (size_t)sent);
    }
    return true;
}
