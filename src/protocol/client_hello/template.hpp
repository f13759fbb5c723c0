// A browser's ClientHello as data: what is constant, what is drawn anew, and how. The language of the files
// is told in data/templates/README.md; one struct here for each word of it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "protocol/client_hello/page_request.hpp"

namespace qnet::client_hello {

enum class TemplateErrc { malformed = 1 };
[[nodiscard]] inline const char* error_domain(TemplateErrc) { return "template"; }
[[nodiscard]] std::string_view describe(TemplateErrc code);

namespace part {
struct Literal {
  base::Bytes bytes;
  bool operator==(const Literal&) const = default;
};
struct Grease {
  std::size_t slot;  ///< which of the connection's GREASE values
  bool operator==(const Grease&) const = default;
};
struct Choice {
  std::vector<base::Bytes> values;  ///< one of them, each as likely
  bool operator==(const Choice&) const = default;
};
struct ServerName {
  bool operator==(const ServerName&) const = default;
};
struct MlKem {
  bool operator==(const MlKem&) const = default;
};
struct Ephemeral {
  bool operator==(const Ephemeral&) const = default;
};
struct SeparateX25519 {
  bool operator==(const SeparateX25519&) const = default;
};
struct FreshX25519 {
  bool operator==(const FreshX25519&) const = default;
};
struct FreshP256 {
  bool operator==(const FreshP256&) const = default;
};
struct Random {
  std::size_t size;
  bool operator==(const Random&) const = default;
};
struct RandomVector {
  std::vector<std::uint16_t> sizes;
  bool operator==(const RandomVector&) const = default;
};
/// NSS's ECH GREASE: as long as its own inner hello would be, which holds the server's name.
struct EchPayload {
  std::uint16_t inner;       ///< bytes beside the name
  std::uint16_t least_name;  ///< shorter names count as this long
  [[nodiscard]] std::size_t size(std::size_t name) const;
  bool operator==(const EchPayload&) const = default;
};
/// Fills the hello to 512 bytes (RFC 7685 §4); the extension is left out where that is not needed.
struct Padding {
  bool operator==(const Padding&) const = default;
};
}  // namespace part

using Part = std::variant<part::Literal, part::Grease, part::Choice, part::ServerName, part::MlKem,
                          part::Ephemeral, part::SeparateX25519, part::FreshX25519, part::FreshP256,
                          part::Random, part::RandomVector, part::EchPayload, part::Padding>;

struct TemplateExtension {
  Part type;  ///< Literal of two bytes, or Grease
  std::vector<Part> body;
  bool fixed = false;  ///< keeps its place when the others are shuffled
  bool operator==(const TemplateExtension&) const = default;
};

/// TCP's probes on a connection without traffic, as the browser asks its system for them.
struct KeepAlive {
  static constexpr std::int64_t max_seconds = 32'767;  // Linux's MAX_TCP_KEEPIDLE

  std::chrono::seconds idle{0};      ///< before the first
  std::chrono::seconds interval{0};  ///< between those that are not answered
  bool operator==(const KeepAlive&) const = default;
};

struct Template {
  static constexpr std::size_t max_grease_slots = 16;
  /// So that every sum of weights fits, whatever a file says.
  static constexpr std::int64_t max_weight = 1'000'000;
  /// What clients send as a hello's record version (RFC 8446 §5.1); servers take others, too.
  static constexpr std::uint16_t min_record_version = 0x0301;
  static constexpr std::uint16_t max_record_version = 0x0303;

  std::string name;
  std::string title;         ///< the browser in plain words
  std::uint32_t weight = 0;  ///< how often it is drawn beside the others; 0: only when asked for
  std::uint16_t record_version = 0;
  std::vector<Part> ciphers;
  std::vector<TemplateExtension> extensions;
  bool permute = false;
  std::vector<std::string> grease_slots;  ///< their names; a part holds the index
  /// Slots whose values must differ.
  std::vector<std::pair<std::size_t, std::size_t>> distinct_grease;
  struct ClientFlight {
    std::size_t first_application_record = 0;  ///< body size
    bool operator==(const ClientFlight&) const = default;
  } client_flight;
  std::optional<KeepAlive> keep_alive;  ///< none: it sends no probes
  std::optional<PageRequest> page;      ///< none: nothing is known of it

  /// Whether some extension has a part of this kind.
  template <class Kind>
  [[nodiscard]] bool has() const {
    for (const auto& extension : extensions)
      for (const auto& item : extension.body)
        if (std::holds_alternative<Kind>(item)) return true;
    return false;
  }
  bool operator==(const Template&) const = default;
};

/// Reads a template's text. `known` are the templates that `same_as` may name. The error says what is wrong
/// and where.
[[nodiscard]] base::Result<Template> parse_template(std::string_view toml,
                                                    std::span<const Template> known = {});

/// The templates that this program was built with; parsed once. There is at least one.
[[nodiscard]] const std::vector<Template>& builtin_templates();

/// Null when there is none of that name.
[[nodiscard]] const Template* find_template(std::span<const Template> templates, std::string_view name);

/// How a browser with this template opens a page; that of the first built-in one, where the template does not
/// say.
[[nodiscard]] const PageRequest& page_request_of(const Template& browser);

}  // namespace qnet::client_hello
