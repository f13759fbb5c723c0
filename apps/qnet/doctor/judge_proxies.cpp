#include "doctor/judge_proxies.hpp"

#include <fstream>
#include <iterator>

#include <boost/asio/ip/tcp.hpp>

#include "control/port_owner.hpp"
#include "doctor/checks.hpp"
#include "overlay/peer/address.hpp"

namespace qnet::cli {

namespace {

constexpr std::string_view kPac = "/proxy.pac";

bool is_this_machine(const std::string& host) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return host == "localhost" || (!error && (address.is_loopback() || address.is_unspecified()));
}

/// The address that a PAC file comes from; what has none is a file.
std::optional<ProxySetting> source_of(const ProxySetting& setting) {
  if (!setting.url.starts_with("http://")) return std::nullopt;
  return parse_proxy(setting.url, setting.where);
}

bool is_qnets(const ProxySetting& setting, const ProxyFacts& facts) {
  if (setting.scheme == "pac") {
    const auto source = source_of(setting);
    return source && is_this_machine(source->host) && source->port == facts.status_port &&
           setting.url.find(kPac) != std::string::npos;
  }
  const bool here = is_this_machine(setting.host) || setting.host == facts.qnet_host;
  return here && setting.port == facts.qnet_port && facts.qnet_port != 0;
}

std::string address_of(const ProxySetting& setting) {
  return setting.scheme == "pac" ? setting.url : peer::HostPort{setting.host, setting.port}.to_text();
}

}  // namespace

Finding judge_proxy(const ProxySetting& setting, const ProxyFacts& facts) {
  const auto found = [&](Level level, std::string code) {
    return Finding{
        "proxies", level, std::move(code), {{"where", setting.where}, {"address", address_of(setting)}}};
  };
  if (is_qnets(setting, facts)) {
    if (!facts.runs) return found(Level::problem, "proxy_waits_for_qnet");
    return setting.looks_up_names ? found(Level::problem, "proxy_tells_names")
                                  : found(Level::ok, "proxy_is_qnet");
  }
  const auto source = setting.scheme == "pac" ? source_of(setting) : setting;
  if (source && is_this_machine(source->host) && !facts.listens(source->port))
    return found(Level::problem, "proxy_is_gone");
  return found(Level::warning, "proxy_is_another");
}

namespace {

/// By the system's table: nothing is asked of a program that may not be meant.
bool listens(std::uint16_t port) {
  using boost::asio::ip::tcp;
  const tcp::endpoint at(boost::asio::ip::address_v4::loopback(), port);
  const tcp::endpoint at6(boost::asio::ip::address_v6::loopback(), port);
  for (const auto* const table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!control::listening_inodes(text, at).empty() || !control::listening_inodes(text, at6).empty())
      return true;
  }
  return false;
}

ProxyFacts proxy_facts(const Facts& facts) {
  ProxyFacts known{facts.settings.socks_bind, facts.settings.socks_port, facts.settings.status_port,
                   facts.runs(), listens};
  if (!facts.runs()) return known;
  // Where the running one has its proxy counts, and not where it would have it.
  known.qnet_port = 0;
  if (const auto at = peer::parse_host_port(text_in(*facts.status, "socks_addr"))) {
    known.qnet_host = at->host;
    known.qnet_port = at->port;
  }
  return known;
}

}  // namespace

Findings check_proxies(const Facts& facts) {
  ProxySettings settings;
  const auto add = [&](ProxySettings more) { std::ranges::move(more, std::back_inserter(settings)); };
  const auto home = facts.home();
  add(environment_proxies(facts.environment));
  add(gnome_proxies(facts.environment));
  const auto configuration = facts.environment("XDG_CONFIG_HOME").value_or("");
  const auto kde =
      (configuration.empty() ? home / ".config" : std::filesystem::path(configuration)) / "kioslaverc";
  add(kde_proxies(text_of_file(kde), "The desktop's setting (KDE, " + kde.string() + ")"));
  add(firefox_proxies(home));
  add(chromium_proxies(facts.root, home));

  const auto known = proxy_facts(facts);
  Findings all;
  bool any = false;
  for (const auto& setting : settings) {
    auto finding = judge_proxy(setting, known);
    any = any || is_qnets(setting, known);
    if (std::ranges::find(all, finding) == all.end()) all.push_back(std::move(finding));
  }
  if (!any && facts.runs() && known.qnet_port != 0)
    all.push_back(
        {"proxies", Level::warning, "nobody_uses_qnet", {{"address", text_in(*facts.status, "socks_addr")}}});
  if (all.empty()) all.push_back({"proxies", Level::ok, "no_proxies", {}});
  return all;
}

}  // namespace qnet::cli
