#include "control/units.hpp"

#include <array>

#include <fmt/format.h>

namespace qnet::control {

using namespace std::chrono_literals;

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string duration_text(std::chrono::seconds time) {
  if (time < 1min) return fmt::format("{} s", time.count());
  if (time < 1h) return fmt::format("{} min {} s", time / 1min, (time % 1min).count());
  if (time < 24h) return fmt::format("{} h {} min", time / 1h, (time % 1h) / 1min);
  return fmt::format("{} d {} h", time / 24h, (time % 24h) / 1h);
}

}  // namespace qnet::control
