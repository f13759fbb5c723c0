#include "node/web_proof.hpp"

#include <algorithm>

namespace qnet::node {

void WebProof::prove() {
  proven_ = true;
  failures_ = 0;
  asked_since_.reset();
}

void WebProof::start_anew() {
  proven_ = false;
  failures_ = 0;
  next_check_ = {};
  asked_since_.reset();
}

void WebProof::look(bool stands, std::uint64_t up, std::uint64_t down, TimePoint now) {
  if (!stands && stands_) start_anew();
  stands_ = stands;
  const bool came = down != down_;
  const bool went = up != up_;
  up_ = up;
  down_ = down;
  if (!stands) return;
  if (came) return prove();
  if (went && !asked_since_) asked_since_ = now;
  if (!asked_since_ || now - *asked_since_ < WebProofLimits::silence) return;
  proven_ = false;
  asked_since_.reset();
}

bool WebProof::wants_check(TimePoint now) const {
  return stands_ && !proven_ && !checking_ && now >= next_check_;
}

void WebProof::check_began(TimePoint now) {
  checking_ = true;
  const auto doubled = WebProofLimits::pause * (1 << std::min(failures_, 6));
  next_check_ = now + std::min<std::chrono::seconds>(doubled, WebProofLimits::longest_pause);
}

void WebProof::check_ended(bool came_back, TimePoint now) {
  checking_ = false;
  if (came_back && stands_) return prove();
  ++failures_;
  next_check_ = std::max(next_check_, now + WebProofLimits::pause);
}

}  // namespace qnet::node
