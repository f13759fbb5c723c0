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

void Measures::failed(SteadyTime now) {
  if (count_ > 0) forget_oldest();
  note_attempt(now);
}

void Measures::forget_oldest() {
  std::ranges::rotate(rates_, rates_.begin() + 1);
  --count_;
}

void Measures::note_attempt(SteadyTime now) {
  if (attempts_ < MeasuredLimits::first_measures) ++attempts_;
  last_ = now;
}

bool Measures::due(SteadyTime now) const {
  if (attempts_ < MeasuredLimits::first_measures) return true;
  // A check that comes a little early must not be missed for that.
  return now - last_ >= MeasuredLimits::interval - MeasuredLimits::early;
}

}  // namespace qnet::directory
