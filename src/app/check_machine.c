// SPDX-License-Identifier: MIT
/* What this machine offers. */
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/capacity.h"
#include "app/check_report.h"
#include "app/invocation.h"
#include "base/shell.h"
#include "http/date.h"

#define SPACE_LOW_MB 100
#define SPACE_NONE_MB 5
#define CLOCK_OFF_MAX_MS (5u * 60 * 1000)

void check_say(struct check_report *report, enum check_level level,
               const char *what, const char *format, ...)
{
    static const char *const words[] = {
        [CHECK_OK] = "ok",
        [CHECK_WARN] = "warn",
        [CHECK_FAIL] = "fail",
    };
    char text[2048];
    va_list args;

    report->failed = report->failed || level == CHECK_FAIL;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    invocation_print(stdout, "%-5s %-13s %s\n", words[level], what, text);
}

static void check_env(struct check_report *report)
{
    char cwd[4096] = "?";

    (void)!getcwd(cwd, sizeof(cwd));
    if (access(".env", F_OK) == 0)
        check_say(report, CHECK_OK, "configuration",
                  "loaded: %s/.env, and the environment wins", cwd);
    else
        check_say(report, CHECK_OK, "configuration",
                  "loaded from the environment; there is no .env in %s", cwd);
}

/* ---- the data folder ---------------------------------------------------- */

static bool is_open_to_others(int folder, const char *name)
{
    struct stat info;

    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(info.st_mode) && (info.st_mode & 077) != 0;
}

/* A line that ends with a command for the folder. */
static void warn_of_folder(struct check_report *report, const char *what,
                           const char *problem, const char *command)
{
    const char *folder = report->config->data_dir.at;
    struct buf quoted;

    buf_init(&quoted, 24 * strlen(folder) + 8);
    shell_add_quoted(&quoted, str_of(folder));
    check_say(report, CHECK_WARN, what, "%s; run `%s " STR_FMT "`", problem,
              command, STR_ARG(buf_str(&quoted)));
    buf_done(&quoted);
}

static void check_files(struct check_report *report, const char *folder)
{
    char problem[400];
    DIR *dir = opendir(folder);
    char first[256] = "";
    struct dirent *entry;
    size_t count = 0;

    if (!dir)
        return; /* said already */
    for (entry = readdir(dir); entry; entry = readdir(dir)) {
        if (!is_open_to_others(dirfd(dir), entry->d_name))
            continue;
        if (count++ == 0)
            (void)snprintf(first, sizeof(first), "%s", entry->d_name);
    }
    (void)closedir(dir);
    if (count > 1)
        (void)snprintf(problem, sizeof(problem),
                       "others may read %s and %zu more", first, count - 1);
    else
        (void)snprintf(problem, sizeof(problem), "others may read %s", first);
    if (count > 0)
        warn_of_folder(report, "file modes", problem, "chmod -R go=");
    else
        check_say(report, CHECK_OK, "file modes", "nobody else may read them");
}

static void check_folder(struct check_report *report)
{
    const char *folder = report->config->data_dir.at;
    struct stat info;

    if (stat(folder, &info) != 0) {
        check_say(report, CHECK_OK, "data folder",
                  "%s is not there yet; the first start makes it", folder);
        return;
    }
    if (!S_ISDIR(info.st_mode) || access(folder, R_OK | W_OK | X_OK) != 0)
        check_say(report, CHECK_FAIL, "data folder",
                  "%s is not a folder that this user may write; change its "
                  "owner, or set DATA_DIR to another one",
                  folder);
    else if ((info.st_mode & 077) != 0)
        warn_of_folder(report, "data folder", "others may enter it",
                       "chmod 700");
    else
        check_say(report, CHECK_OK, "data folder", "%s, for this user alone",
                  folder);
    check_files(report, folder);
}

static void check_space(struct check_report *report)
{
    const char *folder = report->config->data_dir.at;
    struct statvfs info;
    unsigned long long free_mb;

    if (statvfs(folder, &info) != 0 && statvfs(".", &info) != 0)
        return;
    free_mb = (unsigned long long)info.f_bavail * info.f_frsize / 1000000;
    if (free_mb < SPACE_LOW_MB)
        check_say(report, free_mb < SPACE_NONE_MB ? CHECK_FAIL : CHECK_WARN,
                  "disk space",
                  "%llu MB are free: a refreshed token must be written; make "
                  "room",
                  free_mb);
    else
        check_say(report, CHECK_OK, "disk space", "%llu MB are free", free_mb);
}

/* ---- the rest ----------------------------------------------------------- */

static void check_open_files(struct check_report *report)
{
    unsigned long long need = capacity_need(report->config);
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_max < need)
        check_say(report, CHECK_WARN, "open files",
                  "at most %llu, and MAX_CONNECTIONS=%llu needs %llu; raise "
                  "the limit (ulimit -Hn, LimitNOFILE=) or lower the option",
                  (unsigned long long)limit.rlim_max,
                  (unsigned long long)report->config->max_connections, need);
    else
        check_say(report, CHECK_OK, "open files",
                  "enough for MAX_CONNECTIONS=%llu",
                  (unsigned long long)report->config->max_connections);
}

void check_machine(struct check_report *report)
{
    check_env(report);
    check_folder(report);
    check_space(report);
    check_open_files(report);
}

void check_clock(struct check_report *report, const struct headers *answer,
                 uint64_t now_wall_ms)
{
    const struct str *date = headers_get(answer, STR("date"));
    uint64_t theirs_ms;
    uint64_t off_ms;

    if (!date || !date_parse(*date, &theirs_ms))
        return;
    off_ms = now_wall_ms > theirs_ms ? now_wall_ms - theirs_ms
                                     : theirs_ms - now_wall_ms;
    if (off_ms > CLOCK_OFF_MAX_MS)
        check_say(report, CHECK_WARN, "clock",
                  "%llu minutes %s the upstream's: tokens expire at the wrong "
                  "time; set it (timedatectl set-ntp true)",
                  (unsigned long long)(off_ms / 60000),
                  now_wall_ms > theirs_ms ? "ahead of" : "behind");
    else
        check_say(report, CHECK_OK, "clock", "the same as the upstream's");
}
