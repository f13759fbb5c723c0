// A browser's ClientHello as data: what is constant, what is drawn anew, and how (data/templates/*.toml).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace qnet::htx {

enum class TemplateErrc { malformed = 1 };
[[nodiscard]] inline const char* error_domain(TemplateErrc) { return "template"; }
[[nodiscard]] std::string_view describe(TemplateErrc code);

namespace part {
struct Literal {
  base::Bytes bytes;
};
struct Grease {
  std::size_t slot;  ///< which of the connection's GREASE values
};
struct ServerName {};
struct MlKem {};
struct Ephemeral {};
struct SeparateX25519 {};
struct FreshX25519 {};
struct Random {
  std::size_t size;
};
struct RandomVector {
  std::vector<std::uint16_t> sizes;
};
}  // namespace part

using Part = std::variant<part::Literal, part::Grease, part::ServerName, part::MlKem, part::Ephemeral,
                          part::SeparateX25519, part::FreshX25519, part::Random, part::RandomVector>;

struct TemplateExtension {
  Part type;  ///< Literal of two bytes, or Grease
  std::vector<Part> body;
  bool fixed = false;  ///< keeps its place when the others are shuffled
};

struct Template {
  static constexpr std::size_t max_grease_slots = 16;

  std::string name;
  std::uint16_t record_version = 0;
  std::vector<Part> ciphers;
  std::vector<TemplateExtension> extensions;
  bool permute = false;
  std::size_t grease_slots = 0;
  /// Slots whose values must differ.
  std::vector<std::pair<std::size_t, std::size_t>> distinct_grease;
  struct {
    std::size_t first_application_record = 0;  ///< body size
  } client_flight;
};

/// Reads a template's text. The error says what is wrong and where.
[[nodiscard]] base::Result<Template> parse_template(std::string_view toml);

/// The templates that this program was built with; parsed once. There is at least one.
[[nodiscard]] const std::vector<Template>& builtin_templates();

}  // namespace qnet::htx
