#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "control/port_owner.hpp"
#include "doctor/checks.hpp"

namespace qnet::cli {

namespace {

using boost::asio::ip::tcp;

struct Wanted {
  tcp::endpoint at;
  std::string flag;
};

tcp::endpoint endpoint(const std::string& address, std::uint16_t port) {
  boost::system::error_code error;
  return {boost::asio::ip::make_address(address, error), port};
}

std::vector<Wanted> ports_of(const Settings& s) {
  std::vector<Wanted> all;
  if (s.helper_mode == HelperMode::client)
    all.push_back({endpoint(s.socks_bind, s.socks_port), "--socks-port"});
  else
    all.push_back({endpoint(s.listen.host, s.listen.port), "--listen"});
  if (s.directory_http)
    all.push_back({endpoint(s.directory_http->host, s.directory_http->port), "--directory-http"});
  all.push_back({endpoint(kLoopback, s.status_port), "--status-port"});
  return all;
}

/// What would keep a server from listening there. Nothing listens meanwhile.
boost::system::error_code try_to_bind(const tcp::endpoint& at) {
  boost::asio::io_context io;
  tcp::acceptor acceptor(io);
  boost::system::error_code error;
  acceptor.open(at.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(at, error);
  return error;
}

Finding judge(const Wanted& wanted) {
  control::WordMap words{{"port", std::to_string(wanted.at.port())},
                         {"address", wanted.at.address().to_string()},
                         {"flag", wanted.flag}};
  const auto error = try_to_bind(wanted.at);
  if (!error) return {"ports", Level::ok, "port_free", std::move(words)};
  if (error == boost::asio::error::address_in_use) {
    const auto owner = control::port_owner(wanted.at);
    if (owner) words.emplace("owner", control::to_text(*owner));
    return {"ports", Level::problem, owner ? "port_taken_by" : "port_taken", std::move(words)};
  }
  if (error == boost::asio::error::access_denied)
    return {"ports", Level::problem, "port_not_permitted", std::move(words)};
  words.emplace("why", error.message());
  return {"ports", Level::problem, "port_fails", std::move(words)};
}

}  // namespace

/// What runs has its ports.
Findings check_ports(const Facts& facts) {
  if (facts.runs()) {
    const auto proxy = text_in(*facts.status, "socks_addr");
    const auto address = proxy.empty() ? text_in(*facts.status, "listen_addr") : proxy;
    return {{"ports",
             Level::ok,
             "ports_of_qnet",
             {{"address", address.empty() ? "-" : address},
              {"port", std::to_string(facts.settings.status_port)}}}};
  }
  Findings all;
  for (const auto& wanted : ports_of(facts.settings)) all.push_back(judge(wanted));
  return all;
}

}  // namespace qnet::cli
