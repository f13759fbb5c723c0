// Announces and finds peers in the local network, as libp2p's discovery/mdns specifies. No I/O, no clock of
// its own.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "foundation/base/random.hpp"
#include "network/mdns/message.hpp"
#include "network/mdns/subnet.hpp"
#include "overlay/peer/multiaddr.hpp"

namespace qnet::mdns {

inline constexpr const char* kService = "_p2p._udp.local";

struct DiscoveryLimits {
  /// RFC 6762 §6: one multicast answer a second at most.
  static constexpr std::chrono::seconds between_answers{1};
  /// Seconds. Longer than the longest pause between queries, so that no peer is forgotten in between;
  /// rust-libp2p has the same.
  static constexpr std::uint32_t ttl = 360;
  static constexpr std::size_t addresses = 8;  ///< announced
  /// For each peer: anybody can claim any address, and each costs a client an attempt.
  static constexpr std::size_t believed = 2;
  /// A reply is smaller than this: an Ethernet frame's 1,500 bytes less the IP and UDP headers. A reply in
  /// fragments would only help to amplify traffic.
  static constexpr std::size_t reply = 1472;
  static constexpr std::size_t name = 32;  ///< characters of the random name; libp2p asks for 32 to 63
};

struct Announcement {
  peer::PeerId peer;
  std::uint16_t port = 0;
};

struct Found {
  peer::PeerId peer;
  /// IPv4 literals in the network where they were heard; none in a goodbye.
  std::vector<peer::HostPort> addresses;
  std::chrono::seconds ttl{};  ///< as it was said; zero is a goodbye (RFC 6762 §10.1)
  bool operator==(const Found&) const = default;
};

/// The source of a packet.
struct Sender {
  Ip4 address = 0;
  bool multicast_port = true;  ///< from port 5353; others are answered alone (RFC 6762 §6.7)
};

struct Reply {
  base::Bytes packet;
  bool unicast = false;  ///< to the sender alone
};

struct Received {
  std::optional<Reply> reply;
  std::vector<Found> found;
};

class Discovery {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Without an announcement it only asks, and nobody finds it.
  Discovery(std::optional<Announcement> announcement, base::RandomSource& random);

  /// `link` holds the networks, with this machine's addresses in them, of the interface where the packet came
  /// in. A packet from outside them is ignored.
  [[nodiscard]] Received receive(base::ByteView packet, const Sender& from, std::span<const Subnet> link,
                                 Time now);
  [[nodiscard]] base::Bytes query() const;

 private:
  [[nodiscard]] std::optional<Question> question_for_us(const Message& message) const;
  [[nodiscard]] std::optional<Reply> reply_to(const Message& message, const Sender& from,
                                              std::span<const Subnet> link, Time now);
  [[nodiscard]] Message answer(std::span<const Subnet> link) const;
  [[nodiscard]] std::optional<peer::Multiaddr> believable(std::string_view text,
                                                          std::span<const Subnet> link) const;
  [[nodiscard]] std::vector<Found> read(const Message& message, std::span<const Subnet> link) const;

  std::optional<Announcement> announcement_;
  std::string name_;  // random, not the peer id: a query by name does not reveal the peer that it is for
  std::optional<Time> answered_;
};

}  // namespace qnet::mdns
