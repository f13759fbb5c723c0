// One CBOR data item (RFC 8949), owning what it holds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "foundation/base/bytes.hpp"

namespace qnet::cbor {

class Value;
using Array = std::vector<Value>;
/// In any order; the encoder sorts.
using Map = std::vector<std::pair<Value, Value>>;

/// -1 - n, so that all 2^64 negative integers of CBOR have a place.
struct Negative {
  std::uint64_t n = 0;
  bool operator==(const Negative&) const = default;
};

/// false is 20, true 21, null 22, undefined 23; others as RFC 8949 §3.3 allows.
struct Simple {
  std::uint8_t value = 0;
  bool operator==(const Simple&) const = default;
};

struct Tagged {
  std::uint64_t tag = 0;
  std::shared_ptr<const Value> item;  ///< not null
  bool operator==(const Tagged& other) const;
};

class Value {
 public:
  using Variant =
      std::variant<std::uint64_t, Negative, base::Bytes, std::string, Array, Map, Tagged, Simple, double>;

  Value() : item_(Simple{22}) {}
  template <class T>
    requires std::constructible_from<Variant, T&&>
  explicit(false) Value(T&& item) : item_(std::forward<T>(item)) {}
  explicit(false) Value(const char* text) : item_(std::string(text)) {}
  explicit(false) Value(bool truth) : item_(Simple{static_cast<std::uint8_t>(truth ? 21 : 20)}) {}
  explicit(false) Value(base::ByteView bytes) : item_(base::Bytes(bytes.begin(), bytes.end())) {}

  [[nodiscard]] const Variant& item() const { return item_; }

  // Each is null when the item is of another type.
  [[nodiscard]] const std::uint64_t* unsigned_integer() const { return std::get_if<std::uint64_t>(&item_); }
  [[nodiscard]] const base::Bytes* bytes() const { return std::get_if<base::Bytes>(&item_); }
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&item_); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&item_); }
  [[nodiscard]] const Map* map() const { return std::get_if<Map>(&item_); }

  /// The value under a text key, when this is a map that has it.
  [[nodiscard]] const Value* find(std::string_view key) const;

  /// Floats compare by their bits, so that a NaN equals itself.
  bool operator==(const Value& other) const;

 private:
  Variant item_;
};

}  // namespace qnet::cbor
