// SPDX-License-Identifier: MIT
/* Asking a person, and printing. */
#include "app/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "app/invocation.h"
#include "base/buf.h"
#include "base/text.h"

#define DOC_MAX (16u * 1024 * 1024)
#define ESCAPED_MAX 6 /* bytes of one */

bool terminal_is_there(void)
{
    return isatty(STDIN_FILENO) == 1;
}

struct line {
    char *at;
    size_t len;
};

static void add(struct line *line, char c)
{
    if (line->len < TERMINAL_LINE_MAX - 1)
        line->at[line->len++] = c;
}

static bool read_byte(char *c)
{
    ssize_t got;

    do {
        got = read(STDIN_FILENO, c, 1);
    } while (got < 0 && errno == EINTR);
    return got == 1;
}

/* Byte by byte: what follows the line is left for others, and no buffer keeps
   a copy of a secret. */
static bool read_line(struct line *line)
{
    bool any = false;
    char c;

    while (read_byte(&c)) {
        any = true;
        if (c == '\n')
            break;
        add(line, c);
    }
    return any;
}

/* ---- hidden ------------------------------------------------------------- */

enum key {
    KEY_CTRL_C = 3,
    KEY_CTRL_D = 4,
    KEY_BACKSPACE = 8,
    KEY_CTRL_U = 21,
    KEY_DELETE = 127,
};

/* The few keys that a line discipline would have handled.  False at Ctrl-C, and
   at Ctrl-D on an empty line. */
static bool read_keys(struct line *line, bool *interrupted)
{
    char c;

    while (read_byte(&c) && c != '\n' && c != '\r') {
        *interrupted = c == KEY_CTRL_C;
        if (*interrupted || (c == KEY_CTRL_D && line->len == 0))
            return false;
        if (c == KEY_CTRL_U)
            line->len = 0;
        else if (c == KEY_BACKSPACE || c == KEY_DELETE)
            line->len -= line->len > 0;
        else if (c != KEY_CTRL_D)
            add(line, c);
    }
    return true;
}

/* Silent before the question is seen: what is typed at once is neither shown nor
   flushed away.  The terminal handles no key meanwhile, so that it is itself again
   when Ctrl-C ends the program. */
static bool ask_hidden(const char *prompt, struct line *line)
{
    bool interrupted = false;
    struct termios saved;
    struct termios silent;
    bool ok;

    if (tcgetattr(STDIN_FILENO, &saved) != 0)
        return read_line(line);
    silent = saved;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    (void)fprintf(stderr, "%s", prompt);
    ok = read_keys(line, &interrupted);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
    (void)fprintf(stderr, "\n");
    if (interrupted)
        (void)raise(SIGINT);
    return ok;
}

/* ---- both --------------------------------------------------------------- */

static struct str without_end(const struct line *line)
{
    struct str text = { line->at, line->len };

    while (text.len > 0 && text.at[text.len - 1] == '\r')
        text.len--;
    return str_trim(text);
}

bool terminal_ask(const char *prompt, bool hidden, char line[TERMINAL_LINE_MAX],
                  struct str *text)
{
    bool typed = terminal_is_there();
    struct line read = { .at = line };
    bool ok;

    (void)fflush(stdout);
    if (typed && !hidden)
        (void)fprintf(stderr, "%s", prompt);
    ok = typed && hidden ? ask_hidden(prompt, &read) : read_line(&read);
    line[read.len] = '\0';
    *text = without_end(&read);
    return ok;
}

#define WIDTH_UNKNOWN 80

size_t terminal_width(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO))
        return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
               ? size.ws_col
               : WIDTH_UNKNOWN;
}

bool terminal_has_colours(void)
{
    const char *refused = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && !(refused && *refused);
}

int terminal_fail(const struct err *err)
{
    invocation_print(stderr, "claude-relay: %s\n", err->text);
    return 1;
}

int terminal_finish(int status)
{
    bool lost = ferror(stdout) != 0;

    errno = 0;
    if (fflush(stdout) == 0 && !lost)
        return status;
    if (errno != EPIPE)
        invocation_print(stderr,
                         "claude-relay: what was printed could not be written "
                         "to standard output%s%s\n",
                         errno ? ": " : "", errno ? strerror(errno) : "");
    return status ? status : 1;
}

void terminal_write(void *arg, struct str bytes)
{
    (void)arg;
    (void)fwrite(bytes.at, 1, bytes.len, stdout);
}

void terminal_print(const struct json_doc *doc)
{
    struct buf text;
    struct buf shown;
    struct str rest;
    struct str line;

    buf_init_secret(&text, DOC_MAX);
    buf_init_secret(&shown, ESCAPED_MAX * DOC_MAX);
    if (json_doc_write(doc, true, &text)) {
        for (rest = buf_str(&text); str_next(&rest, '\n', &line);) {
            text_json_show(&shown, line);
            buf_add(&shown, STR("\n"));
        }
    }
    terminal_write(NULL, buf_str(&shown));
    buf_done(&shown);
    buf_done(&text);
}
