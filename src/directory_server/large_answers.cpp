#include "directory_server/large_answers.hpp"

namespace qnet::directory {

std::shared_ptr<const void> LargeAnswers::begin(std::uint64_t asker) {
  {
    const std::scoped_lock lock(mutex_);
    if (in_all_ >= LargeAnswerLimits::in_all) return nullptr;
    auto& count = of_asker_[asker];
    if (count >= LargeAnswerLimits::per_asker) return nullptr;
    ++count;
    ++in_all_;
  }
  return {this, [self = shared_from_this(), asker](const void*) { self->end(asker); }};
}

unsigned LargeAnswers::under_way() const {
  const std::scoped_lock lock(mutex_);
  return in_all_;
}

void LargeAnswers::end(std::uint64_t asker) {
  const std::scoped_lock lock(mutex_);
  --in_all_;
  const auto found = of_asker_.find(asker);
  if (--found->second == 0) of_asker_.erase(found);
}

}  // namespace qnet::directory
