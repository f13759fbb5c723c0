// The last good snapshot of each operator on disk: a client that starts offline, or behind a censor, knows
// the network that it last saw.
#pragma once

#include <filesystem>
#include <optional>

#include "network/directory/snapshot.hpp"

namespace qnet::discovery {

struct KeptSnapshot {
  base::Bytes header;  ///< signed
  base::Bytes list;    ///< packed
};

class SnapshotFiles {
 public:
  /// Without a folder nothing is kept.
  explicit SnapshotFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// As it was saved, not verified. Nothing when there is none, or none that can be read.
  [[nodiscard]] std::optional<KeptSnapshot> load(const peer::PeerId& operator_id) const;
  /// Replaces the file as a whole or not at all. Only this user can read it.
  [[nodiscard]] base::Result<void> save(const peer::PeerId& operator_id, const KeptSnapshot& snapshot) const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const peer::PeerId& operator_id) const;
  std::filesystem::path folder_;
};

}  // namespace qnet::discovery
