// SPDX-License-Identifier: MIT
/* Where a client is, behind trusted proxies. */
#include "team/client_address.h"

#include "base/text.h"
#include "base/url.h"

#define FIELD STR("x-forwarded-for")

/* ---- one entry ---------------------------------------------------------- */

static bool is_port(struct str text)
{
    uint64_t number;

    return text.len == 0 ||
           (text.at[0] == ':' && str_to_u64(str_from(text, 1), 65535, &number));
}

/* "[2001:db8::7]:80" */
static bool cut_brackets(struct str *entry)
{
    size_t end = str_index(*entry, ']');
    struct str inside = str_sub(*entry, 1, end - 1);

    if (end == entry->len || !is_port(str_from(*entry, end + 1)) ||
        str_index(inside, ':') == inside.len)
        return false;
    *entry = inside;
    return true;
}

/* An IPv6 address that stands alone has more colons than one. */
static bool cut_port(struct str *entry)
{
    size_t colon = str_index(*entry, ':');
    struct str port = str_from(*entry, colon);

    if (colon == entry->len || str_index(str_from(port, 1), ':') < port.len - 1)
        return true;
    entry->len = colon;
    return is_port(port);
}

static bool read_entry(struct str entry, struct addr *addr)
{
    char text[ADDR_TEXT_MAX];
    struct err ignored;

    if (str_starts(entry, STR("[")) ? !cut_brackets(&entry) : !cut_port(&entry))
        return false;
    if (entry.len >= sizeof(text) || !url_is_address(entry))
        return false;
    text_copy(text, sizeof(text), entry);
    return addr_parse(text, 0, addr, &ignored);
}

/* ---- from the end ------------------------------------------------------- */

/* Takes the last element that is not empty off a list; false if there is none. */
static bool take_last(struct str *list, struct str *entry)
{
    while (list->len > 0) {
        size_t start = list->len;

        while (start > 0 && list->at[start - 1] != ',')
            start--;
        *entry = str_trim(str_from(*list, start));
        list->len = start > 0 ? start - 1 : 0;
        if (entry->len > 0)
            return true;
    }
    return false;
}

/* False: the walk ends here. */
static bool walk_field(const struct cidr_list *trusted, struct str list,
                       struct addr *addr)
{
    struct str entry;
    struct addr found;

    while (take_last(&list, &entry)) {
        if (!read_entry(entry, &found))
            return false;
        *addr = found;
        if (!cidr_list_has(trusted, addr))
            return false;
    }
    return true;
}

void client_address(const struct cidr_list *trusted, const struct request *req,
                    struct addr *addr)
{
    const struct headers *headers = &req->headers;

    *addr = req->peer;
    if (!cidr_list_has(trusted, addr))
        return;
    for (size_t i = headers->count; i > 0; i--) {
        const struct header *field = &headers->at[i - 1];

        if (str_ieq(field->name, FIELD) &&
            !walk_field(trusted, field->value, addr))
            return;
    }
}

/* ---- how it came -------------------------------------------------------- */

bool client_uses_tls(const struct cidr_list *trusted, const struct request *req)
{
    struct str list;
    struct str last = STR_EMPTY;

    if (!cidr_list_has(trusted, &req->peer))
        return false;
    for (size_t i = 0; i < req->headers.count; i++) {
        const struct header *field = &req->headers.at[i];

        list = field->value;
        if (str_ieq(field->name, STR("x-forwarded-proto")))
            (void)take_last(&list, &last);
    }
    return str_ieq(last, STR("https"));
}
