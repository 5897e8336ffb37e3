// SPDX-License-Identifier: MIT
/* A list of connections that a test can hold up. */
#include "passes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"
#include "wire.h"

static const char *list_of(const struct passes *passes)
{
    return unit_path(passes->folder, "tcp");
}

void passes_find(struct passes *passes)
{
    (void)unlink(list_of(passes));
    assert_int_equal(symlink("/proc/self/net/tcp", list_of(passes)), 0);
}

void passes_open(struct passes *passes)
{
    passes->folder = unit_folder_new();
    passes_find(passes);
}

void passes_close(struct passes *passes)
{
    unit_folder_free(passes->folder);
}

void passes_lose(struct passes *passes)
{
    assert_int_equal(unlink(list_of(passes)), 0);
}

void passes_hold_up(struct passes *passes)
{
    passes_lose(passes);
    assert_int_equal(mkfifo(list_of(passes), 0600), 0);
}

static bool has_reader(void *arg)
{
    struct passes *passes = arg;

    passes->pipe = open(list_of(passes), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return passes->pipe >= 0;
}

void passes_wait(struct passes *passes, struct loop *loop)
{
    wire_until(loop, has_reader, passes);
}

void passes_end(struct passes *passes)
{
    passes_find(passes);
    (void)close(passes->pipe);
}
