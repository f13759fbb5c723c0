#include "overlay/measure/run.hpp"

#include <algorithm>

namespace qnet::measure {

namespace {

double rate_of(std::uint64_t bytes, TimePoint::duration lasted) {
  const auto counted = std::max<TimePoint::duration>(lasted, RunLimits::shortest);
  return static_cast<double>(bytes) / std::chrono::duration<double>(counted).count();
}

}  // namespace

void Transfer::got(std::uint64_t bytes, TimePoint now) {
  received_ += std::min(bytes, left());
  last_ = now;
  if (at_half_ == 0 && received_ >= bytes_ / 2) {
    at_half_ = received_;
    half_at_ = now;
  }
}

std::optional<std::uint64_t> Transfer::rate() const {
  if (received_ == 0) return std::nullopt;
  auto rate = rate_of(received_, last_ - begun_);
  if (at_half_ > 0 && received_ > at_half_)
    rate = std::min(rate, rate_of(received_ - at_half_, last_ - half_at_));
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rate), 1, RunLimits::highest);
}

std::optional<std::uint64_t> Transfers::next() {
  if (over_ || done_ >= steps_) return std::nullopt;
  const auto step = RunLimits::steps.at(done_);
  return step + random_.below(static_cast<std::uint32_t>(step / RunLimits::more));
}

void Transfers::took(const Transfer& transfer) {
  ++done_;
  over_ = transfer.left() > 0 || transfer.shows_rate() || done_ == steps_;
  if (over_) rate_ = transfer.rate();
}

}  // namespace qnet::measure
