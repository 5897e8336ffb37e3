// SPDX-License-Identifier: MIT
/* Texts about bodies without a bound. */
#include "relay/boundless.h"

const char *boundless_text(bool packed, const struct scan_facts *facts)
{
    if (packed)
        return "its body is compressed: send it as it is";
    if (!facts)
        return "its body is not a JSON object";
    if (facts->has_servers)
        return "its body names mcp_servers: leave them out";
    return "its body has a server tool without max_uses: set it";
}
