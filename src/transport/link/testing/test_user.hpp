// A link's user for tests: gives what waits, keeps what comes.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "transport/link/link.hpp"

namespace qnet::link::testing {

/// Gives `waiting`, piece by piece, and keeps what it is given.
class TestUser final : public User {
 public:
  base::Result<void> take(base::ByteView bytes) override {
    taken += base::text_of(bytes);
    return refuses ? tl::unexpected(*refuses) : base::Result<void>();
  }
  std::size_t give(base::MutableBytes out) override {
    rooms.push_back(out.size());
    const auto count = std::min(out.size(), waiting.size());
    std::copy_n(waiting.begin(), count, out.begin());
    waiting.erase(0, count);
    return count;
  }
  std::string waiting;
  std::string taken;
  std::vector<std::size_t> rooms;
  std::optional<base::Error> refuses;  ///< what take() says then
};

}  // namespace qnet::link::testing
