// SPDX-License-Identifier: MIT
/* claude-relay: everything is in the layers; see docs/architecture.md. */
#include "app/commands.h"
#include "app/hardening.h"

int main(int argc, char **argv)
{
    hardening_begin();
    return commands_run(argc, argv);
}
