// The file in which an operator finds what their exit has refused: why, how often, and what kind of
// destination.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>

#include "edge/exit/blocked_tally.hpp"
#include "foundation/base/at_most_every.hpp"
#include "foundation/logging/daily_file.hpp"
#include "foundation/net/byte_stream.hpp"

namespace qnet::exit {

/// exit-blocked.log of today, and of the six days before (DailyFile). A minute's lines are written when it is
/// over, or when this is destroyed. For all threads: refusals are rare beside what is let through, so a lock
/// does no harm.
class BlockedLog {
 public:
  using TimePoint = std::chrono::system_clock::time_point;

  /// Makes the folder where there is none. What cannot be written is told in the program's log, once an hour.
  explicit BlockedLog(const std::filesystem::path& folder);
  BlockedLog(const BlockedLog&) = delete;
  BlockedLog& operator=(const BlockedLog&) = delete;
  ~BlockedLog();

  /// `kind` as destination_kind() has it.
  void add(Refusal reason, std::string kind, TimePoint now);
  /// Writes minutes that are over, and removes files that are too old.
  void tend(TimePoint now);

 private:
  void write();

  std::filesystem::path path_;
  std::mutex mutex_;
  logging::DailyFile file_;
  BlockedTally tally_;
  TimePoint minute_{};  // of what is in the tally
  base::AtMostEvery complaints_{std::chrono::hours(1)};
};

/// Calls tend() each minute, for as long as its io_context lives.
[[nodiscard]] net::Task<void> keep_tending(std::shared_ptr<BlockedLog> log);

}  // namespace qnet::exit
