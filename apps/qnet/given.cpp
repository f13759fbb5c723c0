#include "given.hpp"

#include <algorithm>

namespace qnet::cli {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

}  // namespace

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const auto comma = std::min(text.find(',', start), text.size());
    if (const auto part = trimmed(text.substr(start, comma - start)); !part.empty()) parts.emplace_back(part);
    start = comma + 1;
  }
  if (parts.empty()) parts.emplace_back(text);
  return parts;
}

}  // namespace qnet::cli
