#include "network/path/guard_keeping.hpp"

#include "network/path/limits.hpp"

namespace qnet::path {

namespace {

GuardSample without_counts(GuardSample sample) {
  for (auto& guard : sample.guards) guard.builds = {};
  return sample;
}

}  // namespace

bool GuardKeeping::take(const GuardSample& sample, bool last, SteadyTime now) {
  if (sample == kept_) {
    due_.reset();
    return false;
  }
  const bool only_counts = without_counts(sample) == without_counts(kept_);
  if (only_counts && !last) {
    if (!due_) due_ = now + GuardLimits::counts_kept;
    if (now < *due_) return false;
  }
  due_.reset();
  kept_ = sample;
  return true;
}

}  // namespace qnet::path
