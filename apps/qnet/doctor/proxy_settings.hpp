// Where programs of this machine find which proxy to use: read, and not judged yet. What is not there, or
// cannot be read, is no setting.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "settle.hpp"

namespace qnet::cli {

struct ProxySetting {
  std::string where;   ///< "The environment variable ALL_PROXY", a file's name
  std::string scheme;  ///< "socks5", "http"…; "pac" where `url` is of a configuration file
  std::string host{};
  std::uint16_t port = 0;
  std::string url{};
  bool looks_up_names = false;  ///< the program asks for names itself, and so tells them around the proxy
  bool operator==(const ProxySetting&) const = default;
};
using ProxySettings = std::vector<ProxySetting>;

/// "socks5h://user:password@127.0.0.1:1088/", "127.0.0.1:1088", "socks://127.0.0.1 1088" (KDE's). Without the
/// user and the password: they are secret. Nothing for no address.
[[nodiscard]] std::optional<ProxySetting> parse_proxy(std::string_view text, std::string where,
                                                      std::string_view scheme = "http");

/// http_proxy, https_proxy, all_proxy, as curl reads them.
[[nodiscard]] ProxySettings environment_proxies(const Environment& environment);
/// What `gsettings` says of org.gnome.system.proxy.
[[nodiscard]] ProxySettings gnome_proxies(const Environment& environment);
/// kioslaverc's text.
[[nodiscard]] ProxySettings kde_proxies(std::string_view text, const std::string& where);
/// The profiles of Firefox below a person's folder: prefs.js, and user.js, which replaces what it names.
[[nodiscard]] ProxySettings firefox_proxies(const std::filesystem::path& home);
/// Policies and flags of Chromium and Chrome, of the machine and of the person.
[[nodiscard]] ProxySettings chromium_proxies(const std::filesystem::path& root,
                                             const std::filesystem::path& home);

/// The whole file, up to 4 MiB; empty where it cannot be read.
[[nodiscard]] std::string text_of_file(const std::filesystem::path& file);

}  // namespace qnet::cli
