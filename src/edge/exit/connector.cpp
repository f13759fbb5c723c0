#include "edge/exit/connector.hpp"

#include <algorithm>
#include <utility>

#include "edge/exit/destination_kind.hpp"
#include "foundation/ip/asio_address.hpp"
#include "protocol/dns/error.hpp"

namespace qnet::exit {

using net::tcp;

namespace {

using Clock = std::chrono::steady_clock;

Errc error_of(const base::Error& error) {
  if (error.is(dns::Errc::name_not_found)) return Errc::name_not_found;
  if (error.is(dns::Errc::timeout)) return Errc::timeout;
  if (error.is(dns::Errc::limit_reached)) return Errc::limit_reached;
  if (error.is(dns::Errc::cancelled)) return Errc::cancelled;
  return Errc::name_service_failed;
}

Errc error_of_connecting(const base::Error& error) {
  if (error.is(net::Errc::refused)) return Errc::refused;
  if (error.is(net::Errc::timed_out)) return Errc::timeout;
  if (error.is(net::Errc::host_unreachable)) return Errc::host_unreachable;
  if (error.is(net::Errc::network_unreachable) || error.is(net::Errc::address_unavailable))
    return Errc::network_unreachable;
  if (error.is(net::Errc::closed)) return Errc::cancelled;
  return Errc::general_failure;
}

// IPv6 first (RFC 8305 §4).
std::vector<tcp::endpoint> in_order(const std::vector<ip::IpAddress>& addresses, std::uint16_t port) {
  std::vector<tcp::endpoint> endpoints;
  for (const bool v4 : {false, true})
    for (const auto& address : addresses)
      if (address.is_v4() == v4) endpoints.emplace_back(ip::to_asio(address), port);
  return net::in_turns(endpoints);
}

}  // namespace

net::Task<base::Result<Connection>> Connector::connect(std::string host, std::uint16_t port, Holder holder) {
  auto connection = co_await checked_connect(std::move(host), port, holder);
  if (connection) {
    shared_->counters.connected.fetch_add(1, std::memory_order_relaxed);
  } else if (const auto code = code_of(connection.error());
             code != Errc::not_allowed && code != Errc::cancelled) {
    shared_->counters.failed.at(static_cast<std::size_t>(code)).fetch_add(1, std::memory_order_relaxed);
  }
  co_return connection;
}

net::Task<base::Result<Connection>> Connector::checked_connect(std::string host, std::uint16_t port,
                                                               Holder holder) {
  const auto end = Clock::now() + timing_.deadline;
  auto verdict = shared_->policy.check_host(host, port);
  if (const auto* reason = std::get_if<Refusal>(&verdict))
    co_return refuse(*reason, destination_kind(host, port));
  auto permit = shared_->limit.acquire(holder);
  if (!permit) co_return base::forward_error(permit);

  std::vector<tcp::endpoint> endpoints;
  if (const auto* literal = std::get_if<Literal>(&verdict)) {
    const auto to = ip::to_asio(literal->address);
    if (shared_->from.serve(to)) endpoints.emplace_back(to, literal->port);
  } else {
    auto addresses = co_await checked_resolve(std::move(std::get<LookUp>(verdict).text), port);
    if (!addresses) co_return base::forward_error(addresses);
    std::erase_if(*addresses, [&](const auto& to) { return !shared_->from.serve(ip::to_asio(to)); });
    endpoints = in_order(*addresses, port);
  }
  if (endpoints.empty()) co_return base::fail(Errc::network_unreachable);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  auto reached = co_await net::connect_race(std::move(endpoints), {timing_.stagger, left}, shared_->from);
  if (!reached) co_return base::fail(error_of_connecting(reached.error()));
  boost::system::error_code ignored;
  reached->socket.set_option(tcp::no_delay(true), ignored);
  co_return Connection{std::move(reached->socket), reached->remote, std::move(*permit)};
}

net::Task<base::Result<std::vector<ip::IpAddress>>> Connector::checked_resolve(std::string name,
                                                                               std::uint16_t port) {
  auto addresses = co_await resolver_.resolve(std::move(name));
  if (!addresses) co_return base::fail(error_of(addresses.error()));
  for (const auto& address : *addresses) {
    if (const auto reason = shared_->policy.check_resolved(address, port))
      co_return refuse(*reason, name_kind(port));
  }
  co_return addresses;
}

tl::unexpected<base::Error> Connector::refuse(Refusal reason, std::string kind) {
  shared_->counters.refused.at(static_cast<std::size_t>(reason)).fetch_add(1, std::memory_order_relaxed);
  if (shared_->blocked) shared_->blocked->add(reason, std::move(kind), std::chrono::system_clock::now());
  return base::fail(Errc::not_allowed, std::string(describe(reason)));
}

}  // namespace qnet::exit
