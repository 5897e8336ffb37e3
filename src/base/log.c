// SPDX-License-Identifier: MIT
/* The log.  Its two settings are the only process-wide state of the program:
   set once before threads start, read-only afterwards. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#define LINE_MAX_BYTES 4096

static enum log_level current_level = LOG_INFO;
static enum log_format current_format = LOG_TEXT;

static const char *const level_names[] = { "error", "warn", "info", "debug" };

void log_setup(enum log_level level, enum log_format format)
{
    current_level = level;
    current_format = format;
}

bool log_enabled(enum log_level level)
{
    return level <= current_level;
}

/* A text value never breaks out of its line, whatever bytes it holds. */
static void add_quoted(struct buf *line, struct str text)
{
    buf_add(line, STR("\""));
    text_json_escape(line, str_sub(text, 0, LINE_MAX_BYTES / 8));
    buf_add(line, STR("\""));
}

static void add_field(struct buf *line, const struct log_field *field)
{
    bool json = current_format == LOG_JSON;

    buf_printf(line, json ? ",\"%s\":" : " %s=", field->name);
    if (!field->text.at)
        buf_printf(line, "%llu", (unsigned long long)field->number);
    else if (!json && text_is_plain_word(field->text))
        buf_add(line, str_sub(field->text, 0, LINE_MAX_BYTES / 8));
    else
        add_quoted(line, field->text);
}

static void add_head(struct buf *line, enum log_level level, struct str event)
{
    char when[TEXT_TIME_MAX];

    text_format_time(clock_wall_ms(), when);
    if (current_format == LOG_JSON) {
        buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":", when,
                   level_names[level]);
        add_quoted(line, event);
        return;
    }
    buf_printf(line, "%s %-5s ", when, level_names[level]);
    text_json_escape(line, str_sub(event, 0, LINE_MAX_BYTES / 8));
}

static void write_line(enum log_level level, struct str event,
                       const struct log_field *fields, size_t count)
{
    struct buf line;
    ssize_t written;

    buf_init(&line, LINE_MAX_BYTES * 16);
    add_head(&line, level, event);
    for (size_t i = 0; i < count; i++)
        add_field(&line, &fields[i]);
    buf_add(&line, current_format == LOG_JSON ? STR("}\n") : STR("\n"));
    /* A log that cannot be written has nowhere to say so. */
    written = write(STDERR_FILENO, buf_str(&line).at, line.len);
    (void)written;
    buf_done(&line);
}

void log_event(enum log_level level, const char *event,
               const struct log_field *fields, size_t count)
{
    if (log_enabled(level))
        write_line(level, str_of(event), fields, count);
}

void log_line(enum log_level level, const char *format, ...)
{
    char text[1024];
    va_list args;

    if (!log_enabled(level))
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    write_line(level, str_of(text), NULL, 0);
}
