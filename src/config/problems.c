// SPDX-License-Identifier: MIT
/* All that is wrong with a configuration. */
#include "config/problems.h"

#include <string.h>

#define KEPT_MAX 100
#define LINES_MAX (KEPT_MAX * (sizeof(((struct err *)NULL)->text) + 1) + 64)

void problems_init(struct problems *problems)
{
    *problems = (struct problems){ 0 };
    buf_init(&problems->lines, LINES_MAX);
}

void problems_done(struct problems *problems)
{
    buf_done(&problems->lines);
}

bool problems_add(struct problems *problems, const struct err *err)
{
    problems->count++;
    if (problems->count <= KEPT_MAX)
        buf_printf(&problems->lines, "%s\n", err->text);
    else if (problems->count == KEPT_MAX + 1)
        buf_add(&problems->lines, STR("there are more\n"));
    return false;
}

bool problems_name(const struct problems *problems, struct str option)
{
    return str_contains(buf_str(&problems->lines), option);
}

bool problems_next(struct str *rest, struct str *line)
{
    return str_next(rest, '\n', line) && line->len > 0;
}
