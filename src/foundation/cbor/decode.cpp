#include "foundation/cbor/decode.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "foundation/base/reader.hpp"
#include "foundation/cbor/float16.hpp"
#include "foundation/cbor/head.hpp"
#include "foundation/cbor/utf8.hpp"

namespace qnet::cbor {

namespace {

using base::Result;

struct Head {
  Major major;
  unsigned information;
  std::uint64_t argument;
};

class Decoder {
 public:
  Decoder(base::ByteView input, const Limits& limits) : input_(input), reader_(input), limits_(limits) {}

  Result<Value> item(std::size_t depth) {
    if (depth > limits_.depth) return base::fail(Errc::too_deep);
    const auto head = read_head();
    if (!head) return tl::unexpected(head.error());
    switch (head->major) {
      case Major::unsigned_integer: return Value(head->argument);
      case Major::negative_integer: return Value(Negative{head->argument});
      case Major::bytes: {
        const auto view = take(head->argument);
        if (!view) return base::fail(Errc::truncated);
        return Value(*view);
      }
      case Major::text: return text(head->argument);
      case Major::array: return array(head->argument, depth);
      case Major::map: return map(head->argument, depth);
      case Major::tag: {
        auto inner = item(depth + 1);
        if (!inner) return inner;
        return Value(Tagged{head->argument, std::make_shared<const Value>(std::move(*inner))});
      }
      case Major::simple: return simple(*head);
    }
    return base::fail(Errc::reserved);
  }

  [[nodiscard]] bool finished() const { return reader_.empty(); }

 private:
  Result<Head> read_head() {
    const auto initial = reader_.integer<std::uint8_t>();
    if (!initial) return base::fail(Errc::truncated);
    Head head{static_cast<Major>(*initial >> 5U), *initial & 0x1fU, 0};
    if (head.information < kOneByte) {
      head.argument = head.information;
      return head;
    }
    if (head.information == kIndefinite) return base::fail(Errc::indefinite_length);
    if (head.information > kEightBytes) return base::fail(Errc::reserved);
    const auto width = std::size_t{1} << (head.information - kOneByte);
    const auto bytes = reader_.take(width);
    if (!bytes) return base::fail(Errc::truncated);
    for (const auto byte : *bytes) head.argument = head.argument << 8U | byte;
    // Major type 7 uses these widths for floats, whose shortness is checked by value.
    const bool is_float = head.major == Major::simple && head.information > kOneByte;
    const auto smallest = width == 1 ? std::uint64_t{kOneByte} : std::uint64_t{1} << (width * 4U);
    if (!is_float && head.argument < smallest) return base::fail(Errc::not_canonical);
    return head;
  }

  std::optional<base::ByteView> take(std::uint64_t size) {
    if (size > reader_.remaining()) return std::nullopt;
    return reader_.take(static_cast<std::size_t>(size));
  }

  Result<Value> text(std::uint64_t size) {
    const auto view = take(size);
    if (!view) return base::fail(Errc::truncated);
    if (!is_utf8(*view)) return base::fail(Errc::bad_utf8);
    return Value(std::string(base::text_of(*view)));
  }

  Result<Value> array(std::uint64_t count, std::size_t depth) {
    // Each item has at least one byte: a count that cannot be met costs nothing.
    if (count > reader_.remaining()) return base::fail(Errc::truncated);
    Array items;
    for (std::uint64_t i = 0; i < count; ++i) {
      auto element = item(depth + 1);
      if (!element) return element;
      items.push_back(std::move(*element));
    }
    return Value(std::move(items));
  }

  Result<Value> map(std::uint64_t count, std::size_t depth) {
    if (count > reader_.remaining() / 2) return base::fail(Errc::truncated);
    Map entries;
    base::ByteView previous;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto start = reader_.position();
      auto key = item(depth + 1);
      if (!key) return key;
      const auto encoded = input_.subspan(start, reader_.position() - start);
      if (i > 0 && !std::ranges::lexicographical_compare(previous, encoded))
        return base::fail(Errc::unsorted_keys);
      previous = encoded;
      auto value = item(depth + 1);
      if (!value) return value;
      entries.emplace_back(std::move(*key), std::move(*value));
    }
    return Value(std::move(entries));
  }

  static Result<Value> simple(const Head& head) {
    if (head.information < kOneByte) return Value(Simple{static_cast<std::uint8_t>(head.argument)});
    if (head.information == kOneByte) {
      // RFC 8949 §3.3: 0 to 31 have a one-byte form or are reserved.
      if (head.argument < 32) return base::fail(Errc::not_canonical);
      return Value(Simple{static_cast<std::uint8_t>(head.argument)});
    }
    return floating(head);
  }

  static Result<Value> floating(const Head& head) {
    if (head.information == kTwoBytes) {
      const auto half = static_cast<std::uint16_t>(head.argument);
      const double value = from_half(half);
      if (std::isnan(value) && half != 0x7e00) return base::fail(Errc::not_canonical);
      return Value(value);
    }
    const bool single = head.information == kFourBytes;
    const double value =
        single ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(head.argument)))
               : std::bit_cast<double>(head.argument);
    if (to_half(value)) return base::fail(Errc::not_canonical);
    if (!single && static_cast<double>(static_cast<float>(value)) == value)
      return base::fail(Errc::not_canonical);
    return Value(value);
  }

  base::ByteView input_;
  base::Reader reader_;
  const Limits& limits_;
};

}  // namespace

Result<Value> decode(base::ByteView input, const Limits& limits) {
  if (input.size() > limits.size) return base::fail(Errc::too_large);
  Decoder decoder(input, limits);
  auto value = decoder.item(0);
  if (value && !decoder.finished()) return base::fail(Errc::trailing_bytes);
  return value;
}

}  // namespace qnet::cbor
