#include "transport/link/rests.hpp"

namespace qnet::link {

void Rests::begin(const std::string& host, std::uint16_t port, SteadyTime now) {
  until_.insert_or_assign({host, port}, now + base::jittered(length, jitter, random_));
}

bool Rests::lasts(const std::string& host, std::uint16_t port, SteadyTime now, WallTime wall) {
  if (clock_.jumped(wall, now)) until_.clear();
  std::erase_if(until_, [&](const auto& one) { return one.second <= now; });
  return until_.contains({host, port});
}

}  // namespace qnet::link
