// SPDX-License-Identifier: MIT
/* The log.  Its settings are the only process-wide state of the program: set
   once before threads start, and but for the level read-only afterwards.  What waits
   to be written is each thread's own. */
#include "base/log.h"

#include <assert.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log_out.h"
#include "base/log_quick.h"
#include "base/shell.h"
#include "base/text.h"

#define LINE_MAX_BYTES 4096
#define LINE_USUAL 500
/* All escaped. */
#define LINE_CEILING (64u * LINE_MAX_BYTES)
#define TEXT_MAX 1024
#define VALUE_MAX LOG_VALUE_MAX
/* With the commands in it, each of which begins with a path or two. */
#define FILLED_MAX LINE_MAX_BYTES
#define HOLD_MAX (16u * 1024)
/* At the end, for a reader that is slow; one that is not there is not waited for
   longer. */
#define FINISH_MS 1000

static _Atomic(enum log_level) current_level = LOG_INFO;
static enum log_format current_format = LOG_TEXT;
/* What may wait. */
static size_t hold_max = PIPE_BUF;

static const char *const level_names[LOG_LEVELS] = { "error", "warn", "info",
                                                     "debug" };
/* In a column of text. */
static const char *const level_columns[] = { " error ", " warn  ", " info  ",
                                             " debug " };

static void add_lost(uint64_t lost, struct buf *line);

void log_setup(enum log_level level, enum log_format format)
{
    current_level = level;
    current_format = format;
    log_out_setup(add_lost);
    hold_max = log_out_together();
}

bool log_enabled(enum log_level level)
{
    return level <= log_level_now();
}

enum log_level log_level_now(void)
{
    return atomic_load_explicit(&current_level, memory_order_relaxed);
}

const char *log_level_word(enum log_level level)
{
    return level_names[level];
}

bool log_level_of(struct str word, enum log_level *level)
{
    for (unsigned i = 0; i < LOG_LEVELS; i++) {
        *level = (enum log_level)i;
        if (str_eq(word, str_of(level_names[i])))
            return true;
    }
    return false;
}

/* A text value never breaks out of its line, whatever bytes it holds. */
static void add_quoted(struct buf *line, struct str text)
{
    buf_add(line, STR("\""));
    text_json_escape(line, text);
    buf_add(line, STR("\""));
}

static void add_filled(struct buf *line, struct str text)
{
    struct buf filled;

    buf_init(&filled, FILLED_MAX);
    shell_fill(&filled, str_sub(text, 0, VALUE_MAX));
    add_quoted(line, buf_str(&filled));
    buf_done(&filled);
}

/* In text it is quoted as it would be in JSON: unseen characters are escaped once. */
static void add_json(struct buf *line, struct str text)
{
    struct buf shown;

    assert(text.len <= LOG_JSON_MAX);
    buf_init(&shown, 6 * LOG_JSON_MAX);
    text_json_show(&shown, text);
    if (current_format == LOG_JSON)
        buf_add(line, buf_str(&shown));
    else
        add_quoted(line, buf_str(&shown));
    buf_done(&shown);
}

static void add_field(struct buf *line, const struct log_field *field)
{
    bool json = current_format == LOG_JSON;
    struct str value =
        field->text.at ? str_sub(field->text, 0, VALUE_MAX) : STR_EMPTY;

    buf_add(line, json ? STR(",\"") : STR(" "));
    buf_add(line, field->name);
    buf_add(line, json ? STR("\":") : STR("="));
    if (!field->text.at)
        buf_add_u64(line, field->number);
    else if (field->json)
        add_json(line, field->text);
    else if (!json && text_is_plain_word(value))
        buf_add(line, value);
    else if (field->commands)
        add_filled(line, value);
    else
        add_quoted(line, value);
}

/* Lines come in crowds: a thread works its text out once a millisecond. */
static const char *now_text(void)
{
    static _Thread_local uint64_t told_ms;
    static _Thread_local char told[TEXT_TIME_MAX];
    uint64_t now_ms = clock_wall_ms();

    if (now_ms != told_ms)
        text_format_time(now_ms, told);
    told_ms = now_ms;
    return told;
}

static void add_head(struct buf *line, enum log_level level, struct str event)
{
    const char *when = now_text();

    if (current_format == LOG_JSON) {
        buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":", when,
                   level_names[level]);
        add_quoted(line, event);
        return;
    }
    buf_add(line, str_of(when));
    buf_add(line, str_of(level_columns[level]));
    text_json_escape(line, event);
}

/* 1204 -> "1,204" */
static void format_count(uint64_t count, char out[32])
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof(digits), "%llu",
                                  (unsigned long long)count);

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
}

static void add_lost(uint64_t lost, struct buf *line)
{
    char count[32];
    char text[100];

    format_count(lost, count);
    (void)snprintf(text, sizeof(text),
                   "%s lines lost: nobody read standard error", count);
    add_head(line, LOG_WARN, str_of(text));
    buf_add(line, current_format == LOG_JSON ? STR("}\n") : STR("\n"));
}

/* ---- lines that wait ---------------------------------------------------- */

/* One thread's. */
struct held {
    bool on;
    size_t len;
    char text[HOLD_MAX];
};
static _Thread_local struct held held;

/* Those that may have lines, for the end of the process. */
#define HOLDERS_MAX 512
static _Atomic(struct held *) holders[HOLDERS_MAX];

/* Change this thread's entry from one to the other; false if there is none. */
static bool enlist(struct held *from, struct held *to)
{
    for (size_t i = 0; i < HOLDERS_MAX; i++) {
        struct held *expected = from;

        if (atomic_compare_exchange_strong(&holders[i], &expected, to))
            return true;
    }
    return false;
}

void log_flush(void)
{
    if (held.len > 0)
        log_out_write((struct str){ held.text, held.len });
    else if (log_out_is_stuck())
        log_out_push();
    held.len = 0;
}

bool log_is_waiting(void)
{
    return held.len > 0 || log_out_is_stuck();
}

void log_hold(bool hold)
{
    log_flush();
    if (hold != held.on)
        held.on = hold ? enlist(NULL, &held) : !enlist(&held, NULL);
}

/* The other threads are still running: at worst a line is written twice.  The second
   time the signal does what it ever did. */
static void ended(int number)
{
    for (size_t i = 0; i < HOLDERS_MAX; i++) {
        const struct held *waiting = holders[i];

        if (waiting && waiting->len > 0)
            log_out_at_crash((struct str){ waiting->text, waiting->len });
    }
    log_out_at_crash(STR_EMPTY);
    (void)raise(number);
}

void log_finish(void)
{
    log_flush();
    log_out_finish(FINISH_MS);
}

void log_flush_at_end(void)
{
    static const int ends[] = { SIGABRT,   SIGSEGV, SIGBUS,   SIGFPE,  SIGILL,
                                SIGHUP,    SIGQUIT, SIGUSR1,  SIGUSR2, SIGXCPU,
                                SIGALRM,   SIGSYS,  SIGTRAP,  SIGPROF, SIGIO,
                                SIGVTALRM, SIGPWR,  SIGSTKFLT };
    struct sigaction ours = { .sa_handler = ended,
                              .sa_flags = (int)(SA_RESETHAND | SA_NODEFER) };
    struct sigaction before;

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (sigaction(ends[i], NULL, &before) == 0 &&
            before.sa_handler == SIG_DFL)
            (void)sigaction(ends[i], &ours, NULL);
    }
}

/* May a line wait?  Then there is room for it; if not, what waited has left. */
static bool can_wait(enum log_level level, size_t len)
{
    bool calm = held.on && level >= LOG_INFO && len <= hold_max;

    if (!calm || held.len + len > hold_max)
        log_flush();
    return calm;
}

static void keep(struct str line)
{
    memcpy(held.text + held.len, line.at, line.len);
    held.len += line.len;
}

/* ---- writing ------------------------------------------------------------ */

static void write_out(enum log_level level, struct str line)
{
    if (can_wait(level, line.len))
        keep(line);
    else
        log_out_write(line);
}

/* True if the line is one of those that need no care. */
static bool write_quickly(enum log_level level, struct str event,
                          const struct log_field *fields, size_t count)
{
    static const char *const json_levels[LOG_LEVELS] = {
        "\",\"level\":\"error\",\"event\":",
        "\",\"level\":\"warn\",\"event\":",
        "\",\"level\":\"info\",\"event\":",
        "\",\"level\":\"debug\",\"event\":",
    };
    bool json = current_format == LOG_JSON;
    struct log_quick line = {
        .format = current_format,
        .head = { json ? STR("{\"time\":\"") : STR_EMPTY, str_of(now_text()),
                  str_of(json ? json_levels[level] : level_columns[level]) },
        .event = event,
        .fields = fields,
        .count = count,
    };
    char text[LOG_QUICK_MAX];
    size_t len = log_quick_write(&line, text);

    if (len > 0)
        write_out(level, (struct str){ text, len });
    return len > 0;
}

static void write_line(enum log_level level, struct str event,
                       const struct log_field *fields, size_t count)
{
    struct buf line;

    if (write_quickly(level, event, fields, count))
        return;

    buf_init(&line, LINE_CEILING);
    (void)buf_room(&line, LINE_USUAL);
    add_head(&line, level, event);
    for (size_t i = 0; i < count; i++)
        add_field(&line, &fields[i]);
    buf_add(&line, current_format == LOG_JSON ? STR("}\n") : STR("\n"));
    write_out(level, buf_str(&line));
    buf_done(&line);
}

enum log_level log_change_level(enum log_level level)
{
    enum log_level was = atomic_exchange(&current_level, level);
    const struct log_field fields[] = {
        LOG_STR("now", str_of(log_level_word(level))),
        LOG_STR("was", str_of(log_level_word(was))),
    };

    if (level != was)
        log_event_always("the log's level was changed", fields,
                         COUNT_OF(fields));
    return was;
}

void log_event_always(const char *event, const struct log_field *fields,
                      size_t count)
{
    write_line(LOG_INFO, str_sub(str_of(event), 0, VALUE_MAX), fields, count);
}

void log_event(enum log_level level, const char *event,
               const struct log_field *fields, size_t count)
{
    if (log_enabled(level))
        write_line(level, str_sub(str_of(event), 0, VALUE_MAX), fields, count);
}

void log_line(enum log_level level, const char *format, ...)
{
    char text[TEXT_MAX];
    struct buf filled;
    va_list args;

    if (!log_enabled(level))
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_init(&filled, FILLED_MAX);
    shell_fill(&filled, str_sub(str_of(text), 0, VALUE_MAX));
    write_line(level, buf_str(&filled), NULL, 0);
    buf_done(&filled);
}
