// The relays of one list with their weights: made once for each list, and asked for every circuit.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "network/directory/peer_key.hpp"
#include "network/path/constraints.hpp"

namespace qnet::path {

enum class Position : std::uint8_t {
  inner,      ///< guard or middle
  exit,       ///< of a circuit
  fast_exit,  ///< the only hop: it needs no circuit key, and may be in any network
};

/// Does not change once made.
class RelayTable {
 public:
  /// At most 200,000, as a directory lists; further ones are left out. Of two with the same peer, the second
  /// is.
  explicit RelayTable(std::vector<RelayFacts> relays, Rules rules = {});

  [[nodiscard]] const std::vector<RelayFacts>& relays() const { return relays_; }
  [[nodiscard]] const RelayFacts& operator[](std::size_t index) const { return relays_[index]; }
  /// Of each relay, in the order of relays(); 0 for those that cannot be in this position.
  [[nodiscard]] std::span<const std::uint32_t> weights(Position position) const;
  /// How many can be there.
  [[nodiscard]] std::size_t count(Position position) const;
  [[nodiscard]] std::optional<std::size_t> find(const peer::PeerId& peer) const;
  [[nodiscard]] bool may_share_circuit(std::size_t one, std::size_t other) const {
    return path::may_share_circuit(relays_[one], relays_[other], rules_);
  }
  /// Whether some exit goes with this relay, or there are none at all: the only exit of a network would be of
  /// no use as a guard.
  [[nodiscard]] bool leaves_an_exit(std::size_t guard) const;
  /// Weights of guards: those of Position::inner, without exits where they are few and others are there.
  [[nodiscard]] std::vector<std::uint32_t> guard_weights() const;

 private:
  struct Weights {
    std::vector<std::uint32_t> of_each;
    std::size_t count = 0;
  };
  [[nodiscard]] Weights weigh(Position position, double part_of_exits) const;
  [[nodiscard]] bool fits(const RelayFacts& relay, Position position) const;
  [[nodiscard]] const Weights& at(Position position) const;

  std::vector<RelayFacts> relays_;
  Rules rules_;
  std::unordered_map<directory::PeerKey, std::size_t, directory::PeerKeyHash> places_;
  Weights inner_;
  Weights exit_;
  Weights fast_exit_;
};

}  // namespace qnet::path
