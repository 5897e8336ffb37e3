// SPDX-License-Identifier: MIT
/* Asking a person. */
#include "app/terminal.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

bool terminal_is_there(void)
{
    return isatty(STDIN_FILENO) == 1;
}

static bool read_line(char line[TERMINAL_LINE_MAX])
{
    /* The stream's own buffer would keep a copy of a secret. */
    (void)setvbuf(stdin, NULL, _IONBF, 0);
    return fgets(line, TERMINAL_LINE_MAX, stdin) != NULL;
}

/* Silent before the question is seen: what is typed at once is neither shown nor
   flushed away. */
static bool ask_hidden(const char *prompt, char line[TERMINAL_LINE_MAX])
{
    struct termios saved;
    struct termios silent;
    bool ok;

    if (tcgetattr(STDIN_FILENO, &saved) != 0)
        return read_line(line);
    silent = saved;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    (void)fprintf(stderr, "%s", prompt);
    ok = read_line(line);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
    (void)fprintf(stderr, "\n");
    return ok;
}

static struct str without_end(const char *line)
{
    struct str text = str_of(line);

    while (text.len > 0 &&
           (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r'))
        text.len--;
    return str_trim(text);
}

bool terminal_ask(const char *prompt, bool hidden, char line[TERMINAL_LINE_MAX],
                  struct str *text)
{
    bool typed = terminal_is_there();
    bool ok;

    line[0] = '\0';
    (void)fflush(stdout);
    if (typed && !hidden)
        (void)fprintf(stderr, "%s", prompt);
    ok = typed && hidden ? ask_hidden(prompt, line) : read_line(line);
    *text = without_end(line);
    return ok;
}

int terminal_fail(const struct err *err)
{
    (void)fprintf(stderr, "claude-relay: %s\n", err->text);
    return 1;
}
