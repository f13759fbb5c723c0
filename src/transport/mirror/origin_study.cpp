#include "transport/mirror/origin_study.hpp"

#include <algorithm>
#include <set>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/client_hello/client_hello_builder.hpp"
#include "protocol/client_hello/hello_shape.hpp"
#include "transport/calibration/derive_profile.hpp"
#include "transport/mirror/origin_visit.hpp"

namespace qnet::mirror {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

using StudyResult = base::Result<calibration::Study>;

/// The studies of all templates, which go on side by side.
struct Round {
  explicit Round(const asio::any_io_executor& executor) : done(executor) {
    done.expires_at(std::chrono::steady_clock::time_point::max());
  }
  void take(const client_hello::Template* browser, StudyResult result) {
    studies.push_back({browser, std::move(result)});
    if (--open == 0) done.cancel();
  }
  asio::steady_timer done;
  std::size_t open = 0;
  std::vector<TemplateStudy> studies;
};

/// The shape of a template's hellos.
std::string shape_of(const client_hello::Template& browser, base::RandomSource& random) {
  const auto pair = crypto::X25519KeyPair::generate(random);
  const auto kem = crypto::MlKemKeyPair::generate(random);
  const client_hello::HelloInputs inputs{"www.example.com", pair.public_key, pair.public_key,
                                         &kem.public_key};
  const auto hello = client_hello::build_client_hello(browser, inputs, random);
  return client_hello::hello_shape(client_hello::parse_client_hello(hello.record).hello);
}

/// Templates whose hellos a server cannot tell apart need one study.
std::vector<const client_hello::Template*> different_templates(base::RandomSource& random) {
  std::vector<const client_hello::Template*> chosen;
  std::set<std::string> shapes;
  for (const auto& browser : client_hello::builtin_templates())
    if (shapes.insert(shape_of(browser, random)).second) chosen.push_back(&browser);
  return chosen;
}

net::Task<StudyResult> study_later(std::chrono::milliseconds wait, CoverOrigin origin,
                                   const client_hello::Template& browser, base::RandomSource& random,
                                   const VisitTimes& times) {
  asio::steady_timer timer(co_await asio::this_coro::executor, wait);
  (void)co_await timer.async_wait(kAwait);
  co_return co_await study(std::move(origin), browser, random, times);
}

/// A server that keeps the connection open may be patient, or slow for once: only its end proves that all was
/// heard.
net::Task<base::Result<calibration::CorruptedSample>> corrupt_until_ended(
    const CoverOrigin& origin, const client_hello::Template& browser, Corruption how,
    base::RandomSource& random, const VisitTimes& times) {
  for (std::size_t visits = 1;; ++visits) {
    auto seen = co_await visit_and_corrupt(origin, browser, how, random, times);
    if (!seen || seen->ending != calibration::Ending::open || visits == kSamples) co_return seen;
  }
}

}  // namespace

net::Task<StudyResult> study(CoverOrigin origin, const client_hello::Template& browser,
                             base::RandomSource& random, const VisitTimes& times) {
  calibration::Study result;
  auto& samples = result.samples;
  while (samples.size() < kSamples || (!calibration::agree(samples) && samples.size() < kMostSamples)) {
    auto sample = co_await visit(origin, browser, random, times);
    if (!sample) co_return base::forward_error(sample);
    samples.push_back(std::move(*sample));
  }
  for (const auto& [how, to] :
       {std::pair(Corruption::finished, &result.corrupted), std::pair(Corruption::alert, &result.alerted)}) {
    auto corrupted = co_await corrupt_until_ended(origin, browser, how, random, times);
    if (!corrupted) co_return tl::unexpected(corrupted.error());
    *to = std::move(*corrupted);
  }
  auto profile = calibration::derive_profile(samples, result.corrupted, result.alerted);
  if (!profile) co_return base::forward_error(profile);
  profile->name = browser.name;
  profile->origin = origin.to_text();
  profile->hello = shape_of(browser, random);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  profile->measured_at = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  result.profile = std::move(*profile);
  co_return result;
}

net::Task<std::vector<TemplateStudy>> study_all(CoverOrigin origin, base::RandomSource& random,
                                                const VisitTimes& times) {
  const auto executor = co_await asio::this_coro::executor;
  const auto round = std::make_shared<Round>(executor);
  const auto templates = different_templates(random);
  round->open = templates.size();
  std::chrono::milliseconds start{0};
  for (const auto* const browser : templates) {
    asio::co_spawn(executor, study_later(start, origin, *browser, random, times),
                   [round, browser](const std::exception_ptr& thrown, StudyResult result) {
                     if (thrown) std::rethrow_exception(thrown);
                     round->take(browser, std::move(result));
                   });
    start += times.stagger;
  }
  (void)co_await round->done.async_wait(kAwait);
  std::ranges::sort(round->studies, {}, &TemplateStudy::browser);
  co_return std::move(round->studies);
}

}  // namespace qnet::mirror
