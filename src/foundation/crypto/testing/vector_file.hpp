// Reads the JSON files of tests/vectors. For tests only: a broken file throws.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <boost/json.hpp>

#include "foundation/base/bytes.hpp"

namespace qnet::crypto::testing {

/// `name` is relative to tests/vectors.
[[nodiscard]] inline boost::json::value load_vectors(const std::string& name) {
  std::ifstream file(std::string(TEST_VECTORS "/") + name);
  if (!file) throw std::runtime_error("cannot read " + name);
  return boost::json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

[[nodiscard]] inline std::string text_at(const boost::json::value& test, const char* key) {
  return std::string(test.at(key).as_string());
}

/// The bytes that `key` spells in hexadecimal.
[[nodiscard]] inline base::Bytes bytes_at(const boost::json::value& test, const char* key) {
  auto bytes = base::from_hex(text_at(test, key));
  if (!bytes) throw std::runtime_error(std::string("not hexadecimal: ") + key);
  return *std::move(bytes);
}

/// The same, of a size that is known.
template <std::size_t N>
[[nodiscard]] std::array<std::uint8_t, N> array_of(base::ByteView bytes) {
  if (bytes.size() != N) throw std::runtime_error("a vector of the wrong size");
  std::array<std::uint8_t, N> array{};
  std::ranges::copy(bytes, array.begin());
  return array;
}

template <std::size_t N>
[[nodiscard]] std::array<std::uint8_t, N> array_at(const boost::json::value& test, const char* key) {
  return array_of<N>(bytes_at(test, key));
}

/// Calls `run(group, test)` for every case of a file in testGroups form; gives their number.
template <class Run>
std::size_t for_each_case(const boost::json::value& file, Run run) {
  std::size_t count = 0;
  for (const auto& group : file.at("testGroups").as_array())
    for (const auto& test : group.at("tests").as_array()) {
      run(group, test);
      ++count;
    }
  return count;
}

}  // namespace qnet::crypto::testing
