#include "network/path/guard_keeping.hpp"

#include <utility>

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
  if (again_ && now < *again_ && !last) {
    due_ = again_;
    return false;
  }
  const bool only_counts = without_counts(sample) == without_counts(kept_);
  if (only_counts && !last) {
    if (!due_) due_ = now + GuardLimits::counts_kept;
    if (now < *due_) return false;
  }
  due_.reset();
  again_.reset();
  before_ = std::exchange(kept_, sample);
  return true;
}

void GuardKeeping::failed(SteadyTime now) {
  kept_ = std::move(before_);
  due_ = again_ = now + GuardLimits::written_again;
}

}  // namespace qnet::path
