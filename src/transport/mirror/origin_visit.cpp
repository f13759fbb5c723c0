#include "transport/mirror/origin_visit.hpp"

#include <algorithm>

#include "foundation/net/pump.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "transport/mirror/browser_http2.hpp"
#include "transport/mirror/origin_connection.hpp"

namespace qnet::mirror {

namespace {

using calibration::CorruptedSample;
using calibration::Ending;
using calibration::Sample;
using Clock = OriginConnection::Clock;

/// A far origin's silence begins a round trip later.
std::chrono::milliseconds quiet_for(const Sample& sample, const VisitTimes& times) {
  const auto trips = std::chrono::duration_cast<std::chrono::milliseconds>(3 * sample.connected_after);
  return std::max(times.quiet, trips);
}

net::Task<base::Result<void>> greet(OriginConnection& visit, h2::Engine& http2, Sample& sample,
                                    const VisitTimes& times) {
  if (sample.flight.alpn != "h2") co_return base::Result<void>{};
  if (auto sealed = visit.client().write(frames_of(http2)); !sealed) co_return sealed;
  if (auto sent = co_await visit.send(); !sent) co_return sent;
  auto heard = co_await visit.listen(quiet_for(sample, times));
  if (!heard) co_return base::forward_error(heard);
  sample.after_first = std::move(*heard);
  co_return base::Result<void>{};
}

/// What comes until the origin ends or is silent, behind the first `known` records.
net::Task<base::Result<CorruptedSample>> hear_out(OriginConnection& visit, std::size_t known,
                                                  const VisitTimes& times) {
  const auto quiet = quiet_for(visit.sample(), times);
  const auto heard = co_await visit.listen(quiet);
  if (!heard) {
    // An alert is what we came for; how the connection ends is still to come.
    if (!heard.error().is(tls::Errc::alert)) co_return tl::unexpected(heard.error());
    (void)co_await visit.listen(quiet);
  }
  CorruptedSample sample;
  const auto& seen = visit.client().seen();
  for (auto i = known; i < seen.size(); ++i) {
    sample.records.push_back(seen[i].body_size);
    sample.in_clear = sample.in_clear || seen[i].type != client_hello::kApplicationData;
  }
  sample.ending = visit.ending();
  co_return sample;
}

}  // namespace

net::Task<base::Result<Sample>> visit(CoverOrigin origin, const client_hello::Template& browser,
                                      base::RandomSource& random, const VisitTimes& times) {
  OriginConnection visit(std::move(origin), browser, random, false, times);
  if (auto done = co_await visit.handshake(); !done) co_return base::forward_error(done);
  auto sample = visit.sample();
  auto heard = co_await visit.listen(quiet_for(sample, times));
  if (!heard) co_return base::forward_error(heard);
  sample.before_finished = std::move(*heard);
  sample.before_finished_after_pause = visit.after_pause(sample.flight.records);
  if (auto sent = co_await visit.send(); !sent) co_return base::forward_error(sent);
  heard = co_await visit.listen(quiet_for(sample, times));
  if (!heard) co_return base::forward_error(heard);
  sample.after_finished = std::move(*heard);
  const auto http2 = make_browser_http2(client_hello::page_request_of(browser));
  if (auto done = co_await greet(visit, *http2, sample, times); !done) co_return base::forward_error(done);
  visit.client().close();
  if (auto sent = co_await visit.send(); !sent) co_return base::forward_error(sent);
  visit.stream().finish();
  auto good_bye = co_await visit.listen(quiet_for(sample, times));
  if (good_bye) sample.good_bye = std::move(*good_bye);
  sample.ending = visit.ending();
  co_return sample;
}

net::Task<base::Result<CorruptedSample>> visit_and_corrupt(CoverOrigin origin,
                                                           const client_hello::Template& browser,
                                                           Corruption how, base::RandomSource& random,
                                                           const VisitTimes& times) {
  OriginConnection visit(std::move(origin), browser, random, how == Corruption::finished, times);
  if (auto done = co_await visit.handshake(); !done) co_return base::forward_error(done);
  // What the origin sends without waiting for Finished is no answer to it.
  if (auto unasked = co_await visit.listen(quiet_for(visit.sample(), times)); !unasked)
    co_return base::forward_error(unasked);
  const auto known = visit.client().seen().size();
  base::Result<void> sent;
  if (how == Corruption::finished) {
    sent = co_await visit.send();
  } else {
    static constexpr std::uint8_t handshake_failure[] = {client_hello::kAlert, 3, 3, 0, 2, 2, 40};
    sent = co_await net::write_all(visit.stream(), handshake_failure);
  }
  if (!sent) co_return base::forward_error(sent);
  co_return co_await hear_out(visit, known, times);
}

net::Task<base::Result<CorruptedSample>> visit_and_say(CoverOrigin origin,
                                                       const client_hello::Template& browser, Words words,
                                                       std::size_t unasked, base::RandomSource& random,
                                                       const VisitTimes& times) {
  OriginConnection visit(std::move(origin), browser, random, false, times);
  if (auto done = co_await visit.handshake(); !done) co_return base::forward_error(done);
  const auto known = visit.client().flight().records + unasked;
  if (auto heard = co_await visit.await_records(known); !heard) co_return base::forward_error(heard);
  if (auto sent = co_await net::write_all(visit.stream(), words.bytes); !sent)
    co_return base::forward_error(sent);
  if (words.end) visit.stream().finish();
  co_return co_await hear_out(visit, known, times);
}

net::Task<base::Result<bool>> visit_behind(CoverOrigin origin, const client_hello::Template& browser,
                                           base::Bytes words, base::RandomSource& random,
                                           const VisitTimes& times) {
  OriginConnection visit(std::move(origin), browser, random, false, times);
  const auto done = co_await visit.handshake(words);
  if (done) co_return true;
  if (visit.ending() != Ending::open || done.error().is(tls::Errc::alert)) co_return false;
  co_return tl::unexpected(done.error());
}

net::Task<base::Result<std::optional<IdleSample>>> visit_and_rest(CoverOrigin origin,
                                                                  const client_hello::Template& browser,
                                                                  base::RandomSource& random,
                                                                  const VisitTimes& times) {
  const auto name = origin.name;
  OriginConnection visit(std::move(origin), browser, random, false, times);
  if (auto done = co_await visit.handshake(); !done) co_return base::forward_error(done);
  auto sample = visit.sample();
  if (auto sent = co_await visit.send(); !sent) co_return base::forward_error(sent);
  if (auto heard = co_await visit.listen(quiet_for(sample, times)); !heard)
    co_return base::forward_error(heard);
  const auto& page = client_hello::page_request_of(browser);
  const auto http2 = make_browser_http2(page);
  if (auto done = co_await greet(visit, *http2, sample, times); !done) co_return base::forward_error(done);
  std::optional<IdleSample> result;
  if (sample.flight.alpn != "h2") co_return result;  // browsers keep such connections as long as they like
  if (auto asked = ask_for_page(*http2, page, name); !asked) co_return base::forward_error(asked);
  if (auto sealed = visit.client().write(frames_of(*http2)); !sealed) co_return base::forward_error(sealed);
  if (auto sent = co_await visit.send(); !sent) co_return base::forward_error(sent);
  if (auto heard = co_await visit.listen(quiet_for(sample, times)); !heard)
    co_return base::forward_error(heard);
  const auto start = visit.last_arrival();
  visit.forget();
  auto heard = co_await visit.listen(times.idle);
  if (!heard) co_return base::forward_error(heard);
  if (visit.ending() == Ending::open) co_return result;
  result.emplace();
  result->after = std::chrono::round<std::chrono::milliseconds>(Clock::now() - start);
  result->records = std::move(*heard);
  co_return result;
}

net::Task<base::Result<std::optional<IdleSample>>> visit_and_stall(CoverOrigin origin,
                                                                   const client_hello::Template& browser,
                                                                   base::RandomSource& random,
                                                                   const VisitTimes& times) {
  OriginConnection visit(std::move(origin), browser, random, false, times);
  if (auto done = co_await visit.handshake(); !done) co_return base::forward_error(done);
  auto heard = co_await visit.listen(quiet_for(visit.sample(), times));
  const auto unasked = visit.client().seen().size();
  if (heard) heard = co_await visit.listen(times.idle);
  // An alert is an end like another.
  if (!heard && !heard.error().is(tls::Errc::alert)) co_return tl::unexpected(heard.error());
  std::optional<IdleSample> result;
  if (heard && visit.ending() == Ending::open) co_return result;
  result.emplace();
  result->after = std::chrono::round<std::chrono::milliseconds>(Clock::now() - visit.opened());
  const auto& seen = visit.client().seen();
  for (auto i = unasked; i < seen.size(); ++i) result->records.push_back(seen[i].body_size);
  co_return result;
}

}  // namespace qnet::mirror
