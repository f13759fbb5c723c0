#include "node/origin_study.hpp"

#include <algorithm>
#include <set>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/origin_visit.hpp"

namespace qnet::node {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// Handshakes at the same moment would make one another slow, and their times are part of what is measured.
constexpr auto kStagger = std::chrono::milliseconds(60);

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

/// Templates whose hellos a server cannot tell apart need one study.
std::vector<const client_hello::Template*> different_templates(base::RandomSource& random) {
  std::vector<const client_hello::Template*> chosen;
  std::set<std::string> shapes;
  for (const auto& browser : client_hello::builtin_templates())
    if (shapes.insert(shape_of(browser, random)).second) chosen.push_back(&browser);
  return chosen;
}

net::Task<StudyResult> study_later(std::chrono::milliseconds wait, CoverOrigin origin,
                                   const client_hello::Template& browser, base::RandomSource& random) {
  asio::steady_timer timer(co_await asio::this_coro::executor, wait);
  (void)co_await timer.async_wait(kAwait);
  co_return co_await study(std::move(origin), browser, random);
}

}  // namespace

net::Task<std::vector<TemplateStudy>> study_all(CoverOrigin origin, base::RandomSource& random) {
  const auto executor = co_await asio::this_coro::executor;
  const auto round = std::make_shared<Round>(executor);
  const auto templates = different_templates(random);
  round->open = templates.size();
  std::chrono::milliseconds start{0};
  for (const auto* const browser : templates) {
    asio::co_spawn(executor, study_later(start, origin, *browser, random),
                   [round, browser](const std::exception_ptr& thrown, StudyResult result) {
                     if (thrown) std::rethrow_exception(thrown);
                     round->take(browser, std::move(result));
                   });
    start += kStagger;
  }
  (void)co_await round->done.async_wait(kAwait);
  std::ranges::sort(round->studies, {}, &TemplateStudy::browser);
  co_return std::move(round->studies);
}

}  // namespace qnet::node
