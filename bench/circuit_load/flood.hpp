// First messages at a rate, of which most mean nothing.
#pragma once

#include <array>
#include <chrono>
#include <string>

#include "circuit_load/clients.hpp"

namespace qnet::load {

struct FloodOptions {
  /// rubbish, replay, wrong-key, old, mixed (of these in turn), or valid.
  std::string kind;
  std::size_t per_second = 0;
  std::chrono::seconds time{};
  std::size_t sessions = 0;
};

struct FloodResult {
  std::size_t sent = 0;
  /// By the first byte of the answer; the last: no answer came.
  std::array<std::size_t, 5> answers{};
  double seconds = 0;
};

net::Task<FloodResult> flood(Clients& clients, FloodOptions options);

}  // namespace qnet::load
