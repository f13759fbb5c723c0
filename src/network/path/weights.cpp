#include "network/path/weights.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qnet::path {

namespace {

/// A relay that was measured as dead may be drawn, if nearly never: the measurement may be wrong.
constexpr double kLeast = 1;

double capped_by_declared(double rate, const Bandwidth& relay) {
  if (relay.declared != 0) rate = std::min(rate, static_cast<double>(relay.declared));
  return std::max(rate, kLeast);
}

/// What the unmeasured get: the rate that a quarter of the measured ones do not reach. Without any measured
/// one, all get the same.
double unmeasured_rate(std::vector<double> measured) {
  if (measured.empty()) return kLeast;
  const auto place =
      static_cast<std::size_t>(static_cast<double>(measured.size() - 1) * WeightLimits::unmeasured_place);
  std::ranges::nth_element(measured, measured.begin() + static_cast<std::ptrdiff_t>(place));
  return measured[place];
}

/// Cuts what is above a share of the whole, as often as needed until nobody has more.
void cap_shares(std::vector<double>& rates) {
  const auto count = static_cast<double>(rates.size());
  const auto share =
      std::max(std::clamp(WeightLimits::even_shares / count, WeightLimits::share, WeightLimits::small_share),
               1 / count);
  auto sorted = rates;
  std::ranges::sort(sorted, std::ranges::greater());
  double below = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  // With the k largest cut to c, c is the share of the whole when c = share × (k × c + below).
  for (std::size_t cut = 0; cut < sorted.size(); ++cut) {
    const auto left = 1 - share * static_cast<double>(cut);
    if (left <= share / 2) break;  // so many have the share that nobody else is left: all are alike
    const auto cap = share * below / left;
    if (sorted[cut] <= cap) {
      for (auto& rate : rates) rate = std::min(rate, cap);
      return;
    }
    below -= sorted[cut];
  }
  std::ranges::fill(rates, 1.0);
}

}  // namespace

std::vector<double> rates_of(std::span<const Bandwidth> relays) {
  std::vector<double> measured;
  for (const auto& relay : relays)
    if (relay.measured) measured.push_back(capped_by_declared(static_cast<double>(*relay.measured), relay));
  const auto of_measured = std::accumulate(measured.begin(), measured.end(), 0.0);
  const bool none_measured = measured.empty();
  const auto low = unmeasured_rate(std::move(measured));

  std::vector<double> rates;
  double of_unmeasured = 0;
  for (const auto& relay : relays) {
    rates.push_back(none_measured ? kLeast
                                  : capped_by_declared(
                                        relay.measured ? static_cast<double>(*relay.measured) : low, relay));
    if (!relay.measured) of_unmeasured += rates.back();
  }
  if (none_measured) return rates;
  constexpr auto beside = WeightLimits::unmeasured_share / (1 - WeightLimits::unmeasured_share);
  const auto scale = of_unmeasured > 0 ? std::min(1.0, of_measured * beside / of_unmeasured) : 1.0;
  for (std::size_t i = 0; i < relays.size(); ++i)
    if (!relays[i].measured) rates[i] *= scale;
  return rates;
}

double part_of_exits(double exits, double all) {
  if (exits <= 0) return 1;
  return std::clamp((exits - all * WeightLimits::exits_part) / exits, WeightLimits::scarcest_exit, 1.0);
}

std::vector<std::uint32_t> weights_of(std::span<const Bandwidth> relays) {
  auto rates = rates_of(relays);
  for (std::size_t i = 0; i < relays.size(); ++i) rates[i] *= relays[i].part;
  cap_shares(rates);
  const auto all = std::accumulate(rates.begin(), rates.end(), 0.0);
  std::vector<std::uint32_t> weights;
  for (const auto rate : rates)
    weights.push_back(
        std::max(1U, static_cast<std::uint32_t>(rate / all * static_cast<double>(WeightLimits::whole))));
  return weights;
}

std::optional<std::size_t> draw(std::span<const std::uint32_t> weights, base::RandomSource& random) {
  const auto all = std::accumulate(weights.begin(), weights.end(), std::uint32_t{0});
  if (all == 0) return std::nullopt;
  auto left = random.below(all);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (left < weights[i]) return i;
    left -= weights[i];
  }
  return std::nullopt;  // never reached: the weights sum up to `all`
}

}  // namespace qnet::path
