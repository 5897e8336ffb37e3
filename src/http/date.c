// SPDX-License-Identifier: MIT
/* Dates in HTTP fields. */
#include "http/date.h"

#include <time.h>

#include "base/text.h"

/* The program runs in the C locale: these names are English. */
#define FORM "%a, %d %b %Y %H:%M:%S GMT"
#define TEXT_SIZE 30 /* with its NUL */

bool date_parse(struct str s, uint64_t *wall_ms)
{
    struct tm when = { .tm_isdst = 0 };
    char text[TEXT_SIZE];
    const char *end;
    time_t seconds;

    if (s.len != TEXT_SIZE - 1)
        return false;
    text_copy(text, sizeof(text), s);
    end = strptime(text, FORM, &when);
    if (!end || *end)
        return false;
    seconds = timegm(&when);
    *wall_ms = seconds > 0 ? (uint64_t)seconds * 1000 : 0;
    return seconds > 0;
}

uint64_t date_wait_ms(struct str retry_after, uint64_t now_wall_ms)
{
    uint64_t seconds;
    uint64_t until_ms;

    if (str_to_u64(retry_after, UINT32_MAX, &seconds))
        return seconds * 1000;
    return date_parse(retry_after, &until_ms) && until_ms > now_wall_ms
               ? until_ms - now_wall_ms
               : 0;
}
