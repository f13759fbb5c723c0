// Peers in this network tell each other that they are there, as libp2p's discovery/mdns specifies. No I/O, no
// clock of its own.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "mdns/message.hpp"
#include "mesh/multiaddr.hpp"

namespace qnet::mdns {

inline constexpr const char* kService = "_p2p._udp.local";

struct DiscoveryLimits {
  static constexpr std::chrono::seconds first_pause{1};  ///< between queries, doubled each time …
  static constexpr std::chrono::minutes last_pause{5};   ///< … up to this
  /// RFC 6762 §6: one multicast answer a second at most.
  static constexpr std::chrono::seconds between_answers{1};
  static constexpr std::uint32_t ttl = 120;  ///< seconds
  static constexpr std::size_t addresses = 8;
  static constexpr std::size_t name = 32;  ///< characters of the random name; libp2p asks for 32 to 63
};

struct Announcement {
  mesh::PeerId peer;
  std::uint16_t port = 0;
};

struct Found {
  mesh::PeerId peer;
  std::vector<mesh::HostPort> addresses;
  bool operator==(const Found&) const = default;
};

/// Who sent a packet, as far as it matters.
struct Sender {
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

  /// Without an announcement it only looks, and is found by nobody.
  Discovery(std::optional<Announcement> announcement, base::RandomSource& random);

  /// `own` are the addresses by which this machine is reached where the packet came in.
  [[nodiscard]] Received receive(base::ByteView packet, const Sender& from, std::span<const std::string> own,
                                 Time now);
  [[nodiscard]] base::Bytes query() const;
  /// Until the next query; grows with each call.
  [[nodiscard]] std::chrono::milliseconds next_pause();

 private:
  [[nodiscard]] bool is_asked(const Message& message) const;
  [[nodiscard]] Message answer(std::span<const std::string> own) const;
  [[nodiscard]] std::vector<Found> read(const Message& message) const;

  std::optional<Announcement> announcement_;
  base::RandomSource& random_;
  std::string name_;  // random, and not the peer's: queries by name tell nobody whom one looks for
  std::chrono::milliseconds pause_ = DiscoveryLimits::first_pause;
  std::optional<Time> answered_;
};

}  // namespace qnet::mdns
