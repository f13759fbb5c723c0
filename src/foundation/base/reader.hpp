// A cursor over bytes that somebody else may have forged: nothing is read past the end.
#pragma once

#include <optional>

#include "foundation/base/bytes.hpp"
#include "foundation/base/endian.hpp"

namespace qnet::base {

class Reader {
 public:
  explicit Reader(ByteView input) : all_(input) {}

  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t remaining() const { return all_.size() - position_; }
  [[nodiscard]] bool empty() const { return remaining() == 0; }

  /// The next `size` bytes, or nothing (and no movement) when fewer remain.
  [[nodiscard]] std::optional<ByteView> take(std::size_t size) {
    if (size > remaining()) return std::nullopt;
    const auto view = all_.subspan(position_, size);
    position_ += size;
    return view;
  }

  /// A big-endian integer of T's width.
  template <std::unsigned_integral T>
  [[nodiscard]] std::optional<T> integer() {
    const auto view = take(sizeof(T));
    if (!view) return std::nullopt;
    return load_be<T>(view->data());
  }

  /// A vector in the TLS presentation language (RFC 8446 §3.4): a length of T's width, then that many bytes.
  template <std::unsigned_integral T>
  [[nodiscard]] std::optional<ByteView> vector() {
    const auto start = position_;
    const auto size = integer<T>();
    if (!size) return std::nullopt;
    const auto view = take(*size);
    if (!view) position_ = start;
    return view;
  }

 private:
  ByteView all_;
  std::size_t position_ = 0;
};

}  // namespace qnet::base
