// SPDX-License-Identifier: MIT
/* The ids of clients. */
#include "relay/client_id.h"

#include "base/macros.h"
#include "base/text.h"
#include "base/token.h"

static bool is_fit(struct str id)
{
    return id.len <= CLIENT_ID_MAX && text_is_plain_word(id) &&
           !token_is_in(id);
}

struct str client_id_of_answer(const struct headers *headers)
{
    const struct str *id = headers_get(headers, STR("request-id"));

    return id && is_fit(*id) ? *id : STR_EMPTY;
}

struct str client_id_of(const struct headers *headers)
{
    static const struct str names[] = { { "x-request-id", 12 },
                                        { "request-id", 10 },
                                        { "x-client-request-id", 19 } };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct str *id = headers_get(headers, names[i]);

        if (id && id->len > 0)
            return is_fit(*id) ? *id : STR_EMPTY;
    }
    return STR_EMPTY;
}
