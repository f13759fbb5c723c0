#include "node/relay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "mesh/connect_message.hpp"
#include "session/stream.hpp"

namespace qnet::node {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

control::Exit exit_counters(const exit::Service& service) {
  const auto& counted = service.counters();
  control::Exit shown{service.open(), counted.connected, {}, counted.failed_in_all()};
  for (std::size_t i = 0; i < exit::kRefusals; ++i) {
    const auto reason = static_cast<exit::Refusal>(i);
    if (const auto count = counted.refused_by(reason); count > 0)
      shown.refused.emplace(exit::label(reason), count);
  }
  return shown;
}

}  // namespace

base::Result<std::unique_ptr<Relay>> Relay::start(IoPool& pool, RelayConfig config,
                                                  base::RandomSource& random) {
  auto acceptor = net::listen(pool.first(), config.listen);
  if (!acceptor) return base::forward_error(acceptor);
  return std::unique_ptr<Relay>(new Relay(pool, std::move(config), std::move(*acceptor), random));
}

Relay::Relay(IoPool& pool, RelayConfig config, net::tcp::acceptor acceptor, base::RandomSource& random)
    : pool_(pool),
      config_(std::move(config)),
      acceptor_(std::move(acceptor)),
      random_(random),
      replays_(random),
      journal_(config_.state_dir),
      gate_({config_.identity.noise.clone(), {}, {}}, replays_),
      keeper_(std::make_shared<MirrorKeeper>(pool.first().get_executor(), config_.origin, config_.state_dir,
                                             gate_, random)) {
  journal_.restore(replays_,
                   std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now()));
  if (config_.exit) exit_ = std::make_unique<exit::Service>(std::move(*config_.exit));
  for (std::size_t core = 0; core < pool_.size(); ++core)
    covers_.push_back(std::make_unique<CoverGate>(gate_, journal_, config_.origin, protocols_for(core),
                                                  random_, counters_));
  asio::co_spawn(pool_.first(), accept(), asio::detached);
}

Relay::~Relay() = default;

session::Protocols Relay::protocols_for(std::size_t core) {
  const auto handle = exit_ ? exit_->handler(pool_.at(core)) : exit::refuse_all();
  return {{mesh::kConnectProtocol,
           [counters = counters_, handle](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
             // The session that owns this function may end first.
             const auto shared = counters;  // NOLINT(performance-unnecessary-copy-initialization)
             const Gauge open(shared, &Counters::streams_open);
             co_await handle(std::move(stream), shared->traffic);
           }}};
}

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
  keeper_->fill(status);
  status.peer_id = config_.identity.peer_id().to_text();
  status.listen_address = net::to_text(config_.listen);
  if (counters_->origin_lost)
    status.problem = "The cover origin cannot be reached, so strangers are turned away.";
  auto& counters = status.counters;
  counters.sessions_open += static_cast<std::uint64_t>(counters_->sessions_open.load());
  counters.streams_open += static_cast<std::uint64_t>(counters_->streams_open.load());
  counters.bytes_up += counters_->traffic.up;
  counters.bytes_down += counters_->traffic.down;
  counters.handshakes = control::Handshakes{counters_->accepted, counters_->spliced, counters_->replayed,
                                            counters_->clock_skewed, counters_->failed};
  if (exit_) counters.exit = exit_counters(*exit_);
}

}  // namespace qnet::node
