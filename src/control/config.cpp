#include "control/config.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "control/json_values.hpp"

namespace qnet::control {

namespace {

namespace json = boost::json;

bool is_country(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<std::vector<std::string>> countries_in(const json::value& value) {
  const auto* const list = value.if_array();
  if (list == nullptr || list->size() > ConfigLimits::countries) return std::nullopt;
  std::vector<std::string> countries;
  for (const auto& one : *list) {
    const auto* const text = one.if_string();
    if (text == nullptr || !is_country(*text)) return std::nullopt;
    countries.emplace_back(*text);
  }
  return countries;
}

std::optional<std::string> level_in(const json::value& value) {
  const auto* const text = value.if_string();
  if (text == nullptr) return std::nullopt;
  for (const std::string_view level : {"error", "warning", "info", "debug"})
    if (*text == level) return std::string(level);
  return std::nullopt;
}

std::optional<std::size_t> hops_of(const json::value& value) {
  const auto* const number = value.if_int64();
  if (number == nullptr || *number < 1) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

}  // namespace

std::string config_json(const Config& config) {
  json::array countries;
  for (const auto& country : config.exit_countries) countries.emplace_back(json::string_view(country));
  json::object all;
  all["mode"] = config.helper_mode;
  all["hops"] = value_or_null(config.hops);
  all["exit_countries"] = std::move(countries);
  all["log_level"] = config.log_level;
  all["socks_addr"] = text_or_null(config.socks_address);
  all["socks_password"] = config.socks_password;
  all["status_addr"] = config.status_address;
  all["listen_addr"] = text_or_null(config.listen_address);
  all["template"] = text_or_null(config.browser_template);
  all["state_dir"] = text_or_null(config.state_dir);
  all["operators"] = config.operators;
  all["peers"] = config.peers;
  all["early_request"] = value_or_null(config.early_request);
  all["lan_discovery"] = value_or_null(config.lan_discovery);
  return json::serialize(all) + "\n";
}

std::optional<ConfigChange> change_in(std::string_view text) {
  boost::system::error_code error;
  const auto value = json::parse(text, error);
  const auto* const object = error ? nullptr : value.if_object();
  if (object == nullptr || object->empty()) return std::nullopt;
  ConfigChange change;
  for (const auto& [key, wanted] : *object) {
    if (key == "hops") change.hops = hops_of(wanted);
    if (key == "exit_countries") change.exit_countries = countries_in(wanted);
    if (key == "log_level") change.log_level = level_in(wanted);
    const bool read = (key == "hops" && change.hops) || (key == "exit_countries" && change.exit_countries) ||
                      (key == "log_level" && change.log_level);
    if (!read) return std::nullopt;
  }
  return change;
}

}  // namespace qnet::control
