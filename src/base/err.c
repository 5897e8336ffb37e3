// SPDX-License-Identifier: MIT
/* Failures and their table (err.def). */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "base/text.h"

static const struct {
    unsigned status;
    const char *type;
    bool may_retry;
} table[] = {
#define ERR(name, status, type, retry) { status, type, retry },
#include "base/err.def"
#undef ERR
};

/* A new failure, whose text is to come. */
static void begin(struct err *err, enum err_code code)
{
    err->code = code;
    err->retry_after_ms = 0;
    err->opens_ms = 0;
    err->reason = 0;
    err->prefix = 0;
    memset(err->values, 0, sizeof(err->values));
}

bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list args;

    begin(err, code);
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    text_make_printable(err->text);
    return false;
}

const char *err_number_text(int number, char out[ERR_NUMBER_MAX])
{
    struct rlimit limit = { 0 };

    (void)getrlimit(RLIMIT_NOFILE, &limit);
    if (number == EMFILE)
        (void)snprintf(out, ERR_NUMBER_MAX,
                       "too many open files (limit %llu): raise the limit "
                       "(ulimit -n, LimitNOFILE=)",
                       (unsigned long long)limit.rlim_cur);
    else if (number == ENFILE)
        (void)snprintf(out, ERR_NUMBER_MAX,
                       "too many open files on the whole system: raise "
                       "fs.file-max");
    else
        (void)snprintf(out, ERR_NUMBER_MAX, "%s", strerrordesc_np(number));
    return out;
}

bool err_errno(struct err *err, const char *format, ...)
{
    int number = errno;
    char cause[ERR_NUMBER_MAX];
    va_list args;
    size_t len;

    begin(err, ERR_IO);
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    len = strlen(err->text);
    (void)snprintf(err->text + len, sizeof(err->text) - len, ": %s",
                   err_number_text(number, cause));
    text_make_printable(err->text);
    return false;
}

/* The values stand further back by as much. */
static void shift(struct err *err, size_t len)
{
    for (size_t i = 0; i < ERR_VALUES_MAX; i++)
        err->values[i].at = (uint16_t)(err->values[i].at + len);
    err->prefix = (uint16_t)(err->prefix > 0 ? err->prefix + len : len - 2);
}

bool err_wrap(struct err *err, const char *format, ...)
{
    char cause[sizeof(err->text)];
    va_list args;
    size_t len;

    memcpy(cause, err->text, sizeof(cause));
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    text_make_printable(err->text);
    len = strlen(err->text);
    (void)snprintf(err->text + len, sizeof(err->text) - len, ": %s", cause);
    shift(err, len + 2);
    return false;
}

bool err_retry_after(struct err *err, uint64_t wait_ms)
{
    err->retry_after_ms = wait_ms < UINT32_MAX ? (uint32_t)wait_ms : UINT32_MAX;
    return false;
}

bool err_opens_at(struct err *err, uint64_t wall_ms)
{
    err->opens_ms = wall_ms;
    return false;
}

/* Somebody who was turned away because the relay is busy comes back soon. */
#define BUSY_MS 1000

unsigned err_retry_after_s(const struct err *err)
{
    uint64_t wait_ms = err->retry_after_ms;

    if (!err_may_retry(err->code) && err->code != ERR_SLOWED)
        return 0;
    if (wait_ms == 0 && err->code == ERR_BUSY)
        wait_ms = BUSY_MS;
    return (unsigned)((wait_ms + 999) / 1000);
}

bool err_as(struct err *err, enum err_code code)
{
    err->code = code;
    return false;
}

unsigned err_status(enum err_code code)
{
    return table[code].status;
}

const char *err_type(enum err_code code)
{
    return table[code].type;
}

bool err_may_retry(enum err_code code)
{
    return table[code].may_retry;
}

struct err *err_kept(struct err **slot)
{
    if (!*slot)
        *slot = MEM_NEW(struct err);
    return *slot;
}

const struct err *err_of(const struct err *kept)
{
    static const struct err none = { .code = ERR_INTERNAL };

    return kept ? kept : &none;
}
