#include "doctor/proxy_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "doctor/run_program.hpp"

namespace qnet::cli {

namespace {

std::string_view trimmed(std::string_view text, std::string_view what = " \t\r\n'\"") {
  const auto first = text.find_first_not_of(what);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(what) - first + 1);
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::uint16_t usual_port(std::string_view scheme) {
  constexpr std::uint16_t kSocks = 1080;
  constexpr std::uint16_t kHttp = 80;
  return scheme.starts_with("socks") ? kSocks : kHttp;
}

}  // namespace

std::string text_of_file(const std::filesystem::path& file) {
  constexpr std::size_t kLargest = std::size_t{4} * 1024 * 1024;
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return {};
  std::ifstream stream(file, std::ios::binary);
  std::string text(kLargest, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return text;
}

std::optional<ProxySetting> parse_proxy(std::string_view text, std::string where, std::string_view scheme) {
  text = trimmed(text);
  ProxySetting setting{std::move(where), std::string(scheme)};
  if (const auto end = text.find("://"); end != std::string_view::npos) {
    setting.scheme = text.substr(0, end);
    std::ranges::transform(setting.scheme, setting.scheme.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    text.remove_prefix(end + 3);
  }
  text = text.substr(0, text.find('/'));
  if (const auto at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  text = trimmed(text);
  setting.port = usual_port(setting.scheme);
  const auto colon = text.find_last_of(": ");
  const bool has_port = colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos &&
                        (text.front() == '[' || text.find(':') == colon || text[colon] == ' ');
  if (has_port) {
    const auto port = port_of(trimmed(text.substr(colon + 1)));
    if (!port) return std::nullopt;
    setting.port = *port;
    text = trimmed(text.substr(0, colon));
  }
  setting.host = trimmed(text, "[]");
  if (setting.host.empty()) return std::nullopt;
  return setting;
}

ProxySettings environment_proxies(const Environment& environment) {
  ProxySettings all;
  for (const auto* const name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    auto setting =
        parse_proxy(environment(name).value_or(""), std::string("The environment variable ") + name);
    if (!setting) continue;
    setting->looks_up_names = setting->scheme == "socks5" || setting->scheme == "socks4";
    all.push_back(std::move(*setting));
  }
  return all;
}

ProxySettings gnome_proxies(const Environment& environment) {
  const auto get = [&](const std::string& schema, const std::string& key) {
    const auto said = run_program({"gsettings", "get", "org.gnome.system.proxy" + schema, key}, environment);
    return std::string(trimmed(said.value_or("")));
  };
  const auto mode = get("", "mode");
  const std::string where = "The desktop's setting (GNOME)";
  if (mode == "auto") {
    const auto url = get("", "autoconfig-url");
    if (url.empty()) return {};
    return {{where, "pac", {}, 0, url}};
  }
  ProxySettings all;
  if (mode != "manual") return all;
  for (const auto* const kind : {"socks", "https", "http"}) {
    const auto host = get(std::string(".") + kind, "host");
    const auto port = port_of(get(std::string(".") + kind, "port"));
    if (!host.empty() && port) all.push_back({where, kind, host, *port});
  }
  return all;
}

ProxySettings kde_proxies(std::string_view text, const std::string& where) {
  std::string type, script;
  ProxySettings all;
  bool inside = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('[')) inside = line == "[Proxy Settings]" || line == "[Proxy Settings][$i]";
    const auto equals = line.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    const auto key = trimmed(line.substr(0, equals));
    const auto value = trimmed(line.substr(equals + 1));
    if (key == "ProxyType") type = value;
    if (key == "Proxy Config Script") script = value;
    if (key == "socksProxy" || key == "httpProxy" || key == "httpsProxy")
      if (auto setting = parse_proxy(value, where)) all.push_back(std::move(*setting));
  }
  if (type == "1") return all;
  if (type == "2" && !script.empty()) return {{where, "pac", {}, 0, script}};
  return {};
}

}  // namespace qnet::cli
