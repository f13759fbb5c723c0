#include "node/part.hpp"

#include <span>

namespace qnet::node {

base::Result<void> PartList::start() {
  for (const auto& part : parts_) {
    if (auto done = part->start(); !done) {
      stop(nullptr);
      finish();
      return done;
    }
    ++started_;
  }
  return {};
}

void PartList::join() {
  if (stopped_) return;
  for (const auto& part : parts_) part->join();
}

void PartList::fill(control::Status& status) const {
  for (const auto& part : std::span(parts_).first(started_)) part->fill(status);
}

void PartList::stop(const Farewell& farewell) {
  stopped_ = true;
  for (auto i = started_; i-- > 0;) parts_[i]->stop(farewell);
}

void PartList::finish() {
  for (; started_ > 0; --started_) parts_[started_ - 1]->finish();
}

}  // namespace qnet::node
