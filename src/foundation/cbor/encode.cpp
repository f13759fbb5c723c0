#include "foundation/cbor/encode.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "foundation/base/endian.hpp"
#include "foundation/cbor/float16.hpp"
#include "foundation/cbor/head.hpp"

namespace qnet::cbor {

namespace {

using base::Bytes;

template <std::unsigned_integral T>
void append_integer(Bytes& out, T value) {
  const auto at = out.size();
  out.resize(at + sizeof(T));
  base::store_be(out.data() + at, value);
}

void append_head(Bytes& out, Major major, std::uint64_t argument) {
  const auto initial = static_cast<unsigned>(major) << 5U;
  const auto first = [&](unsigned low) { out.push_back(static_cast<std::uint8_t>(initial | low)); };
  if (argument < kOneByte) {
    first(static_cast<unsigned>(argument));
  } else if (argument <= 0xff) {
    first(kOneByte);
    append_integer(out, static_cast<std::uint8_t>(argument));
  } else if (argument <= 0xffff) {
    first(kTwoBytes);
    append_integer(out, static_cast<std::uint16_t>(argument));
  } else if (argument <= 0xffffffff) {
    first(kFourBytes);
    append_integer(out, static_cast<std::uint32_t>(argument));
  } else {
    first(kEightBytes);
    append_integer(out, argument);
  }
}

struct Encoder {
  Bytes& out;

  void write(const Value& value) const { std::visit(*this, value.item()); }

  void operator()(std::uint64_t number) const { append_head(out, Major::unsigned_integer, number); }
  void operator()(Negative number) const { append_head(out, Major::negative_integer, number.n); }
  void operator()(const Bytes& bytes) const {
    append_head(out, Major::bytes, bytes.size());
    base::append(out, bytes);
  }
  void operator()(const std::string& text) const {
    append_head(out, Major::text, text.size());
    base::append(out, base::bytes_of(text));
  }
  void operator()(const Array& items) const {
    append_head(out, Major::array, items.size());
    for (const auto& item : items) write(item);
  }
  void operator()(const Map& entries) const {
    std::vector<std::pair<Bytes, const Value*>> sorted;
    sorted.reserve(entries.size());
    for (const auto& [key, value] : entries) sorted.emplace_back(encode(key), &value);
    std::ranges::sort(sorted, {}, [](const auto& entry) -> const Bytes& { return entry.first; });
    append_head(out, Major::map, sorted.size());
    for (const auto& [key, value] : sorted) {
      base::append(out, key);
      write(*value);
    }
  }
  void operator()(const Tagged& tagged) const {
    append_head(out, Major::tag, tagged.tag);
    write(*tagged.item);
  }
  void operator()(Simple simple) const { append_head(out, Major::simple, simple.value); }
  void operator()(double number) const {
    const auto initial = static_cast<unsigned>(Major::simple) << 5U;
    if (const auto half = to_half(number)) {
      out.push_back(static_cast<std::uint8_t>(initial | kTwoBytes));
      append_integer(out, *half);
    } else if (static_cast<double>(static_cast<float>(number)) == number) {
      out.push_back(static_cast<std::uint8_t>(initial | kFourBytes));
      append_integer(out, std::bit_cast<std::uint32_t>(static_cast<float>(number)));
    } else {
      out.push_back(static_cast<std::uint8_t>(initial | kEightBytes));
      append_integer(out, std::bit_cast<std::uint64_t>(number));
    }
  }
};

}  // namespace

Bytes byte_string_head(std::uint64_t size) {
  Bytes out;
  append_head(out, Major::bytes, size);
  return out;
}

Bytes encode(const Value& value) {
  Bytes out;
  Encoder{out}.write(value);
  return out;
}

}  // namespace qnet::cbor
