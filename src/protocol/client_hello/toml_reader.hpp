// Typed reading of the data files: the first thing that is wrong is kept, and later calls give harmless
// values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace qnet::client_hello {

class TomlReader {
 public:
  [[nodiscard]] static tl::expected<TomlReader, std::string> parse(std::string_view text);
  TomlReader(TomlReader&&) noexcept;
  TomlReader& operator=(TomlReader&&) noexcept;
  ~TomlReader();

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key);
  [[nodiscard]] std::string optional_text(std::string_view key);  ///< empty when absent
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] std::vector<std::vector<std::string>> lists_of_texts(
      std::string_view key);  ///< empty when absent
  [[nodiscard]] bool flag(std::string_view key, bool absent);
  [[nodiscard]] std::int64_t number(std::string_view key, std::int64_t low, std::int64_t high);
  /// Empty when absent.
  [[nodiscard]] std::vector<std::int64_t> numbers(std::string_view key, std::int64_t low, std::int64_t high);
  [[nodiscard]] std::vector<TomlReader> tables(std::string_view key);

  /// Whether anything was wrong here or in a table that came from here.
  [[nodiscard]] bool failed() const;
  [[nodiscard]] std::string problem() const;

 private:
  struct Node;
  explicit TomlReader(std::unique_ptr<Node> node);
  void fail(std::string_view key, std::string_view what);
  std::unique_ptr<Node> node_;
};

}  // namespace qnet::client_hello
