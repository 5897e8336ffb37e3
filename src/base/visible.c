// SPDX-License-Identifier: MIT
/* Characters that print something. */
#include "base/visible.h"

#include "base/text.h"

bool visible_char(struct str text, size_t *len)
{
    size_t found = text_utf8_len(text);

    *len = found > 0 ? found : 1;
    return !text_is_control(text);
}

bool visible_add(struct buf *out, struct str text, char blank, size_t max)
{
    size_t start = out->len;

    while (text.len > 0) {
        size_t len;
        bool prints = visible_char(text, &len);

        if (out->len - start + (prints ? len : 1) > max)
            return false;
        buf_add(out,
                prints ? str_sub(text, 0, len) : (struct str){ &blank, 1 });
        text = str_from(text, len);
    }
    return true;
}
