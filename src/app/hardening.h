// SPDX-License-Identifier: MIT
/* What others may see of this process.  A process that is not dumpable leaves no
   core file, takes no debugger, and its /proc/PID/environ, maps, fd and mem are
   root's.  (A second line of defence: a process of the same user can read DATA_DIR
   anyway.) */
#pragma once

/* First thing in main, before a secret is looked at.  Of the limit of core files
   only the soft one goes: the other could never be raised again. */
void hardening_begin(void);

/* CORE_DUMPS=on: as an ordinary process. */
void hardening_end(void);
