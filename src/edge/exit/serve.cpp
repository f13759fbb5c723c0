#include "edge/exit/serve.hpp"

#include <atomic>

#include <spdlog/spdlog.h>
#include <boost/asio/this_coro.hpp>

#include "edge/exit/told_source.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/tcp.hpp"
#include "foundation/net/unless.hpp"
#include "overlay/peer/read_message.hpp"

namespace qnet::exit {

namespace {

using net::Task;
using peer::ConnectStatus;

ConnectStatus status_of(Errc code) {
  switch (code) {
    case Errc::not_allowed: return ConnectStatus::not_allowed;
    case Errc::network_unreachable: return ConnectStatus::network_unreachable;
    case Errc::name_not_found:
    case Errc::host_unreachable: return ConnectStatus::host_unreachable;
    case Errc::refused: return ConnectStatus::refused;
    case Errc::timeout: return ConnectStatus::timeout;
    case Errc::general_failure:
    case Errc::name_service_failed:
    case Errc::limit_reached:
    case Errc::cancelled: break;
  }
  return ConnectStatus::general_failure;
}

/// What another exit may have.
peer::Lack lack_of(const base::Error& error) {
  if (error.is(Errc::limit_reached)) return peer::Lack::places;
  const bool serves_no_such_port = error.is(Errc::not_allowed) && error.context() == describe(Refusal::port);
  return serves_no_such_port ? peer::Lack::port : peer::Lack::nothing;
}

constexpr int kSiteProbes = 3;

/// Whether it is time for the next line of a kind, of all threads: at most one in each `period`.
bool is_due(std::atomic<std::int64_t>& last_period, std::chrono::seconds period) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch() / period;
  return last_period.exchange(now) != now;
}

/// Design §6: a refusal is logged, but neither who asked nor for what.
void log_refusal(const base::Error& error) {
  static std::atomic<std::int64_t> last_second{-1};
  static std::atomic<std::int64_t> last_minute{-1};
  if (error.is(Errc::not_allowed) && is_due(last_second, std::chrono::seconds(1)))
    spdlog::info("refused a destination: {}", error.context());
  if (error.is(Errc::limit_reached) && is_due(last_minute, std::chrono::minutes(1)))
    spdlog::warn("refused a connection: {}", error.message());
}

/// What comes of the request; nothing when the peer has broken off meanwhile.
Task<std::optional<base::Result<Connection>>> connect_for(net::BreakableStream& stream, Connector& connector,
                                                          peer::ConnectRequest request, Holder holder) {
  net::Stop stop;
  const net::BreakWatch watch(stream, [&stop] { stop.now(); });
  co_return co_await net::unless(stop, connector.connect(std::move(request.host), request.port, holder));
}

Task<base::Result<peer::ConnectRequest>> read_request(net::ByteStream& stream,
                                                      std::chrono::milliseconds within) {
  const net::Deadline limit(co_await boost::asio::this_coro::executor, within, [&stream] { stream.reset(); });
  co_return co_await peer::read_message<peer::ConnectRequest>(stream);
}

Task<void> decline(net::ByteStream& stream, const base::Error& error, std::chrono::milliseconds farewell) {
  const auto answer = peer::ConnectAnswer{status_of(code_of(error)), {}, lack_of(error)}.encode();
  if (!co_await net::write_all(stream, answer)) co_return;
  const net::Deadline limit(co_await boost::asio::this_coro::executor, farewell,
                            [&stream] { stream.reset(); });
  co_await net::finish_and_drain(stream);
}

}  // namespace

namespace {

peer::HostPort source_of(const net::tcp::socket& site) {
  boost::system::error_code error;
  const auto local = site.local_endpoint(error);
  return {error ? std::string(kUntold) : told_source(local.address()), 0};
}

}  // namespace

Task<void> serve(Connector& connector, std::unique_ptr<net::BreakableStream> stream, net::Traffic& traffic,
                 Holder holder, ServiceLimits limits) {
  auto request = co_await read_request(*stream, limits.request);
  if (!request) co_return stream->reset();
  spdlog::trace("asked for {}, port {}", request->host, request->port);
  auto outcome = co_await connect_for(*stream, connector, std::move(*request), holder);
  if (!outcome) co_return;
  auto& connection = *outcome;
  if (!connection) {
    log_refusal(connection.error());
    co_return co_await decline(*stream, connection.error(), limits.farewell);
  }
  const peer::ConnectAnswer answer{ConnectStatus::ok, source_of(connection->socket), peer::Lack::nothing};
  if (auto sent = co_await net::write_all(*stream, answer.encode()); !sent) co_return;
  net::TcpStream site(std::move(connection->socket));
  site.keep_alive(limits.keep_alive, kSiteProbes);
  co_await net::join(*stream, site, traffic, limits.idle);
}

}  // namespace qnet::exit
