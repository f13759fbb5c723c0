// What circuits tell the guards, and what becomes of it.
#include "network/path/circuits.hpp"

namespace qnet::path {

namespace {
SteadyTime steady_now() { return std::chrono::steady_clock::now(); }
}  // namespace

void Circuits::update_guards() {
  const auto time = now();
  if (list_) guards_.update(list_->table, time, list_->fits(time.wall));
}

void Circuits::keep_guards(bool last) {
  if (no_guards_ || !hooks_.keep) return;
  const auto sample = guards_.sample();
  if (!keeping_.take(sample, last, steady_now())) return;
  const auto done = hooks_.keep(sample);
  if (!done) keeping_.failed(steady_now());
  problems_.guard_file(done ? std::nullopt : std::optional(done.error()));
}

/// A request that waits has no reason to wait for the end of a pause.
void Circuits::guard_stands(const peer::PeerId& guard) {
  if (stopped_ || !guards_.fails(guard)) return;
  pool_.reconsider(steady_now());
  perform();
}

void Circuits::guard_dialled(const peer::PeerId& guard, bool well) {
  if (stopped_) return;
  bool returned = false;
  if (well)
    returned = guards_.answered(guard, now());
  else
    guards_.failed(guard, now());
  update_guards();
  if (returned) pool_.reconsider(steady_now());
  // The answer of an operator tells whether the guard fails, or the network.
  if (!well) hooks_.unsatisfied();
  perform();
}

void Circuits::dial_due_guards() {
  if (!list_ || !links_) return;
  for (const auto& offer : guards_.due(now())) {
    auto address = list_->address_of(offer.peer, offer.attempt);
    if (address) {
      links_->dial(offer.peer, offer.attempt, std::move(*address));
      continue;
    }
    guards_.begun(offer.peer);
    guards_.failed(offer.peer, now());
  }
}

}  // namespace qnet::path
