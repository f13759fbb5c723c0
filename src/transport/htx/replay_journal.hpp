// What a relay has answered and must not answer again, on disk: also one that starts anew does not.
#pragma once

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

#include "transport/htx/replay_cache.hpp"

namespace qnet::htx {

/// Two files in the state folder: one that grows, and the one before it. They hold no more than times and
/// ephemeral keys. Safe to share between threads.
class ReplayJournal {
 public:
  /// Of hellos, in the file `seen`.
  explicit ReplayJournal(const std::filesystem::path& state_dir)
      : ReplayJournal(state_dir, "seen", TimeLimits::memory) {}
  /// Of messages that are taken for so long.
  ReplayJournal(const std::filesystem::path& state_dir, const std::string& name, std::chrono::seconds memory)
      : current_(state_dir / name), previous_(state_dir / (name + ".old")), memory_(memory) {}

  /// Tells `seen` of all that may still be sent again. Once, before note().
  void restore(ReplayCache& seen, WallTime now);
  /// Before it is answered.
  void note(const crypto::X25519Public& ephemeral, WallTime now);

 private:
  void begin(WallTime now);

  std::filesystem::path current_;
  std::filesystem::path previous_;
  std::chrono::seconds memory_;
  std::mutex mutex_;
  std::ofstream file_;
  WallTime began_{};
  bool complained_ = false;
};

}  // namespace qnet::htx
