// A file of one day's lines: FILE of today (UTC), and FILE.2026-11-27 of days before, for so many days.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string_view>

#include "foundation/base/append_file.hpp"

namespace qnet::logging {

struct DailyLimits {
  unsigned days = 7;                                 ///< with today
  std::size_t bytes = std::size_t{4} * 1024 * 1024;  ///< of a day; what is more is not written
};

/// Each of its files is its owner's alone (0600). For one thread at a time, and for one process.
class DailyFile {
 public:
  using TimePoint = std::chrono::system_clock::time_point;

  explicit DailyFile(std::filesystem::path file, const DailyLimits& limits = {})
      : file_(std::move(file)), limits_(limits) {}

  /// Writes whole lines to today's file. Gives 0, or errno; EFBIG when today's file is full.
  [[nodiscard]] int append(std::string_view lines, TimePoint now);
  /// Puts yesterday's file aside, and removes what is too old. Costs nothing on the same day.
  void begin_day(TimePoint now);

 private:
  void put_aside();
  void remove_old(TimePoint now) const;

  std::filesystem::path file_;
  DailyLimits limits_;
  base::AppendFile open_;
  std::chrono::sys_days day_{};  // what file_ is of; 1970 until it was looked at
};

}  // namespace qnet::logging
