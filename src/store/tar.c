// SPDX-License-Identifier: MIT
/* Reading tar files. */
#include "store/tar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/tar_internal.h"

/* Of names and sizes that do not fit into a header. */
#define EXTENSION_MAX 4096

static bool broken(struct err *err, const char *what)
{
    return err_set(err, ERR_BROKEN, "it is no tar file, or damaged: %s", what);
}

/* ---- bytes -------------------------------------------------------------- */

static bool fill(int fd, char *out, size_t size, struct err *err)
{
    size_t len = 0;

    while (len < size) {
        ssize_t got = read(fd, out + len, size - len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, "read the tar file");
        if (got == 0)
            return broken(err, "it ends too early");
        len += (size_t)got;
    }
    return true;
}

static bool skip(int fd, uint64_t size, struct err *err)
{
    char part[4096];

    while (size > 0) {
        size_t want = size < sizeof(part) ? (size_t)size : sizeof(part);

        if (!fill(fd, part, want, err))
            return false;
        size -= want;
    }
    return true;
}

/* ---- headers ------------------------------------------------------------ */

/* GNU tar writes what is too large for octal digits as a number of 12 bytes. */
static bool parse_binary(const char *field, size_t size, uint64_t *value)
{
    uint64_t sum = 0;

    for (size_t i = 1; i < size; i++) {
        if (sum >> 55)
            return false;
        sum = sum << 8 | (unsigned char)field[i];
    }
    *value = sum;
    return (unsigned char)field[0] == 0x80;
}

static bool parse_number(const char *field, size_t size, uint64_t *value)
{
    size_t i = 0;
    size_t digits = 0;

    if ((unsigned char)field[0] & 0x80)
        return parse_binary(field, size, value);
    *value = 0;
    while (i < size && field[i] == ' ')
        i++;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++, digits++)
        *value = *value * 8 + (uint64_t)(field[i] - '0');
    return digits > 0 && (i == size || field[i] == '\0' || field[i] == ' ');
}

static bool is_empty(const struct tar_header *header)
{
    static const struct tar_header zeros;

    return memcmp(header, &zeros, TAR_BLOCK) == 0;
}

static struct str field_of(const char *field, size_t size)
{
    return (struct str){ field, strnlen(field, size) };
}

static bool set_name(struct tar_entry *entry, struct str name, struct err *err)
{
    while (str_starts(name, STR("./")))
        name = str_from(name, 2);
    if (name.len > TAR_NAME_MAX || memchr(name.at, '\0', name.len))
        return broken(err, "a name is too long");
    memcpy(entry->name, name.at, name.len);
    entry->name[name.len] = '\0';
    return true;
}

static bool take_name(struct tar_entry *entry, const struct tar_header *header,
                      struct err *err)
{
    struct str name = field_of(header->name, sizeof(header->name));
    struct str prefix = field_of(header->prefix, sizeof(header->prefix));
    char both[sizeof(header->name) + sizeof(header->prefix) + 2];

    if (memcmp(header->magic, "ustar", 6) != 0 || prefix.len == 0)
        return set_name(entry, name, err);
    (void)snprintf(both, sizeof(both), STR_FMT "/" STR_FMT, STR_ARG(prefix),
                   STR_ARG(name));
    return set_name(entry, str_of(both), err);
}

/* ---- what goes in front of a header ------------------------------------- */

struct extension {
    char name[TAR_NAME_MAX + 1];
    uint64_t size;
    bool has_name;
    bool has_size;
};

static bool keep_name(struct extension *extension, struct str name,
                      struct err *err)
{
    struct tar_entry entry;

    if (!set_name(&entry, name, err))
        return false;
    memcpy(extension->name, entry.name, sizeof(entry.name));
    extension->has_name = true;
    return true;
}

static bool keep_record(struct extension *extension, struct str record,
                        struct err *err)
{
    size_t key_len = str_index(record, '=');
    struct str key = str_sub(record, 0, key_len);
    struct str value = str_from(record, key_len + 1);

    if (str_eq(key, STR("path")))
        return keep_name(extension, value, err);
    if (!str_eq(key, STR("size")))
        return true;
    extension->has_size = true;
    return str_to_u64(value, INT64_MAX, &extension->size) ||
           broken(err, "a size is no number");
}

/* "27 path=a/long/name\n", one behind the other. */
static bool parse_records(struct extension *extension, struct str text,
                          struct err *err)
{
    while (text.len > 0) {
        size_t digits = str_index(text, ' ');
        uint64_t len;

        if (!str_to_u64(str_sub(text, 0, digits), text.len, &len) ||
            len < digits + 2 || text.at[len - 1] != '\n')
            return broken(err, "an extended header is wrong");
        if (!keep_record(extension,
                         str_sub(text, digits + 1, (size_t)len - digits - 2),
                         err))
            return false;
        text = str_from(text, (size_t)len);
    }
    return true;
}

static bool read_extension(struct tar_reader *tar, char type, uint64_t size,
                           struct extension *extension, struct err *err)
{
    char text[EXTENSION_MAX];

    if (size > sizeof(text))
        return broken(err, "an extended header is too long");
    if (!fill(tar->fd, text, (size_t)size, err) ||
        !skip(tar->fd, tar_padding(size), err))
        return false;
    if (type == 'g')
        return true;
    if (type == 'L')
        return keep_name(extension, field_of(text, (size_t)size), err);
    return parse_records(extension, (struct str){ text, (size_t)size }, err);
}

/* ---- entries ------------------------------------------------------------ */

static bool read_header(struct tar_reader *tar, struct tar_header *header,
                        uint64_t *size, struct err *err)
{
    uint64_t sum;

    if (!fill(tar->fd, (char *)header, TAR_BLOCK, err))
        return false;
    *size = 0;
    if (is_empty(header))
        return true;
    return (parse_number(header->checksum, sizeof(header->checksum), &sum) &&
            sum == tar_checksum(header) &&
            parse_number(header->size, sizeof(header->size), size) &&
            *size <= INT64_MAX) ||
           broken(err, "a header is wrong");
}

static bool take_entry(struct tar_reader *tar, const struct tar_header *header,
                       const struct extension *extension,
                       struct tar_entry *entry, struct err *err)
{
    if (extension->has_size)
        entry->size = extension->size;
    if (extension->has_name)
        memcpy(entry->name, extension->name, sizeof(entry->name));
    else if (!take_name(entry, header, err))
        return false;
    if (header->type != '0' && header->type != '\0' && header->type != '5')
        return err_set(err, ERR_BROKEN,
                       "%s is neither file nor folder: that is not a backup",
                       entry->name);
    tar->left = header->type == '5' ? 0 : entry->size;
    tar->padding = tar_padding(tar->left);
    return true;
}

static bool is_extension(char type)
{
    return type == 'x' || type == 'g' || type == 'L';
}

/* One header with what goes in front of it; `*folder`: go on. */
static bool next_one(struct tar_reader *tar, struct tar_entry *entry,
                     bool *more, bool *folder, struct err *err)
{
    struct extension extension = { .has_name = false };
    struct tar_header header;

    if (!read_header(tar, &header, &entry->size, err))
        return false;
    while (is_extension(header.type)) {
        if (!read_extension(tar, header.type, entry->size, &extension, err) ||
            !read_header(tar, &header, &entry->size, err))
            return false;
    }
    *more = !is_empty(&header);
    *folder = *more && header.type == '5';
    return !*more || take_entry(tar, &header, &extension, entry, err);
}

bool tar_next(struct tar_reader *tar, struct tar_entry *entry, bool *more,
              struct err *err)
{
    bool folder = true;

    if (!skip(tar->fd, tar->left, err) || !skip(tar->fd, tar->padding, err))
        return false;
    while (folder) {
        if (!next_one(tar, entry, more, &folder, err))
            return false;
    }
    return true;
}

bool tar_read(struct tar_reader *tar, char *out, size_t size, size_t *got,
              struct err *err)
{
    *got = tar->left < size ? (size_t)tar->left : size;
    if (!fill(tar->fd, out, *got, err))
        return false;
    tar->left -= *got;
    return true;
}
