#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include <boost/json.hpp>

#include "doctor/proxy_settings.hpp"
#include "live/reading.hpp"

namespace qnet::cli {

namespace {

namespace fs = std::filesystem;

using Preferences = std::map<std::string, std::string, std::less<>>;

/// Folders and files that a person may have there; none where it cannot be read.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    all.push_back(entry->path());
  std::ranges::sort(all);
  return all;
}

/// Lines as user_pref("network.proxy.type", 1); or with a text in quotes for the number.
void read_preferences(const fs::path& file, Preferences& into) {
  constexpr std::string_view kBegin = "user_pref(\"network.proxy.";
  const auto text = text_of_file(file);
  for (std::size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at + 1)) {
    // A line that begins with anything else is a comment.
    if (at > 0 && text[at - 1] != '\n') continue;
    const auto line = std::string_view(text).substr(at, text.find('\n', at) - at);
    const auto key_end = line.find('"', kBegin.size());
    const auto comma = line.find(',', std::min(key_end, line.size()));
    const auto end = line.rfind(')');
    if (key_end == std::string_view::npos || comma == std::string_view::npos ||
        end == std::string_view::npos || end < comma)
      continue;
    auto value = line.substr(comma + 1, end - comma - 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '"')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '"')) value.remove_suffix(1);
    into[std::string(line.substr(kBegin.size(), key_end - kBegin.size()))] = value;
  }
}

std::string value_of(const Preferences& preferences, std::string_view key) {
  const auto found = preferences.find(key);
  return found == preferences.end() ? std::string() : found->second;
}

/// Up to this version Firefox looked names up itself where a SOCKS proxy is set, unless it was told not to.
bool is_old(const fs::path& profile) {
  constexpr int kChanged = 128;
  constexpr std::string_view kKey = "LastVersion=";
  const auto text = text_of_file(profile / "compatibility.ini");
  const auto at = text.find(kKey);
  if (at == std::string::npos) return false;
  int version = kChanged;
  std::from_chars(text.data() + at + kKey.size(), text.data() + text.size(), version);
  return version < kChanged;
}

bool looks_up_names(const Preferences& preferences, const fs::path& profile) {
  const auto old_key = value_of(preferences, "socks_remote_dns");
  if (value_of(preferences, "socks5_remote_dns") == "false") return old_key != "true";
  return old_key != "true" && is_old(profile);
}

ProxySettings of_profile(const fs::path& profile) {
  Preferences preferences;
  read_preferences(profile / "prefs.js", preferences);
  read_preferences(profile / "user.js", preferences);
  const auto type = value_of(preferences, "type");
  const auto where = "Firefox (" + profile.string() + ")";
  if (type == "2" && !value_of(preferences, "autoconfig_url").empty())
    return {{where, "pac", {}, 0, value_of(preferences, "autoconfig_url")}};
  ProxySettings all;
  if (type != "1") return all;
  for (const auto* const kind : {"socks", "ssl", "http"}) {
    auto setting = parse_proxy(
        value_of(preferences, kind) + ":" + value_of(preferences, std::string(kind) + "_port"), where, kind);
    if (!setting) continue;
    setting->looks_up_names = setting->scheme == "socks" && looks_up_names(preferences, profile);
    all.push_back(std::move(*setting));
  }
  return all;
}

/// "socks5://127.0.0.1:1088", or by scheme: "http=127.0.0.1:1088;https=127.0.0.1:1088".
void add_server(std::string_view text, const std::string& where, ProxySettings& all) {
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (const auto equals = part.find('='); equals != std::string_view::npos) part.remove_prefix(equals + 1);
    if (auto setting = parse_proxy(part, where)) all.push_back(std::move(*setting));
  }
}

void add_policy(const Json& policy, const std::string& where, ProxySettings& all) {
  if (const auto* const nested = object_in(policy, "ProxySettings")) add_policy(*nested, where, all);
  const auto mode = text_in(policy, "ProxyMode");
  if (mode == "direct" || mode == "system" || mode == "auto_detect") return;
  if (mode.empty() || mode == "fixed_servers") add_server(text_in(policy, "ProxyServer"), where, all);
  if (const auto url = text_in(policy, "ProxyPacUrl"); !url.empty() && mode != "fixed_servers")
    all.push_back({where, "pac", {}, 0, url});
}

void add_policies(const fs::path& folder, ProxySettings& all) {
  boost::json::parse_options lenient;
  lenient.allow_comments = true;
  lenient.allow_trailing_commas = true;
  for (const auto& file : entries_of(folder)) {
    if (file.extension() != ".json") continue;
    boost::system::error_code error;
    const auto value = boost::json::parse(text_of_file(file), error, {}, lenient);
    if (!error && value.is_object()) add_policy(value.get_object(), file.string(), all);
  }
}

/// A file of flags: words of a command line, also in a shell's quotes. Lines with # are comments.
void add_flags(const fs::path& file, ProxySettings& all) {
  std::string text = text_of_file(file);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (line.find('#') == line.find_first_not_of(" \t") && line.find('#') != std::string_view::npos) continue;
    for (const std::string_view flag : {"--proxy-server=", "--proxy-pac-url="}) {
      const auto at = line.find(flag);
      if (at == std::string_view::npos) continue;
      auto value = line.substr(at + flag.size());
      while (!value.empty() && (value.front() == '"' || value.front() == '\'')) value.remove_prefix(1);
      value = value.substr(0, value.find_first_of(" \t\"'"));
      if (flag == "--proxy-server=")
        add_server(value, file.string(), all);
      else if (!value.empty())
        all.push_back({file.string(), "pac", {}, 0, std::string(value)});
    }
  }
}

}  // namespace

ProxySettings firefox_proxies(const fs::path& home) {
  ProxySettings all;
  if (home.empty()) return all;
  for (const auto* const folder : {".mozilla/firefox", "snap/firefox/common/.mozilla/firefox",
                                   ".var/app/org.mozilla.firefox/.mozilla/firefox"})
    for (const auto& profile : entries_of(home / folder))
      std::ranges::move(of_profile(profile), std::back_inserter(all));
  return all;
}

ProxySettings chromium_proxies(const fs::path& root, const fs::path& home) {
  ProxySettings all;
  for (const auto* const folder : {"etc/chromium/policies", "etc/opt/chrome/policies"})
    for (const auto* const kind : {"managed", "recommended"}) add_policies(root / folder / kind, all);
  for (const auto& file : entries_of(root / "etc/chromium.d")) add_flags(file, all);
  if (home.empty()) return all;
  for (const auto* const file : {".config/chromium-flags.conf", ".config/chrome-flags.conf"})
    add_flags(home / file, all);
  return all;
}

}  // namespace qnet::cli
