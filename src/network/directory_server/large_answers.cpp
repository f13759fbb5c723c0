#include "network/directory_server/large_answers.hpp"

namespace qnet::directory {

std::shared_ptr<const void> LargeAnswers::begin(std::uint64_t client) {
  {
    const std::scoped_lock lock(mutex_);
    if (in_all_ >= LargeAnswerLimits::in_all) return nullptr;
    auto& count = of_client_[client];
    if (count >= LargeAnswerLimits::per_client) return nullptr;
    ++count;
    ++in_all_;
  }
  return {this, [self = shared_from_this(), client](const void*) { self->end(client); }};
}

unsigned LargeAnswers::under_way() const {
  const std::scoped_lock lock(mutex_);
  return in_all_;
}

void LargeAnswers::end(std::uint64_t client) {
  const std::scoped_lock lock(mutex_);
  --in_all_;
  const auto found = of_client_.find(client);
  if (--found->second == 0) of_client_.erase(found);
}

}  // namespace qnet::directory
