#include "transport/mirror/origin_connection.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/connect_race.hpp"
#include "foundation/net/host_addresses.hpp"
#include "foundation/net/pump.hpp"
#include "transport/calibration/error.hpp"

namespace qnet::mirror {

namespace {

using calibration::Ending;

std::chrono::microseconds since(OriginConnection::Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(OriginConnection::Clock::now() - start);
}

}  // namespace

OriginConnection::OriginConnection(CoverOrigin origin, const client_hello::Template& browser,
                                   base::RandomSource& random, bool corrupt, const VisitTimes& times)
    : origin_(std::move(origin)),
      times_(times),
      client_(tls::Client::start(
          {&browser, origin_.name, origin_.authorities.get(), std::chrono::system_clock::now(), corrupt},
          random)) {}

net::Task<base::Result<void>> OriginConnection::handshake(base::ByteView before) {
  // Before the time counts: visitors wait for no lookup (net::HostAddresses), so peers must not either.
  auto endpoints = co_await net::look_up(origin_.host, origin_.port, times_.connect);
  if (!endpoints) co_return base::forward_error(endpoints);
  auto start = Clock::now();
  auto reached = co_await net::connect_race(net::in_turns(*endpoints), {.deadline = times_.connect});
  if (!reached) co_return base::forward_error(reached);
  opened_ = Clock::now();
  connected_after_ = since(start);
  stream_ = std::make_unique<net::TcpStream>(std::move(reached->socket));
  start = Clock::now();
  base::Bytes hello(before.begin(), before.end());
  base::append(hello, client_.take_output());
  if (auto sent = co_await net::write_all(*stream_, hello); !sent) co_return sent;
  while (!client_.established()) {
    const auto more = co_await read(times_.handshake);
    if (answered_after_ == std::chrono::microseconds(0)) answered_after_ = since(start);
    if (!more) co_return tl::unexpected(more.error());
    if (!*more || since(start) > times_.handshake) co_return base::fail(calibration::Errc::timed_out);
  }
  co_return base::Result<void>{};
}

net::Task<base::Result<void>> OriginConnection::send() {
  const auto bytes = client_.take_output();
  co_return co_await net::write_all(*stream_, bytes);
}

net::Task<base::Result<std::vector<std::size_t>>> OriginConnection::listen(std::chrono::milliseconds quiet) {
  const auto end = Clock::now() + quiet + times_.talk;
  for (bool more = true; more && ending_ == Ending::open;) {
    const auto got = co_await read(quiet);
    if (!got) co_return tl::unexpected(got.error());
    if (Clock::now() > end) co_return base::fail(calibration::Errc::unknown_form, "it does not stop talking");
    more = *got;
  }
  std::vector<std::size_t> sizes;
  heard_ = std::max(heard_, client_.flight().records);
  for (; heard_ < client_.seen().size(); ++heard_) sizes.push_back(client_.seen()[heard_].body_size);
  co_return sizes;
}

net::Task<base::Result<void>> OriginConnection::await_records(std::size_t count) {
  while (client_.seen().size() < count) {
    const auto more = co_await read(times_.handshake);
    if (!more) co_return tl::unexpected(more.error());
    if (!*more) co_return base::fail(calibration::Errc::timed_out);
  }
  co_return base::Result<void>{};
}

void OriginConnection::forget() {
  client_.forget_seen();
  heard_ = 0;
}

/// In steps, each of which begins when the one before was noticed to be over: when this thread was busy for a
/// while, that was not the server's silence.
net::Task<bool> OriginConnection::readable_within(std::chrono::milliseconds limit) {
  using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)
  constexpr int kSteps = 8;
  const auto step = std::chrono::duration_cast<Clock::duration>(limit) / kSteps;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  for (int i = 0; i < kSteps; ++i) {
    timer.expires_after(step);
    const auto first = co_await (stream_->wait_readable() ||
                                 timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)));
    if (first.index() == 0) co_return true;
  }
  co_return false;
}

/// False when nothing came within `limit`, or the server has ended.
net::Task<base::Result<bool>> OriginConnection::read(std::chrono::milliseconds limit) {
  const bool readable = co_await readable_within(limit);
  if (!readable) co_return false;
  const auto scratch = net::thread_scratch();
  const auto got = stream_->try_read(scratch);
  if (!got && got.error().is(net::Errc::would_block)) co_return true;
  if (!got || *got == 0) {
    ending_ = got ? Ending::fin : Ending::reset;
    co_return false;
  }
  const auto known = client_.seen().size();
  auto taken = client_.receive(base::ByteView(scratch).first(*got));
  const bool pause = Clock::now() - last_arrival_ > times_.one_write;
  last_arrival_ = Clock::now();
  for (auto i = known; i < client_.seen().size(); ++i) paused_.push_back(pause && i == known && i > 0);
  (void)client_.take_plaintext();  // what it says does not matter
  if (!taken) co_return tl::unexpected(taken.error());
  co_return true;
}

calibration::Sample OriginConnection::sample() const {
  calibration::Sample sample;
  sample.flight = client_.flight();
  for (std::size_t i = 0; i < sample.flight.records; ++i)
    sample.server_flight.push_back({client_.seen()[i], paused_[i]});
  sample.connected_after = connected_after_;
  sample.answered_after = answered_after_;
  sample.certificates = client_.certificates();
  sample.ecdsa_bits = sample.certificates->ecdsa_bits();
  return sample;
}

}  // namespace qnet::mirror
