// The hellos that were answered, on disk: a relay that starts anew answers none of them again.
#pragma once

#include <filesystem>
#include <fstream>
#include <mutex>

#include "transport/htx/replay_cache.hpp"

namespace qnet::htx {

/// Two files in the state folder: one that grows, and the one before it. What they hold crossed the wire in
/// clear. Safe to share between threads.
class ReplayJournal {
 public:
  explicit ReplayJournal(const std::filesystem::path& state_dir);

  /// Tells `seen` of all hellos that may still be sent again. Once, before note().
  void restore(ReplayCache& seen, WallTime now);
  /// Before the hello is answered.
  void note(const crypto::X25519Public& ephemeral, WallTime now);

 private:
  void begin(WallTime now);

  std::filesystem::path current_;
  std::filesystem::path previous_;
  std::mutex mutex_;
  std::ofstream file_;
  WallTime began_{};
  bool complained_ = false;
};

}  // namespace qnet::htx
