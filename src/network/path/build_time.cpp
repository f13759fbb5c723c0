#include "network/path/build_time.hpp"

#include <algorithm>
#include <vector>

namespace qnet::path {

namespace {

void keep(std::deque<bool>& late, bool one) {
  late.push_back(one);
  if (late.size() > BuildTimeLimits::judged) late.pop_front();
}

}  // namespace

void BuildTimes::built_in(std::chrono::milliseconds time) {
  keep(late_, false);
  times_.push_back(std::clamp(time, std::chrono::milliseconds(0), BuildTimeLimits::longest));
  if (times_.size() > BuildTimeLimits::kept) times_.pop_front();
}

void BuildTimes::failed_in_time() { keep(late_, false); }

void BuildTimes::timed_out() {
  const auto before = time_out();
  keep(late_, true);
  if (static_cast<std::size_t>(std::ranges::count(late_, true)) < BuildTimeLimits::too_many) return;
  late_.clear();
  times_.clear();
  unknown_ = std::min(std::max(before * 2, BuildTimeLimits::unknown), BuildTimeLimits::longest);
}

std::chrono::milliseconds BuildTimes::time_out() const {
  if (times_.size() < BuildTimeLimits::fewest) return unknown_;
  std::vector<std::chrono::milliseconds> sorted(times_.begin(), times_.end());
  const auto place =
      static_cast<std::ptrdiff_t>(static_cast<double>(sorted.size() - 1) * BuildTimeLimits::quantile);
  std::ranges::nth_element(sorted, sorted.begin() + place);
  const auto quantile = sorted[static_cast<std::size_t>(place)];
  const std::chrono::duration<double, std::milli> learned = quantile * BuildTimeLimits::margin;
  return std::clamp(std::chrono::round<std::chrono::milliseconds>(learned), BuildTimeLimits::shortest,
                    BuildTimeLimits::longest);
}

std::chrono::milliseconds BuildTimes::usual() const {
  return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double, std::milli>(time_out()) /
                                                       BuildTimeLimits::margin);
}

}  // namespace qnet::path
