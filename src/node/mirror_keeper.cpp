#include "node/mirror_keeper.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "calibration/error.hpp"
#include "htx/template.hpp"
#include "node/error.hpp"
#include "node/origin_visit.hpp"

namespace qnet::node {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
using ProfileResult = base::Result<htx::MirrorProfile>;

/// The visits of all templates, which go on side by side.
struct Round {
  explicit Round(const asio::any_io_executor& executor) : done(executor) {
    done.expires_at(std::chrono::steady_clock::time_point::max());
  }
  void take(ProfileResult result) {
    results.push_back(std::move(result));
    if (--open == 0) done.cancel();
  }
  asio::steady_timer done;
  std::size_t open = 0;
  std::vector<ProfileResult> results;
};

/// Templates whose hellos a server cannot tell apart need one profile.
std::vector<const htx::Template*> different_templates(base::RandomSource& random) {
  std::vector<const htx::Template*> chosen;
  std::set<std::string> shapes;
  for (const auto& browser : htx::builtin_templates())
    if (shapes.insert(shape_of(browser, random)).second) chosen.push_back(&browser);
  return chosen;
}

}  // namespace

net::Task<base::Result<std::vector<htx::MirrorProfile>>> calibrate_all(CoverOrigin origin,
                                                                       base::RandomSource& random) {
  const auto executor = co_await asio::this_coro::executor;
  const auto round = std::make_shared<Round>(executor);
  const auto templates = different_templates(random);
  round->open = templates.size();
  for (const auto* const browser : templates)
    asio::co_spawn(executor, calibrate(origin, *browser, random),
                   [round](const std::exception_ptr& thrown, ProfileResult result) {
                     if (thrown) std::rethrow_exception(thrown);
                     round->take(std::move(result));
                   });
  (void)co_await round->done.async_wait(kAwait);

  std::vector<htx::MirrorProfile> profiles;
  std::optional<base::Error> problem;
  for (auto& result : round->results) {
    if (result) {
      profiles.push_back(std::move(*result));
    } else if (!problem || calibration::unsuitable(result.error())) {
      problem = result.error();
    }
  }
  if (profiles.empty()) co_return tl::unexpected(*problem);
  if (problem)
    spdlog::warn("the cover origin could not be measured with every template: {}", problem->message());
  std::ranges::sort(profiles, {}, &htx::MirrorProfile::name);
  co_return profiles;
}

MirrorKeeper::MirrorKeeper(const asio::any_io_executor& executor, CoverOrigin origin,
                           const std::filesystem::path& state_dir, htx::Gate& gate,
                           base::RandomSource& random)
    : origin_(std::move(origin)), store_(state_dir), gate_(gate), random_(random), timer_(executor) {}

void MirrorKeeper::start(std::function<void(base::Error)> unsuitable) {
  unsuitable_ = std::move(unsuitable);
  gate_.set_profiles(htx::MirrorProfiles(store_.load(origin_)));
  asio::co_spawn(timer_.get_executor(), [self = shared_from_this()] { return self->keep(); }, asio::detached);
}

void MirrorKeeper::stop() {
  stopped_ = true;
  timer_.cancel();
}

net::Task<void> MirrorKeeper::keep() {
  std::chrono::milliseconds retry = KeeperLimits::first_retry;
  while (!stopped_) {
    std::chrono::milliseconds wait = KeeperLimits::interval;
    if (co_await measure()) {
      retry = KeeperLimits::first_retry;
    } else {
      wait = retry;
      retry = std::min<std::chrono::milliseconds>(retry * 2, KeeperLimits::interval);
    }
    if (stopped_) break;
    // Not on the minute: an origin's log would show it.
    wait += std::chrono::milliseconds(random_.below(static_cast<std::uint32_t>(wait.count() / 5)));
    timer_.expires_after(wait);
    (void)co_await timer_.async_wait(kAwait);
  }
}

net::Task<bool> MirrorKeeper::measure() {
  auto profiles = co_await calibrate_all(origin_, random_);
  if (stopped_) co_return true;
  if (!profiles) {
    if (!problem_) spdlog::warn("the cover origin could not be measured: {}", profiles.error().message());
    problem_ = profiles.error();
    if (gate_.profiles()->empty() && calibration::unsuitable(*problem_) && unsuitable_)
      std::exchange(unsuitable_, nullptr)(
          base::Error(Errc::cover_unsuitable, fmt::format("{}: {}", origin_.to_text(), problem_->message())));
    co_return false;
  }
  if (problem_) spdlog::info("the cover origin is measured again");
  problem_.reset();
  if (gate_.profiles()->empty()) since_ = std::chrono::system_clock::now();
  if (auto saved = store_.save(*profiles); !saved) spdlog::warn("{}", saved.error().message());
  gate_.set_profiles(htx::MirrorProfiles(std::move(*profiles)));
  co_return true;
}

void MirrorKeeper::fill(control::Status& status) const {
  const auto profiles = gate_.profiles();
  status.connection = profiles->empty() ? control::Connection::calibrating : control::Connection::connected;
  status.since = since_;
  if (!problem_) return;
  status.problem = fmt::format("The cover origin could not be measured: {}.", problem_->message());
  if (profiles->empty()) return;
  const auto measured =
      std::chrono::system_clock::time_point(std::chrono::seconds(profiles->all().front()->measured_at));
  status.problem += fmt::format(" What was measured at {} is used.", control::to_text(measured));
}

}  // namespace qnet::node
