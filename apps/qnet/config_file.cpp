#include "config_file.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "nearest.hpp"
#include "option_table.hpp"

namespace qnet::cli {

namespace {

// A configuration of every option fills a screen; a file of megabytes is another file.
constexpr std::size_t kLargestFile = 1024 * 1024;

std::optional<std::string> scalar(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  return std::nullopt;
}

base::Result<std::vector<std::string>> values_of(const Option& option, const toml::node& node, const std::string& where) {
  std::vector<std::string> values;
  const auto* const list = node.as_array();
  if (list != nullptr && option.many) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto value = scalar(*list->get(i));
      if (!value) return base::fail(Errc::bad_value, fmt::format("{}: {} holds something that is no text", where, option.key));
      values.push_back(std::move(*value));
    }
    return values;
  }
  auto value = scalar(node);
  if (!value)
    return base::fail(Errc::bad_value, fmt::format("{}: {} must be {}", where, option.key,
                                                   option.many ? "a text or a list of texts" : "one text or number"));
  values.push_back(std::move(*value));
  return values;
}

const Option* option_named(std::string_view key) {
  for (const auto& option : option_table())
    if (option.key == key) return &option;
  return nullptr;
}

tl::unexpected<base::Error> unknown(std::string_view key, const std::string& where) {
  std::vector<std::string> keys;
  for (const auto& option : option_table()) keys.emplace_back(option.key);
  const auto meant = nearest(key, keys);
  return base::fail(Errc::unknown_key, fmt::format("{}: {}{}", where, key,
                                                   meant ? fmt::format("; did you mean {}?", *meant) : ""));
}

}  // namespace

base::Result<GivenOptions> parse_config(std::string_view text, std::string_view name) {
  try {
    const auto table = toml::parse(text);
    GivenOptions given;
    for (const auto& [key, node] : table) {
      const auto where = fmt::format("{}, line {}", name, node.source().begin.line);
      const auto* const option = option_named(key.str());
      if (option == nullptr) return unknown(key.str(), where);
      auto values = values_of(*option, node, where);
      if (!values) return base::forward_error(values);
      given.emplace(option->key, Given{std::move(*values), where});
    }
    return given;
  } catch (const toml::parse_error& error) {
    return base::fail(Errc::bad_file, fmt::format("{}, line {}: {}", name, error.source().begin.line, error.description()));
  }
}

base::Result<GivenOptions> read_config(const std::filesystem::path& file) {
  std::error_code error;
  const bool readable = std::filesystem::is_regular_file(file, error) &&
                        std::filesystem::file_size(file, error) <= kLargestFile && !error;
  std::ifstream stream(file, std::ios::binary);
  if (!readable || !stream) return base::fail(Errc::unreadable_file, file.string());
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return parse_config(text, file.filename().string());
}

}  // namespace qnet::cli
