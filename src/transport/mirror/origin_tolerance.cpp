#include "transport/mirror/origin_tolerance.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "protocol/client_hello/clear_records.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "transport/calibration/error.hpp"
#include "transport/mirror/origin_visit.hpp"

namespace qnet::mirror {

namespace {

using calibration::CorruptedSample;
using calibration::Ending;
using Sizes = std::vector<std::size_t>;
using Limits = htx::ToleranceLimits;

/// More than so many of one record are as good as no limit.
constexpr std::size_t kMost = 256;
/// Looked at before others: Go's limit, and GnuTLS's.
constexpr std::size_t kUsual[] = {16, 200};

base::Bytes repeated(base::ByteView record, std::size_t count) {
  base::Bytes all;
  for (std::size_t i = 0; i < count; ++i) base::append(all, record);
  return all;
}

base::Bytes header(std::uint8_t type, std::uint16_t version, std::size_t body_size) {
  base::Bytes bytes;
  client_hello::append_record_header(bytes, type, body_size, version);
  return bytes;
}

bool waits(const CorruptedSample& seen) { return seen.records.empty() && seen.ending == Ending::open; }

/// One round of visits. Each function goes on beside the others, so that at most four visitors are there at
/// once.
class Measurement {
 public:
  Measurement(CoverOrigin origin, const client_hello::Template& browser, const htx::MirrorProfile& profile,
              base::RandomSource& random, const VisitTimes& times)
      : origin_(std::move(origin)), browser_(browser), profile_(profile), random_(random), times_(times) {}

  net::Task<base::Result<htx::Tolerance>> run() {
    using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)
    co_await (changes() && cancellations() && headers() && reading());
    if (problem_) co_return tl::unexpected(*problem_);
    co_return found_;
  }

 private:
  /// What comes after a visitor's `words` in place of a second flight, and its end if it ends; nothing after
  /// a problem.
  net::Task<std::optional<CorruptedSample>> say(base::Bytes words, bool ends = false) {
    Words said{std::move(words), ends};
    auto seen = co_await visit_and_say(origin_, browser_, std::move(said), profile_.before_finished.size(),
                                       random_, times_);
    if (seen) co_return *seen;
    note(seen.error());
    co_return std::nullopt;
  }

  void note(base::Error problem) {
    if (!problem_) problem_ = std::move(problem);
  }

  /// A relay says `records` in that case, and then FIN.
  void expect(const CorruptedSample& seen, const Sizes& records, std::string what) {
    if (seen.records != records || seen.in_clear || seen.ending != Ending::fin)
      note(base::Error(calibration::Errc::unlike, std::move(what)));
  }

  /// How many of `record` are taken in place of a second flight, and what one more gets; nothing after a
  /// problem. `guess` is tried first.
  struct Limit {
    std::size_t taken = 0;
    CorruptedSample beyond{};
  };
  net::Task<std::optional<Limit>> limit_of(base::ByteView record, std::size_t guess) {
    Limit limit;
    std::size_t refused = kMost + 1;
    std::vector<std::size_t> first{guess + 1, guess};
    for (const auto usual : kUsual) first.insert(first.end(), {usual + 1, usual});
    while (refused - limit.taken > 1) {
      const auto open = [&](std::size_t count) { return limit.taken < count && count < refused; };
      const auto found = std::ranges::find_if(first, open);
      const auto count = found != first.end() ? *found : limit.taken + (refused - limit.taken) / 2;
      auto seen = co_await say(repeated(record, count));
      if (!seen) co_return std::nullopt;
      if (waits(*seen)) {
        limit.taken = count;
      } else {
        refused = count;
        limit.beyond = std::move(*seen);
      }
    }
    if (limit.taken == 0) co_return limit;
    // A slow server, too, is silent.
    const auto again = co_await say(repeated(record, limit.taken));
    if (!again) co_return std::nullopt;
    if (!waits(*again)) note(base::Error(calibration::Errc::unsteady));
    if (limit.taken == kMost) limit.taken = Limits::no_limit;
    co_return limit;
  }

  net::Task<void> changes() {
    base::Bytes change;
    client_hello::append_change_cipher_spec(change);
    const auto limit = co_await limit_of(change, profile_.tolerance.change_cipher_specs);
    if (!limit) co_return;
    found_.change_cipher_specs = limit->taken;
    if (limit->taken == 0)
      note(base::Error(calibration::Errc::unlike, "over a ChangeCipherSpec"));
    else if (limit->taken != Limits::no_limit)
      expect(limit->beyond, profile_.bad_finished, "over too many ChangeCipherSpecs");
  }

  net::Task<void> cancellations() {
    static constexpr std::uint8_t cancel[] = {client_hello::kAlert,       3, 3, 0, 2, 1,
                                              client_hello::kUserCanceled};
    const auto limit = co_await limit_of(cancel, profile_.tolerance.cancellations);
    if (!limit) co_return;
    found_.cancellations = limit->taken;
    if (limit->taken != Limits::no_limit)
      expect(limit->beyond, limit->taken == 0 ? profile_.plain_alert : profile_.bad_finished,
             "over too many warnings that are user_canceled");
  }

  /// Whether an origin that was sent a record's header has not waited for its body.
  net::Task<bool> judges(base::Bytes header, std::string what) {
    auto seen = co_await say(header);
    // A slow server, too, is silent.
    if (seen && waits(*seen)) {
      seen = co_await say(header);
      if (seen && !waits(*seen)) note(base::Error(calibration::Errc::unsteady));
    }
    if (!seen || waits(*seen)) co_return false;
    expect(*seen, profile_.bad_finished, std::move(what));
    co_return true;
  }

  net::Task<void> headers() {
    constexpr std::uint8_t heartbeat = 24;
    constexpr std::uint8_t unknown_type = 99;
    constexpr std::size_t body = 16;
    const auto judges_type = [&](std::uint8_t type) {
      return judges(header(type, client_hello::kTls12, body), "over a record of an unknown type");
    };
    if (!co_await judges_type(unknown_type))
      found_.last_type = 0xff;
    else if (!co_await judges_type(heartbeat))
      found_.last_type = heartbeat;
    found_.judges_versions =
        co_await judges(header(client_hello::kApplicationData, client_hello::kTls10, body),
                        "over a record of another version");
    const auto empty = header(client_hello::kHandshake, client_hello::kTls10, 0);
    const auto many = repeated(empty, client_hello::kEmptyRecords);
    auto answered = co_await visit_behind(origin_, browser_, many, random_, times_);
    // A server that is just restarted, too, ends a connection.
    if (answered && !*answered) {
      answered = co_await visit_behind(origin_, browser_, many, random_, times_);
      if (answered && *answered) note(base::Error(calibration::Errc::unsteady));
    }
    if (!answered) note(answered.error());
    found_.empty_records_first = answered.value_or(false);
    const auto ended = co_await say({}, true);
    if (!ended) co_return;
    found_.early_end = ended->records;
    if (ended->ending == Ending::open) co_return note(base::Error(calibration::Errc::unsteady));
    expect(*ended, ended->records, "over an end in place of a second flight");
  }

  /// Whether an origin that was sent a wrong Finished, `size` bytes with what is behind it, has read all of
  /// them before its end.
  net::Task<bool> reads(std::size_t size) {
    base::Bytes words;
    client_hello::append_change_cipher_spec(words);
    const auto finished = client_hello::finished_record_size(profile_.cipher_suite);
    client_hello::append_record_header(words, client_hello::kApplicationData, finished);
    words.resize(size);
    const auto seen = co_await say(std::move(words));
    if (seen && seen->ending == Ending::open) note(base::Error(calibration::Errc::unsteady));
    co_return seen && seen->ending == Ending::fin;
  }

  net::Task<void> reading() {
    const auto flight = 6 + client_hello::kRecordHeader +  // behind a ChangeCipherSpec
                        client_hello::finished_record_size(profile_.cipher_suite);
    if (!co_await reads(flight))
      co_return note(base::Error(calibration::Errc::unlike, "over a wrong Finished"));
    auto taken = flight;
    auto too_much = Limits::read_ahead + 1;
    const auto look_at = [&](std::size_t size) -> net::Task<void> {
      if (size > taken && size < too_much) (co_await reads(size) ? taken : too_much) = size;
    };
    const auto guess = profile_.tolerance.read_ahead;
    for (const auto usual : {flight + 1, guess, guess + 1, Limits::read_ahead}) co_await look_at(usual);
    while (too_much - taken > 1 && taken > flight && !problem_)
      co_await look_at(taken + (too_much - taken) / 2);
    found_.read_ahead = taken == flight ? 0 : taken;
  }

  CoverOrigin origin_;
  const client_hello::Template& browser_;
  const htx::MirrorProfile& profile_;
  base::RandomSource& random_;
  const VisitTimes& times_;
  htx::Tolerance found_;
  std::optional<base::Error> problem_;  // the first
};

}  // namespace

net::Task<base::Result<htx::Tolerance>> measure_tolerance(CoverOrigin origin,
                                                          const client_hello::Template& browser,
                                                          const htx::MirrorProfile& profile,
                                                          base::RandomSource& random,
                                                          const VisitTimes& times) {
  constexpr int attempts = 3;  // a slow server may have been heard too late
  for (int attempt = 1;; ++attempt) {
    Measurement measurement(origin, browser, profile, random, times);
    auto measured = co_await measurement.run();
    const bool again = !measured && (measured.error().is(calibration::Errc::unlike) ||
                                     measured.error().is(calibration::Errc::unsteady));
    if (!again || attempt == attempts) co_return measured;
  }
}

}  // namespace qnet::mirror
