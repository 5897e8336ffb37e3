// SPDX-License-Identifier: MIT
/* A terminal that a program draws on. */
#include "app/top_terminal.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"

#define WIDTH_UNKNOWN 80
#define HEIGHT_UNKNOWN 24
#define DRAWN_MAX (4u * 1024 * 1024)
/* The alternate screen, and no cursor; and back. */
#define BEGIN "\033[?1049h\033[?25l"
#define END "\033[?25h\033[?1049l"

/* All of it, or what the terminal takes before it is gone. */
static void write_all(struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes.at, bytes.len);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        bytes = str_from(bytes, (size_t)written);
    }
}

static void type_silently(struct top_terminal *terminal)
{
    struct termios silent;

    terminal->typed = tcgetattr(STDIN_FILENO, &terminal->saved) == 0;
    if (!terminal->typed)
        return;
    silent = terminal->saved;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &silent);
}

void top_terminal_begin(struct top_terminal *terminal)
{
    type_silently(terminal);
    terminal->drawn_on = true;
    write_all(STR(BEGIN));
}

void top_terminal_end(struct top_terminal *terminal)
{
    if (!terminal->drawn_on)
        return;
    terminal->drawn_on = false;
    write_all(STR(END));
    if (terminal->typed)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->saved);
}

void top_terminal_size(size_t *width, size_t *height)
{
    struct winsize size = { .ws_col = 0 };
    bool told = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;

    *width = told && size.ws_col > 0 ? size.ws_col : WIDTH_UNKNOWN;
    *height = told && size.ws_row > 0 ? size.ws_row : HEIGHT_UNKNOWN;
}

/* Line by line over what is there, so that nothing flickers; without a line feed behind
   the last one, which would scroll. */
void top_terminal_draw(struct str lines)
{
    struct buf out;
    struct str line;
    bool first = true;

    buf_init(&out, DRAWN_MAX);
    buf_add(&out, STR("\033[H"));
    while (str_next(&lines, '\n', &line)) {
        buf_add(&out, first ? STR_EMPTY : STR("\r\n"));
        buf_add(&out, line);
        buf_add(&out, STR("\033[K"));
        first = false;
    }
    buf_add(&out, STR("\033[J"));
    write_all(buf_str(&out));
    buf_done(&out);
}
