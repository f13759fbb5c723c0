// What somebody on the path may do to a record, for tests.
#pragma once

#include <algorithm>
#include <functional>

#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello::testing {

using Rewrite = std::function<base::Bytes(base::ByteView record)>;

inline base::Bytes copy(base::ByteView bytes) { return {bytes.begin(), bytes.end()}; }

inline base::Bytes joined(base::Bytes first, base::ByteView second) {
  base::append(first, second);
  return first;
}

inline base::Bytes times(unsigned count, base::ByteView bytes) {
  base::Bytes all;
  while (count-- > 0) base::append(all, bytes);
  return all;
}

inline base::Bytes change_cipher_spec() {
  base::Bytes bytes;
  append_change_cipher_spec(bytes);
  return bytes;
}

inline base::Bytes empty_record() { return {kHandshake, 3, 3, 0, 0}; }
inline base::Bytes alert(std::uint8_t level, std::uint8_t description) {
  return {kAlert, 3, 3, 0, 2, level, description};
}

inline Rewrite version(std::uint8_t major, std::uint8_t minor) {
  return [=](base::ByteView record) {
    auto bytes = copy(record);
    bytes[1] = major;
    bytes[2] = minor;
    return bytes;
  };
}

/// A handshake message whose header says so many bytes, of which no more come.
inline Rewrite says_length(std::size_t size) {
  return [=](base::ByteView record) {
    auto bytes = copy(record);
    for (std::size_t i = 0; i < 3; ++i)
      bytes[kRecordHeader + 1 + i] = static_cast<std::uint8_t>(size >> (16 - 8 * i));
    return bytes;
  };
}

/// In pieces of `size` bytes, with `between` behind each but the last.
inline Rewrite cut(std::size_t size, const base::Bytes& between = {}) {
  return [=](base::ByteView record) {
    base::Bytes bytes;
    for (auto rest = record.subspan(kRecordHeader); !rest.empty();) {
      const auto piece = rest.first(std::min(size, rest.size()));
      if (!bytes.empty()) base::append(bytes, between);
      append_record_header(bytes, record[0], piece.size(), base::load_be<std::uint16_t>(&record[1]));
      base::append(bytes, piece);
      rest = rest.subspan(piece.size());
    }
    return bytes;
  };
}

inline Rewrite before(const base::Bytes& more) {
  return [=](base::ByteView record) { return joined(more, record); };
}
inline Rewrite behind(const base::Bytes& more) {
  return [=](base::ByteView record) { return joined(copy(record), more); };
}

/// `flight` with its record number `which` rewritten.
inline base::Bytes rewritten(base::ByteView flight, std::size_t which, const Rewrite& rewrite) {
  base::Bytes bytes;
  for (std::size_t n = 0; !flight.empty(); ++n) {
    const auto size = kRecordHeader + (*read_record(flight))->body_size;
    const auto record = flight.first(size);
    base::append(bytes, n == which ? rewrite(record) : copy(record));
    flight = flight.subspan(size);
  }
  return bytes;
}

}  // namespace qnet::client_hello::testing
