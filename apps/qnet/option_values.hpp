// How the values of options are read: each function checks one value and sets it, or says what is wrong.
#pragma once

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "foundation/base/result.hpp"
#include "settings.hpp"

namespace qnet::cli {

[[nodiscard]] base::Error not_a_number(const std::string& text, std::uint64_t low, std::uint64_t high);

template <class Integer>
[[nodiscard]] base::Result<void> set_number(const std::string& text, Integer low, Integer high, Integer& to) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high)
    return tl::unexpected(not_a_number(text, low, high));
  to = value;
  return {};
}

[[nodiscard]] base::Result<void> set_port(const std::string& text, std::uint16_t& to);
[[nodiscard]] base::Result<peer::HostPort> host_port(const std::string& text);
[[nodiscard]] base::Result<void> set_endpoint(const std::string& text, peer::HostPort& to);
[[nodiscard]] base::Result<void> set_socks_bind(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_directory_http(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_template_name(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_mode(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_flag_value(bool& to, const std::string& text);
[[nodiscard]] base::Result<void> set_mode_switch(Settings& s, const std::string& text, HelperMode mode);
[[nodiscard]] base::Result<void> set_auth(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> add_allowed_uid(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> add_invite(std::vector<std::string>& to, const std::string& text);
[[nodiscard]] base::Result<void> set_cover_name(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_email(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> add_exit_allow(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> add_exit_port(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> add_exit_country(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> add_exit_bind(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> add_dns_server(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_folder(const std::string& text, std::filesystem::path& to);
[[nodiscard]] base::Result<void> set_template(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_file(const std::string& text, std::filesystem::path& to);
[[nodiscard]] base::Result<void> set_cover(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_ech_configs(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_site_transport(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_country(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_directory_store(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_token(Settings& s, const std::string& text);
[[nodiscard]] base::Result<void> set_log_level(Settings& s, const std::string& text);

// The same for one member of Settings, as the table of options wants it.

template <auto member, auto low, auto high>
[[nodiscard]] base::Result<void> set_number(Settings& s, const std::string& text) {
  using Integer = std::remove_reference_t<decltype(s.*member)>;
  return set_number<Integer>(text, low, high, s.*member);
}

template <HelperMode mode>
[[nodiscard]] base::Result<void> set_mode_switch(Settings& s, const std::string& text) {
  return set_mode_switch(s, text, mode);
}

template <auto member>
[[nodiscard]] base::Result<void> set_switch(Settings& s, const std::string& text) {
  return set_flag_value(s.*member, text);
}

template <auto member>
[[nodiscard]] base::Result<void> set_port(Settings& s, const std::string& text) {
  return set_port(text, s.*member);
}

template <auto member>
[[nodiscard]] base::Result<void> set_endpoint(Settings& s, const std::string& text) {
  return set_endpoint(text, s.*member);
}

template <auto member>
[[nodiscard]] base::Result<void> set_host_port(Settings& s, const std::string& text) {
  auto parsed = host_port(text);
  if (!parsed) return base::forward_error(parsed);
  s.*member = std::move(*parsed);
  return {};
}

template <auto member>
[[nodiscard]] base::Result<void> set_folder(Settings& s, const std::string& text) {
  return set_folder(text, s.*member);
}

template <auto member>
[[nodiscard]] base::Result<void> set_file(Settings& s, const std::string& text) {
  return set_file(text, s.*member);
}

template <auto member>
[[nodiscard]] base::Result<void> add_invite(Settings& s, const std::string& text) {
  return add_invite(s.*member, text);
}

}  // namespace qnet::cli
