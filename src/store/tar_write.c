// SPDX-License-Identifier: MIT
/* Writing tar files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/tar_internal.h"

/* What a size field can say in octal digits. */
#define OCTAL_MAX 077777777777ull
#define PART (64u * 1024)

static bool put(int tar, const void *bytes, size_t len, struct err *err)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t done = write(tar, at, len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return err_errno(err, "write the tar file");
        at += done;
        len -= (size_t)done;
    }
    return true;
}

static bool pad(int tar, uint64_t size, struct err *err)
{
    static const char zeros[TAR_BLOCK];

    return put(tar, zeros, (size_t)tar_padding(size), err);
}

static void put_octal(char *field, size_t size, uint64_t value)
{
    char digits[32];
    int len = snprintf(digits, sizeof(digits), "%0*llo", (int)size - 1,
                       (unsigned long long)value);

    /* The NUL behind it, too. */
    memcpy(field, digits, (size_t)len < size ? (size_t)len + 1 : size);
}

static bool put_header(int tar, char type, const struct tar_file *file,
                       struct err *err)
{
    struct tar_header header = { .type = type };
    size_t len = strlen(file->name);

    memcpy(header.name, file->name,
           len < sizeof(header.name) ? len : sizeof(header.name));
    put_octal(header.mode, sizeof(header.mode), 0600);
    put_octal(header.uid, sizeof(header.uid), 0);
    put_octal(header.gid, sizeof(header.gid), 0);
    put_octal(header.size, sizeof(header.size),
              file->size <= OCTAL_MAX ? file->size : 0);
    put_octal(header.mtime, sizeof(header.mtime), file->mtime_s);
    memcpy(header.magic, "ustar", 6);
    memcpy(header.version, "00", 2);
    put_octal(header.checksum, 7, tar_checksum(&header));
    header.checksum[7] = ' ';
    return put(tar, &header, sizeof(header), err);
}

/* "27 path=a/long/name\n": the length counts its own digits. */
static size_t add_record(char *out, size_t room, const char *key,
                         const char *value)
{
    size_t bare = strlen(key) + strlen(value) + 3;
    size_t len = bare + 1;
    char digits[24];

    while (bare + (size_t)snprintf(digits, sizeof(digits), "%zu", len) != len)
        len++;
    return (size_t)snprintf(out, room, "%zu %s=%s\n", len, key, value);
}

/* What does not fit into the header goes in front of it. */
static bool put_extension(int tar, const struct tar_file *file, struct err *err)
{
    char records[2 * TAR_BLOCK];
    char number[24];
    size_t len = 0;
    struct tar_file extension = { .name = "PaxHeaders/0", .content = records };

    if (strlen(file->name) > sizeof(((struct tar_header *)0)->name))
        len = add_record(records, sizeof(records), "path", file->name);
    (void)snprintf(number, sizeof(number), "%llu",
                   (unsigned long long)file->size);
    if (file->size > OCTAL_MAX)
        len += add_record(records + len, sizeof(records) - len, "size", number);
    extension.size = len;
    return len == 0 || (put_header(tar, 'x', &extension, err) &&
                        put(tar, records, len, err) && pad(tar, len, err));
}

static bool copy(int tar, int from, uint64_t size, struct err *err)
{
    char part[PART];

    while (size > 0) {
        size_t want = size < sizeof(part) ? (size_t)size : sizeof(part);
        ssize_t got = read(from, part, want);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, "read a file for the tar file");
        if (got == 0)
            return err_set(err, ERR_IO,
                           "a file has become shorter while it "
                           "was copied");
        if (!put(tar, part, (size_t)got, err))
            return false;
        size -= (uint64_t)got;
    }
    return true;
}

bool tar_add(int tar, const struct tar_file *file, struct err *err)
{
    if (strlen(file->name) > TAR_NAME_MAX)
        return err_set(err, ERR_IO, "a name is too long: %s", file->name);
    if (!put_extension(tar, file, err) || !put_header(tar, '0', file, err))
        return false;
    if (file->content ? !put(tar, file->content, (size_t)file->size, err)
                      : !copy(tar, file->fd, file->size, err))
        return false;
    return pad(tar, file->size, err);
}

bool tar_end(int tar, struct err *err)
{
    static const char zeros[2 * TAR_BLOCK];

    return put(tar, zeros, sizeof(zeros), err);
}
