// The request that travels with a circuit's first message, on a cold start (docs/spec/path.md, "The pool").
#include <utility>

#include "network/path/circuits.hpp"

namespace qnet::path {

/// Just before the message is made: what waits by then may go with it.
void Circuits::carry_early(CircuitNumber number) {
  const auto request = pool_.take_early(number, std::chrono::steady_clock::now());
  if (!request) return;
  const auto waiter = waiters_.find(*request);
  const auto found = circuits_.find(number);
  const auto early = waiter == waiters_.end() ? nullptr : waiter->second->early.lock();
  if (early && found != circuits_.end()) {
    found->second.early_for = request;
    found->second.build->carry(*early);
  }
  perform();
}

/// Of a request that is answered now. Where another circuit serves it, the stream is reset: its exit gives up
/// what it has begun.
std::shared_ptr<Circuits::EarlyStream> Circuits::early_of(RequestNumber request,
                                                          std::optional<CircuitNumber> circuit) {
  for (auto& [number, one] : circuits_) {
    if (one.early_for != request) continue;
    one.early_for.reset();
    one.build->carry_nothing();
    auto stream = one.build->take_early();
    if (number == circuit && stream) return std::make_shared<EarlyStream>(std::move(stream));
    return nullptr;
  }
  return nullptr;
}

}  // namespace qnet::path
