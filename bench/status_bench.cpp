// What one answer of /status costs: the whole JSON, with advice and what happened.
#include <benchmark/benchmark.h>

#include "control/status.hpp"
#include "control/status_json.hpp"

namespace {

qnet::control::Status client_with(std::size_t circuits) {
  qnet::control::Status status;
  status.helper_mode = "client";
  status.state = qnet::control::State::connected;
  status.path.emplace();
  status.path->hops = 3;
  status.path->came_back = status.path->stands = true;
  const qnet::control::Hop hop{"198.51.100.7:443", "SE", "www.example.org"};
  for (std::size_t i = 0; i < circuits; ++i)
    status.path->circuits.push_back(
        {{hop, hop, hop}, "ready", 2, std::chrono::seconds(61), std::chrono::microseconds(123'456)});
  status.rates.up.assign(60, 1000);
  status.rates.down.assign(60, 100'000);
  status.happened.assign(50, {std::chrono::system_clock::now(), "exit", {{"address", "198.51.100.7"}}});
  return status;
}

void status_json(benchmark::State& state) {
  const auto status = client_with(static_cast<std::size_t>(state.range(0)));
  for (auto run : state) benchmark::DoNotOptimize(qnet::control::status_json(status));
}
BENCHMARK(status_json)->Arg(4)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
