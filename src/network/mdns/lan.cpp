#include "network/mdns/lan.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::mdns {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr std::uint16_t kPort = 5353;
constexpr int kHops = 255;  // RFC 6762 §11
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

udp::endpoint group() { return {asio::ip::make_address_v4("224.0.0.251"), kPort}; }

struct FreeList {
  void operator()(ifaddrs* list) const { ::freeifaddrs(list); }
};

Ip4 ip4_of(const sockaddr* address) {
  sockaddr_in ip4{};
  std::memcpy(&ip4, address, sizeof ip4);
  return ntohl(ip4.sin_addr.s_addr);
}

template <class Value>
bool set(udp::socket& socket, int level, int option, const Value& value) {
  return ::setsockopt(socket.native_handle(), level, option, &value, sizeof value) == 0;
}

/// Then the socket hears unicast on its own interface alone, too, and it is judged by that one's networks. A
/// kernel that refuses (before 5.7, to all but root) gives a packet to any of our sockets, which drops what
/// is not from its own networks.
void bind_to_device(udp::socket& socket, unsigned index) {
  std::array<char, IF_NAMESIZE> name{};
  if (::if_indextoname(index, name.data()) != nullptr) (void)set(socket, SOL_SOCKET, SO_BINDTODEVICE, name);
}

/// A socket that hears and speaks on one interface only, beside other mDNS programs of this machine.
bool open_on(udp::socket& socket, unsigned index) {
  boost::system::error_code error;
  socket.open(udp::v4(), error);
  const int on = 1;
  const int off = 0;
  const int hops = kHops;
  ip_mreqn membership{};
  membership.imr_multiaddr.s_addr = htonl(group().address().to_v4().to_uint());
  membership.imr_ifindex = static_cast<int>(index);
  if (error || !set(socket, SOL_SOCKET, SO_REUSEADDR, on) || !set(socket, SOL_SOCKET, SO_REUSEPORT, on))
    return false;
  bind_to_device(socket, index);
  socket.bind({asio::ip::address_v4::any(), kPort}, error);
  return !error && set(socket, IPPROTO_IP, IP_MULTICAST_ALL, off) &&
         set(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, membership) &&
         set(socket, IPPROTO_IP, IP_MULTICAST_IF, membership) &&
         set(socket, IPPROTO_IP, IP_MULTICAST_TTL, hops);
}

}  // namespace

Interfaces system_interfaces() {
  Interfaces usable;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return usable;
  const std::unique_ptr<ifaddrs, FreeList> list(first);
  constexpr unsigned kWanted = IFF_UP | IFF_MULTICAST;
  for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_netmask == nullptr) continue;
    if (entry->ifa_addr->sa_family != AF_INET) continue;
    if ((entry->ifa_flags & kWanted) != kWanted || (entry->ifa_flags & IFF_LOOPBACK) != 0) continue;
    const auto index = ::if_nametoindex(entry->ifa_name);
    if (index == 0 || (usable.size() >= LanLimits::interfaces && !usable.contains(index))) continue;
    usable[index].push_back({ip4_of(entry->ifa_addr), ip4_of(entry->ifa_netmask)});
  }
  return usable;
}

struct Lan::Interface {
  explicit Interface(asio::io_context& io) : socket(io) {}
  udp::socket socket;
  std::vector<Subnet> networks;
};

Lan::Lan(asio::io_context& io, LanOptions options, base::RandomSource& random)
    : io_(io),
      found_(std::move(options.found)),
      present_(std::move(options.interfaces)),
      look_(options.look),
      discovery_(options.announce, random),
      inquiries_(random),
      random_(random),
      timer_(io) {}

std::shared_ptr<Lan> Lan::start(asio::io_context& io, LanOptions options, base::RandomSource& random) {
  std::shared_ptr<Lan> lan(new Lan(io, std::move(options), random));
  asio::co_spawn(io, [lan] { return lan->keep_looking(); }, asio::detached);
  return lan;
}

void Lan::stop() {
  boost::system::error_code ignored;
  stopped_ = true;
  found_ = nullptr;
  timer_.cancel();
  for (auto& [index, interface] : interfaces_) interface->socket.close(ignored);
  interfaces_.clear();
}

/// Opens sockets on new interfaces and closes those of lost ones. Gives the interfaces that have one.
Interfaces Lan::find_interfaces() {
  boost::system::error_code ignored;
  auto usable = present_();
  std::erase_if(interfaces_, [&](auto& one) {
    const bool gone = !usable.contains(one.first);
    if (gone) one.second->socket.close(ignored);
    return gone;
  });
  std::erase_if(usable, [this](const auto& one) {
    const auto& [index, networks] = one;
    auto& interface = interfaces_[index];
    if (!interface) {
      interface = std::make_shared<Interface>(io_);
      if (!open_on(interface->socket, index)) {
        interfaces_.erase(index);
        return true;
      }
      asio::co_spawn(io_, listen(interface), asio::detached);
    }
    interface->networks = networks;
    return false;
  });
  return usable;
}

void Lan::ask(const std::vector<unsigned>& where) {
  const auto query = discovery_.query();
  for (const auto index : where) {
    boost::system::error_code ignored;
    interfaces_.at(index)->socket.send_to(asio::buffer(query), group(), 0, ignored);
  }
}

net::Task<void> Lan::keep_looking() {
  const auto self = shared_from_this();
  while (!stopped_) {
    const auto present = find_interfaces();
    const auto now = std::chrono::steady_clock::now();
    const auto look = now + look_;
    // One that only announces waits for questions.
    if (found_) ask(inquiries_.due(present, now));
    timer_.expires_at(std::min(inquiries_.next_deadline().value_or(look), look));
    (void)co_await timer_.async_wait(kAwait);
  }
}

net::Task<void> Lan::listen(std::shared_ptr<Interface> interface) {
  const auto self = shared_from_this();
  base::Bytes packet(MessageLimits::message);
  while (!stopped_) {
    udp::endpoint from;
    const auto [error, size] =
        co_await interface->socket.async_receive_from(asio::buffer(packet), from, kAwait);
    if (stopped_ || error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
      co_return;
    if (error) {
      // Known errors pass; one that stayed would take a whole core.
      asio::steady_timer pause(io_, LanLimits::after_error);
      (void)co_await pause.async_wait(kAwait);
      continue;
    }
    const Sender sender{from.address().to_v4().to_uint(), from.port() == kPort};
    const auto received = discovery_.receive(base::ByteView(packet).first(size), sender, interface->networks,
                                             std::chrono::steady_clock::now());
    for (const auto& found : received.found)
      if (found_) found_(found);
    if (!received.reply) continue;
    // RFC 6762 §6: an answer that others may give too waits 20 to 120 ms.
    asio::steady_timer pause(io_, std::chrono::milliseconds(20 + random_.below(101)));
    (void)co_await pause.async_wait(kAwait);
    boost::system::error_code ignored;
    interface->socket.send_to(asio::buffer(received.reply->packet), received.reply->unicast ? from : group(),
                              0, ignored);
  }
}

}  // namespace qnet::mdns
