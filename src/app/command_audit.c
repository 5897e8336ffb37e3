// SPDX-License-Identifier: MIT
/* The audit log's entries of commands. */
#include "app/command_audit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/user.h"
#include "store/audit.h"
#include "store/records_file.h"

static bool has_database(const struct config *config)
{
    char path[RECORDS_PATH_SIZE];

    return snprintf(path, sizeof(path), "%s/" RECORDS_FOLDER "/" RECORDS_FILE,
                    config->data_dir.at) < RECORDS_PATH_SIZE &&
           access(path, F_OK) == 0;
}

static bool add(struct sql *sql, void *arg, struct err *err)
{
    return audit_add(arg, sql, err);
}

static bool save(const struct config *config, struct audit *audit,
                 struct err *err)
{
    struct records *records = records_open(config->data_dir.at, err);
    bool fine =
        records &&
        records_do(records, &(struct records_work){ .run = add, .arg = audit },
                   err);

    records_free(records);
    return fine;
}

/* Who gave the command knows of it, and its output says the same. */
static void log_less(const struct config *config)
{
    if (config->log_level == LOG_INFO)
        log_setup(LOG_WARN, (enum log_format)config->log_format);
}

void command_audit(const struct config *config, const struct command_act *act)
{
    char user[USER_TEXT_MAX];
    struct audit *audit;
    struct err err;

    log_less(config);
    user_text(geteuid(), user);
    audit = audit_begin(NULL, &(struct audit_act){ .who = AUDIT_BY_COMMAND,
                                                   .peer = str_of(user),
                                                   .action = act->action,
                                                   .target = act->target });
    audit_after(audit, act->is);
    if (has_database(config) && !save(config, audit, &err))
        log_line(LOG_WARN, "the audit log has no entry of %s: %s", act->action,
                 err.text);
    audit_done(audit);
}
