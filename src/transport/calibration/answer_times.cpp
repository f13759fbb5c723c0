#include "transport/calibration/answer_times.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace qnet::calibration {

namespace {

using Times = std::vector<std::chrono::microseconds>;

std::pair<std::uint16_t, std::uint16_t> work_of(const htx::MirrorProfile& profile) {
  return {profile.group, profile.cipher_suite};
}

/// A file with a longer one could not be read: somebody's pause at that moment, which no answer should have.
bool is_usual(std::chrono::microseconds time) { return time <= htx::kLongestAnswer; }

void add(Times& times, const Times& more) {
  const auto room = kAnswerTimes - std::min(times.size(), kAnswerTimes);
  const auto count = std::min(room, more.size());
  times.insert(times.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void share_answer_times(std::span<htx::MirrorProfile> round, const htx::MirrorProfiles& older) {
  const auto is_older = [&](const htx::MirrorProfile& profile) {
    return std::ranges::any_of(older.all(), [&](const auto& one) { return *one == profile; });
  };
  for (auto& profile : round) std::erase_if(profile.answer_after, std::not_fn(is_usual));
  std::map<std::pair<std::uint16_t, std::uint16_t>, Times> measured;
  for (const auto& profile : round)
    if (!is_older(profile)) {
      auto& times = measured[work_of(profile)];
      times.insert(times.end(), profile.answer_after.begin(), profile.answer_after.end());
    }
  for (auto& profile : round) {
    if (is_older(profile)) continue;
    // Its own first: those of the others may be more than there is room for.
    auto others = measured[work_of(profile)];
    for (const auto own : profile.answer_after)
      if (const auto at = std::ranges::find(others, own); at != others.end()) others.erase(at);
    add(profile.answer_after, others);
    for (const auto& one : older.all())
      if (one->name == profile.name) add(profile.answer_after, one->answer_after);
  }
}

}  // namespace qnet::calibration
