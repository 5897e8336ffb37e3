// SPDX-License-Identifier: MIT
/* The log: one line per decision, on standard error, as text or JSON.  Lines are
   written whole, so threads do not mix them.  Nobody ever waits for the reader: lines
   wait for it in bounded memory, then are counted and dropped (base/log_out.h).
   Any thread. */
#pragma once

#include "base/macros.h"
#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
#define LOG_LEVELS 4
enum log_format { LOG_TEXT, LOG_JSON };

/* One named value of a line; built with LOG_STR(), LOG_TEXT(), LOG_NUM() and
   LOG_JSON_TEXT(), whose names are literals, and none of those that each line has:
   time, level, event (script/lint looks). */
struct log_field {
    struct str name;
    struct str text; /* at == NULL: a number */
    uint64_t number;
    bool commands; /* the text may name some (base/shell.h) */
    bool json;     /* the text is JSON */
};

#define LOG_STR(field, value)                                                  \
    ((struct log_field){ .name = STR(field), .text = (value) })
#define LOG_TEXT(field, value)                                                 \
    ((struct log_field){                                                       \
        .name = STR(field), .text = (value), .commands = true })
/* Compact, and at most LOG_JSON_MAX bytes: it is not cut.  In a line of JSON it is no
   text but what it says. */
#define LOG_JSON_MAX 1024
#define LOG_JSON_TEXT(field, value)                                            \
    ((struct log_field){ .name = STR(field), .text = (value), .json = true })
#define LOG_NUM(field, value)                                                  \
    ((struct log_field){ .name = STR(field), .number = (value) })

/* What is written from now on.  Set once at start, before other threads. */
void log_setup(enum log_level level, enum log_format format);
bool log_enabled(enum log_level level);

/* The level can be changed at any time, for all threads at once; the log says so in a
   line of its own, whatever the levels.  Returns what it was. */
enum log_level log_change_level(enum log_level level);
enum log_level log_level_now(void);
/* "error", "warn", "info", "debug". */
const char *log_level_word(enum log_level level);
/* False if it is none. */
bool log_level_of(struct str word, enum log_level *level);

/* From now on this thread's lines of LOG_INFO and LOG_DEBUG wait for each other
   until log_flush(), a warning, or as many as one write() keeps together; on a
   terminal none waits.  False: what waits is written, and nothing waits any more. */
void log_hold(bool hold);
void log_flush(void);
/* Does a line of this thread wait, or any for a reader of standard error?  Then
   log_flush() is due in a moment. */
bool log_is_waiting(void);
/* The process ends: what waits is written, and a slow reader is given a second. */
void log_finish(void);
/* A signal that ends the process, a crash among them, writes what all threads have
   waiting first, if nobody else has asked for that signal yet.  Once, for the
   process. */
void log_flush_at_end(void);

/* Write a line: an event in few words and its fields. */
void log_event(enum log_level level, const char *event,
               const struct log_field *fields, size_t count);

/* The same at level info, whatever the log's level is: for what must not be hidden by
   whoever may change that. */
void log_event_always(const char *event, const struct log_field *fields,
                      size_t count);

/* A line without fields; its commands begin as the program was called. */
void log_line(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#define LOG_EVENT(level, event, ...)                                           \
    log_event((level), (event), (const struct log_field[]){ __VA_ARGS__ },     \
              COUNT_OF(((const struct log_field[]){ __VA_ARGS__ })))
