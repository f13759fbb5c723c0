// The relays of one list, to be asked about by name from any thread: the relays that circuits may go on to,
// and whether a peer that comes is a relay.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "network/directory/snapshot.hpp"

namespace qnet::discovery {

/// Asked once for each session and each first message of a circuit, never for data: it takes a lock for the
/// copy of one pointer.
class KnownRelays {
 public:
  /// In the order of their keys, as NetworkView::relays() and a directory's own list are.
  using Relays = std::shared_ptr<const std::vector<directory::Listed>>;

  /// `private_addresses`: relays at private and loopback addresses are reached as well, as in an operator's
  /// own test network.
  explicit KnownRelays(bool private_addresses = false) : private_addresses_(private_addresses) {}

  void replace(Relays relays);

  /// Where that relay is: by its own signature, and not after its descriptor has expired. Its first address,
  /// or what directories found behind it, has to be a number of the public Internet: strangers choose the
  /// relay that we dial, so no name that can point into our own network later is looked up. Nothing when it
  /// is not listed; then on_missing() is called as well.
  [[nodiscard]] std::optional<link::RelayAddress> address_of(const peer::PeerId& peer) const;
  /// Whether that is a listed relay's Noise key.
  [[nodiscard]] bool is_relay(const crypto::X25519Public& noise_key) const;

  /// So many of them by lot, without `self`, or all that there are.
  [[nodiscard]] std::vector<peer::PeerId> some(std::size_t most, const peer::PeerId& self,
                                               base::RandomSource& random) const;

  /// Called on the thread that asked for a relay that is not there: a newer list may have it.
  void on_missing(std::function<void()> function);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Index {
    Relays relays;
    std::vector<crypto::X25519Public> noise_keys;  // sorted
  };
  [[nodiscard]] std::shared_ptr<const Index> index() const;

  const bool private_addresses_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Index> index_;  // null before the first list
  std::function<void()> on_missing_;
};

}  // namespace qnet::discovery
