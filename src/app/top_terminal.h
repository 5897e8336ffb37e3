// SPDX-License-Identifier: MIT
/* A terminal that a program draws on: the alternate screen, keys as they are typed, no
   cursor.

       AS IT WAS -(begin)-> DRAWN ON -(end)-> AS IT WAS

   What ends the program puts it back: top_terminal_end() may come at any time, and
   twice. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "base/str.h"

struct top_terminal {
    bool drawn_on;
    bool typed;           /* standard input is a terminal, too */
    struct termios saved; /* if it is */
};

/* Standard output is a terminal. */
void top_terminal_begin(struct top_terminal *terminal);
void top_terminal_end(struct top_terminal *terminal);
/* Its size now; 80 by 24 if it does not say. */
void top_terminal_size(size_t *width, size_t *height);
/* Lines, each ended by a line feed, take the place of what is there. */
void top_terminal_draw(struct str lines);
