#include "node/rate_reporter.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/base/retry.hpp"

namespace qnet::node {

namespace asio = boost::asio;
using directory::RelayRate;

std::shared_ptr<RateReporter> RateReporter::start(const asio::any_io_executor& executor, Hooks hooks,
                                                  base::RandomSource& random, RateReporterLimits limits) {
  std::shared_ptr<RateReporter> made(new RateReporter(executor, std::move(hooks), random, limits));
  asio::co_spawn(executor, [made] { return made->keep_reporting(); }, asio::detached);
  return made;
}

void RateReporter::stop() {
  stopped_ = true;
  timer_.cancel();
}

net::Task<void> RateReporter::wait(std::chrono::milliseconds time) {
  if (stopped_) co_return;
  timer_.expires_after(time);
  (void)co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

net::Task<void> RateReporter::keep_reporting() {
  const auto self = shared_from_this();
  co_await wait(base::jittered(limits_.round / 2, limits_.round_jitter, random_));
  while (!stopped_) {
    auto rates = co_await measure_some();
    if (!stopped_ && !rates.empty()) co_await hooks_.report(std::move(rates));
    co_await wait(base::jittered(limits_.round, limits_.round_jitter, random_));
  }
}

net::Task<std::vector<RelayRate>> RateReporter::measure_some() {
  std::vector<RelayRate> rates;
  for (const auto& peer : hooks_.draw(limits_.relays)) {
    if (stopped_) break;
    if (const auto rate = co_await hooks_.measure(peer))
      rates.push_back({peer.key(), static_cast<directory::Rate>(*rate)});
    co_await wait(base::jittered(limits_.pause, limits_.pause_jitter, random_));
  }
  std::ranges::sort(rates, {}, &RelayRate::peer);
  co_return rates;
}

}  // namespace qnet::node
