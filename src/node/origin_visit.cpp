#include "node/origin_visit.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"
#include "protocol/client_hello/hello_shape.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "transport/calibration/derive_profile.hpp"
#include "transport/calibration/h2_opening.hpp"

namespace qnet::node {

namespace {

using calibration::Ending;
using calibration::Sample;
using calibration::Study;
using Clock = std::chrono::steady_clock;

std::chrono::microseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
}

/// One connection to the origin, and what came on it.
class Visit {
 public:
  Visit(CoverOrigin origin, const client_hello::Template& browser, base::RandomSource& random, bool corrupt)
      : origin_(std::move(origin)),
        client_(tls::Client::start(
            {&browser, origin_.name, origin_.authorities.get(), std::chrono::system_clock::now(), corrupt},
            random)) {}

  /// Up to the server's Finished. The client's own then waits in client().
  net::Task<base::Result<void>> shake_hands() {
    auto start = Clock::now();
    auto socket = co_await net::connect_to_host(origin_.host, origin_.port, VisitLimits::connect);
    if (!socket) co_return tl::unexpected(socket.error());
    opened_ = Clock::now();
    connected_after_ = since(start);
    stream_ = std::make_unique<net::TcpStream>(std::move(*socket));
    start = Clock::now();
    if (auto sent = co_await send(); !sent) co_return sent;
    while (!client_.established()) {
      const auto more = co_await read(VisitLimits::handshake);
      if (answered_after_ == std::chrono::microseconds(0)) answered_after_ = since(start);
      if (!more) co_return tl::unexpected(more.error());
      if (!*more || since(start) > VisitLimits::handshake) co_return base::fail(calibration::Errc::timed_out);
    }
    co_return base::Result<void>{};
  }

  net::Task<base::Result<void>> send() {
    const auto bytes = client_.take_output();
    co_return co_await net::write_all(*stream_, bytes);
  }

  /// The body sizes of what the server says until it is quiet or ends, and of what came with its flight.
  net::Task<base::Result<std::vector<std::size_t>>> listen(std::chrono::milliseconds quiet) {
    const auto end = Clock::now() + quiet + VisitLimits::talk;
    for (bool more = true; more && ending_ == Ending::open;) {
      const auto got = co_await read(quiet);
      if (!got) co_return tl::unexpected(got.error());
      if (Clock::now() > end)
        co_return base::fail(calibration::Errc::unknown_form, "it does not stop talking");
      more = *got;
    }
    std::vector<std::size_t> sizes;
    heard_ = std::max(heard_, client_.flight().records);
    for (; heard_ < client_.seen().size(); ++heard_) sizes.push_back(client_.seen()[heard_].body_size);
    co_return sizes;
  }

  /// Records that have come so far are no longer of interest.
  void forget() {
    client_.forget_seen();
    heard_ = 0;
  }

  /// False when nothing came within `patience`, or the server has ended.
  net::Task<base::Result<bool>> read(std::chrono::milliseconds longest_wait) {
    using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, longest_wait);
    const auto first = co_await (stream_->wait_readable() ||
                                 timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)));
    if (first.index() == 1) co_return false;
    const auto scratch = net::thread_scratch();
    const auto got = stream_->try_read(scratch);
    if (!got && got.error().is(net::Errc::would_block)) co_return true;
    if (!got || *got == 0) {
      ending_ = got ? Ending::fin : Ending::reset;
      co_return false;
    }
    const auto known = client_.seen().size();
    auto taken = client_.receive(base::ByteView(scratch).first(*got));
    const bool pause = Clock::now() - last_arrival_ > VisitLimits::one_write;
    last_arrival_ = Clock::now();
    for (auto i = known; i < client_.seen().size(); ++i) paused_.push_back(pause && i == known && i > 0);
    (void)client_.take_plaintext();  // what it says does not matter
    if (!taken) co_return tl::unexpected(taken.error());
    co_return true;
  }

  [[nodiscard]] tls::Client& client() { return client_; }
  [[nodiscard]] net::TcpStream& stream() { return *stream_; }
  [[nodiscard]] Ending ending() const { return ending_; }
  [[nodiscard]] Clock::time_point opened() const { return opened_; }
  [[nodiscard]] Clock::time_point last_arrival() const { return last_arrival_; }

  /// What is known when the server has Finished.
  [[nodiscard]] Sample sample() const {
    Sample sample;
    sample.flight = client_.flight();
    for (std::size_t i = 0; i < sample.flight.records; ++i)
      sample.server_flight.push_back({client_.seen()[i], paused_[i]});
    sample.connected_after = connected_after_;
    sample.answered_after = answered_after_;
    sample.certificates = client_.certificates();
    sample.ecdsa_bits = sample.certificates->ecdsa_bits();
    return sample;
  }

 private:
  CoverOrigin origin_;
  tls::Client client_;
  std::unique_ptr<net::TcpStream> stream_;
  std::vector<bool> paused_;
  std::size_t heard_ = 0;  // of client_.seen()
  std::chrono::microseconds connected_after_{0};
  std::chrono::microseconds answered_after_{0};
  Clock::time_point opened_ = Clock::now();
  Clock::time_point last_arrival_ = Clock::now();
  Ending ending_ = Ending::open;
};

/// A far origin's silence begins a round trip later.
std::chrono::milliseconds quiet_for(const Sample& sample) {
  const auto trips = std::chrono::duration_cast<std::chrono::milliseconds>(3 * sample.connected_after);
  return std::max(VisitLimits::quiet, trips);
}

net::Task<base::Result<void>> greet(Visit& visit, std::size_t record, Sample& sample) {
  if (sample.flight.alpn != "h2") co_return base::Result<void>{};
  const auto words = calibration::h2_opening(record - 1 - crypto::Aead::tag_size);
  if (auto sealed = visit.client().write(words); !sealed) co_return sealed;
  if (auto sent = co_await visit.send(); !sent) co_return sent;
  auto heard = co_await visit.listen(quiet_for(sample));
  if (!heard) co_return base::forward_error(heard);
  sample.after_first = std::move(*heard);
  co_return base::Result<void>{};
}

}  // namespace

net::Task<base::Result<Sample>> visit(CoverOrigin origin, const client_hello::Template& browser,
                                      base::RandomSource& random) {
  Visit visit(std::move(origin), browser, random, false);
  if (auto done = co_await visit.shake_hands(); !done) co_return base::forward_error(done);
  auto sample = visit.sample();
  if (auto sent = co_await visit.send(); !sent) co_return base::forward_error(sent);
  auto heard = co_await visit.listen(quiet_for(sample));
  if (!heard) co_return base::forward_error(heard);
  sample.after_finished = std::move(*heard);
  if (auto done = co_await greet(visit, browser.client_flight.first_application_record, sample); !done)
    co_return base::forward_error(done);
  visit.client().close();
  if (auto sent = co_await visit.send(); !sent) co_return base::forward_error(sent);
  visit.stream().finish();
  auto good_bye = co_await visit.listen(quiet_for(sample));
  if (good_bye) sample.good_bye = std::move(*good_bye);
  sample.ending = visit.ending();
  co_return sample;
}

net::Task<base::Result<calibration::CorruptedSample>> visit_and_corrupt(CoverOrigin origin,
                                                                        const client_hello::Template& browser,
                                                                        Corruption how,
                                                                        base::RandomSource& random) {
  Visit visit(std::move(origin), browser, random, how == Corruption::finished);
  if (auto done = co_await visit.shake_hands(); !done) co_return base::forward_error(done);
  const auto flight = visit.client().seen().size();
  const auto quiet = quiet_for(visit.sample());
  base::Result<void> sent;
  if (how == Corruption::finished) {
    sent = co_await visit.send();
  } else {
    static constexpr std::uint8_t handshake_failure[] = {client_hello::kAlert, 3, 3, 0, 2, 2, 40};
    sent = co_await net::write_all(visit.stream(), handshake_failure);
  }
  if (!sent) co_return base::forward_error(sent);
  const auto heard = co_await visit.listen(quiet);
  if (!heard) {
    // An alert is what we came for; how the connection ends is still to come.
    if (!heard.error().is(tls::Errc::alert)) co_return tl::unexpected(heard.error());
    (void)co_await visit.listen(quiet);
  }
  calibration::CorruptedSample sample;
  const auto& seen = visit.client().seen();
  for (auto i = flight; i < seen.size(); ++i) {
    sample.records.push_back(seen[i].body_size);
    sample.in_clear = sample.in_clear || seen[i].type != client_hello::kApplicationData;
  }
  sample.ending = visit.ending();
  co_return sample;
}

net::Task<base::Result<std::optional<IdleSample>>> visit_and_rest(CoverOrigin origin,
                                                                  const client_hello::Template& browser,
                                                                  base::RandomSource& random) {
  const auto name = origin.name;
  Visit visit(std::move(origin), browser, random, false);
  if (auto done = co_await visit.shake_hands(); !done) co_return base::forward_error(done);
  auto sample = visit.sample();
  if (auto sent = co_await visit.send(); !sent) co_return base::forward_error(sent);
  if (auto heard = co_await visit.listen(quiet_for(sample)); !heard) co_return base::forward_error(heard);
  if (auto done = co_await greet(visit, browser.client_flight.first_application_record, sample); !done)
    co_return base::forward_error(done);
  std::optional<IdleSample> result;
  if (sample.flight.alpn != "h2") co_return result;  // browsers keep such connections as long as they like
  const auto request = calibration::h2_request(name);
  if (auto sealed = visit.client().write(request); !sealed) co_return base::forward_error(sealed);
  if (auto sent = co_await visit.send(); !sent) co_return base::forward_error(sent);
  if (auto heard = co_await visit.listen(quiet_for(sample)); !heard) co_return base::forward_error(heard);
  const auto start = visit.last_arrival();
  visit.forget();
  auto heard = co_await visit.listen(VisitLimits::idle);
  if (!heard) co_return base::forward_error(heard);
  if (visit.ending() == Ending::open) co_return result;
  result.emplace();
  result->after = std::chrono::round<std::chrono::milliseconds>(Clock::now() - start);
  result->records = std::move(*heard);
  co_return result;
}

net::Task<base::Result<std::optional<IdleSample>>> visit_and_stall(CoverOrigin origin,
                                                                   const client_hello::Template& browser,
                                                                   base::RandomSource& random) {
  Visit visit(std::move(origin), browser, random, false);
  if (auto done = co_await visit.shake_hands(); !done) co_return base::forward_error(done);
  visit.forget();
  auto heard = co_await visit.listen(VisitLimits::idle);
  // An alert is an end like another.
  if (!heard && !heard.error().is(tls::Errc::alert)) co_return tl::unexpected(heard.error());
  std::optional<IdleSample> result;
  if (heard && visit.ending() == Ending::open) co_return result;
  result.emplace();
  result->after = std::chrono::round<std::chrono::milliseconds>(Clock::now() - visit.opened());
  for (const auto& record : visit.client().seen()) result->records.push_back(record.body_size);
  co_return result;
}

std::string shape_of(const client_hello::Template& browser, base::RandomSource& random) {
  const auto pair = crypto::X25519KeyPair::generate(random);
  const auto kem = crypto::MlKemKeyPair::generate(random);
  const client_hello::HelloInputs inputs{"www.example.com", pair.public_key, pair.public_key,
                                         &kem.public_key};
  const auto hello = client_hello::build_client_hello(browser, inputs, random);
  return client_hello::hello_shape(client_hello::parse_client_hello(hello.record).hello);
}

net::Task<base::Result<Study>> study(CoverOrigin origin, const client_hello::Template& browser,
                                     base::RandomSource& random) {
  Study result;
  auto& samples = result.samples;
  for (std::size_t i = 0; i < VisitLimits::samples; ++i) {
    auto sample = co_await visit(origin, browser, random);
    if (!sample) co_return base::forward_error(sample);
    samples.push_back(std::move(*sample));
  }
  for (const auto& [how, to] :
       {std::pair(Corruption::finished, &result.corrupted), std::pair(Corruption::alert, &result.alerted)}) {
    auto corrupted = co_await visit_and_corrupt(origin, browser, how, random);
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

}  // namespace qnet::node
