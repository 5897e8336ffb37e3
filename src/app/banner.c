// SPDX-License-Identifier: MIT
/* What the relay prints when it has started.  The first lines are the seed's. */
#include "app/banner.h"

#include "base/shell.h"
#include "net/addr.h"

/* 0.0.0.0 and ::, however they are written. */
static bool is_anywhere(const char *host)
{
    return strspn(host, "0.:") == strlen(host);
}

bool banner_host_is_usable(const char *host)
{
    struct addr addr;
    struct err ignored;

    return is_anywhere(host) ||
           (addr_parse(host, 0, &addr, &ignored) && addr_is_loopback(&addr));
}

static void add_url(struct buf *out, const char *host, unsigned port)
{
    bool v6 = strchr(host, ':') != NULL;

    buf_printf(out, v6 ? "http://[%s]:%u" : "http://%s:%u", host, port);
}

void banner_add_own_url(struct buf *out, const struct banner *banner)
{
    const char *host = banner->host;
    const char *own = strchr(host, ':') ? "::1" : "127.0.0.1";

    add_url(out, is_anywhere(host) ? own : host, banner->port);
}

static void add_addresses(struct buf *out, const struct banner *banner)
{
    static const struct {
        const char *name;
        const char *path;
    } lines[] = { { "Service address:", "" },
                  { "Relay endpoint:", "/v1/messages" },
                  { "OAuth management:", "/oauth/accounts" } };

    buf_printf(out, "claude-relay %s\n", RELAY_VERSION);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        buf_printf(out, "  %-18s ", lines[i].name);
        banner_add_own_url(out, banner);
        buf_printf(out, "%s\n", lines[i].path);
    }
    buf_add(out, STR("claude-relay listening on "));
    add_url(out, banner->host, banner->port);
    if (banner->also) {
        buf_add(out, STR(" and "));
        add_url(out, banner->also, banner->port);
    }
    buf_add(out, STR("\n"));
}

static void add_command(struct buf *out, const struct banner *banner,
                        const char *arguments)
{
    buf_add(out, STR("  "));
    invocation_add(out, banner->invocation);
    buf_printf(out, " %s\n", arguments);
}

/* Paths, and what .env sets, count from the folder. */
static void add_first_account(struct buf *out, const struct banner *banner)
{
    buf_add(out, STR("Next: add an account, in another terminal:\n"));
    if (banner->folder) {
        buf_add(out, STR("  cd "));
        shell_add_quoted(out, str_of(banner->folder));
        buf_add(out, STR("\n"));
    }
    add_command(out, banner, "login main");
    buf_add(out, STR("That is for your own Claude account; for a Console API "
                     "key, instead of the last line:\n"));
    add_command(out, banner, "account add main --api-key -");
}

/* The folder first: paths, and what .env sets, count from it. */
static void add_text(struct buf *out, const struct banner *banner,
                     struct str text)
{
    struct buf start;

    buf_init(&start, BANNER_MAX);
    if (banner->folder) {
        buf_add(&start, STR("cd "));
        shell_add_quoted(&start, str_of(banner->folder));
        buf_add(&start, STR(" && "));
    }
    invocation_add(&start, banner->invocation);
    shell_add_text(out, text, buf_str(&start));
    buf_done(&start);
}

static void add_trouble(struct buf *out, const struct banner *banner)
{
    if (banner->accounts == 1)
        buf_add(out, STR("Next: fix the only account.  "));
    else
        buf_printf(out, "Next: fix an account: none of the %zu can be used.  ",
                   banner->accounts);
    add_text(out, banner, str_of(banner->trouble));
    buf_add(out, STR("\n"));
}

void banner_add_client(struct buf *out, const struct banner *banner)
{
    if (!banner->needs_key && !banner_host_is_usable(banner->host)) {
        buf_printf(out, "HOST is %s: " BANNER_USELESS_HOST ".\n", banner->host);
        return;
    }
    buf_add(out, STR("  export ANTHROPIC_BASE_URL="));
    banner_add_own_url(out, banner);
    buf_printf(out, " ANTHROPIC_AUTH_TOKEN=%s\n",
               banner->needs_key ? "your-relay-key" : "any-text");
    if (banner->accounts > 1)
        buf_printf(
            out,
            "  export ANTHROPIC_CUSTOM_HEADERS=\"X-Account-Name: " STR_FMT
            "\"\n",
            STR_ARG(banner->account));
    buf_add(out, STR("  claude\n"));
    if (banner->needs_key)
        add_text(out, banner,
                 STR("Put one of your relay keys there; "
                     "`claude-relay key create me` makes one.\n"));
    if (banner->accounts > 1)
        buf_printf(out,
                   "There are %zu accounts; the second line chooses \"" STR_FMT
                   "\".\n",
                   banner->accounts, STR_ARG(banner->account));
}

void banner_add(struct buf *out, const struct banner *banner)
{
    add_addresses(out, banner);
    if (banner->accounts == 0) {
        add_first_account(out, banner);
    } else if (banner->trouble) {
        add_trouble(out, banner);
    } else if (banner_host_is_usable(banner->host)) {
        buf_add(out, STR("Next: start Claude Code in another terminal:\n"));
        banner_add_client(out, banner);
        return;
    }
    if (!banner_host_is_usable(banner->host))
        banner_add_client(out, banner);
}
