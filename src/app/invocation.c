// SPDX-License-Identifier: MIT
/* How the program was called. */
#include "app/invocation.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/shell.h"
#include "base/visible.h"

#define PATH_LEN_MAX 4096
/* Three paths, in which each byte may need quoting. */
#define START_MAX (70u * PATH_LEN_MAX)

struct invocation invocation_of_process(void)
{
    struct invocation invocation = {
        .program = str_of(program_invocation_name),
        .data_dir = str_of(getenv("DATA_DIR")),
    };

    if (invocation.program.len == 0 || invocation.program.len > PATH_LEN_MAX)
        invocation.program = STR("claude-relay");
    if (invocation.data_dir.len > PATH_LEN_MAX)
        invocation.data_dir = STR_EMPTY;
    return invocation;
}

void invocation_add(struct buf *out, const struct invocation *invocation)
{
    if (invocation->data_dir.len > 0) {
        buf_add(out, STR("DATA_DIR="));
        shell_add_quoted(out, invocation->data_dir);
        buf_add(out, STR(" "));
    }
    shell_add_quoted(out, invocation->program);
}

void invocation_set(const struct invocation *invocation, const char *folder)
{
    struct buf start;

    buf_init(&start, START_MAX);
    if (folder) {
        buf_add(&start, STR("cd "));
        shell_add_quoted(&start, str_of(folder));
        buf_add(&start, STR(" && "));
    }
    invocation_add(&start, invocation);
    shell_set_start(buf_str(&start));
    buf_done(&start);
}

void invocation_fill(struct buf *out, struct str text)
{
    const struct invocation invocation = invocation_of_process();
    struct buf start;

    buf_init(&start, START_MAX);
    invocation_add(&start, &invocation);
    shell_add_text(out, text, buf_str(&start));
    buf_done(&start);
}

static PRINTF_LIKE(1, 0) char *format_text(const char *format, va_list args)
{
    va_list again;
    size_t size;
    char *text;

    va_copy(again, args);
    size = (size_t)vsnprintf(NULL, 0, format, again) + 1;
    va_end(again);
    text = mem_alloc(size);
    (void)vsnprintf(text, size, format, args);
    return text;
}

void invocation_print(FILE *out, const char *format, ...)
{
    struct buf visible;
    struct buf filled;
    va_list args;
    char *text;

    va_start(args, format);
    text = format_text(format, args);
    va_end(args);
    buf_init(&visible, strlen(text) + 1);
    buf_init(&filled, (strlen(text) + 1) * START_MAX);
    visible_add_lines(&visible, str_of(text), ' ');
    invocation_fill(&filled, buf_str(&visible));
    (void)fprintf(out, STR_FMT, STR_ARG(buf_str(&filled)));
    buf_done(&filled);
    buf_done(&visible);
    mem_free(text);
}

void invocation_print_usage(FILE *out, struct str rest)
{
    const struct invocation invocation = invocation_of_process();
    struct buf program;
    struct str form;

    buf_init(&program, START_MAX);
    shell_add_quoted(&program, invocation.program);
    for (const char *lead = "usage:"; str_next(&rest, '\n', &form); lead = "") {
        if (str_starts(form, STR(" ")))
            (void)fprintf(out, "%-6s " STR_FMT "\n", lead, STR_ARG(form));
        else
            (void)fprintf(out, "%-6s " STR_FMT " " STR_FMT "\n", lead,
                          STR_ARG(buf_str(&program)), STR_ARG(form));
    }
    buf_done(&program);
}
