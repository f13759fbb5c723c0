#include "node/circuit_keeper.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/wait_watching_clock.hpp"
#include "network/directory/clock.hpp"

namespace qnet::node {

namespace asio = boost::asio;
using directory::wall_now;

base::Result<std::shared_ptr<CircuitKeeper>> CircuitKeeper::start(asio::io_context& io,
                                                                  const std::filesystem::path& folder,
                                                                  const peer::PeerId& relay,
                                                                  base::RandomSource& random) {
  auto kept = circuit::KeptCircuitKeys::open(folder, relay, wall_now(), random);
  if (!kept) return base::forward_error(kept);
  if (kept->replaced_a_file())
    spdlog::warn(
        "the circuit keys in {} were damaged, or another relay's, and were replaced: clients with an "
        "older list cannot use this relay for some hours",
        folder.string());
  std::shared_ptr<CircuitKeeper> keeper(new CircuitKeeper(io, std::move(*kept), random));
  asio::co_spawn(io, [keeper] { return keeper->keep(); }, asio::detached);
  return keeper;
}

CircuitKeeper::CircuitKeeper(asio::io_context& io, circuit::KeptCircuitKeys kept, base::RandomSource& random)
    : kept_(std::move(kept)), random_(random), timer_(io) {
  show();
}

void CircuitKeeper::stop() {
  stopped_ = true;
  timer_.cancel();
}

std::vector<directory::CircuitKey> CircuitKeeper::published() {
  refresh();
  std::vector<directory::CircuitKey> keys;
  for (const auto& one : kept_.published()) keys.push_back({one.key, one.from, one.until});
  return keys;
}

/// One line for a series of failures, not one for each attempt.
void CircuitKeeper::refresh() {
  const auto done = kept_.refresh(wall_now(), random_);
  show();
  if (done)
    complained_ = false;
  else if (!std::exchange(complained_, true))
    spdlog::warn("{}: new circuit keys are told to nobody until it can", done.error().message());
}

void CircuitKeeper::show() {
  auto keys = std::make_shared<const std::vector<crypto::X25519KeyPair>>(kept_.keys().acceptable(wall_now()));
  const std::scoped_lock lock(mutex_);
  acceptable_ = std::move(keys);
}

circuit::Keys CircuitKeeper::acceptable() const {
  const std::scoped_lock lock(mutex_);
  return acceptable_;
}

std::chrono::milliseconds CircuitKeeper::pause() const {
  constexpr std::chrono::milliseconds kLongest = Limits::look;
  const auto due = kept_.keys().next_deadline().value_or(wall_now()) - std::chrono::system_clock::now();
  return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(due), std::chrono::milliseconds(1),
                    kLongest);
}

net::Task<void> CircuitKeeper::keep() {
  const auto self = shared_from_this();
  while (!stopped_) {
    (void)co_await net::wait_watching_clock(timer_, pause(), [this] { return stopped_; });
    if (!stopped_) refresh();
  }
}

}  // namespace qnet::node
