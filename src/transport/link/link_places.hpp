// How many links a process has at once, and how many of them one address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include <boost/asio/ip/address.hpp>

#include "transport/link/counters.hpp"
#include "transport/link/visitor_places.hpp"

namespace qnet::link {

/// Safe to use from several threads; asked once for each handshake.
///
/// Many people may share one address, so that one address is bounded only when places become few: once half
/// of all are taken, it may have a quarter of all.
class LinkPlaces {
  struct State {
    explicit State(std::size_t most) : all(most) {}
    const std::size_t all;
    std::mutex lock;
    std::size_t taken = 0;
    std::unordered_map<std::uint64_t, std::size_t> of_party;
  };

 public:
  /// A place that is taken until this is destroyed. May outlive the LinkPlaces.
  class Place {
   public:
    Place(std::shared_ptr<State> state, std::uint64_t party);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

   private:
    std::shared_ptr<State> state_;
    std::uint64_t party_;
  };

  explicit LinkPlaces(std::size_t all) : state_(std::make_shared<State>(all)) {}

  /// Of this process, whose listeners share its memory and descriptors.
  [[nodiscard]] static LinkPlaces& of_process();

  /// For one more link; `remote`: nothing where it is not known, which counts for no party.
  [[nodiscard]] bool has_room(const std::optional<boost::asio::ip::address>& remote) const;
  /// Takes a place, also where there is no room: several handshakes may pass has_room() at once.
  [[nodiscard]] std::shared_ptr<const Place> take(const std::optional<boost::asio::ip::address>& remote);

 private:
  std::shared_ptr<State> state_;
};

/// For as long as a link lives: its place in the process, and its listener's `links_open`. Meanwhile
/// `visitor`, if the link's connection has one, is not counted.
[[nodiscard]] std::shared_ptr<const void> counted_link(const std::shared_ptr<Counters>& counters,
                                                       const std::optional<boost::asio::ip::address>& remote,
                                                       VisitorPlaces::Place* visitor = nullptr);

/// One party: an IPv4 address, or a /64 of IPv6 (ip::ClientPrefix). 0: unknown.
[[nodiscard]] std::uint64_t party_of(const std::optional<boost::asio::ip::address>& remote);

}  // namespace qnet::link
