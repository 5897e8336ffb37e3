// SPDX-License-Identifier: MIT
/* What the kernel knows of the peer's acknowledgements. */
#include <linux/sockios.h>
#include <linux/tcp.h> /* the C library has a shorter one */
#include <netinet/in.h>
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
    *acks = (struct stream_acks){
        .outstanding = outstanding > 0 ? (uint64_t)outstanding : 0,
        .silent_ms = info.tcpi_last_ack_recv,
        .repeat_ms = info.tcpi_rto / 1000,
        .repeats = info.tcpi_retransmits,
        .probes = info.tcpi_probes,
    };
    if (acks->outstanding > info.tcpi_notsent_bytes)
        acks->in_flight = acks->outstanding - info.tcpi_notsent_bytes;
    return true;
}
