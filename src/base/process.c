// SPDX-License-Identifier: MIT
/* /proc/self/status and a few system calls. */
#include "base/process.h"

#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define STATUS_MAX 4096

/* "VmRSS:     1234 kB" of a line that begins so. */
static uint64_t number_of(struct str status, struct str name)
{
    struct str line;

    while (str_next(&status, '\n', &line)) {
        struct str value;
        uint64_t number;

        if (!str_starts(line, name))
            continue;
        value = str_trim(str_from(line, name.len));
        value = str_sub(value, 0, str_index(value, ' '));
        return str_to_u64(value, UINT64_MAX, &number) ? number : 0;
    }
    return 0;
}

static size_t read_status(char text[STATUS_MAX])
{
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, text, STATUS_MAX);

    if (fd >= 0)
        (void)close(fd);
    return len > 0 ? (size_t)len : 0;
}

/* Linux tells it as the size of a folder from 6.2 on.  Before, each descriptor that there
   may be is asked for: less work than reading that folder, and it need not be readable. */
static uint64_t count_fds(uint64_t table_size)
{
    struct stat info;
    uint64_t count = 0;

    if (stat("/proc/self/fd", &info) == 0 && info.st_size > 0)
        return (uint64_t)info.st_size;
    for (uint64_t fd = 0; fd < table_size && fd < INT_MAX; fd++)
        count += fcntl((int)fd, F_GETFD) >= 0;
    return count;
}

static uint64_t us_of(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static uint64_t cpu_us(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_SELF, &usage) == 0
               ? us_of(usage.ru_utime) + us_of(usage.ru_stime)
               : 0;
}

void process_figures(struct process_figures *figures)
{
    char text[STATUS_MAX];
    struct str status = { text, read_status(text) };
    struct rlimit files = { .rlim_cur = 0 };

    (void)getrlimit(RLIMIT_NOFILE, &files);
    *figures = (struct process_figures){
        .cpu_us = cpu_us(),
        .resident_bytes = number_of(status, STR("VmRSS:")) * 1024,
        .virtual_bytes = number_of(status, STR("VmSize:")) * 1024,
        .threads = number_of(status, STR("Threads:")),
        .open_fds = count_fds(number_of(status, STR("FDSize:"))),
        .max_fds = files.rlim_cur,
    };
}
