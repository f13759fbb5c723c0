#include "transport/mirror/keeper.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/client_hello/template.hpp"
#include "transport/calibration/answer_times.hpp"
#include "transport/calibration/error.hpp"
#include "transport/mirror/error.hpp"
#include "transport/mirror/origin_study.hpp"
#include "transport/mirror/origin_tolerance.hpp"
#include "transport/mirror/origin_visit.hpp"
#include "transport/mirror/pauses.hpp"

namespace qnet::mirror {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// What the studies of all templates came to.
struct Round {
  std::vector<htx::MirrorProfile> profiles;
  std::optional<base::Error> problem;  // of a template that failed
  bool succeeded = false;              // for one template at least
  bool may_succeed_soon = false;       // a template failed for a reason that may pass
};

/// A template whose study failed keeps its older profile, unless the origin has shown to be unsuitable for
/// it: without one its hello would be answered with another browser's.
Round round_of(std::vector<TemplateStudy> studies, const htx::MirrorProfiles& older) {
  Round round;
  for (auto& [browser, study] : studies) {
    if (study) {
      round.succeeded = true;
      round.profiles.push_back(std::move(study->profile));
      continue;
    }
    const bool lasting = calibration::unsuitable(study.error());
    if (!round.problem || lasting) round.problem = study.error();
    if (lasting) continue;
    round.may_succeed_soon = true;
    for (const auto& profile : older.all())
      if (profile->name == browser->name) round.profiles.push_back(*profile);
  }
  calibration::share_answer_times(round.profiles, older);
  return round;
}

/// Visitors' browsers would warn of such a site; but somebody may try QNet with one of their own.
std::string_view hint(const base::Error& problem) {
  return problem.is(crypto::CertificateErrc::untrusted)
             ? " (for an authority of your own give --cover-ca FILE)"
             : "";
}

}  // namespace

Keeper::Keeper(const asio::any_io_executor& executor, CoverOrigin origin,
               const std::filesystem::path& state_dir, htx::Gate& gate, base::RandomSource& random,
               const KeeperTimes& times)
    : origin_(std::move(origin)),
      store_(state_dir),
      gate_(gate),
      random_(random),
      times_(times),
      timer_(executor) {}

void Keeper::start(std::function<void(base::Error)> unsuitable, std::function<void()> looked) {
  unsuitable_ = std::move(unsuitable);
  looked_ = std::move(looked);
  gate_.set_profiles(htx::MirrorProfiles(store_.load(origin_)));
  // What is kept was kept after its tolerance had been measured, or could not be.
  tolerance_known_ = !gate_.profiles()->empty();
  if (tolerance_known_) say_looked();
  asio::co_spawn(timer_.get_executor(), [self = shared_from_this()] { return self->keep(); }, asio::detached);
}

void Keeper::stop() {
  stopped_ = true;
  looked_ = nullptr;
  timer_.cancel();
}

net::Task<void> Keeper::keep() {
  Pauses pauses(times_.interval, times_.first_retry);
  while (!stopped_) {
    const bool measured = co_await measure();
    if (stopped_) break;
    say_looked();
    timer_.expires_after(pauses.next(measured, random_));
    (void)co_await timer_.async_wait(kAwait);
  }
}

void Keeper::say_looked() {
  if (const auto looked = std::exchange(looked_, nullptr)) looked();
}

net::Task<bool> Keeper::measure() {
  auto studies = co_await study_all(origin_, random_, times_.visit);
  if (stopped_) co_return true;
  auto round = round_of(std::move(studies), *gate_.profiles());
  if (!round.succeeded) {
    if (!problem_) spdlog::warn("the cover origin could not be measured: {}", round.problem->message());
    problem_ = round.problem;
    if (gate_.profiles()->empty() && calibration::unsuitable(*problem_)) refuse_origin(*problem_);
    co_return false;
  }
  if (round.problem && !std::exchange(told_of_template_, true))
    spdlog::warn("the cover origin could not be measured with every template: {}", round.problem->message());
  if (!round.problem) told_of_template_ = false;
  if (problem_) spdlog::info("the cover origin is measured again");
  problem_.reset();
  if (gate_.profiles()->empty()) since_ = std::chrono::system_clock::now();
  if (!gate_.profiles()->empty()) {
    const auto last = gate_.profiles()->all().front();
    for (auto& profile : round.profiles) {
      profile.idle_after = last->idle_after;
      profile.idle_end = last->idle_end;
      profile.stall_after = last->stall_after;
      profile.stall_end = last->stall_end;
      profile.tolerance = last->tolerance;
    }
  }
  // Before anybody is answered and anything is kept: an origin that cannot be mirrored is refused at once.
  const bool first = !tolerance_known_;
  if (first && !co_await measure_tolerance(round.profiles)) co_return false;
  use(std::move(round.profiles));
  // These take minutes, so they go on beside everything else. One template is enough: a server waits as long
  // for one browser as for another.
  const auto self = shared_from_this();
  if (!std::exchange(measures_idle_, true))
    asio::co_spawn(timer_.get_executor(), [self] { return self->measure_idle(); }, asio::detached);
  if (!std::exchange(measures_stall_, true))
    asio::co_spawn(timer_.get_executor(), [self] { return self->measure_stall(); }, asio::detached);
  if (!first && !std::exchange(measures_tolerance_, true))
    asio::co_spawn(timer_.get_executor(), [self] { return self->measure_tolerance_again(); }, asio::detached);
  co_return !round.may_succeed_soon;
}

net::Task<void> Keeper::measure_idle() {
  const auto rested =
      co_await visit_and_rest(origin_, client_hello::builtin_templates().front(), random_, times_.visit);
  measures_idle_ = false;
  if (stopped_ || !rested) co_return;
  const auto end = rested->value_or(IdleSample{});
  update([&](htx::MirrorProfile& profile) {
    profile.idle_after = std::chrono::round<std::chrono::seconds>(end.after);
    profile.idle_end = end.records;
  });
}

net::Task<void> Keeper::measure_stall() {
  const auto stalled =
      co_await visit_and_stall(origin_, client_hello::builtin_templates().front(), random_, times_.visit);
  measures_stall_ = false;
  if (stopped_ || !stalled) co_return;
  const auto end = stalled->value_or(IdleSample{});
  update([&](htx::MirrorProfile& profile) {
    profile.stall_after = end.after;
    profile.stall_end = end.records;
  });
}

/// For the first time. False when the origin cannot be mirrored, or this has stopped. Where it cannot be
/// measured now, what is usual holds; the next round tries again.
net::Task<bool> Keeper::measure_tolerance(std::vector<htx::MirrorProfile>& profiles) {
  measures_tolerance_ = true;
  const auto measured = co_await tolerance_of(profiles.front());
  measures_tolerance_ = false;
  if (stopped_) co_return false;
  if (!measured && measured.error().is(calibration::Errc::unlike)) {
    problem_ = measured.error();
    refuse_origin(measured.error());
    co_return false;
  }
  if (measured)
    for (auto& profile : profiles) profile.tolerance = *measured;
  tolerance_known_ = true;
  co_return true;
}

/// Beside everything else. An origin that could be mirrored before is not given up.
net::Task<void> Keeper::measure_tolerance_again() {
  const auto profiles = gate_.profiles();
  const auto measured_at = [](const auto& one) { return one->measured_at; };
  const auto measured =
      co_await tolerance_of(*std::ranges::max_element(profiles->all(), {}, measured_at)->get());
  measures_tolerance_ = false;
  if (!stopped_ && measured) update([&](htx::MirrorProfile& one) { one.tolerance = *measured; });
}

net::Task<base::Result<htx::Tolerance>> Keeper::tolerance_of(const htx::MirrorProfile& profile) {
  const auto& browsers = client_hello::builtin_templates();
  const auto found = std::ranges::find(browsers, profile.name, &client_hello::Template::name);
  const auto& browser = found == browsers.end() ? browsers.front() : *found;
  co_return co_await mirror::measure_tolerance(origin_, browser, profile, random_, times_.visit);
}

void Keeper::refuse_origin(const base::Error& problem) {
  if (!unsuitable_) return;
  std::exchange(unsuitable_, nullptr)(base::Error(
      Errc::origin_unsuitable, fmt::format("{}: {}{}", origin_.to_text(), problem.message(), hint(problem))));
}

void Keeper::update(const std::function<void(htx::MirrorProfile&)>& change) {
  std::vector<htx::MirrorProfile> profiles;
  for (const auto& profile : gate_.profiles()->all()) change(profiles.emplace_back(*profile));
  use(std::move(profiles));
}

void Keeper::use(std::vector<htx::MirrorProfile> profiles) {
  if (auto saved = store_.save(profiles); !saved) spdlog::warn("{}", saved.error().message());
  gate_.set_profiles(htx::MirrorProfiles(std::move(profiles)));
}

KeeperFacts Keeper::facts() const {
  const auto profiles = gate_.profiles();
  KeeperFacts facts{!profiles->empty(), since_, problem_, {}};
  if (facts.ready)
    facts.measured = std::chrono::sys_seconds(std::chrono::seconds(profiles->all().front()->measured_at));
  return facts;
}

}  // namespace qnet::mirror
