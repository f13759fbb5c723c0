// Which requests that wait are answered, and how.
#include <utility>

#include "overlay/uplink/policy.hpp"

namespace qnet::uplink {

void Policy::answer_all(const std::optional<base::Error>& error) {
  for (const auto& request : std::exchange(requests_, {}))
    actions_.emplace_back(Answer{request.number, error});
}

/// A round has failed: requests from before its last failure need not wait for the next round.
void Policy::refuse_since_failure() {
  if (!problem_ || problem_->kind != Problem::Kind::dial_failed) return;
  while (!requests_.empty() && requests_.front().asked <= problem_->at) {
    actions_.emplace_back(Answer{requests_.front().number, problem_->error});
    requests_.pop_front();
  }
}

void Policy::expire_requests(TimePoint now) {
  const base::Error error = problem_ ? problem_->error : base::Error(Errc::timed_out);
  while (!requests_.empty() && requests_.front().deadline <= now) {
    actions_.emplace_back(Answer{requests_.front().number, error});
    requests_.pop_front();
  }
}

}  // namespace qnet::uplink
