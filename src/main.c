// SPDX-License-Identifier: MIT
/* claude-relay: everything is in the layers; see docs/architecture.md. */
#include "app/commands.h"
#include "app/hardening.h"
#include "base/log.h"
#include "base/standard_fds.h"

int main(int argc, char **argv)
{
    int status;

    standard_fds_open();
    hardening_begin();
    status = commands_run(argc, argv);
    log_finish();
    return status;
}
