// SPDX-License-Identifier: MIT
/* claude-relay: everything is in the layers; see docs/architecture.md. */
#include "app/commands.h"

int main(int argc, char **argv)
{
    return commands_run(argc, argv);
}
