// What each operator last said of the network, and what a majority of them says. No I/O, no clock.
#pragma once

#include <optional>
#include <vector>

#include "network/directory/agreement.hpp"
#include "network/directory/exchange.hpp"
#include "network/discovery/snapshot_files.hpp"

namespace qnet::discovery {

struct VoteLimits {
  /// A list that has run out still has its operator's vote for so long, about as long as what it lists: or
  /// else one operator that lies could choose what is left when another is dead.
  static constexpr std::chrono::hours vote{24};
};

class Votes {
 public:
  explicit Votes(std::vector<peer::PeerId> operators);

  /// What was kept of this operator's, from whatever time. Nothing is taken that is damaged or another's.
  void restore(std::size_t index, KeptSnapshot kept);
  /// Judges an answer to a question with known_list(). Errors: refused, list_mismatch, and those of headers
  /// and lists.
  [[nodiscard]] base::Result<void> take(std::size_t index, const directory::Answer& answer,
                                        directory::WallTime now);

  [[nodiscard]] std::size_t operators() const { return said_.size(); }
  /// The digest to ask with; empty when there is no list.
  [[nodiscard]] base::ByteView known_list(std::size_t index) const;
  /// To be kept; null when this operator has said nothing yet.
  [[nodiscard]] const KeptSnapshot* kept(std::size_t index) const;

  /// How many operators' lists hold now.
  [[nodiscard]] std::size_t holding(directory::WallTime now) const;
  /// Whether this operator's list counts now.
  [[nodiscard]] bool votes(std::size_t index, directory::WallTime now) const;
  /// When the newest header was signed.
  [[nodiscard]] std::optional<directory::WallTime> as_of() const;
  /// Of the lists that have a vote; of all when those are too few: an old agreement is better than none, as
  /// for a client that starts offline. Reads every list anew: none is held unpacked.
  [[nodiscard]] base::Result<std::vector<directory::Listed>> agreed(directory::WallTime now) const;

 private:
  struct Said {
    directory::SnapshotHeader header;
    KeptSnapshot kept;
  };
  [[nodiscard]] base::Result<std::vector<directory::Listed>> agreed_since(directory::WallTime oldest,
                                                                          directory::WallTime now) const;

  std::vector<peer::PeerId> operators_;
  std::vector<std::optional<Said>> said_;
};

}  // namespace qnet::discovery
