// SPDX-License-Identifier: MIT
/* Zones by name, behind one mutex; each is looked up when a key is made or changed,
   not for each request. */
#include "base/zones.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/chars.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/text.h"

#define FOLDER "/usr/share/zoneinfo"
/* The largest real one has 4 KB. */
#define FILE_MAX (64u * 1024)

struct zones {
    pthread_mutex_t mutex;
    char *folder;
    struct zone **at;
    size_t count;
};

struct zones *zones_new(const char *folder)
{
    struct zones *zones = MEM_NEW(struct zones);

    pthread_mutex_init(&zones->mutex, NULL);
    zones->folder = mem_strdup(folder ? folder : FOLDER);
    return zones;
}

void zones_free(struct zones *zones)
{
    if (!zones)
        return;
    for (size_t i = 0; i < zones->count; i++)
        zone_free(zones->at[i]);
    mem_free(zones->at);
    mem_free(zones->folder);
    pthread_mutex_destroy(&zones->mutex);
    mem_free(zones);
}

/* ---- reading ------------------------------------------------------------ */

/* They stand for whatever this machine is set to, or for nothing. */
static bool names_no_place(struct str name)
{
    static const char *const names[] = { "Factory", "localtime", "posixrules" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_eq(name, str_of(names[i])))
            return true;
    }
    return false;
}

/* No dot: nothing leads out of the folder. */
static bool is_name(struct str name)
{
    static const struct chars plain = {
        { CHARS_ALNUM, ['-'] = true, ['+'] = true, ['_'] = true, ['/'] = true }
    };

    return name.len > 0 && name.len <= ZONE_NAME_MAX && name.at[0] != '/' &&
           chars_has_all(&plain, name) && !names_no_place(name);
}

static bool read_all(int fd, struct buf *out)
{
    char piece[4096];
    ssize_t len;

    do {
        len = read(fd, piece, sizeof(piece));
        if (len > 0 && !buf_append(out, (struct str){ piece, (size_t)len }))
            return false;
    } while (len > 0);
    return len == 0;
}

static bool read_file(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    bool ok;

    if (fd < 0)
        return false;
    ok = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && read_all(fd, out);
    (void)close(fd);
    return ok;
}

/* A folder without this one is left over, or was emptied to save space. */
#define EXAMPLE "Asia/Shanghai"

static bool has_zones(const struct zones *zones)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/" EXAMPLE, zones->folder);
    return access(path, R_OK) == 0;
}

static void no_zone(const struct zones *zones, struct str name, struct err *err)
{
    char shown[ZONE_NAME_MAX + 1];

    text_copy(shown, sizeof(shown), name);
    REASON_SET(err, ZONE_UNKNOWN, shown, zones->folder, EXAMPLE,
               has_zones(zones)
                   ? ""
                   : ", but there are none on this machine: install "
                     "the package tzdata");
}

static struct zone *read_zone(const struct zones *zones, struct str name,
                              struct err *err)
{
    char path[PATH_MAX];
    struct zone *zone = NULL;
    struct buf file;

    buf_init(&file, FILE_MAX);
    (void)snprintf(path, sizeof(path), "%s/" STR_FMT, zones->folder,
                   STR_ARG(name));
    if (is_name(name) && read_file(path, &file))
        zone = zone_parse(name, buf_str(&file), err);
    else
        no_zone(zones, name, err);
    buf_done(&file);
    return zone;
}

/* ---- finding ------------------------------------------------------------ */

static const struct zone *known(const struct zones *zones, struct str name)
{
    for (size_t i = 0; i < zones->count; i++) {
        if (str_eq(name, str_of(zone_name(zones->at[i]))))
            return zones->at[i];
    }
    return NULL;
}

static const struct zone *add(struct zones *zones, struct zone *zone)
{
    if (!zone)
        return NULL;
    zones->at =
        mem_realloc(zones->at, (zones->count + 1) * sizeof(struct zone *));
    zones->at[zones->count++] = zone;
    return zone;
}

const struct zone *zones_find(struct zones *zones, struct str name,
                              struct err *err)
{
    const struct zone *zone;
    struct zone *made;

    if (str_eq(name, STR("UTC")))
        return zone_utc();
    pthread_mutex_lock(&zones->mutex);
    zone = known(zones, name);
    if (!zone) {
        made = zone_fixed(name);
        zone = add(zones, made ? made : read_zone(zones, name, err));
    }
    pthread_mutex_unlock(&zones->mutex);
    return zone;
}
