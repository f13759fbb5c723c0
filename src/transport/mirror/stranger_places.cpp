#include "transport/mirror/stranger_places.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "transport/link/listener.hpp"

namespace qnet::mirror {

std::size_t places_for_strangers(std::size_t open_files) {
  constexpr auto most = link::ListenerLimits::connections / 4 * 3;
  return std::min(most, open_files / 4);
}

std::optional<StrangerPlaces::Place> StrangerPlaces::take() {
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0;
  return take(places_for_strangers(known ? limit.rlim_cur : std::numeric_limits<std::size_t>::max()));
}

std::optional<StrangerPlaces::Place> StrangerPlaces::take(std::size_t places) {
  auto taken = taken_->load(std::memory_order_relaxed);
  do {
    if (taken >= places) return std::nullopt;
  } while (!taken_->compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
  return Place(taken_);
}

}  // namespace qnet::mirror
