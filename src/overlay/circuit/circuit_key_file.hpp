// A relay's circuit keys over restarts: without them, clients that hold an older descriptor would fail for
// hours. Blocks for as long as a small file takes to be written.
//
// The file `circuit-keys` in the state folder has 244 bytes, big-endian: the text "qnet-circuit-keys-1" and a
// line feed, the relay's key (32 bytes), four times a time (8 bytes) and an X25519 secret (32), zeros where
// there is none, and the SHA-256 of all that (32). It is written whole or not at all. What it held before is
// overwritten once the new one is on the disk; that reaches the old bytes on file systems that write in
// place, not on those that copy (btrfs, ZFS) nor on flash that moves blocks. Files beside it with a dot and
// six letters more are such as were being written when the machine stopped, and are overwritten and removed.
#pragma once

#include <filesystem>

#include "foundation/base/result.hpp"
#include "overlay/circuit/circuit_keys.hpp"

namespace qnet::circuit {

enum class KeyFileErrc {
  unreadable = 1,
  exposed,  ///< somebody else may read it: its keys are worth nothing
  unwritable,
};

[[nodiscard]] inline const char* error_domain(KeyFileErrc) { return "circuit keys"; }
[[nodiscard]] std::string_view describe(KeyFileErrc code);

[[nodiscard]] std::filesystem::path circuit_key_file(const std::filesystem::path& folder);

/// For one relay in one process: nothing here keeps two from one folder.
class KeptCircuitKeys {
 public:
  struct Limits {
    /// A disk that takes nothing is not tried more often.
    static constexpr std::chrono::minutes retry{1};
  };

  /// Reads them and brings them up to date. A file that is damaged, or another relay's, is replaced: its loss
  /// costs hours of some clients, while a relay that does not start costs all. The folder must be there.
  [[nodiscard]] static base::Result<KeptCircuitKeys> open(const std::filesystem::path& folder,
                                                          const peer::PeerId& relay, WallTime now,
                                                          base::RandomSource& random);

  /// At keys().next_deadline(), and at any other time. When the file cannot be written, the keys go on
  /// without it, and what published() tells does not grow.
  [[nodiscard]] base::Result<void> refresh(WallTime now, base::RandomSource& random);

  /// What the descriptor may tell: the current key and the next one, and only those that are on the disk.
  [[nodiscard]] std::vector<PublishedKey> published() const;
  [[nodiscard]] const CircuitKeys& keys() const { return keys_; }
  /// A file was there that could not be used.
  [[nodiscard]] bool replaced_a_file() const { return replaced_; }

 private:
  KeptCircuitKeys(std::filesystem::path file, const peer::PeerId& relay)
      : file_(std::move(file)), relay_(relay), keys_(relay) {}
  [[nodiscard]] base::Result<void> read();
  [[nodiscard]] base::Result<void> write();
  void remember_what_is_durable();

  std::filesystem::path file_;
  peer::PeerId relay_;
  CircuitKeys keys_;
  std::vector<crypto::X25519Public> durable_;
  bool changed_ = false;  // since the file was written
  bool replaced_ = false;
  std::optional<WallTime> failed_;  // the last attempt to write it, when that failed
};

}  // namespace qnet::circuit
