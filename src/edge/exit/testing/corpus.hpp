// For tests: reads the files of tests/vectors/exit. A broken file throws.
#pragma once

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace qnet::exit::testing {

using Fields = std::vector<std::string>;

[[nodiscard]] inline std::vector<Fields> load(const std::string& name) {
  std::ifstream file(std::string(TEST_VECTORS "/exit/") + name);
  if (!file) throw std::runtime_error("cannot read " + name);
  std::vector<Fields> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    Fields fields(1);
    for (const char c : line) {
      if (c == '\t')
        fields.emplace_back();
      else
        fields.back() += c;
    }
    rows.push_back(std::move(fields));
  }
  return rows;
}

// "\x00" and the like.
[[nodiscard]] inline std::string unescape(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    bytes += static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16));
    i += 3;
  }
  return bytes;
}

struct Forbidden {
  std::string label;
  std::uint16_t port;
  std::string host;
  std::string address;
};

[[nodiscard]] inline std::vector<Forbidden> forbidden() {
  std::vector<Forbidden> rows;
  for (const auto& fields : load("forbidden.txt"))
    rows.push_back({fields.at(0), static_cast<std::uint16_t>(std::stoi(fields.at(1))), unescape(fields.at(2)),
                    fields.at(3)});
  return rows;
}

struct Allowed {
  bool is_address;
  std::uint16_t port;
  std::string host;
};

[[nodiscard]] inline std::vector<Allowed> allowed() {
  std::vector<Allowed> rows;
  for (const auto& fields : load("allowed.txt"))
    rows.push_back(
        {fields.at(0) == "address", static_cast<std::uint16_t>(std::stoi(fields.at(1))), fields.at(2)});
  return rows;
}

}  // namespace qnet::exit::testing
