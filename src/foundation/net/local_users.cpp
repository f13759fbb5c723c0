#include "foundation/net/local_users.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <boost/asio/io_context.hpp>

namespace qnet::net {

namespace {

struct Question {
  nlmsghdr header{};
  inet_diag_req_v2 body{};
};

boost::asio::ip::address unmapped(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  return address;
}

template <class To>
void put_address(const boost::asio::ip::address& address, To& to) {
  const auto copy = [&to](const auto& bytes) { std::memcpy(to, bytes.data(), bytes.size()); };
  address.is_v4() ? copy(address.to_v4().to_bytes()) : copy(address.to_v6().to_bytes());
}

/// One socket, by both its ends. An IPv4 connection of a socket for both families is an IPv4 connection.
Question question(const tcp::endpoint& theirs, const tcp::endpoint& ours, std::uint32_t number) {
  const auto from = unmapped(theirs.address());
  const auto to = unmapped(ours.address());
  Question asked;
  asked.header.nlmsg_len = sizeof asked;
  asked.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  asked.header.nlmsg_flags = NLM_F_REQUEST;
  asked.header.nlmsg_seq = number;
  asked.body.sdiag_family = from.is_v4() ? AF_INET : AF_INET6;
  asked.body.sdiag_protocol = IPPROTO_TCP;
  asked.body.idiag_states = ~0U;
  auto& id = asked.body.id;
  id.idiag_sport = htons(theirs.port());
  id.idiag_dport = htons(ours.port());
  put_address(from, id.idiag_src);
  put_address(to, id.idiag_dst);
  id.idiag_cookie[0] = id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return asked;
}

struct Answer {
  std::uint32_t number = 0;            ///< of the question
  std::optional<inet_diag_msg> found;  ///< nothing: there is no such socket
};

std::optional<Answer> answer_in(const std::array<char, 1024>& message, std::size_t size) {
  nlmsghdr header{};
  if (size < sizeof header) return std::nullopt;
  std::memcpy(&header, message.data(), sizeof header);
  Answer answer{header.nlmsg_seq, std::nullopt};
  inet_diag_msg body{};
  if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY && size >= NLMSG_LENGTH(sizeof body)) {
    std::memcpy(&body, message.data() + NLMSG_HDRLEN, sizeof body);
    answer.found = body;
  }
  return answer;
}

}  // namespace

std::optional<uid_t> SocketOwners::owner(const tcp::endpoint& theirs, const tcp::endpoint& ours) {
  const auto asked = question(theirs, ours, ++asked_);
  const int fd = netlink_->get();
  if (::send(fd, &asked, sizeof asked, 0) < 0) return std::nullopt;
  // The kernel has answered within send(). What is left of an earlier question comes first.
  std::array<char, 1024> message{};
  for (int i = 0; i < 4; ++i) {
    const auto size = ::recv(fd, message.data(), message.size(), MSG_DONTWAIT);
    if (size < 0) return std::nullopt;
    const auto answer = answer_in(message, static_cast<std::size_t>(size));
    if (!answer || answer->number != asked_) continue;
    // Without an inode no program has it any more, and the uid may be told as 0.
    if (!answer->found || answer->found->idiag_inode == 0) return std::nullopt;
    return answer->found->idiag_uid;
  }
  return std::nullopt;
}

base::Result<SocketOwners> SocketOwners::open() {
  auto netlink = std::make_unique<base::FileHandle>(
      ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  const auto failed = [](const std::string& why) {
    return base::fail(Errc::failed, "this system does not tell whose a connection is (" + why + ")");
  };
  if (!netlink->valid()) return failed(std::generic_category().message(errno));
  SocketOwners owners(std::move(netlink));
  // Whether it answers at all: without the kernel's module it would say that nobody has any socket.
  boost::asio::io_context io;
  boost::system::error_code error;
  tcp::acceptor own(io);
  tcp::socket near(io);
  own.open(tcp::v4(), error);
  if (!error) own.bind({boost::asio::ip::address_v4::loopback(), 0}, error);
  if (!error) own.listen(1, error);
  if (!error) near.connect(own.local_endpoint(), error);
  if (error) return failed(error.message());
  if (owners.owner(near.local_endpoint(), own.local_endpoint()) != ::geteuid())
    return failed("sock_diag does not answer");
  return owners;
}

base::Result<LocalUsers> LocalUsers::open(const std::vector<uid_t>& more) {
  auto owners = SocketOwners::open();
  if (!owners) return base::forward_error(owners);
  std::vector<uid_t> allowed{0, ::geteuid()};
  allowed.insert(allowed.end(), more.begin(), more.end());
  return LocalUsers(std::move(*owners), std::move(allowed));
}

bool LocalUsers::allows(std::optional<uid_t> user) const {
  return user && std::ranges::find(allowed_, *user) != allowed_.end();
}

bool LocalUsers::admit(const tcp::socket& accepted) {
  boost::system::error_code error;
  const auto theirs = accepted.remote_endpoint(error);
  if (error) return false;
  const auto ours = accepted.local_endpoint(error);
  return !error && allows(owners_.owner(theirs, ours));
}

bool LocalUsers::admit(local::socket& accepted) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(accepted.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return allows(peer.uid);
}

}  // namespace qnet::net
