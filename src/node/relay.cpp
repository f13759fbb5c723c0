#include "node/relay.hpp"

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/base/utc_time.hpp"
#include "node/relay_services.hpp"
#include "transport/htx/wall_clock.hpp"

namespace qnet::node {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

void show_mirror(control::Status& status, const MirrorFacts& mirror) {
  status.connection = mirror.ready ? control::Connection::connected : control::Connection::calibrating;
  status.since = mirror.since;
  if (!mirror.problem) return;
  status.problem = fmt::format("The cover origin could not be measured: {}.", mirror.problem->message());
  if (mirror.measured)
    status.problem += fmt::format(" What was measured at {} is used.", base::utc_text(*mirror.measured));
}

}  // namespace

base::Result<std::unique_ptr<Relay>> Relay::start(net::IoPool& pool, RelayConfig config,
                                                  base::RandomSource& random) {
  auto acceptor = net::listen(pool.first(), config.listen);
  if (!acceptor) return base::forward_error(acceptor);
  return std::unique_ptr<Relay>(new Relay(pool, std::move(config), std::move(*acceptor), random));
}

Relay::Relay(net::IoPool& pool, RelayConfig config, net::tcp::acceptor acceptor, base::RandomSource& random)
    : pool_(pool),
      config_(std::move(config)),
      acceptor_(std::move(acceptor)),
      random_(random),
      replays_(random),
      journal_(config_.state_dir),
      gate_({config_.identity.noise.clone(), {}, {}}, replays_),
      keeper_(std::make_shared<MirrorKeeper>(pool.first().get_executor(), config_.origin, config_.state_dir,
                                             gate_, random)) {
  journal_.restore(replays_, htx::wall_clock());
  if (config_.exit) exit_ = std::make_unique<exit::Service>(std::move(*config_.exit));
  for (std::size_t core = 0; core < pool_.size(); ++core)
    covers_.push_back(
        std::make_unique<CoverGate>(gate_, journal_, config_.origin,
                                    relay_protocols(config_.identity.peer_id(), exit_.get(),
                                                    config_.directory, pool_.at(core), counters_),
                                    random_, counters_));
  asio::co_spawn(pool_.first(), accept(), asio::detached);
}

Relay::~Relay() = default;

net::Task<void> Relay::accept() {
  asio::steady_timer pause(acceptor_.get_executor());
  // A client in the same process lives on the first core: begin with the next one.
  std::size_t next = 1;
  while (acceptor_.is_open()) {
    if (counters_->connections_open.load(std::memory_order_relaxed) >=
        static_cast<std::int64_t>(CoverLimits::connections)) {
      pause.expires_after(kAcceptPause);
      (void)co_await pause.async_wait(kAwait);
      continue;
    }
    const auto core = next++ % pool_.size();
    auto [error, accepted] = co_await acceptor_.async_accept(pool_.at(core), kAwait);
    if (!error) {
      asio::co_spawn(
          pool_.at(core),
          [cover = covers_[core].get(), socket = std::move(accepted)]() mutable {
            return cover->serve(std::move(socket));
          },
          asio::detached);
    } else if (acceptor_.is_open()) {
      pause.expires_after(kAcceptPause);
      (void)co_await pause.async_wait(kAwait);
    }
  }
}

void Relay::mirror(std::function<void(base::Error)> unsuitable) { keeper_->start(std::move(unsuitable)); }

void Relay::stop() {
  keeper_->stop();
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (std::size_t core = 0; core < covers_.size(); ++core)
    asio::post(pool_.at(core), [cover = covers_[core].get()] { cover->close_sessions(); });
}

void Relay::fill(control::Status& status) const {
  show_mirror(status, keeper_->facts());
  status.peer_id = config_.identity.peer_id().to_text();
  status.listen_address = net::to_text(config_.listen);
  if (counters_->origin_lost)
    status.problem = "The cover origin cannot be reached, so strangers are turned away.";
  fill_counters(status.counters, *counters_, exit_.get());
}

}  // namespace qnet::node
