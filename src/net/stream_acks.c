// SPDX-License-Identifier: MIT
/* What the kernel knows of the peer's acknowledgements. */
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/stream_internal.h"

bool stream_acks(const struct stream *stream, struct stream_acks *acks)
{
    struct tcp_info info = { 0 };
    socklen_t len = sizeof(info);
    int outstanding = 0;

    if (getsockopt(stream->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
        ioctl(stream->fd, SIOCOUTQ, &outstanding) != 0)
        return false;
    acks->outstanding = outstanding > 0 ? (uint64_t)outstanding : 0;
    acks->silent_ms = info.tcpi_last_ack_recv;
    return true;
}
