#include "foundation/net/network_watch.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/base/file_handle.hpp"

namespace qnet::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMessage = 8192;
// Of no host (RFC 5737, RFC 3849), and on the way to the outside as others are.
constexpr std::array<std::uint8_t, 4> kSomewhere4{192, 0, 2, 1};
constexpr std::array<std::uint8_t, 16> kSomewhere6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0,
                                                   0,    0,    0,    0,    0, 0, 0, 1};

int open_netlink(std::uint32_t groups) {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return fd;
  sockaddr_nl self{};
  self.nl_family = AF_NETLINK;
  self.nl_groups = groups;
  // NOLINTNEXTLINE(*-reinterpret-cast): as sockets want it
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&self), sizeof self) == 0) return fd;
  ::close(fd);
  return -1;
}

/// The message that asks for the route to an address.
std::string route_request(int family, std::span<const std::uint8_t> address) {
  struct {
    nlmsghdr header;
    rtmsg route;
    rtattr destination;
  } request{};
  request.header.nlmsg_len = static_cast<std::uint32_t>(sizeof request + address.size());
  request.header.nlmsg_type = RTM_GETROUTE;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.route.rtm_family = static_cast<unsigned char>(family);
  request.route.rtm_dst_len = static_cast<unsigned char>(address.size() * 8);
  request.destination.rta_len = static_cast<unsigned short>(sizeof(rtattr) + address.size());
  request.destination.rta_type = RTA_DST;
  std::string bytes(sizeof request + address.size(), '\0');
  std::memcpy(bytes.data(), &request, sizeof request);
  std::memcpy(bytes.data() + sizeof request, address.data(), address.size());
  return bytes;
}

bool belongs_to_way(int family, unsigned short attribute) {
  return attribute == RTA_OIF || attribute == RTA_GATEWAY || attribute == RTA_VIA ||
         (family == AF_INET && attribute == RTA_PREFSRC);
}

/// What of the answer says where the route leads; empty when it is a refusal.
std::string way_in(int family, std::span<const char> answer) {
  constexpr auto kAligned = [](std::size_t size) {
    return (size + NLMSG_ALIGNTO - 1) & ~(NLMSG_ALIGNTO - 1);
  };
  nlmsghdr header{};
  rtmsg route{};
  if (answer.size() < sizeof header + sizeof route) return {};
  std::memcpy(&header, answer.data(), sizeof header);
  std::memcpy(&route, answer.data() + sizeof header, sizeof route);
  if (header.nlmsg_type != RTM_NEWROUTE || route.rtm_type != RTN_UNICAST) return {};
  auto rest = answer.first(std::min<std::size_t>(answer.size(), header.nlmsg_len))
                  .subspan(sizeof header + sizeof route);
  std::string way;
  rtattr attribute{};
  while (rest.size() >= sizeof attribute) {
    std::memcpy(&attribute, rest.data(), sizeof attribute);
    if (attribute.rta_len < sizeof attribute || attribute.rta_len > rest.size()) break;
    if (belongs_to_way(family, attribute.rta_type)) way.append(rest.data(), attribute.rta_len);
    rest = rest.subspan(std::min(rest.size(), kAligned(attribute.rta_len)));
  }
  return way;
}

std::string way_to(int fd, int family, std::span<const std::uint8_t> address) {
  const auto request = route_request(family, address);
  if (::send(fd, request.data(), request.size(), 0) < 0) return {};
  std::array<char, kMessage> answer{};
  // The kernel has answered before send() returns.
  const auto got = ::recv(fd, answer.data(), answer.size(), 0);
  return got < 0 ? std::string() : way_in(family, std::span(answer).first(static_cast<std::size_t>(got)));
}

}  // namespace

std::string way_to_the_outside() {
  const base::FileHandle socket(open_netlink(0));
  if (!socket.valid()) return {};
  return way_to(socket.get(), AF_INET, kSomewhere4) + way_to(socket.get(), AF_INET6, kSomewhere6);
}

std::shared_ptr<NetworkWatch> NetworkWatch::start(const asio::any_io_executor& executor,
                                                  std::function<void()> changed) {
  constexpr std::uint32_t kGroups =
      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;
  const int fd = open_netlink(kGroups);
  if (fd < 0) return nullptr;
  const std::shared_ptr<NetworkWatch> watch(
      new NetworkWatch(asio::posix::stream_descriptor(executor, fd), std::move(changed)));
  asio::co_spawn(executor, [watch] { return watch->watch(); }, asio::detached);
  return watch;
}

NetworkWatch::NetworkWatch(asio::posix::stream_descriptor messages, std::function<void()> changed)
    : messages_(std::move(messages)),
      timer_(messages_.get_executor()),
      changed_(std::move(changed)),
      way_(way_to_the_outside()) {}

void NetworkWatch::stop() {
  stopped_ = true;
  messages_.close();
  timer_.cancel();
  changed_ = nullptr;  // what it holds may hold this
}

Task<void> NetworkWatch::watch() {
  constexpr auto kWait = asio::as_tuple(asio::use_awaitable);
  while (!stopped_) {
    const auto [error] = co_await messages_.async_wait(asio::posix::stream_descriptor::wait_read, kWait);
    if (error || stopped_) co_return;
    timer_.expires_after(NetworkWatchLimits::settles);
    (void)co_await timer_.async_wait(kWait);
    if (stopped_) co_return;
    drain();
    look();
  }
}

/// What they say does not matter: the routes are asked for. That some were lost (ENOBUFS) does not, either.
void NetworkWatch::drain() {
  constexpr int kMost = 1000;  // the rest is a reason to look again
  std::array<char, kMessage> message{};
  for (int n = 0; n < kMost; ++n)
    if (::recv(messages_.native_handle(), message.data(), message.size(), 0) < 0 && errno != ENOBUFS) return;
}

void NetworkWatch::look() {
  auto way = way_to_the_outside();
  if (way == way_) return;
  way_ = std::move(way);
  if (!way_.empty()) changed_();
}

}  // namespace qnet::net
