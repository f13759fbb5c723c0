#include "edge/proxy/negotiation.hpp"

#include "edge/proxy/detect.hpp"

namespace qnet::proxy {

Negotiation::Step Negotiation::feed(base::ByteView bytes) {
  if (unknown_) return {{}, Refuse{}};
  if (bytes.empty() && !dialogue_) return {{}, NeedMore{}};
  if (!dialogue_) dialogue_ = detect_protocol(bytes.front(), credentials_);
  if (!dialogue_) {
    unknown_ = true;
    return {bytes.front() == kSocks4 ? socks4_rejection() : base::Bytes{}, Refuse{}};
  }
  dialogue_->feed(bytes);
  Step step{dialogue_->take_output(), NeedMore{}};
  if (dialogue_->state() == Dialogue::State::requested) step.outcome = Request{dialogue_->destination()};
  if (dialogue_->state() == Dialogue::State::refused) step.outcome = Refuse{};
  return step;
}

base::Bytes Negotiation::reply(peer::ConnectStatus status) const {
  if (!dialogue_ || dialogue_->state() != Dialogue::State::requested) return {};
  return dialogue_->reply(status);
}

base::ByteView Negotiation::rest() const {
  if (!dialogue_ || dialogue_->state() != Dialogue::State::requested) return {};
  return dialogue_->rest();
}

}  // namespace qnet::proxy
