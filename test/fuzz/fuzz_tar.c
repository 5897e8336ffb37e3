// SPDX-License-Identifier: MIT
/* Tar files that a restore is given.  What must hold: names end and are short, a file
   brings as many bytes as it says, and never more than there are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_tar.c:%d: does not hold: %s\n", line, claim);
    abort();
}

/* How much there was of the file; false if it was cut off. */
static bool read_content(struct tar_reader *tar, uint64_t *sum)
{
    char part[700];
    struct err err;
    size_t got = 1;

    while (got > 0) {
        if (!tar_read(tar, part, sizeof(part), &got, &err))
            return false;
        MUST(got <= sizeof(part));
        *sum += got;
    }
    return true;
}

static void read_all(int fd, size_t size)
{
    struct tar_reader tar = tar_reader_of(fd);
    struct tar_entry entry;
    struct err err;
    uint64_t total = 0;
    bool more;
    unsigned turn = 0;

    while (tar_next(&tar, &entry, &more, &err) && more) {
        uint64_t sum = 0;

        MUST(strnlen(entry.name, sizeof(entry.name)) <= TAR_NAME_MAX);
        if (turn++ % 3 == 2)
            continue; /* passed over */
        if (!read_content(&tar, &sum))
            return;
        MUST(sum == entry.size);
        total += sum;
        MUST(total <= size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    read_all(fd, size);
    (void)close(fd);
    return 0;
}
