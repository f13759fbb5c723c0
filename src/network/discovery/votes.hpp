// Each operator's last list, and what a majority of them agrees on. No I/O, no clock.
#pragma once

#include <optional>
#include <vector>

#include "network/directory/agreement.hpp"
#include "network/directory/exchange.hpp"
#include "network/discovery/snapshot_files.hpp"

namespace qnet::discovery {

struct VoteLimits {
  /// An expired list keeps its operator's vote for so long, about as long as its descriptors live. Otherwise
  /// a lying operator could choose what is left when another one is dead (docs/decisions/0009).
  static constexpr std::chrono::hours vote{24};
};

class Votes {
 public:
  explicit Votes(std::vector<peer::PeerId> operators);

  /// A kept list of this operator, of any age. A damaged one, or one of another operator, is ignored.
  void restore(std::size_t index, KeptSnapshot kept);
  /// Judges an answer to a question with known_list(). Errors: refused, list_mismatch, and those of headers
  /// and lists.
  [[nodiscard]] base::Result<void> take(std::size_t index, const directory::Answer& answer,
                                        directory::WallTime now);

  [[nodiscard]] std::size_t operators() const { return said_.size(); }
  /// The digest to ask with; empty when there is no list.
  [[nodiscard]] base::ByteView known_list(std::size_t index) const;
  /// What is to be kept; null when this operator has given no list yet.
  [[nodiscard]] const KeptSnapshot* kept(std::size_t index) const;

  /// How many operators' lists hold now.
  [[nodiscard]] std::size_t holding(directory::WallTime now) const;
  /// Whether this operator's list counts now.
  [[nodiscard]] bool votes(std::size_t index, directory::WallTime now) const;
  /// When the newest header was signed.
  [[nodiscard]] std::optional<directory::WallTime> as_of() const;
  /// The agreement of the lists that have a vote, or of all lists when those are too few: an old agreement is
  /// better than none for a client that starts offline. Reads every list anew: none is held unpacked.
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
