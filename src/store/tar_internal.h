// SPDX-License-Identifier: MIT
/* What tar.c (reading) and tar_write.c share. */
#pragma once

#include "store/tar.h"

/* A header, one block long. */
struct tar_header {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[6];
    char version[2];
    char user[32];
    char group[32];
    char major[8];
    char minor[8];
    char prefix[155];
    char rest[12];
};

/* The sum of its bytes, with spaces for the checksum itself. */
static inline unsigned tar_checksum(const struct tar_header *header)
{
    const unsigned char *at = (const unsigned char *)header;
    unsigned sum = 0;

    for (size_t i = 0; i < TAR_BLOCK; i++) {
        bool in_sum = i >= offsetof(struct tar_header, checksum) &&
                      i < offsetof(struct tar_header, type);

        sum += in_sum ? ' ' : at[i];
    }
    return sum;
}

static inline uint64_t tar_padding(uint64_t size)
{
    return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
}
