#include <chrono>
#include <fstream>
#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "doctor/checks.hpp"
#include "doctor/known_relays.hpp"

namespace qnet::cli {

namespace {

std::set<std::string> names_of(const Facts& facts) {
  std::set<std::string> names;
  const auto add = [&](const std::string& host) {
    if (peer::host_kind(host) == peer::HostKind::name) names.insert(host);
  };
  for (const auto& relay : relays_known(facts)) add(relay.invite.address.host);
  if (facts.settings.cover_origin) add(facts.settings.cover_origin->host);
  if (facts.settings.site_upstream) add(facts.settings.site_upstream->host);
  return names;
}

/// By the system's resolver, as QNet does.
Finding look_up(const std::string& name) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::resolver resolver(io);
  boost::system::error_code error;
  const auto found = resolver.resolve(name, "", error);
  if (error || found.empty())
    return {"names", Level::problem, "name_not_found", {{"name", name}, {"why", error.message()}}};
  return {"names",
          Level::ok,
          "name_found",
          {{"name", name}, {"address", found.begin()->endpoint().address().to_string()}}};
}

bool has_name_server(const std::filesystem::path& root) {
  std::ifstream file(root / "etc/resolv.conf");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("nameserver")) return true;
  return false;
}

}  // namespace

Findings check_names(const Facts& facts) {
  Findings all;
  for (const auto& name : names_of(facts)) all.push_back(look_up(name));
  if (has_exit(facts.settings.helper_mode) && facts.settings.dns_servers.empty() &&
      !has_name_server(facts.root))
    all.push_back({"names", Level::problem, "no_name_server", {}});
  if (all.empty()) all.push_back({"names", Level::ok, "no_names_needed", {}});
  return all;
}

}  // namespace qnet::cli
