// A connector with a DNS server and a site on loopback, for tests.
#pragma once

#include <gtest/gtest.h>

#include "edge/exit/connector.hpp"
#include "foundation/net/testing/run.hpp"
#include "protocol/dns/testing/dns_server.hpp"

namespace qnet::exit::testing {

using namespace std::chrono_literals;
using dns::testing::DnsReply;
using dns::testing::DnsServer;
using dns::testing::ip;
using net::tcp;
using net::testing::open_descriptors;
using net::testing::run;
using Outcome = base::Result<Connection>;

inline boost::asio::ip::address loopback(unsigned last) {
  return boost::asio::ip::address_v4({127, 0, 0, static_cast<std::uint8_t>(last)});
}

class ConnectorTest : public ::testing::Test {
 protected:
  // Nothing may be left behind: no socket, no timer, no coroutine, no place of the limit.
  void TearDown() override {
    EXPECT_EQ(open_descriptors(), descriptors_) << "a socket was left open";
    if (shared_) {
      EXPECT_EQ(shared_->limit.open(), 0U);
    }
    server_.stop();
    connector_.reset();
    resolver_.reset();
    net::testing::drain(io_);
  }

  // Called once all listeners of the test are open.
  void start(std::vector<std::string> entries, std::size_t max_connections = 10,
             ConnectorTiming timing = {}) {
    PolicyOptions options;
    options.ports = {80, 443, site_port()};
    for (const auto& entry : entries) options.allow.push_back(parse_allow_entry(entry).value());
    dns::ResolverOptions dns;
    dns.name_servers = {server_.endpoint()};
    dns.timing = {.first_try = dns_longest_wait_, .tries = 1, .deadline = 20000ms, .v6_wait = 5000ms};
    dns.from.v4 = from_.v4 ? std::optional(from_.v4->to_v4()) : std::nullopt;
    shared_ = std::make_shared<Shared>(Policy(std::move(options)), max_connections, from_);
    resolver_ = std::make_unique<dns::Resolver>(io_.get_executor(), dns);
    connector_ = std::make_unique<Connector>(shared_, *resolver_, timing);
  }

  Outcome connect(const std::string& host, std::uint16_t port) {
    return run(io_, connector_->connect(host, port));
  }
  Errc error(const std::string& host, std::uint16_t port) { return code_of(connect(host, port).error()); }

  [[nodiscard]] std::uint16_t site_port() const { return site_.local_endpoint().port(); }
  [[nodiscard]] std::string at_site(unsigned last) const {
    return "127.0.0." + std::to_string(last) + ":" + std::to_string(site_port());
  }
  [[nodiscard]] std::size_t waiting_at(tcp::acceptor& acceptor) const {
    acceptor.non_blocking(true);
    std::size_t count = 0;
    for (boost::system::error_code error;; ++count) {
      (void)acceptor.accept(error);
      if (error) return count;
    }
  }

  boost::asio::io_context io_{1};
  tcp::acceptor site_{io_, {loopback(2), 0}};
  std::function<std::optional<DnsReply>(const DnsServer::Question&)> zone_ = [](const auto&) {
    return DnsReply{.rcode = 3};
  };
  DnsServer server_{io_, [this](const DnsServer::Question& question) { return zone_(question); }};
  std::chrono::milliseconds dns_longest_wait_{20000};
  net::SourceAddresses from_{};
  std::size_t descriptors_ = open_descriptors();
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<dns::Resolver> resolver_;
  std::unique_ptr<Connector> connector_;
};

}  // namespace qnet::exit::testing
