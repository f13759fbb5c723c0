#include "control/words.hpp"

#include <functional>
#include <stdexcept>

#include <boost/json.hpp>

#include "control/embedded.hpp"

namespace qnet::control {

namespace {

using Table = std::map<std::string, std::string, std::less<>>;

/// What is built in is right, or no test passes.
Table read_table(std::string_view language) {
  Table table;
  for (const auto& file : embedded_words()) {
    if (file.name != language) continue;
    const auto value = boost::json::parse(file.text);
    for (const auto& [key, text] : value.as_object()) table.emplace(key, text.as_string());
  }
  if (table.empty()) throw std::logic_error("no words are built in");
  return table;
}

}  // namespace

std::string sentence(std::string_view key, const WordMap& words) {
  static const Table table = read_table("en");
  const auto found = table.find(key);
  if (found == table.end()) return std::string(key);
  std::string_view left = found->second;
  std::string text;
  while (true) {
    const auto open = left.find('{');
    const auto close = open == std::string_view::npos ? open : left.find('}', open);
    text += left.substr(0, open);
    if (close == std::string_view::npos) return text;
    const auto word = words.find(std::string(left.substr(open + 1, close - open - 1)));
    if (word != words.end()) text += word->second;
    left.remove_prefix(close + 1);
  }
}

}  // namespace qnet::control
