// SPDX-License-Identifier: MIT
/* Reading the system's list of TCP connections. */
#include "net/peer_proc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096
#define LINE_SIZE 512

/* "0100007F:1F90": words of the machine's own byte order, and a port. */
static bool read_end(const char *text, struct peer_end *end)
{
    unsigned char ip[16];
    const char *colon = strchr(text, ':');
    size_t digits = colon ? (size_t)(colon - text) : 0;
    unsigned port;

    if ((digits != 8 && digits != 32) || sscanf(colon, ":%4x", &port) != 1)
        return false;
    for (size_t i = 0; i < digits / 8; i++) {
        uint32_t word;

        if (sscanf(text + i * 8, "%8" SCNx32, &word) != 1)
            return false;
        memcpy(ip + i * 4, &word, 4);
    }
    *end = peer_end_of(ip, digits / 2, (uint16_t)port);
    return true;
}

/* sl local remote state queues timer retransmits uid timeout inode ... */
bool peer_proc_line(const char *line, struct peer_socket *found)
{
    char local[48];
    char remote[48];

    return sscanf(line,
                  " %*u: %47s %47s %x %*s %*s %*s %" SCNu32 " %*s %" SCNu64,
                  local, remote, &found->state, &found->uid,
                  &found->inode) == 5 &&
           read_end(local, &found->local) && read_end(remote, &found->remote);
}

/* ---- many at once: in the order of their ports --------------------------- */

static int by_port(const void *a, const void *b)
{
    const struct peer_search *const *left = a;
    const struct peer_search *const *right = b;

    return (*left)->pair.client.port - (*right)->pair.client.port;
}

/* The first that has this port or a higher one. */
static size_t first_of_port(struct peer_search **searches, size_t count,
                            uint16_t port)
{
    size_t low = 0;

    while (low < count) {
        size_t middle = low + (count - low) / 2;

        if (searches[middle]->pair.client.port < port)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

static void compare(const struct peer_socket *found,
                    struct peer_search **searches, size_t count)
{
    uint16_t port = found->local.port;

    for (size_t i = first_of_port(searches, count, port);
         i < count && searches[i]->pair.client.port == port; i++) {
        if (!peer_socket_is(found, &searches[i]->pair))
            continue;
        searches[i]->is_found = true;
        searches[i]->found = *found;
    }
}

/* ---- the lists ------------------------------------------------------------ */

static bool search_file(const char *folder, const char *name,
                        struct peer_search **searches, size_t count)
{
    struct peer_socket found;
    char path[PATH_SIZE];
    char line[LINE_SIZE];
    FILE *file;
    bool ok;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file)) {
        if (peer_proc_line(line, &found))
            compare(&found, searches, count);
    }
    ok = !ferror(file);
    (void)fclose(file);
    return ok;
}

bool peer_proc_search(const char *folder, struct peer_search **searches,
                      size_t count, struct err *err)
{
    qsort(searches, count, sizeof(struct peer_search *), by_port);
    if (!search_file(folder, "tcp", searches, count))
        return err_errno(err, "reading it");
    /* A system without IPv6 has none. */
    return search_file(folder, "tcp6", searches, count) || errno == ENOENT ||
           err_errno(err, "reading tcp6 beside it");
}
