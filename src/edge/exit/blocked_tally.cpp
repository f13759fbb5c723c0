#include "edge/exit/blocked_tally.hpp"

#include "foundation/base/utc_time.hpp"

namespace qnet::exit {

namespace {

std::string line_of(const std::string& minute, std::string_view reason, std::string_view kind,
                    std::uint64_t times) {
  auto line = minute;
  line.append(" reason=").append(reason).append(" destination=\"").append(kind);
  line.append("\" times=").append(std::to_string(times)).append("\n");
  return line;
}

}  // namespace

void BlockedTally::add(Refusal reason, std::string kind) {
  std::pair key(reason, std::move(kind));
  if (const auto known = counts_.find(key); known != counts_.end())
    ++known->second;
  else if (counts_.size() < BlockedLimits::kinds)
    counts_.emplace(std::move(key), 1);
  else
    ++others_;
}

std::string BlockedTally::take(std::chrono::system_clock::time_point minute) {
  const auto time = base::utc_text_to_minute(minute);
  std::string lines;
  for (const auto& [key, times] : counts_) lines += line_of(time, label(key.first), key.second, times);
  if (others_ > 0) lines += line_of(time, "several", "further kinds", others_);
  counts_.clear();
  others_ = 0;
  return lines;
}

}  // namespace qnet::exit
