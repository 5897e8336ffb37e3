// SPDX-License-Identifier: MIT
/* `claude-relay check`: where the control socket is, or would be. */
#include <unistd.h>

#include "app/check_report.h"
#include "app/control_at.h"

static void say(struct check_report *report, const char *what, struct str path)
{
    bool elsewhere = !str_starts(path, report->config->data_dir);

    check_say(report, CHECK_OK, "control", "%s " STR_FMT "%s", what,
              STR_ARG(path),
              elsewhere ? " (the file system of DATA_DIR has no sockets)" : "");
}

static void try_folder(struct check_report *report, struct buf *path,
                       struct err *err)
{
    const char *data_dir = report->config->data_dir.at;

    buf_clear(path);
    if (err->code == ERR_NOT_FOUND && control_at_try(data_dir, path, err))
        say(report, "commands will reach a relay through", buf_str(path));
    else
        check_say(report, CHECK_WARN, "control",
                  "commands cannot reach a relay, and do nothing while one "
                  "runs: %s",
                  err->text);
}

void check_control(struct check_report *report)
{
    const char *data_dir = report->config->data_dir.at;
    struct buf path;
    struct err err;
    int fd;

    if (access(data_dir, F_OK) != 0)
        return; /* the first start makes it */
    buf_init(&path, CONTROL_PATH_MAX);
    fd = control_at_connect(data_dir, &path, &err);
    if (fd >= 0)
        say(report, "commands reach the relay through", buf_str(&path));
    else
        try_folder(report, &path, &err);
    if (fd >= 0)
        (void)close(fd);
    buf_done(&path);
}
