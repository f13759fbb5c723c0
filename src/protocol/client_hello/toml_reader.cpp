#include "protocol/client_hello/toml_reader.hpp"

#include <toml++/toml.h>

namespace qnet::client_hello {

struct TomlReader::Node {
  toml::table table;
  std::shared_ptr<std::string> problem;
};

TomlReader::TomlReader(std::unique_ptr<Node> node) : node_(std::move(node)) {}
TomlReader::TomlReader(TomlReader&&) noexcept = default;
TomlReader& TomlReader::operator=(TomlReader&&) noexcept = default;
TomlReader::~TomlReader() = default;

tl::expected<TomlReader, std::string> TomlReader::parse(std::string_view text) {
  try {
    return TomlReader(std::make_unique<Node>(Node{toml::parse(text), std::make_shared<std::string>()}));
  } catch (const toml::parse_error& error) {
    return tl::unexpected("line " + std::to_string(error.source().begin.line) + ": " +
                          std::string(error.description()));
  }
}

void TomlReader::fail(std::string_view key, std::string_view what) {
  if (node_->problem->empty()) *node_->problem = std::string(key) + ": " + std::string(what);
}

bool TomlReader::failed() const { return !node_->problem->empty(); }
std::string TomlReader::problem() const { return *node_->problem; }

bool TomlReader::has(std::string_view key) const { return node_->table.contains(key); }

std::string TomlReader::text(std::string_view key) {
  const auto value = node_->table[key].value_exact<std::string>();
  if (!value || value->empty()) fail(key, "a text is missing");
  return value.value_or("");
}

std::string TomlReader::optional_text(std::string_view key) {
  return node_->table.contains(key) ? text(key) : std::string();
}

std::vector<std::string> TomlReader::texts(std::string_view key) {
  std::vector<std::string> all;
  const auto* const list = node_->table[key].as_array();
  if (list == nullptr) fail(key, "a list of texts is missing");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto value = list->get(i)->value_exact<std::string>();
    if (!value) fail(key, "holds something that is no text");
    all.push_back(value.value_or(""));
  }
  return all;
}

std::vector<std::vector<std::string>> TomlReader::lists_of_texts(std::string_view key) {
  std::vector<std::vector<std::string>> all;
  const auto* const lists = node_->table[key].as_array();
  for (std::size_t i = 0; lists != nullptr && i < lists->size(); ++i) {
    auto& texts = all.emplace_back();
    const auto* const inner = lists->get(i)->as_array();
    if (inner == nullptr) fail(key, "holds something that is no list");
    for (std::size_t j = 0; inner != nullptr && j < inner->size(); ++j)
      texts.push_back(inner->get(j)->value_exact<std::string>().value_or(""));
  }
  return all;
}

bool TomlReader::flag(std::string_view key, bool absent) {
  const auto node = node_->table[key];
  if (!node) return absent;
  const auto value = node.value_exact<bool>();
  if (!value) fail(key, "is neither true nor false");
  return value.value_or(absent);
}

std::int64_t TomlReader::number(std::string_view key, std::int64_t low, std::int64_t high) {
  const auto value = node_->table[key].value_exact<std::int64_t>();
  if (!value || *value < low || *value > high) {
    fail(key, "must be a number from " + std::to_string(low) + " to " + std::to_string(high));
    return low;
  }
  return *value;
}

std::vector<std::int64_t> TomlReader::numbers(std::string_view key, std::int64_t low, std::int64_t high) {
  std::vector<std::int64_t> all;
  const auto* const list = node_->table[key].as_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto value = list->get(i)->value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) fail(key, "holds a number out of its range");
    all.push_back(value.value_or(low));
  }
  return all;
}

std::vector<TomlReader> TomlReader::tables(std::string_view key) {
  std::vector<TomlReader> all;
  const auto* const list = node_->table[key].as_array();
  if (list == nullptr) fail(key, "no tables");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto* const table = list->get(i)->as_table();
    if (table == nullptr) {
      fail(key, "holds something that is no table");
      continue;
    }
    all.push_back(TomlReader(std::make_unique<Node>(Node{*table, node_->problem})));
  }
  return all;
}

}  // namespace qnet::client_hello
