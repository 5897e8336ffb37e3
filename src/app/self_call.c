// SPDX-License-Identifier: MIT
/* An upstream that is the relay itself. */
#include "app/self_call.h"

#include "net/own.h"

bool self_call_check(const struct config *config, uint16_t port,
                     struct err *err)
{
    const struct {
        const char *name;
        const struct url *url;
    } ways[] = { { "CLAUDE_API_URL", &config->api },
                 { "OAUTH_TOKEN_URL", &config->token_url },
                 { "NOTIFY_URL", &config->notify.url } };

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        const struct url *url = ways[i].url;

        if (url->port == port && url->host.len > 0 &&
            own_reaches(config->host.at, url->host.at))
            return err_set(
                err, ERR_CONFIG,
                "%s leads to host " STR_FMT
                " port %u, which is this relay itself (HOST is %s): "
                "set it to another host or port, or PORT to another one",
                ways[i].name, STR_ARG(url->host), port, config->host.at);
    }
    return true;
}
