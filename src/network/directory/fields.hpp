// Reading positional CBOR fields. For implementations only: whose headers include it needs qnet::cbor.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "foundation/base/result.hpp"
#include "foundation/cbor/decode.hpp"
#include "foundation/cbor/encode.hpp"
#include "foundation/crypto/ed25519.hpp"
#include "network/directory/error.hpp"

namespace qnet::directory {

/// The fields of an array, one after the other. One that is absent or of another type makes done() false.
class Fields {
 public:
  explicit Fields(const cbor::Value& value) : array_(value.array()) {}
  Fields(const cbor::Value* value) : array_(value == nullptr ? nullptr : value->array()) {}  // NOLINT

  [[nodiscard]] bool good() const { return array_ != nullptr && good_; }
  [[nodiscard]] std::size_t left() const { return array_ == nullptr ? 0 : array_->size() - next_; }
  /// All fields were read, and each was well formed.
  [[nodiscard]] bool done() const { return good() && left() == 0; }

  const cbor::Value* value() {
    if (array_ == nullptr || next_ >= array_->size()) return good_ = false, nullptr;
    return &(*array_)[next_++];
  }
  std::uint64_t number(std::uint64_t largest = std::numeric_limits<std::uint64_t>::max()) {
    const auto* const item = value();
    const auto* const number = item == nullptr ? nullptr : item->unsigned_integer();
    if (number == nullptr || *number > largest) return good_ = false, 0;
    return *number;
  }
  std::string text(std::size_t longest) {
    const auto* const item = value();
    const auto* const text = item == nullptr ? nullptr : item->text();
    if (text == nullptr || text->size() > longest) return good_ = false, std::string();
    return *text;
  }
  base::ByteView bytes(std::size_t longest) {
    const auto* const item = value();
    const auto* const bytes = item == nullptr ? nullptr : item->bytes();
    if (bytes == nullptr || bytes->size() > longest) return good_ = false, base::ByteView();
    return *bytes;
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> fixed() {
    std::array<std::uint8_t, N> out{};
    const auto found = bytes(N);
    if (found.size() != N) return good_ = false, out;
    std::ranges::copy(found, out.begin());
    return out;
  }
  const cbor::Array* array(std::size_t longest) {
    const auto* const item = value();
    const auto* const array = item == nullptr ? nullptr : item->array();
    if (array == nullptr || array->size() > longest) return good_ = false, nullptr;
    return array;
  }

 private:
  const cbor::Array* array_;
  std::size_t next_ = 0;
  bool good_ = true;
};

/// The text that is signed: the kind of the document, and its body.
[[nodiscard]] inline base::Bytes signed_text(std::string_view kind, base::ByteView body) {
  base::Bytes text;
  base::append(text, base::bytes_of(kind));
  base::append(text, body);
  return text;
}

}  // namespace qnet::directory
