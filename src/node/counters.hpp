// What a relay counts besides its listeners. Numbers only: nothing here tells who came or where they went.
#pragma once

#include <atomic>
#include <cstdint>

#include "foundation/net/pump.hpp"

namespace qnet::node {

struct Counters {
  std::atomic<std::int64_t> streams_open{0};
  net::Traffic traffic;  ///< up is from peers, down is to them
};

}  // namespace qnet::node
