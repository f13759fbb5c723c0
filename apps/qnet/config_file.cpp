#include "config_file.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "command_name.hpp"
#include "nearest.hpp"
#include "option_table.hpp"

namespace qnet::cli {

namespace {

// A configuration of every option fills a screen; a file of megabytes is another file.
constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;

/// What the option may hold, and how a person writes it in TOML.
std::string_view form_of(const Option& option) {
  if (option.is_switch()) return "true or false";
  if (option.takes_numbers()) return option.many ? "a number or a list of numbers" : "a number";
  return option.many ? "a text in quotes or a list of them" : "a text in quotes";
}

/// Numbers may stand in quotes; nothing else may be written as something that it is not.
std::optional<std::string> scalar(const Option& option, const toml::node& node) {
  if (option.is_switch()) {
    const auto truth = node.value_exact<bool>();
    return truth ? std::optional<std::string>(*truth ? "true" : "false") : std::nullopt;
  }
  if (auto text = node.value_exact<std::string>()) return text;
  const auto number = node.value_exact<std::int64_t>();
  return number && option.takes_numbers() ? std::optional(std::to_string(*number)) : std::nullopt;
}

base::Result<std::vector<std::string>> values_of(const Option& option, const toml::node& node,
                                                 const std::string& where) {
  std::vector<std::string> values;
  const auto add = [&](const toml::node& item) {
    auto value = scalar(option, item);
    if (value) values.push_back(std::move(*value));
    return value.has_value();
  };
  const auto* const list = option.many ? node.as_array() : nullptr;
  if (list != nullptr ? std::ranges::all_of(*list, add) : add(node)) return values;
  return base::fail(Errc::bad_value, fmt::format("{}: {} must be {}", where, option.key, form_of(option)));
}

const Option* option_named(std::string_view key) {
  for (const auto& option : option_table())
    if (option.key == key) return &option;
  return nullptr;
}

tl::unexpected<base::Error> unknown(std::string_view key, const std::string& where) {
  std::vector<std::string> keys;
  for (const auto* const option : options_of(Command::run)) keys.emplace_back(option->key);
  return base::fail(Errc::unknown_key, fmt::format("{}: {}{}", where, key, suggestion(key, keys)));
}

base::Result<std::string> contents_of(const std::filesystem::path& file) {
  const auto failed = [&](std::string_view why) {
    return base::fail(Errc::unreadable_file, fmt::format("{} ({})", file.string(), why));
  };
  std::error_code error;
  const auto kind = std::filesystem::status(file, error).type();
  if (kind == std::filesystem::file_type::not_found) return failed("there is none");
  if (kind == std::filesystem::file_type::directory) return failed("it is a folder");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return failed("it cannot be opened");
  // Not by the size that the file system tells: a pipe has none, and a file may grow.
  std::string text(kLargestFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return failed("reading it fails");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kLargestFile) return failed("it is larger than 1 MiB");
  return text;
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
      if (!option->belongs_to(Command::run))
        return base::fail(Errc::unknown_key,
                          fmt::format("{}: {} is no option of qnet run", where, option->key));
      auto values = values_of(*option, node, where);
      if (!values) return base::forward_error(values);
      given.emplace(option->key, Given{std::move(*values), where});
    }
    return given;
  } catch (const toml::parse_error& error) {
    return base::fail(Errc::bad_file,
                      fmt::format("{}, line {}: {}", name, error.source().begin.line, error.description()));
  }
}

base::Result<GivenOptions> read_config(const std::filesystem::path& file) {
  const auto text = contents_of(file);
  if (!text) return tl::unexpected(text.error());
  return parse_config(*text, file.filename().string());
}

}  // namespace qnet::cli
