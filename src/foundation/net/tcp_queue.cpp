#include "foundation/net/tcp_queue.hpp"

#include <linux/sockios.h>
#include <linux/tcp.h>  // glibc's netinet/tcp.h knows fewer fields, and both do not go together
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

namespace qnet::net {

namespace {

tcp_info info_of(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info : tcp_info{};
}

std::size_t queued(int fd, unsigned long which) {
  int bytes = 0;
  return ::ioctl(fd, which, &bytes) == 0 ? static_cast<std::size_t>(std::max(bytes, 0)) : 0;
}

}  // namespace

std::uint64_t delivery_rate(int fd) { return info_of(fd).tcpi_delivery_rate; }
std::uint64_t acknowledged_bytes(int fd) { return info_of(fd).tcpi_bytes_acked; }
std::size_t unsent_bytes(int fd) { return queued(fd, SIOCOUTQNSD); }
std::size_t waiting_bytes(int fd) { return queued(fd, SIOCOUTQ); }

}  // namespace qnet::net
