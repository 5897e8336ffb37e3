// SPDX-License-Identifier: MIT
/* A file system without sockets, for tests that are linked with -Wl,--wrap=bind. */
#pragma once

/* From now on bind() fails with `number` for paths that begin so (borrowed); 0: none
   does. */
void refused_bind_set(const char *beginning, int number);
