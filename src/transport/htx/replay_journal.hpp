// What a relay has answered and must not answer again, on disk: also one that starts anew does not.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "transport/htx/replay_cache.hpp"

namespace qnet::htx {

/// Two files in the state folder: one that grows, and the one before it. They hold no more than times and
/// ephemeral keys. They outlive the process, but what the system has not yet written when the machine loses
/// its power is gone. Safe to share between threads.
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
  /// Before it is answered. False: it is not in the file, and a relay that starts anew would answer it again.
  bool note(const crypto::X25519Public& ephemeral, WallTime now);

 private:
  /// Seconds since 1970, big-endian, and the key.
  using Entry = std::array<char, 8 + std::tuple_size_v<crypto::X25519Public>>;

  void restore_file(const std::filesystem::path& path, ReplayCache& seen, WallTime now,
                    std::vector<Entry>& kept) const;
  void begin(WallTime now);
  [[nodiscard]] bool write(const Entry& entry);
  [[nodiscard]] static Entry entry_of(const crypto::X25519Public& ephemeral, WallTime at);

  std::filesystem::path current_;
  std::filesystem::path previous_;
  std::chrono::seconds memory_;
  std::mutex mutex_;
  std::ofstream file_;
  WallTime began_{};
  bool complained_ = false;
};

}  // namespace qnet::htx
