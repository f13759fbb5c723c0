#include "network/directory/rates.hpp"

#include <algorithm>

namespace qnet::directory {

Rate low_median(std::vector<Rate> rates) {
  if (rates.empty()) return 0;
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>((rates.size() - 1) / 2);
  std::ranges::nth_element(rates, middle);
  return *middle;
}

Rate settled(Rate said, Rate found) {
  const auto [low, high] = std::minmax(said, found);
  const bool near = static_cast<double>(high - low) < MeasuredLimits::change * static_cast<double>(high);
  return said > 0 && found > 0 && near ? said : found;
}

void Measures::add(Rate rate, SteadyTime now) {
  if (count_ == rates_.size()) forget_oldest();
  rates_.at(count_++) = rate;
  note_attempt(now);
}

std::vector<Rate> Measures::rates() const {
  std::vector<Rate> counted(rates_.begin(), rates_.begin() + count_);
  const auto gave = [](Rate rate) { return rate != kGaveNothing; };
  if (few() && std::ranges::any_of(counted, gave)) std::erase(counted, kGaveNothing);
  return counted;
}

void Measures::forget_oldest() {
  std::ranges::rotate(rates_, rates_.begin() + 1);
  --count_;
}

void Measures::note_attempt(SteadyTime now) {
  if (few()) ++attempts_;
  last_ = now;
}

bool Measures::due(SteadyTime now) const {
  if (few()) return true;
  // A check that comes a little early must not be missed for that.
  return now - last_ >= MeasuredLimits::interval - MeasuredLimits::early;
}

}  // namespace qnet::directory
