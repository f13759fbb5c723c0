#include "circuit_load/flood.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/pump.hpp"
#include "network/directory/clock.hpp"
#include "overlay/circuit/opening.hpp"

namespace qnet::load {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

/// Makes the first bytes of streams. All are made before the flood begins, as that costs more than it.
class Openings {
 public:
  Openings(Clients& clients, const FloodOptions& options) : clients_(clients) {
    const bool mixed = options.kind == "mixed";
    const auto all = options.per_second * static_cast<std::size_t>(options.time.count());
    if (options.kind == "valid") {
      for (std::size_t n = 0; n < all; ++n) made_.push_back(sealed({}));
      return;
    }
    for (std::size_t n = 0; n < 64; ++n) {
      if (mixed || options.kind == "rubbish") made_.push_back(rubbish());
      if (mixed || options.kind == "wrong-key") made_.push_back(sealed({}, true));
      if (mixed || options.kind == "old") made_.push_back(sealed(std::chrono::minutes(10)));
      if (mixed || options.kind == "replay") made_.push_back(sealed({}));
    }
  }
  [[nodiscard]] const base::Bytes& next() { return made_[next_++ % made_.size()]; }

 private:
  [[nodiscard]] static base::Bytes opening(base::Bytes message) {
    return circuit::Opening{circuit::Opening::Kind::create, peer::PeerId(crypto::Ed25519Public{}),
                            std::move(message)}
        .encode();
  }
  [[nodiscard]] base::Bytes rubbish() {
    base::Bytes message(circuit::CreationLimits::message);
    clients_.random().fill(message);
    return opening(std::move(message));
  }
  [[nodiscard]] base::Bytes sealed(std::chrono::seconds age, bool wrong_key = false) {
    auto hop = clients_.relay().hop;
    if (wrong_key) hop.circuit_key = crypto::X25519KeyPair::generate(clients_.random()).public_key;
    auto created = circuit::create(std::span(&hop, 1), directory::wall_now() - age, {}, clients_.random());
    return opening(created ? std::move(created->message) : base::Bytes());
  }

  Clients& clients_;
  std::vector<base::Bytes> made_;
  std::size_t next_ = 0;
};

net::Task<void> send_one(SessionPointer session, const base::Bytes& opening,
                         std::shared_ptr<FloodResult> result, std::shared_ptr<std::size_t> waiting) {
  auto stream = session->open(std::string(circuit::kCircuitProtocol), opening);
  std::size_t status = 4;
  if (stream) {
    base::Bytes answer(circuit::CreationLimits::answer);
    const auto got = co_await net::read_some(**stream, answer);
    if (got && *got > 0) status = std::min<std::size_t>(answer.front(), 4);
  }
  ++result->answers[status];
  --*waiting;
}

}  // namespace

net::Task<FloodResult> flood(Clients& clients, FloodOptions options) {
  const auto executor = co_await asio::this_coro::executor;
  std::vector<SessionPointer> sessions;
  for (std::size_t n = 0; n < options.sessions; ++n) {
    auto made = co_await clients.session(n);
    if (made) sessions.push_back(*made);
  }
  const auto result = std::make_shared<FloodResult>();
  if (sessions.empty()) co_return *result;
  Openings openings(clients, options);
  const auto waiting = std::make_shared<std::size_t>(0);
  asio::steady_timer timer(executor);
  const auto began = Clock::now();
  const auto all = options.per_second * static_cast<std::size_t>(options.time.count());
  for (auto now = began; now < began + options.time; now = Clock::now()) {
    const auto due =
        std::chrono::duration<double>(now - began).count() * static_cast<double>(options.per_second);
    for (; result->sent < std::min(all, static_cast<std::size_t>(due)); ++result->sent) {
      ++*waiting;
      asio::co_spawn(executor,
                     send_one(sessions[result->sent % sessions.size()], openings.next(), result, waiting),
                     asio::detached);
    }
    timer.expires_after(std::chrono::milliseconds(5));
    co_await timer.async_wait(asio::use_awaitable);
  }
  result->seconds = std::chrono::duration<double>(Clock::now() - began).count();
  for (int n = 0; n < 1000 && *waiting > 0; ++n) {
    timer.expires_after(std::chrono::milliseconds(10));
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return *result;
}

}  // namespace qnet::load
