// SPDX-License-Identifier: MIT
/* A bridge: a connection that libcurl holds (the TLS to an https proxy is inside
   it) looks like a socket.  Bytes go between the transfer and one end of a pair of
   sockets; the other end is the caller's.

       caller | pair | bridge | libcurl: TLS to the proxy | network

   Both directions hold at most BRIDGE_BUF_SIZE, then whoever sends has to wait.
   The end that the proxy sends, or a failure, is an end to the caller after what
   came before it (TLS inside tells a cut from an end).  When the caller closes its
   end, or shuts down its writing, the connection is closed at once.  Loop thread
   only. */
#pragma once

#include <curl/curl.h>

#include "base/list.h"
#include "base/loop.h"

#define BRIDGE_BUF_SIZE (64u * 1024)

/* Takes over `easy`, a connected CONNECT_ONLY transfer that is part of `multi`, and
   returns the caller's end, non-blocking; -1 and errno if there are no descriptors
   left.  The bridge lives in `bridges` and frees itself when it is over. */
int bridge_new(struct loop *loop, CURLM *multi, CURL *easy,
               struct list *bridges);
/* Closes those that are not over. */
void bridge_free_all(struct list *bridges);
