#include "overlay/measure/run.hpp"

#include <algorithm>

namespace qnet::measure {

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
  const bool halves = at_half_ > 0 && received_ > at_half_;
  const auto counted = halves ? received_ - at_half_ : received_;
  const auto lasted =
      std::max<TimePoint::duration>(last_ - (halves ? half_at_ : begun_), RunLimits::shortest);
  const auto seconds = std::chrono::duration<double>(lasted).count();
  const auto rate = static_cast<double>(counted) / seconds;
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rate), 1, RunLimits::highest);
}

std::optional<std::uint64_t> Transfers::next() {
  if (over_ || done_ >= std::min(steps_, RunLimits::steps.size())) return std::nullopt;
  const auto step = RunLimits::steps.at(done_);
  return step + random_.below(static_cast<std::uint32_t>(step / RunLimits::more));
}

void Transfers::took(const Transfer& transfer) {
  ++done_;
  if (const auto rate = transfer.rate()) rate_ = rate;
  over_ = transfer.left() > 0 || transfer.took() >= RunLimits::enough;
}

}  // namespace qnet::measure
