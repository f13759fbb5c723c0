// The DNS messages of multicast DNS (RFC 1035 §4, RFC 6762), as far as service discovery needs them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"

namespace qnet::mdns {

enum class Errc { malformed = 1, too_large };
[[nodiscard]] inline const char* error_domain(Errc) { return "mdns"; }
[[nodiscard]] std::string_view describe(Errc code);

struct MessageLimits {
  static constexpr std::size_t message = 9000;  ///< RFC 6762 §17
  static constexpr std::size_t records = 64;    ///< and questions, together
  static constexpr std::size_t name = 255;      ///< RFC 1035 §2.3.4
  static constexpr std::size_t texts = 16;      ///< character-strings of one TXT record
};

enum class Type : std::uint16_t { ptr = 12, txt = 16, any = 255 };

struct Question {
  std::string name;  ///< lower case, dotted, without the final dot; dots inside a label as "\."
  std::uint16_t type = 0;
  bool unicast = false;  ///< RFC 6762 §5.4
  bool operator==(const Question&) const = default;
};

struct Record {
  std::string name;
  std::uint16_t type = 0;
  bool flush = false;  ///< RFC 6762 §10.2
  std::uint32_t ttl = 0;
  std::string target{};              ///< of a PTR record
  std::vector<std::string> texts{};  ///< of a TXT record
  bool operator==(const Record&) const = default;
};

struct Message {
  std::uint16_t id = 0;
  bool response = false;
  std::vector<Question> questions;
  std::vector<Record> answers;
  std::vector<Record> additional;  ///< and authority, when read
  bool operator==(const Message&) const = default;
};

/// Without name compression, which is optional. Labels of at most 63 bytes, texts of at most 255.
[[nodiscard]] base::Bytes encode(const Message& message);

/// Records of other types than PTR and TXT are read past. Any bytes may come.
[[nodiscard]] base::Result<Message> decode(base::ByteView packet);

}  // namespace qnet::mdns
